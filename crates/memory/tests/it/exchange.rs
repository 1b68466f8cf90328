//! Learnings of mcp-pyrunner, read and written back.

use codemode_memory::{Imported, Learnings, exchange};
use codemode_run::{Lesson, Memory};
use serde_json::{Value, json};

use crate::learnings::{error, place};

/// What mcp-pyrunner 0.2.5 keeps, and one field of somebody else's.
const THEIRS: &str = r#"[
  {
    "error_pattern": "ModuleNotFoundError.*cv2", "solution": "install opencv-python-headless", "context": "servers",
    "success_count": 4, "failure_count": 1, "created_at": "2026-01-02T03:04:05.678901",
    "last_used": "2026-02-03T04:05:06", "tags": ["import", "cv2"], "failure_type": "error", "objective": "",
    "failed_approach": "", "colour": "red"
  },
  {
    "error_pattern": "resize a photo", "solution": "convert to RGB first", "context": "", "success_count": 0,
    "failure_count": 0, "created_at": "2026-01-02T03:04:06", "last_used": null, "tags": [], "failure_type": "semantic",
    "objective": "resize a photo", "failed_approach": "img.resize"
  }
]"#;

#[tokio::test]
async fn what_mcp_pyrunner_kept_is_taken_over_and_given_back() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    let theirs = exchange::read(THEIRS, 0).unwrap();
    assert_eq!(learnings.import(theirs.clone()).await.unwrap(), Imported { added: 2, known: 0 });
    // Again is the same: an import can be repeated, and two servers may do it at once.
    assert_eq!(learnings.import(theirs).await.unwrap(), Imported { added: 0, known: 2 });

    let listed = learnings.list(9).await.unwrap();
    let counts: Vec<_> = listed.iter().map(|kept| (kept.success_count, kept.failure_count)).collect();
    assert_eq!(counts, [(0, 0), (4, 1)]);
    let semantic = Lesson::Semantic {
        failed_approach: "img.resize".into(),
        objective: "resize a photo".into(),
        successful_approach: "convert to RGB first".into(),
    };
    assert_eq!(
        (&listed[0].lesson, &listed[1].tags),
        (&semantic, &vec!["import".to_owned(), "cv2".to_owned()])
    );

    let mut ours: Value = serde_json::from_str(&exchange::write(&learnings.export().await.unwrap())).unwrap();
    ours.as_array_mut().unwrap().reverse();
    let mut theirs: Value = serde_json::from_str(THEIRS).unwrap();
    // Times are kept in milliseconds.
    theirs[0]["created_at"] = json!("2026-01-02T03:04:05.678");
    assert_eq!(ours, theirs);
}

#[tokio::test]
async fn an_entry_that_is_none_is_named_and_nothing_is_taken() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    let problems = [
        ("{}", "the learnings are no JSON list"),
        ("[1]", "entry 1 is no learning: expected an object"),
        (
            r#"[{"failure_type": "x"}]"#,
            r#"entry 1 is no learning: `failure_type` is "x"; expected "error" or "semantic""#,
        ),
        (r#"[{"error_pattern": 1}]"#, "entry 1 is no learning: `error_pattern` is 1; expected a text"),
        (r#"[{"success_count": -1}]"#, "entry 1 is no learning: `success_count` is -1; expected a count"),
        (r#"[{"created_at": "soon"}]"#, r#"entry 1 is no learning: `created_at` is "soon"; expected a time"#),
        (r#"[{"tags": "a,b"}]"#, "entry 1 is no learning: `tags` is no list of texts"),
    ];
    for (text, message) in problems {
        assert_eq!(exchange::read(text, 0).unwrap_err().to_string(), message);
    }
    assert!(exchange::read("[", 0).unwrap_err().to_string().starts_with("the learnings are no JSON"));
    let one = r#"[{"error_pattern": "a", "solution": "b"}, {"error_pattern": "a", "solution": ""}]"#;
    let problem = learnings.import(exchange::read(one, 0).unwrap()).await.unwrap_err();
    assert_eq!(problem.message, "entry 2: argument `solution`: is empty");
    assert_eq!(learnings.list(9).await.unwrap(), []);
}

#[tokio::test]
async fn a_time_with_a_zone_is_that_time_and_none_is_now() {
    let one = r#"[{"error_pattern": "a", "solution": "b", "created_at": "1970-01-01T01:00:01+01:00"},
        {"error_pattern": "c", "solution": "d"}]"#;
    let read = exchange::read(one, 7).unwrap();
    assert_eq!(read.iter().map(|kept| kept.created_ms).collect::<Vec<_>>(), [1000, 7]);
}

#[tokio::test]
async fn an_import_does_not_change_what_is_known() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    learnings.add(error("ModuleNotFoundError.*cv2", "install opencv-python-headless")).await.unwrap();
    let imported = learnings.import(exchange::read(THEIRS, 0).unwrap()).await.unwrap();
    assert_eq!(imported, Imported { added: 1, known: 1 });
    let counts: Vec<u32> = learnings.list(9).await.unwrap().iter().map(|kept| kept.success_count).collect();
    assert_eq!(counts, [0, 0]);
}
