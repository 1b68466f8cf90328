//! Arguments of a tool call, read one by one so that an error names the argument, what was expected and what came.

use std::collections::BTreeMap;
use std::time::Duration;

use codemode_run::RunError;
use serde_json::{Map, Value};

/// The arguments of one call.
pub(super) struct Arguments {
    left: Map<String, Value>,
    known: Vec<&'static str>,
}

type Read<T> = Result<Option<T>, RunError>;

impl Arguments {
    pub(super) fn new(arguments: Map<String, Value>) -> Self {
        Self { left: arguments, known: Vec::new() }
    }

    /// Text.
    pub(super) fn text(&mut self, name: &'static str) -> Read<String> {
        self.read(name, "text", |value| value.as_str().map(str::to_owned))
    }

    /// Text, or a number or truth value as its text.
    pub(super) fn scalar(&mut self, name: &'static str) -> Read<String> {
        self.read(name, "text, a number, true or false", |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        })
    }

    /// A number of seconds.
    pub(super) fn seconds(&mut self, name: &'static str) -> Read<Duration> {
        self.read(name, "a number of seconds from 0 on", |value| {
            Duration::try_from_secs_f64(value.as_f64()?).ok()
        })
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, name: &'static str) -> Read<bool> {
        self.read(name, "true or false", Value::as_bool)
    }

    /// A whole number.
    pub(super) fn count(&mut self, name: &'static str) -> Read<usize> {
        self.read(name, "a whole number from 0 on", |value| usize::try_from(value.as_u64()?).ok())
    }

    /// A list of text.
    pub(super) fn texts(&mut self, name: &'static str) -> Read<Vec<String>> {
        self.read(name, "a list of text", |value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    /// An object.
    pub(super) fn object(&mut self, name: &'static str) -> Read<Map<String, Value>> {
        self.read(name, "an object", |value| value.as_object().cloned())
    }

    /// An object whose values are text: the contents of files by their paths.
    pub(super) fn files(&mut self, name: &'static str) -> Read<BTreeMap<String, Vec<u8>>> {
        self.read(name, "an object of path and text", |value| {
            let pair =
                |(path, text): (&String, &Value)| Some((path.clone(), text.as_str()?.as_bytes().to_vec()));
            value.as_object()?.iter().map(pair).collect()
        })
    }

    /// Ends the reading: what is left is unknown.
    pub(super) fn finish(self) -> Result<(), RunError> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(RunError::invalid_argument(
                &name.escape_debug().to_string(),
                format!("unknown; the arguments are {}", self.known.join(", ")),
            )),
        }
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        parse: impl Fn(&Value) -> Option<T>,
    ) -> Read<T> {
        self.known.push(name);
        match self.left.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match parse(&value) {
                Some(parsed) => Ok(Some(parsed)),
                None => Err(RunError::invalid_argument(
                    name,
                    format!("expected {expected}, got {}", shown(&value)),
                )),
            },
        }
    }
}

/// A missing argument.
pub(super) fn required<T>(name: &'static str, value: Option<T>) -> Result<T, RunError> {
    value.ok_or_else(|| RunError::invalid_argument(name, "is required"))
}

const SHOWN_CHARS_MAX: usize = 60;

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN_CHARS_MAX {
        return text;
    }
    text.chars().take(SHOWN_CHARS_MAX).chain("...".chars()).collect()
}
