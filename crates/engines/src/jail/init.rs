//! The first process of a jail. It builds the jail around itself, starts the interpreter and collects what ends.
//! When it ends, the kernel kills everything else in the jail; programs cannot signal it.

use std::fs::DirBuilder;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use super::launcher::Ends;
use super::namespaces::{self, INSIDE_ID};
use super::root::{self, Tree};
use super::spec::{At, Fault, Spec, Step};
use super::{capabilities, landlock, limits, seccomp, sys};
use crate::helper::send_descriptors;
use crate::init::{self as helper, tree};
use crate::network::listen_inside;

/// Goes on as process 1 of the new namespaces.
pub(super) fn namespaced(spec: &Spec, ends: Ends, prepared: Option<Vec<Tree>>) -> Result<(), Fault> {
    namespaces::take_id(INSIDE_ID).at(Step::IdMap)?;
    root::make_private()?;
    let trees = match prepared {
        Some(trees) => trees,
        None => root::trees(spec)?,
    };
    root::enter(spec, trees)?;
    namespaces::dress(spec.host_network).at(Step::Loopback)?;
    if let Some(door) = ends.door {
        hand_out(door).at(Step::Loopback)?;
    }
    capabilities::drop_all().at(Step::Capabilities)?;
    capabilities::shield().at(Step::Capabilities)?;
    // Everything that the program left ends with this process, which is the first of its namespace.
    tell(serve(spec, ends.protocol))
}

/// Listens in the jail's own network and hands the socket out: it keeps its namespace wherever it is served from.
fn hand_out(door: OwnedFd) -> io::Result<()> {
    let listener = listen_inside()?;
    send_descriptors(&UnixStream::from(door), &[listener.as_fd()])
}

/// The same without namespaces: the launcher itself watches over the program.
pub(super) fn without_namespaces(spec: &Spec, protocol: OwnedFd) -> Result<(), Fault> {
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).at(Step::Start)?;
    for folder in &spec.scratch {
        DirBuilder::new().mode(0o700).create(folder).at(Step::Binds)?;
    }
    if let Some(id) = spec.host_id {
        rustix::thread::set_thread_groups(&[]).at(Step::IdMap)?;
        hand_over(spec, id).at(Step::Binds)?;
        namespaces::take_id(id).at(Step::IdMap)?;
    }
    capabilities::drop_all().at(Step::Capabilities)?;
    capabilities::shield().at(Step::Capabilities)?;
    let ended = serve(spec, protocol);
    tree::kill_all();
    for folder in &spec.scratch {
        // What cannot be removed now is removed by the machine's own care for its temporary folder.
        let _ = std::fs::remove_dir_all(folder);
    }
    tell(ended)
}

/// Without mounts of its own the program can write to a folder only when its id owns it.
fn hand_over(spec: &Spec, id: u32) -> io::Result<()> {
    let writable = spec
        .binds
        .iter()
        .filter(|bind| bind.kind == super::spec::BindKind::Writable)
        .map(|bind| &bind.source);
    writable.chain(&spec.scratch).try_for_each(|folder| namespaces::own(folder, id))
}

type Status = Option<rustix::process::WaitStatus>;

fn serve(spec: &Spec, protocol: OwnedFd) -> io::Result<Status> {
    if spec.trial {
        return try_out(spec);
    }
    let mut command = Command::new(&spec.program);
    command.args(&spec.arguments);
    let spec = spec.clone();
    let is_shell = spec.shell;
    let prepare = move |command: &mut Command| {
        let spec = spec.clone();
        sys::before_exec(command, move || confine(&spec));
    };
    helper::serve(command, protocol, is_shell, &prepare)
}

/// The last steps, taken by every process of the program itself: from here on nothing is allowed that is not listed.
fn confine(spec: &Spec) -> io::Result<()> {
    limits::apply(&spec.limits)?;
    landlock::restrict(spec)?;
    seccomp::apply(&spec.filters)
}

/// Proves the last steps one by one, in a process that may be spoilt for it.
fn try_out(spec: &Spec) -> io::Result<Status> {
    let ended = prove(spec);
    if let Err(Fault { step, source }) = ended {
        let _ = helper::say(&format!("failed {step} {}", source.raw_os_error().unwrap_or(0)));
        return Ok(None);
    }
    let _ = helper::say("proven");
    Ok(None)
}

fn prove(spec: &Spec) -> Result<(), Fault> {
    limits::apply(&spec.limits).at(Step::Limits)?;
    // The control of the next proof: what Landlock has to refuse is allowed before it.
    std::fs::read_dir(NOT_SHOWN).at(Step::Landlock)?;
    let mut narrow = spec.clone();
    narrow.has_namespaces = false;
    narrow.binds.retain(|bind| !Path::new(NOT_SHOWN).starts_with(&bind.source));
    landlock::restrict(&narrow).at(Step::Landlock)?;
    if std::fs::read_dir(NOT_SHOWN).is_ok() {
        return Err(rustix::io::Errno::NOSYS).at(Step::Landlock);
    }
    seccomp::apply(&spec.filters).at(Step::Seccomp)?;
    match sys::unshare(libc::CLONE_NEWUTS).map_err(|error| error.raw_os_error()) {
        Err(Some(libc::EPERM)) => {}
        _ => return Err(rustix::io::Errno::NOSYS).at(Step::Seccomp),
    }
    let started =
        Command::new(&spec.program).args(&spec.arguments).stdin(std::process::Stdio::null()).status();
    let started = started.at(Step::Start)?;
    if started.success() { Ok(()) } else { Err(rustix::io::Errno::NOEXEC).at(Step::Start) }
}

/// A folder that is always there and that the trial does not show.
const NOT_SHOWN: &str = "/proc/self";

fn tell(ended: io::Result<Status>) -> Result<(), Fault> {
    if let Some(status) = ended.at(Step::Start)? {
        // codemode may be gone; then nobody reads this.
        let _ = helper::say(&helper::describe(status));
    }
    Ok(())
}
