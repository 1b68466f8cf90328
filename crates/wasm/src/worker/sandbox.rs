//! One sandbox: an instance with a memory, folders and limits of its own.

use std::fs::File;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime::{Caller, Engine, Extern, Instance, Linker, Memory, ResourceLimiter, Store, TypedFunc};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use super::desk::Desk;

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
    limits: Bounds,
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
    allocate: TypedFunc<u32, u32>,
    memory: Memory,
    store: Store<State>,
    turn: TypedFunc<(u32, u32), i32>,
}

/// What a guest may import: WASI preview 1, and our one function.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p1::add_to_linker_sync(&mut linker, |state: &mut State| &mut state.wasi)?;
    linker.func_wrap("host", "call", call)?;
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
        engine: &Engine,
        pre: &wasmtime::InstancePre<State>,
        folders: &[Opened],
        memory_bytes_max: usize,
        desk: &Arc<Mutex<Desk>>,
    ) -> wasmtime::Result<Self> {
        let limits = Bounds { memory_bytes_max, passed: false };
        let state = State { desk: Arc::clone(desk), limits, wasi: context(folders)? };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limits);
        let instance = pre.instantiate(&mut store)?;
        Self::of(instance, store)
    }

    /// Makes the memory that of the image again. False when that cannot be: then this instance is not used again.
    ///
    /// All that a module of ours changes is its memory (`machine` says why), and every page that was ever written is found
    /// by what the kernel knows of it, so nothing of what ran before is left.
    pub(crate) fn clean(&mut self, image: &[u8]) -> bool {
        self.store.data_mut().limits.passed = false;
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
        self.store.data_mut().wasi = context(folders)?;
        Ok(())
    }

    fn of(instance: Instance, mut store: Store<State>) -> wasmtime::Result<Self> {
        let memory = instance
            .get_memory(&mut store, "memory")
            .ok_or_else(|| wasmtime::format_err!("the module has no memory"))?;
        let allocate = instance.get_typed_func(&mut store, "host_alloc")?;
        let turn = instance.get_typed_func(&mut store, "turn")?;
        Ok(Self { allocate, memory, store, turn })
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
        match self.try_turn(code.as_bytes()) {
            Ok(_) => Turn::Over,
            Err(error) => match error.downcast_ref::<wasmtime_wasi::I32Exit>() {
                Some(exit) => Turn::Left(exit.0),
                None => Turn::Trapped(error),
            },
        }
    }

    fn try_turn(&mut self, code: &[u8]) -> wasmtime::Result<i32> {
        let length = u32::try_from(code.len())?;
        let place = self.allocate.call(&mut self.store, length)?;
        self.memory.write(&mut self.store, place as usize, code)?;
        self.turn.call(&mut self.store, (place, length))
    }
}

/// What a guest sees of this machine.
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
