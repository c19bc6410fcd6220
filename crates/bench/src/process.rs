//! A process from outside: time, memory.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};

/// How long a command takes, from start to end, in seconds.
pub(crate) fn wall_s(command: &mut Command) -> anyhow::Result<f64> {
    let began = Instant::now();
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output();
    let took_s = began.elapsed().as_secs_f64();
    let output = output.with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(took_s)
}

/// `weir --data-dir DIR`.
pub(crate) fn weir(binary: &Path, dir: &Path) -> Command {
    let mut command = Command::new(binary);
    command.arg("--data-dir").arg(dir);
    command
}

/// The processor time that a process has taken so far, in seconds.
pub(crate) fn cpu_s(pid: u32) -> anyhow::Result<f64> {
    /// Clock ticks a second: fixed by Linux's interface to programs.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields = stat.rsplit_once(')').context("a process has a name")?.1;
    let ticks = |number: usize| -> anyhow::Result<f64> {
        Ok(fields.split_whitespace().nth(number).context("a process has times")?.parse()?)
    };
    Ok((ticks(11)? + ticks(12)?) / TICKS)
}

/// The memory that a process holds now, in MiB.
pub(crate) fn resident_mib(pid: u32) -> anyhow::Result<f64> {
    memory_mib(pid, "VmRSS")
}

/// The most that it held since it began, or since [`reset_peak`], in MiB.
pub(crate) fn peak_mib(pid: u32) -> anyhow::Result<f64> {
    memory_mib(pid, "VmHWM")
}

/// What this process holds now is the most that it held, from here on.
pub(crate) fn reset_peak() -> anyhow::Result<()> {
    std::fs::write("/proc/self/clear_refs", "5").context("the peak of memory cannot be reset")
}

fn memory_mib(pid: u32, of: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(of)).context("memory")?;
    let kib: f64 = line.split_whitespace().nth(1).context("memory")?.parse()?;
    Ok(kib / 1024.0)
}
