//! What a failure and the run that followed it teach: what failed, what was changed, and that this worked. Most pairs teach
//! nothing, and then nothing is kept: a memory of noise is worse than none.

use codemode_run::{Ending, Language, Lesson, NewLearning, Report, RunRequest};
use regex_lite::Regex;
use similar::{ChangeTag, TextDiff};
use std::sync::LazyLock;
use std::time::Duration;

/// Changed lines that one lesson tells; a larger change is another program.
const LINES_MAX: usize = 8;

/// Characters of the error and of each side of the change that a lesson tells.
const PATTERN_CHARS_MAX: usize = 200;
const CHANGE_CHARS_MAX: usize = 400;

/// Bytes of a program that are compared; longer ones teach nothing.
const CODE_BYTES_MAX: usize = 32 * 1024;

/// How alike two programs are that are the same but for a change: the share of their words that both have.
const SAME_PROGRAM: f32 = 0.6;

/// How alike a statement and its mended form are.
const SAME_STATEMENT: f32 = 0.5;

/// Errors whose cause is a slip of the pen or a program that began in the middle: the next one looks different.
const SLIPS: [&str; 6] =
    ["AssertionError", "IndentationError", "KeyboardInterrupt", "NameError", "SyntaxError", "TabError"];

/// What is remembered of a run that failed.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    code: String,
    error: String,
    language: Language,
    /// The statement that failed.
    line: Option<String>,
    packages: Vec<String>,
    timeout: Option<Duration>,
}

impl Failed {
    /// `None` when this failure is of a kind that teaches nothing.
    pub(super) fn new(request: &RunRequest, report: &Report) -> Option<Self> {
        let error = match report.ending.as_ref()? {
            Ending::Raise(exception) if SLIPS.contains(&exception.kind.as_str()) => return None,
            Ending::Raise(exception) => {
                let first = exception.message.lines().next().filter(|line| !line.trim().is_empty())?;
                format!("{}: {first}", exception.kind)
            }
            Ending::Exit { .. } => {
                report.stderr.text.lines().rfind(|line| !line.trim().is_empty())?.to_owned()
            }
            Ending::Timeout { .. } => "Timeout: stopped after".to_owned(),
            Ending::Cancel | Ending::Finish | Ending::Kill { .. } | Ending::Refuse(_) => return None,
        };
        let line = place(request.language, report).and_then(|number| request.code.lines().nth(number - 1));
        (request.code.len() <= CODE_BYTES_MAX).then(|| Self {
            code: request.code.clone(),
            error,
            language: request.language,
            line: line.map(|line| line.trim().to_owned()),
            packages: request.packages.clone(),
            timeout:
                matches!(report.ending, Some(Ending::Timeout { after }) if Some(after) == request.timeout)
                    .then_some(request.timeout)
                    .flatten(),
        })
    }

    /// What is learned when this request worked after the failure.
    pub(super) fn lesson(&self, worked: &RunRequest) -> Option<NewLearning> {
        if worked.language != self.language || worked.code.len() > CODE_BYTES_MAX {
            return None;
        }
        let solution = if worked.code.trim() == self.code.trim() {
            self.around(worked)
        } else {
            self.change(&worked.code)
        }?;
        let context = worked.description.clone().unwrap_or_default();
        let lesson = Lesson::Error { pattern: pattern(&self.error)?, solution };
        Some(NewLearning {
            context,
            lesson,
            tags: vec!["learned".to_owned(), self.language.name().to_owned()],
        })
    }

    /// The same program worked: what was different around it. Without any difference it was luck.
    fn around(&self, worked: &RunRequest) -> Option<String> {
        let more: Vec<&str> =
            worked.packages.iter().filter(|name| !self.packages.contains(name)).map(String::as_str).collect();
        if !more.is_empty() {
            return Some(format!("name the packages: {}", more.join(", ")));
        }
        let (before, after) = (self.timeout?, worked.timeout?);
        let (before, after) = (before.as_secs_f64(), after.as_secs_f64());
        (after > before).then(|| format!("a timeout of {after} s instead of {before} s was enough"))
    }

