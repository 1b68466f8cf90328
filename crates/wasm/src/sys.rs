//! Everything unsafe of this crate, each with the reason why it is sound.
#![expect(unsafe_code, reason = "native code from a file, memory over memory, and a signal that is ignored")]

use std::fs::File;
use std::os::fd::AsFd;

use rustix::mm::{MapFlags, ProtFlags};
use wasmtime::{AsContextMut, Engine, Memory, Module};

/// A module from machine code that [`Engine::precompile_module`] made.
///
/// The file has to be one that nobody but this user could write, whose seal fits: [`crate::runtime`] sees to that before it
/// hands one out.
pub(crate) fn load_machine_code(engine: &Engine, file: File) -> wasmtime::Result<Module> {
    // SAFETY: the file is an output of `precompile_module`, unchanged since (the caller checked its seal), and it is
    // replaced by renaming only, never written again.
    unsafe { Module::deserialize_open_file(engine, file) }
}

/// Lays the first `bytes` of a file over the start of a memory, privately: what is written stays in this process.
///
/// The memory has to be that large, and `bytes` a whole number of pages.
pub(crate) fn map_over(
    store: impl AsContextMut,
    memory: &Memory,
    file: &File,
    bytes: usize,
) -> std::io::Result<()> {
    if memory.data_size(&store) < bytes || !bytes.is_multiple_of(rustix::param::page_size()) {
        return Err(std::io::Error::from(std::io::ErrorKind::InvalidInput));
    }
    let place = memory.data_ptr(&store).cast();
    let (access, kind) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE | MapFlags::FIXED);
    // SAFETY: the range lies inside of the memory's own mapping (checked above), nobody holds a reference into it (the store
    // is borrowed mutably or idle), and any content is a valid one for bytes that only a guest gives a meaning.
    unsafe { rustix::mm::mmap(place, bytes, access, kind, file.as_fd(), 0) }.map(drop)?;
    Ok(())
}

/// A file that is only read, as memory. It is never changed once it has its name: what replaces it is another file.
#[derive(Debug)]
pub(crate) struct Map {
    bytes: usize,
    place: *mut std::ffi::c_void,
}

// SAFETY: the mapping is only read, and belongs to this value alone.
unsafe impl Send for Map {}

impl Map {
    /// The whole of a file.
    pub(crate) fn open(file: &File) -> std::io::Result<Self> {
        let bytes = usize::try_from(file.metadata()?.len()).map_err(std::io::Error::other)?;
        if bytes == 0 {
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
        }
        // SAFETY: a new mapping at a place that the kernel chooses.
        let place = unsafe {
            rustix::mm::mmap(std::ptr::null_mut(), bytes, ProtFlags::READ, MapFlags::PRIVATE, file.as_fd(), 0)
        }?;
        Ok(Self { bytes, place })
    }
}

impl std::ops::Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: mapped in `open` with this length, readable, and unmapped only in `drop`.
        unsafe { std::slice::from_raw_parts(self.place.cast(), self.bytes) }
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: mapped in `open`; no reference into it outlives this value.
        let _ = unsafe { rustix::mm::munmap(self.place, self.bytes) };
    }
}

/// Lets writes beyond the limit on a file's size fail instead of ending the process: `setrlimit(2)`.
pub(crate) fn ignore_file_size_signal() {
    // SAFETY: ignoring a signal installs no handler.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}
