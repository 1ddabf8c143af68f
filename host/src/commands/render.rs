//! `tresillo render`: files in, sound out.

mod one;

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anyhow::{Result, anyhow};
use serde::Serialize;

use crate::cli::RenderArgs;
use crate::job::{Job, JobSettings, jobs, stems};
use crate::report::{Exit, Progress, Report};

/// What is told of one job: an object of `--json`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct JobReport {
    /// The file that was rendered.
    pub input: String,
    /// Where the sound is; absent where the job failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Who rendered.
    pub engine: &'static str,
    /// What sounded, in series.
    pub plugins: Vec<String>,
    /// What was measured; absent where the job failed.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
    /// What was odd.
    pub warnings: Vec<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What was measured of one render.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures {
    /// Frames a second.
    pub sample_rate: u32,
    /// Channels of the file.
    pub channels: u16,
    /// Its length.
    pub frames: u64,
    /// Its length in seconds.
    pub seconds: f64,
    /// To the last end of track.
    pub music_seconds: f64,
    /// What sounds after it.
    pub tail_seconds: f64,
    /// Latency that was taken out.
    pub latency_frames: u32,
    /// Notes that start.
    pub notes: usize,
    /// By how much the result was made louder; absent where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain_db: Option<f64>,
    /// The largest sample; absent for silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_dbfs: Option<f64>,
    /// Integrated loudness by EBU R 128; absent for silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lufs: Option<f64>,
    /// How long rendering took.
    pub render_seconds: f64,
    /// How much faster than playing that is.
    pub realtime_factor: f64,
}

/// Renders all inputs; one that fails costs the others nothing.
///
/// # Errors
/// A command line that makes no sense.
pub fn run(arguments: &RenderArgs, report: &mut Report) -> Result<Exit> {
    let settings = JobSettings::from(arguments);
    let mut jobs = jobs(arguments)?;
    if arguments.stems {
        jobs = stems(jobs, &settings);
    }
    let worker_count = usize::from(arguments.jobs).min(jobs.len());
    report.explain(&format!("rendering {} files, {worker_count} at a time", jobs.len()));
    let progress = report.progress();
    let mut failed = 0;
    in_order(&jobs, &settings, worker_count, &progress, |job, mut done| {
        if arguments.strict && done.error.is_none() && !done.warnings.is_empty() {
            done.error = Some(format!("--strict: {}", done.warnings.join("; ")));
        }
        if done.error.is_some() {
            failed += 1;
        }
        tell(job, &done, arguments.json, report);
    });
    progress.clear();
    if failed > 0 && jobs.len() > 1 {
        report.tell(&format!("{failed} of {} files failed", jobs.len()));
    }
    Ok(if failed == 0 { Exit::Done } else { Exit::Failed })
}

/// Runs the jobs on some threads and tells each result in the order of the jobs, as soon as it and all before it are there.
fn in_order(
    jobs: &[Job],
    settings: &JobSettings,
    worker_count: usize,
    progress: &Progress,
    mut tell: impl FnMut(&Job, JobReport),
) {
    if worker_count <= 1 {
        // No thread for what needs none: starting up is a good part of a short render.
        for job in jobs {
            tell(job, guarded(job, settings, progress));
        }
        return;
    }
    let next = AtomicUsize::new(0);
    let next = &next;
    let (sender, receiver) = mpsc::channel::<(usize, JobReport)>();
    thread::scope(|scope| {
        for _ in 0..worker_count {
            let sender = sender.clone();
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(index) else { return };
                    let done = guarded(job, settings, progress);
                    if sender.send((index, done)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting: Vec<Option<JobReport>> = jobs.iter().map(|_| None).collect();
        let mut told = 0;
        for (index, done) in receiver {
            if let Some(place) = waiting.get_mut(index) {
                *place = Some(done);
            }
            while let Some(done) = waiting.get_mut(told).and_then(Option::take) {
                if let Some(job) = jobs.get(told) {
                    tell(job, done);
                }
                told += 1;
            }
        }
    });
}

/// One job; a panic in it is its error.
fn guarded(job: &Job, settings: &JobSettings, progress: &Progress) -> JobReport {
    let result = panic::catch_unwind(AssertUnwindSafe(|| one::render(job, settings, progress)));
    let (warnings, figures) = match result {
        Ok(done) => done,
        Err(payload) => {
            let text = payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| payload.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            (Vec::new(), Err(anyhow!("a fault in Tresillo itself, please report it: {text}")))
        }
    };
    let mut report = JobReport {
        input: job.input.display().to_string(),
        engine: "embedded",
        plugins: vec![crate::instrument::builtin::NAME.to_owned()],
        warnings,
        ..JobReport::default()
    };
    match figures {
        Ok(figures) => {
            report.output = Some(job.output.display().to_string());
            report.figures = Some(figures);
        }
        Err(error) => report.error = Some(format!("{error:#}")),
    }
    report
}

/// Tells one result: a JSON object, or a line for people.
fn tell(job: &Job, done: &JobReport, as_json: bool, report: &mut Report) {
    for warning in &done.warnings {
        report.warn(&format!("{}: {warning}", job.input.display()));
    }
    if let Some(error) = &done.error {
        report.fail(&anyhow!("{error}"));
    }
    if as_json {
        // A report is numbers and text; it always has a JSON form.
        report.line(&serde_json::to_string(done).unwrap_or_default());
    } else if let (None, Some(figures)) = (&done.error, &done.figures) {
        let peak = figures.peak_dbfs.map_or("silent".to_owned(), |peak| format!("{peak:.1} dBFS"));
        report.tell(&format!(
            "{}: {:.2} s, {} notes, peak {peak}, {:.0} × real time",
            job.output.display(),
            figures.seconds,
            figures.notes,
            figures.realtime_factor
        ));
    }
}
