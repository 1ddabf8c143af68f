//! The parameters that a host shows, automates and saves. Their ids are a promise: never renamed, never used again.

mod choices;

use std::array;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::*;
use tresillo_pattern::document::{Key, Level, Percent};
use tresillo_pattern::format::pitch;
use tresillo_pattern::limits::TRACKS_MAX;
use tresillo_pattern::{Mutes, PatternIndex, Performance, SwingOffset};

use crate::bridge::Bridge;
use crate::engine::Settings;

pub(crate) use choices::{ExpressionOutput, Launch, NoteInput, RunMode};

/// The parameters, and the document as the one persisted field beside them.
#[derive(Params)]
pub(crate) struct SequencerParams {
    /// The text of a project file.
    #[persist = "project"]
    pub(crate) document: SavedDocument,

    /// The learned controllers, one a line.
    #[persist = "controllers"]
    pub(crate) controllers: SavedControllers,

    /// Ends what sounds and plays nothing.
    #[id = "bypass"]
    pub(crate) bypass: BoolParam,

    /// Which pattern plays, from 1.
    #[id = "pattern"]
    pub(crate) pattern: IntParam,

    /// Whether the song plays instead of the pattern.
    #[id = "song"]
    pub(crate) song: BoolParam,

    /// Whether steps with the condition FILL sound.
    #[id = "fill"]
    pub(crate) fill: BoolParam,

    /// Semitones added to melodic tracks.
    #[id = "transpose"]
    pub(crate) transpose: IntParam,

    /// Points of a percent added to the pattern's swing.
    #[id = "swing"]
    pub(crate) swing: FloatParam,

    /// Share of each step's chance that is left, in percent.
    #[id = "chance"]
    pub(crate) chance: IntParam,

    /// What is made of velocities, in percent.
    #[id = "velocity"]
    pub(crate) velocity: IntParam,

    /// What is made of gate lengths, in percent.
    #[id = "gate"]
    pub(crate) gate: IntParam,

    /// Added to the pattern's humanising, in percent.
    #[id = "humanise"]
    pub(crate) humanise: IntParam,

    /// Other dice than the project's own.
    #[id = "seed"]
    pub(crate) seed: IntParam,

    #[nested(group = "Playing")]
    pub(crate) playing: PlayingParams,

    #[nested(array, group = "Track")]
    pub(crate) tracks: [TrackParams; TRACKS_MAX],

    /// Whether any of the tracks' parameters has moved since they were last looked at.
    have_tracks_changed: Arc<AtomicBool>,
}

/// What the parameters of all tracks say. They are looked at when one has moved: sixty-four of them in each block would be a
/// quarter of what a block costs while nothing plays.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TrackValues {
    mutes: Mutes,
    levels: [Level; TRACKS_MAX],
}

/// When it plays, and what it does with what comes in.
#[derive(Params)]
pub(crate) struct PlayingParams {
    #[id = "run"]
    pub(crate) run: EnumParam<RunMode>,

    #[id = "launch"]
    pub(crate) launch: EnumParam<Launch>,

    /// Whether what comes in goes out as well.
    #[id = "through"]
    pub(crate) through: BoolParam,

    #[id = "input"]
    pub(crate) input: EnumParam<NoteInput>,

    /// The key that transposes by nothing, and that chooses the first pattern.
    #[id = "input_key"]
    pub(crate) input_key: IntParam,

    /// The track that is recorded onto, from 1.
    #[id = "record_track"]
    pub(crate) record_track: IntParam,

    /// How much too late what is recorded comes in.
    #[id = "record_latency"]
    pub(crate) record_latency: FloatParam,

    #[id = "expression"]
    pub(crate) expression: EnumParam<ExpressionOutput>,
}

/// What a host can turn of one track.
#[derive(Params)]
pub(crate) struct TrackParams {
    #[id = "mute"]
    pub(crate) mute: BoolParam,

    /// What is made of its velocities, in percent.
    #[id = "level"]
    pub(crate) level: IntParam,
}

