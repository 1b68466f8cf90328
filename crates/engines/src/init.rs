//! The helper process beside every guest of `direct`: this binary, started again, single-threaded.
//!
//! It makes a session of its own, sets the limits, starts the interpreter and adopts whatever the program leaves behind
//! (`PR_SET_CHILD_SUBREAPER`, `prctl(2)`). When the interpreter ends, or when codemode closes the control socket or is
//! gone, it kills every descendant and ends itself.

mod shell;
mod tool;
pub(crate) mod tree;

use std::ffi::OsString;
use std::io::{self, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::FdFlags;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, WaitOptions, WaitStatus};

/// The argument that turns this binary into a helper.
pub const HELPER: &str = "__guest-init";

/// The word behind [`HELPER`] for a helper that puts its guest into a jail.
pub const JAIL: &str = "jail";

/// What a helper is told on its command line, in front of the interpreter's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Longest file that the guest may write, in bytes.
    pub file_bytes_max: u64,
    /// Private memory that one process may use, in bytes.
    pub memory_bytes_max: u64,
    /// True for bash, for which the helper speaks the guest protocol.
    pub shell: bool,
}

impl Setup {
    /// The arguments that [`helper_main`] reads back.
    pub fn arguments(&self) -> Vec<OsString> {
        let shell = if self.shell { "shell" } else { "guest" };
        [HELPER, &self.file_bytes_max.to_string(), &self.memory_bytes_max.to_string(), shell]
            .map(OsString::from)
            .into()
    }

    fn parse(words: &[OsString]) -> Option<Self> {
        let [file, memory, shell] = words else { return None };
        let number = |word: &OsString| word.to_str()?.parse().ok();
        Some(Self {
            file_bytes_max: number(file)?,
            memory_bytes_max: number(memory)?,
            shell: shell == "shell",
        })
    }
}

/// Plays the helper when the arguments, without the program's name, say so. `Some` is the code to exit with; call it before any thread starts.
pub fn helper_main(arguments: impl Iterator<Item = OsString>) -> Option<i32> {
    let arguments: Vec<OsString> = arguments.collect();
    if let [word, words @ ..] = &arguments[..]
        && word == tool::TOOL
    {
        return Some(tool::command(words));
    }
    let place = arguments.iter().take(4).position(|argument| argument == HELPER)?;
    let rest = &arguments[place + 1..];
    // Whoever started codemode may have left descriptors open; no program is to find them.
    if crate::jail::close_from(3).is_err() {
        return Some(125);
    }
    if rest == [OsString::from(JAIL)] {
        return Some(crate::jail::launcher_main());
    }
    let setup = rest.get(..3).and_then(Setup::parse);
    let (Some(setup), Some((program, words))) = (setup, rest.get(3..).and_then(<[OsString]>::split_first))
    else {
        return Some(125);
    };
    let mut command = Command::new(program);
    command.args(words);
    Some(if keep(&setup, command).is_ok() { 0 } else { 125 })
}

fn keep(setup: &Setup, command: Command) -> io::Result<()> {
    let protocol = receive_descriptors(io::stdin().as_fd())?
        .pop()
        .ok_or_else(|| io::Error::other("no descriptor came"))?;
    rustix::process::setsid()?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    limit(setup);
    let ended = serve(command, protocol, setup.shell, &|_| {});
    tree::kill_all();
    // codemode may be gone; then nobody reads this.
    let _ = match ended? {
        Some(status) => say(&describe(status)),
        None => Ok(()),
    };
    Ok(())
}

/// What a command needs done to it before it is started: in the jail, the last walls.
pub(crate) type Prepare<'a> = &'a dyn Fn(&mut Command);

/// Runs a guest until it ends, or until codemode says stop, which is `None`.
pub(crate) fn serve(
    command: Command,
    protocol: OwnedFd,
    shell: bool,
    prepare: Prepare<'_>,
) -> io::Result<Option<WaitStatus>> {
    if shell { shell::serve(command, protocol, prepare) } else { interpreter(command, protocol, prepare) }
}

/// Descriptors that one message may carry.
const DESCRIPTORS_MAX: usize = 8;

