//! Namespaces and the ids in them; `namespaces(7)`, `user_namespaces(7)`.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::process::{Gid, Pid, Uid, WaitOptions};

use super::sys;

/// The program's user and group inside.
pub(super) const INSIDE_ID: u32 = 1000;

/// The name of the machine inside.
const HOST_NAME: &[u8] = b"codemode";

/// Flags for everything that a jail has of its own.
pub(super) fn flags(host_network: bool) -> libc::c_int {
    let shared = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWCGROUP;
    if host_network { shared } else { shared | libc::CLONE_NEWNET }
}

/// Maps `inside` to one id of this machine, for users and for groups alike.
pub(super) fn map_ids(pid: Pid, inside: u32, outside: (u32, u32)) -> io::Result<()> {
    let folder = format!("/proc/{}", pid.as_raw_nonzero());
    // Without this a plain user may not write the group map: a group that a process can leave may be one that denies.
    fs::write(format!("{folder}/setgroups"), "deny")?;
    fs::write(format!("{folder}/gid_map"), format!("{inside} {} 1", outside.1))?;
    fs::write(format!("{folder}/uid_map"), format!("{inside} {} 1", outside.0))
}

/// Takes the id that the map gives; what is owned by the jail's tmpfs is owned by it from now on.
pub(super) fn take_id(id: u32) -> io::Result<()> {
    let (user, group) = (Uid::from_raw(id), Gid::from_raw(id));
    rustix::thread::set_thread_res_gid(group, group, group)?;
    rustix::thread::set_thread_res_uid(user, user, user)?;
    Ok(())
}

/// Names the machine and brings the loopback up, both of the new namespaces.
pub(super) fn dress(host_network: bool) -> io::Result<()> {
    rustix::system::sethostname(HOST_NAME)?;
    if host_network {
        return Ok(());
    }
    let socket =
        rustix::net::socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    sys::loopback_up(socket)
}

/// A user namespace whose only use is to say how the ids on a disk look inside: the owner of a folder is the program.
pub(super) fn disk_ids(owner: (u32, u32), program: u32) -> io::Result<OwnedFd> {
    let (wait, release) = rustix::pipe::pipe()?;
    let Some(child) = sys::fork_into(libc::CLONE_NEWUSER)? else {
        drop(release);
        let _ = rustix::io::read(&wait, &mut [0; 1]);
        std::process::abort();
    };
    drop(wait);
    let opened = map_two(child, owner, program).and_then(|()| {
        let path = format!("/proc/{}/ns/user", child.as_raw_nonzero());
        Ok(rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
    });
    let _ = rustix::process::kill_process(child, rustix::process::Signal::KILL);
    let _ = rustix::process::waitpid(Some(child), WaitOptions::empty());
    drop(release);
    opened
}

fn map_two(pid: Pid, owner: (u32, u32), program: u32) -> io::Result<()> {
    let folder = format!("/proc/{}", pid.as_raw_nonzero());
    fs::write(format!("{folder}/gid_map"), format!("{} {program} 1", owner.1))?;
    fs::write(format!("{folder}/uid_map"), format!("{} {program} 1", owner.0))
}
