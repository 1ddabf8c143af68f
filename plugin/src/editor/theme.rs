//! Colours and measures: ink and paper, and eight track colours.

use egui::Color32;

/// A colour from `0xRRGGBB`.
const fn rgb(hex: u32) -> Color32 {
    #[allow(clippy::cast_possible_truncation, reason = "one byte each")]
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// One set of colours.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Theme {
    pub(crate) is_dark: bool,
    /// Window, grid ground, status line.
    pub(crate) bg: Color32,
    /// Bars, inspector, lane, selected row.
    pub(crate) panel: Color32,
    /// Empty step, field, button.
    pub(crate) slot: Color32,
    /// Empty step that begins a group; filled pattern slot.
    pub(crate) head: Color32,
    /// Slot under the playhead, hover, chosen segment.
    pub(crate) hi: Color32,
    /// Rules and borders.
    pub(crate) line: Color32,
    /// Values, names.
    pub(crate) text: Color32,
    /// Labels.
    pub(crate) text2: Color32,
    /// Secondary; never on `hi`.
    pub(crate) text3: Color32,
    /// What is live: fill. Playhead and selection, too.
    pub(crate) paper: Color32,
    /// Text on `paper`.
    pub(crate) ink: Color32,
    /// Record.
    pub(crate) rec: Color32,
    /// Warning.
    pub(crate) warn: Color32,
    /// Of tracks 1 to 8; those behind repeat them.
    tracks: [Color32; 8],
}

/// For dim rooms.
pub(crate) const DARK: Theme = Theme {
    is_dark: true,
    bg: rgb(0x12_11_10),
    panel: rgb(0x1B_1A_18),
    slot: rgb(0x25_23_20),
    head: rgb(0x32_2F_2B),
    hi: rgb(0x45_41_3B),
    line: rgb(0x3C_38_33),
    text: rgb(0xF4_EF_E6),
    text2: rgb(0xBD_B5_A9),
    text3: rgb(0xA3_9B_8F),
    paper: rgb(0xF4_EF_E6),
    ink: rgb(0x12_11_10),
    rec: rgb(0xFF_5A_4D),
    warn: rgb(0xFF_C2_47),
    tracks: [
        rgb(0xEC_48_09),
        rgb(0xA9_FD_EC),
        rgb(0x67_76_FD),
        rgb(0xF4_AF_00),
        rgb(0x1B_9A_5D),
        rgb(0x6A_B6_F4),
        rgb(0xC2_66_9C),
        rgb(0xED_F2_A3),
    ],
};

/// For daylight.
pub(crate) const LIGHT: Theme = Theme {
    is_dark: false,
    bg: rgb(0xE4_DF_D5),
    panel: rgb(0xF3_F0_E9),
    slot: rgb(0xF1_ED_E5),
    head: rgb(0xFF_FF_FF),
    hi: rgb(0xD9_D2_C5),
    line: rgb(0xD2_CB_BE),
    text: rgb(0x001A_1816),
    text2: rgb(0x4F_4A_43),
    text3: rgb(0x62_5C_53),
    paper: rgb(0x001A_1816),
    ink: rgb(0xFF_FF_FF),
    rec: rgb(0xB3_18_0E),
    warn: rgb(0x7A_52_00),
    tracks: [
        rgb(0xCE_52_47),
        rgb(0x15_5D_4B),
        rgb(0x22_4F_D3),
        rgb(0xCA_85_0E),
        rgb(0x0D_91_60),
        rgb(0x14_9B_DF),
        rgb(0x6D_22_79),
        rgb(0x6F_6D_00),
    ],
};

