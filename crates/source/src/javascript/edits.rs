//! Changes of a text that keep every line where it is.

use std::ops::Range;

/// Changes of one text, in any order. Ranges do not overlap.
#[derive(Debug, Default)]
pub(super) struct Edits {
    edits: Vec<(Range<usize>, String)>,
}

impl Edits {
    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.edits.push((at..at, text.into()));
    }

    /// Puts `text` in a range's place; the line breaks of the range stay behind it.
    pub(super) fn replace(&mut self, code: &str, range: Range<usize>, text: &str) {
        let breaks = code[range.clone()].matches('\n').count();
        self.edits.push((range, format!("{text}{}", "\n".repeat(breaks))));
    }

    /// Turns a range into blanks.
    pub(super) fn blank(&mut self, code: &str, range: Range<usize>) {
        let blanks = code[range.clone()].chars().map(|c| if c == '\n' { c } else { ' ' }).collect();
        self.edits.push((range, blanks));
    }

    pub(super) fn apply(mut self, code: &str) -> String {
        // A stable sort: what is inserted at one place stays in the order in which it was asked for.
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::with_capacity(code.len() + 64 * self.edits.len());
        let mut copied = 0;
        for (range, replacement) in &self.edits {
            text.push_str(&code[copied.min(range.start)..range.start]);
            text.push_str(replacement);
            copied = copied.max(range.end);
        }
        text.push_str(&code[copied..]);
        text
    }
}
