//! Programs of the kind that models write, through the guest and through plain Node: what they print is the same.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use codemode_run::{Ending, Language};
use codemode_source::prepare;

use super::bench;
use crate::support::lacks;

fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engines/corpus/javascript");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn with_extension(wanted: &[&str]) -> Vec<PathBuf> {
    let is_wanted = |file: &PathBuf| {
        wanted.iter().any(|extension| file.extension().is_some_and(|found| found == *extension))
    };
    corpus().into_iter().filter(is_wanted).collect()
}

/// What plain Node prints for a program in a folder of its own.
fn plain(file: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(file.file_name().unwrap());
    std::fs::copy(file, &copy).unwrap();
    let output =
        Command::new("node").arg(&copy).current_dir(folder.path()).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// How the guest ends it and what it prints.
async fn guest(language: Language, file: &Path) -> (Ending, String) {
    let script = prepare(language, &std::fs::read_to_string(file).unwrap()).unwrap().text;
    let (outcome, heard) = bench().run(language, &script).await;
    (outcome.ending, heard.stdout())
}

/// The programs of these kinds whose ending or output is another one than is expected.
async fn different(
    language: Language,
    kinds: &[&str],
    least: usize,
    expected: fn(&Path) -> String,
) -> BTreeSet<String> {
    let files = with_extension(kinds);
    assert!(files.len() >= least, "{}", files.len());
    let mut different = BTreeSet::new();
    for file in files {
        if guest(language, &file).await != (Ending::Finish, expected(&file)) {
            different.insert(file.file_stem().unwrap().to_string_lossy().into_owned());
        }
    }
    different
}

#[tokio::test]
async fn a_javascript_program_prints_what_plain_node_prints() {
    if lacks("node") {
        return;
    }
    let different = different(Language::JavaScript, &["cjs", "mjs"], 18, plain).await;
    assert_eq!(different, super::different_in_javascript());
}

/// The expected output beside each program was written by a Node that strips types itself.
#[tokio::test]
async fn a_typescript_program_prints_what_a_node_that_strips_types_prints() {
    if lacks("node") {
        return;
    }
    let written = |file: &Path| std::fs::read_to_string(file.with_extension("out")).unwrap();
    assert_eq!(different(Language::TypeScript, &["ts"], 6, written).await, BTreeSet::new());
}
