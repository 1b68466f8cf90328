//! Drives one guest through its runs: sends the program, carries its output and calls, and knows its end.

use std::os::fd::AsFd;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use codemode_run::{
    Ending, EngineError, Event, Files, Host, KillCause, Outcome, Program, Session, Stream, ToolCall,
    ToolError, Usage, Value,
};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use serde_json::Value as Json;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio_util::sync::CancellationToken;

use super::frame::{FRAME_BYTES_MAX, FrameError, FromGuest, Run, ToGuest, encode};
use super::{Exit, Folder, Link};

/// Takes back a guest that can serve another session.
pub(crate) type Recycle = Box<dyn FnOnce(Link) + Send + Sync>;

/// A guest and its workspace.
pub(crate) struct GuestSession {
    alive: bool,
    folder: Folder,
    /// The folder of all layers as the guest sees it.
    layers: PathBuf,
    link: Link,
    persistent: bool,
    recycle: Option<Recycle>,
    /// The workspace as the guest sees it.
    workspace: PathBuf,
}

impl std::fmt::Debug for GuestSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuestSession")
            .field("alive", &self.alive)
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}

/// Where a guest sees what it is given.
pub(crate) struct Inside {
    pub(crate) layers: PathBuf,
    pub(crate) workspace: PathBuf,
}

/// How a conversation with a guest ended.
enum End {
    Broken,
    Done(Ending, Option<Value>),
    Exited(Exit),
    Passed(KillCause),
}

type Calls<'a> = FuturesUnordered<BoxFuture<'a, (u64, Result<Json, ToolError>)>>;

impl GuestSession {
    pub(crate) fn new(link: Link, folder: Folder, inside: Inside, persistent: bool) -> Self {
        let Inside { layers, workspace } = inside;
        Self { alive: true, folder, layers, link, persistent, recycle: None, workspace }
    }

    /// Gives the guest back after its one program instead of ending it.
    pub(crate) fn recycling(mut self, recycle: Option<Recycle>) -> Self {
        self.recycle = recycle;
        self
    }

    async fn converse(&mut self, program: &Program, host: &dyn Host) -> Result<End, EngineError> {
        let nonce = format!("{:032x}", ulid::Ulid::new().0);
        if !self.send_program(program, &nonce, host).await? {
            return Ok(End::Exited(self.link.process.wait().await));
        }
        let mut calls: Calls<'_> = FuturesUnordered::new();
        let mut answers = BytesMut::new();
        loop {
            tokio::select! {
                message = self.link.reader.next() => match message {
                    Ok(Some(message)) => {
                        if let Some(end) = take(message, &nonce, host, &mut calls) {
                            return Ok(end);
                        }
                    }
                    // The program may have closed the link and go on: only its exit tells how it ended.
                    Ok(None) => return Ok(self.until_exit(host).await),
                    Err(error) => {
                        tracing::warn!(%error, "guest broke the protocol");
                        return Ok(End::Broken);
                    }
                },
                Some((id, result)) = calls.next(), if answers.len() < FRAME_BYTES_MAX => {
                    answers.extend_from_slice(&answer(id, &result));
                }
                // Beside reading: a guest that sends a long call does not read meanwhile.
                sent = self.link.writer.write_buf(&mut answers), if !answers.is_empty() => {
                    if sent.is_err() {
                        // A guest that closed its end ends by its exit, which the loop sees.
                        answers.clear();
                    }
                }
                () = pump(&mut self.link.stdout, Stream::Stdout, host) => {}
                () = pump(&mut self.link.stderr, Stream::Stderr, host) => {}
            }
        }
    }

    async fn send_program(
        &mut self,
        program: &Program,
        nonce: &str,
        host: &dyn Host,
    ) -> Result<bool, EngineError> {
        let layers = program.layers.iter().map(|layer| self.layers.join(&layer.0));
        let message = ToGuest::Run(Run {
            code: &program.code,
            filename: &program.filename,
            language: program.language.name(),
            last: program.last,
            layers: layers.map(|layer| layer.to_string_lossy().into_owned()).collect(),
            nonce,
            servers: &host.servers(),
            session: self.persistent,
            text_encoding: program.text_encoding,
            value_chars_max: program.value_chars_max,
            variables: &program.variables,
            workspace: &self.workspace.to_string_lossy(),
        });
        let bytes =
            encode(&message).map_err(|error| EngineError::failed("hand the program to its guest", error))?;
        Ok(self.link.writer.write_all(&bytes).await.is_ok())
    }

    async fn until_exit(&mut self, host: &dyn Host) -> End {
        loop {
            tokio::select! {
                exit = self.link.process.wait() => return End::Exited(exit),
                () = pump(&mut self.link.stdout, Stream::Stdout, host) => {}
                () = pump(&mut self.link.stderr, Stream::Stderr, host) => {}
            }
        }
    }

    /// Hands out what is in the pipes now. The guest flushed before it said that it was done, so nothing is missing.
    fn drain(&mut self, host: &dyn Host) {
        drain(&self.link.stdout, Stream::Stdout, host);
        drain(&self.link.stderr, Stream::Stderr, host);
    }

    async fn end(&mut self) {
        self.alive = false;
        self.link.process.kill().await;
    }
}

