//! Frames of the guest protocol: `guest/PROTOCOL.md` is the specification. Everything from a guest is hostile.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf, BytesMut};
use codemode_run::{Display, Ending, Exception, Last, Stream, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest body of a frame in bytes.
pub const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A frame that breaks the protocol. The guest that sent it is killed.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The link ended inside a frame, or reading failed.
    #[error("the link to the guest broke")]
    Broken(#[source] Option<std::io::Error>),
    /// The body is not a message of the protocol.
    #[error("the guest sent a message that is none: {0}")]
    Garbage(String),
    /// The length is over the limit.
    #[error("the guest sent a frame of {0} bytes, more than {FRAME_BYTES_MAX}")]
    TooLong(usize),
}

/// Messages to a guest.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToGuest<'a> {
    /// A tool call failed.
    Fail {
        /// A stable word.
        code: &'a str,
        /// What else the tool said.
        data: &'a Json,
        /// The call.
        id: u64,
        /// What happened.
        message: &'a str,
    },
    /// Import these modules now, and say so by another `ready`.
    Preload {
        /// Folders that have them.
        layers: Vec<String>,
        /// Their names.
        modules: &'a [String],
    },
    /// The result of a tool call.
    Reply {
        /// The call.
        id: u64,
        /// The result.
        value: &'a Json,
    },
    /// Run this program.
    Run(Run<'a>),
}

/// The program of a `run` message; the fields are those of the specification.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "guest/PROTOCOL.md describes the fields")]
pub struct Run<'a> {
    pub code: &'a str,
    pub filename: &'a str,
    pub language: &'static str,
    pub last: Option<Last>,
    pub layers: Vec<String>,
    pub nonce: &'a str,
    pub servers: &'a [String],
    pub session: bool,
    pub text_encoding: Option<&'a str>,
    pub value_chars_max: usize,
    pub variables: &'a Map<String, Json>,
    pub workspace: &'a str,
}

/// A message as bytes: length and body.
pub fn encode(message: &ToGuest<'_>) -> Result<Vec<u8>, FrameError> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, message).map_err(|error| FrameError::Garbage(error.to_string()))?;
    let length = bytes.len() - 4;
    let prefix = u32::try_from(length).ok().filter(|_| length <= FRAME_BYTES_MAX);
    bytes[..4].copy_from_slice(&prefix.ok_or(FrameError::TooLong(length))?.to_be_bytes());
    Ok(bytes)
}

/// Messages from a guest, checked.
#[derive(Debug, PartialEq)]
#[expect(missing_docs, reason = "guest/PROTOCOL.md describes the fields")]
pub enum FromGuest {
    Call { arguments: Map<String, Json>, id: u64, nonce: String, server: String, tool: String },
    Display { display: Display, nonce: String },
    Done { ending: GuestEnding, nonce: String, value: Option<Value> },
    Output { nonce: String, stream: Stream, text: String },
    Ready { version: u32 },
}

