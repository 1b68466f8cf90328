//! `codemode learnings`.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use codemode_memory::{Learnings, exchange};
use codemode_run::{Added, Learning, Lesson, Memory, NewLearning, Recalled};
use serde_json::{Value, json};

use super::log::time_text;
use super::{Failure, Outcome, Surroundings};
use crate::terminal::{Progress, note, out};

/// Learnings that a search shows.
const HITS_MAX: usize = 5;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode learnings search reading a spreadsheet with accents")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Prints JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Keeps a learning: an error and what mends it, or an objective, what failed and what worked
    Add(Lessons),
    /// Writes every learning to a file (`-` for stdout), in the shape of mcp-pyrunner
    Export {
        /// The file
        file: PathBuf,
    },
    /// Takes over the learnings of mcp-pyrunner, or those that were exported
    Import {
        /// The file; that of mcp-pyrunner in your home when none is named
        file: Option<PathBuf>,
    },
    /// Shows learnings, the newest first
    List {
        /// At most this many
        #[arg(long, default_value_t = 20, value_name = "COUNT")]
        limit: usize,
    },
    /// Shows the learnings that answer a question best
    Search {
        /// The question
        #[arg(required = true)]
        words: Vec<String>,
    },
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: codemode learnings add --error 'No module named .cv2.' --solution 'install opencv-python'"
)]
struct Lessons {
    /// When it holds
    #[arg(long, default_value = "")]
    context: String,
    /// A regular expression that fits the error
    #[arg(long, value_name = "PATTERN", requires = "solution", required_unless_present = "objective")]
    error: Option<String>,
    /// What was tried and did not reach the objective
    #[arg(long, requires = "objective")]
    failed: Option<String>,
    /// What was wanted
    #[arg(long, requires_all = ["failed", "worked"], conflicts_with = "error")]
    objective: Option<String>,
    /// What mends the error
    #[arg(long, requires = "error")]
    solution: Option<String>,
    /// A word to find it by; may be repeated
    #[arg(long = "tag")]
    tags: Vec<String>,
    /// What reached the objective
    #[arg(long, requires = "objective")]
    worked: Option<String>,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Outcome {
    let learnings = Learnings::new(surroundings.paths.database.clone());
    let json = arguments.json;
    super::runtime()?.block_on(async {
        match arguments.command.as_ref().unwrap_or(&Command::List { limit: 20 }) {
            Command::Add(lessons) => add(&learnings, lessons).await?,
            Command::Export { file } => export(&learnings, file).await?,
            Command::Import { file } => import(&learnings, file.as_deref(), surroundings).await?,
            Command::List { limit } => {
                let found = learnings.list(*limit).await?;
                out(&show(found.iter().map(|learning| (learning, None)), json));
            }
            Command::Search { words } => {
                prepare(&learnings).await?;
                let found = learnings.search(&words.join(" "), HITS_MAX).await?;
                out(&show(found.iter().map(|Recalled { learning, score }| (learning, Some(*score))), json));
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn add(learnings: &Learnings, lessons: &Lessons) -> Result<(), Failure> {
    // Which of them are there is for the command line to check.
    let text = |option: &Option<String>| option.clone().unwrap_or_default();
    let lesson = match &lessons.error {
        Some(pattern) => Lesson::Error { pattern: pattern.clone(), solution: text(&lessons.solution) },
        None => Lesson::Semantic {
            failed_approach: text(&lessons.failed),
            objective: text(&lessons.objective),
            successful_approach: text(&lessons.worked),
        },
    };
    let learning = NewLearning { context: lessons.context.clone(), lesson, tags: lessons.tags.clone() };
    match learnings.add(learning).await? {
        Added::Known(id) => note(&format!("learning {id} was known already")),
        Added::New(id) => note(&format!("learning {id} is kept")),
    }
    Ok(())
}

async fn export(learnings: &Learnings, file: &Path) -> Result<(), Failure> {
    let kept = learnings.export().await?;
    let text = exchange::write(&kept);
    if file == Path::new("-") {
        out(&text);
        return Ok(());
    }
    // A reader never sees half of it.
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.persist(file)?;
    note(&format!("{} learnings are in {}", kept.len(), file.display()));
    Ok(())
}

async fn import(
    learnings: &Learnings,
    file: Option<&Path>,
    surroundings: &Surroundings,
) -> Result<(), Failure> {
    let theirs = || surroundings.paths.home.join(".mcp-pyrunner/learnings.json");
    let file = file.map_or_else(theirs, Path::to_path_buf);
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        text
    } else {
        fs::read_to_string(&file).map_err(|error| format!("failed to read {}: {error}", file.display()))?
    };
    let imported = learnings.import(exchange::read(&text, jiff::Timestamp::now().as_millisecond())?).await?;
    note(&format!("{} learnings are new, {} were known already", imported.added, imported.known));
    prepare(learnings).await
}

/// Finds out what learnings mean that nobody searched yet.
async fn prepare(learnings: &Learnings) -> Result<(), Failure> {
    let mut progress = Progress::default();
    let mut steps = 0;
    while learnings.prepare().await? {
        steps += 1;
        progress.show(&format!("finding out what learnings mean{}", ".".repeat(steps % 4)));
    }
    Ok(())
}

fn show<'a>(found: impl Iterator<Item = (&'a Learning, Option<f64>)>, json: bool) -> String {
    if json {
        return found.map(|(learning, score)| format!("{}\n", learning_json(learning, score))).collect();
    }
    let texts: Vec<String> =
        found.map(|(learning, score)| codemode_mcp::present::learning(learning, score)).collect();
    if texts.is_empty() { "no learning fits\n".to_owned() } else { texts.concat() }
}

fn learning_json(learning: &Learning, score: Option<f64>) -> Value {
    let Learning { context, created_ms, failure_count, id, last_used_ms, lesson, success_count, tags } =
        learning;
    let mut value = json!({
        "id": id, "context": context, "tags": tags, "success_count": success_count, "failure_count": failure_count,
        "created": time_text(*created_ms), "last_used": last_used_ms.map(time_text),
    });
    let said = match lesson {
        Lesson::Error { pattern, solution } => {
            json!({"kind": "error", "error_pattern": pattern, "solution": solution})
        }
        Lesson::Semantic { failed_approach, objective, successful_approach } => json!({
            "kind": "semantic", "objective": objective, "failed_approach": failed_approach,
            "successful_approach": successful_approach,
        }),
    };
    if let (Value::Object(value), Value::Object(said)) = (&mut value, said) {
        value.extend(said);
        value.extend(score.map(|score| ("score".to_owned(), json!((score * 100.0).round() / 100.0))));
    }
    value
}
