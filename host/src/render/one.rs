//! One file to sound.

use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::audio::output::write_whole;
use crate::engine::embedded::{Rendered, Settings, render as render_blocks};
use crate::engine::rack::{Chain, Part, PluginFailed, Rack, Stage};
use crate::input::{Input, Playing, read};
use crate::instrument::shelf::{Position, Shelf};
use crate::instrument::spec::PluginSpec;
use crate::instrument::{Configuration, Format, Message, soundfont};
use crate::job::{ChainSpec, Job, JobSettings, PartSpec, Source, format_of};
use crate::render::hearing::Hearing;
use crate::render::report::{Figures, JobReport};
use crate::render::sink::{Lane, STOPPED, Sink, Written};
use crate::render::warnings::{warn, warn_of_loss, warn_of_silence};
use crate::score::{self, Score};

/// Who watches a render.
pub trait Observer {
    /// Something begins that may go wrong in a plugin: "loading a.clap".
    fn stage(&mut self, _doing: &str) {}

    /// So many frames more are to be done.
    fn expect(&mut self, _frames: u64) {}

    /// So many frames more are done.
    ///
    /// # Errors
    /// A reason to give up.
    fn advance(&mut self, _frames: u64) -> Result<()> {
        Ok(())
    }
}

/// Nobody watches.
impl Observer for () {}

/// Renders one job. A panic in it is its error.
#[must_use]
pub fn render(job: &Job, shelf: &mut Shelf, observer: &mut dyn Observer) -> JobReport {
    let mut warnings = Vec::new();
    let result =
        panic::catch_unwind(AssertUnwindSafe(|| try_render(job, shelf, observer, &mut warnings)));
    let result = result.unwrap_or_else(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Err(anyhow!("a fault in Tresillo itself, please report it: {text}"))
    });
    let report = JobReport { warnings, ..report_of(job) };
    match result {
        Ok(figures) => JobReport { figures: Some(figures), ..report },
        Err(error) => JobReport { error: Some(format!("{error:#}")), ..report },
    }
}

/// What is known of a job before it is done.
#[must_use]
pub fn report_of(job: &Job) -> JobReport {
    JobReport {
        input: job.input_name(),
        output: Some(job.output.display().to_string()),
        engine: "embedded".to_owned(),
        plugins: job.plugin_names(),
        ..JobReport::default()
    }
}

fn try_render(
    job: &Job,
    shelf: &mut Shelf,
    observer: &mut dyn Observer,
    warnings: &mut Vec<String>,
) -> Result<Figures> {
    let started = Instant::now();
    let settings = &job.settings;
    let (mut score, track_names) = score(job, warnings)?;
    if let Some(track) = job.stem {
        let count = track_names.len();
        if usize::from(track) >= count {
            bail!("{}: there is no track {}; there are {count}", job.input_name(), track + 1);
        }
        score = score.only_track(track);
    }
    let format = format_of(&job.output, settings.format)?;
    let rate = settings.sample_rate_hz;
    let loading = Instant::now();
    let mut rack =
        rack(job, &score, &track_names, shelf, observer).with_context(|| job.input_name())?;
    let loading = loading.elapsed();
    let mut lane = Lane::new(Sink::create(job, format)?, settings.is_alone);
    observer.expect(score.end_frame - score.start_frame);
    observer.stage(&format!("playing through {}", job.plugin_names().join(", ")));
    let mut hearing = Hearing::new(&score, rate);
    let engine = Settings {
        sample_rate_hz: rate,
        block_frames: settings.block_frames,
        tail: settings.tail,
        warmup: Duration::from_secs_f64(settings.warmup_seconds),
    };
    let mut is_broken = false;
    let (mut clean_left, mut clean_right) = (Vec::new(), Vec::new());
    let rendered: Result<Rendered> = render_blocks(&mut rack, &score, engine, |left, right| {
        // A number that is none would spoil every file it gets into.
        let (left, right) = if is_finite(left) && is_finite(right) {
            (left, right)
        } else {
            is_broken = true;
            (clean(left, &mut clean_left), clean(right, &mut clean_right))
        };
        hearing.hear(left, right);
        lane.take(left, right)?;
        observer.advance(u64::try_from(left.len()).unwrap_or(0))
    });
    // Where the other thread failed, it knows best why.
    let sink = lane.done();
    let rendered = match (rendered, &sink) {
        (Err(error), Err(_)) if error.to_string() == STOPPED => Rendered::default(),
        (rendered, _) => rendered.map_err(|error| match error.is::<PluginFailed>() {
            true => error.context(job.input_name()),
            false => error,
        })?,
    };
    hearing.finish();
    let written = sink?.finish(settings, warnings)?;
    warn(warnings, &score, rendered, written.clipped_count);
    if is_broken {
        warnings.push(
            "a plugin gave numbers that are none (NaN or infinite); they were made silent"
                .to_owned(),
        );
    }
    warn_of_silence(warnings, &hearing, written.level.peak() > 0.0, rate);
    warn_of_loss(warnings, &mut rack);
    let is_soundfont =
        |stage: &mut Stage| stage.instrument().description().format == Format::Soundfont;
    let has_grid = rack.stages().any(is_soundfont);
    let playing = rack.plugin_time();
    let latency_frames = rack.latency_frames();
    // Plugins may take their time to go; it is part of the job.
    observer.stage(&format!("leaving {}", job.plugin_names().join(", ")));
    let leaving = Instant::now();
    drop(rack);
    let plugin_seconds = (loading + playing + leaving.elapsed()).as_secs_f64();
    if settings.is_strict && !warnings.is_empty() {
        let all = std::mem::take(warnings).join("; ");
        bail!("{}: a warning, which --strict takes for an error: {all}", job.input_name());
    }
    save_states(job, shelf, observer).with_context(|| job.input_name())?;
    let figures = figures(&score, rendered, &written, rate, latency_frames);
    written.place()?;
    let render_seconds = started.elapsed().as_secs_f64();
    Ok(Figures {
        onset_grid_frames: has_grid.then_some(soundfont::GRID_FRAMES),
        plugin_seconds,
        render_seconds,
        realtime_factor: figures.seconds / render_seconds.max(1e-9),
        ..figures
    })
}

