//! What reading a program finds.

use std::fmt;

/// The facts of one program, in the order of its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Modules that the program imports, statically or by a call with a literal name.
    pub imports: Vec<Import>,
    /// Dotted names that the program calls or loads: `open`, `os.system`, `__import__`, `eval`.
    pub references: Vec<Reference>,
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
