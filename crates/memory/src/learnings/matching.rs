//! Which learnings match an error. Patterns come from models: an engine without backtracking searches them, in time that
//! grows with the pattern times the text, and both are bounded.

use codemode_run::{Ending, Learning, Lesson, Recalled, Report, RunRequest};
use regex_lite::RegexBuilder;

use super::opened::Failure;

/// Bytes at the end of an error's text that are searched.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Bytes that one compiled pattern may take; a larger one is looked up as text.
const PATTERN_BYTES_MAX: usize = 64 * 1024;

/// What is known of a run that failed.
pub(super) fn failure(request: &RunRequest, report: &Report) -> Failure {
    let (title, text) = match &report.ending {
        Some(Ending::Raise(exception)) => {
            let title = format!("{}: {}", exception.kind, exception.message);
            let text = format!("{}\n{title}", exception.traceback);
            (title, text)
        }
        _ => {
            let text = report.stderr.text.clone();
            (text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned(), text)
        }
    };
    Failure { purpose: request.description.clone().unwrap_or_default(), text: end_of(text), title }
}

fn end_of(text: String) -> String {
    let mut start = text.len().saturating_sub(TEXT_BYTES_MAX);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].to_owned()
}

/// The learnings whose pattern is in the text, those that helped most first.
pub(super) fn fitting(learnings: Vec<Learning>, text: &str) -> Vec<Recalled> {
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
    found
}

/// A pattern that fits the empty text fits everything, and so says nothing.
fn matches(pattern: &str, text: &str, lower: &str) -> bool {
    let is_plain = !pattern.contains(|c: char| r"\.+*?()|[]{}^$".contains(c));
    if is_plain {
        return !pattern.trim().is_empty() && lower.contains(&pattern.to_lowercase());
    }
    // Compiling costs a thousand times what looking for a word does.
    if required(pattern).is_some_and(|part| !lower.contains(&part.to_lowercase())) {
        return false;
    }
    let mut builder = RegexBuilder::new(pattern);
    match builder.case_insensitive(true).size_limit(PATTERN_BYTES_MAX).build() {
        Ok(regex) => !regex.is_match("") && regex.is_match(text),
        Err(_) => lower.contains(&pattern.to_lowercase()),
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
    parts.into_iter().max_by_key(String::len).filter(|part| !part.is_empty())
}

/// How often it helped, of how often it was tried; one of two tries when nobody knows.
pub(super) fn trust(learning: &Learning) -> f64 {
    let (helped, failed) = (f64::from(learning.success_count), f64::from(learning.failure_count));
    (helped + 1.0) / (helped + failed + 2.0)
}
