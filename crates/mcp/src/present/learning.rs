//! A learning as text.

use std::fmt::Write;

use codemode_run::catalog;
use codemode_run::{Learning, Lesson};

/// Characters of one field that are shown: all that a learning may have.
const FIELD_CHARS_MAX: usize = 8_000;

/// A learning, and how well it answers a question when there was one. Writing to a `String` never fails.
pub fn learning(learning: &Learning, score: Option<f64>) -> String {
    let Learning { context, failure_count, id, lesson, success_count, tags, .. } = learning;
    let one_line = |text| catalog::one_line(text, FIELD_CHARS_MAX);
    let mut text = format!("{id}. ");
    let _ = match lesson {
        Lesson::Error { pattern, solution } => {
            writeln!(text, "error: {}\n   solution: {}", one_line(pattern), one_line(solution))
        }
        Lesson::Semantic { failed_approach, objective, successful_approach } => writeln!(
            text,
            "objective: {}\n   failed: {}\n   worked: {}",
            one_line(objective),
            one_line(failed_approach),
            one_line(successful_approach)
        ),
    };
    if !context.is_empty() {
        let _ = writeln!(text, "   context: {}", one_line(context));
    }
    if !tags.is_empty() {
        let _ = writeln!(text, "   tags: {}", one_line(&tags.join(", ")));
    }
    let fit = score.map(|score| format!("fits {:.0} %, ", score * 100.0)).unwrap_or_default();
    let _ = writeln!(text, "   {fit}helped {success_count} times, did not help {failure_count} times");
    text
}
