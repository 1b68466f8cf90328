//! What a process has used, as `proc(5)` tells.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::Duration;

use codemode_run::Usage;

/// Reads what a process and its children that were waited for have used. Its files stay open: they are read in front of every
/// program and behind it, where somebody waits for each of these calls.
#[derive(Debug)]
pub struct Meter {
    /// `proc_pid_io(5)`.
    io: Option<File>,
    /// `proc_pid_stat(5)`.
    stat: File,
    /// `proc_pid_status(5)`.
    status: Option<File>,
}

impl Meter {
    /// `None` when there is no such process, or no `/proc`.
    pub fn of(pid: i32) -> Option<Self> {
        let open = |name: &str| File::open(format!("/proc/{pid}/{name}"));
        Some(Self { io: open("io").ok(), stat: open("stat").ok()?, status: open("status").ok() })
    }

    /// All of it.
    pub fn usage(&self) -> Usage {
        let status = text(self.status.as_ref());
        let peak = status.lines().find_map(|line| {
            line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()
        });
        Usage { memory_peak_bytes: peak.map(|kib| kib * 1024), ..self.spent() }
    }

    /// The same without the peak of its memory, which is a file more to read.
    pub fn spent(&self) -> Usage {
        let (stat, io) = (text(Some(&self.stat)), text(self.io.as_ref()));
        let fields: Vec<&str> =
            stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        let ticks: Option<u64> =
            fields.get(11..15).map(|times| times.iter().filter_map(|time| time.parse::<u64>().ok()).sum());
        let moved = |name: &str| io.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        let ticks_per_second = rustix::param::clock_ticks_per_second().max(1);
        Usage {
            cpu: ticks.map(|ticks| Duration::from_millis(ticks * 1000 / ticks_per_second)),
            memory_peak_bytes: None,
            read_bytes: moved("rchar:"),
            written_bytes: moved("wchar:"),
        }
    }
}

/// Such a file in one read. Empty when the process is gone.
fn text(file: Option<&File>) -> String {
    let mut text = vec![0; FILE_BYTES_MAX];
    let read = file.and_then(|file| file.read_at(&mut text, 0).ok());
    text.truncate(read.unwrap_or_default());
    String::from_utf8_lossy(&text).into_owned()
}

/// More than `stat`, `status` and `io` of a process are long.
const FILE_BYTES_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_measured_again_and_again_until_it_is_gone() {
        let own = Meter::of(std::process::id().cast_signed()).unwrap();
        let (first, second) = (own.usage(), own.usage());
        assert!(first.memory_peak_bytes.is_some_and(|peak| peak > 1 << 20), "{first:?}");
        // Reading is something that is counted, too.
        assert!(second.read_bytes > first.read_bytes && second.cpu >= first.cpu, "{first:?} {second:?}");
        assert_eq!(own.spent().memory_peak_bytes, None);
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id().cast_signed();
        let meter = Meter::of(pid);
        child.wait().unwrap();
        assert_eq!(meter.map(|meter| meter.usage()), Some(Usage::default()));
        assert!(Meter::of(pid).is_none());
    }
}
