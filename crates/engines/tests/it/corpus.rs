//! The corpus: programs of the kind that models write give the same output and exit status in a guest as in the plain
//! interpreter, byte for byte. What differs is listed in `docs/limits`, and the list is checked both ways.

use std::collections::BTreeSet;

use codemode_run::Language;

use super::bench;
use crate::compare::{check, corpus, documented, everyday};

#[tokio::test]
async fn python_programs_do_in_the_guest_what_they_do_in_python() {
    let bench = bench();
    check(&corpus(&*bench.engine, Language::Python).await, &documented("python"));
}

#[tokio::test]
async fn programs_of_every_day_do_in_the_guest_what_they_do_in_python() {
    let bench = bench();
    check(&everyday(&*bench.engine).await, &BTreeSet::new());
}

#[tokio::test]
async fn bash_programs_do_in_the_guest_what_they_do_in_bash() {
    let bench = bench();
    check(&corpus(&*bench.engine, Language::Bash).await, &documented("bash"));
}
