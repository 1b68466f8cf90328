//! Frames between a worker and its server, as `engines/guest/PROTOCOL.md` defines them, read by a thread that waits.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use codemode_engines::guest::FRAME_BYTES_MAX;
use rustix::event::{PollFd, PollFlags, Timespec};

/// How long a frame is looked for before the thread sleeps.
const LOOK: Duration = Duration::from_micros(150);

/// The worker's end of the link.
#[derive(Debug)]
pub(crate) struct Link {
    socket: UnixStream,
}

impl AsFd for Link {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Link {
    pub(crate) fn new(socket: UnixStream) -> Self {
        Self { socket }
    }

    /// The body of the next frame; `None` when the server is gone.
    pub(crate) fn receive(&mut self) -> io::Result<Option<Vec<u8>>> {
        self.look();
        let mut prefix = [0; 4];
        match self.socket.read_exact(&mut prefix) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let length = u32::from_be_bytes(prefix) as usize;
        if length > FRAME_BYTES_MAX {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body)?;
        Ok(Some(body))
    }

    /// Looks for a frame for a moment without sleeping: being woken takes longer than many an answer of a tool.
    fn look(&self) {
        let until = Instant::now() + LOOK;
        while Instant::now() < until {
            if self.waits(Duration::ZERO).unwrap_or(true) {
                return;
            }
            std::hint::spin_loop();
        }
    }

    /// Whether a frame begins to come within this time. A server that is gone counts as one.
    pub(crate) fn waits(&self, time: Duration) -> io::Result<bool> {
        let wait = Timespec {
            tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(time.subsec_nanos()),
        };
        let mut fds = [PollFd::new(&self.socket, PollFlags::IN)];
        loop {
            match rustix::event::poll(&mut fds, Some(&wait)) {
                Ok(count) => return Ok(count > 0),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Sends one frame. The body is not looked at: whoever reads it does not trust it.
    pub(crate) fn send(&mut self, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(body.len()).ok().filter(|length| *length as usize <= FRAME_BYTES_MAX);
        let length = length.ok_or(io::ErrorKind::InvalidInput)?;
        let mut frame = Vec::with_capacity(4 + body.len());
        frame.extend_from_slice(&length.to_be_bytes());
        frame.extend_from_slice(body);
        self.socket.write_all(&frame)
    }

    /// Waits until the server is gone.
    pub(crate) fn until_closed(socket: &UnixStream) {
        loop {
            let mut fds = [PollFd::new(socket, PollFlags::RDHUP)];
            match rustix::event::poll(&mut fds, None) {
                Err(rustix::io::Errno::INTR) => {}
                _ => return,
            }
        }
    }
}
