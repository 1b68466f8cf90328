//! The tools `add_learning`, `record_semantic_failure` and `get_learnings`, and the resource of all learnings.

use codemode_run::{Added, Learning, Lesson, NewLearning, RunError};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value};

use super::Shared;
use super::arguments::{Arguments, required};
use crate::present::{Style, failed, learning as learning_text};
use crate::tools::ToolName;

/// Learnings that one answer shows.
const SHOWN_MAX: usize = 20;

/// Learnings that a search shows.
const HITS_MAX: usize = 5;

/// Answers one of the three tools.
pub(super) async fn call(
    shared: &Shared,
    tool: ToolName,
    arguments: Map<String, Value>,
    style: Style,
) -> CallToolResult {
    let answer = match tool {
        ToolName::AddLearning => add(shared, error_learning(arguments)).await,
        ToolName::RecordSemanticFailure => add(shared, semantic_learning(arguments)).await,
        _ => get(shared, arguments).await,
    };
    match answer {
        Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Err(error) => failed(&error, style),
    }
}

/// The text of `codemode://learnings`.
pub(super) async fn all(shared: &Shared) -> Result<String, RunError> {
    let learnings = shared.runs.runner().memory().list(SHOWN_MAX).await?;
    Ok(text(learnings.iter().map(|learning| (learning, None))))
}

async fn add(shared: &Shared, learning: Result<NewLearning, RunError>) -> Result<String, RunError> {
    Ok(match shared.runs.runner().memory().add(learning?).await? {
        Added::Known(id) => format!("learning {id} was known already"),
        Added::New(id) => format!("learning {id} is kept"),
    })
}

async fn get(shared: &Shared, arguments: Map<String, Value>) -> Result<String, RunError> {
    let mut arguments = Arguments::new(arguments);
    let search = arguments.text("search")?.filter(|words| !words.trim().is_empty());
    arguments.finish()?;
    let Some(words) = search else { return all(shared).await };
    let recalled = shared.runs.runner().memory().search(&words, HITS_MAX).await?;
    Ok(text(recalled.iter().map(|recalled| (&recalled.learning, Some(recalled.score)))))
}

fn error_learning(arguments: Map<String, Value>) -> Result<NewLearning, RunError> {
    let mut arguments = Arguments::new(arguments);
    let pattern = required("error_pattern", arguments.text("error_pattern")?)?;
    let solution = required("solution", arguments.text("solution")?)?;
    let context = required("context", arguments.text("context")?)?;
    let tags = tags(&mut arguments)?;
    arguments.finish()?;
    Ok(NewLearning { context, lesson: Lesson::Error { pattern, solution }, tags })
}

fn semantic_learning(arguments: Map<String, Value>) -> Result<NewLearning, RunError> {
    let mut arguments = Arguments::new(arguments);
    let objective = required("objective", arguments.text("objective")?)?;
    let failed_approach = required("failed_approach", arguments.text("failed_approach")?)?;
    let successful_approach = required("successful_approach", arguments.text("successful_approach")?)?;
    let context = arguments.text("context")?.unwrap_or_default();
    let tags = tags(&mut arguments)?;
    arguments.finish()?;
    let lesson = Lesson::Semantic { failed_approach, objective, successful_approach };
    Ok(NewLearning { context, lesson, tags })
}

/// Tags come as one text with commas.
fn tags(arguments: &mut Arguments) -> Result<Vec<String>, RunError> {
    let text = arguments.text("tags")?.unwrap_or_default();
    Ok(text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect())
}

fn text<'a>(learnings: impl Iterator<Item = (&'a Learning, Option<f64>)>) -> String {
    let text: String = learnings.map(|(learning, score)| learning_text(learning, score)).collect();
    if text.is_empty() { "no learning fits".to_owned() } else { text }
}
