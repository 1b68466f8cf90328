//! Every file in `examples/` is run, with the same command as in the README.

use std::collections::BTreeSet;
use std::fs;

use expect_test::{Expect, expect};

use crate::support::{User, repository};

/// What each example prints. One that is not named here fails the test below.
fn expectations() -> Vec<(&'static str, Expect)> {
    vec![
        (
            "gather.py",
            expect![[r#"
            first answered
            second answered
            ! [run RUN · direct/none · N ms]
        "#]],
        ),
        (
            "hello.py",
            expect![[r#"
            ! [value]
            ! HELLO FROM A PROGRAM
            ! [run RUN · direct/none · N ms]
        "#]],
        ),
        (
            "report",
            expect![[r#"
            lamp       35.70
            desk      297.50
            ! [run RUN · direct/none · N ms]
        "#]],
        ),
        (
            "sales.py",
            expect![[r#"
            north    2700   1350.0
            south    2000   1000.0
            west      700    700.0
            ! [value]
            ! {"best":"north","total":5400}
            ! [file regions.csv, 67 bytes]
            ! [run RUN · direct/none · N ms]
        "#]],
        ),
        (
            "words.sh",
            expect![[r#"
            the 3
            and 2
            ! [run RUN · direct/none · N ms]
        "#]],
        ),
    ]
}

#[test]
fn every_example_is_expected() {
    let files = fs::read_dir(repository().join("examples")).unwrap();
    let files: BTreeSet<String> =
        files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // Programs that need what the embedded engine has inside, which `.ci/embedded` runs on it, and configurations, which are no
    // programs: the tests of the hub read them.
    let others = ["embedded", "mcp_servers"];
    let names = expectations().into_iter().map(|(name, _)| name).chain(others);
    let expected: BTreeSet<String> = names.map(str::to_owned).collect();
    assert_eq!(files, expected);
}

#[test]
fn every_example_prints_what_is_expected() {
    for (name, expected) in expectations() {
        let path = repository().join("examples").join(name);
        let said = User::new().codemode(&format!("run {} --engine direct", path.display()));
        expected.assert_eq(&said);
    }
}
