//! The engine `wasm`: how its guests are started. Each is a process of ours, which the pool and the driver of
//! [`codemode_engines::guest`] lead like any other interpreter.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use codemode_engines::guest::{Exit, FrameReader, GuestSpec, Launch, Link, Process};
use codemode_engines::network::{Proxy, ProxyOptions, Secret, System, environment};
use codemode_engines::room::Room;
use codemode_engines::{EngineOptions, Meter};
use codemode_run::network::NetworkMode;
use codemode_run::packages::Installer;
use codemode_run::{
    EngineError, Isolation, KillCause, Language, Limits, Profile, SessionSpec, Unavailable, Usage,
};
use futures::future::BoxFuture;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream as TokioUnixStream;
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};

use crate::HELPER;
use crate::guest::{Kind, LAYERS, WORKSPACE};
use crate::runtime::{Preparation, State};
use crate::wheels::PureWheels;
use crate::worker::{Keeping, Spec, exits};

/// Starts workers.
#[derive(Debug)]
pub(crate) struct Wasm {
    installer: Arc<PureWheels>,
    options: EngineOptions,
    preparation: Arc<Preparation>,
    profile: Profile,
    /// When each interpreter was last seen to be there.
    seen: Mutex<BTreeMap<Kind, Instant>>,
}

/// For how long an interpreter that was seen counts as one that is there, for runs in workers that have begun.
const SEEN_FOR: Duration = Duration::from_secs(1);

impl Wasm {
    pub(crate) fn new(options: &EngineOptions, preparation: Arc<Preparation>) -> Self {
        let profile = Profile {
            isolation: Isolation::Full,
            languages: vec![Language::Python, Language::JavaScript, Language::TypeScript],
        };
        let installer = Arc::new(PureWheels::new(Arc::clone(&preparation)));
        Self { installer, options: options.clone(), preparation, profile, seen: Mutex::default() }
    }

    /// Whether the files of an interpreter are there, and still those that were sealed.
    fn look_at(&self, kind: Kind) -> Result<(), Unavailable> {
        match self.preparation.state(kind) {
            State::Ready => {
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(kind, Instant::now());
                Ok(())
            }
            state => Err(Self::not_yet(state)),
        }
    }

    fn not_yet(state: State) -> Unavailable {
        let (missing, mend) = match state {
            State::Failed(problem) => (format!("it could not be prepared: {problem}"), PREPARE.to_owned()),
            State::Working(progress) => {
                let (step, left) = (progress.step.name(), progress.seconds_left());
                (format!("it is being {step}, about {left} s are left"), "try again then".to_owned())
            }
            State::Missing | State::Ready => ("it is not prepared".to_owned(), PREPARE.to_owned()),
        };
        Unavailable { missing, mend }
    }
}

const PREPARE: &str = "run `codemode doctor --prepare wasm`";

#[async_trait]
impl Launch for Wasm {
    fn name(&self) -> &'static str {
        "wasm"
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn probe(&self, language: Language) -> Result<(), Unavailable> {
        let Some(kind) = Kind::of(language) else {
            let missing = format!("it has no {language}");
            return Err(Unavailable { missing, mend: "let another engine run it".to_owned() });
        };
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&kind).copied();
        if seen.is_some_and(|seen| seen.elapsed() < SEEN_FOR) { Ok(()) } else { self.look_at(kind) }
    }

    async fn launch(&self, spec: &GuestSpec) -> Result<Link, EngineError> {
        let kind = Kind::of(spec.language).unwrap_or(Kind::Python);
        self.look_at(kind)?;
        let failed = |error: std::io::Error| EngineError::failed("start a worker", error);
        std::fs::create_dir_all(&self.preparation.layers).map_err(failed)?;
        let limits = &self.options.limits;
        let mut worker = self.preparation.spec(kind, limits.memory, limits.file);
        let proxy = self.proxy(&mut worker).map_err(failed)?;
        let text =
            serde_json::to_vec(&worker).map_err(|error| EngineError::failed("describe a worker", error))?;
        let mut link = self.spawn(proxy).map_err(failed)?;
        send(&mut link, &text).await.map_err(failed)?;
        Ok(link)
    }

    fn guest_spec(&self, spec: &SessionSpec) -> GuestSpec {
        // One worker serves any workspace, and everything that is worth it is imported in its image.
        GuestSpec {
            workspace: PathBuf::new(),
            preload: codemode_run::Preload::default(),
            ..GuestSpec::new(spec)
        }
    }

    async fn assign(&self, link: &mut Link, spec: &SessionSpec) -> Result<(), EngineError> {
        let failed = |error: std::io::Error| EngineError::failed("give a worker its workspace", error);
        let workspace = std::fs::canonicalize(&spec.workspace).map_err(failed)?;
        let frame = json!({"type": "open", "workspace": workspace, "checkpoints": spec.checkpoints});
        send(link, frame.to_string().as_bytes()).await.map_err(failed)?;
        link.process.watch(Room::count(workspace, self.options.limits.workspace).await);
        if let Some(checkpoints) = &spec.checkpoints {
            link.process.keeps(checkpoints.clone());
        }
        Ok(())
    }

    fn installer(&self) -> Option<Arc<dyn Installer>> {
        Some(Arc::clone(&self.installer) as _)
    }

    fn recycles(&self) -> bool {
        true
    }

    fn keeps_sessions(&self) -> bool {
        true
    }

    fn limits(&self) -> &Limits {
        &self.options.limits
    }

    fn network(&self) -> NetworkMode {
        self.options.network.mode
    }

    fn layers_inside(&self) -> PathBuf {
        PathBuf::from(LAYERS)
    }

    fn workspace_inside(&self, _workspace: &Path) -> PathBuf {
        PathBuf::from(WORKSPACE)
    }
}

