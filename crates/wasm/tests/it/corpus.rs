//! The corpus: what programs do in the embedded interpreter is what they do in Python, byte for byte. What differs is listed
//! in `docs/limits`, and the list is checked both ways.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use codemode_run::Language;

use crate::compare::{check, documented, folder};
use crate::prepared::bench;

/// A CPython of the version that is embedded, with numpy, pandas and matplotlib; `.ci/cpython` makes one.
fn same_version() -> Option<PathBuf> {
    std::env::var_os("CODEMODE_TEST_CPYTHON").map(PathBuf::from)
}

/// Compares the programs of a folder. Where this machine has only another version, nothing but what is documented differs;
/// else exactly that.
async fn compare(name: &str) {
    let bench = bench();
    if let Some(plain) = same_version() {
        let different = folder(&*bench.engine, Language::Python, name, &plain).await;
        return check(&different, &expected(name));
    }
    println!("not exercised: the versions differ, `CODEMODE_TEST_CPYTHON` names no CPython 3.15");
    let mut different = folder(&*bench.engine, Language::Python, name, Path::new("python3")).await;
    let (of_versions, known) = (documented("wasm-versions"), expected(name));
    different.retain(|name, _| !of_versions.contains(name) && !known.contains(name));
    check(&different, &BTreeSet::new());
}

/// Those of the programs in a folder that are documented as different.
fn expected(name: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engines/corpus").join(name);
    documented("wasm").into_iter().filter(|program| folder.join(format!("{program}.py")).exists()).collect()
}

#[tokio::test]
async fn python_programs_do_in_the_embedded_interpreter_what_they_do_in_python() {
    compare("python").await;
}

#[tokio::test]
async fn programs_of_every_day_do_in_the_embedded_interpreter_what_they_do_in_python() {
    compare("everyday").await;
}

#[tokio::test]
async fn programs_over_tables_and_arrays_do_in_the_embedded_interpreter_what_they_do_in_python() {
    if same_version().is_none() {
        println!("not exercised: `CODEMODE_TEST_CPYTHON` names no CPython with numpy and pandas");
        return;
    }
    compare("data").await;
}

#[test]
fn every_difference_that_is_documented_is_one_of_a_program_of_the_corpus() {
    let named: BTreeSet<String> = ["python", "everyday", "data"].into_iter().flat_map(expected).collect();
    assert_eq!(named, documented("wasm"));
}
