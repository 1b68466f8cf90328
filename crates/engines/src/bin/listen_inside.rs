//! What a jail's launcher does for the network, alone: makes the inner end in the network namespace that it is in, sends
//! it out over the socket on its standard input, and becomes the program that its arguments name.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

fn main() -> ExitCode {
    let failed = || -> io::Result<io::Error> {
        let listener = codemode_engines::network::listen_inside()?;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        let descriptors = [listener.as_fd()];
        ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
        sendmsg(io::stdin(), &[IoSlice::new(b"n")], &mut ancillary, SendFlags::NOSIGNAL)?;
        drop(listener);
        let mut arguments = std::env::args_os().skip(1);
        let program = arguments.next().ok_or_else(|| io::Error::other("no program is named"))?;
        Ok(Command::new(program).args(arguments).stdin(Stdio::null()).exec())
    };
    let error = failed().unwrap_or_else(|error| error);
    tracing::error!(%error, "the network's inner end was not made");
    ExitCode::from(u8::try_from(error.raw_os_error().unwrap_or(125)).unwrap_or(125))
}
