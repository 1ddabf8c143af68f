//! Writing: a print of a pattern as a Standard MIDI File.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{
    Format, Header, MetaMessage, MidiMessage, PitchBend, Smf, Timing, TrackEvent, TrackEventKind,
};

use crate::document::{Control, Lock, Pattern, Project, Velocity};
use crate::performance::Performance;
use crate::queue::EventKind;
use crate::smf::print::{Printed, PrintedEvent};
use crate::time::{PPQ, Tick};

/// How finely time is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileDivision {
    /// 960 ticks a quarter note unless something would move, then all 20160.
    #[default]
    UnlessLossy,
    /// So many ticks a quarter note, `1..=32767`; onsets go to the nearest.
    Fixed(u16),
}

/// The division that most programs work in.
const COMMON_PPQ: u16 = 960;
/// Our own: fits the 15 bits of the header.
const OUR_PPQ: u16 = 20160;
const _: () = assert!(PPQ == OUR_PPQ as i64);

/// The bytes of a format 1 file: a track with name, tempo and metre, then one for each track of the pattern.
///
/// The first tick of the print is tick 0 of the file.
#[must_use]
pub fn write(
    project: &Project,
    performance: &Performance,
    printed: &Printed,
    start: Tick,
    division: FileDivision,
) -> Vec<u8> {
    let ppq = match division {
        FileDivision::Fixed(ppq) => ppq.clamp(1, 0x7FFF),
        FileDivision::UnlessLossy if is_on_grid(printed, start, COMMON_PPQ) => COMMON_PPQ,
        FileDivision::UnlessLossy => OUR_PPQ,
    };
    let scale = Scale { start, ppq };
    let pattern = project.patterns.get(usize::from(performance.pattern.0));
    let empty = Pattern::default();
    let pattern = pattern.unwrap_or(&empty);

    let mut smf = Smf::new(Header::new(Format::Parallel, Timing::Metrical(u15::new(ppq))));
    let title = if project.name.is_empty() { &pattern.name } else { &project.name };
    smf.tracks.push(conductor(project, title, printed, scale));
    for index in 0..track_count(project, performance, pattern) {
        let mut line = Line::new(scale);
        if let Some(name) = track_name(project, performance, pattern, index) {
            line.push(start, TrackEventKind::Meta(MetaMessage::TrackName(name.as_bytes())));
        }
        for event in printed.events.iter().filter(|printed| printed.event.track_index == index) {
            if let Some(message) = voice(event) {
                line.push(event.event.tick, message);
            }
        }
        smf.tracks.push(line.finish(printed.end));
    }
    let mut bytes = Vec::new();
    // Writing to memory fails only where a track is longer than 4 GiB; our limits end far below.
    if smf.write_std(&mut bytes).is_err() {
        bytes.clear();
    }
    bytes
}

/// The patterns that may sound: the one that plays, or those of the song, in its order.
fn patterns<'a>(
    project: &'a Project,
    performance: &Performance,
    pattern: &'a Pattern,
) -> Vec<&'a Pattern> {
    if !performance.is_song {
        return vec![pattern];
    }
    let slots = project.song.slots.iter();
    slots.filter_map(|slot| project.patterns.get(usize::from(slot.pattern.0))).collect()
}

fn track_count(project: &Project, performance: &Performance, pattern: &Pattern) -> u8 {
    let patterns = patterns(project, performance, pattern);
    let most = patterns.iter().map(|pattern| pattern.tracks.len()).max().unwrap_or(0);
    u8::try_from(most).unwrap_or(u8::MAX)
}

/// What the track at this place is called in the first pattern that has one there.
fn track_name<'a>(
    project: &'a Project,
    performance: &Performance,
    pattern: &'a Pattern,
    index: u8,
) -> Option<&'a str> {
    let patterns = patterns(project, performance, pattern);
    let tracks = patterns.into_iter().filter_map(|p| p.tracks.get(usize::from(index)));
    tracks.map(|track| track.name.as_str()).find(|name| !name.is_empty())
}

