//! Runs the binary as a user would, with settings and data of its own, and shows what it said as a transcript.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex_lite::Regex;
use tempfile::TempDir;

/// A user: a home with settings, data and a folder to work in.
pub(crate) struct User {
    home: TempDir,
    variables: Vec<(String, String)>,
}

impl User {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("work")).unwrap();
        Self { home, variables: Vec::new() }
    }

    /// The same with an environment variable.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a file in the folder that the user works in.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let path = self.work().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.home.path().join("work")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.home.path().join("config.toml")
    }

    /// A command of this user that has not been started.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.work()).env_clear().envs(self.variables.iter().cloned());
        for name in ["PATH", "LANG"] {
            command.env(name, std::env::var_os(name).unwrap_or_default());
        }
        command.env("HOME", self.home.path()).env("CODEMODE_CONFIG", self.config());
        command.env("CODEMODE_DATA", self.home.path().join("data"));
        command
    }

    /// Runs `codemode WORDS` and gives its transcript.
    pub(crate) fn codemode(&self, words: &str) -> String {
        self.codemode_with(words, "")
    }

    /// The same with text on stdin.
    pub(crate) fn codemode_with(&self, words: &str, stdin: &str) -> String {
        let mut command = self.command(env!("CARGO_BIN_EXE_codemode"));
        command.args(words.split_whitespace());
        self.transcript(command, stdin)
    }

    /// Stdout, then stderr in front of `!`, then the exit code when it is not 0. What differs from run to run is masked.
    pub(crate) fn transcript(&self, mut command: Command, stdin: &str) -> String {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let mut text = String::from_utf8(output.stdout).unwrap();
        for line in String::from_utf8(output.stderr).unwrap().lines() {
            text.push_str(&format!("! {line}\n"));
        }
        match output.status.code() {
            Some(0) => {}
            Some(code) => text.push_str(&format!("exit {code}\n")),
            None => text.push_str(&format!("{}\n", output.status)),
        }
        mask(&text.replace(&*self.home.path().to_string_lossy(), "HOME"))
    }
}

/// Masks run ids, times and durations.
pub(crate) fn mask(text: &str) -> String {
    let masks = [
        (r"01[0-9A-HJKMNP-TV-Z]{24}", "RUN"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
        (r"· \d+ ms", "· N ms"),
        (r#""(duration_ms|cpu_ms|memory_peak_bytes)": ?(\d+|null)"#, "\"$1\": 0"),
    ];
    masks.into_iter().fold(text.to_owned(), |text, (pattern, name)| {
        Regex::new(pattern).unwrap().replace_all(&text, name).into_owned()
    })
}

/// The top of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