impl SequencerParams {
    pub(crate) fn new(bridge: Arc<Bridge>) -> SequencerParams {
        let percent_param = |name, default, max| {
            IntParam::new(name, default, IntRange::Linear { min: 0, max }).with_unit(" %")
        };
        let have_tracks_changed = Arc::new(AtomicBool::new(true));
        SequencerParams {
            document: SavedDocument(Arc::clone(&bridge)),
            controllers: SavedControllers(bridge),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            pattern: IntParam::new("Pattern", 1, IntRange::Linear { min: 1, max: 128 }),
            song: BoolParam::new("Song", false),
            fill: BoolParam::new("Fill", false),
            transpose: IntParam::new("Transpose", 0, IntRange::Linear { min: -48, max: 48 })
                .with_unit(" st"),
            swing: FloatParam::new("Swing", 0.0, FloatRange::Linear { min: -25.0, max: 25.0 })
                .with_unit(" %")
                .with_step_size(0.1),
            chance: percent_param("Chance", 100, 100),
            velocity: percent_param("Velocity", 100, 200),
            gate: percent_param("Gate", 100, 200),
            humanise: percent_param("Humanise", 0, 100),
            seed: IntParam::new("Seed", 0, IntRange::Linear { min: 0, max: 9999 }),
            playing: PlayingParams::new(),
            tracks: array::from_fn(|index| TrackParams::new(index, &have_tracks_changed)),
            have_tracks_changed,
        }
    }

    /// What the values mean to the music; `of_tracks` is from the time before. `[audio-thread]`
    pub(crate) fn performance(&self, of_tracks: &mut TrackValues) -> Performance {
        if self.have_tracks_changed.swap(false, Ordering::AcqRel) {
            *of_tracks = self.track_values();
        }
        self.with_tracks(of_tracks)
    }

    fn with_tracks(&self, of_tracks: &TrackValues) -> Performance {
        let from_one = u8::try_from(self.pattern.value()).unwrap_or(1);
        Performance {
            pattern: PatternIndex(from_one.saturating_sub(1)),
            is_song: self.song.value(),
            is_fill: self.fill.value(),
            mutes: of_tracks.mutes,
            transpose: i8::try_from(self.transpose.value()).unwrap_or(0),
            swing: SwingOffset::from_points(f64::from(self.swing.value())),
            chance: Percent::saturating(percent(&self.chance)),
            humanise: Percent::saturating(percent(&self.humanise)),
            velocity: Level::saturating(percent(&self.velocity)),
            gate: Level::saturating(percent(&self.gate)),
            track_levels: of_tracks.levels,
            seed: u32::try_from(self.seed.value()).unwrap_or(0),
        }
    }

    /// The same without a memory of its own. Not on the audio thread.
    pub(crate) fn performance_now(&self) -> Performance {
        let of_tracks = self.track_values();
        self.with_tracks(&of_tracks)
    }

    /// Whether notes that come in are recorded onto the nearest steps.
    pub(crate) fn records(&self) -> bool {
        self.playing.input.value() == NoteInput::Record
    }

    /// What notes that come in do when recording is switched.
    pub(crate) fn input_that_records(&self, records: bool) -> NoteInput {
        if records { NoteInput::Record } else { NoteInput::Nothing }
    }

    fn track_values(&self) -> TrackValues {
        let mut values = TrackValues::default();
        for (track_index, (track, level)) in self.tracks.iter().zip(&mut values.levels).enumerate()
        {
            values.mutes = values.mutes.with(track_index, track.mute.value());
            *level = Level::saturating(percent(&track.level));
        }
        values
    }

