//! The workspace as we read and write it, beside a program that may have laid traps in it.

use std::os::unix::fs::symlink;

use codemode_engines::guest::Folder;
use codemode_run::Files;

struct Place {
    _above: tempfile::TempDir,
    folder: Folder,
    path: std::path::PathBuf,
}

/// A workspace beside a folder `secret` that holds `key`.
fn place() -> Place {
    let above = tempfile::tempdir().unwrap();
    let path = above.path().join("work");
    std::fs::create_dir(above.path().join("secret")).unwrap();
    std::fs::write(above.path().join("secret/key"), "k").unwrap();
    Place { folder: Folder::open(&path).unwrap(), path, _above: above }
}

async fn read(place: &Place, path: &str) -> String {
    match place.folder.read(path, 100).await {
        Ok(bytes) => String::from_utf8(bytes).unwrap(),
        Err(error) => format!("error: {error}"),
    }
}

async fn write(place: &Place, path: &str) -> String {
    match place.folder.write(path, b"new").await {
        Ok(()) => "written".to_owned(),
        Err(error) => format!("error: {error}"),
    }
}

#[tokio::test]
async fn files_are_written_read_and_listed() {
    let place = place();
    assert_eq!(write(&place, "a/b/c.txt").await, "written");
    assert_eq!(write(&place, "z.txt").await, "written");
    assert_eq!(read(&place, "a/b/c.txt").await, "new");
    let listed: Vec<(String, u64)> =
        place.folder.list(10).await.unwrap().into_iter().map(|entry| (entry.path, entry.bytes)).collect();
    assert_eq!(listed, [("a/b/c.txt".to_owned(), 3), ("z.txt".to_owned(), 3)]);
}

#[tokio::test]
async fn a_path_that_leaves_the_workspace_is_refused() {
    let place = place();
    for path in ["../secret/key", "/etc/passwd", "a/../../secret/key", "", "a\0b"] {
        let shown = path.escape_debug();
        let refused = format!(
            "error: `{shown}` is not a path inside the workspace; expected a relative one without `..`"
        );
        assert_eq!((read(&place, path).await, write(&place, path).await), (refused.clone(), refused));
    }
}

#[tokio::test]
async fn a_link_that_leads_out_is_not_followed_and_one_inside_is() {
    let place = place();
    symlink("../secret/key", place.path.join("file-out")).unwrap();
    symlink("../secret", place.path.join("folder-out")).unwrap();
    std::fs::write(place.path.join("here"), "inside").unwrap();
    symlink("here", place.path.join("in")).unwrap();
    assert_eq!(read(&place, "in").await, "inside");
    assert_eq!(
        read(&place, "file-out").await,
        "error: `file-out` leads out of the workspace or may not be used"
    );
    assert_eq!(
        read(&place, "folder-out/key").await,
        "error: `folder-out/key` leads out of the workspace or may not be used"
    );
    assert_eq!(write(&place, "folder-out/key").await, "error: `folder-out/key` cannot be used as a file");
    assert_eq!(std::fs::read_to_string(place.path.join("../secret/key")).unwrap(), "k");
}

#[tokio::test]
async fn writing_replaces_a_link_instead_of_writing_through_it() {
    let place = place();
    symlink("../secret/key", place.path.join("soft")).unwrap();
    std::fs::hard_link(place.path.join("../secret/key"), place.path.join("hard")).unwrap();
    assert_eq!([write(&place, "soft").await, write(&place, "hard").await], ["written", "written"]);
    assert_eq!(std::fs::read_to_string(place.path.join("../secret/key")).unwrap(), "k");
}

#[tokio::test]
async fn what_is_no_file_is_neither_read_nor_listed() {
    let place = place();
    let fifo = place.path.join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    std::fs::create_dir(place.path.join("folder")).unwrap();
    assert_eq!(read(&place, "fifo").await, "error: `fifo` is not a file");
    assert_eq!(read(&place, "folder").await, "error: `folder` is not a file");
    assert_eq!(read(&place, "nothing").await, "error: `nothing` is not in the workspace");
    assert_eq!(place.folder.list(10).await.unwrap(), []);
}

#[tokio::test]
async fn a_file_over_the_bound_is_refused_with_its_size() {
    let place = place();
    std::fs::write(place.path.join("big"), [0; 101]).unwrap();
    assert_eq!(read(&place, "big").await, "error: `big` has 101 bytes, more than 100");
}

#[tokio::test]
async fn a_listing_is_bounded() {
    let place = place();
    for number in 0..20 {
        std::fs::write(place.path.join(format!("{number}.txt")), "").unwrap();
    }
    assert_eq!(place.folder.list(7).await.unwrap().len(), 7);
}
