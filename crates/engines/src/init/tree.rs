//! Kills everything below this process. As the subreaper it becomes the parent of every orphan, so nothing escapes it
//! but a program that kills this process first, which only a sandbox can prevent.

use std::collections::HashMap;
use std::fs;

use rustix::process::{Pid, Signal, WaitOptions};

/// Kills and collects until there is no child left.
pub(crate) fn kill_all() {
    loop {
        for pid in descendants(rustix::process::getpid().as_raw_nonzero().get()) {
            if let Some(pid) = Pid::from_raw(pid) {
                // One that ended in between is what we want.
                let _ = rustix::process::kill_process(pid, Signal::KILL);
            }
        }
        // Everything alive was just killed, so this wait is short; no child at all ends the loop.
        if rustix::process::wait(WaitOptions::empty()).is_err() {
            return;
        }
        while let Ok(Some(_)) = rustix::process::wait(WaitOptions::NOHANG) {}
    }
}

/// Every process below `root`, parents before children; `proc_pid_stat(5)`.
fn descendants(root: i32) -> Vec<i32> {
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for (pid, parent) in processes() {
        children.entry(parent).or_default().push(pid);
    }
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        let below = children.remove(&pid).unwrap_or_default();
        found.extend(&below);
        open.extend(below);
    }
    found
}

fn processes() -> Vec<(i32, i32)> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(|pid| Some((pid, parent(pid)?))).collect()
}

fn parent(pid: i32) -> Option<i32> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything, so the fields are counted from the last bracket.
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let fields = std::str::from_utf8(&stat[end + 1..]).ok()?;
    fields.split_whitespace().nth(1)?.parse().ok()
}