    /// The pages that a host lays on its knobs. `[main-thread]`
    pub(crate) fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        context.add_section("Tresillo", |section| {
            section.add_page("Play", |page| {
                page.add_param(&self.pattern);
                page.add_param(&self.fill);
                page.add_param(&self.transpose);
                page.add_param(&self.swing);
                page.add_param(&self.chance);
                page.add_param(&self.velocity);
                page.add_param(&self.gate);
                page.add_param(&self.humanise);
            });
            section.add_page("Set up", |page| {
                page.add_param(&self.song);
                page.add_param(&self.playing.run);
                page.add_param(&self.playing.launch);
                page.add_param(&self.playing.input);
                page.add_param(&self.playing.through);
                page.add_param(&self.playing.record_track);
                page.add_param(&self.playing.expression);
                page.add_param(&self.seed);
            });
        });
        // More than eight are split over pages of their own by the framework.
        context.add_section("Tracks", |section| {
            section.add_page("Mutes", |page| {
                self.tracks.iter().for_each(|track| page.add_param(&track.mute));
            });
            section.add_page("Levels", |page| {
                self.tracks.iter().for_each(|track| page.add_param(&track.level));
            });
        });
    }

    /// What the values mean to the engine. `[audio-thread]`
    pub(crate) fn settings(&self) -> Settings {
        let playing = &self.playing;
        Settings {
            run: playing.run.value(),
            launch: playing.launch.value(),
            is_through: playing.through.value(),
            input: playing.input.value(),
            input_key: u8::try_from(playing.input_key.value()).unwrap_or(60),
            record_track: u8::try_from(playing.record_track.value() - 1).unwrap_or(0),
            record_latency_seconds: f64::from(playing.record_latency.value()) / 1000.0,
        }
    }
}

impl PlayingParams {
    fn new() -> PlayingParams {
        PlayingParams {
            run: EnumParam::new("Run", RunMode::default()),
            launch: EnumParam::new("Change patterns", Launch::default()),
            through: BoolParam::new("MIDI through", false),
            input: EnumParam::new("Notes in", NoteInput::default()),
            input_key: IntParam::new("Input key", 60, IntRange::Linear { min: 0, max: 127 })
                .with_value_to_string(Arc::new(|key| pitch::name(key_of(key))))
                .with_string_to_value(Arc::new(|text| {
                    let text = text.trim();
                    let named = pitch::read(text).filter(|(_, bytes)| *bytes == text.len());
                    named.map(|(key, _)| i32::from(key.get())).or_else(|| text.parse().ok())
                })),
            record_track: IntParam::new("Record track", 1, IntRange::Linear { min: 1, max: 32 }),
            record_latency: FloatParam::new(
                "Record latency",
                0.0,
                FloatRange::Linear { min: 0.0, max: 200.0 },
            )
            .with_unit(" ms")
            .with_step_size(0.1),
            expression: EnumParam::new("Expression out", ExpressionOutput::default()),
        }
    }
}

fn key_of(number: i32) -> Key {
    Key::saturating(u8::try_from(number.clamp(0, 127)).unwrap_or(60))
}

fn percent(param: &IntParam) -> u8 {
    u8::try_from(param.value()).unwrap_or(100)
}

impl TrackParams {
    fn new(track_index: usize, has_changed: &Arc<AtomicBool>) -> TrackParams {
        let number = track_index + 1;
        let levels = IntRange::Linear { min: 0, max: 200 };
        let (of_mute, of_level) = (Arc::clone(has_changed), Arc::clone(has_changed));
        TrackParams {
            mute: BoolParam::new(format!("Mute {number}"), false)
                .with_callback(Arc::new(move |_| of_mute.store(true, Ordering::Release))),
            level: IntParam::new(format!("Level {number}"), 100, levels)
                .with_unit(" %")
                .with_callback(Arc::new(move |_| of_level.store(true, Ordering::Release))),
        }
    }
}

/// The bridge as a field that is saved with the parameters.
///
/// Hosts call it on their own threads. The framework would call it on the audio thread for a state that an editor of ours sets
/// by `GuiContext::set_state`: an editor sends documents through the bridge instead.
pub(crate) struct SavedDocument(Arc<Bridge>);

/// The learned controllers of the same bridge.
pub(crate) struct SavedControllers(Arc<Bridge>);

impl<'a> PersistentField<'a, String> for SavedControllers {
    fn set(&self, text: String) {
        self.0.set_controllers(&text);
    }

    fn map<F, R>(&self, read: F) -> R
    where
        F: Fn(&String) -> R,
    {
        read(&self.0.controllers())
    }
}

impl<'a> PersistentField<'a, String> for SavedDocument {
    fn set(&self, text: String) {
        self.0.set_text(&text);
    }

    fn map<F, R>(&self, read: F) -> R
    where
        F: Fn(&String) -> R,
    {
        read(&self.0.text())
    }
}
