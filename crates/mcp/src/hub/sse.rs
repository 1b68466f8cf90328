//! MCP over the older HTTP+SSE, which rmcp leaves out and configurations still name: messages come on one long GET, and
//! go out as POSTs to an address that its first event tells.

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use reqwest::Url;
use rmcp::RoleClient;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;

use super::http::Headers;
use super::stdio::MESSAGE_BYTES_MAX;
use super::upstream::Why;

/// One event of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) data: String,
    pub(super) kind: String,
}

/// Reads events from chunks of bytes.
#[derive(Debug, Default)]
pub(super) struct Events {
    bytes: Vec<u8>,
    /// Bytes at the front in which there is no end of an event.
    searched: usize,
}

/// An event of more than [`MESSAGE_BYTES_MAX`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

impl Events {
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), TooLarge> {
        // A carriage return is an end of a line too, alone or before a line feed; servers send line feeds or both.
        self.bytes.extend(chunk.iter().filter(|byte| **byte != b'\r'));
        if self.bytes.len() > MESSAGE_BYTES_MAX + 1024 { Err(TooLarge) } else { Ok(()) }
    }

    pub(super) fn next(&mut self) -> Option<Event> {
        loop {
            let from = self.searched.saturating_sub(1);
            let Some(place) = self.bytes[from..].windows(2).position(|pair| pair == b"\n\n") else {
                self.searched = self.bytes.len();
                return None;
            };
            let block: Vec<u8> = self.bytes.drain(..from + place + 2).collect();
            self.searched = 0;
            let event = parse(&String::from_utf8_lossy(&block));
            if !event.data.is_empty() {
                return Some(event);
            }
        }
    }
}

fn parse(block: &str) -> Event {
    let (mut kind, mut data) = (String::new(), Vec::new());
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut kind),
            "data" => data.push(value),
            _ => {}
        }
    }
    Event { data: data.join("\n"), kind: if kind.is_empty() { "message".to_owned() } else { kind } }
}

/// The transport.
pub(super) struct Sse {
    client: reqwest::Client,
    endpoint: Url,
    events: Events,
    headers: Headers,
    stream: BoxStream<'static, reqwest::Result<Bytes>>,
    why: Arc<Why>,
}

/// A message could not be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum SseError {
    /// The request failed.
    #[error("failed to send a message: {0}")]
    Request(#[from] reqwest::Error),
    /// The server did not take it.
    #[error("the server answered {0}")]
    Status(reqwest::StatusCode),
}

impl Sse {
    /// Opens the stream and waits for the address that messages go to. The error is fit to be shown.
    pub(super) async fn connect(
        client: reqwest::Client,
        url: &str,
        headers: Headers,
        why: Arc<Why>,
    ) -> Result<Self, String> {
        let base = Url::parse(url).map_err(|error| error.to_string())?;
        let request = client.get(base.clone()).header("Accept", "text/event-stream");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let response = request.send().await.map_err(|error| failed(&error))?;
        if !response.status().is_success() {
            return Err(format!("the server answered {}", response.status()));
        }
        let stream = response.bytes_stream().boxed();
        let mut sse =
            Self { client, endpoint: base.clone(), events: Events::default(), headers, stream, why };
        loop {
            let event = sse.next().await.ok_or("the stream ended before it said where messages go")?;
            if event.kind == "endpoint" {
                sse.endpoint = base.join(&event.data).map_err(|error| error.to_string())?;
                // Headers hold credentials: they must not go to another host because a stream said so.
                if sse.endpoint.origin() != base.origin() {
                    return Err("the server wants messages sent to another host".to_owned());
                }
                return Ok(sse);
            }
        }
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.events.next() {
                return Some(event);
            }
            match self.stream.next().await {
                Some(Ok(chunk)) => {
                    if self.events.push(&chunk).is_err() {
                        let most = MESSAGE_BYTES_MAX >> 20;
                        self.why.set(format!("it sent a message that is too large: more than {most} MiB"));
                        return None;
                    }
                }
                Some(Err(error)) => {
                    self.why.set(failed(&error));
                    return None;
                }
                None => {
                    self.why.set("the server closed the stream".to_owned());
                    return None;
                }
            }
        }
    }
}

impl Transport<RoleClient> for Sse {
    type Error = SseError;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let body = serde_json::to_vec(&item).unwrap_or_default();
        let request =
            self.client.post(self.endpoint.clone()).header("Content-Type", "application/json").body(body);
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        async move {
            let response = request.send().await.map_err(reqwest::Error::without_url)?;
            if response.status().is_success() { Ok(()) } else { Err(SseError::Status(response.status())) }
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
        loop {
            let event = self.next().await?;
            if event.kind != "message" {
                continue;
            }
            match serde_json::from_str(&event.data) {
                Ok(message) => return Some(message),
                Err(error) => tracing::debug!("a message of the stream is not readable: {error}"),
            }
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// An error of the HTTP client without the address, which may hold a secret.
pub(super) fn failed(error: &reqwest::Error) -> String {
    let what = if error.is_connect() {
        "it cannot be reached"
    } else if error.is_timeout() {
        "it did not answer in time"
    } else {
        "the connection failed"
    };
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("{what}: {cause}")
}