impl Wasm {
    /// Opens the way out of one worker, and tells it how to use it.
    fn proxy(&self, worker: &mut Spec) -> std::io::Result<Option<Proxy>> {
        let network = &self.options.network;
        if network.mode == NetworkMode::None {
            return Ok(None);
        }
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        let (port, secret) = (listener.local_addr()?.port(), Secret::new()?);
        let variables = environment(port, &secret, network);
        worker.proxy = variables.into_iter().next().map(|(_, address)| address);
        let options = ProxyOptions {
            bounds: self.options.proxy.clone(),
            network: network.clone(),
            outside: Arc::new(System),
            secret,
        };
        Proxy::serve(listener.into(), options).map(Some)
    }

    fn spawn(&self, proxy: Option<Proxy>) -> std::io::Result<Link> {
        let (ours, theirs) = UnixStream::pair()?;
        let (stdout, guest_stdout) = std::io::pipe()?;
        let (stderr, guest_stderr) = std::io::pipe()?;
        let mut command = Command::new(&self.options.helper);
        command.args(&self.options.helper_arguments).args([HELPER, "worker"]).env_clear().kill_on_drop(true);
        command.stdin(OwnedFd::from(theirs)).stdout(guest_stdout).stderr(guest_stderr);
        // Who is trusted is told to clients by these; a guest never sees them.
        let told = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
        command.envs(told.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))));
        // Where a worker looks for folders is told by absolute paths alone.
        command.current_dir("/");
        let child = command.spawn()?;
        // The command holds our copies of the worker's ends.
        drop(command);
        ours.set_nonblocking(true)?;
        let (reader, writer) = TokioUnixStream::from_std(ours)?.into_split();
        let scratch = child.id().map(|pid| self.preparation.store.scratch().join(pid.to_string()));
        Ok(Link {
            process: Box::new(Worker {
                checkpoints: None,
                child,
                exit: None,
                meter: OnceLock::new(),
                _proxy: proxy,
                room: None,
                scratch,
            }),
            reader: FrameReader::new(Box::new(reader)),
            stderr: Some(pipe::Receiver::from_owned_fd(OwnedFd::from(stderr))?),
            stdout: Some(pipe::Receiver::from_owned_fd(OwnedFd::from(stdout))?),
            writer: Box::new(writer),
        })
    }
}

async fn send(link: &mut Link, body: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(body.len()).map_err(std::io::Error::other)?;
    link.writer.write_all(&[&length.to_be_bytes(), body].concat()).await
}

/// A worker's process. Dropping it kills it.
struct Worker {
    /// Where it writes down what its session is.
    checkpoints: Option<PathBuf>,
    child: Child,
    exit: Option<i32>,
    meter: OnceLock<Meter>,
    _proxy: Option<Proxy>,
    room: Option<Room>,
    scratch: Option<PathBuf>,
}

impl Worker {
    /// What it uses. None when it is gone.
    fn meter(&self) -> Option<&Meter> {
        if self.meter.get().is_none() {
            let _ = self.meter.set(Meter::of(self.child.id()?.cast_signed())?);
        }
        self.meter.get()
    }
}

#[async_trait]
impl Process for Worker {
    async fn kill(&mut self) {
        if let Some(checkpoints) = self.checkpoints.take() {
            let _ = tokio::task::spawn_blocking(move || Keeping::over(&checkpoints).map(drop)).await;
        }
        let _ = self.child.kill().await;
    }

    async fn wait(&mut self) -> Exit {
        use std::os::unix::process::ExitStatusExt;
        let Ok(status) = self.child.wait().await else { return Exit::Lost };
        self.exit = status.code();
        match (status.code(), status.signal()) {
            (Some(exits::ABORT), _) => Exit::Signal(libc::SIGABRT),
            (Some(exits::STACK), _) => Exit::Signal(libc::SIGSEGV),
            (Some(code @ exits::SIGNAL..), _) => Exit::Signal(code - exits::SIGNAL),
            (Some(_), _) => Exit::Lost,
            (None, signal) => Exit::Signal(signal.unwrap_or_default()),
        }
    }

    fn usage(&self) -> Usage {
        self.meter().map(Meter::usage).unwrap_or_default()
    }

    fn spent(&self) -> Usage {
        self.meter().map(Meter::spent).unwrap_or_default()
    }

    fn watch(&mut self, workspace: Room) {
        self.room = Some(workspace);
    }

    fn keeps(&mut self, checkpoints: PathBuf) {
        self.checkpoints = Some(checkpoints);
    }

    fn passed(&self) -> BoxFuture<'static, KillCause> {
        let Some(room) = self.room.clone() else { return Box::pin(std::future::pending()) };
        Box::pin(async move {
            room.overfull().await;
            KillCause::Workspace
        })
    }

    fn cause(&self) -> Option<KillCause> {
        (self.exit == Some(exits::MEMORY)).then_some(KillCause::Memory)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It answers before it has written down what its session is; that it ends is nothing that cuts this off.
        if let Some(checkpoints) = self.checkpoints.take() {
            drop(Keeping::over(&checkpoints));
        }
        // A worker that was killed could not clear up.
        if let Some(scratch) = self.scratch.take() {
            let _ = self.child.start_kill();
            let _ = std::fs::remove_dir_all(scratch);
        }
    }
}
