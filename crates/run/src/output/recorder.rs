//! Takes a run's output as it comes: for the result, for the reader who streams it, and for later.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::Notify;

use crate::host::{Display, Event, Host, Stream, ToolCall, ToolError};
use crate::program::Limits;

use super::{Capture, Captured, Spool, clip, cut_partial_end};

/// Whole lines that wait for a slow reader, in bytes; what passes it is left out of the stream and counted.
const STREAM_BYTES_MAX: usize = 1024 * 1024;

/// Things that one run may display.
const DISPLAYS_MAX: usize = 64;

/// Bytes of all things that one run may display.
const DISPLAY_BYTES_MAX: usize = 32 * 1024 * 1024;

/// A reader of the kept bytes of a stream.
pub type StreamSource = Vec<u8>;

/// Hears every event before it is recorded. What it does holds the program up.
pub type Tap = Box<dyn Fn(&Event<'_>) + Send + Sync>;

/// The host of one run: every byte that the program writes passes here.
pub struct Recorder {
    chars_max: usize,
    changed: Notify,
    state: Mutex<State>,
    tap: Option<Tap>,
}

#[derive(Debug)]
struct State {
    displays: Vec<Display>,
    displays_full: bool,
    lines: Lines,
    stderr: Channel,
    stdout: Channel,
}

#[derive(Debug)]
struct Channel {
    capture: Capture,
    partial: Vec<u8>,
    spool: Spool,
}

/// Lines that nobody has taken yet.
#[derive(Debug, Default)]
struct Lines {
    left_out_bytes: usize,
    text: String,
}

impl Recorder {
    /// A recorder whose large outputs go to files in `folder`.
    pub fn new(folder: &Path, run_id: &str, limits: &Limits) -> Self {
        let channel = |stream: Stream| Channel {
            capture: Capture::new(limits.output_chars),
            partial: Vec::new(),
            spool: Spool::new(folder.join(format!("{run_id}.{}", stream.name())), limits.output_kept),
        };
        let state = State {
            displays: Vec::new(),
            displays_full: false,
            lines: Lines::default(),
            stderr: channel(Stream::Stderr),
            stdout: channel(Stream::Stdout),
        };
        Self { chars_max: limits.output_chars, changed: Notify::new(), state: Mutex::new(state), tap: None }
    }

    /// The same, which tells `tap` of every event first.
    pub fn with_tap(self, tap: Tap) -> Self {
        Self { tap: Some(tap), ..self }
    }

    /// Waits until there may be new lines.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// The whole lines since the last call, both streams in the order in which they came. `None` when there are none.
    pub fn take_lines(&self) -> Option<String> {
        self.lock().lines.take()
    }

    /// What is left for a reader at the end of a run: the last lines, whole or not.
    pub fn take_rest(&self) -> Option<String> {
        let mut state = self.lock();
        for stream in [Stream::Stdout, Stream::Stderr] {
            let partial = std::mem::take(&mut state.channel(stream).partial);
            if !partial.is_empty() {
                state.lines.push(&partial);
            }
        }
        state.lines.take()
    }

    /// A stream as a result shows it.
    pub fn captured(&self, stream: Stream) -> Captured {
        let mut state = self.lock();
        let channel = state.channel(stream);
        let captured = channel.capture.captured();
        if captured.truncated { channel.whole_json(self.chars_max).unwrap_or(captured) } else { captured }
    }

    /// What was displayed.
    pub fn displays(&self) -> Vec<Display> {
        self.lock().displays.clone()
    }

    /// At most `bytes_max` kept bytes of a stream from `offset` on.
    pub fn read(&self, stream: Stream, offset: u64, bytes_max: u64) -> std::io::Result<StreamSource> {
        self.lock().channel(stream).spool.read(offset, bytes_max)
    }

    /// Bytes of output in memory now: bounded, whatever a program writes.
    pub fn held_bytes(&self) -> usize {
        let state = self.lock();
        let channels = [&state.stdout, &state.stderr];
        let held = channels
            .map(|channel| channel.capture.held_bytes() + channel.partial.len() + channel.spool.held_bytes());
        held.iter().sum::<usize>() + state.lines.text.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn output(&self, stream: Stream, bytes: &[u8]) {
        let mut state = self.lock();
        let channel = state.channel(stream);
        channel.capture.push(bytes);
        channel.spool.push(bytes);
        if let Some(lines) = channel.assemble(bytes) {
            state.lines.push(&lines);
            self.changed.notify_one();
        }
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("state", &self.state).finish_non_exhaustive()
    }
}

#[async_trait]
impl Host for Recorder {
    async fn call_tool(&self, call: ToolCall) -> Result<Value, ToolError> {
        Err(ToolError {
            code: "unknown_tool".to_owned(),
            data: Value::Null,
            message: format!("no upstream server `{}` is configured", call.server),
        })
    }

    fn emit(&self, event: Event<'_>) {
        if let Some(tap) = &self.tap {
            tap(&event);
        }
        match event {
            Event::Display(display) => self.lock().display(display),
            // For who follows the run; it is no output of the program.
            Event::Note(note) => {
                self.lock().lines.push(format!("[{note}]\n").as_bytes());
                self.changed.notify_one();
            }
            Event::Output(stream, bytes) => self.output(stream, bytes),
        }
    }
}

impl State {
    /// Keeps what is displayed; the first thing that is too much is replaced by a note, and nothing follows it.
    fn display(&mut self, display: Display) {
        if self.displays_full {
            return;
        }
        let held: usize = self.displays.iter().map(|display| display.bytes.len()).sum();
        self.displays_full =
            self.displays.len() + 1 >= DISPLAYS_MAX || held + display.bytes.len() > DISPLAY_BYTES_MAX;
        self.displays.push(if self.displays_full { left_out() } else { display });
    }

    fn channel(&mut self, stream: Stream) -> &mut Channel {
        match stream {
            Stream::Stderr => &mut self.stderr,
            Stream::Stdout => &mut self.stdout,
        }
    }
}

fn left_out() -> Display {
    let bytes = b"more was displayed than a result holds: the rest is left out".to_vec();
    Display { bytes, mime_type: "text/plain".to_owned(), name: None }
}

/// A line without an end is handed out in pieces of this size.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// The largest output that is parsed to see whether it is one JSON value.
const JSON_BYTES_MAX: u64 = 16 * 1024 * 1024;

impl Channel {
    /// The whole lines that `bytes` completes; the start of the next line stays here.
    fn assemble(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        let begun = if end == 0 { self.partial.len() } else { 0 };
        // A piece of a line ends between two characters, so that neither piece shows half of one.
        let too_long = begun + bytes.len() - end > LINE_BYTES_MAX;
        let end = if too_long { cut_partial_end(bytes).len() } else { end };
        let (lines, rest) = bytes.split_at(end);
        if end == 0 {
            self.partial.extend_from_slice(rest);
            return None;
        }
        let mut whole = std::mem::replace(&mut self.partial, rest.to_vec());
        whole.extend_from_slice(lines);
        Some(whole)
    }

    fn whole_json(&self, chars_max: usize) -> Option<Captured> {
        let bytes = self.capture.bytes();
        if bytes > JSON_BYTES_MAX || self.spool.kept() != bytes {
            return None;
        }
        let start = self.spool.read(0, 64).ok()?;
        if !start.trim_ascii_start().starts_with(b"{") && !start.trim_ascii_start().starts_with(b"[") {
            return None;
        }
        let text = String::from_utf8(self.spool.read(0, bytes).ok()?).ok()?;
        serde_json::from_str::<serde::de::IgnoredAny>(&text).ok()?;
        Some(clip(&text, bytes, chars_max))
    }
}

impl Lines {
    fn push(&mut self, bytes: &[u8]) {
        let room = STREAM_BYTES_MAX.saturating_sub(self.text.len());
        let text = String::from_utf8_lossy(bytes);
        // Once something is left out everything is, up to the note about it: a gap in the middle would show nowhere.
        if self.left_out_bytes == 0 && text.len() <= room {
            self.text.push_str(&text);
        } else {
            self.left_out_bytes += text.len();
        }
    }

    fn take(&mut self) -> Option<String> {
        let mut text = std::mem::take(&mut self.text);
        let left_out = std::mem::take(&mut self.left_out_bytes);
        if left_out > 0 {
            text.push_str(&format!(
                "[... {left_out} bytes were not streamed; the result has their place ...]\n"
            ));
        }
        (!text.is_empty()).then_some(text)
    }
}
