//! Which learnings match an error. Patterns come from models: an engine without backtracking searches them, in time that
//! grows with the pattern times the text, and both are bounded.

use codemode_run::{Ending, Learning, Report, RunRequest};
use memchr::memmem::Finder;
use regex_lite::RegexBuilder;

use super::opened::Failure;
use crate::store::{LEARNINGS_MAX, Store, StoreError};

/// Bytes at the end of an error's text that are searched.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Characters of an error or of a purpose whose meaning is looked at.
const TITLE_CHARS_MAX: usize = 300;

/// Bytes that one compiled pattern may take; a larger one is looked up as text.
const PATTERN_BYTES_MAX: usize = 64 * 1024;

/// What is known of a run that failed.
pub(super) fn failure(request: &RunRequest, report: &Report) -> Failure {
    let (title, text) = match &report.ending {
        Some(Ending::Raise(exception)) => {
            let text = format!("{}\n{}: {}", exception.traceback, exception.kind, exception.message);
            (format!("{}: {}", exception.kind, exception.message), text)
        }
        _ => {
            let text = report.stderr.text.clone();
            (text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned(), text)
        }
    };
    let purpose = beginning(request.description.as_deref().unwrap_or_default());
    Failure { purpose, text: end_of(text), title: beginning(&title) }
}

/// What a text is about stands in its first line.
fn beginning(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(TITLE_CHARS_MAX).collect()
}

fn end_of(text: String) -> String {
    let mut start = text.len().saturating_sub(TEXT_BYTES_MAX);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].to_owned()
}

/// The patterns of a file, read once: what a learning says never changes.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    /// Number of the last learning that was read.
    last: i64,
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    id: i64,
    /// In lower case, what has to be in a text that the pattern fits. Looking for it costs a thousandth of compiling.
    required: Option<Finder<'static>>,
    text: String,
}

impl Patterns {
    /// Reads what this and other servers wrote since the last time.
    pub(super) fn refresh(&mut self, store: &Store) -> Result<(), StoreError> {
        // Those of learnings that were forgotten are found by nobody, but would pile up.
        if self.patterns.len() > 2 * LEARNINGS_MAX as usize {
            *self = Self::default();
        }
        for (id, text) in store.patterns_after(self.last)? {
            self.last = id;
            let required = required(&text).map(|part| Finder::new(&part).into_owned());
            self.patterns.push(Pattern { id, required, text });
        }
        Ok(())
    }

    /// The learnings whose pattern is in a text.
    pub(super) fn fitting(&self, text: &str) -> Vec<i64> {
        let lower = text.to_lowercase();
        let fitting = self.patterns.iter().filter(|pattern| pattern.fits(text, &lower));
        fitting.map(|pattern| pattern.id).collect()
    }
}

impl Pattern {
    /// A pattern that fits the empty text fits everything, and so says nothing.
    fn fits(&self, text: &str, lower: &str) -> bool {
        if self.text.trim().is_empty()
            || self.required.as_ref().is_some_and(|part| part.find(lower.as_bytes()).is_none())
        {
            return false;
        }
        let is_plain = !self.text.contains(|c: char| r"\.+*?()|[]{}^$".contains(c));
        let mut builder = RegexBuilder::new(&self.text);
        let mut compile = || builder.case_insensitive(true).size_limit(PATTERN_BYTES_MAX).build().ok();
        match if is_plain { None } else { compile() } {
            Some(regex) => !regex.is_match("") && regex.is_match(text),
            None => lower.contains(&self.text.to_lowercase()),
        }
    }
}

/// The longest text that stands in everything that the pattern fits. `None` when there is none, or when it is hard to say.
fn required(pattern: &str) -> Option<String> {
    if ["|", "(?", ")?", ")*", "){"].iter().any(|part| pattern.contains(part)) {
        return None;
    }
    let mut parts = vec![String::new()];
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let mut literal = None;
        match c {
            // An escaped letter is a class or a place, an escaped sign is itself.
            '\\' => literal = chars.next().filter(|next| !next.is_alphanumeric()),
            // What stands before may be missing.
            '?' | '*' => drop(parts.last_mut()?.pop()),
            '[' | '{' => return None,
            '.' | '^' | '$' | '(' | ')' | '+' => {}
            c => literal = Some(c),
        }
        match literal {
            Some(literal) => parts.last_mut()?.push(literal),
            None => parts.push(String::new()),
        }
    }
    parts.into_iter().max_by_key(String::len).filter(|part| !part.is_empty()).map(|part| part.to_lowercase())
}

/// How often it helped, of how often it was tried; one of two tries when nobody knows.
pub(super) fn trust(learning: &Learning) -> f64 {
    let (helped, failed) = (f64::from(learning.success_count), f64::from(learning.failure_count));
    (helped + 1.0) / (helped + failed + 2.0)
}
