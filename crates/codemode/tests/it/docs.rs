//! The documentation is true: every console block runs, every settings block is understood.

use std::fs;
use std::path::PathBuf;

use codemode::config::Layers;
use regex_lite::Regex;

use crate::support::{User, mask, repository};

/// The pages whose blocks are run.
fn pages() -> Vec<PathBuf> {
    let top = repository();
    let mut pages: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(|name| top.join(name)).into();
    let mut open = vec![top.join("docs")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { pages.push(path) }
        }
    }
    pages
}

/// Fenced blocks of a page: language and text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let text = lines.by_ref().take_while(|line| !line.trim_start().starts_with("```"));
            blocks.push((language.to_owned(), text.map(|line| format!("{line}\n")).collect()));
        }
    }
    blocks
}

/// Commands that build or test codemode itself: they are what runs this test.
const OF_CARGO: &[&str] = &["cargo build", "cargo install", "cargo test", "just "];

/// Runs the commands of a console block; what follows a command is what it prints.
fn check_console(page: &str, text: &str) {
    let user = User::new();
    std::os::unix::fs::symlink(repository().join("examples"), user.work().join("examples")).unwrap();
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_codemode"));
    let path = std::env::join_paths(
        std::iter::once(binary.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    for session in text.split_inclusive("\n$ ").map(|part| part.trim_end_matches("$ ")) {
        let (command, expected) = session.trim_start_matches("$ ").split_once('\n').unwrap_or((session, ""));
        if OF_CARGO.iter().any(|start| command.starts_with(start)) {
            continue;
        }
        let command = command.replace("cargo run -q -p codemode --", "codemode");
        let mut shell = user.command("bash");
        shell.args(["-c", &command]).env("PATH", path.as_ref().unwrap());
        let said = user.transcript(shell, "").replace("! ", "");
        // The level depends on the machine, which the page says.
        let level =
            |text: &str| Regex::new(r"jail/[a-z-]+ ").unwrap().replace_all(text, "jail/LEVEL ").into_owned();
        assert_eq!(level(said.trim_end()), level(mask(expected).trim_end()), "{page}: {command}");
    }
}

#[test]
fn every_block_of_the_documentation_is_true() {
    for page in pages() {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        for (language, text) in blocks(&fs::read_to_string(&page).unwrap()) {
            match language.as_str() {
                "console" => check_console(&name, &text),
                "json" => drop(
                    serde_json::from_str::<serde_json::Value>(&text)
                        .unwrap_or_else(|error| panic!("{name}: {error}\n{text}")),
                ),
                "toml" => Layers::default().read_toml(&page, &text).unwrap(),
                "text" => {}
                other => panic!("{name}: a block of `{other}` is not checked by anything"),
            }
        }
    }
}

/// Compares a generated page with what stands in the repository; `UPDATE_EXPECT=1` writes it anew.
#[track_caller]
fn check_fresh(name: &str, expected: &str) {
    let path = repository().join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, expected).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        expected,
        "{name}: UPDATE_EXPECT=1 cargo test writes it anew"
    );
}

#[test]
fn the_reference_of_settings_is_fresh() {
    let said = User::new().codemode("config default");
    let head = "# Settings\n\n`codemode config default` prints this file. Its place is what `codemode config path` says; a \
                project has `codemode.toml`.";
    check_fresh("docs/config.md", &format!("{head}\n\n```toml\n{said}```\n"));
}

#[test]
fn the_reference_of_commands_is_fresh() {
    let user = User::new();
    let mut page = "# Commands\n".to_owned();
    for words in ["", "run", "serve", "doctor", "config", "sessions", "setup", "tools", "log", "completions"]
    {
        let help = user.codemode(&format!("{words} --help"));
        page.push_str(
            &format!("\n## codemode {words}\n\n```text\n{help}```\n").replace("codemode \n", "codemode\n"),
        );
    }
    check_fresh("docs/cli.md", &page);
}
