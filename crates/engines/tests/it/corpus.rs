//! The corpus: programs of the kind that models write give the same output and exit status in a guest as in the plain
//! interpreter, byte for byte. What differs is listed in `docs/limits`, and the list is checked both ways.

use std::collections::BTreeSet;
use std::path::Path;

use codemode_run::Language;

use super::bench;
use crate::compare::{check, documented, folder};

#[tokio::test]
async fn python_programs_do_in_the_guest_what_they_do_in_python() {
    let bench = bench();
    let different = folder(&*bench.engine, Language::Python, "python", Path::new("python3")).await;
    check(&different, &documented("python"));
}

#[tokio::test]
async fn programs_of_every_day_do_in_the_guest_what_they_do_in_python() {
    let bench = bench();
    let different = folder(&*bench.engine, Language::Python, "everyday", Path::new("python3")).await;
    check(&different, &BTreeSet::new());
}

#[tokio::test]
async fn bash_programs_do_in_the_guest_what_they_do_in_bash() {
    let bench = bench();
    let different = folder(&*bench.engine, Language::Bash, "bash", Path::new("bash")).await;
    check(&different, &documented("bash"));
}