    /// What was changed in the program; `None` when the other is not the same program mended.
    fn change(&self, worked: &str) -> Option<String> {
        let (before, after) = (format!("{}\n", self.code.trim_end()), format!("{}\n", worked.trim_end()));
        let diff = TextDiff::from_lines(&before, &after);
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for change in diff.iter_all_changes() {
            let line = change.value().trim();
            match change.tag() {
                _ if line.is_empty() || is_comment(self.language, line) => {}
                ChangeTag::Delete => old.push(line),
                ChangeTag::Insert => new.push(line),
                ChangeTag::Equal => {}
            }
        }
        let is_mended = match &self.line {
            Some(line) => {
                old.contains(&line.as_str()) && new.iter().any(|other| alike(line, other) >= SAME_STATEMENT)
            }
            None => false,
        };
        let is_same = alike(&self.code, worked) >= SAME_PROGRAM;
        // The rest of a program that stops before its end is no mending, and neither is one that no longer does what failed.
        let is_relevant = is_mended || (is_same && !new.is_empty());
        if !is_relevant || old.len() + new.len() > LINES_MAX || has_secret(&old) || has_secret(&new) {
            return None;
        }
        Some(match (old.is_empty(), new.is_empty()) {
            (true, true) => return None,
            (true, false) => format!("add: {}", shown(&new)),
            (false, true) => format!("leave out: {}", shown(&old)),
            (false, false) => format!("instead of: {}\nwrite: {}", shown(&old), shown(&new)),
        })
    }
}

fn shown(lines: &[&str]) -> String {
    let text = lines.join("\n");
    match text.char_indices().nth(CHANGE_CHARS_MAX) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The share of words that two texts have in common, in their order.
fn alike(one: &str, other: &str) -> f32 {
    TextDiff::from_words(one.trim(), other.trim()).ratio()
}

fn is_comment(language: Language, line: &str) -> bool {
    match language {
        Language::Bash | Language::Python => line.starts_with('#'),
        Language::JavaScript | Language::TypeScript => line.starts_with("//"),
    }
}

/// Lines that set a password or the like are nobody's lesson.
fn has_secret(lines: &[&str]) -> bool {
    static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i)(api_?key|authorization|bearer|passw|secret|token)\w*["']?\s*[=:]"#).ok()
    });
    SECRET.as_ref().is_none_or(|secret| lines.iter().any(|line| secret.is_match(line)))
}

/// The line of the program that failed, counted from 1.
fn place(language: Language, report: &Report) -> Option<usize> {
    static PYTHON: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"File "main\.py[^"]*", line (\d+)"#).ok());
    static SCRIPT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"main\.[jt]s(?:#\d+)?:(\d+)").ok());
    static SHELL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"main\.sh(?:#\d+)?: line (\d+)").ok());
    let text = match &report.ending {
        Some(Ending::Raise(exception)) => &exception.traceback,
        _ => &report.stderr.text,
    };
    let found = match language {
        // The innermost frame stands last.
        Language::Python => PYTHON.as_ref()?.captures_iter(text).last(),
        Language::JavaScript | Language::TypeScript => SCRIPT.as_ref()?.captures(text),
        Language::Bash => SHELL.as_ref()?.captures_iter(text).last(),
    };
    found?.get(1)?.as_str().parse().ok().filter(|number| *number > 0)
}

/// A pattern for errors like this one: what differs from run to run is left open. `None` when nothing else is in it.
fn pattern(error: &str) -> Option<String> {
    static OPEN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"0x[0-9a-fA-F]+|\d+|(['"])[^'"]*/[^'"]*(['"])"#).ok());
    let end = error.char_indices().nth(PATTERN_CHARS_MAX).map_or(error.len(), |(end, _)| end);
    let error = error[..end].trim();
    let (mut pattern, mut fixed, mut last) = (String::new(), String::new(), 0);
    for open in OPEN.as_ref()?.find_iter(error) {
        fixed.push_str(&error[last..open.start()]);
        pattern.push_str(&regex_lite::escape(&error[last..open.start()]));
        pattern.push_str(match open.as_str() {
            text if text.starts_with("0x") => "0x[0-9a-fA-F]+",
            text if text.starts_with(['\'', '"']) => "['\"].*['\"]",
            _ => r"\d+",
        });
        last = open.end();
    }
    fixed.push_str(&error[last..]);
    pattern.push_str(&regex_lite::escape(&error[last..]));
    let words = fixed.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| word.len() > 2);
    (words.count() >= 2).then_some(pattern)
}
