//! The launcher: this binary, started again. With one thread it may fork into namespaces, which a server may not.
//!
//! It stays outside the jail and waits: when codemode closes the control socket, or is gone, it kills the jail.

use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, getgid, getuid};

use super::namespaces::{self, INSIDE_ID};
use super::spec::{At, Fault, Spec, Step};
use super::{init, root, sys};
use crate::init as helper;

/// Longest spec in bytes.
const SPEC_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Plays the launcher. The result is the code to exit with.
pub(crate) fn main() -> i32 {
    match launch() {
        Ok(()) => 0,
        Err(fault) => {
            // codemode may be gone; then nobody reads this.
            let _ =
                helper::say(&format!("failed {} {}", fault.step, fault.source.raw_os_error().unwrap_or(0)));
            125
        }
    }
}

fn launch() -> Result<(), Fault> {
    let mut descriptors = helper::receive_descriptors(io::stdin().as_fd()).at(Step::Start)?.into_iter();
    let protocol =
        descriptors.next().ok_or_else(|| io::Error::other("no descriptor came")).at(Step::Start)?;
    let spec = receive_spec().at(Step::Start)?;
    rustix::process::setsid().at(Step::Start)?;
    if spec.has_namespaces {
        let door = if spec.proxied { descriptors.next() } else { None };
        namespaced(&spec, Ends { door, protocol }, descriptors.collect())
    } else {
        init::without_namespaces(&spec, protocol)
    }
}

fn receive_spec() -> io::Result<Spec> {
    let mut stdin = io::stdin().lock();
    let mut length = [0; 4];
    stdin.read_exact(&mut length)?;
    let length = u64::from(u32::from_be_bytes(length));
    let mut text = Vec::new();
    stdin.take(length.min(SPEC_BYTES_MAX)).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// The ends of sockets that go into the jail.
pub(super) struct Ends {
    /// Where the socket of the jail's network is handed out.
    pub(super) door: Option<OwnedFd>,
    pub(super) protocol: OwnedFd,
}

/// Forks the jail's init process, lets it in and waits for its end.
fn namespaced(spec: &Spec, ends: Ends, cgroups: Vec<OwnedFd>) -> Result<(), Fault> {
    let prepared = match spec.host_id {
        Some(_) => {
            sys::unshare(libc::CLONE_NEWNS).at(Step::Namespaces)?;
            root::make_dependent()?;
            rustix::thread::set_thread_groups(&[]).at(Step::IdMap)?;
            Some(root::trees(spec)?)
        }
        None => None,
    };
    let (wait, release) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).at(Step::Namespaces)?;
    let Some(child) = sys::fork_into(namespaces::flags(spec.host_network)).at(Step::Namespaces)? else {
        drop((release, cgroups));
        // Nothing happens before the launcher has written the id maps; when it failed, its end of the pipe just closes.
        if rustix::io::read(&wait, &mut [0; 1]) != Ok(1) {
            return Ok(());
        }
        return init::namespaced(spec, ends, prepared);
    };
    drop((wait, ends, prepared));
    let pidfd = rustix::process::pidfd_open(child, PidfdFlags::empty()).at(Step::Namespaces)?;
    let let_in = admit(spec, child, &cgroups)
        .and_then(|()| rustix::io::write(&release, b"g").at(Step::IdMap).map(drop));
    drop((release, cgroups));
    if let_in.is_err() {
        let _ = rustix::process::pidfd_send_signal(&pidfd, Signal::KILL);
    }
    watch(child, &pidfd);
    let_in
}

/// Gives the init process its ids and puts it into its cgroups.
fn admit(spec: &Spec, child: Pid, cgroups: &[OwnedFd]) -> Result<(), Fault> {
    let outside = spec.host_id.map_or((getuid().as_raw(), getgid().as_raw()), |id| (id, id));
    namespaces::map_ids(child, INSIDE_ID, outside).at(Step::IdMap)?;
    for cgroup in cgroups {
        rustix::io::write(cgroup, child.as_raw_nonzero().to_string().as_bytes()).at(Step::Cgroup)?;
    }
    if let Some(id) = spec.host_id {
        // What is left to do needs no rights of root: the jail's own user may kill the jail.
        namespaces::take_id(id).at(Step::Capabilities)?;
    }
    Ok(())
}

/// Waits for the jail's end, and brings it about when codemode closes the control socket.
fn watch(child: Pid, pidfd: &OwnedFd) {
    let stdin = io::stdin();
    let mut watched = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(pidfd, PollFlags::IN)];
    while let Err(rustix::io::Errno::INTR) = poll(&mut watched, None) {}
    if watched[1].revents().is_empty() {
        let _ = rustix::process::pidfd_send_signal(pidfd, Signal::KILL);
    }
    // The init process of a namespace is gone only when everything in it is.
    let _ = rustix::process::waitpid(Some(child), WaitOptions::empty());
}
