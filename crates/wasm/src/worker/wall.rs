//! The second wall: what the worker itself may no longer ask of the kernel, should a program ever get out of its memory.
//!
//! A worker opens files, speaks over sockets that it has and to one proxy, and has threads. It starts no program, looks into
//! no process, listens for nobody, and changes nothing of the machine: those calls are answered with EPERM from the start.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};

/// Calls that no worker makes, by what they would be good for.
const NEVER: &[(&str, &[libc::c_long])] = &[
    ("start a program", &[libc::SYS_execve, libc::SYS_execveat]),
    (
        "look into another process",
        &[
            libc::SYS_kcmp,
            libc::SYS_pidfd_getfd,
            libc::SYS_process_madvise,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_ptrace,
        ],
    ),
    ("end another process", &[libc::SYS_kill, libc::SYS_pidfd_send_signal, libc::SYS_rt_sigqueueinfo]),
    ("listen", &[libc::SYS_accept, libc::SYS_accept4, libc::SYS_bind, libc::SYS_listen]),
    (
        "change what is mounted where",
        &[
            libc::SYS_chroot,
            libc::SYS_fsmount,
            libc::SYS_fsopen,
            libc::SYS_mount,
            libc::SYS_mount_setattr,
            libc::SYS_move_mount,
            libc::SYS_open_tree,
            libc::SYS_pivot_root,
            libc::SYS_setns,
            libc::SYS_umount2,
            libc::SYS_unshare,
        ],
    ),
    (
        "become somebody else",
        &[
            libc::SYS_capset,
            libc::SYS_setgid,
            libc::SYS_setgroups,
            libc::SYS_setregid,
            libc::SYS_setresgid,
            libc::SYS_setresuid,
            libc::SYS_setreuid,
            libc::SYS_setuid,
        ],
    ),
    (
        "run code in the kernel",
        &[
            libc::SYS_bpf,
            libc::SYS_delete_module,
            libc::SYS_finit_module,
            libc::SYS_init_module,
            libc::SYS_io_uring_enter,
            libc::SYS_io_uring_register,
            libc::SYS_io_uring_setup,
            libc::SYS_kexec_load,
            libc::SYS_perf_event_open,
        ],
    ),
    (
        "change the machine",
        &[
            libc::SYS_acct,
            libc::SYS_clock_settime,
            libc::SYS_quotactl,
            libc::SYS_reboot,
            libc::SYS_setdomainname,
            libc::SYS_sethostname,
            libc::SYS_settimeofday,
            libc::SYS_swapoff,
            libc::SYS_swapon,
            libc::SYS_syslog,
        ],
    ),
    ("reach the keys of the user", &[libc::SYS_add_key, libc::SYS_keyctl, libc::SYS_request_key]),
];

/// Raises the wall around this thread and all that it starts, for good. An error where the kernel has no seccomp(2); a machine
/// whose calls are not known here gets none.
pub(crate) fn raise() -> io::Result<()> {
    let Ok(machine) = TargetArch::try_from(std::env::consts::ARCH) else { return Ok(()) };
    for program in programs(machine).map_err(io::Error::other)? {
        seccompiler::apply_filter(&program).map_err(io::Error::other)?;
    }
    Ok(())
}

/// What is answered EPERM, and what is answered ENOSYS: clone3(2) hides its flags in memory, and its callers know clone(2).
fn programs(machine: TargetArch) -> Result<[BpfProgram; 2], seccompiler::BackendError> {
    let refused = NEVER.iter().flat_map(|(_, calls)| *calls).map(|call| (*call, Vec::new()));
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = refused.collect();
    // A process, not a thread.
    let thread = u64::from(libc::CLONE_THREAD.cast_unsigned());
    let is_process = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(thread), 0)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![is_process])?]);
    #[cfg(target_arch = "x86_64")]
    rules.extend([(libc::SYS_fork, Vec::new()), (libc::SYS_vfork, Vec::new())]);
    // Every other family than that of the proxy's address.
    let inet = u64::from(libc::AF_INET.cast_unsigned());
    let other = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, inet)?;
    rules.insert(libc::SYS_socket, vec![SeccompRule::new(vec![other])?]);
    let refuse = |code: i32| SeccompAction::Errno(code.cast_unsigned());
    let absent = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let first = SeccompFilter::new(rules, SeccompAction::Allow, refuse(libc::EPERM), machine)?;
    let second = SeccompFilter::new(absent, SeccompAction::Allow, refuse(libc::ENOSYS), machine)?;
    Ok([first.try_into()?, second.try_into()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens to each of the acts: its error's number, or 0.
    fn acts() -> Vec<i32> {
        let number = |error: io::Error| error.raw_os_error().unwrap_or(-1);
        let started = std::process::Command::new("true").status();
        let listens = std::net::TcpListener::bind(("127.0.0.1", 0));
        let datagrams = std::os::unix::net::UnixDatagram::unbound();
        vec![
            started.map_or_else(number, |_| 0),
            listens.map_or_else(number, |_| 0),
            datagrams.map_or_else(number, |_| 0),
        ]
    }

    /// The wall stands around one thread of this test alone.
    #[test]
    fn behind_the_wall_nothing_is_started_and_nothing_listens() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let inside = std::thread::spawn(move || {
            raise().unwrap();
            let connects = std::net::TcpStream::connect(address).is_ok();
            let has_threads = std::thread::spawn(|| 1).join().is_ok();
            let reads = std::fs::read("/proc/self/status").is_ok();
            (acts(), connects, has_threads, reads)
        });
        assert_eq!(inside.join().unwrap(), (vec![libc::EPERM; 3], true, true, true));
        assert_eq!(acts(), vec![0; 3], "the control");
    }
}
