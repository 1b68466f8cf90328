//! Namespaces and the ids in them; `namespaces(7)`, `user_namespaces(7)`.

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};
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

/// Folders below one another that change hands; what lies deeper stays with its owner.
const DEPTH_MAX: usize = 64;

/// Makes the program the owner of a folder and of what is in it.
///
/// Another jail may be at work in the same folder, so every step goes by descriptor and follows no link.
pub(super) fn own(folder: &Path, id: u32) -> io::Result<()> {
    let (user, group) = (Some(Uid::from_raw(id)), Some(Gid::from_raw(id)));
    let root = open_folder(CWD, folder)?;
    rustix::fs::fchown(&root, user, group)?;
    let mut open = vec![Dir::new(root)?];
    while let Some(dir) = open.last_mut() {
        let Some(entry) = dir.next() else {
            open.pop();
            continue;
        };
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let above = dir.fd()?;
        rustix::fs::chownat(above, name, user, group, AtFlags::SYMLINK_NOFOLLOW)?;
        if entry.file_type() == FileType::Directory && open.len() < DEPTH_MAX {
            let below = Dir::new(open_folder(open[open.len() - 1].fd()?, name)?)?;
            open.push(below);
        }
    }
    Ok(())
}

fn open_folder(above: impl AsFd, name: impl rustix::path::Arg) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    rustix::fs::openat(above, name, flags, Mode::empty())
}
