//! Everything unsafe of this crate, each with the reason why it is sound.
#![expect(unsafe_code, reason = "native code from a file, memory over memory, and a signal that is ignored")]

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

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

/// Tells which pages of a range were written, by write protection that the kernel lifts by itself: userfaultfd(2) with
/// `UFFD_FEATURE_WP_ASYNC`, and the request `PAGEMAP_SCAN` of Documentation/admin-guide/mm/pagemap.rst, both of Linux 6.7.
#[derive(Debug)]
pub(crate) struct Watch {
    bytes: usize,
    pagemap: File,
    place: usize,
    /// While it is open, the range is watched.
    _watcher: OwnedFd,
}

/// `struct uffdio_api` of linux/userfaultfd.h.
#[repr(C)]
struct Api {
    api: u64,
    features: u64,
    ioctls: u64,
}

/// `struct uffdio_register`.
#[repr(C)]
struct Register {
    start: u64,
    length: u64,
    mode: u64,
    ioctls: u64,
}

/// `struct pm_scan_arg` of linux/fs.h.
#[repr(C)]
#[derive(Default)]
struct Scan {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    regions: u64,
    regions_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
}

/// `struct page_region`: a range of addresses, and what holds of it.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Region {
    start: u64,
    end: u64,
    categories: u64,
}

/// `UFFD_USER_MODE_ONLY`: enough here, and allowed to every user.
const USER_MODE_ONLY: i32 = 1;
/// `UFFD_API`, and `UFFD_FEATURE_WP_UNPOPULATED | UFFD_FEATURE_WP_ASYNC`.
const API: (u64, u64) = (0xAA, 1 << 13 | 1 << 15);
/// `UFFDIO_REGISTER_MODE_WP`.
const WRITE_PROTECT: u64 = 2;
/// `PM_SCAN_WP_MATCHING | PM_SCAN_CHECK_WPASYNC`.
const PROTECT_AGAIN: u64 = 3;
/// `PAGE_IS_WRITTEN`.
const WRITTEN: u64 = 2;
/// Ranges that one request tells.
const REGIONS: usize = 1024;

impl Watch {
    /// Watches a memory, none of whose pages counts as written from now on. `None` where the kernel has no such thing.
    pub(crate) fn begin(memory: &[u8]) -> Option<Self> {
        // SAFETY: the call makes a descriptor and touches nothing.
        let number = unsafe {
            libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC | libc::O_NONBLOCK | USER_MODE_ONLY)
        };
        let number = i32::try_from(number).ok().filter(|number| *number >= 0)?;
        // SAFETY: the descriptor is new, and nobody else has it.
        let watcher = unsafe { OwnedFd::from_raw_fd(number) };
        let mut api = Api { api: API.0, features: API.1, ioctls: 0 };
        request(&watcher, exchange::<Api>(0xAA, 0x3F), &mut api)?;
        let (place, bytes) = (memory.as_ptr().addr(), memory.len());
        let mut range =
            Register { start: place as u64, length: bytes as u64, mode: WRITE_PROTECT, ioctls: 0 };
        request(&watcher, exchange::<Register>(0xAA, 0), &mut range)?;
        let pagemap = File::open("/proc/self/pagemap").ok()?;
        let watch = Self { bytes, pagemap, place, _watcher: watcher };
        watch.written(memory)?;
        Some(watch)
    }

    /// The numbers of the pages that were written since this was asked last, in order. `None` when this is another memory, or
    /// one that grew.
    pub(crate) fn written(&self, memory: &[u8]) -> Option<Vec<usize>> {
        if (memory.as_ptr().addr(), memory.len()) != (self.place, self.bytes) {
            return None;
        }
        let page = rustix::param::page_size();
        let (mut regions, mut pages) = ([Region::default(); REGIONS], Vec::new());
        let (start, end) = (self.place as u64, (self.place + self.bytes) as u64);
        let mut next = start;
        while next < end {
            let mut scan = Scan {
                size: size_of::<Scan>() as u64,
                flags: PROTECT_AGAIN,
                start: next,
                end,
                regions: regions.as_mut_ptr().addr() as u64,
                regions_len: REGIONS as u64,
                category_mask: WRITTEN,
                return_mask: WRITTEN,
                ..Scan::default()
            };
            let count = request(&self.pagemap, exchange::<Scan>(b'f', 16), &mut scan)?;
            for region in regions.iter().take(usize::try_from(count).ok()?) {
                let number = |address: u64| usize::try_from(address - start).map(|offset| offset / page);
                pages.extend(number(region.start).ok()?..number(region.end).ok()?);
            }
            next = scan.walk_end.max(next + 1);
        }
        Some(pages)
    }
}

/// The number of a request that takes a structure and gives one back: `_IOWR` of asm-generic/ioctl.h.
const fn exchange<T>(kind: u8, number: u8) -> libc::Ioctl {
    let size = size_of::<T>() as libc::Ioctl;
    3 << 30 | size << 16 | (kind as libc::Ioctl) << 8 | number as libc::Ioctl
}

/// ioctl(2) with a structure that the kernel reads and writes; what it returns, when that is no error.
fn request<T>(descriptor: &impl AsFd, number: libc::Ioctl, structure: &mut T) -> Option<i32> {
    // SAFETY: each number is made with the size of the structure that it is used with, all of which are plain numbers laid
    // out as in the kernel's headers; the only address in one is that of a buffer of the caller's, with its length.
    let result =
        unsafe { libc::ioctl(descriptor.as_fd().as_raw_fd(), number, std::ptr::from_mut(structure)) };
    (result >= 0).then_some(result)
}

/// Lets writes beyond the limit on a file's size fail instead of ending the process: `setrlimit(2)`.
pub(crate) fn ignore_file_size_signal() {
    // SAFETY: ignoring a signal installs no handler.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}

/// A function of mathematics.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mathematics {
    One(extern "C" fn(f64) -> f64),
    Two(extern "C" fn(f64, f64) -> f64),
}

impl Mathematics {
    /// How many numbers it takes.
    pub(crate) fn arguments(self) -> u32 {
        match self {
            Self::One(_) => 1,
            Self::Two(_) => 2,
        }
    }
}

/// Declares functions of mathematics that take one number and two, and names them in a table.
macro_rules! mathematics {
    (one: $($one:ident)*; two: $($two:ident)*) => {
        // SAFETY: functions of C99 (7.12), in every C library: they take numbers, give one, and touch nothing but
        // floating-point flags.
        unsafe extern "C" {
            $(safe fn $one(x: f64) -> f64;)*
            $(safe fn $two(x: f64, y: f64) -> f64;)*
        }

        /// Those of C, by name, without those that all libraries have alike: `sqrt` and `fmod` are exact, `exp`, `log` and
        /// `pow` differ in one of a thousand cases and are used the most. A binary of Rust has a `cbrt` of its own.
        pub(crate) const MATHEMATICS: &[(&str, Mathematics)] = &[
            $((stringify!($one), Mathematics::One($one)),)*
            $((stringify!($two), Mathematics::Two($two)),)*
        ];
    };
}

mathematics! {
    one: acos acosh asin asinh atan atanh cos cosh erf erfc log10 sin sinh tan tanh;
    two: atan2 hypot
}
