//! The engine `jail`: the interpreters of this machine inside a sandbox of the Linux kernel.
//!
//! Reading order: [`probe`] (what works here), this file (what a jail is made of), `launcher` (how it is made), `init` (its
//! first process), then one module for each mechanism. `SECURITY.md` says what each level holds and what it does not.

mod capabilities;
mod cgroup;
mod door;
mod init;
mod landlock;
mod launcher;
mod limits;
mod namespaces;
mod prefix;
mod probe;
mod root;
mod seccomp;
mod spec;
mod sys;
mod watch;

use std::env;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codemode_run::network::NetworkMode;
use codemode_run::{EngineError, Isolation, Language, Limits, Profile, Unavailable};
use tokio::process::Command;

use crate::guest::{GuestSpec, Launch, Link};
use crate::helper::{self, Handed};
use crate::init::{HELPER, JAIL};
use crate::interpreter::guest_command;
use crate::network::NODE_PRELOAD;
use crate::registry::EngineOptions;
use cgroup::{Cgroup, Cgroups};
use spec::{Bind, BindKind, ProcessLimits, Spec};
use watch::Limited;

pub use probe::{Diagnosis, StepReport};
pub use spec::Step;

pub(crate) use launcher::main as launcher_main;
pub(crate) use sys::close_from;

/// Where a program finds its workspace.
const WORKSPACE: &str = "/workspace";

/// Where a program finds its layers.
const LAYERS: &str = "/layers";

/// Folders that every jail has for itself.
const SCRATCH: [&str; 3] = ["/tmp", "/home/user", "/dev/shm"];

/// Parts of the system that programs need beside `/usr`.
const SYSTEM_FILES: [&str; 13] = [
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/magic",
    "/etc/mime.types",
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/tls/certs",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
];

const DEVICES: [&str; 5] = ["/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero"];

/// Ids that no machine gives to anybody: above those of people, containers and systemd, below the sign bit.
const HOST_IDS: u32 = 1_900_000_000;

/// Starts guests in jails.
#[derive(Debug)]
pub struct Jail {
    found: OnceLock<Found>,
    limits: Arc<Limits>,
    options: EngineOptions,
    strongest: Isolation,
}

/// What the probe found.
#[derive(Debug)]
struct Found {
    cgroups: Option<Arc<Cgroups>>,
    diagnosis: Diagnosis,
    filters: Vec<Vec<u64>>,
    profile: Profile,
}

impl Jail {
    /// The engine over this binary.
    pub fn new(options: &EngineOptions) -> Self {
        Self::at_most(options, Isolation::Full)
    }

    /// The same, but not stronger than this level even where more works: to see what a weaker machine would do.
    pub fn at_most(options: &EngineOptions, strongest: Isolation) -> Self {
        let limits = Arc::new(options.limits.clone());
        Self { found: OnceLock::new(), limits, options: options.clone(), strongest }
    }

    /// What works on this machine, found at the first call.
    pub fn diagnosis(&self) -> &Diagnosis {
        &self.found().diagnosis
    }

    fn what_failed(&self) -> Unavailable {
        let diagnosis = self.diagnosis();
        let mend = diagnosis.mend.clone();
        Unavailable {
            missing: diagnosis.missing.join("; "),
            mend: mend.unwrap_or_else(|| "`codemode doctor` shows every step".to_owned()),
        }
    }

    fn found(&self) -> &Found {
        self.found.get_or_init(|| self.find())
    }

    fn find(&self) -> Found {
        let mut steps = Vec::new();
        let mut cgroups = None;
        let mut level = None;
        if self.strongest >= Isolation::NoCgroup {
            steps.extend(probe::walk(&self.options, &self.trial(true), Isolation::Full));
            if steps.iter().all(|step| step.errno.is_none()) {
                level = Some(Isolation::NoCgroup);
                if self.strongest == Isolation::Full {
                    let made = Cgroups::find(&self.limits);
                    let errno = made.as_ref().err().map(|error| error.raw_os_error().unwrap_or(libc::EIO));
                    steps.push(StepReport { errno, level: Isolation::Full, step: Step::Cgroup });
                    cgroups = made.ok().map(Arc::new);
                    level = cgroups.as_ref().map_or(level, |_| Some(Isolation::Full));
                }
            }
        }
        if level.is_none() {
            let weaker = probe::walk(&self.options, &self.trial(false), Isolation::Landlock);
            level = weaker.iter().all(|step| step.errno.is_none()).then_some(Isolation::Landlock);
            steps.extend(weaker);
        }
        let (missing, mends): (Vec<_>, Vec<_>) =
            steps.iter().filter(|step| step.errno.is_some()).map(probe::explain).unzip();
        let isolation = level.unwrap_or(Isolation::None);
        let filters = seccomp::programs(env::consts::ARCH, isolation, self.shares_network());
        Found {
            cgroups,
            diagnosis: Diagnosis { level, missing, mend: mends.into_iter().flatten().next(), steps },
            filters: filters.unwrap_or_default(),
            profile: Profile { isolation, languages: Language::ALL.to_vec() },
        }
    }

