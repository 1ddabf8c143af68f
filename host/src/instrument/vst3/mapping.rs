//! Which parameters and expressions the messages of MIDI are for a plugin. VST3 has no controllers: the plugin says which
//! parameter each of them moves.
#![allow(unsafe_code, reason = "calls into a plugin")]

use vst3::ComPtr;
use vst3::Steinberg::Vst::ControllerNumbers_::{kAfterTouch, kPitchBend};
use vst3::Steinberg::Vst::NoteExpressionTypeIDs_::{kBrightnessTypeID, kPanTypeID, kTuningTypeID};
use vst3::Steinberg::Vst::{
    IEditController, IMidiMapping, IMidiMappingTrait, INoteExpressionController,
    INoteExpressionControllerTrait, IUnitInfo, IUnitInfoTrait, NoteExpressionTypeID,
    NoteExpressionTypeInfo, ParamID, UnitID, kNoParamId, kRootUnitId,
};
use vst3::Steinberg::{kResultOk, kResultTrue};

use super::plain::Plain;
use super::{parameter, ports};
use crate::instrument::{Expression, Message};

/// The controllers of MIDI, then channel pressure, then the pitch wheel. Plugins assert that they are asked for no other.
const CONTROLLER_COUNT: usize = 130;
const CHANNEL_COUNT: usize = 16;
/// More expressions than any plugin has.
const EXPRESSION_COUNT_MAX: i32 = 256;

/// What moves a parameter: its id and normalised value.
pub(super) type Move = (ParamID, f64);

/// A parameter that chooses among programs.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Programs {
    id: ParamID,
    /// How many programs there are, at least 1.
    count: i32,
}

/// The assignments of all channels, as they were when they were asked for.
pub(super) struct Mapping {
    /// `ids[channel * CONTROLLER_COUNT + controller]`.
    ids: Vec<Option<ParamID>>,
    programs: [Option<Programs>; CHANNEL_COUNT],
    /// Expressions of the first channel; plugins do not tell channels apart here.
    expressions: Vec<NoteExpressionTypeID>,
}

impl Mapping {
    /// Asks the controller. `channel_count` is how many channels the plugin tells apart.
    pub(super) fn new(controller: Option<&ComPtr<IEditController>>, channel_count: u8) -> Mapping {
        let nothing =
            Mapping { ids: Vec::new(), programs: [None; CHANNEL_COUNT], expressions: Vec::new() };
        let Some(controller) = controller else { return nothing };
        Mapping {
            ids: controllers(controller, i16::from(channel_count)),
            programs: programs(controller, channel_count),
            expressions: expressions(controller),
        }
    }

    /// How many parameters its messages move.
    pub(super) fn parameter_count(&self) -> usize {
        let programs = self.programs.iter().flatten().map(|programs| programs.id);
        let mut ids: Vec<ParamID> = self.ids.iter().flatten().copied().chain(programs).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len()
    }

    /// The parameter that a message moves; `None` where the plugin has none for it.
    pub(super) fn moved(&self, channel: u8, message: Message) -> Option<Move> {
        let assigned = |controller: usize| {
            let place = usize::from(channel) * CONTROLLER_COUNT + controller;
            self.ids.get(place).copied().flatten()
        };
        let seven = |value: u8| f64::from(value.min(127)) / 127.0;
        match message {
            Message::ControlChange { controller, value } => {
                let id = assigned(usize::from(controller & 0x7F))?;
                Some((id, seven(value)))
            }
            Message::ChannelPressure { pressure } => {
                Some((assigned(usize::try_from(kAfterTouch).ok()?)?, seven(pressure)))
            }
            Message::PitchBend { value } => {
                Some((assigned(usize::try_from(kPitchBend).ok()?)?, bend(value)))
            }
            Message::ProgramChange { program } => {
                let programs = (*self.programs.get(usize::from(channel))?)?;
                let program = i32::from(program);
                let last = programs.count - 1;
                let value = if last > 0 { f64::from(program) / f64::from(last) } else { 0.0 };
                (program <= last).then_some((programs.id, value))
            }
            _ => None,
        }
    }

    /// The expression as plugins count it; `None` where this one has it not.
    pub(super) fn expressed(&self, expression: Expression) -> Option<(NoteExpressionTypeID, f64)> {
        let (id, value) = match expression {
            // Half is the key itself, and the ends are ten octaves away.
            Expression::Tuning(semitones) => (kTuningTypeID, 0.5 + semitones / 240.0),
            Expression::Brightness(value) => (kBrightnessTypeID, value),
            Expression::Pan(value) => (kPanTypeID, value),
        };
        self.expressions.contains(&id).then(|| (id, value.clamp(0.0, 1.0)))
    }
}

/// The wheel as a normalised value. The middle is exactly one half, so that a wheel at rest does not detune; both ends are
/// reached.
fn bend(value: i16) -> f64 {
    let value = f64::from(value.clamp(-8192, 8191));
    if value < 0.0 { 0.5 + value / 16_384.0 } else { 0.5 + value / 16_382.0 }
}

