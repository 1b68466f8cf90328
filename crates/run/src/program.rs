//! What a caller asks for: a program, its inputs and its limits.

use std::collections::BTreeMap;
use std::time::Duration;

use codemode_source::{Language, Last};
use serde_json::{Map, Value};

use crate::packages::Layer;

/// A program as an engine runs it. Its text is already read, checked and, for TypeScript, stripped of types.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// The text.
    pub code: String,
    /// What tracebacks call it, a plain file name such as `main.py`.
    pub filename: String,
    /// Its language.
    pub language: Language,
    /// The expression that it ends with, where that is known.
    pub last: Option<Last>,
    /// Packages that it can import beside its interpreter's own, the first one first.
    pub layers: Vec<Layer>,
    /// JSON values that are globals before the program starts.
    pub variables: Map<String, Value>,
    /// What text files are encoded in that the program opens without naming an encoding; UTF-8 when absent.
    pub text_encoding: Option<&'static str>,
    /// Longest value in characters that the guest may send back.
    pub value_chars_max: usize,
}

/// One request, as a command line or a tool call states it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRequest {
    /// Whether missing imports are installed; the settings may forbid it, whatever this says.
    pub auto_install: bool,
    /// The program's text as its author wrote it.
    pub code: String,
    /// What the program is for; goes to the log.
    pub description: Option<String>,
    /// What tracebacks call the program; the language's default when absent.
    pub filename: Option<String>,
    /// Files that are written to the workspace before the run, by relative path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The program's language.
    pub language: Language,
    /// Requirement strings that have to be installed before the run.
    pub packages: Vec<String>,
    /// Keeps variables, imports and files between runs that name the same session.
    pub session_id: Option<String>,
    /// What text files are encoded in that the program reads without naming an encoding; UTF-8 when absent. Only Python
    /// looks at it.
    pub text_encoding: Option<&'static str>,
    /// Wall clock that this run may take; [`Limits::wall`] when absent.
    pub timeout: Option<Duration>,
    /// JSON values that are globals before the program starts.
    pub variables: Map<String, Value>,
}

impl RunRequest {
    /// A request with everything optional left out.
    pub fn new(language: Language, code: impl Into<String>) -> Self {
        Self {
            auto_install: true,
            code: code.into(),
            description: None,
            filename: None,
            files: BTreeMap::new(),
            language,
            packages: Vec::new(),
            session_id: None,
            text_encoding: None,
            timeout: None,
            variables: Map::new(),
        }
    }
}

/// The bounds of a run. Each has a key of the same name under `limits.` in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Programs that run at the same time; more wait in the queue.
    pub concurrent_runs: usize,
    /// Size of one file that a program may write, in bytes.
    pub file: u64,
    /// Memory of all processes of a run, in bytes.
    pub memory: u64,
    /// Characters of each stream that a result shows.
    pub output_chars: usize,
    /// Bytes of each stream that stay readable after the run.
    pub output_kept: u64,
    /// Processes and threads of a run.
    pub processes: u64,
    /// Runs that may wait for a free place before a new one is told that the server is busy.
    pub queue: usize,
    /// Attempts of one request.
    pub retries: u32,
    /// Finished runs whose output stays readable.
    pub runs_kept: usize,
    /// A session that nobody used for this long is closed.
    pub session_idle: Duration,
    /// Sessions that are open at the same time; the longest unused is closed for a new one.
    pub sessions: usize,
    /// Calls of upstream tools in one run.
    pub tool_calls: u32,
    /// How long a run may wait for upstream tools or for a person, beside its wall clock.
    pub wait: Duration,
    /// Wall clock of a run that names none.
    pub wall: Duration,
    /// Longest wall clock that a request may ask for.
    pub wall_max: Duration,
    /// Bytes of all files of a workspace.
    pub workspace: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            concurrent_runs: 16,
            file: 64 * MIB,
            memory: 512 * MIB,
            output_chars: 50_000,
            output_kept: 256 * MIB,
            processes: 64,
            queue: 64,
            retries: 10,
            runs_kept: 64,
            session_idle: Duration::from_secs(30 * 60),
            sessions: 16,
            tool_calls: 200,
            wait: Duration::from_secs(600),
            wall: Duration::from_secs(60),
            wall_max: Duration::from_secs(24 * 3600),
            workspace: 256 * MIB,
        }
    }
}