    /// A jail for nobody, which proves each wall by an act that it refuses.
    fn trial(&self, has_namespaces: bool) -> Spec {
        let network = self.shares_network();
        let level = if has_namespaces { Isolation::Full } else { Isolation::Landlock };
        let filters = seccomp::programs(env::consts::ARCH, level, network).unwrap_or_default();
        let program = PathBuf::from("/bin/sh");
        let scratch = if has_namespaces { SCRATCH.map(PathBuf::from).to_vec() } else { Vec::new() };
        Spec {
            arguments: vec!["-c".to_owned(), "exit 0".to_owned()],
            binds: system_binds(&[]),
            filters,
            has_namespaces,
            host_id: host_id(Path::new("/"), has_namespaces),
            host_network: network,
            limits: self.process_limits(false),
            program,
            scratch,
            scratch_bytes: self.limits.workspace,
            trial: true,
            ..Spec::default()
        }
    }

    fn process_limits(&self, has_cgroup: bool) -> ProcessLimits {
        ProcessLimits {
            cpu_seconds: self.limits.wall_max.as_secs() * 2,
            // A little below the bound of all together: the one process of most programs then gets an error of its own.
            data_bytes: self.limits.memory / 16 * 15,
            file_bytes: self.limits.file,
            // Without a cgroup the watch ends a run that has too many; this only keeps a fork bomb from outrunning it.
            processes: (!has_cgroup && rustix::process::geteuid().is_root())
                .then_some(self.limits.processes + 16),
        }
    }

    fn spec(&self, guest: &GuestSpec, found: &Found) -> Result<Spec, EngineError> {
        let command = guest_command(guest.language)?;
        let installation = prefix::installation(&command.program, guest.language)?;
        let has_namespaces = self.has_namespaces();
        let workspace = fs::canonicalize(&guest.workspace)
            .map_err(|error| EngineError::failed("open the workspace", error))?;
        let mut binds = system_binds(&installation.folders);
        let inside = self.workspace_inside(&workspace);
        binds.push(Bind { kind: BindKind::Writable, source: workspace.clone(), target: inside });
        binds.extend(self.mounts());
        if self.options.layers.is_dir() {
            let source = self.options.layers.clone();
            binds.push(Bind { kind: BindKind::Data, source, target: PathBuf::from(LAYERS) });
        }
        let mut host_id = host_id(&workspace, has_namespaces);
        let needed = [workspace.as_path(), &installation.program, &self.options.layers];
        if !has_namespaces && !needed.into_iter().all(is_reachable) {
            // Another user could not even get to them. Root without capabilities stays behind the same Landlock.
            host_id = None;
        }
        let proxied = has_namespaces && self.is_proxied();
        let preload = (proxied && guest.language == Language::JavaScript).then(node_preload);
        let words = command.arguments.iter().map(|word| word.to_str().map(str::to_owned));
        let arguments: Option<Vec<String>> = preload.into_iter().flatten().map(Some).chain(words).collect();
        let spec = Spec {
            arguments: arguments
                .ok_or_else(|| EngineError::failed("start an interpreter", "an argument is not Unicode"))?,
            binds,
            filters: found.filters.clone(),
            has_namespaces,
            host_id,
            host_network: self.shares_network(),
            limits: self.process_limits(found.cgroups.is_some()),
            program: installation.program,
            proxied,
            scratch: scratch(has_namespaces),
            scratch_bytes: self.limits.workspace,
            shell: command.shell,
            trial: false,
        };
        Ok(spec)
    }

    fn has_namespaces(&self) -> bool {
        self.found().profile.isolation >= Isolation::NoCgroup
    }

