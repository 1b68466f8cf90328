//! Runs the programs of the corpus in a guest and in the plain interpreter, and says which differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use codemode_run::{Ending, Engine, Language, Limits, SessionSpec};
use futures::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::support::{Heard, program};

/// What a reader of a terminal would see.
#[derive(Debug, PartialEq)]
struct Seen {
    status: i32,
    stderr: String,
    stdout: String,
}

/// A program of the corpus.
struct Sample {
    code: String,
    language: Language,
    name: String,
}

/// Programs that run at once.
const AT_ONCE: usize = 4;

/// Programs that each folder of the corpus has at least: one that was not found has none.
const PROGRAMS_MIN: &[(&str, usize)] = &[("bash", 18), ("data", 20), ("everyday", 210), ("python", 108)];

/// Runs every program of a folder of the corpus through an engine and through a plain interpreter: those that differ, and how.
pub(crate) async fn folder(
    engine: &dyn Engine,
    language: Language,
    name: &str,
    plain: &Path,
) -> BTreeMap<String, String> {
    let samples = samples(language, name);
    let least =
        PROGRAMS_MIN.iter().find(|(folder, _)| *folder == name).map_or(usize::MAX, |(_, least)| *least);
    assert!(samples.len() >= least, "{} programs in {name}", samples.len());
    let compared = samples.iter().map(|sample| async move {
        let (mut ours, mut plain) = (in_guest(engine, sample).await, in_interpreter(sample, plain).await);
        if engine.name() == "wasm" {
            for seen in [&mut ours, &mut plain] {
                (seen.stdout, seen.stderr) = (without_library(&seen.stdout), without_library(&seen.stderr));
            }
        }
        (ours != plain).then(|| (sample.name.clone(), format!("guest: {ours:#?}\nplain: {plain:#?}")))
    });
    futures::stream::iter(compared).buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await
}

fn samples(language: Language, name: &str) -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engines/corpus").join(name);
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sample = |path: PathBuf| Sample {
        code: fs::read_to_string(&path).unwrap(),
        language,
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
    };
    paths.map(sample).collect()
}

async fn in_guest(engine: &dyn Engine, sample: &Sample) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let spec = SessionSpec {
        checkpoints: None,
        language: sample.language,
        limits: Limits::default(),
        persistent: false,
        preload: codemode_run::Preload::default(),
        workspace: folder.path().to_owned(),
    };
    let mut session = engine.open(&spec).await.unwrap();
    let heard = Heard::default();
    let outcome =
        session.run(&program(sample.language, &sample.code), &heard, CancellationToken::new()).await.unwrap();
    let mut stderr = heard.stderr();
    // An exception that nobody caught is carried by the ending; a terminal shows it on standard error, unless the program did.
    if let Ending::Raise(exception) = &outcome.ending
        && !exception.shown
    {
        stderr += &format!("{}\n", exception.traceback);
    }
    let status = outcome.ending.exit_code().unwrap();
    Seen {
        status,
        stderr: without_marks(&without(&stderr, folder.path())),
        stdout: without(&heard.stdout(), folder.path()),
    }
}

/// The variables that the engine hands on.
const PASSED: &[&str] =
    &["HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER"];

async fn in_interpreter(sample: &Sample, interpreter: &Path) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let filename = sample.language.default_filename();
    fs::write(folder.path().join(filename), &sample.code).unwrap();
    let output = tokio::process::Command::new(interpreter)
        .arg(filename)
        .current_dir(folder.path())
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| PASSED.contains(&&*name.to_string_lossy())))
        .envs([("MPLBACKEND", "Agg"), ("PYTHONDONTWRITEBYTECODE", "1")])
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let text = |bytes: &[u8]| without(&String::from_utf8_lossy(bytes), folder.path());
    Seen {
        status: status(output.status),
        stderr: without_marks(&text(&output.stderr)),
        stdout: text(&output.stdout),
    }
}

fn status(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap())
}

/// The text with the path of the folder taken out, so that files are called by their bare names.
fn without(text: &str, folder: &Path) -> String {
    let folder = folder.to_string_lossy();
    // The jail calls the workspace by a name of its own.
    [&*folder, "/workspace"].iter().fold(text.to_owned(), |text, folder| {
        text.replace(&format!("{folder}/"), "").replace(folder, "FOLDER")
    })
}

/// The text with the place of the standard library taken out: an interpreter that brings its own has it at another one.
fn without_library(text: &str) -> String {
    let mut rest = text;
    let mut short = String::new();
    while let Some(at) = rest.find("/lib/python3") {
        let start = rest[..at].rfind(['"', '(', ' ', '\n']).map_or(0, |before| before + 1);
        let end = rest[at + 5..].find('/').map_or(rest.len(), |end| at + 5 + end);
        short = short + &rest[..start] + "LIBRARY";
        rest = &rest[end..];
    }
    short + rest
}

/// A text without the lines that mark columns: each version of CPython draws them otherwise.
fn without_marks(text: &str) -> String {
    let is_mark = |line: &&str| !line.trim().is_empty() && line.chars().all(|c| " |~^".contains(c));
    text.lines().filter(|line| !is_mark(line)).map(|line| format!("{line}\n")).collect()
}

/// The programs that the documentation lists as different.
pub(crate) fn documented(page: &str) -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/limits").join(format!("{page}.md"));
    let page = fs::read_to_string(page).unwrap();
    page.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned())).collect()
}

/// Fails when the programs that differ are not those that the documentation lists.
pub(crate) fn check(different: &BTreeMap<String, String>, documented: &BTreeSet<String>) {
    let surprises: Vec<_> = different.iter().filter(|(name, _)| !documented.contains(*name)).collect();
    assert_eq!(different.keys().collect::<BTreeSet<_>>(), documented.iter().collect(), "{surprises:#?}");
}
