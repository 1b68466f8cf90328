//! What a server says on stderr: into the log, bounded, and the last of it kept for the reason why it ended.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

use super::clean::clean;
use super::redact::Redact;

/// Lines that are kept.
const LINES_KEPT: usize = 6;

/// Characters of one line that are kept and logged.
const LINE_CHARS: usize = 300;

/// Lines of one connection that are logged; the rest is read and dropped.
const LINES_LOGGED: usize = 1_000;

/// The last lines of a server.
#[derive(Debug, Default)]
pub(super) struct LastWords {
    lines: Mutex<VecDeque<String>>,
}

impl LastWords {
    fn add(&self, line: String) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES_KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// The lines, on one.
    pub(super) fn text(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(String::as_str).collect::<Vec<_>>().join(" / ")
    }
}

/// Reads until the end. Memory is that of one line.
pub(super) async fn follow(
    mut reader: impl AsyncRead + Unpin,
    words: Arc<LastWords>,
    server: String,
    redact: Redact,
) {
    let mut chunk = vec![0; 8 * 1024];
    let (mut line, mut logged) = (Vec::new(), 0_usize);
    let mut end_line = |line: &mut Vec<u8>| {
        let text = clean(String::from_utf8_lossy(line).trim());
        line.clear();
        if text.is_empty() {
            return;
        }
        let text: String = redact.apply(&text).chars().take(LINE_CHARS).collect();
        if logged < LINES_LOGGED {
            logged += 1;
            tracing::debug!(server, "{text}");
        }
        words.add(text);
    };
    while let Ok(count @ 1..) = reader.read(&mut chunk).await {
        for byte in &chunk[..count] {
            match byte {
                b'\n' => end_line(&mut line),
                // Four bytes a character at most; the rest of a longer line is dropped.
                _ if line.len() < LINE_CHARS * 4 => line.push(*byte),
                _ => {}
            }
        }
    }
    end_line(&mut line);
}
