//! The engine `direct`: a plain child process of the user. No isolation, and every result says so.
//!
//! Beside each guest runs a helper ([`crate::init`]) in a session of its own: it adopts what the program leaves behind
//! and kills all of it when the program ends, when codemode says so, and when codemode is gone.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use async_trait::async_trait;
use codemode_run::{EngineError, Isolation, Language, Limits, Profile, Unavailable, Usage};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream as TokioUnixStream;
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};

use crate::guest::{Exit, FrameReader, Launch, Link, Process};
use crate::init::Setup;
use crate::interpreter::{GuestCommand, guest_command};
use crate::registry::EngineOptions;

/// Starts guests as plain processes.
#[derive(Debug)]
pub struct Direct {
    options: EngineOptions,
    profile: Profile,
}

/// Variables of codemode's own environment that a guest gets. Everything else, keys above all, stays outside.
const ENVIRONMENT: &[&str] = &["HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER"];

impl Direct {
    /// The engine over this binary.
    pub fn new(options: &EngineOptions) -> Self {
        let profile = Profile { name: "direct", isolation: Isolation::None, languages: Language::ALL.to_vec() };
        Self { options: options.clone(), profile }
    }

    fn command(&self, guest: &GuestCommand) -> Command {
        let memory_bytes_max = self.options.limits.memory.saturating_add(guest.reserved_bytes);
        let setup = Setup { file_bytes_max: self.options.limits.file, memory_bytes_max, shell: guest.shell };
        let mut command = Command::new(&self.options.helper);
        command.args(&self.options.helper_arguments).args(setup.arguments()).arg(&guest.program).args(&guest.arguments);
        command.env_clear().envs(ENVIRONMENT.iter().filter_map(|name| Some((*name, env::var_os(name)?))));
        command.envs([("MPLBACKEND", OsString::from("Agg")), ("PYTHONDONTWRITEBYTECODE", OsString::from("1"))]);
        command
    }
}

#[async_trait]
impl Launch for Direct {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn probe(&self, language: Language) -> Result<(), Unavailable> {
        guest_command(language).map(drop)
    }

    async fn launch(&self, language: Language) -> Result<Link, EngineError> {
        let guest = guest_command(language)?;
        spawn(self.command(&guest)).map_err(|error| EngineError::failed(format!("start a {language} interpreter"), error))
    }

    fn limits(&self) -> &Limits {
        &self.options.limits
    }
}

fn spawn(mut command: Command) -> std::io::Result<Link> {
    let (stdout, guest_stdout) = std::io::pipe()?;
    let (stderr, guest_stderr) = std::io::pipe()?;
    let (protocol, guest_protocol) = UnixStream::pair()?;
    let (control, guest_control) = UnixStream::pair()?;
    command.stdin(OwnedFd::from(guest_control)).stdout(guest_stdout).stderr(guest_stderr);
    let helper = command.spawn()?;
    // The command holds our copies of the guest's ends: without this nobody would ever see them closed.
    drop(command);
    send_descriptor(&control, guest_protocol)?;
    let (reader, writer) = to_tokio(protocol)?.into_split();
    let control = BufReader::new(to_tokio(control)?);
    Ok(Link {
        process: Box::new(Tree { control: Some(control), exit: None, guest_pid: None, helper, line: String::new() }),
        reader: FrameReader::new(Box::new(reader)),
        stderr: Some(pipe::Receiver::from_owned_fd(OwnedFd::from(stderr))?),
        stdout: Some(pipe::Receiver::from_owned_fd(OwnedFd::from(stdout))?),
        writer: Box::new(writer),
    })
}

/// Hands the helper the guest's end of the protocol. By a message and not by inheritance: descriptors that are inherited
/// by number leak into whatever another thread starts at the same moment.
fn send_descriptor(control: &UnixStream, descriptor: UnixStream) -> std::io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let descriptors = [descriptor.as_fd()];
    ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
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
    exit: Option<Exit>,
    guest_pid: Option<i32>,
    helper: Child,
    line: String,
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
        self.guest_pid.or_else(|| self.child_of_helper()).map(usage).unwrap_or_default()
    }
}

impl Tree {
    /// Notes what the helper says: `started PID`, `exited CODE`, `signalled NUMBER`.
    fn note(&mut self, line: &str) {
        let number = |text: &str| text.parse::<i32>().ok();
        match line.split_once(' ').map(|(word, rest)| (word, number(rest))) {
            Some(("started", pid)) => self.guest_pid = pid,
            Some(("exited", Some(code))) => self.exit = Some(Exit::Code(code)),
            Some(("signalled", Some(signal))) => self.exit = Some(Exit::Signal(signal)),
            _ => tracing::warn!(line, "a guest's helper said something unknown"),
        }
    }

    /// The guest's pid before the helper's line about it was read.
    fn child_of_helper(&self) -> Option<i32> {
        let helper = self.helper.id()?;
        let children = fs::read_to_string(format!("/proc/{helper}/task/{helper}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }

    /// When a program killed its helper, at least its own process group must not live on.
    fn kill_group(&self) {
        let lost = matches!(self.exit, Some(Exit::Lost));
        if let (true, Some(group)) = (lost, self.guest_pid.and_then(rustix::process::Pid::from_raw)) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

/// Processor time and peak memory of a process and of its children that were waited for; `proc_pid_stat(5)`.
fn usage(pid: i32) -> Usage {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks: Option<u64> = fields.get(11..15).map(|times| times.iter().filter_map(|time| time.parse::<u64>().ok()).sum());
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    let ticks_per_second = rustix::param::clock_ticks_per_second().max(1);
    Usage {
        cpu: ticks.map(|ticks| Duration::from_millis(ticks * 1000 / ticks_per_second)),
        memory_peak_bytes: peak.map(|kib| kib * 1024),
    }
}
