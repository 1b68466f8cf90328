//! One sandbox: an instance with a memory, folders and limits of its own.

use std::fs::File;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime::{Caller, Engine, Extern, Instance, Linker, Memory, ResourceLimiter, Store, TypedFunc};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use super::desk::Desk;
use super::files::Files;
use super::quick::{self, Quick, Rejections};
use crate::guest::Kind;
use crate::mathematics;

/// A folder of this machine as a guest sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) inside: String,
    pub(crate) outside: PathBuf,
    pub(crate) writable: bool,
}

/// What a store holds beside the guest.
pub(crate) struct State {
    desk: Arc<Mutex<Desk>>,
    /// For a guest whose system interface has no files.
    pub(crate) files: Files,
    /// The program has left by a throw that nothing catches.
    pub(crate) left: bool,
    limits: Bounds,
    pub(crate) rejections: Rejections,
    wasi: WasiP1Ctx,
}

/// The bound on a guest's memory.
#[derive(Debug)]
struct Bounds {
    memory_bytes_max: usize,
    /// True when the guest once asked for more.
    passed: bool,
}

/// Elements of one table: the module has some tens of thousands.
const TABLE_ELEMENTS_MAX: usize = 1_000_000;

impl ResourceLimiter for Bounds {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let fits = desired <= self.memory_bytes_max;
        self.passed |= !fits;
        Ok(fits)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS_MAX)
    }
}

/// How a turn ended.
#[derive(Debug)]
pub(crate) enum Turn {
    /// The guest waits for the next one.
    Over,
    /// The program left with this code.
    Left(i32),
    /// The guest cannot go on.
    Trapped(wasmtime::Error),
}

/// A guest that can be given turns.
pub(crate) struct Sandbox {
    instance: Instance,
    kind: Kind,
    memory: Memory,
    store: Store<State>,
    voice: Voice,
}

/// How an interpreter is spoken to.
enum Voice {
    JavaScript(Box<Quick>),
    Python { allocate: TypedFunc<u32, u32>, turn: TypedFunc<(u32, u32), i32> },
}

/// What a guest may import: WASI preview 1, our one function, and what QuickJS asks of its host.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p1::add_to_linker_sync(&mut linker, |state: &mut State| &mut state.wasi)?;
    linker.func_wrap("host", "call", call)?;
    mathematics::link(&mut linker)?;
    quick::link(&mut linker)?;
    Ok(linker)
}

/// The environment of every guest; an image keeps it.
const ENVIRONMENT: [(&str, &str); 8] = [
    ("HOME", "/home/user"),
    ("LANG", "C.UTF-8"),
    ("LOGNAME", "user"),
    ("MPLBACKEND", "Agg"),
    ("MPLCONFIGDIR", "/tmp"),
    ("PYTHONTZPATH", ""),
    ("TMPDIR", "/tmp"),
    ("USER", "user"),
];

