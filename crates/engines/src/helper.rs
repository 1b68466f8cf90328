//! The helper process beside a guest, seen from codemode: how it is started, what it says and how it is ended.
//!
//! [`crate::init`] is what the helper itself does.

use std::fs;
use std::io::{IoSlice, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use codemode_run::{KillCause, Usage};
use futures::future::BoxFuture;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream as TokioUnixStream;
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};
use tokio_util::task::AbortOnDropHandle;

use crate::Meter;
use crate::guest::{Exit, FrameReader, Link, Process};

/// Sees what no helper can: that all processes of a guest together pass a limit.
pub(crate) trait Watch: Send + Sync {
    /// Waits until a limit is passed. `helper` is the pid of the guest's helper.
    fn passed(&self, helper: Option<u32>) -> BoxFuture<'static, KillCause>;

    /// The limit that was passed so far.
    fn cause(&self) -> Option<KillCause>;
}

/// Nothing is watched.
pub(crate) struct Unwatched;

impl Watch for Unwatched {
    fn passed(&self, _helper: Option<u32>) -> BoxFuture<'static, KillCause> {
        Box::pin(std::future::pending())
    }

    fn cause(&self) -> Option<KillCause> {
        None
    }
}

/// What a helper is handed: descriptors beside the protocol, and text on the control socket.
#[derive(Default)]
pub(crate) struct Handed {
    pub(crate) descriptors: Vec<OwnedFd>,
    /// What serves the guest's network; it ends with the guest.
    pub(crate) proxy: Option<AbortOnDropHandle<()>>,
    pub(crate) spec: Vec<u8>,
}

/// Starts a helper with its guest.
///
/// `depth` says how many processes stand between the helper and the guest's own.
pub(crate) fn spawn(
    mut command: Command,
    handed: Handed,
    depth: usize,
    watch: Box<dyn Watch>,
) -> std::io::Result<Link> {
    let (stdout, guest_stdout) = std::io::pipe()?;
    let (stderr, guest_stderr) = std::io::pipe()?;
    let (protocol, guest_protocol) = UnixStream::pair()?;
    let (mut control, guest_control) = UnixStream::pair()?;
    command.stdin(OwnedFd::from(guest_control)).stdout(guest_stdout).stderr(guest_stderr);
    let helper = command.spawn()?;
    // The command holds our copies of the guest's ends: without this nobody would ever see them closed.
    drop(command);
    let descriptors = handed.descriptors.iter().map(AsFd::as_fd);
    send_descriptors(
        &control,
        &std::iter::once(guest_protocol.as_fd()).chain(descriptors).collect::<Vec<_>>(),
    )?;
    drop(guest_protocol);
    if !handed.spec.is_empty() {
        let length = u32::try_from(handed.spec.len()).map_err(std::io::Error::other)?;
        control.write_all(&[&length.to_be_bytes(), handed.spec.as_slice()].concat())?;
    }
    let (reader, writer) = to_tokio(protocol)?.into_split();
    let control = BufReader::new(to_tokio(control)?);
    Ok(Link {
        process: Box::new(Tree {
            control: Some(control),
            depth,
            exit: None,
            guest_pid: None,
            helper,
            line: String::new(),
            meter: OnceLock::new(),
            _proxy: handed.proxy,
            trouble: None,
            watch,
        }),
        reader: FrameReader::new(Box::new(reader)),
        stderr: Some(pipe::Receiver::from_owned_fd(OwnedFd::from(stderr))?),
        stdout: Some(pipe::Receiver::from_owned_fd(OwnedFd::from(stdout))?),
        writer: Box::new(writer),
    })
}

