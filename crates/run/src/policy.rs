//! What is refused before anything runs. Pure: a program's reading in, a verdict out.

use codemode_source::{Language, Reading};

/// Rules for programs. The default refuses only what no engine should be handed: a program of a million characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Names that a program must not use, dotted: `os.system`, `eval`.
    pub calls: Vec<String>,
    /// Longest program in characters.
    pub chars: usize,
    /// Modules that a program may import; any when absent.
    pub imports: Option<Vec<String>>,
    /// Languages that a program may be written in; any when absent.
    pub languages: Option<Vec<Language>>,
    /// Longest program in lines.
    pub lines: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self { calls: Vec::new(), chars: 1_000_000, imports: None, languages: None, lines: 100_000 }
    }
}

/// Modules that the preset `strict` lets a program import.
pub const STRICT_IMPORTS: &[&str] = &[
    "__future__",
    "abc",
    "array",
    "base64",
    "bisect",
    "calendar",
    "cmath",
    "collections",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "html",
    "io",
    "itertools",
    "json",
    "math",
    "numbers",
    "operator",
    "pprint",
    "random",
    "re",
    "statistics",
    "string",
    "struct",
    "textwrap",
    "time",
    "types",
    "typing",
    "unicodedata",
    "uuid",
    "zoneinfo",
];

/// Names that the preset `strict` keeps a program from using.
pub const STRICT_CALLS: &[&str] = &[
    "__builtins__",
    "__import__",
    "breakpoint",
    "builtins",
    "compile",
    "eval",
    "exec",
    "globals",
    "importlib",
    "locals",
    "open",
    "os",
    "pty",
    "subprocess",
    "sys",
    "vars",
];

impl Policy {
    /// The preset `strict`: 8,000 characters, 400 lines, an import list, no subprocess, `exec` or `eval`.
    ///
    /// It judges Python only: a bash program is nothing but subprocesses, and JavaScript has no such import list.
    pub fn strict() -> Self {
        Self {
            calls: STRICT_CALLS.iter().map(ToString::to_string).collect(),
            chars: 8_000,
            imports: Some(STRICT_IMPORTS.iter().map(ToString::to_string).collect()),
            languages: Some(vec![Language::Python]),
            lines: 400,
        }
    }

    /// What has to be known before the program is parsed: its size and language.
    pub fn review_size(&self, language: Language, code: &str) -> Result<(), Refusal> {
        if let Some(languages) = &self.languages
            && !languages.contains(&language)
        {
            let names: Vec<&str> = languages.iter().map(|language| language.name()).collect();
            return Err(Refusal::new(
                "languages",
                None,
                format!("programs in {language} are not allowed"),
                format!("write it in {}", names.join(" or ")),
            ));
        }
        let chars = code.chars().count();
        if chars > self.chars {
            return Err(Refusal::new(
                "chars",
                None,
                format!("the program has {chars} characters, more than {}", self.chars),
                "split it into several runs of one session",
            ));
        }
        let lines = code.lines().count();
        if lines > self.lines {
            return Err(Refusal::new(
                "lines",
                None,
                format!("the program has {lines} lines, more than {}", self.lines),
                "split it into several runs of one session",
            ));
        }
        Ok(())
    }

    /// What the parsed program imports and uses; the first line that breaks a rule is named.
    pub fn review(&self, reading: &Reading) -> Result<(), Refusal> {
        let import = self.first_import(reading);
        let reference = self.first_reference(reading);
        let earliest = [import, reference].into_iter().flatten().min_by_key(|refusal| refusal.line);
        earliest.map_or(Ok(()), Err)
    }

    fn first_import(&self, reading: &Reading) -> Option<Refusal> {
        let allowed = self.imports.as_ref()?;
        let import =
            reading.imports.iter().find(|import| !allowed.iter().any(|name| covers(name, &import.module)))?;
        let mend = format!("use only {}", allowed.join(", "));
        Some(Refusal::new(
            "imports",
            Some(import.line),
            format!("import of `{}` is not allowed", import.module),
            mend,
        ))
    }

    fn first_reference(&self, reading: &Reading) -> Option<Refusal> {
        let uses = reading.references.iter();
        let found = uses.filter_map(|reference| {
            let rule = self.calls.iter().find(|name| covers(name, &reference.name))?;
            Some((reference, rule))
        });
        let (reference, _) = found.min_by_key(|(reference, _)| reference.line)?;
        let message = format!("use of `{}` is not allowed", reference.name);
        Some(Refusal::new("calls", Some(reference.line), message, "compute the result without it"))
    }
}

/// True when `name` is `rule` or something inside it: `os` covers `os.path`, not `oss`.
fn covers(rule: &str, name: &str) -> bool {
    name.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Why a program was not started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The line that broke the rule, from 1.
    pub line: Option<u32>,
    /// What to do instead.
    pub mend: String,
    /// What is wrong.
    pub message: String,
    /// The key under `policy.` that says so; [`IMPORT_RULE`] for an import that nothing can provide.
    pub rule: &'static str,
}

impl Refusal {
    fn new(rule: &'static str, line: Option<u32>, message: String, mend: impl Into<String>) -> Self {
        Self { line, mend: mend.into(), message, rule }
    }

    /// An import that nothing can provide.
    pub(crate) fn of_import(line: u32, message: String, mend: String) -> Self {
        Self::new(IMPORT_RULE, Some(line), message, mend)
    }
}

/// The rule of a [`Refusal`] that no policy asked for: an import of the program cannot be provided.
pub const IMPORT_RULE: &str = "import";

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { line, mend, message, rule } = self;
        if let (IMPORT_RULE, Some(line)) = (*rule, line) {
            return write!(f, "IMPORT_NOT_FOUND (line {line}): {message}; {mend}");
        }
        match line {
            Some(line) => write!(f, "POLICY_VIOLATION (policy.{rule}, line {line}): {message}; {mend}"),
            None => write!(f, "POLICY_VIOLATION (policy.{rule}): {message}; {mend}"),
        }
    }
}