impl Sandbox {
    /// A new instance over these folders, in this order: their descriptors are part of an image.
    pub(crate) fn new(
        kind: Kind,
        engine: &Engine,
        pre: &wasmtime::InstancePre<State>,
        folders: &[Opened],
        memory_bytes_max: usize,
        desk: &Arc<Mutex<Desk>>,
    ) -> wasmtime::Result<Self> {
        let limits = Bounds { memory_bytes_max, passed: false };
        let (files, wasi) = seen(kind, folders)?;
        let state = State {
            desk: Arc::clone(desk),
            files,
            left: false,
            limits,
            rejections: Rejections::default(),
            wasi,
        };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limits);
        let instance = pre.instantiate(&mut store)?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .ok_or_else(|| wasmtime::format_err!("the module has no memory"))?;
        let voice = match kind {
            Kind::JavaScript => Voice::JavaScript(Box::new(Quick::of(&instance, &mut store)?)),
            Kind::Python => Voice::Python {
                allocate: instance.get_typed_func(&mut store, "host_alloc")?,
                turn: instance.get_typed_func(&mut store, "turn")?,
            },
        };
        Ok(Self { instance, kind, memory, store, voice })
    }

    /// Begins an interpreter over which no image is laid.
    pub(crate) fn begin(&mut self) -> wasmtime::Result<()> {
        match &self.voice {
            Voice::JavaScript(quick) => quick.begin(&self.instance, &self.memory, &mut self.store),
            Voice::Python { .. } => Ok(()),
        }
    }

    /// Makes the memory that of the image again. False when that cannot be: then this instance is not used again.
    ///
    /// All that a module of ours changes is its memory (`machine` says why), and every page that was ever written is found
    /// by what the kernel knows of it, so nothing of what ran before is left.
    pub(crate) fn clean(&mut self, image: &[u8]) -> bool {
        let state = self.store.data_mut();
        (state.limits.passed, state.left) = (false, false);
        state.rejections.clear();
        let memory = self.memory.data_mut(&mut self.store);
        let written = (memory.len() == image.len()).then(|| super::pages::written(memory)).flatten();
        let Some(written) = written.filter(|pages| pages.len() <= PAGES_AGAIN_MAX) else { return false };
        for page in written {
            let range = super::pages::range(page);
            memory[range.clone()].copy_from_slice(&image[range]);
        }
        true
    }

    /// Shows the guest other folders; they have to lie at the same places inside.
    pub(crate) fn enter(&mut self, folders: &[Opened]) -> wasmtime::Result<()> {
        let (files, wasi) = seen(self.kind, folders)?;
        let state = self.store.data_mut();
        (state.files, state.wasi) = (files, wasi);
        Ok(())
    }

    /// Makes the memory what a file says, without reading it.
    pub(crate) fn restore(&mut self, image: &File, bytes: usize) -> wasmtime::Result<()> {
        self.grow(bytes)?;
        crate::sys::map_over(&mut self.store, &self.memory, image, bytes)?;
        Ok(())
    }

    /// Makes the memory at least this large.
    pub(crate) fn grow(&mut self, bytes: usize) -> wasmtime::Result<()> {
        let missing = bytes.saturating_sub(self.memory.data_size(&self.store));
        if missing > 0 {
            self.memory.grow(&mut self.store, missing.div_ceil(WASM_PAGE) as u64)?;
        }
        Ok(())
    }

    pub(crate) fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    pub(crate) fn memory_mut(&mut self) -> &mut [u8] {
        self.memory.data_mut(&mut self.store)
    }

    /// Whether the guest was refused memory since it began.
    pub(crate) fn passed_memory(&self) -> bool {
        self.store.data().limits.passed
    }

    /// Runs a piece of the guest's language, as in a notebook.
    pub(crate) fn turn(&mut self, code: &str) -> Turn {
        self.turn_of(code, "codemode")
    }

    /// The same, under this name where the guest tells where an error came from.
    pub(crate) fn turn_of(&mut self, code: &str, name: &str) -> Turn {
        match self.try_turn(code, name) {
            Ok(()) => Turn::Over,
            Err(error) => match error.downcast_ref::<wasmtime_wasi::I32Exit>() {
                Some(exit) => Turn::Left(exit.0),
                None => Turn::Trapped(error),
            },
        }
    }

    fn try_turn(&mut self, code: &str, name: &str) -> wasmtime::Result<()> {
        match &self.voice {
            Voice::Python { allocate, turn } => {
                let length = u32::try_from(code.len())?;
                let place = allocate.call(&mut self.store, length)?;
                self.memory.write(&mut self.store, place as usize, code.as_bytes())?;
                turn.call(&mut self.store, (place, length)).map(drop)
            }
            Voice::JavaScript(quick) => quick.turn(&mut self.store, &self.memory, code, name),
        }
    }
}

/// What a guest sees of this machine: through its system interface, or through ours where that has no files.
fn seen(kind: Kind, folders: &[Opened]) -> wasmtime::Result<(Files, WasiP1Ctx)> {
    match kind {
        Kind::Python => Ok((Files::default(), context(folders)?)),
        Kind::JavaScript => Ok((Files::open(folders)?, context(&[])?)),
    }
}

