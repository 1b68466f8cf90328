//! Bounds over all processes of a jail: `cgroups(7)`, version 2 where a part of the tree is ours, else version 1.
//!
//! Making and removing a cgroup costs many times what a run costs, so folders are kept and used again.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use codemode_run::{KillCause, Limits};

/// The cgroups of one engine.
#[derive(Debug)]
pub(super) struct Cgroups {
    /// Those that nobody uses; `None` when the engine is closed and keeps no more.
    free: Mutex<Option<Vec<Folders>>>,
    limits: (u64, u64),
    roots: Roots,
}

/// Cgroups that this process has made; the number keeps the names of several engines apart.
static MADE: AtomicUsize = AtomicUsize::new(0);

/// Where cgroups can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Roots {
    /// A folder for each controller.
    One { memory: PathBuf, processes: PathBuf },
    /// One folder for all.
    Two(PathBuf),
}

/// The folders of one cgroup.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Folders {
    memory: PathBuf,
    processes: PathBuf,
}

/// Processes of a jail beside the program's own: its init process.
const OWN_PROCESSES: u64 = 1;

impl Cgroups {
    /// Finds where cgroups can be made and makes the first one, or says why not.
    pub(super) fn find(limits: &Limits) -> io::Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo")?;
        let own = fs::read_to_string("/proc/self/cgroup")?;
        let mut problem = io::Error::from_raw_os_error(libc::ENOENT);
        for roots in roots(&mounts, &own) {
            let limits = (limits.memory, limits.processes + OWN_PROCESSES);
            let cgroups = Self { free: Mutex::new(Some(Vec::new())), limits, roots };
            cgroups.sweep();
            match cgroups.make() {
                Ok(folders) => {
                    cgroups.give_back(folders);
                    return Ok(cgroups);
                }
                Err(error) => problem = error,
            }
        }
        Err(problem)
    }

    /// A cgroup with nobody in it.
    pub(super) fn take(self: &Arc<Self>) -> io::Result<Cgroup> {
        let free = {
            let mut free = self.lock();
            let place = free.iter().flatten().position(Folders::is_empty);
            free.as_mut().zip(place).map(|(free, place)| free.swap_remove(place))
        };
        let folders = match free {
            Some(folders) => folders,
            None => self.make()?,
        };
        let before = folders.events();
        Ok(Cgroup { before, cgroups: Arc::clone(self), folders })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Vec<Folders>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make(&self) -> io::Result<Folders> {
        let name = format!("{PREFIX}{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let (memory, processes) = self.limits;
        match &self.roots {
            Roots::One { memory: memory_root, processes: processes_root } => {
                let folders =
                    Folders { memory: memory_root.join(&name), processes: processes_root.join(&name) };
                let made = folders.make_one(memory, processes);
                made.inspect_err(|_| folders.remove()).map(|()| folders)
            }
            Roots::Two(root) => {
                let folders = Folders { memory: root.join(&name), processes: root.join(&name) };
                let made = folders.make_two(root, memory, processes);
                made.inspect_err(|_| folders.remove()).map(|()| folders)
            }
        }
    }

    /// Removes what servers that are gone have left.
    fn sweep(&self) {
        let roots = match &self.roots {
            Roots::One { memory, processes } => vec![memory, processes],
            Roots::Two(root) => vec![root],
        };
        for entry in roots.into_iter().filter_map(|root| fs::read_dir(root).ok()).flatten().flatten() {
            let name = entry.file_name();
            let owner = name
                .to_str()
                .and_then(|name| name.strip_prefix(PREFIX))
                .and_then(|rest| rest.split('-').next());
            if let Some(owner) = owner.and_then(|owner| owner.parse::<u32>().ok())
                && !Path::new(&format!("/proc/{owner}")).exists()
            {
                // One that is in use stays.
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

/// Names of our folders start with this; the pid of their server follows.
const PREFIX: &str = "codemode-jail-";

/// How long an engine that ends waits for the last process of a jail.
const EMPTY_WITHIN: Duration = Duration::from_millis(500);

impl Cgroups {
    /// Removes every cgroup that nobody uses, and from now on each one that is given back. A process that ends does not
    /// wait for the last owner of its engines: it closes them.
    pub(super) fn close(&self) {
        let give_up = Instant::now() + EMPTY_WITHIN;
        // Not under the lock: whoever gives one back meanwhile must not wait.
        let free = self.lock().take();
        for folders in free.into_iter().flatten() {
            folders.remove_when_empty(give_up);
        }
        // What was not empty at the start is now, most likely.
        self.sweep();
    }

    fn give_back(&self, folders: Folders) {
        if let Some(free) = &mut *self.lock() {
            return free.push(folders);
        }
        folders.remove_when_empty(Instant::now() + EMPTY_WITHIN);
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        self.close();
    }
}

/// The places that may do, best first.
fn roots(mounts: &str, own: &str) -> Vec<Roots> {
    let mounted = |kind: &str, controller: Option<&str>| {
        mounts.lines().find_map(|line| {
            let (place, file_system) = line.split_once(" - ")?;
            let mut rest = file_system.split(' ');
            let fits = rest.next() == Some(kind);
            let options = rest.nth(1).unwrap_or_default();
            let has =
                controller.is_none_or(|controller| options.split(',').any(|option| option == controller));
            (fits && has).then(|| PathBuf::from(place.split(' ').nth(4).unwrap_or_default()))
        })
    };
    let mut found = Vec::new();
    if let Some(root) = mounted("cgroup2", None) {
        let own = own.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
        found.extend([root.join(own), root].map(Roots::Two));
    }
    if let (Some(memory), Some(processes)) =
        (mounted("cgroup", Some("memory")), mounted("cgroup", Some("pids")))
    {
        found.push(Roots::One { memory, processes });
    }
    found
}

impl Folders {
    fn make_one(&self, memory: u64, processes: u64) -> io::Result<()> {
        fs::create_dir(&self.memory)?;
        fs::create_dir(&self.processes)?;
        fs::write(self.memory.join("memory.limit_in_bytes"), memory.to_string())?;
        // Without swap accounting there is no such file; then a machine with swap lets a program use that too.
        let _ = fs::write(self.memory.join("memory.memsw.limit_in_bytes"), memory.to_string());
        fs::write(self.processes.join("pids.max"), processes.to_string())
    }

    fn make_two(&self, root: &Path, memory: u64, processes: u64) -> io::Result<()> {
        let control = root.join("cgroup.subtree_control");
        if fs::write(&control, "+memory +pids").is_err() {
            // A folder with processes of its own may have no controlled ones below.
            step_aside(root)?;
            fs::write(&control, "+memory +pids")?;
        }
        fs::create_dir(&self.memory)?;
        fs::write(self.memory.join("memory.max"), memory.to_string())?;
        let _ = fs::write(self.memory.join("memory.swap.max"), "0");
        let _ = fs::write(self.memory.join("memory.oom.group"), "1");
        fs::write(self.processes.join("pids.max"), processes.to_string())
    }

    fn remove_when_empty(&self, give_up: Instant) {
        while !self.is_empty() && Instant::now() < give_up {
            std::thread::yield_now();
        }
        self.remove();
    }

    fn remove(&self) {
        let _ = fs::remove_dir(&self.memory);
        let _ = fs::remove_dir(&self.processes);
    }

    fn is_empty(&self) -> bool {
        let nobody =
            |folder: &Path| fs::read(folder.join("cgroup.procs")).is_ok_and(|processes| processes.is_empty());
        nobody(&self.memory) && nobody(&self.processes)
    }

    fn events(&self) -> Events {
        let killed = counter(&self.memory.join("memory.events"), "oom_kill")
            .or_else(|| counter(&self.memory.join("memory.oom_control"), "oom_kill"));
        Events { killed, refused: counter(&self.processes.join("pids.events"), "max") }
    }
}

/// Moves this server into a folder below its own, when nobody else is in that: then it may be divided.
fn step_aside(root: &Path) -> io::Result<()> {
    let inhabitants = fs::read_to_string(root.join("cgroup.procs"))?;
    if inhabitants.trim() != std::process::id().to_string() {
        return Err(io::Error::from_raw_os_error(libc::EBUSY));
    }
    let aside = root.join("codemode-server");
    fs::create_dir_all(&aside)?;
    fs::write(aside.join("cgroup.procs"), inhabitants)
}

/// What happened in a cgroup so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Events {
    /// Processes that were killed for memory.
    killed: Option<u64>,
    /// Processes that were not started because there were too many.
    refused: Option<u64>,
}

fn counter(file: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// A cgroup for one jail. Dropping it gives it back; it is used again when its last process is gone.
#[derive(Debug)]
pub(super) struct Cgroup {
    before: Events,
    cgroups: Arc<Cgroups>,
    folders: Folders,
}

impl Cgroup {
    /// Where the launcher writes the jail's pid.
    pub(super) fn doors(&self) -> io::Result<Vec<OwnedFd>> {
        let mut folders = vec![&self.folders.memory, &self.folders.processes];
        folders.dedup();
        let open = |folder: &PathBuf| fs::OpenOptions::new().write(true).open(folder.join("cgroup.procs"));
        folders.into_iter().map(|folder| open(folder).map(OwnedFd::from)).collect()
    }

    /// The limit that was passed since the cgroup was taken.
    pub(super) fn cause(&self) -> Option<KillCause> {
        let now = self.folders.events();
        if now.killed > self.before.killed {
            Some(KillCause::Memory)
        } else if now.refused > self.before.refused {
            Some(KillCause::Processes)
        } else {
            None
        }
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        self.cgroups.give_back(self.folders.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "\
20 1 0:5 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
21 1 0:6 / /sys/fs/cgroup/pids rw,relatime shared:3 - cgroup cgroup rw,pids
22 1 0:7 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";

    #[test]
    fn places_are_tried_from_the_one_that_is_ours_to_the_oldest() {
        let unified = |path: &str| Roots::Two(PathBuf::from("/sys/fs/cgroup/unified").join(path));
        let one =
            Roots::One { memory: "/sys/fs/cgroup/memory".into(), processes: "/sys/fs/cgroup/pids".into() };
        let own = "4:memory:/x\n0::/user.slice/a.scope\n";
        assert_eq!(roots(ONE, own), [unified("user.slice/a.scope"), unified(""), one]);
        assert_eq!(roots("", own), []);
    }

    #[test]
    fn a_cgroup_is_used_again_and_gone_with_its_engine() {
        let cgroups = match Cgroups::find(&Limits::default()) {
            Ok(cgroups) => Arc::new(cgroups),
            Err(error) => return println!("skipped: no cgroup can be made here: {error}"),
        };
        let first = cgroups.take().unwrap();
        let folders = first.folders.clone();
        assert_eq!((first.cause(), first.doors().unwrap().is_empty()), (None, false));
        drop(first);
        let second = cgroups.take().unwrap();
        assert_eq!(second.folders, folders);
        let third = cgroups.take().unwrap();
        let late = third.folders.clone();
        drop(second);
        cgroups.close();
        let exist = |folders: &Folders| (folders.memory.exists(), folders.processes.exists());
        assert_eq!((exist(&folders), exist(&late)), ((false, false), (true, true)));
        drop(third);
        assert_eq!(exist(&late), (false, false));
    }
}