/// The chains of a job, ready to sound.
fn rack(
    job: &Job,
    score: &Score,
    track_names: &[String],
    shelf: &mut Shelf,
    observer: &mut dyn Observer,
) -> Result<Rack> {
    let rest = || ChainSpec { part: PartSpec::Rest, plugins: vec![PluginSpec::new("builtin")] };
    let mut specs = job.chains.clone();
    if !specs.iter().any(|chain| chain.part == PartSpec::Rest) {
        specs.push(rest());
    }
    let mut chains = Vec::with_capacity(specs.len());
    for spec in &specs {
        let part = part(&spec.part, score, track_names)?;
        let mut stages = Vec::with_capacity(spec.plugins.len());
        for (index, plugin) in spec.plugins.iter().enumerate() {
            let position = if index == 0 { Position::First } else { Position::Behind };
            stages.push(stage(plugin, position, &job.settings, shelf, observer)?);
        }
        chains.push(Chain::new(part, stages));
    }
    Ok(Rack::new(chains))
}

/// Writes the states that were asked for, each of an instance that has not played: saving changes how some sound, and playing
/// changes what some save.
fn save_states(job: &Job, shelf: &mut Shelf, observer: &mut dyn Observer) -> Result<()> {
    for plugin in job.chains.iter().flat_map(|chain| &chain.plugins) {
        let Some(file) = &plugin.save_state else { continue };
        observer.stage(&format!("saving the state of {}", plugin.plugin));
        let configuration = configuration(plugin, &job.settings);
        let mut instrument = shelf.open(plugin, Position::Any, configuration)?;
        let state = instrument.save_state().with_context(|| plugin.plugin.clone())?;
        write_whole(file, &state)?;
    }
    Ok(())
}

fn configuration(plugin: &PluginSpec, settings: &JobSettings) -> Configuration {
    Configuration {
        sample_rate_hz: settings.sample_rate_hz,
        block_frames: settings.block_frames,
        outputs: plugin.outputs,
    }
}

fn stage(
    plugin: &PluginSpec,
    position: Position,
    settings: &JobSettings,
    shelf: &mut Shelf,
    observer: &mut dyn Observer,
) -> Result<Stage> {
    let configuration = configuration(plugin, settings);
    observer.stage(&format!("loading {}", plugin.plugin));
    let mut instrument = shelf.open(plugin, position, configuration)?;
    observer.stage(&format!("activating {}", plugin.plugin));
    let processor = instrument.activate(configuration).with_context(|| plugin.plugin.clone())?;
    Ok(Stage::new(instrument, processor))
}

