//! What is kept of a program's output: head and tail in memory, the whole in a bounded file, flat at any volume.

mod json;
mod recorder;
mod spool;

pub use json::shorten;
pub use recorder::{Recorder, StreamSource, Tap};
pub use spool::Spool;

use std::collections::VecDeque;

/// A stream as a result shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// Bytes that the program wrote.
    pub bytes: u64,
    /// What is shown: all of it, or its head and tail with a line between them that says what was left out.
    pub text: String,
    /// True when something was left out.
    pub truncated: bool,
}

/// Keeps the head and the tail of a stream. Memory is bounded by the characters that will be shown.
#[derive(Debug)]
pub struct Capture {
    bytes: u64,
    head: Vec<u8>,
    side_bytes_max: usize,
    chars_max: usize,
    tail: VecDeque<u8>,
}

impl Capture {
    /// A capture that will show at most `chars_max` characters.
    pub fn new(chars_max: usize) -> Self {
        // Four bytes are the longest character, and each side shows half of them.
        let side_bytes_max = chars_max.saturating_mul(2).max(64);
        Self { bytes: 0, head: Vec::new(), side_bytes_max, chars_max, tail: VecDeque::new() }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let room = self.side_bytes_max - self.head.len();
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(first);
        let rest = &rest[rest.len().saturating_sub(self.side_bytes_max)..];
        let excess = (self.tail.len() + rest.len()).saturating_sub(self.side_bytes_max);
        self.tail.drain(..excess.min(self.tail.len()));
        self.tail.extend(rest);
    }

    /// Bytes seen so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes in memory now.
    pub fn held_bytes(&self) -> usize {
        self.head.len() + self.tail.len()
    }

    /// The stream as a result shows it.
    pub fn captured(&self) -> Captured {
        let held = (self.head.len() + self.tail.len()) as u64;
        let (tail, wrapped) = self.tail.as_slices();
        if held == self.bytes {
            let whole = [&self.head, tail, wrapped].concat();
            return clip(&String::from_utf8_lossy(&whole), self.bytes, self.chars_max);
        }
        let head = String::from_utf8_lossy(cut_partial_end(&self.head)).into_owned();
        let tail = [tail, wrapped].concat();
        let tail = String::from_utf8_lossy(cut_partial_start(&tail)).into_owned();
        let text = join(&head, &tail, self.bytes, self.chars_max);
        Captured { bytes: self.bytes, text, truncated: true }
    }
}

/// Shows a text that is wholly known, bounded to `chars_max` characters.
pub fn clip(text: &str, bytes: u64, chars_max: usize) -> Captured {
    if text.len() <= chars_max || text.chars().count() <= chars_max {
        return Captured { bytes, text: text.to_owned(), truncated: false };
    }
    if let Some(json) = shorten_text(text, chars_max) {
        return Captured { bytes, text: json, truncated: true };
    }
    Captured { bytes, text: join(text, text, bytes, chars_max), truncated: true }
}

/// A text that is one JSON object or array, shortened so that it stays one.
pub fn shorten_text(text: &str, chars_max: usize) -> Option<String> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(shorten(&value, chars_max).to_string() + "\n")
}

/// The first and last characters, whole lines where they are short, and between them what was left out.
fn join(head: &str, tail: &str, bytes: u64, chars_max: usize) -> String {
    let side = chars_max / 2;
    let head = whole_lines_start(first_chars(head, side));
    let tail = whole_lines_end(last_chars(tail, side));
    let left_out = bytes.saturating_sub((head.len() + tail.len()) as u64);
    format!("{head}\n[... {left_out} of {bytes} bytes left out here ...]\n{tail}")
}

fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

fn last_chars(text: &str, count: usize) -> &str {
    match count {
        0 => "",
        _ => text.char_indices().nth_back(count - 1).map_or(text, |(start, _)| &text[start..]),
    }
}

/// Lines longer than this are cut inside: a quarter of what is shown must not go for one line's sake.
const LINE_SACRIFICE_MAX: usize = 400;

fn whole_lines_start(text: &str) -> &str {
    match text.rfind('\n') {
        Some(end) if text.len() - end <= LINE_SACRIFICE_MAX => &text[..end],
        _ => text,
    }
}

fn whole_lines_end(text: &str) -> &str {
    match text.find('\n') {
        Some(start) if start < LINE_SACRIFICE_MAX => &text[start + 1..],
        _ => text,
    }
}

/// Drops a character that was cut at the end, so that it does not show as a replacement mark.
fn cut_partial_end(bytes: &[u8]) -> &[u8] {
    let start = bytes.len().saturating_sub(3);
    for at in (start..bytes.len()).rev() {
        let length = match bytes[at] {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF7 => 4,
            0x80..=0xBF => continue,
            _ => 1,
        };
        return if at + length > bytes.len() { &bytes[..at] } else { bytes };
    }
    bytes
}

fn cut_partial_start(bytes: &[u8]) -> &[u8] {
    let skip = bytes.iter().take(3).take_while(|byte| (0x80..=0xBF).contains(*byte)).count();
    &bytes[skip..]
}
