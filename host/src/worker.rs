//! Working for another process of this program: requests on standard input, answers on standard output, one JSON object a
//! line. What a plugin does to this process costs the other one job.
//!
//! A line of ours begins with [`MARK`]; anything else on standard output is a plugin talking to itself. Where the system can,
//! plugins' words go to standard error instead.

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::instrument::Description;
use crate::instrument::shelf::{Scanned, Shelf};
use crate::job::Job;
use crate::render::one::{self, Observer};
use crate::render::report::JobReport;
use crate::report::Exit;

/// The hidden command that works so.
pub const COMMAND: &str = "worker";

/// How a line of ours begins: the record separator of ASCII, as in JSON text sequences (RFC 7464).
pub const MARK: char = '\u{1e}';

/// What is asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Request {
    /// Render a job.
    Render(Box<Job>),
    /// List the plugins of a file.
    List(PathBuf),
    /// Make one that was listed, and say all there is to know of it.
    Describe(Box<Description>),
}

/// What is answered: any number of the first three, then one of the others.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Something begins in which a plugin may fail.
    Stage(String),
    /// So many frames more are to be done.
    Expect(u64),
    /// So many frames more are done.
    Advance(u64),
    /// A job is done.
    Rendered {
        /// What came out.
        report: Box<JobReport>,
        /// The memory of this process; absent where the system does not tell.
        memory_bytes: Option<u64>,
    },
    /// The plugins of a file.
    Listed(Vec<Description>),
    /// One plugin.
    Described(Box<Scanned>),
    /// A file holds no plugin, and why.
    Refused(String),
}

/// Serves until standard input ends. `before_job` puts right what one job could leave for the next.
pub fn serve(before_job: fn()) -> Exit {
    die_with_parent();
    let Ok(mut out) = own_output() else { return Exit::Failed };
    let requests = requests();
    let mut shelf = Shelf::default();
    while let Ok(request) = requests.recv() {
        before_job();
        let answer = match request {
            Request::Render(job) => {
                let mut observer = Told { out: &mut out, frames: 0, last: Instant::now() };
                let report = Box::new(one::render(&job, &mut shelf, &mut observer));
                Answer::Rendered { report, memory_bytes: memory_bytes() }
            }
            Request::List(path) => match shelf.list(&path) {
                Ok(listed) => Answer::Listed(listed),
                Err(error) => Answer::Refused(format!("{error:#}")),
            },
            Request::Describe(listed) => Answer::Described(Box::new(shelf.describe(*listed))),
        };
        if tell(&mut out, &answer).is_err() {
            break;
        }
    }
    Exit::Done
}

/// Standard input, read by a thread of its own, so that this process ends with its parent whatever a plugin does: when the
/// input ends while a job runs, nobody waits for it.
fn requests() -> mpsc::Receiver<Request> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if let Ok(request) = serde_json::from_str(&line)
                && sender.send(request).is_err()
            {
                break;
            }
        }
        std::process::exit(1);
    });
    receiver
}

/// A copy of standard output for ourselves; standard output itself becomes standard error.
#[cfg(unix)]
fn own_output() -> io::Result<File> {
    let own = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(File::from(own))
}

#[cfg(windows)]
fn own_output() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}

/// Asks the system to end this process with its parent, where it can; elsewhere the end of standard input does it.
fn die_with_parent() {
    #[cfg(target_os = "linux")]
    {
        let killed = rustix::process::Signal::KILL;
        // Where it cannot, the end of standard input does it.
        let _ = rustix::process::set_parent_process_death_signal(Some(killed));
    }
}

fn tell(out: &mut File, answer: &Answer) -> Result<()> {
    let mut line = String::from(MARK);
    line.push_str(&serde_json::to_string(answer)?);
    line.push('\n');
    out.write_all(line.as_bytes())?;
    Ok(())
}

/// How often progress is told.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// Tells the other process how a job goes.
struct Told<'a> {
    out: &'a mut File,
    frames: u64,
    last: Instant,
}

impl Observer for Told<'_> {
    fn stage(&mut self, doing: &str) {
        // If nobody listens any more, the next request does not come either.
        let _ = tell(self.out, &Answer::Stage(doing.to_owned()));
    }

    fn expect(&mut self, frames: u64) {
        let _ = tell(self.out, &Answer::Expect(frames));
    }

    fn advance(&mut self, frames: u64) -> Result<()> {
        self.frames += frames;
        if self.last.elapsed() >= PROGRESS_INTERVAL {
            self.last = Instant::now();
            tell(self.out, &Answer::Advance(std::mem::take(&mut self.frames)))?;
        }
        Ok(())
    }
}

/// The memory that this process holds, in bytes (proc(5), `/proc/pid/statm`).
fn memory_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split_whitespace().nth(1)?.parse().ok()?;
    #[cfg(unix)]
    let page = u64::try_from(rustix::param::page_size()).ok()?;
    #[cfg(not(unix))]
    let page = 4096;
    Some(pages * page)
}
