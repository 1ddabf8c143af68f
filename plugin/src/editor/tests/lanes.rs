//! Lanes: their own lengths, and the pens that draw them.

use tresillo_pattern::document::Property;

use super::rooms::steps;
use super::*;

#[test]
fn a_lane_has_a_length_of_its_own() {
    check(
        |room| {
            room.type_into("Length of lane Velocity", "5");
        },
        |desk| {
            let lane = &desk.tracks()[0].lanes[0];
            lane.property == Property::Velocity && lane.steps.len() == 5
        },
    );
    check(
        |room| {
            room.button("Own length of the lane");
            // Drawn on the second place, where the track has no hit.
            let chart = room.at("Lane Velocity, drawn");
            room.click(pos2(244.0 + 44.0 + 20.0, chart.y), NONE);
        },
        |desk| {
            let lane = &desk.tracks()[0].lanes[0];
            (40..90).contains(&lane.steps[1].velocity.get())
                && steps(desk, 0)[1].velocity.get() == 100
        },
    );
    let mut room = Room::new(BEAT);
    room.button("Own length of the lane");
    room.button("Own length of the lane");
    assert!(room.desk().tracks()[0].lanes.is_empty());
}

#[test]
fn pens_draw_lines_curves_and_stray() {
    let velocities = |desk: &Desk| -> Vec<i64> {
        steps(desk, 3).iter().map(|step| step.velocity.get().into()).collect()
    };
    let draw = |pen: &'static str, by: Vec2| {
        move |room: &mut Room| {
            room.key(Key::Num4, NONE);
            room.button(pen);
            let chart = room.at("Lane Velocity, drawn");
            room.drag(pos2(250.0, chart.y - 40.0), by, NONE);
        }
    };
    let way = vec2(680.0, 80.0);
    check(draw("Pen: Line", way), move |desk| {
        let values = velocities(desk);
        let steps: Vec<i64> = values.windows(2).map(|pair| pair[0] - pair[1]).collect();
        // As even as whole numbers can be, but for the half step at each end.
        steps[1..6].iter().all(|step| (9..=12).contains(step)) && values[0] > 90 && values[7] < 40
    });
    check(draw("Pen: Curve", way), move |desk| {
        let values = velocities(desk);
        values[0] - values[1] < values[6] - values[7] && values[7] < 45
    });
    check(draw("Pen: Vary", way), move |desk| {
        let values = velocities(desk);
        values.windows(2).any(|pair| pair[0] < pair[1])
            && values.windows(2).any(|pair| pair[0] > pair[1])
    });
}

#[test]
fn the_chart_of_pitches_goes_over_the_octaves_of_the_track() {
    check(
        |room| {
            room.key(Key::Num3, NONE);
            room.key(Key::P, NONE);
            // The track has C1, E1 and G1: the chart goes from C0 to C3, and its middle is F#1.
            let chart = room.at("Lane Pitch, drawn");
            room.click(pos2(250.0, chart.y), NONE);
        },
        |desk| steps(desk, 2)[0].keys.iter().next().unwrap().get() == 42,
    );
}