/// Takes the descriptors that codemode sends as the first thing on the control socket: the guest's end of the protocol,
/// and for a jail its cgroups.
pub(crate) fn receive_descriptors(control: BorrowedFd<'_>) -> io::Result<Vec<OwnedFd>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    recvmsg(control, &mut [IoSliceMut::new(&mut byte)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    let mut descriptors = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            descriptors.extend(received);
        }
    }
    Ok(descriptors)
}

/// Limits that every process of the guest inherits; `setrlimit(2)`. A limit that cannot be set is one that is lower.
fn limit(setup: &Setup) {
    let limits = [
        (Resource::Core, 0),
        (Resource::Data, setup.memory_bytes_max),
        (Resource::Fsize, setup.file_bytes_max),
    ];
    for (resource, value) in limits {
        let _ = rustix::process::setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) });
    }
}

/// Runs an interpreter that speaks the protocol itself, until it ends or codemode says stop.
fn interpreter(
    mut command: Command,
    protocol: OwnedFd,
    prepare: Prepare<'_>,
) -> io::Result<Option<WaitStatus>> {
    rustix::io::fcntl_setfd(&protocol, FdFlags::empty())?;
    command.arg(protocol.as_raw_fd().to_string());
    let guest = start(command, prepare)?;
    drop(protocol);
    loop {
        match wait_for(&guest, &[])? {
            Woken::Guest(status) => return Ok(Some(status)),
            Woken::Stop => return Ok(None),
            Woken::Other => {}
        }
    }
}

/// A process that was started, and how to wait for it.
struct Guest {
    pid: Pid,
    pidfd: OwnedFd,
}

fn start(mut command: Command, prepare: Prepare<'_>) -> io::Result<Guest> {
    command.stdin(Stdio::null()).process_group(0);
    prepare(&mut command);
    let child = command.spawn()?;
    let pid = Pid::from_child(&child);
    let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty())?;
    // codemode that is gone shows as a hang-up of the control socket, which the loop sees.
    let _ = say(&format!("started {}", pid.as_raw_nonzero()));
    Ok(Guest { pid, pidfd })
}

/// What ended a wait.
enum Woken {
    Guest(WaitStatus),
    Other,
    Stop,
}

/// Orphans that the program left are collected this often, so that a long session does not fill the process table.
const COLLECT_EVERY: Timespec = Timespec { tv_sec: 5, tv_nsec: 0 };

/// Waits until the guest ended, codemode closed the control socket, or one of `others` can be read.
fn wait_for(guest: &Guest, others: &[BorrowedFd<'_>]) -> io::Result<Woken> {
    loop {
        let stdin = io::stdin();
        let mut watched = vec![PollFd::new(&stdin, PollFlags::IN), PollFd::new(&guest.pidfd, PollFlags::IN)];
        watched.extend(others.iter().map(|other| PollFd::from_borrowed_fd(*other, PollFlags::IN)));
        match poll(&mut watched, Some(&COLLECT_EVERY)) {
            Err(rustix::io::Errno::INTR) => continue,
            result => result?,
        };
        let ready: Vec<bool> = watched.iter().map(|fd| !fd.revents().is_empty()).collect();
        if ready[0] {
            return Ok(Woken::Stop);
        }
        if let Some(status) = collect(guest.pid) {
            return Ok(Woken::Guest(status));
        }
        if ready[2..].contains(&true) {
            return Ok(Woken::Other);
        }
    }
}

/// Collects every child that ended; the guest's status when it is among them.
fn collect(guest: Pid) -> Option<WaitStatus> {
    let mut found = None;
    while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
        if pid == guest {
            found = Some(status);
        }
    }
    found
}

pub(crate) fn describe(status: WaitStatus) -> String {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => format!("exited {code}"),
        (None, Some(signal)) => format!("signalled {signal}"),
        (None, None) => "exited 1".to_owned(),
    }
}

/// Says one line to codemode on the control socket.
pub(crate) fn say(line: &str) -> io::Result<()> {
    let line = format!("{line}\n");
    let mut rest = line.as_bytes();
    while !rest.is_empty() {
        let stdin = io::stdin();
        let sent = rustix::net::send(&stdin, rest, rustix::net::SendFlags::NOSIGNAL)?;
        rest = &rest[sent..];
    }
    io::stdout().flush()
}
