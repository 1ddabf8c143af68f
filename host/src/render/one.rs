//! One file to sound.

use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::audio::level::LevelMeter;
use crate::audio::output::{Output, write_whole};
use crate::audio::spool::Spool;
use crate::audio::writer::AudioWriter;
use crate::cli::Normalize;
use crate::engine::embedded::{Rendered, Settings, render as render_blocks};
use crate::engine::rack::{Chain, Part, Rack, Stage};
use crate::input::{Input, Playing, read};
use crate::instrument::shelf::{Position, Shelf};
use crate::instrument::spec::PluginSpec;
use crate::instrument::{Configuration, Format, Lost, soundfont};
use crate::job::notes::name;
use crate::job::{ChainSpec, Job, JobSettings, PartSpec, Source, format_of};
use crate::render::hearing::Hearing;
use crate::render::report::{Figures, JobReport};
use crate::render::trim::Trim;
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
        Ok(figures) => JobReport {
            output: Some(job.output.display().to_string()),
            figures: Some(figures),
            ..report
        },
        Err(error) => JobReport { error: Some(format!("{error:#}")), ..report },
    }
}

/// What is known of a job before it is done.
#[must_use]
pub fn report_of(job: &Job) -> JobReport {
    JobReport {
        input: job.input_name(),
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
        score = score.only_track(track);
    }
    let format = format_of(&job.output, settings.format)?;
    let rate = settings.sample_rate_hz;
    let mut rack = rack(job, &track_names, shelf, observer).with_context(|| job.input_name())?;
    let mut sink = Sink::create(job, format)?;
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
    let rendered = render_blocks(&mut rack, &score, engine, |left, right| {
        // A number that is none would spoil every file it gets into.
        let (left, right) = if is_finite(left) && is_finite(right) {
            (left, right)
        } else {
            is_broken = true;
            (clean(left, &mut clean_left), clean(right, &mut clean_right))
        };
        hearing.hear(left, right);
        sink.take(left, right)?;
        observer.advance(u64::try_from(left.len()).unwrap_or(0))
    })?;
    let written = sink.finish(settings, warnings)?;
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
    let plugin_seconds = rack.plugin_time().as_secs_f64();
    let latency_frames = rack.latency_frames();
    // Plugins may take their time to go; it is part of the job.
    drop(rack);
    save_states(job, shelf, observer)?;
    let figures = figures(&score, rendered, &written, rate, latency_frames, started);
    Ok(Figures {
        onset_grid_frames: has_grid.then_some(soundfont::GRID_FRAMES),
        plugin_seconds,
        ..figures
    })
}

