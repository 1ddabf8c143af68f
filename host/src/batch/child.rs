//! A child process that runs plugins, and what is told of its end.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::instrument::Description;
use crate::instrument::shelf::Scanned;
use crate::job::Job;
use crate::render::report::JobReport;
use crate::report::Progress;
use crate::worker::{self, Answer, Request};

/// How long nothing may move, where no time-out is set. Large sample libraries take tens of seconds to load.
pub const STALL: Duration = Duration::from_secs(120);

/// After so many jobs a child is replaced, and when it holds so much more memory than after its first one: plugins leak.
const JOBS_MAX: usize = 500;
/// See above.
const GROWTH_BYTES_MAX: u64 = 512 << 20;

/// How long a child may take to go once it is of no use.
const GOING: Duration = Duration::from_secs(1);

/// How much of what a plugin says is kept, in bytes.
const WORDS_MAX: usize = 4096;

/// Memory that a plugin takes is zero, and memory that it gave back is not, which makes those alike in every run that read
/// what they never wrote. glibc fills with the complement of `perturb`, and only where its cache of threads is out of the way
/// (The GNU C Library manual, "Memory Allocation Tunables").
const TUNABLES: &str = "glibc.malloc.perturb=255:glibc.malloc.tcache_count=0";

/// What cannot be, unless two versions of this program meet.
const STRANGE: &str = "the process that runs plugins gave an answer to another question";

/// The variable of the environment that names what is started as a worker instead of this program's own file: a script, where
/// the program itself is started by one (a loader, a debugger).
pub const PROGRAM: &str = "TRESILLO_PROGRAM";

/// What is started as a worker.
///
/// # Errors
/// When this program cannot find itself.
pub fn program() -> Result<PathBuf> {
    match std::env::var_os(PROGRAM).filter(|path| !path.is_empty()) {
        Some(path) => Ok(PathBuf::from(path)),
        None => std::env::current_exe().context("looking for this program's own file"),
    }
}

/// A running child.
pub struct Child {
    process: std::process::Child,
    answers: Receiver<Answer>,
    last_words: Arc<Mutex<VecDeque<u8>>>,
    job_count: usize,
    first_memory_bytes: Option<u64>,
    memory_bytes: Option<u64>,
}