    fn shares_network(&self) -> bool {
        self.options.network.mode == NetworkMode::Full
    }

    fn is_proxied(&self) -> bool {
        matches!(self.options.network.mode, NetworkMode::Hosts | NetworkMode::Public)
    }

    fn mounts(&self) -> Vec<Bind> {
        let kind = |writable| if writable { BindKind::Writable } else { BindKind::Data };
        let mounts = self.options.mounts.iter();
        let mut binds: Vec<Bind> = mounts
            .map(|mount| Bind {
                kind: kind(mount.writable),
                source: mount.source.clone(),
                target: mount.target.clone(),
            })
            .collect();
        if self.shares_network() {
            binds.push(system_bind(Path::new("/etc/resolv.conf")));
        }
        binds
    }

    fn command(&self, spec: &Spec) -> Result<Command, EngineError> {
        let mut command = Command::new(&self.options.helper);
        // Programs see the command line of the jail's first process; it does not tell where codemode is installed.
        command.arg0("codemode").args(&self.options.helper_arguments).args([HELPER, JAIL]).env_clear();
        let standard = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
            .map(PathBuf::from);
        let own = spec.program.parent().map(Path::to_owned).filter(|folder| !standard.contains(folder));
        let path = env::join_paths(own.into_iter().chain(standard))
            .map_err(|error| EngineError::failed("name the PATH", error))?;
        let (home, temporary) = match spec.scratch.as_slice() {
            [only] => (only.clone(), only.clone()),
            _ => (PathBuf::from(SCRATCH[1]), PathBuf::from(SCRATCH[0])),
        };
        command.env("PATH", path).env("HOME", home).env("TMPDIR", temporary);
        command.envs([("LANG", "C.UTF-8"), ("LOGNAME", "user"), ("SHELL", "/bin/bash"), ("USER", "user")]);
        command.envs([("MPLBACKEND", "Agg"), ("PYTHONDONTWRITEBYTECODE", "1")]);
        command.envs(env::var_os("TZ").map(|zone| ("TZ", zone)));
        Ok(command)
    }
}

#[async_trait]
impl Launch for Jail {
    fn name(&self) -> &'static str {
        "jail"
    }

    fn profile(&self) -> &Profile {
        &self.found().profile
    }

    fn probe(&self, language: Language) -> Result<(), Unavailable> {
        if self.diagnosis().level.is_none() {
            return Err(self.what_failed());
        }
        let command = guest_command(language)?;
        prefix::installation(&command.program, language).map(drop)
    }

    fn shortfall(&self) -> Option<Unavailable> {
        let diagnosis = self.diagnosis();
        (diagnosis.level.is_some() && !diagnosis.missing.is_empty()).then(|| self.what_failed())
    }

    async fn launch(&self, guest: &GuestSpec) -> Result<Link, EngineError> {
        self.probe(guest.language)?;
        let found = self.found();
        let failed = |error| EngineError::failed(format!("start a {} interpreter", guest.language), error);
        let cgroup: Option<Arc<Cgroup>> =
            found.cgroups.as_ref().map(Cgroups::take).transpose().map_err(failed)?.map(Arc::new);
        let spec = self.spec(guest, found)?;
        let text =
            serde_json::to_vec(&spec).map_err(|error| EngineError::failed("describe a jail", error))?;
        let cgroups =
            cgroup.as_ref().map_or_else(|| Ok(Vec::new()), |cgroup| cgroup.doors()).map_err(failed)?;
        let mut command = self.command(&spec)?;
        let mut handed = Handed { spec: text, ..Handed::default() };
        if spec.proxied {
            let door = door::open(&self.options.network, &self.options.proxy).map_err(failed)?;
            command.envs(door.environment);
            handed.descriptors.push(door.inner);
            handed.proxy = Some(door.proxy);
        }
        handed.descriptors.extend(cgroups);
        let depth = if spec.has_namespaces { 2 } else { 1 };
        let workspace =
            spec.binds.iter().find(|bind| bind.kind == BindKind::Writable).map(|bind| bind.source.clone());
        let watch = Limited::new(cgroup, Arc::clone(&self.limits), workspace.unwrap_or_default());
        helper::spawn(command, handed, depth, Box::new(watch)).map_err(failed)
    }

    fn layers_inside(&self) -> PathBuf {
        if self.has_namespaces() { PathBuf::from(LAYERS) } else { self.options.layers.clone() }
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn network(&self) -> NetworkMode {
        // Without a network namespace there is nothing that a proxy could stand in front of.
        if self.is_proxied() && !self.has_namespaces() {
            NetworkMode::None
        } else {
            self.options.network.mode
        }
    }

    fn shutdown(&self) {
        if let Some(cgroups) = self.found.get().and_then(|found| found.cgroups.as_ref()) {
            cgroups.close();
        }
    }

    fn workspace_inside(&self, workspace: &Path) -> PathBuf {
        if self.has_namespaces() {
            PathBuf::from(WORKSPACE)
        } else {
            fs::canonicalize(workspace).unwrap_or_else(|_| workspace.to_owned())
        }
    }
}

