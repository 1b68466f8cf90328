//! Rules of the workspace that are kept by a test instead of by memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::repository;

/// Which crate may use which: nothing else.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "codemode",
        &[
            "codemode-engines",
            "codemode-mcp",
            "codemode-memory",
            "codemode-raster",
            "codemode-run",
            "codemode-wasm",
        ],
    ),
    ("codemode-engines", &["codemode-run"]),
    ("codemode-mcp", &["codemode-raster", "codemode-run"]),
    ("codemode-memory", &["codemode-run"]),
    ("codemode-raster", &[]),
    ("codemode-run", &["codemode-source"]),
    ("codemode-source", &[]),
    ("codemode-wasm", &["codemode-engines", "codemode-run", "codemode-source"]),
];

/// Dependencies that one crate alone may name.
const HEAVY: &[(&str, &str)] = &[
    ("candle-core", "codemode-memory"),
    ("clap", "codemode"),
    ("resvg", "codemode-raster"),
    ("rmcp", "codemode-mcp"),
    ("rusqlite", "codemode-memory"),
    ("rustix", "codemode-engines"),
    ("wasmtime", "codemode-wasm"),
];

fn packages() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(repository())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let package = |package: &serde_json::Value| {
        let dependencies = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|dependency| dependency["kind"] != "dev");
        (text(&package["name"]), dependencies.map(|dependency| text(&dependency["name"])).collect())
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

#[test]
fn crates_use_only_the_crates_that_the_map_shows() {
    let ours = packages();
    let used: BTreeMap<String, BTreeSet<String>> = ours
        .iter()
        .map(|(name, uses)| {
            (name.clone(), uses.iter().filter(|used| ours.contains_key(*used)).cloned().collect())
        })
        .collect();
    let drawn = ARROWS
        .iter()
        .map(|(name, uses)| ((*name).to_owned(), uses.iter().map(ToString::to_string).collect()))
        .collect();
    assert_eq!(used, drawn);
}

#[test]
fn a_heavy_dependency_is_named_in_one_crate() {
    for (name, home) in HEAVY {
        let users: Vec<String> =
            packages().into_iter().filter(|(_, uses)| uses.contains(*name)).map(|(user, _)| user).collect();
        let others: Vec<&String> = users
            .iter()
            // Of processes: the binary asks whether one lives, the hub ends those of its servers, and the ones that draw
            // and that hold a WebAssembly guest bound themselves.
            .filter(|user| {
                let is_excused = matches!(
                    user.as_str(),
                    "codemode" | "codemode-mcp" | "codemode-raster" | "codemode-wasm"
                );
                user != home && !(is_excused && *name == "rustix")
            })
            .collect();
        assert_eq!(others, Vec::<&String>::new(), "{name}");
    }
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn no_test_file_is_forgotten() {
    for main in
        files(&repository().join("crates"), "rs").iter().filter(|path| path.ends_with("tests/it/main.rs"))
    {
        let text = fs::read_to_string(main).unwrap();
        for file in fs::read_dir(main.parent().unwrap()).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            if path.extension().is_some_and(|extension| extension == "rs") && name != "main" {
                assert!(text.contains(&format!("mod {name};")), "{} is in no binary", path.display());
            }
        }
    }
}

#[test]
fn no_file_is_longer_than_a_reader_s_patience() {
    let long: Vec<String> = files(&repository().join("crates"), "rs")
        .iter()
        .map(|path| (path, fs::read_to_string(path).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > 800)
        .map(|(path, lines)| format!("{} has {lines} lines", path.display()))
        .collect();
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn no_source_file_silences_a_test_or_leaves_a_note_to_itself() {
    let banned = [
        "#[ig\u{6e}ore",
        "should_pa\u{6e}ic",
        "TO\u{44}O",
        "FIX\u{4d}E",
        "todo\u{21}(",
        "unimplemented\u{21}(",
    ];
    for path in files(&repository().join("crates"), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        for word in banned {
            assert!(!text.contains(word), "{} holds {word}", path.display());
        }
    }
}
