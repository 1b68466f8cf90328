//! Standard input and output of the server. Where they are pipes or sockets, the runtime waits for them itself: a thread in
//! between, as tokio has for files and terminals, costs each request and each answer a wake-up.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream as StdUnixStream;

use rustix::fs::{FileType, fstat};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;

/// What a client sends.
pub(crate) fn input() -> Box<dyn AsyncRead + Send + Unpin> {
    let stdin = io::stdin();
    // Opened again, so that nobody else's end stops waiting: whether it does is a setting of the open file, `open(2)`.
    let pipe = || pipe::OpenOptions::new().open_receiver("/proc/self/fd/0").ok();
    let opened: Option<Box<dyn AsyncRead + Send + Unpin>> = match kind(stdin.as_fd()) {
        Some(FileType::Fifo) => pipe().map(|pipe| Box::new(pipe) as _),
        Some(FileType::Socket) => socket(stdin.as_fd()).map(|socket| Box::new(socket) as _),
        _ => None,
    };
    opened.unwrap_or_else(|| Box::new(tokio::io::stdin()))
}

/// What a client hears.
pub(crate) fn output() -> Box<dyn AsyncWrite + Send + Unpin> {
    let stdout = io::stdout();
    let pipe = || pipe::OpenOptions::new().open_sender("/proc/self/fd/1").ok();
    let opened: Option<Box<dyn AsyncWrite + Send + Unpin>> = match kind(stdout.as_fd()) {
        Some(FileType::Fifo) => pipe().map(|pipe| Box::new(pipe) as _),
        Some(FileType::Socket) => socket(stdout.as_fd()).map(|socket| Box::new(socket) as _),
        _ => None,
    };
    opened.unwrap_or_else(|| Box::new(tokio::io::stdout()))
}

fn kind(descriptor: BorrowedFd<'_>) -> Option<FileType> {
    fstat(descriptor).ok().map(|stat| FileType::from_raw_mode(stat.st_mode))
}

/// A socket cannot be opened again. `None` when standard error is the same one, which has to go on waiting.
fn socket(descriptor: BorrowedFd<'_>) -> Option<UnixStream> {
    let same = |stat: &rustix::fs::Stat| (stat.st_dev, stat.st_ino);
    let (own, of_errors) = (fstat(descriptor).ok()?, fstat(io::stderr()).ok());
    if of_errors.is_some_and(|stat| same(&stat) == same(&own)) {
        return None;
    }
    let socket = StdUnixStream::from(descriptor.try_clone_to_owned().ok()?);
    // Of another family, such as one of inetd's.
    socket.local_addr().ok()?;
    socket.set_nonblocking(true).ok()?;
    UnixStream::from_std(socket).ok()
}
