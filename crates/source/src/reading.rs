//! What reading a program finds.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

/// The facts of one program, in the order of its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Names that the program binds somewhere: variables, functions, parameters, imports. `*` after a star import.
    pub bound: BTreeSet<String>,
    /// Calls of dotted names.
    pub calls: Vec<Call>,
    /// Modules that the program imports, statically or by a call with a literal name.
    pub imports: Vec<Import>,
    /// What its value is, where that can be told without running it; only of Python.
    pub last: Option<Last>,
    /// Dotted names that the program calls or loads: `open`, `os.system`, `__import__`, `eval`.
    pub references: Vec<Reference>,
}

/// The last statement of a program that is an expression: its value is the program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Last {
    /// Where it begins, in characters from 0. The same as `end` when the program has no value.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Line of its beginning, from 1.
    pub line: u32,
    /// Bytes before it on that line.
    pub column: usize,
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The module as written, for Python the dotted name (`os.path`), for JavaScript the specifier.
    pub module: String,
    /// Line of the statement, from 1.
    pub line: u32,
    /// True when the program itself deals with its absence (inside `try`/`except ImportError`).
    pub guarded: bool,
}

/// One call of a dotted name, `github.create_issue(title="x")`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The dotted name with import aliases resolved.
    pub name: String,
    /// Line of the call, from 1.
    pub line: u32,
    /// True when the program itself deals with its failure (inside a `try` with a handler).
    pub guarded: bool,
    /// Names of the arguments that have one; for JavaScript the names in its only argument, an object.
    pub names: Vec<String>,
    /// How many arguments are given by their place; `None` when nobody can tell.
    pub places: Option<usize>,
}

/// One use of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The dotted name with import aliases resolved: after `from os import system as s`, `s` is `os.system`.
    pub name: String,
    /// Line of the use, from 1.
    pub line: u32,
    /// True when it is called here.
    pub called: bool,
}

/// A program that cannot be parsed. `Display` gives the message, the place, the line and a caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, as the parser says it.
    pub message: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The text of that line, without its end.
    pub text: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = " ".repeat((self.column.max(1) - 1) as usize);
        write!(f, "line {}: {}\n    {}\n    {indent}^", self.line, self.message, self.text)
    }
}

impl std::error::Error for SyntaxError {}