impl Child {
    /// Starts `program` as a worker, in surroundings that are the same everywhere: no display to open windows on, numbers
    /// written with a point, memory that begins as nought.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn start(program: &Path) -> Result<Child> {
        let mut command = Command::new(program);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command
            .arg(worker::COMMAND)
            .env("QT_QPA_PLATFORM", "offscreen")
            .env("LC_ALL", "C.UTF-8")
            .env("GLIBC_TUNABLES", TUNABLES)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {} to run plugins", program.display()))?;
        let (sender, answers) = mpsc::channel();
        if let Some(out) = process.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(out).split(b'\n') {
                    let Ok(line) = line else { return };
                    let line = String::from_utf8_lossy(&line);
                    let Some(line) = line.strip_prefix(worker::MARK) else { continue };
                    if let Ok(answer) = serde_json::from_str(line)
                        && sender.send(answer).is_err()
                    {
                        return;
                    }
                }
            });
        }
        let last_words = Arc::new(Mutex::new(VecDeque::new()));
        if let Some(mut words) = process.stderr.take() {
            let kept = Arc::clone(&last_words);
            thread::spawn(move || {
                let mut chunk = [0u8; 1024];
                while let Ok(count @ 1..) = words.read(&mut chunk) {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.extend(chunk.get(..count).unwrap_or_default());
                    let surplus = kept.len().saturating_sub(WORDS_MAX);
                    kept.drain(..surplus);
                }
            });
        }
        Ok(Child {
            process,
            answers,
            last_words,
            job_count: 0,
            first_memory_bytes: None,
            memory_bytes: None,
        })
    }

    /// Renders a job. After an error the child is not to be used any more.
    ///
    /// # Errors
    /// One sentence on how the child ended, or that it was ended because nothing moved.
    pub fn render(
        &mut self,
        job: &Job,
        timeout: Option<Duration>,
        progress: &Progress,
    ) -> Result<JobReport> {
        self.job_count += 1;
        let request = Request::Render(Box::new(job.clone()));
        match self.ask(&request, timeout, progress)? {
            Answer::Rendered { report, memory_bytes } => {
                self.memory_bytes = memory_bytes;
                self.first_memory_bytes = self.first_memory_bytes.or(memory_bytes);
                Ok(*report)
            }
            _ => bail!(STRANGE),
        }
    }

    /// Lists the plugins of a file, or gives the sentence that says why there is none.
    ///
    /// # Errors
    /// As [`Child::render`].
    pub fn list(
        &mut self,
        path: &Path,
        timeout: Duration,
    ) -> Result<Result<Vec<Description>, String>> {
        let request = Request::List(path.to_owned());
        match self.ask(&request, Some(timeout), &Progress::none())? {
            Answer::Listed(listed) => Ok(Ok(listed)),
            Answer::Refused(text) => Ok(Err(text)),
            _ => bail!(STRANGE),
        }
    }

    /// Makes a plugin that was listed and says all there is to know of it.
    ///
    /// # Errors
    /// As [`Child::render`].
    pub fn describe(&mut self, listed: &Description, timeout: Duration) -> Result<Scanned> {
        let request = Request::Describe(Box::new(listed.clone()));
        match self.ask(&request, Some(timeout), &Progress::none())? {
            Answer::Described(scanned) => Ok(*scanned),
            _ => bail!(STRANGE),
        }
    }

    /// Whether another should take its place.
    #[must_use]
    pub fn is_worn_out(&self) -> bool {
        let growth = match (self.first_memory_bytes, self.memory_bytes) {
            (Some(first), Some(now)) => now.saturating_sub(first),
            _ => 0,
        };
        self.job_count >= JOBS_MAX || growth > GROWTH_BYTES_MAX
    }

    fn ask(
        &mut self,
        request: &Request,
        timeout: Option<Duration>,
        progress: &Progress,
    ) -> Result<Answer> {
        let mut line = serde_json::to_string(request)?;
        line.push('\n');
        let sent = self.process.stdin.as_mut().map(|stdin| stdin.write_all(line.as_bytes()));
        let mut doing = match request {
            Request::Render(_) => "starting".to_owned(),
            Request::List(path) => format!("listing the plugins of {}", path.display()),
            Request::Describe(listed) => format!("making {}", listed.name),
        };
        if !matches!(sent, Some(Ok(()))) {
            return Err(self.ended(&doing));
        }
        self.last_words.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            let wait = end.map_or(STALL, |end| end.saturating_duration_since(Instant::now()));
            match self.answers.recv_timeout(wait) {
                Ok(Answer::Stage(stage)) => doing = stage,
                Ok(Answer::Expect(frames)) => progress.expect(frames),
                Ok(Answer::Advance(frames)) => progress.advance(frames),
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Disconnected) => return Err(self.ended(&doing)),
                Err(RecvTimeoutError::Timeout) => {
                    self.end();
                    let words = self.words();
                    return Err(match timeout {
                        Some(timeout) => anyhow!(
                            "not done after {} s, which is its --timeout: it was still {doing}{words}",
                            timeout.as_secs_f64()
                        ),
                        None => anyhow!(
                            "nothing moved for {} s while {doing}; a plugin hangs, or waits for a window to be answered (its licence?){words}",
                            STALL.as_secs()
                        ),
                    });
                }
            }
        }
    }

    /// What to say of a child that ended by itself.
    fn ended(&mut self, doing: &str) -> anyhow::Error {
        // It has closed its output, or does not read any more; it may still hang.
        let end = Instant::now() + GOING;
        while Instant::now() < end && matches!(self.process.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
        let is_hanging = matches!(self.process.try_wait(), Ok(None));
        if is_hanging {
            self.end();
            return anyhow!("a plugin closed what is not its own and hung while {doing}");
        }
        let status = self.process.wait();
        // Its last words may still be on their way.
        thread::sleep(Duration::from_millis(20));
        let words = self.words();
        match status {
            Ok(status) => anyhow!("a plugin {} while {doing}{words}", told(status)),
            Err(error) => anyhow!("the process that runs plugins is gone while {doing}: {error}"),
        }
    }

    /// The last line that was said, in brackets.
    fn words(&self) -> String {
        let kept = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
        last.map_or_else(String::new, |line| {
            let line: String = line.chars().filter(|c| !c.is_control()).take(160).collect();
            format!(" (its last words: {line})")
        })
    }

    fn end(&mut self) {
        // Gone already is as good. What a plugin started goes too: it is of the same group.
        #[cfg(unix)]
        if let Some(group) =
            i32::try_from(self.process.id()).ok().and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Plugins crash while their process ends; there is nothing in it that has to be kept.
        self.end();
    }
}

/// What a process did to end so.
fn told(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            let name = match signal {
                4 => "crashed (illegal instruction)",
                6 => "crashed (it called abort)",
                7 => "crashed (bus error)",
                8 => "crashed (arithmetic error)",
                9 => "was killed, perhaps for want of memory,",
                11 => "crashed (segmentation fault)",
                _ => return format!("was ended by signal {signal}"),
            };
            return name.to_owned();
        }
    }
    match status.code() {
        Some(code) => format!("ended the process (exit code {code})"),
        None => "ended the process".to_owned(),
    }
}