fn controllers(controller: &ComPtr<IEditController>, channels: i16) -> Vec<Option<ParamID>> {
    let Some(mapping) = controller.cast::<IMidiMapping>() else { return Vec::new() };
    let numbers = i16::try_from(CONTROLLER_COUNT).unwrap_or(0);
    let cells = (0..channels).flat_map(|channel| (0..numbers).map(move |number| (channel, number)));
    cells
        .map(|(channel, number)| {
            let mut id = kNoParamId;
            // SAFETY: the controller is alive and `id` is there to be filled.
            let result =
                unsafe { mapping.getMidiControllerAssignment(0, channel, number, &raw mut id) };
            (result == kResultTrue && id != kNoParamId).then_some(id)
        })
        .collect()
}

/// The parameters that program changes move: for each channel the one of its unit, else the one of the root, else the first.
fn programs(
    controller: &ComPtr<IEditController>,
    channel_count: u8,
) -> [Option<Programs>; CHANNEL_COUNT] {
    let all: Vec<(UnitID, Programs)> = parameter::infos(controller)
        .filter(parameter::is_program)
        .map(|info| {
            let count = info.stepCount.max(0).saturating_add(1);
            (info.unitId, Programs { id: info.id, count })
        })
        .collect();
    let mut programs = [None; CHANNEL_COUNT];
    if all.is_empty() {
        return programs;
    }
    let units = controller.cast::<IUnitInfo>();
    for (channel, place) in (0..i32::from(channel_count)).zip(&mut programs) {
        let mut unit: UnitID = kRootUnitId;
        if let Some(units) = &units {
            let mut said: UnitID = kRootUnitId;
            // SAFETY: the controller is alive and `said` is there to be filled.
            let result = unsafe {
                units.getUnitByBus(ports::EVENT, ports::INPUT, 0, channel, &raw mut said)
            };
            unit = if result == kResultOk { said } else { kRootUnitId };
        }
        let of = |wanted: UnitID| all.iter().find(|(unit, _)| *unit == wanted);
        let found = of(unit).or_else(|| of(kRootUnitId)).or(all.first());
        *place = found.map(|(_, programs)| *programs);
    }
    programs
}

fn expressions(controller: &ComPtr<IEditController>) -> Vec<NoteExpressionTypeID> {
    let Some(controller) = controller.cast::<INoteExpressionController>() else {
        return Vec::new();
    };
    // SAFETY: the controller is alive.
    let count = unsafe { controller.getNoteExpressionCount(0, 0) }.clamp(0, EXPRESSION_COUNT_MAX);
    (0..count)
        .filter_map(|index| {
            let mut info = NoteExpressionTypeInfo::zeroed();
            // SAFETY: the controller is alive and `info` is there to be filled.
            let result = unsafe { controller.getNoteExpressionInfo(0, 0, index, &raw mut info) };
            (result == kResultOk).then_some(info.typeId)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        let mut ids = vec![None; 2 * CONTROLLER_COUNT];
        ids[74] = Some(700);
        ids[CONTROLLER_COUNT + 74] = Some(701);
        ids[128] = Some(800);
        ids[129] = Some(800);
        let mut programs = [None; CHANNEL_COUNT];
        programs[1] = Some(Programs { id: 900, count: 128 });
        programs[2] = Some(Programs { id: 901, count: 1 });
        Mapping { ids, programs, expressions: vec![kTuningTypeID, kPanTypeID] }
    }

    #[test]
    fn messages_move_the_parameters_of_their_channel() {
        let mapping = mapping();
        let cc = |controller, value| Message::ControlChange { controller, value };
        assert_eq!(mapping.moved(0, cc(74, 127)), Some((700, 1.0)));
        assert_eq!(mapping.moved(1, cc(74, 0)), Some((701, 0.0)));
        assert_eq!(mapping.moved(2, cc(74, 0)), None);
        assert_eq!(mapping.moved(0, cc(1, 0)), None);
        let pressure = Message::ChannelPressure { pressure: 127 };
        assert_eq!(mapping.moved(0, pressure), Some((800, 1.0)));
        assert_eq!(mapping.moved(0, Message::PitchBend { value: 0 }), Some((800, 0.5)));
        let program = |program| Message::ProgramChange { program };
        assert_eq!(mapping.moved(1, program(127)), Some((900, 1.0)));
        assert_eq!(mapping.moved(1, program(0)), Some((900, 0.0)));
        assert_eq!(mapping.moved(2, program(0)), Some((901, 0.0)));
        assert_eq!(mapping.moved(2, program(1)), None, "there is one program");
        assert_eq!(mapping.moved(0, program(0)), None);
        assert_eq!(mapping.parameter_count(), 5);
        assert_eq!(Mapping::new(None, 16).moved(0, cc(74, 1)), None);
    }

    #[test]
    fn the_wheel_rests_in_the_middle_and_reaches_both_ends() {
        let is = |value: f64, expected: f64| (value - expected).abs() < 1e-12;
        assert!(is(bend(0), 0.5) && is(bend(-8192), 0.0) && is(bend(8191), 1.0));
        assert!(bend(-1) < 0.5 && bend(1) > 0.5);
    }

    #[test]
    fn expressions_are_told_where_the_plugin_has_them() {
        let mapping = mapping();
        assert_eq!(mapping.expressed(Expression::Tuning(0.0)), Some((kTuningTypeID, 0.5)));
        assert_eq!(mapping.expressed(Expression::Tuning(-120.0)), Some((kTuningTypeID, 0.0)));
        assert_eq!(mapping.expressed(Expression::Pan(1.0)), Some((kPanTypeID, 1.0)));
        assert_eq!(mapping.expressed(Expression::Brightness(1.0)), None);
    }
}