#[async_trait]
impl Session for GuestSession {
    async fn run(
        &mut self,
        program: &Program,
        host: &dyn Host,
        cancel: CancellationToken,
    ) -> Result<Outcome, EngineError> {
        let before = self.link.process.spent();
        let passed = self.link.process.passed();
        let end = tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            cause = passed => Some(End::Passed(cause)),
            end = self.converse(program, host) => Some(end?),
        };
        let usage = used(before, self.link.process.usage());
        let (ending, value) = match end {
            Some(End::Done(ending, value)) if self.persistent => (ending, value),
            Some(End::Done(ending, value)) => {
                self.drain(host);
                match self.recycle.take() {
                    Some(recycle) => recycle(self.link.take()),
                    None => self.link.process.kill().await,
                }
                self.alive = false;
                (ending, value)
            }
            Some(End::Exited(exit)) => {
                let cause =
                    self.link.process.cause().filter(|_| matches!(exit, Exit::Lost | Exit::Signal(9)));
                self.end().await;
                (cause.map_or_else(|| of_exit(exit), |cause| Ending::Kill { cause }), None)
            }
            Some(End::Passed(cause)) => {
                self.end().await;
                (Ending::Kill { cause }, None)
            }
            Some(End::Broken) => {
                self.end().await;
                (Ending::Kill { cause: KillCause::Protocol }, None)
            }
            None => {
                self.end().await;
                (Ending::Cancel, None)
            }
        };
        self.drain(host);
        Ok(Outcome { ending, usage, value })
    }

    fn files(&self) -> &dyn Files {
        &self.folder
    }

    fn is_alive(&self) -> bool {
        // A session that was reset from outside has lost its folder.
        self.alive && self.folder.is_there()
    }
}

/// The frame that answers a call. A result that no frame can hold fails the call, and says so.
fn answer(id: u64, result: &Result<Json, ToolError>) -> Vec<u8> {
    let message = match result {
        Ok(value) => ToGuest::Reply { id, value },
        Err(ToolError { code, data, message }) => ToGuest::Fail { code, data, id, message },
    };
    let bytes = encode(&message).or_else(|error| {
        let message = match error {
            FrameError::TooLong(bytes) => format!(
                "the result has {bytes} bytes, more than the {FRAME_BYTES_MAX} that a program can be given at once; ask the tool for less"
            ),
            error => error.to_string(),
        };
        encode(&ToGuest::Fail { code: "result_too_large", data: &Json::Null, id, message: &message })
    });
    bytes.unwrap_or_default()
}

/// Calls that one program may have open at once; each holds its arguments in our memory.
const CALLS_OPEN_MAX: usize = 1024;

/// Takes one message of a run. Late messages of an earlier run carry another nonce and are dropped.
fn take<'a>(message: FromGuest, nonce: &str, host: &'a dyn Host, calls: &mut Calls<'a>) -> Option<End> {
    match message {
        FromGuest::Call { nonce: of, .. } if of == nonce && calls.len() >= CALLS_OPEN_MAX => {
            tracing::warn!("guest opened more than {CALLS_OPEN_MAX} calls at once");
            return Some(End::Broken);
        }
        FromGuest::Call { arguments, id, nonce: of, server, tool } if of == nonce => {
            let call = ToolCall { arguments, server, tool };
            calls.push(Box::pin(async move { (id, host.call_tool(call).await) }));
        }
        FromGuest::Display { display, nonce: of } if of == nonce => host.emit(Event::Display(display)),
        FromGuest::Done { ending, nonce: of, value } if of == nonce => return Some(End::Done(ending, value)),
        FromGuest::Output { nonce: of, stream, text } if of == nonce => {
            host.emit(Event::Output(stream, text.as_bytes()));
        }
        _ => {}
    }
    None
}

const READ_BYTES: usize = 64 * 1024;

/// Reads a stream once; waits for ever when there is none or it ended, so that other branches go on.
async fn pump(stream: &mut Option<pipe::Receiver>, name: Stream, host: &dyn Host) {
    let Some(receiver) = stream else { return std::future::pending().await };
    if receiver.readable().await.is_err() {
        *stream = None;
        return;
    }
    let mut bytes = Vec::with_capacity(READ_BYTES);
    match receiver.try_read_buf(&mut bytes) {
        Ok(0) => *stream = None,
        Ok(_) => host.emit(Event::Output(name, &bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
        Err(_) => *stream = None,
    }
}

/// More than a pipe holds by itself: what a program writes after its end is not waited for.
const DRAIN_BYTES_MAX: usize = 1024 * 1024;

fn drain(stream: &Option<pipe::Receiver>, name: Stream, host: &dyn Host) {
    let Some(receiver) = stream else { return };
    let mut bytes = Vec::with_capacity(READ_BYTES);
    let mut total = 0;
    // Not `try_read`: it answers from what the runtime last heard of the pipe, which may be older than its content.
    while let Ok(count) = rustix::io::read(receiver.as_fd(), rustix::buffer::spare_capacity(&mut bytes)) {
        host.emit(Event::Output(name, &bytes));
        bytes.clear();
        total += count;
        if count == 0 || total >= DRAIN_BYTES_MAX {
            return;
        }
    }
}

fn of_exit(exit: Exit) -> Ending {
    match exit {
        Exit::Code(0) => Ending::Finish,
        Exit::Code(code) => Ending::Exit { code },
        Exit::Lost => Ending::Kill { cause: KillCause::Protocol },
        Exit::Signal(signal) => Ending::Kill { cause: KillCause::Signal(signal) },
    }
}

fn used(before: Usage, after: Usage) -> Usage {
    let since = |after: Option<u64>, before: Option<u64>| Some(after?.saturating_sub(before.unwrap_or(0)));
    Usage {
        cpu: after.cpu.map(|cpu| cpu.saturating_sub(before.cpu.unwrap_or(Duration::ZERO))),
        read_bytes: since(after.read_bytes, before.read_bytes),
        written_bytes: since(after.written_bytes, before.written_bytes),
        ..after
    }
}