/// The real interpreter behind a `python3` of the PATH, which may be a shim or part of a virtual environment.
pub(crate) fn real_program(python: &Path) -> Result<PathBuf, Unavailable> {
    Ok(prefix::installation(python, Language::Python)?.program)
}

/// What works on this machine, found by walking the whole way into a jail once.
pub fn diagnose(options: &EngineOptions) -> Diagnosis {
    Jail::new(options).diagnosis().clone()
}

/// Options of Node that lead its own clients to the proxy. A module in the command line: no file of ours has to be shown.
fn node_preload() -> [String; 2] {
    ["--import".to_owned(), format!("data:text/javascript;base64,{}", STANDARD.encode(NODE_PRELOAD))]
}

/// The parts of this machine that every jail shows, and the interpreter's own folders.
fn system_binds(folders: &[PathBuf]) -> Vec<Bind> {
    let roots =
        root::SYSTEM_FOLDERS.iter().map(|name| Path::new("/").join(name)).filter(|path| !path.is_symlink());
    let system = std::iter::once(PathBuf::from("/usr")).chain(roots).chain(folders.iter().cloned());
    let files = SYSTEM_FILES.into_iter().map(PathBuf::from);
    let mut binds: Vec<Bind> =
        system.chain(files).filter(|path| path.exists()).map(|path| system_bind(&path)).collect();
    binds.extend(DEVICES.map(|device| Bind {
        kind: BindKind::Device,
        source: device.into(),
        target: device.into(),
    }));
    binds
}

fn system_bind(path: &Path) -> Bind {
    Bind { kind: BindKind::System, source: path.to_owned(), target: path.to_owned() }
}

fn scratch(has_namespaces: bool) -> Vec<PathBuf> {
    if has_namespaces {
        return SCRATCH.map(PathBuf::from).to_vec();
    }
    vec![env::temp_dir().join(format!("codemode-jail-{}", ulid::Ulid::new()))]
}

/// As root every workspace has a user of its own, the same one in every run; else the jail is the user of codemode.
fn host_id(workspace: &Path, has_namespaces: bool) -> Option<u32> {
    let metadata = workspace.metadata().ok()?;
    let mixed = (metadata.ino() ^ metadata.dev().rotate_left(7)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44;
    let can_change = rustix::process::geteuid().is_root()
        && capabilities::can_change_users(has_namespaces)
        && has_free_ids("uid")
        && has_free_ids("gid");
    can_change.then_some(HOST_IDS + u32::try_from(mixed).unwrap_or_default())
}

/// Whether this user namespace has the ids: the root of a container without privileges has only a few.
fn has_free_ids(kind: &str) -> bool {
    let map = fs::read_to_string(format!("/proc/self/{kind}_map")).unwrap_or_default();
    map.lines().any(|line| {
        let numbers: Vec<u64> = line.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let first = u64::from(HOST_IDS);
        matches!(numbers.as_slice(), [inside, _, count] if *inside <= first && first + (1 << 20) <= inside + count)
    })
}

/// Whether any user gets to a folder.
fn is_reachable(folder: &Path) -> bool {
    folder
        .ancestors()
        .skip(1)
        .all(|above| above.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0))
}

/// What a launcher's `failed STEP ERRNO` means.
pub(crate) fn describe_fault(line: &str) -> String {
    match probe::parse_fault(line) {
        Some((step, errno)) => {
            format!("the jail's step {step} failed: {}", std::io::Error::from_raw_os_error(errno))
        }
        None => line.to_owned(),
    }
}
