//! The process of a stdio server: a process group of its own, its stderr in the log, and its whole tree ended with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::redact::Redact;
use super::servers::Secret;
use super::words::LastWords;

/// How long a server has to end after its stdin was closed, and again after it was asked to.
const GRACE: Duration = Duration::from_millis(1500);

/// How long the last lines of a server that ended may take to arrive.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// The variable by which every process of one server is known, also one that left its group.
///
/// It is no `CODEMODE_` variable: a codemode that a server starts would take it for a setting.
const MARK: &str = "MCP_UPSTREAM_OF_CODEMODE";

/// A running server. Dropping it kills everything that it started.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    mark: String,
    pid: u32,
    stderr: JoinHandle<()>,
    words: Arc<LastWords>,
}

/// The two ends of the protocol.
#[derive(Debug)]
pub(super) struct Pipes {
    pub(super) stdin: ChildStdin,
    pub(super) stdout: ChildStdout,
}

/// What to start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start<'a> {
    pub(super) arguments: &'a [Secret],
    pub(super) command: &'a str,
    pub(super) environment: &'a BTreeMap<String, Secret>,
    pub(super) folder: Option<&'a Path>,
    pub(super) server: &'a str,
}

impl Process {
    /// Starts a server. The error is fit to be shown.
    pub(super) fn start(start: Start<'_>, redact: &Redact) -> Result<(Self, Pipes), String> {
        let mark = mark();
        let mut command = Command::new(start.command);
        command.args(start.arguments.iter().map(Secret::reveal));
        for (name, _) in std::env::vars_os() {
            // Our own settings, such as the token of `serve --http`, are no server's business.
            if name.to_str().is_some_and(|name| name.starts_with("CODEMODE_")) {
                command.env_remove(name);
            }
        }
        command.envs(start.environment.iter().map(|(name, value)| (name, value.reveal()))).env(MARK, &mark);
        if let Some(folder) = start.folder {
            command.current_dir(folder);
        }
        #[cfg(unix)]
        command.process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child =
            command.spawn().map_err(|error| format!("failed to start `{}`: {error}", start.command))?;
        let ends = (child.stdin.take(), child.stdout.take(), child.stderr.take(), child.id());
        let (Some(stdin), Some(stdout), Some(stderr), Some(pid)) = ends else {
            return Err(format!("failed to start `{}`: it has no pipes", start.command));
        };
        let words = Arc::new(LastWords::default());
        let stderr = tokio::spawn(super::words::follow(
            stderr,
            Arc::clone(&words),
            start.server.to_owned(),
            redact.clone(),
        ));
        Ok((Self { child, mark, pid, stderr, words }, Pipes { stdin, stdout }))
    }

    /// Ends the server, whose stdin is closed: waits, asks, kills. Then nothing of its tree is left.
    pub(super) async fn end(&mut self) {
        if self.exited(GRACE).await.is_none() {
            signal_group(self.pid, false);
            let _ = self.exited(GRACE).await;
        }
        self.kill();
        let _ = self.child.wait().await;
    }

    /// Why it is gone: its exit status and what it said last.
    pub(super) async fn epitaph(&mut self) -> String {
        let status = self.exited(GRACE).await;
        let _ = tokio::time::timeout(LAST_WORDS, &mut self.stderr).await;
        let ended = match status {
            Some(status) => format!("its process ended ({status})"),
            None => "it closed its stdout".to_owned(),
        };
        match self.words.text() {
            words if words.is_empty() => ended,
            words => format!("{ended} and said: {words}"),
        }
    }

    async fn exited(&mut self, within: Duration) -> Option<ExitStatus> {
        tokio::time::timeout(within, self.child.wait()).await.ok()?.ok()
    }

    fn kill(&self) {
        // The number of a process that was waited for may belong to another one by now.
        if cfg!(not(target_os = "linux")) || self.child.id().is_some() {
            signal_group(self.pid, true);
        }
        kill_marked(&self.mark);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        self.stderr.abort();
    }
}

fn mark() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{}-{}-{}", std::process::id(), since.as_nanos(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

#[cfg(unix)]
fn signal_group(pid: u32, kill: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // A group that is gone is what we want.
        let _ = kill_process_group(group, if kill { Signal::KILL } else { Signal::TERM });
    }
}

#[cfg(not(unix))]
fn signal_group(_pid: u32, _kill: bool) {}

/// Kills what carries the mark. A process that left its group and its environment behind escapes: only a sandbox can
/// hold that.
#[cfg(target_os = "linux")]
fn kill_marked(mark: &str) {
    use rustix::process::{Pid, Signal, kill_process};
    let marked = format!("{MARK}={mark}");
    // A process may have started another between the listing and its end, so the listing is repeated until it is empty.
    for _ in 0..16 {
        let found: Vec<i32> = processes().filter(|pid| carries(*pid, marked.as_bytes())).collect();
        if found.is_empty() {
            return;
        }
        for pid in found.into_iter().filter_map(Pid::from_raw) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn kill_marked(_mark: &str) {}

#[cfg(target_os = "linux")]
fn processes() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// True when the environment that a process was started with holds this entry; that of a zombie is empty.
#[cfg(target_os = "linux")]
fn carries(pid: i32, entry: &[u8]) -> bool {
    std::fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|found| found == entry))
}
