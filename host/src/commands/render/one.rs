//! One file to sound.

use std::time::Instant;

use crate::audio::level::LevelMeter;
use crate::audio::output::Output;
use crate::audio::spool::Spool;
use crate::audio::writer::AudioWriter;
use crate::cli::Normalize;
use crate::commands::render::Figures;
use crate::engine::embedded::{Rendered, Settings, render as render_blocks};
use crate::engine::rack::{Chain, Part, Rack, Stage};
use crate::input::{Input, Playing, read};
use crate::instrument::builtin::BuiltInInstrument;
use crate::instrument::{Configuration, Instrument as _, Outputs};
use crate::job::{Job, JobSettings, format_of};
use crate::report::Progress;
use crate::score::{self, Score};
use anyhow::{Context, Result};

/// Renders one job. What was odd is told whether it succeeds or not.
pub(super) fn render(
    job: &Job,
    settings: &JobSettings,
    progress: &Progress,
) -> (Vec<String>, Result<Figures>) {
    let mut warnings = Vec::new();
    let figures = try_render(job, settings, progress, &mut warnings);
    (warnings, figures)
}

fn try_render(
    job: &Job,
    settings: &JobSettings,
    progress: &Progress,
    warnings: &mut Vec<String>,
) -> Result<Figures> {
    let started = Instant::now();
    let mut score = score(job, settings, warnings)?;
    if let Some(track) = job.stem {
        score = score.only_track(track);
    }
    let writing = || format!("writing {}", job.output.display());
    let mut output = Output::create(&job.output)?;
    // What has to be made louder or softer waits beside its file until its level is known.
    let mut spool = match settings.normalize {
        Some(_) => Some(Spool::beside(output.partial()).with_context(writing)?),
        None => None,
    };
    let rate = settings.sample_rate_hz;
    let format = format_of(&job.output, settings.format)?;
    let mut level = LevelMeter::new(rate)?;
    let mut instrument = BuiltInInstrument::default();
    let configuration = Configuration {
        sample_rate_hz: rate,
        block_frames: settings.block_frames,
        outputs: Outputs::Main,
    };
    let processor = instrument.activate(configuration)?;
    let stage = Stage::new(Box::new(instrument), processor);
    let mut rack = Rack::new(vec![Chain::new(Part::Rest, vec![stage])]);
    progress.expect(score.end_frame);
    progress.message(job.input.display().to_string());
    let mut file =
        AudioWriter::new(output.file()?, rate, format, settings.depth).with_context(writing)?;
    let engine = Settings {
        sample_rate_hz: rate,
        block_frames: settings.block_frames,
        tail: settings.tail,
        warmup: std::time::Duration::ZERO,
    };
    let rendered = render_blocks(&mut rack, &score, engine, |left, right| {
        level.add(left, right)?;
        match &mut spool {
            Some(spool) => spool.write(left, right),
            None => file.write(left, right),
        }
        .with_context(writing)?;
        progress.advance(u64::try_from(left.len()).unwrap_or(0));
        Ok::<(), anyhow::Error>(())
    })?;
    let mut gain_db = None;
    if let (Some(spool), Some(normalize)) = (&mut spool, settings.normalize) {
        let db = gain(normalize, &level, warnings);
        level = LevelMeter::new(rate)?;
        #[allow(clippy::cast_possible_truncation, reason = "a gain needs no more digits")]
        let factor = 10f64.powf(db / 20.0) as f32;
        let replayed = spool.replay(factor, |left, right| {
            level.add(left, right).map_err(std::io::Error::other)?;
            file.write(left, right)
        });
        replayed.with_context(writing)?;
        gain_db = Some(db);
    }
    drop(spool);
    let clipped_count = file.clipped_count();
    file.finish().with_context(writing)?;
    output.finish()?;
    warn(warnings, &score, rendered, clipped_count);
    let figures = figures(&score, rendered, &level, rate, rack.latency_frames(), started);
    Ok(Figures { gain_db, ..figures })
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

fn score(job: &Job, settings: &JobSettings, warnings: &mut Vec<String>) -> Result<Score> {
    let (input, odd) = read(&job.input)?;
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
            score::of_midi(&file, settings.sample_rate_hz)
        }
        Input::Project(project) => {
            let playing = Playing::new(*project, &settings.pattern)
                .with_context(|| format!("playing {}", job.input.display()))?;
            score::of_project(&playing, settings.sample_rate_hz)
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

fn figures(
    score: &Score,
    rendered: Rendered,
    level: &LevelMeter,
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
        frames: rendered.frames,
        seconds: seconds(rendered.frames),
        music_seconds: score.end_seconds,
        tail_seconds: seconds(rendered.tail_frames),
        latency_frames,
        notes: score.note_count,
        gain_db: None,
        peak_dbfs: level.peak_dbfs(),
        lufs: level.lufs(),
        render_seconds,
        realtime_factor: seconds(rendered.frames) / render_seconds.max(1e-9),
    }
}
