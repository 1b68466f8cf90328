//! Reads a program before it runs. Pure text in, facts out: no clock, no files, no guest.
//!
//! Reading order: [`Language`], [`Reading`] (what [`read`] finds), [`SyntaxError`], [`Script`] (what [`prepare`] makes).

mod deep;
mod javascript;
mod language;
mod python;
mod reading;

pub use language::{Language, UnknownLanguage};
pub use reading::{Call, Import, Last, Reading, Reference, SyntaxError};

/// Finds the syntax errors, imports and names of a program without running it.
///
/// Bash is not parsed here: its guest asks `bash -n` before it starts, so this reading has no facts.
pub fn read(language: Language, code: &str) -> Result<Reading, SyntaxError> {
    match language {
        Language::Bash => Ok(Reading::default()),
        Language::JavaScript | Language::TypeScript => javascript::read(language, code),
        Language::Python => python::read(code),
    }
}

/// A JavaScript or TypeScript program as the Node guest evaluates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Text for a script in the read-evaluate-print mode of V8; line numbers are those of the program.
    pub text: String,
}

/// Strips types and rewrites static imports and a top-level `return`; other languages pass unchanged.
pub fn prepare(language: Language, code: &str) -> Result<Script, SyntaxError> {
    match language {
        Language::Bash | Language::Python => Ok(Script { text: code.to_owned() }),
        Language::JavaScript | Language::TypeScript => javascript::prepare(language, code),
    }
}

/// A script of [`prepare`] for an interpreter that lets only `var` be declared again: what it declares at its top level with
/// `let` or `class` becomes such. Lines stay where they are; what cannot be read is left as it is.
pub fn redeclarable(script: &str) -> String {
    javascript::redeclarable(script)
}
