//! Learnings as JSON, in the shape of `learnings.json` of mcp-pyrunner: what that program wrote can be read, and what is
//! written here it can read.

use codemode_run::{Lesson, NewLearning};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

/// A learning with what became of it, as files hold it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// When it was added, in milliseconds since 1970.
    pub created_ms: i64,
    /// Fields that mean nothing here. They are kept and written again.
    pub extra: Map<String, Value>,
    /// How often it was suggested and the next try failed again.
    pub failure_count: u32,
    /// When it was last suggested, in milliseconds since 1970.
    pub last_used_ms: Option<i64>,
    /// What it says, and when it holds.
    pub learning: NewLearning,
    /// How often it was suggested and the next try worked.
    pub success_count: u32,
}

/// The text is no list of learnings.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// It is no JSON.
    #[error("the learnings are no JSON")]
    Json(#[from] serde_json::Error),
    /// It is JSON of another shape.
    #[error("the learnings are no JSON list")]
    NoList,
    /// One of its entries is none.
    #[error("entry {number} is no learning: {problem}")]
    Entry {
        /// Its place, counted from 1.
        number: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// Reads the learnings of a file. Times without a zone are local ones; what has no time was added at `now_ms`.
pub fn read(text: &str, now_ms: i64) -> Result<Vec<Kept>, ExchangeError> {
    let Value::Array(entries) = serde_json::from_str(text)? else { return Err(ExchangeError::NoList) };
    let entries = (1..).zip(entries);
    entries
        .map(|(number, entry)| {
            entry_of(entry, now_ms).map_err(|problem| ExchangeError::Entry { number, problem })
        })
        .collect()
}

/// Writes learnings, one after the other, each readable by itself.
pub fn write(learnings: &[Kept]) -> String {
    let entries: Vec<Value> = learnings.iter().map(value_of).collect();
    format!("{:#}\n", Value::Array(entries))
}

fn entry_of(entry: Value, now_ms: i64) -> Result<Kept, String> {
    let Value::Object(mut fields) = entry else { return Err("expected an object".to_owned()) };
    let kind = text(&mut fields, "failure_type")?.unwrap_or_else(|| "error".to_owned());
    let pattern = text(&mut fields, "error_pattern")?.unwrap_or_default();
    let solution = text(&mut fields, "solution")?.unwrap_or_default();
    let objective = text(&mut fields, "objective")?.unwrap_or_default();
    let failed_approach = text(&mut fields, "failed_approach")?.unwrap_or_default();
    let lesson = match kind.as_str() {
        "error" => Lesson::Error { pattern, solution },
        "semantic" => {
            let objective = if objective.is_empty() { pattern } else { objective };
            Lesson::Semantic { failed_approach, objective, successful_approach: solution }
        }
        other => return Err(format!("`failure_type` is {other:?}; expected \"error\" or \"semantic\"")),
    };
    let context = text(&mut fields, "context")?.unwrap_or_default();
    let tags = match fields.remove("tags") {
        None | Some(Value::Null) => Vec::new(),
        Some(tags) => serde_json::from_value(tags).map_err(|_| "`tags` is no list of texts".to_owned())?,
    };
    Ok(Kept {
        created_ms: time(&mut fields, "created_at")?.unwrap_or(now_ms),
        failure_count: count(&mut fields, "failure_count")?,
        last_used_ms: time(&mut fields, "last_used")?,
        learning: NewLearning { context, lesson, tags },
        success_count: count(&mut fields, "success_count")?,
        extra: fields,
    })
}

fn value_of(kept: &Kept) -> Value {
    let NewLearning { context, lesson, tags } = &kept.learning;
    let (kind, pattern, solution, objective, failed) = match lesson {
        Lesson::Error { pattern, solution } => ("error", pattern, solution, "", ""),
        Lesson::Semantic { failed_approach, objective, successful_approach } => {
            ("semantic", objective, successful_approach, objective.as_str(), failed_approach.as_str())
        }
    };
    let mut value = json!({
        "error_pattern": pattern, "solution": solution, "context": context, "success_count": kept.success_count,
        "failure_count": kept.failure_count, "created_at": local(kept.created_ms),
        "last_used": kept.last_used_ms.map(local), "tags": tags, "failure_type": kind, "objective": objective,
        "failed_approach": failed,
    });
    if let Value::Object(fields) = &mut value {
        fields.extend(kept.extra.clone());
    }
    value
}

fn text(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("`{name}` is {other}; expected a text")),
    }
}

fn count(fields: &mut Map<String, Value>, name: &str) -> Result<u32, String> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(0),
        Some(value) => {
            let count = value.as_u64().and_then(|count| u32::try_from(count).ok());
            count.ok_or_else(|| format!("`{name}` is {value}; expected a count"))
        }
    }
}

fn time(fields: &mut Map<String, Value>, name: &str) -> Result<Option<i64>, String> {
    let Some(text) = text(fields, name)? else { return Ok(None) };
    let zoned = text.parse::<Timestamp>();
    let local = || text.parse::<DateTime>()?.to_zoned(TimeZone::system()).map(|time| time.timestamp());
    let time = zoned.or_else(|_| local()).map_err(|_| format!("`{name}` is {text:?}; expected a time"))?;
    Ok(Some(time.as_millisecond()))
}

fn local(time_ms: i64) -> String {
    let time = Timestamp::from_millisecond(time_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned(TimeZone::system()).datetime().to_string()
}
