//! Nothing outlives a command, however it ends: its processes and its cgroups are counted, the first as a control while it runs.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::User;

/// A program that starts what would like to stay, says so, and waits.
fn clinging(mark: &str) -> String {
    format!(
        "sleep {mark} & setsid sleep {mark} & (setsid sh -c 'sleep {mark} & ' &); echo started; sleep {mark}"
    )
}

/// A duration that no other process sleeps for.
fn mark() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("6000.{}{:03}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Processes with this mark in their command line, and cgroups that were made by this process.
fn census(mark: &str, maker: u32) -> (usize, usize) {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let processes = lines.filter(|line| String::from_utf8_lossy(line).contains(mark)).count();
    (processes, cgroups(Path::new("/sys/fs/cgroup"), &format!("codemode-jail-{maker}-")))
}

fn cgroups(folder: &Path, prefix: &str) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders
        .map(|entry| {
            let own = entry.file_name().to_string_lossy().starts_with(prefix);
            usize::from(own) + cgroups(&entry.path(), prefix)
        })
        .sum()
}

/// Starts `codemode run` on a clinging program and waits until it said that all of it runs.
fn start(user: &User, engine: &str, mark: &str) -> Child {
    let mut command = user.command(env!("CARGO_BIN_EXE_codemode"));
    command.args(["run", "-", "--language", "bash", "--engine", engine]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(clinging(mark).as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "started\n");
    child
}

/// Waits until the census says this; the last one that it said when it never does.
fn settles(mark: &str, maker: u32, wanted: impl Fn((usize, usize)) -> bool) -> (usize, usize) {
    let give_up = Instant::now() + Duration::from_secs(10);
    loop {
        let seen = census(mark, maker);
        if wanted(seen) || Instant::now() > give_up {
            return seen;
        }
        std::thread::yield_now();
    }
}

fn after(engine: &str, signal: Signal) -> ((usize, usize), (usize, usize)) {
    let (user, mark) = (User::new(), mark());
    let mut child = start(&user, engine, &mark);
    let pid = child.id();
    let during = settles(&mark, pid, |(processes, _)| processes >= 4);
    kill_process(Pid::from_child(&child), signal).unwrap();
    child.wait().unwrap();
    (during, settles(&mark, pid, |seen| seen == (0, 0)))
}

/// Whether a jail here has cgroups: they are what `full` has more than the level below.
fn has_cgroups(user: &User) -> bool {
    user.codemode("doctor --json").contains(r#""level": "full""#)
}

#[test]
fn a_signal_to_codemode_takes_the_program_along() {
    for engine in ["jail", "direct"] {
        if engine == "jail" && !has_cgroups(&User::new()) {
            println!("skipped: no jail with cgroups here");
            continue;
        }
        for signal in [Signal::INT, Signal::TERM] {
            let (during, left) = after(engine, signal);
            assert!(during.0 >= 4 && (during.1 > 0) == (engine == "jail"), "{engine}: {during:?}");
            assert_eq!(left, (0, 0), "{engine} after {signal:?}");
        }
    }
}

/// Nobody is left who could remove the cgroups then: the next command does.
#[test]
fn nothing_runs_on_after_a_kill_and_the_next_command_clears_up() {
    let user = User::new();
    if !has_cgroups(&user) {
        println!("skipped: no jail with cgroups here");
        return;
    }
    let mark = mark();
    let mut child = start(&user, "jail", &mark);
    let pid = child.id();
    let during = settles(&mark, pid, |(processes, _)| processes >= 4);
    assert!(during.0 >= 4 && during.1 > 0, "{during:?}");
    kill_process(Pid::from_child(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
    let (processes, cgroups) = settles(&mark, pid, |(processes, _)| processes == 0);
    assert_eq!((processes, cgroups > 0), (0, true));
    assert!(user.codemode_with("run - --engine jail", "print(1)").starts_with("1\n"));
    assert_eq!(census(&mark, pid), (0, 0));
}

#[test]
fn a_program_that_ends_takes_all_of_its_own_along() {
    let user = User::new();
    let mark = mark();
    let mut command = user.command(env!("CARGO_BIN_EXE_codemode"));
    command.args(["run", "-", "--language", "bash"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let program = clinging(&mark).replace(&format!("; sleep {mark}"), "; true");
    child.stdin.take().unwrap().write_all(program.as_bytes()).unwrap();
    let pid = child.id();
    assert_eq!(String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap(), "started\n");
    assert_eq!(census(&mark, pid), (0, 0));
}