/// Part `share` of the way from one colour to another, in sRGB.
pub(crate) fn mix(from: Color32, to: Color32, share: f32) -> Color32 {
    let part = |from: u8, to: u8| {
        let mixed = f32::from(from) + (f32::from(to) - f32::from(from)) * share.clamp(0.0, 1.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in 0..=255")]
        let byte = mixed.round() as u8;
        byte
    };
    Color32::from_rgb(part(from.r(), to.r()), part(from.g(), to.g()), part(from.b(), to.b()))
}

impl Theme {
    /// The colour of a track, by its place.
    pub(crate) fn track(&self, index: usize) -> Color32 {
        self.tracks[index % self.tracks.len()]
    }

    /// The body of a note of a velocity, `0..=127`.
    pub(crate) fn body(&self, track: Color32, velocity: u8) -> Color32 {
        mix(self.slot, track, 0.5 + 0.5 * f32::from(velocity) / 127.0)
    }

    /// Where a note begins.
    pub(crate) fn edge(&self, track: Color32) -> Color32 {
        if self.is_dark {
            mix(track, Color32::WHITE, 0.5)
        } else {
            mix(track, Color32::BLACK, 0.42)
        }
    }

    /// The inside and the outline of a note that rests in this pass.
    pub(crate) fn hollow(&self, track: Color32) -> (Color32, Color32) {
        let stroke = if self.is_dark { mix(self.slot, track, 0.9) } else { self.edge(track) };
        (mix(self.slot, track, 0.16), stroke)
    }

    /// The bars of a lane.
    pub(crate) fn lane(&self, track: Color32) -> Color32 {
        mix(self.panel, track, 0.46)
    }

    /// Text of a control that cannot be used.
    pub(crate) fn disabled(&self) -> Color32 {
        mix(self.panel, self.text3, 0.55)
    }

    /// Black or white, whichever is easier to read on a track's colour; in the dark it is always ink.
    pub(crate) fn on_track(&self, track: Color32) -> Color32 {
        if self.is_dark {
            return self.ink;
        }
        let (white, black) = (contrast(track, Color32::WHITE), contrast(track, Color32::BLACK));
        if white >= black { Color32::WHITE } else { Color32::BLACK }
    }
}

/// The contrast of two colours, from 1 to 21.
///
/// Source: WCAG 2.2, "contrast ratio" and "relative luminance", <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>.
pub(crate) fn contrast(one: Color32, other: Color32) -> f32 {
    let linear = |byte: u8| {
        let share = f32::from(byte) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = |colour: Color32| {
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_be_read_on_every_ground() {
        for theme in [DARK, LIGHT] {
            let grounds = [theme.bg, theme.panel, theme.slot, theme.head, theme.hi];
            for ground in grounds {
                assert!(contrast(theme.text, ground) >= 8.7, "{ground:?}");
                assert!(contrast(theme.text2, ground) >= 4.9, "{ground:?}");
            }
            for ground in &grounds[..4] {
                assert!(contrast(theme.text3, *ground) >= 4.5, "{ground:?}");
            }
            assert!(contrast(theme.ink, theme.paper) >= 8.7);
            for index in 0..8 {
                let track = theme.track(index);
                assert!(contrast(theme.on_track(track), track) >= 4.5, "{index}");
                // Where a note begins is seen whatever its velocity.
                let slot = theme.slot;
                assert!(contrast(theme.edge(track), slot) >= 3.0, "edge {index}");
            }
        }
    }

    /// Red, green and blue as shares of light.
    fn linear(colour: Color32) -> [f64; 3] {
        [colour.r(), colour.g(), colour.b()].map(|byte| {
            let share = f64::from(byte) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// How shares of light look to whom one of the three kinds of cones is missing: long, middle, short waves.
    ///
    /// Source: Machado, Oliveira, Fernandes, "A physiologically-based model for simulation of color vision deficiency", IEEE
    /// Transactions on Visualization and Computer Graphics 15 (2009), the matrices for severity 1.0.
    const BLINDNESSES: [(&str, [[f64; 3]; 3]); 3] = [
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    fn seen_by(matrix: &[[f64; 3]; 3], light: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| {
            let sum: f64 = row.iter().zip(light).map(|(part, light)| part * light).sum();
            sum.clamp(0.0, 1.0)
        })
    }

    /// The least distance of two of a theme's tracks.
    fn least_apart(theme: &Theme, see: impl Fn([f64; 3]) -> [f64; 3]) -> f64 {
        let seen: Vec<[f64; 3]> =
            (0..8).map(|index| lab(see(linear(theme.track(index))))).collect();
        let mut least = f64::MAX;
        for one in 0..8 {
            for other in one + 1..8 {
                least = least.min(ciede2000(seen[one], seen[other]));
            }
        }
        least
    }

    /// L*, a*, b* of shares of light, under D65.
    ///
    /// Source: IEC 61966-2-1 (sRGB); CIE 15:2004, section 8.2.1.
    fn lab([r, g, b]: [f64; 3]) -> [f64; 3] {
        let x = (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47;
        let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b;
        let z = (0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83;
        let [x, y, z] = [x, y, z].map(|value| {
            if value > 216.0 / 24_389.0 {
                value.cbrt()
            } else {
                (24_389.0 / 27.0 * value + 16.0) / 116.0
            }
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// How different two colours look.
    ///
    /// Source: Sharma, Wu, Dalal, "The CIEDE2000 color-difference formula", Color Research and Application 30 (2005),
    /// equations 2 to 22; its first pair of test data is checked below.
    fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
        let mean_c = (a1.hypot(b1) + a2.hypot(b2)) / 2.0;
        let far = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
        let g = 0.5 * (1.0 - far(mean_c));
        let (a1, a2) = (a1 * (1.0 + g), a2 * (1.0 + g));
        let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
        let hue = |a: f64, b: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
        let (h1, h2) = (hue(a1, b1), hue(a2, b2));
        let mut dh = h2 - h1;
        if dh.abs() > 180.0 {
            dh -= 360.0 * dh.signum();
        }
        let (dl, dc) = (l2 - l1, c2 - c1);
        let dh_big = 2.0 * (c1 * c2).sqrt() * (dh.to_radians() / 2.0).sin();
        let (l, c) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
        let h = match (h1 - h2).abs() > 180.0 {
            true => (h1 + h2 + 360.0) / 2.0 % 360.0,
            false => (h1 + h2) / 2.0,
        };
        let cos = |degrees: f64| degrees.to_radians().cos();
        let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0)
            - 0.20 * cos(4.0 * h - 63.0);
        let sl = 1.0 + 0.015 * (l - 50.0).powi(2) / (20.0 + (l - 50.0).powi(2)).sqrt();
        let (sc, sh) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
        let theta = 30.0 * (-((h - 275.0) / 25.0).powi(2)).exp();
        let rt = -2.0 * far(c) * (2.0 * theta).to_radians().sin();
        let (l, c, h) = (dl / sl, dc / sc, dh_big / sh);
        (l * l + c * c + h * h + rt * c * h).sqrt()
    }

    #[test]
    fn no_two_tracks_look_alike() {
        let known = ciede2000([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485]);
        assert!((known - 2.0425).abs() < 1e-4, "{known}");
        for (theme, least) in [(DARK, 20.0), (LIGHT, 19.0)] {
            let apart = least_apart(&theme, |light| light);
            assert!(apart >= least, "{apart}");
            assert_eq!(theme.track(8), theme.track(0));
        }
    }

    #[test]
    fn no_two_tracks_look_alike_to_the_colour_blind() {
        // What is white or grey looks so to everybody.
        for (_, matrix) in BLINDNESSES {
            let seen = seen_by(&matrix, [0.5; 3]);
            assert!(seen.iter().all(|share| (share - 0.5).abs() < 1e-3), "{seen:?}");
        }
        for (theme, least) in [(DARK, 14.9), (LIGHT, 10.8)] {
            for (name, matrix) in BLINDNESSES {
                let apart = least_apart(&theme, |light| seen_by(&matrix, light));
                assert!(apart >= least, "{name}: {apart}");
            }
        }
    }

    #[test]
    fn mixing_goes_from_one_colour_to_the_other() {
        assert_eq!(mix(Color32::BLACK, Color32::WHITE, 0.0), Color32::BLACK);
        assert_eq!(mix(Color32::BLACK, Color32::WHITE, 1.0), Color32::WHITE);
        assert_eq!(mix(Color32::BLACK, Color32::WHITE, 0.5), Color32::from_rgb(128, 128, 128));
    }
}
