//! What a person sees: colour on a terminal, plain text in a pipe, and `NO_COLOR` respected.

use std::io::{IsTerminal, Write};

use anstyle::{AnsiColor, Style};

/// Headings.
pub const HEADING: Style = Style::new().bold();
/// What went wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What matters less.
pub const QUIET: Style = Style::new().dimmed();

/// A text in a style.
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Writes to stdout. A reader that is gone is no failure.
pub fn out(text: &str) {
    let mut stdout = anstream::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Writes a line to stderr.
pub fn note(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// One line on a terminal that says how far long work is. Elsewhere it says nothing.
#[derive(Debug, Default)]
pub struct Progress {
    is_shown: bool,
}

impl Progress {
    /// Writes over what was shown before.
    pub fn show(&mut self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        if stderr.is_terminal() {
            self.is_shown = true;
            let _ = write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}

/// Writes a failure to stderr: what happened, why, and what to do next.
pub fn failure(error: &(dyn std::error::Error + 'static), hint: Option<&str>) {
    let mut text = format!("{}: {error}", styled(BAD, "error"));
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    note(&text);
    if let Some(hint) = hint {
        note(&format!("{}: {hint}", styled(HEADING, "hint")));
    }
}

/// Rows of text with aligned columns. The first row is the heading.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        let line = line.trim_end();
        text.push_str(&if number == 0 { styled(HEADING, line) } else { line.to_owned() });
        text.push('\n');
    }
    text
}
