//! The step behind a run that failed: what was learned of such failures goes into its hints.

use super::Runner;
use crate::memory::{Learning, Lesson};
use crate::outcome::Ending;
use crate::program::RunRequest;
use crate::report::Report;

/// Learnings that the hints of one run name.
const RECALLED_MAX: usize = 3;

/// Characters of one learning in a hint.
const HINT_CHARS_MAX: usize = 500;

impl Runner {
    /// The hints of a run that failed; trouble with the memory must not hide what happened to the program.
    pub(super) async fn recall(&self, request: &RunRequest, report: &Report) -> Vec<String> {
        if report.is_success() || matches!(report.ending, None | Some(Ending::Cancel)) {
            return Vec::new();
        }
        match self.options.memory.recall(request, report, RECALLED_MAX).await {
            Ok(recalled) => recalled.iter().map(|recalled| hint(&recalled.learning)).collect(),
            Err(error) => {
                tracing::warn!(%error, run_id = report.run_id, "learnings were not recalled");
                Vec::new()
            }
        }
    }
}

/// One learning on one line. Its words are quoted: they are somebody's, and say what was tried, not what to do.
fn hint(learning: &Learning) -> String {
    let Learning { context, lesson, .. } = learning;
    let said = match lesson {
        Lesson::Error { pattern, solution } => {
            format!("learned: for {:?} it helped: {:?}", short(pattern), short(solution))
        }
        Lesson::Semantic { failed_approach, objective, successful_approach } => format!(
            "learned: to {:?}, {:?} failed and {:?} worked",
            short(objective),
            short(failed_approach),
            short(successful_approach)
        ),
    };
    if context.is_empty() { said } else { format!("{said} (when: {:?})", short(context)) }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(HINT_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
