//! Many jobs at the same time, told in their order.
//!
//! A job that runs code of others is done by a child process of its own, or by one that does many. The rest (the built-in instrument,
//! SoundFonts) is done here, by threads.

pub mod child;
pub mod fingerprint;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::batch::child::Child;
use crate::instrument::shelf::Shelf;
use crate::job::Job;
use crate::render::one::{self, Observer, report_of};
use crate::render::report::JobReport;
use crate::report::Progress;

/// How a batch is done.
#[derive(Clone, Debug)]
pub struct Batch {
    /// How many jobs at the same time, at least 1.
    pub worker_count: usize,
    /// After how long a job is given up; `None`: after [`child::STALL`] in which nothing moves.
    pub timeout: Option<Duration>,
    /// The program that child processes run: this one.
    pub program: PathBuf,
    /// Whether a child does many jobs, though plugins may keep something between their instances.
    pub is_reused: bool,
    /// Whether files that are there, whole and unchanged, are left as they are.
    pub resume: bool,
}

impl Batch {
    /// Does all jobs; `tell` hears of each in their order, as soon as it and all before it are done. When it returns false,
    /// no further job is begun.
    pub fn run(
        &self,
        jobs: Vec<Job>,
        progress: &Progress,
        mut tell: impl FnMut(&Job, JobReport) -> bool,
    ) {
        let fingerprints = fingerprint::Fingerprints::default();
        let worker = || Worker {
            batch: self,
            progress,
            fingerprints: &fingerprints,
            shelf: None,
            child: None,
        };
        if self.worker_count.min(jobs.len()) <= 1 {
            // No thread for what needs none: starting up is a good part of a short render.
            let mut worker = worker();
            for mut job in jobs {
                let done = worker.work(&mut job);
                if !tell(&job, done) {
                    return;
                }
            }
            return;
        }
        let next = AtomicUsize::new(0);
        let (next, jobs, worker) = (&next, &jobs, &worker);
        let (sender, receiver) = mpsc::channel::<(usize, JobReport)>();
        thread::scope(|scope| {
            for _ in 0..self.worker_count.min(jobs.len()) {
                let sender = sender.clone();
                scope.spawn(move || {
                    let mut worker = worker();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(job) = jobs.get(index) else { return };
                        let done = worker.work(&mut job.clone());
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
                    if let Some(job) = jobs.get(told)
                        && !tell(job, done)
                    {
                        next.store(jobs.len(), Ordering::Relaxed);
                    }
                    told += 1;
                }
            }
        });
    }
}

/// Does one job after another.
struct Worker<'a> {
    batch: &'a Batch,
    progress: &'a Progress,
    fingerprints: &'a fingerprint::Fingerprints,
    /// For jobs that are done here.
    shelf: Option<Shelf>,
    /// For jobs that run code of others.
    child: Option<Child>,
}

impl Worker<'_> {
    fn work(&mut self, job: &mut Job) -> JobReport {
        self.progress.message(job.input_name());
        // What cannot be read or found is told by the render itself.
        job.fingerprint = self.fingerprints.of(job).ok();
        let done = if self.batch.resume && fingerprint::is_done(job) {
            JobReport { skipped: true, ..report_of(job) }
        } else if job.is_foreign() {
            self.work_in_child(job)
        } else {
            let name = job.input_name();
            let mut here = Here::new(self.progress, self.batch.timeout, &name);
            one::render(job, self.shelf.get_or_insert_with(Shelf::default), &mut here)
        };
        self.progress.file_done(done.figures.as_ref().map(|figures| figures.seconds));
        done
    }

    fn work_in_child(&mut self, job: &Job) -> JobReport {
        let failed = |error: &anyhow::Error| JobReport {
            error: Some(format!("{}: {error:#}", job.input_name())),
            ..report_of(job)
        };
        let mut child = match self.child.take() {
            Some(child) => child,
            None => match Child::start(&self.batch.program) {
                Ok(child) => child,
                Err(error) => return failed(&error),
            },
        };
        match child.render(job, self.batch.timeout, self.progress) {
            Ok(report) => {
                if self.batch.is_reused && !child.is_worn_out() {
                    self.child = Some(child);
                }
                report
            }
            Err(error) => failed(&error),
        }
    }
}

/// Watches a job that is done in this process.
struct Here<'a> {
    progress: &'a Progress,
    end: Option<(Instant, Duration)>,
    /// What people call the input.
    name: &'a str,
}

impl<'a> Here<'a> {
    fn new(progress: &'a Progress, timeout: Option<Duration>, name: &'a str) -> Here<'a> {
        let end = timeout.and_then(|timeout| Some((Instant::now().checked_add(timeout)?, timeout)));
        Here { progress, end, name }
    }
}

impl Observer for Here<'_> {
    fn expect(&mut self, frames: u64) {
        self.progress.expect(frames);
    }

    fn advance(&mut self, frames: u64) -> Result<()> {
        self.progress.advance(frames);
        match self.end {
            Some((end, timeout)) if Instant::now() > end => {
                bail!(
                    "{}: not done after {} s, which is its --timeout",
                    self.name,
                    timeout.as_secs_f64()
                )
            }
            _ => Ok(()),
        }
    }
}
