//! `tresillo render`: files in, sound out.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::audio::output::sweep;
use crate::batch::{Batch, child};
use crate::cli::{RenderArgs, RunArgs};
use crate::job::stems::stems;
use crate::job::{Job, JobSettings, files, inputs, manifest};
use crate::render::report::JobReport;
use crate::report::{Exit, Report};

/// Renders all inputs; one that fails costs the others nothing.
///
/// # Errors
/// A command line that makes no sense.
pub fn run(arguments: &RenderArgs, report: &mut Report) -> Result<Exit> {
    let settings = JobSettings {
        pattern: arguments.pattern.clone(),
        has_loudness: arguments.run.json,
        ..JobSettings::from(&arguments.sound)
    };
    let mut jobs = match &arguments.manifest {
        None => {
            let mut odd = Vec::new();
            let jobs = inputs::jobs(arguments, &settings, &mut odd)?;
            odd.iter().for_each(|text| report.warn(text));
            jobs
        }
        Some(file) => {
            let chains = &arguments.chains.chains;
            manifest::read(file, &settings, chains, arguments.out_dir.as_deref())?
        }
    };
    if arguments.stems {
        jobs = stems(jobs);
    }
    files::check(&jobs, &[])?;
    if let Some(shard) = arguments.shard {
        let all = std::mem::take(&mut jobs);
        jobs.extend((0..).zip(all).filter(|(place, _)| shard.has(*place)).map(|(_, job)| job));
    }
    all(jobs, &arguments.run, report)
}

/// Does jobs as the command line says, and tells of each and of all.
///
/// # Errors
/// When this program cannot find itself.
pub fn all(mut jobs: Vec<Job>, run: &RunArgs, report: &mut Report) -> Result<Exit> {
    let job_count = jobs.len();
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let is_alone = job_count == 1 && processors() > 1;
    for job in &mut jobs {
        job.settings.is_alone = is_alone;
        job.settings.is_strict = run.strict;
    }
    let worker_count = match run.jobs {
        0 => processors(),
        jobs => usize::from(jobs),
    };
    let batch = Batch {
        worker_count: worker_count.min(job_count).max(1),
        timeout: run.timeout.map(Duration::from_secs_f64),
        program: child::program()?,
        is_reused: run.reuse,
        resume: run.resume,
    };
    report.explain(&format!(
        "rendering {}, {} at a time",
        counted(job_count, "file"),
        batch.worker_count
    ));
    let folders: BTreeSet<&Path> = jobs.iter().filter_map(|job| job.output.parent()).collect();
    folders.into_iter().for_each(sweep);
    let started = Instant::now();
    let progress = report.progress(job_count);
    let mut sum = Sum::default();
    batch.run(jobs, &progress, |job, done| {
        sum.add(job, &done);
        progress.above(|| tell(job, &done, run.json, report));
        !report.is_pipe_broken()
    });
    progress.clear();
    if job_count > 1 {
        sum.tell(job_count, started.elapsed(), report);
    }
    // Where nobody reads the results any more, no further job is begun: what is not done has failed.
    let is_all_done = sum.done + sum.skipped == job_count;
    Ok(if is_all_done && !report.has_failed() { Exit::Done } else { Exit::Failed })
}

/// What came of all jobs.
#[derive(Default)]
struct Sum {
    done: usize,
    skipped: usize,
    seconds: f64,
    failed: Vec<String>,
}

/// How many failures are named at the end; each was told when it happened.
const NAMED_MAX: usize = 20;

impl Sum {
    fn add(&mut self, job: &Job, done: &JobReport) {
        match (&done.error, done.skipped) {
            (Some(_), _) => {
                self.failed.push(format!("{} ({})", job.input_name(), job.output.display()))
            }
            (None, true) => self.skipped += 1,
            (None, false) => {
                self.done += 1;
                self.seconds += done.figures.as_ref().map_or(0.0, |figures| figures.seconds);
            }
        }
    }

    fn tell(&self, job_count: usize, took: Duration, report: &mut Report) {
        let took = took.as_secs_f64();
        let skipped = match self.skipped {
            0 => String::new(),
            count => format!(", {count} were there already"),
        };
        report.tell(&format!(
            "{} of {job_count} files rendered{skipped}, {} failed: {:.1} s of sound in {took:.1} s, {:.0} × real time",
            self.done,
            self.failed.len(),
            self.seconds,
            self.seconds / took.max(1e-9)
        ));
        if !self.failed.is_empty() {
            let more = match self.failed.len().saturating_sub(NAMED_MAX) {
                0 => String::new(),
                count => format!(" and {count} more"),
            };
            let named: Vec<&str> = self.failed.iter().take(NAMED_MAX).map(String::as_str).collect();
            report.tell(&format!("failed: {}{more}", named.join(", ")));
        }
    }
}

/// Tells one result: a JSON object, or a line for people.
fn tell(job: &Job, done: &JobReport, as_json: bool, report: &mut Report) {
    for warning in &done.warnings {
        report.warn(&format!("{}: {warning}", job.input_name()));
    }
    if let Some(error) = &done.error {
        report.fail(&anyhow!("{error}"));
    }
    if as_json {
        // A report is numbers and text; it always has a JSON form.
        report.line(&serde_json::to_string(done).unwrap_or_default());
    } else if done.skipped {
        report.explain(&format!("{}: there already", job.output.display()));
    } else if let (None, Some(figures)) = (&done.error, &done.figures) {
        let peak =
            figures.peak_dbfs.map_or("silent".to_owned(), |peak| format!("peak {peak:.1} dBFS"));
        report.tell(&format!(
            "{}: {:.2} s, {}, {peak}, {:.0} × real time",
            job.output.display(),
            figures.seconds,
            counted(figures.notes, "note"),
            figures.realtime_factor
        ));
    }
}

/// `1 note`, `2 notes`.
fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