/// How a guest says that its program ended.
pub type GuestEnding = Ending;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Wire {
    Call {
        arguments: Map<String, Json>,
        id: u64,
        nonce: String,
        server: String,
        tool: String,
    },
    Display {
        base64: Option<String>,
        mime_type: String,
        name: Option<String>,
        nonce: String,
        text: Option<String>,
    },
    Done {
        ending: WireEnding,
        nonce: String,
        value: Option<WireValue>,
    },
    Output {
        nonce: String,
        stream: WireStream,
        text: String,
    },
    Ready {
        version: u32,
    },
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WireEnding {
    Exit { code: i32 },
    Finish,
    Raise { exception: WireException },
}

#[derive(Deserialize)]
struct WireException {
    message: String,
    module: Option<String>,
    #[serde(default)]
    shown: bool,
    traceback: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct WireValue {
    #[serde(default)]
    cut: bool,
    // A value of null is a value: only the absence of the field says that there is none.
    #[serde(default, deserialize_with = "present")]
    json: Option<Json>,
    text: Option<String>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireStream {
    Stderr,
    Stdout,
}

/// Checks one body.
pub(super) fn decode(body: &[u8]) -> Result<FromGuest, FrameError> {
    let wire: Wire = serde_json::from_slice(body).map_err(|error| FrameError::Garbage(error.to_string()))?;
    Ok(match wire {
        Wire::Call { arguments, id, nonce, server, tool } => {
            FromGuest::Call { arguments, id, nonce, server, tool }
        }
        Wire::Display { base64, mime_type, name, nonce, text } => {
            FromGuest::Display { display: Display { bytes: payload(base64, text)?, mime_type, name }, nonce }
        }
        Wire::Done { ending, nonce, value } => {
            FromGuest::Done { ending: ending.into(), nonce, value: value.and_then(WireValue::checked) }
        }
        Wire::Output { nonce, stream, text } => FromGuest::Output { nonce, stream: stream.into(), text },
        Wire::Ready { version } => FromGuest::Ready { version },
    })
}

fn payload(base64: Option<String>, text: Option<String>) -> Result<Vec<u8>, FrameError> {
    match (base64, text) {
        (Some(base64), None) => {
            STANDARD.decode(base64).map_err(|error| FrameError::Garbage(error.to_string()))
        }
        (None, Some(text)) => Ok(text.into_bytes()),
        _ => Err(FrameError::Garbage("a display needs either `text` or `base64`".to_owned())),
    }
}

impl From<WireStream> for Stream {
    fn from(stream: WireStream) -> Self {
        match stream {
            WireStream::Stderr => Self::Stderr,
            WireStream::Stdout => Self::Stdout,
        }
    }
}

impl From<WireEnding> for Ending {
    fn from(ending: WireEnding) -> Self {
        match ending {
            WireEnding::Exit { code: 0 } | WireEnding::Finish => Self::Finish,
            WireEnding::Exit { code } => Self::Exit { code: code & 0xFF },
            WireEnding::Raise { exception } => {
                let WireException { kind, message, module, shown, traceback } = exception;
                Self::Raise(Exception { kind, message, module, shown, traceback })
            }
        }
    }
}

impl WireValue {
    fn checked(self) -> Option<Value> {
        let Self { cut, json, text } = self;
        match (json, text) {
            (Some(json), _) => Some(Value::Json { json, cut }),
            (None, Some(text)) => Some(Value::Text { text, cut }),
            (None, None) => None,
        }
    }
}

/// Reads frames. A future of [`FrameReader::next`] can be dropped: bytes that came are kept.
#[derive(Debug)]
pub struct FrameReader<R> {
    buffer: BytesMut,
    reader: R,
}

/// Room for what is read at a time, in bytes.
const READ_BYTES: usize = 4096;

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// A reader at the start of a frame.
    pub fn new(reader: R) -> Self {
        Self { buffer: BytesMut::new(), reader }
    }

    /// The next message; `None` when the link ended between two frames.
    pub async fn next(&mut self) -> Result<Option<FromGuest>, FrameError> {
        loop {
            if let Some(message) = self.buffered()? {
                return Ok(Some(message));
            }
            // Most frames are short: they come in one read each, and often several in one.
            self.buffer.reserve(READ_BYTES);
            let read = self
                .reader
                .read_buf(&mut self.buffer)
                .await
                .map_err(|error| FrameError::Broken(Some(error)))?;
            if read == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(FrameError::Broken(None)) };
            }
        }
    }

    fn buffered(&mut self) -> Result<Option<FromGuest>, FrameError> {
        let Some(prefix) = self.buffer.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*prefix) as usize;
        if length > FRAME_BYTES_MAX {
            return Err(FrameError::TooLong(length));
        }
        if self.buffer.len() < 4 + length {
            self.buffer.reserve((4 + length - self.buffer.len()).min(64 * 1024));
            return Ok(None);
        }
        self.buffer.advance(4);
        let body = self.buffer.split_to(length);
        decode(&body).map(Some)
    }
}
