//! The worker: a process of ours in which one guest at a time runs. It speaks the guest protocol with its server, so that
//! to the server it is an interpreter like any other, and it is used again for the next guest, of which nothing is left.

mod checkpoint;
mod desk;
mod files;
mod link;
mod pages;
mod quick;
mod sandbox;
mod spec;
mod wall;
mod wires;

use std::fs::{self, File};
use std::io::Write as _;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustix::process::{Resource, Rlimit};
use serde::Deserialize;
use serde_json::json;
use wasmtime::{InstancePre, Trap};

use crate::guest::{self, Kind};
use crate::machine;
use crate::sys::Map;
use checkpoint::Checkpoints;
use desk::{Desk, Orphaned, Signalled};
use link::Link;
use sandbox::{Opened, Sandbox, State, Turn};

pub(crate) use checkpoint::{Keeping, undo};
pub(crate) use spec::{Mounted, Spec};

/// How a worker ends when its guest cannot go on; the server knows these again.
pub(crate) mod exits {
    /// We failed: stderr says why.
    pub(crate) const BROKEN: i32 = 125;
    /// The guest was refused memory and did not survive it.
    pub(crate) const MEMORY: i32 = 201;
    /// The guest used up its stack, or did something that no program can.
    pub(crate) const STACK: i32 = 202;
    /// The guest ended itself on purpose, as by `os.abort()`.
    pub(crate) const ABORT: i32 = 203;
    /// The guest ended by a signal, whose number is added.
    pub(crate) const SIGNAL: i32 = 210;
}

/// What is removed when this process ends, also around a guest that is busy.
static SCRATCH: OnceLock<PathBuf> = OnceLock::new();

/// Runs a worker over the socket that is its standard input, to its end.
pub(crate) fn main() -> i32 {
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from) else {
        return exits::BROKEN;
    };
    let (Ok(watched), Ok(closing)) = (socket.try_clone(), socket.try_clone()) else { return exits::BROKEN };
    if let Err(error) = wall::raise() {
        let _ = writeln!(std::io::stderr(), "codemode: the wall around the worker cannot be raised: {error}");
        return exits::BROKEN;
    }
    let code = Arc::new(OnceLock::new());
    let (told, saving) = (Arc::clone(&code), Arc::<Mutex<()>>::default());
    let guarded = Arc::clone(&saving);
    let thread = std::thread::Builder::new().stack_size(machine::THREAD_STACK_BYTES).spawn(move || {
        let ended = Worker::open(Link::new(socket), guarded).and_then(Worker::serve);
        let ended = ended.unwrap_or_else(|error| {
            let _ = writeln!(std::io::stderr(), "codemode: {error:#}");
            exits::BROKEN
        });
        let _ = told.set(ended);
        let _ = closing.shutdown(std::net::Shutdown::Both);
    });
    if thread.is_err() {
        return exits::BROKEN;
    }
    // A guest that is busy cannot be asked to stop: with the server gone, the process ends around it.
    Link::until_closed(&watched);
    let _whole = saving.lock();
    if let Some(folder) = SCRATCH.get() {
        let _ = fs::remove_dir_all(folder);
    }
    code.get().copied().unwrap_or(0)
}

/// Makes the memory of a guest that has begun with these pieces of code into a file. What modules it has, as JSON.
pub(crate) fn make_image(
    spec: &Spec,
    pieces: &[(String, String)],
    file: &mut File,
) -> wasmtime::Result<Vec<u8>> {
    let desk = Arc::new(Mutex::new(Desk::new(None)));
    let host = Host::open(spec)?;
    let scratch = Scratch::new(&spec.scratch)?;
    let mut sandbox = host.sandbox(&scratch.folders(spec, &scratch.folder), &desk)?;
    sandbox.begin()?;
    for (name, code) in pieces {
        over(sandbox.turn_of(code, name))?;
    }
    over(sandbox.turn(spec.kind.check()))?;
    file.write_all(sandbox.memory())?;
    // After that, so that it is no part of the image.
    over(sandbox.turn(spec.kind.tell()))?;
    let told = desk.lock().unwrap_or_else(PoisonError::into_inner).take_done();
    told.ok_or_else(|| wasmtime::format_err!("the guest did not tell its modules"))
}