/// The chains of a job, ready to sound.
fn rack(
    job: &Job,
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
        let part = part(&spec.part, track_names)?;
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

fn part(spec: &PartSpec, track_names: &[String]) -> Result<Part> {
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
    Ok(Part::Tracks(tracks))
}

/// Where the sound of a job goes: a file, by way of a spool where its level has to be known first.
struct Sink {
    output: Output,
    file: AudioWriter<std::io::BufWriter<std::fs::File>>,
    spool: Option<Spool>,
    level: LevelMeter,
    trim: Option<Trim>,
    frames: u64,
    sample_rate_hz: u32,
    has_loudness: bool,
    writing: String,
}

/// What was written.
struct Written {
    level: LevelMeter,
    frames: u64,
    gain_db: Option<f64>,
    clipped_count: u64,
}

impl Sink {
    fn create(job: &Job, format: crate::cli::Format) -> Result<Sink> {
        let settings = &job.settings;
        let writing = format!("writing {}", job.output.display());
        let mut output = Output::create(&job.output)?;
        // What has to be made louder or softer waits beside its file until its level is known.
        let spool = match settings.normalize {
            Some(_) => Some(Spool::in_folder(output.folder()).with_context(|| writing.clone())?),
            None => None,
        };
        let rate = settings.sample_rate_hz;
        let has_loudness =
            settings.has_loudness || matches!(settings.normalize, Some(Normalize::Lufs(_)));
        let out = output.take_file()?;
        let mark = job.fingerprint.as_deref();
        let file = AudioWriter::new(out, rate, format, settings.depth, mark)
            .with_context(|| writing.clone())?;
        Ok(Sink {
            output,
            file,
            spool,
            level: LevelMeter::new(rate, has_loudness)?,
            trim: settings.trim.then(Trim::default),
            frames: 0,
            sample_rate_hz: rate,
            has_loudness,
            writing,
        })
    }

    fn take(&mut self, left: &[f32], right: &[f32]) -> Result<()> {
        let Sink { file, spool, level, trim, frames, writing, .. } = self;
        let mut keep = |left: &[f32], right: &[f32]| {
            level.add(left, right)?;
            *frames += u64::try_from(left.len()).unwrap_or(0);
            match spool {
                Some(spool) => spool.write(left, right),
                None => file.write(left, right),
            }
            .with_context(|| writing.clone())
        };
        match trim {
            Some(trim) => trim.pass(left, right, keep),
            None => keep(left, right),
        }
    }

    fn finish(self, settings: &JobSettings, warnings: &mut Vec<String>) -> Result<Written> {
        let Sink { output, mut file, spool, mut level, frames, writing, .. } = self;
        let mut gain_db = None;
        if let (Some(mut spool), Some(normalize)) = (spool, settings.normalize) {
            let db = gain(normalize, &level, warnings);
            level = LevelMeter::new(self.sample_rate_hz, self.has_loudness)?;
            #[allow(clippy::cast_possible_truncation, reason = "a gain needs no more digits")]
            let factor = 10f64.powf(db / 20.0) as f32;
            let replayed = spool.replay(factor, |left, right| {
                level.add(left, right).map_err(std::io::Error::other)?;
                file.write(left, right)
            });
            replayed.with_context(|| writing.clone())?;
            gain_db = Some(db);
        }
        let clipped_count = file.clipped_count();
        let out = file.finish().with_context(|| writing.clone())?;
        output.finish(out)?;
        Ok(Written { level, frames, gain_db, clipped_count })
    }
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

/// The peak that normalising leaves, in dBFS: players and codecs need some room above it.
const PEAK_CEILING_DBFS: f64 = -1.0;

/// How much louder the result has to be, in dB. A loudness that would lift the peak above the ceiling is not reached, and
/// that is told; silence stays as it is.
fn gain(normalize: Normalize, level: &LevelMeter, warnings: &mut Vec<String>) -> f64 {
    let Some(peak) = level.peak_dbfs() else { return 0.0 };
    let most = PEAK_CEILING_DBFS - peak;
    let Normalize::Lufs(target) = normalize else { return most };
    let Some(lufs) = level.lufs() else {
        warnings.push("too short or too soft to have a loudness; it was left as it is".to_owned());
        return 0.0;
    };
    let wanted = target - lufs;
    if wanted > most {
        let reached = lufs + most;
        warnings.push(format!(
            "{target} LUFS would clip; the peak was brought to {PEAK_CEILING_DBFS} dBFS, which is {reached:.1} LUFS"
        ));
    }
    wanted.min(most)
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

fn warn(warnings: &mut Vec<String>, score: &Score, rendered: Rendered, clipped_count: u64) {
    if score.note_count == 0 {
        warnings.push("no note in it, so the result is silent".to_owned());
    }
    if score.hanging_count > 0 {
        warnings.push(format!(
            "{} notes have no end; they were ended with the music",
            score.hanging_count
        ));
    }
    if score.refused_count > 0 {
        warnings.push(format!("{} notes were too many to sound at once", score.refused_count));
    }
    if rendered.is_tail_cut {
        warnings.push("the sound did not die away within 30 s; the tail was cut".to_owned());
    }
    if clipped_count > 0 {
        warnings.push(format!(
            "{clipped_count} samples were beyond full scale; --depth f32 holds them"
        ));
    }
}

fn warn_of_silence(
    warnings: &mut Vec<String>,
    hearing: &Hearing,
    has_sound: bool,
    sample_rate_hz: u32,
) {
    let Some(silent) = hearing.silent() else { return };
    #[allow(clippy::cast_precision_loss, reason = "a time for people")]
    let seconds = silent.onset as f64 / f64::from(sample_rate_hz);
    let hint = match (has_sound, silent.is_from_start) {
        (false, _) => {
            "nothing sounds at all: is it the right preset, or does the plugin need --warmup SECONDS to load?"
        }
        (true, true) => "a plugin that loads in the background needs --warmup SECONDS",
        (true, false) => {
            "its key may be out of the instrument's range, or its voice taken by another note"
        }
    };
    let notes =
        if silent.count == 1 { "1 note stays" } else { &format!("{} notes stay", silent.count) };
    warnings.push(format!(
        "{notes} silent, the first is {} at {seconds:.3} s; {hint}",
        name(silent.key)
    ));
}

fn warn_of_loss(warnings: &mut Vec<String>, rack: &mut Rack) {
    for stage in rack.stages() {
        let Lost { expressions, controls } = stage.lost();
        let plugin = stage.name();
        if expressions > 0 {
            warnings.push(format!(
                "{expressions} tunings, brightnesses and pans of single notes were left out: {plugin} takes them for whole channels only"
            ));
        }
        if controls > 0 {
            warnings.push(format!(
                "{controls} controllers, bends, pressures or programs were left out: {plugin} has no way to be told them"
            ));
        }
    }
}

fn figures(
    score: &Score,
    rendered: Rendered,
    written: &Written,
    sample_rate_hz: u32,
    latency_frames: u32,
    started: Instant,
) -> Figures {
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let seconds = |frames: u64| frames as f64 / f64::from(sample_rate_hz);
    let render_seconds = started.elapsed().as_secs_f64();
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
        render_seconds,
        plugin_seconds: 0.0,
        onset_grid_frames: None,
        realtime_factor: seconds(rendered.frames) / render_seconds.max(1e-9),
    }
}
