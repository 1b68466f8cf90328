//! The corpus: what programs do in the embedded interpreter is what they do in Python, byte for byte. What differs is listed
//! in `docs/limits`, and the list is checked both ways.

use std::collections::BTreeSet;

use codemode_run::Language;

use crate::compare::{check, corpus, documented, everyday};
use crate::prepared::bench;

#[tokio::test]
async fn python_programs_do_in_the_embedded_interpreter_what_they_do_in_python() {
    let bench = bench();
    let mut different = corpus(&*bench.engine, Language::Python).await;
    // What this machine's CPython does otherwise than the embedded one may be less when it is newer.
    let of_versions = documented("wasm-versions");
    different.retain(|name, _| !of_versions.contains(name));
    check(&different, &documented("wasm"));
}

#[tokio::test]
async fn programs_of_every_day_do_in_the_embedded_interpreter_what_they_do_in_python() {
    let bench = bench();
    check(&everyday(&*bench.engine).await, &BTreeSet::new());
}