fn over(turn: Turn) -> wasmtime::Result<()> {
    match turn {
        Turn::Over => Ok(()),
        Turn::Left(code) => Err(wasmtime::format_err!("the guest left with {code} while it began")),
        Turn::Trapped(error) => Err(error),
    }
}

/// A module that is ready for instances.
struct Host {
    engine: wasmtime::Engine,
    kind: Kind,
    memory_bytes_max: usize,
    pre: InstancePre<State>,
}

impl Host {
    fn open(spec: &Spec) -> wasmtime::Result<Self> {
        let engine = machine::engine()?;
        let module = crate::sys::load_machine_code(&engine, File::open(&spec.code)?)?;
        let pre = sandbox::linker(&engine)?.instantiate_pre(&module)?;
        let memory_bytes_max = usize::try_from(spec.memory_bytes_max)?;
        Ok(Self { engine, kind: spec.kind, memory_bytes_max, pre })
    }

    fn sandbox(&self, folders: &[Opened], desk: &Arc<Mutex<Desk>>) -> wasmtime::Result<Sandbox> {
        Sandbox::new(self.kind, &self.engine, &self.pre, folders, self.memory_bytes_max, desk)
    }
}

/// Folders that a sandbox has for itself, removed with it.
struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    fn new(above: &Path) -> std::io::Result<Self> {
        let scratch = Self { folder: above.join(std::process::id().to_string()) };
        let _ = fs::remove_dir_all(&scratch.folder);
        fs::create_dir_all(&scratch.folder)?;
        scratch.empty()?;
        let _ = SCRATCH.set(scratch.folder.clone());
        Ok(scratch)
    }

    /// Makes its folders as they are for a new guest.
    fn empty(&self) -> std::io::Result<()> {
        for name in ["home", "tmp"] {
            let folder = self.folder.join(name);
            if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_none()) {
                continue;
            }
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir(&folder)?;
        }
        Ok(())
    }

    /// What a guest sees of this machine. An image knows these by their places: the order is part of it.
    fn folders(&self, spec: &Spec, workspace: &Path) -> Vec<Opened> {
        let opened = |inside: &str, outside: PathBuf, writable| Opened {
            inside: inside.to_owned(),
            outside,
            writable,
        };
        let mut folders: Vec<Opened> = spec
            .library
            .iter()
            .map(|mounted| opened(&mounted.inside, mounted.outside.clone(), false))
            .collect();
        folders.push(opened(guest::WORKSPACE, workspace.to_owned(), true));
        folders.push(opened("/tmp", self.folder.join("tmp"), true));
        folders.push(opened("/home/user", self.folder.join("home"), true));
        folders.extend(
            spec.mounts
                .iter()
                .map(|mounted| opened(&mounted.inside, mounted.outside.clone(), mounted.writable)),
        );
        folders
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The first of what a frame says.
#[derive(Debug, Deserialize)]
struct Head {
    #[serde(default)]
    checkpoints: Option<PathBuf>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    session: bool,
    #[serde(default)]
    workspace: PathBuf,
}

struct Worker {
    checkpoints: Option<Checkpoints>,
    desk: Arc<Mutex<Desk>>,
    host: Host,
    image: File,
    image_bytes: Map,
    sandbox: Option<Inhabited>,
    saving: Arc<Mutex<()>>,
    scratch: Scratch,
    spec: Spec,
    workspace: PathBuf,
}

/// An instance, and who is in it.
struct Inhabited {
    /// The session's interpreter; else one that is as the image says.
    in_session: bool,
    sandbox: Sandbox,
}

impl Worker {
    fn open(mut link: Link, saving: Arc<Mutex<()>>) -> wasmtime::Result<Self> {
        let first = link.receive()?.ok_or(Orphaned)?;
        let spec: Spec = serde_json::from_slice(&first)?;
        crate::sys::ignore_file_size_signal();
        bound_files(Some(spec.file_bytes_max));
        let image = File::open(&spec.image)?;
        Ok(Self {
            checkpoints: None,
            desk: Arc::new(Mutex::new(Desk::new(Some(link)).with_proxy(spec.proxy.as_deref()))),
            host: Host::open(&spec)?,
            image_bytes: Map::open(&image)?,
            image,
            sandbox: None,
            saving,
            scratch: Scratch::new(&spec.scratch)?,
            spec,
            workspace: PathBuf::new(),
        })
    }

    fn serve(mut self) -> wasmtime::Result<i32> {
        self.say_ready()?;
        loop {
            let frame = self.desk().link().map(Link::receive).transpose()?.flatten();
            let Some(frame) = frame else { return Ok(0) };
            let head: Head = serde_json::from_slice(&frame)?;
            match head.kind.as_str() {
                "open" => {
                    let image = &self.spec.image;
                    self.checkpoints = head.checkpoints.map(|folder| Checkpoints::open(&folder, image));
                    self.workspace = head.workspace;
                }
                "preload" => self.say_ready()?,
                "run" => {
                    if let Some(code) = self.run(frame, &head)? {
                        return Ok(code);
                    }
                }
                // The answer to a call of a program that is over.
                _ => {}
            }
        }
    }

    /// Runs one program. A code when this process ends with the guest.
    fn run(&mut self, frame: Vec<u8>, head: &Head) -> wasmtime::Result<Option<i32>> {
        let (mut sandbox, turn) = self.interpreter()?;
        let frame = if self.host.kind == Kind::JavaScript { redeclarable(&frame)? } else { frame };
        self.desk().put(frame);
        let ended = sandbox.turn(turn);
        let done = self.desk().take_done();
        let is_usable = matches!(ended, Turn::Over);
        let done = match (ended, done) {
            (Turn::Over, Some(done)) => done,
            (Turn::Left(code), _) => left(code, &head.nonce)?,
            (Turn::Trapped(error), _) if error.is::<Orphaned>() => return Ok(Some(0)),
            (Turn::Trapped(error), _) if error.is::<Signalled>() => {
                let signal = error.downcast_ref().map_or(0, |Signalled(signal)| *signal);
                return Ok(Some(exits::SIGNAL + signal));
            }
            _ if sandbox.passed_memory() => return Ok(Some(exits::MEMORY)),
            (Turn::Trapped(error), _) => return Ok(Some(why(&error))),
            (Turn::Over, None) => return Ok(Some(exits::ABORT)),
        };
        if head.session {
            // What a client has seen can be taken back, and is not lost with the server: from before it hears of it until it
            // is written, nobody reads these states, and neither the server nor its end ends this process.
            let saving = Arc::clone(&self.saving);
            let _whole = saving.lock();
            let keeping = self.checkpoints.as_mut().and_then(Checkpoints::hold);
            self.send(&done)?;
            // The kernel likes to wake who waits for it on the processor of this thread, which has more to do.
            std::thread::yield_now();
            if is_usable {
                self.save(&sandbox);
                self.sandbox = Some(Inhabited { in_session: true, sandbox });
            }
            drop(keeping);
            self.settle();
            return Ok(None);
        }
        self.send(&done)?;
        self.desk().clear();
        // Nothing of this guest is left when the server hears that the worker is ready for the next.
        if is_usable && sandbox.clean(&self.image_bytes) {
            self.sandbox = Some(Inhabited { in_session: false, sandbox });
        }
        self.scratch.empty()?;
        self.say_ready()?;
        Ok(None)
    }

    /// Keeps the session as it is now. One that cannot be kept goes on, and is lost with this process.
    fn save(&mut self, sandbox: &Sandbox) {
        let Some(checkpoints) = &mut self.checkpoints else { return };
        // The limit is one on the files of programs.
        bound_files(None);
        let saved = checkpoints.save(sandbox.memory(), &self.image_bytes);
        bound_files(Some(self.spec.file_bytes_max));
        if let Err(error) = saved {
            let _ = writeln!(std::io::stderr(), "codemode: the session could not be kept: {error}");
        }
    }

    /// What keeping the session leaves to be done, when nobody waits for it.
    fn settle(&mut self) {
        let (Some(checkpoints), Some(Inhabited { sandbox, .. })) = (&mut self.checkpoints, &mut self.sandbox)
        else {
            return;
        };
        if let Err(error) = checkpoints.settle(sandbox.memory_mut()) {
            let _ = writeln!(std::io::stderr(), "codemode: a state of the session is gone: {error}");
            // What is there is read anew at the next run.
            self.sandbox = None;
        }
    }

    /// The interpreter of the session, or a new one, and what to say to it.
    fn interpreter(&mut self) -> wasmtime::Result<(Sandbox, &'static str)> {
        if let Some(checkpoints) = self.checkpoints.as_mut().filter(|checkpoints| !checkpoints.is_current()) {
            // Somebody took back what is in the memory here.
            *checkpoints = checkpoints.open_again(&self.spec.image);
            self.sandbox = None;
        }
        let folders = self.scratch.folders(&self.spec, &self.workspace);
        let mut sandbox = match self.sandbox.take() {
            Some(Inhabited { in_session: true, sandbox }) => return Ok((sandbox, self.host.kind.step())),
            Some(Inhabited { mut sandbox, .. }) => {
                sandbox.enter(&folders)?;
                sandbox
            }
            None => {
                let mut sandbox = self.host.sandbox(&folders, &self.desk)?;
                sandbox.restore(&self.image, self.image_bytes.len())?;
                sandbox
            }
        };
        match self.checkpoints.as_ref().filter(|checkpoints| !checkpoints.is_empty()) {
            Some(checkpoints) => {
                checkpoints.restore(&mut sandbox)?;
                Ok((sandbox, self.host.kind.step()))
            }
            None => Ok((sandbox, self.host.kind.first_step())),
        }
    }

    fn say_ready(&mut self) -> wasmtime::Result<()> {
        self.send(&serde_json::to_vec(
            &json!({"type": "ready", "version": 1, "runtime": self.host.kind.runtime()}),
        )?)
    }

    fn send(&mut self, frame: &[u8]) -> wasmtime::Result<()> {
        Ok(self.desk().link().map_or(Ok(()), |link| link.send(frame))?)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The frame of a program whose top-level names a later program of its session may declare again, which QuickJS refuses of
/// `let` and `class`.
fn redeclarable(frame: &[u8]) -> serde_json::Result<Vec<u8>> {
    let mut message: serde_json::Value = serde_json::from_slice(frame)?;
    if let Some(code) = message.get("code").and_then(serde_json::Value::as_str) {
        message["code"] = codemode_source::redeclarable(code).into();
    }
    serde_json::to_vec(&message)
}

/// Bounds the length of every file that this process writes: `getrlimit(2)`.
fn bound_files(bytes_max: Option<u64>) {
    let maximum = rustix::process::getrlimit(Resource::Fsize).maximum;
    let current = match (bytes_max, maximum) {
        (Some(wanted), Some(most)) => Some(wanted.min(most)),
        (wanted, most) => wanted.or(most),
    };
    let _ = rustix::process::setrlimit(Resource::Fsize, Rlimit { current, maximum });
}

/// The last frame of a program that left by `os._exit`, which has no time to say so itself.
fn left(code: i32, nonce: &str) -> serde_json::Result<Vec<u8>> {
    let ending = json!({"kind": "exit", "code": code & 0xFF});
    serde_json::to_vec(&json!({"type": "done", "nonce": nonce, "ending": ending, "value": null}))
}

fn why(error: &wasmtime::Error) -> i32 {
    match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => exits::ABORT,
        Some(_) => exits::STACK,
        None => {
            let _ = writeln!(std::io::stderr(), "codemode: {error:#}");
            exits::BROKEN
        }
    }
}