fn context(folders: &[Opened]) -> wasmtime::Result<WasiP1Ctx> {
    let mut builder = WasiCtxBuilder::new();
    builder.allow_blocking_current_thread(true).envs(&ENVIRONMENT);
    builder.args(&["/usr/local/bin/python.wasm"]);
    builder.stdout(Pipe { stream: Stream::Stdout }).stderr(Pipe { stream: Stream::Stderr });
    for folder in folders {
        let access = if folder.writable { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
        builder.preopened_dir(&folder.outside, &folder.inside, access)?;
    }
    Ok(builder.build_p1())
}

/// Pages that are copied rather than that an instance is made anew: a new one costs as much as a few thousand.
const PAGES_AGAIN_MAX: usize = 4096;

/// A page of WebAssembly in bytes.
const WASM_PAGE: usize = 65536;

/// Nobody answers: the guest's own frame was not one.
const FAULT: i32 = -2;

/// `host::call`: takes a message of the guest and puts the answer into memory that the guest gives.
fn call(
    mut caller: Caller<'_, State>,
    place: u32,
    length: u32,
    answer_place: u32,
    answer_length: u32,
) -> wasmtime::Result<i32> {
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else { return Ok(FAULT) };
    let range = place as usize..(place as usize).saturating_add(length as usize);
    let Some(message) = memory.data(&caller).get(range) else { return Ok(FAULT) };
    let desk = Arc::clone(&caller.data().desk);
    let Some(answer) = desk.lock().unwrap_or_else(PoisonError::into_inner).answer(message)? else {
        return Ok(FAULT);
    };
    let Some(Extern::Func(allocate)) = caller.get_export("host_alloc") else { return Ok(FAULT) };
    let size = u32::try_from(answer.len())?;
    let given = allocate.typed::<u32, u32>(&caller)?.call(&mut caller, size.max(1))?;
    if given == 0 || memory.write(&mut caller, given as usize, &answer).is_err() {
        return Ok(FAULT);
    }
    let told = memory.write(&mut caller, answer_place as usize, &given.to_le_bytes()).is_ok()
        && memory.write(&mut caller, answer_length as usize, &size.to_le_bytes()).is_ok();
    Ok(if told { 0 } else { FAULT })
}

/// The desk's answer to a message of the guest; `None` to one that is none.
pub(crate) fn answer(state: &State, message: &[u8]) -> wasmtime::Result<Option<Vec<u8>>> {
    state.desk.lock().unwrap_or_else(PoisonError::into_inner).answer(message)
}

/// The same for a guest that has no bytes, only text: both are in base64. Empty for a message that is none.
pub(crate) fn answer_encoded(state: &State, message: &[u8]) -> wasmtime::Result<String> {
    let message = BASE64.decode(message).unwrap_or_default();
    Ok(answer(state, &message)?.map(|answer| BASE64.encode(answer)).unwrap_or_default())
}

/// Bytes by chance, of the system.
pub(crate) fn random() -> [u8; 64] {
    let mut bytes = [0; 64];
    let _ = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
    bytes
}

/// Writes what a guest says; a pipe that nobody reads any more takes nothing.
pub(crate) fn write(to_stderr: bool, bytes: &[u8]) {
    let stream = if to_stderr { Stream::Stderr } else { Stream::Stdout };
    let _ = Pipe { stream }.write_all(bytes);
}

#[derive(Debug, Clone, Copy)]
enum Stream {
    Stderr,
    Stdout,
}

/// A guest's output on its way into the worker's own pipe, unbuffered; whoever reads that bounds it.
#[derive(Debug, Clone, Copy)]
struct Pipe {
    stream: Stream,
}

/// Bytes that a guest may write at a time.
const WRITE_BYTES: usize = 64 * 1024;

impl Pipe {
    fn write_all(self, bytes: &[u8]) -> std::io::Result<()> {
        let mut left = bytes;
        while !left.is_empty() {
            let written = match self.stream {
                Stream::Stderr => rustix::io::write(rustix::stdio::stderr(), left),
                Stream::Stdout => rustix::io::write(rustix::stdio::stdout(), left),
            };
            match written {
                Ok(count) => left = &left[count..],
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

impl IsTerminal for Pipe {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Pipe {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(*self)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(*self)
    }
}

impl OutputStream for Pipe {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.write_all(&bytes).map_err(|_| StreamError::Closed)
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES)
    }
}

#[async_trait::async_trait]
impl Pollable for Pipe {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Poll::Ready(self.write_all(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