/// Hands the helper descriptors by a message and not by inheritance: descriptors that are inherited by number leak into
/// whatever another thread starts at the same moment.
pub(crate) fn send_descriptors(control: &UnixStream, descriptors: &[BorrowedFd<'_>]) -> std::io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(8))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    ancillary.push(SendAncillaryMessage::ScmRights(descriptors));
    sendmsg(control, &[IoSlice::new(b"p")], &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

fn to_tokio(stream: UnixStream) -> std::io::Result<TokioUnixStream> {
    stream.set_nonblocking(true)?;
    TokioUnixStream::from_std(stream)
}

/// A guest, its helper and everything that they started.
///
/// Dropping it closes the control socket, and the helper kills the rest and itself: no await is needed for that.
struct Tree {
    control: Option<BufReader<TokioUnixStream>>,
    depth: usize,
    exit: Option<Exit>,
    guest_pid: Option<i32>,
    helper: Child,
    line: String,
    meter: OnceLock<Meter>,
    _proxy: Option<AbortOnDropHandle<()>>,
    trouble: Option<String>,
    watch: Box<dyn Watch>,
}

/// How long the helper may take to clear up before it is killed too.
const CLEAR_UP_WITHIN: Duration = Duration::from_secs(5);

#[async_trait]
impl Process for Tree {
    async fn kill(&mut self) {
        self.control = None;
        if tokio::time::timeout(CLEAR_UP_WITHIN, self.helper.wait()).await.is_err() {
            tracing::warn!("a guest's helper did not end in time");
            let _ = self.helper.kill().await;
        }
        self.kill_group();
    }

    async fn wait(&mut self) -> Exit {
        while self.exit.is_none() {
            let Some(control) = &mut self.control else { return Exit::Lost };
            // A line that is cut off by dropping this future stays in `line` and is completed by the next call.
            match control.read_line(&mut self.line).await {
                Ok(count) if count > 0 => {
                    let line = std::mem::take(&mut self.line);
                    self.note(line.trim_end());
                }
                _ => self.exit = Some(Exit::Lost),
            }
        }
        self.exit.unwrap_or(Exit::Lost)
    }

    fn usage(&self) -> Usage {
        self.meter().map(Meter::usage).unwrap_or_default()
    }

    fn spent(&self) -> Usage {
        self.meter().map(Meter::spent).unwrap_or_default()
    }

    fn passed(&self) -> BoxFuture<'static, KillCause> {
        self.watch.passed(self.helper.id())
    }

    fn cause(&self) -> Option<KillCause> {
        self.watch.cause()
    }

    fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }
}

impl Tree {
    /// Notes what the helper says: `started PID`, `exited CODE`, `signalled NUMBER`, `failed STEP ERRNO`.
    fn note(&mut self, line: &str) {
        let number = |text: &str| text.parse::<i32>().ok();
        match line.split_once(' ').map(|(word, rest)| (word, number(rest))) {
            Some(("started", pid)) => self.guest_pid = pid,
            Some(("exited", Some(code))) => self.exit = Some(Exit::Code(code)),
            Some(("signalled", Some(signal))) => self.exit = Some(Exit::Signal(signal)),
            Some(("failed", _)) => {
                self.trouble = Some(crate::jail::describe_fault(line));
                self.exit = Some(Exit::Lost);
            }
            _ => tracing::warn!(line, "a guest's helper said something unknown"),
        }
    }

    /// What the guest uses. None until it has begun.
    fn meter(&self) -> Option<&Meter> {
        if self.meter.get().is_none() {
            let _ = self.meter.set(Meter::of(self.guest()?)?);
        }
        self.meter.get()
    }

    /// The guest's pid as this machine counts; the helper's own line tells it only where there is one way to count.
    fn guest(&self) -> Option<i32> {
        if let (1, Some(pid)) = (self.depth, self.guest_pid) {
            return Some(pid);
        }
        (0..self.depth).try_fold(i32::try_from(self.helper.id()?).ok()?, |pid, _| first_child(pid))
    }

    /// When a program killed its helper, at least its own process group must not live on.
    fn kill_group(&self) {
        let lost = matches!(self.exit, Some(Exit::Lost)) && self.depth == 1;
        if let (true, Some(group)) = (lost, self.guest_pid.and_then(rustix::process::Pid::from_raw)) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

fn first_child(pid: i32) -> Option<i32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}
