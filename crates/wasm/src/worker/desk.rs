//! What a guest may ask of its host, through one function: a letter, and what belongs to it.

use std::os::fd::AsFd;
use std::time::Duration;

use codemode_engines::guest::FRAME_BYTES_MAX;
use serde::Deserialize;
use wasmtime_wasi::I32Exit;

use super::link::Link;
use super::wires::Wires;

/// The host's side of `host::call`.
#[derive(Debug)]
pub(crate) struct Desk {
    /// The last frame of a run, held back until the guest has nothing more to do.
    done: Option<Vec<u8>>,
    /// A frame that came before the guest asked for it.
    inbox: Option<Vec<u8>>,
    link: Option<Link>,
    wires: Wires,
}

/// The server is gone, and with it everybody who could want something of the guest.
#[derive(Debug, thiserror::Error)]
#[error("the server is gone")]
pub(crate) struct Orphaned;

/// The guest ended itself by a signal, as a process does that has no handler for it.
#[derive(Debug, thiserror::Error)]
#[error("the guest ended by signal {0}")]
pub(crate) struct Signalled(pub(crate) i32);

/// The last of the signals that are no real-time ones.
const SIGNAL_MAX: i32 = 31;

fn number<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Owned, because a word that is written with escapes is the same word, as it is to the server.
#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    kind: String,
}

impl Desk {
    /// A desk over this link. Without one, as while an image is made, frames go nowhere.
    pub(crate) fn new(link: Option<Link>) -> Self {
        Self { done: None, inbox: None, link, wires: Wires::default() }
    }

    /// The same, for guests that have a network behind this proxy.
    pub(crate) fn with_proxy(self, proxy: Option<&str>) -> Self {
        Self { wires: Wires::new(proxy.and_then(|address| address.parse().ok())), ..self }
    }

    /// Ends whatever a guest left open.
    pub(crate) fn clear(&mut self) {
        self.wires.clear();
    }

    /// Hands the guest this frame before those of the link.
    pub(crate) fn put(&mut self, frame: Vec<u8>) {
        self.inbox = Some(frame);
    }

    /// The last frame of the run, when the guest has sent it.
    pub(crate) fn take_done(&mut self) -> Option<Vec<u8>> {
        self.inbox = None;
        self.done.take()
    }

    pub(crate) fn link(&mut self) -> Option<&mut Link> {
        self.link.as_mut()
    }

    /// The answer to a message of the guest; `None` to one that is none.
    pub(crate) fn answer(&mut self, message: &[u8]) -> wasmtime::Result<Option<Vec<u8>>> {
        match message.split_first() {
            Some((b's', body)) => self.send(body),
            Some((b'r', [])) => self.receive().map(Some),
            Some((b'p', time)) => self.poll(time),
            Some((b'x', code)) => {
                number::<i32>(code).map_or(Ok(None), |code| Err(I32Exit(code & 0xFF).into()))
            }
            Some((b'k', signal)) => number::<i32>(signal)
                .filter(|signal| (1..=SIGNAL_MAX).contains(signal))
                .map_or(Ok(None), |signal| Err(Signalled(signal).into())),
            Some((letter @ (b'o' | b't' | b'w' | b'd' | b'c'), message)) => {
                Ok(Some(self.wires.answer(*letter, message)))
            }
            Some((b'a', message)) => self.wait(message).map(Some),
            _ => Ok(None),
        }
    }

    /// Waits for streams; for frames too when the guest says so first.
    fn wait(&mut self, message: &[u8]) -> wasmtime::Result<Vec<u8>> {
        let (for_frames, message) =
            message.split_first().map_or((false, message), |(first, rest)| (*first != 0, rest));
        let link = if for_frames { self.link.as_ref() } else { None };
        Ok(self.wires.wait(message, link.map(AsFd::as_fd)))
    }

    fn send(&mut self, body: &[u8]) -> wasmtime::Result<Option<Vec<u8>>> {
        if body.len() > FRAME_BYTES_MAX {
            return Ok(None);
        }
        // That a run has ended and that the next may come is what the worker says, when the guest has nothing more to do:
        // else a guest that goes on would be handed the next one's program. What is no frame at all breaks the run.
        match serde_json::from_slice::<Typed>(body).map(|frame| frame.kind).as_deref() {
            Ok("done") => self.done = Some(body.to_vec()),
            Ok("ready") => return Ok(None),
            _ => {
                if let Some(link) = &mut self.link {
                    link.send(body).map_err(|_| Orphaned)?;
                }
            }
        }
        Ok(Some(b"sent".to_vec()))
    }

    fn receive(&mut self) -> wasmtime::Result<Vec<u8>> {
        if let Some(frame) = self.inbox.take() {
            return Ok(frame);
        }
        let frame = self.link.as_mut().and_then(|link| link.receive().ok().flatten());
        Ok(frame.ok_or(Orphaned)?)
    }

    fn poll(&mut self, time: &[u8]) -> wasmtime::Result<Option<Vec<u8>>> {
        let Some(millis) = number(time) else { return Ok(None) };
        let waits = match &self.link {
            _ if self.inbox.is_some() => true,
            Some(link) => link.waits(Duration::from_millis(millis))?,
            None => false,
        };
        if waits { self.receive().map(Some) } else { Ok(Some(Vec::new())) }
    }
}
