//! Every call of the jail that the compiler cannot check. Nothing else in the workspace may be unsafe.
#![expect(unsafe_code, reason = "these calls have no safe wrapper; each says why it is sound")]

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::Pid;

/// Like `fork(2)`, but the child starts in the new namespaces of `flags`. `None` in the child.
///
/// Only for a process of one thread: the child goes on with a copy of everything, so no lock may be held by another.
pub(super) fn fork_into(flags: libc::c_int) -> io::Result<Option<Pid>> {
    let flags = libc::c_long::from(flags | libc::SIGCHLD);
    // SAFETY: without CLONE_VM and without a new stack, clone(2) is fork(2). The one thread of this process holds no lock,
    // so the copy of the allocator is whole. The order of the other arguments differs between machines; all are zero.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        pid => Ok(i32::try_from(pid).ok().and_then(Pid::from_raw)),
    }
}

/// Moves this process into new namespaces; `unshare(2)`.
pub(super) fn unshare(flags: libc::c_int) -> io::Result<()> {
    // SAFETY: the call takes no pointer. None of the flags that the jail passes touches the descriptor table.
    check(unsafe { libc::unshare(flags) })
}

/// Sets attributes of a mount, for the whole tree below it when `recursive`; `mount_setattr(2)`.
pub(super) fn set_mount_attributes(
    mount: BorrowedFd<'_>,
    attributes: u64,
    user_namespace: Option<BorrowedFd<'_>>,
    recursive: bool,
) -> io::Result<()> {
    let attributes = libc::mount_attr {
        attr_set: attributes,
        attr_clr: 0,
        propagation: 0,
        userns_fd: user_namespace
            .map_or(0, |namespace| u64::try_from(namespace.as_raw_fd()).unwrap_or_default()),
    };
    let flags = libc::AT_EMPTY_PATH | if recursive { libc::AT_RECURSIVE } else { 0 };
    let empty: &CStr = c"";
    // SAFETY: both pointers are valid for the call, and the size is that of the structure.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            empty.as_ptr(),
            flags,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    check(result)
}

/// Closes every descriptor from `first` on, so that nothing leaks in that whoever started codemode left open.
pub(crate) fn close_from(first: u32) -> io::Result<()> {
    // SAFETY: called at the start of a helper, before anything of ours owns a descriptor above the standard three.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) })
}

/// Makes `prepare` run in the child between fork and exec.
///
/// Only for a process of one thread, where the child may allocate.
pub(super) fn before_exec(
    command: &mut Command,
    prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) {
    // SAFETY: the helpers have one thread, so no lock is held by a thread that the fork leaves behind.
    unsafe { command.pre_exec(prepare) };
}

/// Brings the loopback interface of this network namespace up; `netdevice(7)`.
pub(super) fn loopback_up(socket: impl AsFd) -> io::Result<()> {
    // SAFETY: a structure of integers and bytes; all zeros are a valid value of it.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(b"lo") {
        *place = byte.cast_signed() as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: the request is the structure that SIOCSIFFLAGS reads, and it lives for the whole call.
    check(unsafe { libc::ioctl(socket.as_fd().as_raw_fd(), libc::SIOCSIFFLAGS, &raw mut request) })
}

fn check(result: impl Into<i64>) -> io::Result<()> {
    if result.into() == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