fn part(spec: &PartSpec, score: &Score, track_names: &[String]) -> Result<Part> {
    let track = match spec {
        PartSpec::Rest => return Ok(Part::Rest),
        PartSpec::Channels(mask) => return Ok(Part::Channels(*mask)),
        PartSpec::Track(track) => track,
    };
    let numbered = |index: &usize| *index < track_names.len();
    let by_number = track.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(numbered);
    let named = (0..).zip(track_names).filter(|(_, name)| name.eq_ignore_ascii_case(track));
    let mut tracks: Vec<u16> = named.map(|(index, _)| index).collect();
    if tracks.is_empty() {
        tracks.extend(by_number.and_then(|index| u16::try_from(index).ok()));
    }
    if tracks.is_empty() {
        let names: Vec<String> = (1..)
            .zip(track_names)
            .take(16)
            .map(|(number, name)| format!("{number} \"{name}\""))
            .collect();
        bail!("--map track:{track}: there is no such track; there are {}", names.join(", "));
    }
    let channels = score
        .messages
        .iter()
        .filter(|message| {
            matches!(message.message, Message::NoteOn { .. }) && tracks.contains(&message.track)
        })
        .fold(0, |mask, message| mask | 1 << (message.channel & 15));
    Ok(Part::Tracks { tracks, channels })
}

/// Whether all are numbers.
fn is_finite(samples: &[f32]) -> bool {
    // Nought times a number is nought, and times anything else it is none; lanes of their own need not wait for each other.
    let mut lanes = [0.0f32; 8];
    let mut chunks = samples.chunks_exact(lanes.len());
    for chunk in &mut chunks {
        for (lane, sample) in lanes.iter_mut().zip(chunk) {
            *lane += sample * 0.0;
        }
    }
    let rest: f32 = chunks.remainder().iter().map(|sample| sample * 0.0).sum();
    (lanes.iter().sum::<f32>() + rest).is_finite()
}

fn clean<'a>(samples: &[f32], room: &'a mut Vec<f32>) -> &'a [f32] {
    room.clear();
    room.extend(samples.iter().map(|sample| if sample.is_finite() { *sample } else { 0.0 }));
    room
}

/// What plays, and the names of its tracks.
fn score(job: &Job, warnings: &mut Vec<String>) -> Result<(Score, Vec<String>)> {
    let settings = &job.settings;
    let path = match &job.source {
        Source::Notes(notes) => return Ok((notes.score(settings.sample_rate_hz), Vec::new())),
        Source::File(path) => path,
    };
    let (input, odd) = read(path)?;
    warnings.extend(odd);
    Ok(match input {
        Input::Midi(file) => {
            let pattern = &settings.pattern;
            let for_patterns = [
                ("--bpm", pattern.bpm.is_some()),
                ("--cycles", pattern.cycles.is_some()),
                ("--seed", pattern.seed.is_some()),
                ("--pattern", pattern.pattern.is_some()),
            ];
            for (name, _) in for_patterns.iter().filter(|(_, is_given)| *is_given) {
                warnings.push(format!("{name} is for patterns; a MIDI file plays as it is"));
            }
            let names = file.tracks.iter().map(|track| track.name().unwrap_or_default());
            (score::of_midi(&file, settings.sample_rate_hz), names.collect())
        }
        Input::Project(project) => {
            let playing = Playing::new(*project, &settings.pattern)
                .with_context(|| format!("playing {}", path.display()))?;
            let names = playing
                .pattern()
                .map(|pattern| pattern.tracks.iter().map(|track| track.name.clone()).collect());
            (score::of_project(&playing, settings.sample_rate_hz), names.unwrap_or_default())
        }
    })
}

fn figures(
    score: &Score,
    rendered: Rendered,
    written: &Written,
    sample_rate_hz: u32,
    latency_frames: u32,
) -> Figures {
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let seconds = |frames: u64| frames as f64 / f64::from(sample_rate_hz);
    Figures {
        sample_rate: sample_rate_hz,
        channels: 2,
        frames: written.frames,
        seconds: seconds(written.frames),
        music_seconds: score.end_seconds,
        tail_seconds: seconds(rendered.tail_frames),
        latency_frames,
        notes: score.note_count,
        gain_db: written.gain_db,
        peak_dbfs: written.level.peak_dbfs(),
        lufs: written.level.lufs(),
        ..Figures::default()
    }
}
