//! Which files a run made or changed.

use codemode_run::Entry;
use codemode_run::artifacts::{changed, mime_type};

fn entry(path: &str, bytes: u64, changed: i128) -> Entry {
    Entry { path: path.to_owned(), bytes, stamp: (changed, 1) }
}

#[test]
fn only_new_and_changed_files_are_shown() {
    let before = [entry("a.csv", 1, 1), entry("b.csv", 1, 1), entry("c.csv", 1, 1), entry("gone.csv", 1, 1)];
    let after = [entry("a.csv", 1, 1), entry("b.csv", 2, 1), entry("c.csv", 1, 2), entry("d.png", 4, 1)];
    let names: Vec<(String, &str, u64)> =
        changed(&before, &after).into_iter().map(|file| (file.name, file.mime_type, file.bytes)).collect();
    assert_eq!(
        names,
        [
            ("b.csv".to_owned(), "text/csv", 2),
            ("c.csv".to_owned(), "text/csv", 1),
            ("d.png".to_owned(), "image/png", 4)
        ]
    );
}

#[test]
fn the_type_of_a_file_is_that_of_its_extension() {
    let cases = [
        ("a/b.PNG", "image/png"),
        ("x.tar.gz", "application/gzip"),
        ("Makefile", "text/x-makefile"),
        ("home/.env", "text/plain"),
        ("photo.HEIC", "image/heic"),
        ("core", "application/octet-stream"),
    ];
    for (path, expected) in cases {
        assert_eq!(mime_type(path), expected, "{path}");
    }
}
