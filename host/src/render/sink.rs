//! Where the sound of a job goes: a file, by way of a spool where its level has to be known first.

use std::fs::File;
use std::io::BufWriter;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow};

use crate::audio::level::LevelMeter;
use crate::audio::output::Output;
use crate::audio::spool::Spool;
use crate::audio::writer::AudioWriter;
use crate::cli::{Format, Normalize};
use crate::job::{Job, JobSettings};
use crate::render::trim::Trim;

/// A file that grows; see the module.
pub(super) struct Sink {
    output: Output,
    file: AudioWriter<BufWriter<File>>,
    spool: Option<Spool>,
    level: LevelMeter,
    trim: Option<Trim>,
    frames: u64,
    sample_rate_hz: u32,
    has_loudness: bool,
    writing: String,
}

/// What was written.
pub(super) struct Written {
    pub(super) level: LevelMeter,
    pub(super) frames: u64,
    pub(super) gain_db: Option<f64>,
    pub(super) clipped_count: u64,
    output: Output,
    out: BufWriter<File>,
}

impl Written {
    /// Gives the file its name.
    ///
    /// # Errors
    /// One sentence when that cannot be; then nothing stands there.
    pub(super) fn place(self) -> Result<()> {
        self.output.finish(self.out)
    }
}

impl Sink {
    pub(super) fn create(job: &Job, format: Format) -> Result<Sink> {
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
            level: LevelMeter::new(rate, has_loudness),
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
            level.add(left, right);
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

    /// The file, whole but for its name.
    pub(super) fn finish(
        self,
        settings: &JobSettings,
        warnings: &mut Vec<String>,
    ) -> Result<Written> {
        let Sink { output, mut file, spool, mut level, frames, writing, .. } = self;
        let mut gain_db = None;
        if let (Some(mut spool), Some(normalize)) = (spool, settings.normalize) {
            let db = gain(normalize, &level, warnings);
            level = LevelMeter::new(self.sample_rate_hz, self.has_loudness);
            #[allow(clippy::cast_possible_truncation, reason = "a gain needs no more digits")]
            let factor = 10f64.powf(db / 20.0) as f32;
            let replayed = spool.replay(factor, |left, right| {
                level.add(left, right);
                file.write(left, right)
            });
            replayed.with_context(|| writing.clone())?;
            gain_db = Some(db);
        }
        let clipped_count = file.clipped_count();
        let out = file.finish().with_context(|| writing.clone())?;
        Ok(Written { level, frames, gain_db, clipped_count, output, out })
    }
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

/// How many frames go over to the other thread at once.
const BATCH_FRAMES: usize = 16_384;
/// How many of them may be on their way.
const BATCHES_MAX: usize = 8;

/// A sink, here or on a thread of its own. Measuring and writing takes as long as a small plugin does; where a processor is
/// free, it is done beside it.
pub(super) enum Lane {
    /// In this thread.
    Here(Box<Sink>),
    /// In another.
    Beside(Beside),
}

/// A sink on a thread of its own.
pub(super) struct Beside {
    batch: Batch,
    full: SyncSender<Batch>,
    empty: Receiver<Batch>,
    thread: JoinHandle<Result<Sink>>,
}

/// Frames on their way, both channels as long.
#[derive(Default)]
struct Batch {
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Batch {
    fn clear(mut self) -> Batch {
        self.left.clear();
        self.right.clear();
        self
    }
}

impl Lane {
    /// A lane for `sink`.
    pub(super) fn new(mut sink: Sink, is_beside: bool) -> Lane {
        if !is_beside {
            return Lane::Here(Box::new(sink));
        }
        let (full, to_write) = sync_channel::<Batch>(BATCHES_MAX);
        let (written, empty) = sync_channel::<Batch>(BATCHES_MAX + 1);
        let thread = thread::spawn(move || {
            for batch in to_write {
                sink.take(&batch.left, &batch.right)?;
                // Room for all there are: it never waits, and nobody minds where the other side has gone.
                let _ = written.try_send(batch);
            }
            Ok(sink)
        });
        Lane::Beside(Beside { batch: Batch::default(), full, empty, thread })
    }

    /// Takes frames; both channels are as long.
    ///
    /// # Errors
    /// What the file refuses; beside, that is told with some later frames.
    pub(super) fn take(&mut self, left: &[f32], right: &[f32]) -> Result<()> {
        match self {
            Lane::Here(sink) => sink.take(left, right),
            Lane::Beside(beside) => {
                beside.batch.left.extend_from_slice(left);
                beside.batch.right.extend_from_slice(right);
                if beside.batch.left.len() >= BATCH_FRAMES { beside.send() } else { Ok(()) }
            }
        }
    }

    /// The sink, when all of its frames are taken.
    ///
    /// # Errors
    /// As [`Lane::take`].
    pub(super) fn done(self) -> Result<Sink> {
        match self {
            Lane::Here(sink) => Ok(*sink),
            Lane::Beside(mut beside) => {
                // What went wrong is told by the thread.
                let _ = beside.send();
                let Beside { full, thread, .. } = beside;
                drop(full);
                thread.join().unwrap_or_else(|_| Err(anyhow!("the thread that writes is gone")))
            }
        }
    }
}

impl Beside {
    fn send(&mut self) -> Result<()> {
        let next = self.empty.try_recv().map(Batch::clear).unwrap_or_default();
        let batch = std::mem::replace(&mut self.batch, next);
        self.full.send(batch).map_err(|_| anyhow!(STOPPED))
    }
}

/// What is told while the thread still has to say why; see [`Lane::done`].
pub(super) const STOPPED: &str = "the file cannot be written";
