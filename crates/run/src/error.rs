//! The error that a caller sees when we, not the program, failed.

use crate::engine::EngineError;

/// A failure of ours or of the request: a stable code, a message and what to do next.
///
/// The message names values that the caller gave, never a path, token or address of this machine: those are in `source`,
/// which goes to the log.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct RunError {
    /// A stable word, `no_engine`.
    pub code: &'static str,
    /// What to do next, when there is something.
    pub hint: Option<String>,
    /// What happened.
    pub message: String,
    /// The cause, for the log.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl RunError {
    /// An error without a cause.
    pub fn new(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, hint: Some(hint.into()), message: message.into(), source: None }
    }

    /// The request itself is wrong: names the argument and what was expected.
    pub fn invalid_argument(argument: &str, problem: impl AsRef<str>) -> Self {
        Self {
            code: "invalid_argument",
            hint: None,
            message: format!("argument `{argument}`: {}", problem.as_ref()),
            source: None,
        }
    }
}

impl From<EngineError> for RunError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Busy { .. } => Self::new(
                "busy",
                error.to_string(),
                "try again in a moment, or raise `limits.concurrent_runs`",
            ),
            EngineError::Failed { action, source } => Self {
                code: "engine_failed",
                hint: Some("`codemode doctor` says what works here; the log has the cause".to_owned()),
                message: format!("failed to {action}"),
                source,
            },
            EngineError::Path { message } => Self { code: "bad_path", hint: None, message, source: None },
            EngineError::Unavailable(unavailable) => {
                Self::new("engine_unavailable", unavailable.missing, unavailable.mend)
            }
        }
    }
}
