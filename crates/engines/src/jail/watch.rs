//! Watches what no kernel bound covers: a workspace that grows on the machine's own disk, and without cgroups the memory
//! and the number of all processes together.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use codemode_run::{KillCause, Limits};
use futures::future::BoxFuture;

use super::cgroup::Cgroup;
use crate::helper::Watch;
use crate::room::Room;

/// How often counters are looked at while a program runs.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// The watch of one jail.
#[derive(Debug, Clone)]
pub(super) struct Limited {
    cgroup: Option<Arc<Cgroup>>,
    limits: Arc<Limits>,
    room: Room,
}

impl Limited {
    /// A watch over a jail that is about to start.
    pub(super) fn new(cgroup: Option<Arc<Cgroup>>, limits: Arc<Limits>, workspace: PathBuf) -> Self {
        let room = Room::new(workspace, limits.workspace);
        Self { cgroup, limits, room }
    }

    fn look(&self, helper: Option<u32>) -> Option<KillCause> {
        match &self.cgroup {
            Some(cgroup) => cgroup.cause(),
            None => self.count_processes(helper?),
        }
    }

    fn count_processes(&self, helper: u32) -> Option<KillCause> {
        let pids = below(helper);
        // The init process of the jail is not the program's.
        if pids.iter().map(|pid| threads(*pid)).sum::<u64>() > self.limits.processes + 1 {
            return Some(KillCause::Processes);
        }
        let resident: u64 = pids.iter().map(|pid| resident(*pid)).sum();
        if resident <= self.limits.memory {
            return None;
        }
        // Pages that several processes share were counted several times; only now is the exact sum worth its price.
        let memory: u64 = pids.iter().map(|pid| proportional(*pid)).sum();
        (memory > self.limits.memory).then_some(KillCause::Memory)
    }
}

impl Watch for Limited {
    fn passed(&self, helper: Option<u32>) -> BoxFuture<'static, KillCause> {
        let watch = self.clone();
        Box::pin(async move {
            let overfull = watch.room.overfull();
            tokio::pin!(overfull);
            loop {
                tokio::select! {
                    () = &mut overfull => return KillCause::Workspace,
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
                if let Some(cause) = watch.look(helper) {
                    return cause;
                }
            }
        })
    }

    fn cause(&self) -> Option<KillCause> {
        self.cgroup.as_ref()?.cause()
    }
}

/// Every process below the helper, which sees all of them: a jail's first process adopts whatever is orphaned in it.
fn below(helper: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let mut open = vec![helper];
    let mut seen: HashMap<u32, ()> = HashMap::new();
    while let Some(pid) = open.pop() {
        for task in tasks(pid) {
            let children =
                fs::read_to_string(format!("/proc/{pid}/task/{task}/children")).unwrap_or_default();
            for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
                if seen.insert(child, ()).is_none() {
                    found.push(child);
                    open.push(child);
                }
            }
        }
    }
    found
}

fn tasks(pid: u32) -> Vec<u32> {
    let entries = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn threads(pid: u32) -> u64 {
    u64::try_from(tasks(pid).len()).unwrap_or(u64::MAX)
}

fn resident(pid: u32) -> u64 {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages: u64 = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * u64::try_from(rustix::param::page_size()).unwrap_or(4096)
}

fn proportional(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let kib = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.map_or_else(|| resident(pid), |kib| kib * 1024)
}
