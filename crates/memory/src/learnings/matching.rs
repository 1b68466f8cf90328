//! Which learnings match an error. Patterns come from models: an engine without backtracking searches them, in time that
//! grows with the pattern times the text, and both are bounded.

use codemode_run::{Ending, Learning, Lesson, Recalled, Report};
use regex_lite::RegexBuilder;

/// Bytes at the end of an error's text that are searched.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Bytes that one compiled pattern may take; a larger one is looked up as text.
const PATTERN_BYTES_MAX: usize = 64 * 1024;

/// What is searched: the exception, or what the program wrote to standard error.
pub(super) fn text_of(report: &Report) -> String {
    let text = match &report.ending {
        Some(Ending::Raise(exception)) => {
            format!("{}\n{}: {}", exception.traceback, exception.kind, exception.message)
        }
        _ => report.stderr.text.clone(),
    };
    let mut start = text.len().saturating_sub(TEXT_BYTES_MAX);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].to_owned()
}

/// The learnings whose pattern is in the text, those that helped most first.
pub(super) fn fitting(learnings: Vec<Learning>, text: &str, limit: usize) -> Vec<Recalled> {
    let lower = text.to_lowercase();
    let fits = |learning: &Learning| match &learning.lesson {
        Lesson::Error { pattern, .. } => matches(pattern, text, &lower),
        Lesson::Semantic { .. } => false,
    };
    let mut found: Vec<Recalled> = learnings
        .into_iter()
        .filter(fits)
        .map(|learning| Recalled { score: trust(&learning), learning })
        .collect();
    found.sort_by(|one, other| other.score.total_cmp(&one.score));
    found.truncate(limit);
    found
}

/// A pattern that fits the empty text fits everything, and so says nothing.
fn matches(pattern: &str, text: &str, lower: &str) -> bool {
    let is_plain = !pattern.contains(|c: char| r"\.+*?()|[]{}^$".contains(c));
    let compiled = (!is_plain).then(|| {
        RegexBuilder::new(pattern).case_insensitive(true).size_limit(PATTERN_BYTES_MAX).build().ok()
    });
    match compiled.flatten() {
        Some(regex) => !regex.is_match("") && regex.is_match(text),
        None => !pattern.trim().is_empty() && lower.contains(&pattern.to_lowercase()),
    }
}

/// How often it helped, of how often it was tried; one of two tries when nobody knows.
fn trust(learning: &Learning) -> f64 {
    let (helped, failed) = (f64::from(learning.success_count), f64::from(learning.failure_count));
    (helped + 1.0) / (helped + failed + 2.0)
}
