//! How a program ended. A failed program is a value; only our own failures are errors.

use std::time::Duration;

use crate::policy::Refusal;

/// Why a program stopped.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The caller took the request back.
    Cancel,
    /// The program left with a code of its own that is not zero.
    Exit {
        /// The code, 1 to 255.
        code: i32,
    },
    /// The program came to its end.
    Finish,
    /// Something outside the program ended it.
    Kill {
        /// What did.
        cause: KillCause,
    },
    /// An exception that nobody caught.
    Raise(Exception),
    /// The policy or a syntax error kept it from starting; nothing was run.
    Refuse(Refusal),
    /// The wall clock ran out.
    Timeout {
        /// The bound that was reached.
        after: Duration,
    },
}

impl Ending {
    /// The name that reports carry.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Exit { .. } => "exit",
            Self::Finish => "finish",
            Self::Kill { .. } => "kill",
            Self::Raise(_) => "raise",
            Self::Refuse(_) => "refuse",
            Self::Timeout { .. } => "timeout",
        }
    }

    /// True when the program did what it set out to do.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Finish)
    }

    /// The exit code that a shell would see; absent for a run that was taken back.
    pub fn exit_code(&self) -> Option<i32> {
        match self {
            Self::Cancel => None,
            Self::Exit { code } => Some(*code),
            Self::Finish => Some(0),
            Self::Kill { cause: KillCause::Signal(signal) } => Some(128 + signal),
            Self::Kill { .. } => Some(137),
            // Where nobody catches it, CPython ends itself by the signal that it stands for.
            Self::Raise(Exception { kind, .. }) if kind == "KeyboardInterrupt" => Some(128 + 2),
            Self::Raise(_) => Some(1),
            Self::Refuse(_) => Some(126),
            Self::Timeout { .. } => Some(124),
        }
    }
}

/// What killed a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillCause {
    /// The memory limit.
    Memory,
    /// The limit on processes.
    Processes,
    /// A signal of this number, sent by the program itself or by the system.
    Signal(i32),
    /// The guest broke the protocol or ended it before its program was done.
    Protocol,
    /// The limit on bytes and files of the workspace.
    Workspace,
}

impl KillCause {
    /// The cause in words that fit "killed: ...".
    pub fn describe(self) -> String {
        match self {
            Self::Memory => "memory limit".to_owned(),
            Self::Processes => "process limit".to_owned(),
            Self::Signal(signal) => format!("signal {signal}{}", signal_name(signal)),
            Self::Protocol => "the interpreter cut or garbled its link to codemode".to_owned(),
            Self::Workspace => "workspace limit".to_owned(),
        }
    }
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        2 => " (SIGINT)",
        3 => " (SIGQUIT)",
        4 => " (SIGILL)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        13 => " (SIGPIPE)",
        15 => " (SIGTERM)",
        24 => " (SIGXCPU)",
        25 => " (SIGXFSZ: a file passed its size limit)",
        _ => "",
    }
}

/// An exception as the interpreter reports it, with the program's own frames only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Class name, `ValueError`.
    pub kind: String,
    /// Its text.
    pub message: String,
    /// The missing module when the exception is about one; from the exception itself, never from text.
    pub module: Option<String>,
    /// True when a hook of the program's own has shown it: a terminal then shows nothing more, as in CPython.
    pub shown: bool,
    /// The traceback as the interpreter would print it.
    pub traceback: String,
}

/// The value of a program.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A value that JSON holds.
    Json {
        /// The value.
        json: serde_json::Value,
        /// True when it was shortened.
        cut: bool,
    },
    /// The printed form of any other value.
    Text {
        /// The printed form.
        text: String,
        /// True when it was shortened.
        cut: bool,
    },
}

/// What a run used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time of the run's processes, where the engine can tell.
    pub cpu: Option<Duration>,
    /// Largest resident size of one of its processes, where the engine can tell.
    pub memory_peak_bytes: Option<u64>,
    /// Bytes that its processes read, from files and pipes alike, where the engine can tell.
    pub read_bytes: Option<u64>,
    /// Bytes that its processes wrote, to files and pipes alike, where the engine can tell.
    pub written_bytes: Option<u64>,
}

/// What an engine says of a program that it ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Why it stopped.
    pub ending: Ending,
    /// What it used.
    pub usage: Usage,
    /// Its value, if it has one.
    pub value: Option<Value>,
}
