//! Where everything stands, from the size of the window alone. All measures are in points, at 100 %.

use egui::{Rect, pos2};

/// Sixteenths that the grid shows at once.
pub(crate) const VIEWS: [usize; 4] = [16, 32, 64, 128];

/// Space above and below the tracks' rows.
const ROWS_TOP_GAP: f32 = 0.0;

/// The window, divided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Layout {
    /// Whether it is the small one: destination, length and rate are in the step's popover, and there is no inspector.
    pub(crate) is_small: bool,
    pub(crate) top: Rect,
    pub(crate) patterns: Rect,
    pub(crate) ruler: Rect,
    /// The heads of the tracks.
    pub(crate) heads: Rect,
    /// Their steps.
    pub(crate) grid: Rect,
    /// The names of the lanes.
    pub(crate) lane_heads: Rect,
    /// The chart of the chosen lane, with its tools above and its values below.
    pub(crate) lane: Rect,
    /// `None`: it is a popover.
    pub(crate) inspector: Option<Rect>,
    pub(crate) status: Rect,
    pub(crate) row_height: f32,
    /// How wide a sixteenth is.
    pub(crate) column: f32,
}

impl Layout {
    /// For a window of a size, a view of so many sixteenths, with low rows or not, at so many pixels a point.
    pub(crate) fn of(window: Rect, view: usize, is_folded: bool, pixels_per_point: f32) -> Layout {
        let is_small = window.width() < 900.0 || window.height() < 560.0;
        let has_inspector = window.width() >= 1100.0;
        let head_width = if is_small { 148.0 } else { 244.0 };
        let (top, patterns, ruler) = if is_small { (40.0, 32.0, 20.0) } else { (48.0, 40.0, 24.0) };
        let status = if is_small { 24.0 } else { 28.0 };
        let lane = if is_small { 116.0 } else { 196.0 };
        let inspector_width = if has_inspector { 248.0 } else { 0.0 };

        // A column is a whole number of pixels, so that no edge is blurred; what is left goes to the inspector.
        let room = window.width() - head_width - inspector_width - 4.0;
        // Sixteen columns may become as wide as is still handy to draw in; more of them share that width.
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let most = (1920.0 / view as f32).max(32.0);
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let wanted = (room / view as f32).min(most);
        let column = ((wanted * pixels_per_point).floor() / pixels_per_point).max(4.0);
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let grid_width = column * view as f32;

        let left = window.left();
        let grid_left = left + head_width;
        let grid_right = (grid_left + grid_width).min(window.right());
        let y0 = window.top();
        let y1 = y0 + top;
        let y2 = y1 + patterns;
        let y3 = y2 + ruler;
        let y6 = window.bottom();
        let y5 = y6 - status;
        // Rows grow with the window, then the lane does.
        let rows_room = y5 - y3 - lane - 8.0;
        let row_height = match (is_folded, is_small) {
            (true, _) => 24.0,
            (false, true) => 36.0,
            (false, false) => (rows_room / 8.0).clamp(40.0, 64.0).floor(),
        };
        let most_rows = if is_folded { 32.0 } else { 8.0 };
        let rows_height = rows_room.min(row_height * most_rows).max(row_height);
        let lane_top = if is_small { y5 - lane } else { (y3 + rows_height + 8.0).min(y5 - lane) };
        let rows_bottom = lane_top - if is_small { 0.0 } else { 8.0 };
        let rect =
            |x0: f32, y0: f32, x1: f32, y1: f32| Rect::from_min_max(pos2(x0, y0), pos2(x1, y1));
        let body_right = if has_inspector { grid_right + 4.0 } else { window.right() };
        Layout {
            is_small,
            top: rect(left, y0, window.right(), y1),
            patterns: rect(left, y1, window.right(), y2),
            ruler: rect(left, y2, body_right, y3),
            heads: rect(left, y3 + ROWS_TOP_GAP, grid_left, rows_bottom),
            grid: rect(grid_left, y3 + ROWS_TOP_GAP, grid_right, rows_bottom),
            lane_heads: rect(left, lane_top, grid_left, y5),
            lane: rect(grid_left, lane_top, grid_right, y5),
            inspector: has_inspector.then(|| rect(body_right, y2, window.right(), y5)),
            status: rect(left, y5, window.right(), y6),
            row_height,
            column,
        }
    }

    /// How many rows are seen whole.
    pub(crate) fn row_count(&self) -> usize {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
        let count = (self.grid.height() / self.row_height).floor().max(1.0) as usize;
        count
    }

    /// Every part, by name.
    #[cfg(test)]
    fn parts(&self) -> Vec<(&'static str, Rect)> {
        let mut parts = vec![
            ("top", self.top),
            ("patterns", self.patterns),
            ("ruler", self.ruler),
            ("heads", self.heads),
            ("grid", self.grid),
            ("lane heads", self.lane_heads),
            ("lane", self.lane),
            ("status", self.status),
        ];
        parts.extend(self.inspector.map(|inspector| ("inspector", inspector)));
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(width: f32, height: f32) -> Rect {
        Rect::from_min_size(pos2(0.0, 0.0), egui::vec2(width, height))
    }

    #[test]
    fn the_measures_of_the_default_window() {
        let layout = Layout::of(at(1200.0, 760.0), 16, false, 1.0);
        assert_eq!(layout.grid, Rect::from_min_max(pos2(244.0, 112.0), pos2(948.0, 528.0)));
        assert!((layout.column - 44.0).abs() < 1e-6);
        assert!((layout.row_height - 52.0).abs() < 1e-6, "{}", layout.row_height);
        assert_eq!(layout.row_count(), 8);
        assert_eq!(layout.inspector.map(|rect| rect.left()), Some(952.0));
        assert!((layout.status.top() - 732.0).abs() < 1e-6);
    }

    #[test]
    fn no_part_overlaps_another_or_leaves_the_window_at_any_size() {
        for width in (760..2600).step_by(37) {
            for height in (480..1700).step_by(41) {
                for view in VIEWS {
                    for (pixels, is_folded) in [(1.0, false), (1.25, true), (2.0, false)] {
                        #[allow(clippy::cast_precision_loss, reason = "small")]
                        let window = at(width as f32, height as f32);
                        let layout = Layout::of(window, view, is_folded, pixels);
                        let parts = layout.parts();
                        for (index, (name, part)) in parts.iter().enumerate() {
                            assert!(part.is_positive(), "{name} at {width} × {height}: {part:?}");
                            assert!(window.contains_rect(*part), "{name} at {width} × {height}");
                            for (other_name, other) in &parts[index + 1..] {
                                let shared = part.intersect(*other);
                                assert!(
                                    !shared.is_positive(),
                                    "{name} and {other_name} at {width} × {height}: {shared:?}"
                                );
                            }
                        }
                        let whole = layout.column * pixels;
                        assert!((whole - whole.round()).abs() < 1e-3, "a column of {whole} pixels");
                    }
                }
            }
        }
    }
}
