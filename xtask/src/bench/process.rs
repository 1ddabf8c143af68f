//! Figures of the whole program, from its start to the finished file.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::bench::{Table, smf};
use crate::demo;
use crate::place;
use crate::run;
use crate::workspace::Workspace;

/// How often the one-note file is rendered.
const SHORT_RUNS: usize = 40;

/// The long render.
const LONG_SECONDS: u32 = 600;
const LONG_VOICES: u8 = 16;

/// How long to wait between two looks at a process's memory.
const LOOK: Duration = Duration::from_millis(5);

/// Builds `tresillo` and measures it; its files lie in the build folder and are removed.
pub(super) fn measure(workspace: &Workspace, table: &mut Table) -> Result<()> {
    let tresillo = demo::build_tresillo(workspace)?;
    let folder = workspace.target.join("bench");
    place::remove(&folder)?;
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let measured = short(&tresillo, &folder, table).and_then(|()| long(&tresillo, &folder, table));
    // The long file has some 230 MB.
    place::remove(&folder)?;
    measured
}

fn short(tresillo: &Path, folder: &Path, table: &mut Table) -> Result<()> {
    let input = folder.join("note.mid");
    fs::write(&input, smf::one_note())?;
    let mut times = Vec::new();
    for _ in 0..SHORT_RUNS {
        let output = folder.join("note.wav");
        let mut command = render(tresillo, &input, &output);
        let start = Instant::now();
        run::silent(&mut command)?;
        times.push(start.elapsed());
        place::remove(&output)?;
    }
    times.sort();
    table.row(
        format!("one note, start to finished file ({SHORT_RUNS} runs)"),
        format!("min {:.1} ms, median {:.1} ms", ms(times[0]), ms(times[SHORT_RUNS / 2])),
    );
    Ok(())
}

fn long(tresillo: &Path, folder: &Path, table: &mut Table) -> Result<()> {
    let input = folder.join("long.mid");
    fs::write(&input, smf::chords(LONG_VOICES, LONG_SECONDS))?;
    let mut command = render(tresillo, &input, &folder.join("long.wav"));
    let start = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("starting {}", tresillo.display()))?;
    let peak = peak_memory(child).with_context(|| run::typed(&command))?;
    let elapsed = start.elapsed();
    table.row(
        format!("{} minutes of {LONG_VOICES} voices", LONG_SECONDS / 60),
        format!(
            "{}, {:.0} × real time",
            run::spoken(elapsed),
            f64::from(LONG_SECONDS) / elapsed.as_secs_f64()
        ),
    );
    let what = "peak memory of that render";
    match peak {
        Some(kib) => table.row(what, format!("{:.1} MB", kib as f64 * 1024.0 / 1e6)),
        None => table.skip(what, "the system has no /proc, run it on Linux"),
    }
    Ok(())
}

fn render(tresillo: &Path, input: &Path, output: &Path) -> Command {
    let mut command = Command::new(tresillo);
    command.arg("render").arg(input).arg("-o").arg(output).arg("-q");
    command
}

/// Waits for the process and returns the most memory it held at once, in KiB, as far as `/proc` tells: Linux keeps
/// the peak itself (`VmHWM`, proc_pid_status(5)), so looking now and then misses only a peak in the last milliseconds.
fn peak_memory(mut child: Child) -> Result<Option<u64>> {
    let mut peak = None;
    loop {
        peak = peak.max(peak_so_far(child.id()));
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                bail!("this failed ({status})");
            }
            return Ok(peak);
        }
        thread::sleep(LOOK);
    }
}

fn peak_so_far(process: u32) -> Option<u64> {
    vm_hwm(&fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

/// The KiB in the `VmHWM` line. A process that has ended and was not waited for has none.
fn vm_hwm(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_status_of_a_process() {
        let status = "Name:\ttresillo\nVmPeak:\t   99999 kB\nVmHWM:\t    8412 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(vm_hwm(status), Some(8412));
        assert_eq!(vm_hwm("Name:\ttresillo\nState:\tZ (zombie)\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_the_peak_of_a_running_process() {
        let memory = vec![1_u8; 32 << 20];
        let peak = peak_so_far(std::process::id()).expect("Linux tells");
        assert!(peak > 32 << 10, "{peak} KiB with {} bytes held", memory.len());
    }

    #[test]
    fn a_process_that_fails_is_an_error_not_a_figure() {
        let child = Command::new(run::cargo())
            .arg("no-such-command")
            .stderr(Stdio::null())
            .spawn()
            .expect("cargo starts");
        assert!(peak_memory(child).is_err());
    }
}