fn is_on_grid(printed: &Printed, start: Tick, ppq: u16) -> bool {
    let grid = PPQ / i64::from(ppq);
    printed.events.iter().all(|printed| (printed.event.tick - start).0 % grid == 0)
}

fn conductor<'a>(
    project: &Project,
    title: &'a str,
    printed: &Printed,
    scale: Scale,
) -> Vec<TrackEvent<'a>> {
    let mut line = Line::new(scale);
    if !title.is_empty() {
        line.push(scale.start, TrackEventKind::Meta(MetaMessage::TrackName(title.as_bytes())));
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "1 to 999 BPM are 60,060 to 60,000,000 microseconds; beyond 24 bits it is clamped"
    )]
    let microseconds = (6e7 / project.tempo.bpm()).round() as u32;
    let tempo = u24::new(microseconds.min(0x00FF_FFFF));
    line.push(scale.start, TrackEventKind::Meta(MetaMessage::Tempo(tempo)));
    let unit = u8::try_from(project.metre.unit.max(1).ilog2()).unwrap_or(2);
    let metre = MetaMessage::TimeSignature(project.metre.beats, unit, 24, 8);
    line.push(scale.start, TrackEventKind::Meta(metre));
    line.finish(printed.end)
}

/// The message of an event; `None` for what a MIDI file cannot say of a note by itself.
fn voice(printed: &PrintedEvent) -> Option<TrackEventKind<'static>> {
    let key = u7::new(printed.event.address.key & 0x7F);
    let message = match printed.event.kind {
        EventKind::NoteOn { velocity } => {
            MidiMessage::NoteOn { key, vel: u7::new(Velocity::from_share(velocity).get()) }
        }
        EventKind::NoteOff => MidiMessage::NoteOff { key, vel: u7::new(64) },
        EventKind::Control(lock) => control(lock, key)?,
    };
    let channel = u4::new(printed.event.address.channel & 0x0F);
    Some(TrackEventKind::Midi { channel, message })
}

fn control(lock: Lock, key: u7) -> Option<MidiMessage> {
    // Within the range of its control, which for all but the bend is seven bits.
    let value = u7::new(u8::try_from(lock.value()).unwrap_or(0) & 0x7F);
    Some(match lock.control() {
        Control::Cc(controller) => {
            MidiMessage::Controller { controller: u7::new(controller.get()), value }
        }
        Control::Program => MidiMessage::ProgramChange { program: value },
        Control::Bend => MidiMessage::PitchBend { bend: PitchBend::from_int(lock.value()) },
        Control::Pressure => MidiMessage::Aftertouch { key, vel: value },
        Control::Tuning | Control::Brightness | Control::Pan => return None,
    })
}

#[derive(Clone, Copy)]
struct Scale {
    start: Tick,
    ppq: u16,
}

impl Scale {
    /// A tick of ours in ticks of the file: the nearest, halves up, so that error does not accumulate.
    fn file_tick(self, tick: Tick) -> u32 {
        let since = crate::time::mul_div_round((tick - self.start).0, i64::from(self.ppq), PPQ);
        u32::try_from(since.max(0)).unwrap_or(u32::MAX)
    }
}

/// One track as it grows.
struct Line<'a> {
    scale: Scale,
    events: Vec<TrackEvent<'a>>,
    last: u32,
}

impl<'a> Line<'a> {
    fn new(scale: Scale) -> Line<'a> {
        Line { scale, events: Vec::new(), last: 0 }
    }

    fn push(&mut self, tick: Tick, kind: TrackEventKind<'a>) {
        let at = self.scale.file_tick(tick);
        // A delta time has 28 bits; a longer rest would need an event in between, and our limits end before.
        let delta = u28::new(at.saturating_sub(self.last).min(0x0FFF_FFFF));
        self.last = at;
        self.events.push(TrackEvent { delta, kind });
    }

    fn finish(mut self, end: Tick) -> Vec<TrackEvent<'a>> {
        self.push(end, TrackEventKind::Meta(MetaMessage::EndOfTrack));
        self.events
    }
}
