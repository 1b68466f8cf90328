//! MCP over a child's stdin and stdout. Unlike rmcp's own transport, a message that is too large or not readable answers
//! the request that it belongs to, so that no call waits for an answer that was thrown away.

use std::io;
use std::sync::Arc;

use rmcp::RoleClient;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::mpsc;

use super::process::{Pipes, Process};
use super::upstream::Why;

/// Largest message that is read.
pub(super) const MESSAGE_BYTES_MAX: usize = 16 << 20;

/// A line that is still going on after this much is never going to end.
const LINE_BYTES_MAX: usize = 256 << 20;

/// Bytes on stdout that are no messages, before the server is given up.
const GARBAGE_BYTES_MAX: usize = 1 << 20;

/// Bytes at either end of a large line in which its id is looked for.
const ID_BYTES: usize = 512;

/// Messages that wait to be written.
const QUEUE: usize = 64;

/// A transport over a process. Dropping it kills the process with its tree.
#[derive(Debug)]
pub(super) struct Stdio {
    garbage: usize,
    /// The start of a line; whole when it is small enough.
    line: Vec<u8>,
    /// Bytes of the line that is being read.
    line_bytes: usize,
    process: Process,
    queue: Option<mpsc::Sender<Vec<u8>>>,
    reader: BufReader<ChildStdout>,
    /// The end of a line that is too large.
    tail: Vec<u8>,
    why: Arc<Why>,
}

impl Stdio {
    pub(super) fn new(process: Process, pipes: Pipes, why: Arc<Why>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(write(pipes.stdin, waiting));
        Self {
            garbage: 0,
            line: Vec::new(),
            line_bytes: 0,
            process,
            queue: Some(queue),
            reader: BufReader::with_capacity(64 * 1024, pipes.stdout),
            tail: Vec::new(),
            why,
        }
    }

    /// Reads up to the end of a line. Nothing is lost when the future is dropped: all it has is in `self`.
    async fn read_line(&mut self) -> io::Result<Option<()>> {
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                return Ok(None);
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(available.len(), |end| end + 1);
            self.line_bytes += taken;
            if self.line_bytes <= MESSAGE_BYTES_MAX {
                self.line.extend_from_slice(&available[..taken]);
            } else {
                self.line.truncate(ID_BYTES);
                self.line.shrink_to_fit();
                self.tail.extend_from_slice(&available[taken.saturating_sub(ID_BYTES)..taken]);
                let surplus = self.tail.len().saturating_sub(ID_BYTES);
                self.tail.drain(..surplus);
            }
            self.reader.consume(taken);
            if end.is_some() {
                return Ok(Some(()));
            }
            if self.line_bytes > LINE_BYTES_MAX {
                return Err(io::Error::other(format!(
                    "it sent a message of more than {} MiB",
                    LINE_BYTES_MAX >> 20
                )));
            }
        }
    }

    /// The message of the line that was read; an answer in its place when it is none.
    fn take(&mut self) -> Result<Option<RxJsonRpcMessage<RoleClient>>, String> {
        let (bytes, line, tail) = (
            std::mem::take(&mut self.line_bytes),
            std::mem::take(&mut self.line),
            std::mem::take(&mut self.tail),
        );
        if bytes > MESSAGE_BYTES_MAX {
            let problem = format!(
                "the answer is too large: {} MiB, more than {} MiB",
                bytes >> 20,
                MESSAGE_BYTES_MAX >> 20
            );
            return match find_id(&line, &tail) {
                Some(id) => Ok(failure(&id, &problem)),
                None => Err(format!("it sent a message that is too large: {} MiB", bytes >> 20)),
            };
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            return Ok(None);
        }
        match serde_json::from_slice(text) {
            Ok(message) => Ok(Some(message)),
            Err(error) => self.unreadable(text, &error),
        }
    }

    fn unreadable(
        &mut self,
        line: &[u8],
        error: &serde_json::Error,
    ) -> Result<Option<RxJsonRpcMessage<RoleClient>>, String> {
        let tail = &line[line.len().saturating_sub(ID_BYTES)..];
        if line.starts_with(b"{")
            && !has(line, b"\"method\"")
            && let Some(id) = find_id(&line[..line.len().min(ID_BYTES)], tail)
        {
            return Ok(failure(&id, &format!("the answer is not readable: {error}")));
        }
        self.garbage += line.len();
        if self.garbage > GARBAGE_BYTES_MAX {
            return Err("it writes text that is no MCP to its stdout".to_owned());
        }
        Ok(None)
    }
}

impl Transport<RoleClient> for Stdio {
    type Error = io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let queue = self.queue.clone();
        async move {
            let mut line = serde_json::to_vec(&item)?;
            line.push(b'\n');
            let closed = || io::Error::new(io::ErrorKind::BrokenPipe, "the server does not read any more");
            queue.ok_or_else(closed)?.send(line).await.map_err(|_| closed())
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
        loop {
            let ended = match self.read_line().await {
                Ok(Some(())) => match self.take() {
                    Ok(Some(message)) => return Some(message),
                    Ok(None) => continue,
                    Err(reason) => reason,
                },
                Ok(None) => self.process.epitaph().await,
                Err(error) => error.to_string(),
            };
            self.why.set(ended);
            return None;
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.queue = None;
        self.process.end().await;
        Ok(())
    }
}

/// Writes messages one after the other; dropping a request never leaves half of one.
async fn write(mut stdin: ChildStdin, mut waiting: mpsc::Receiver<Vec<u8>>) {
    while let Some(line) = waiting.recv().await {
        if stdin.write_all(&line).await.is_err() || stdin.flush().await.is_err() {
            return;
        }
    }
}

fn failure(id: &Value, problem: &str) -> Option<RxJsonRpcMessage<RoleClient>> {
    let message = json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32603, "message": problem}});
    serde_json::from_value(message).ok()
}

/// The id of a message that cannot be parsed: clients write it before the result or behind it, near an end of the line.
fn find_id(head: &[u8], tail: &[u8]) -> Option<Value> {
    let before_result = head.windows(8).position(|window| window == b"\"result\"").unwrap_or(head.len());
    id_in(&head[..before_result]).or_else(|| {
        let place = tail.windows(4).rposition(|window| window == b"\"id\"")?;
        id_in(&tail[place..])
    })
}

fn id_in(bytes: &[u8]) -> Option<Value> {
    let place = bytes.windows(4).position(|window| window == b"\"id\"")?;
    let value = bytes[place + 4..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    let end = value.iter().position(|byte| matches!(byte, b',' | b'}' | b'\n'))?;
    let id: Value = serde_json::from_slice(value[..end].trim_ascii()).ok()?;
    (id.is_u64() || id.is_string()).then_some(id)
}

fn has(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).take(ID_BYTES).any(|window| window == word)
}
