//! What failures teach, and to whom it is told.

use std::path::PathBuf;

use codemode_memory::Learnings;
use codemode_run::{
    Added, Ending, Exception, Language, Learning, Lesson, Memory, NewLearning, Recalled, Report, RunRequest,
    Usage,
};

pub(crate) fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    (folder, path)
}

pub(crate) fn error(pattern: &str, solution: &str) -> NewLearning {
    let lesson = Lesson::Error { pattern: pattern.to_owned(), solution: solution.to_owned() };
    NewLearning { context: String::new(), lesson, tags: Vec::new() }
}

pub(crate) fn semantic(objective: &str, failed: &str, successful: &str) -> NewLearning {
    let lesson = Lesson::Semantic {
        failed_approach: failed.to_owned(),
        objective: objective.to_owned(),
        successful_approach: successful.to_owned(),
    };
    NewLearning { context: String::new(), lesson, tags: Vec::new() }
}

fn request() -> RunRequest {
    RunRequest { session_id: Some("s".to_owned()), ..RunRequest::new(Language::Python, "work()") }
}

pub(crate) fn report(run_id: &str, ending: Ending) -> Report {
    Report {
        attempts: 1,
        displays: Vec::new(),
        duration: std::time::Duration::ZERO,
        ending: Some(ending),
        engine: None,
        files: Vec::new(),
        hints: Vec::new(),
        isolation: None,
        language: Language::Python,
        packages_installed: Vec::new(),
        run_id: run_id.to_owned(),
        session_id: Some("s".to_owned()),
        stderr: codemode_run::output::Captured::default(),
        stdout: codemode_run::output::Captured::default(),
        tool_calls: Vec::new(),
        usage: Usage::default(),
        value: None,
    }
}

fn raised(run_id: &str, message: &str) -> Report {
    let exception = Exception {
        kind: "ValueError".to_owned(),
        message: message.to_owned(),
        module: None,
        shown: false,
        traceback: format!("Traceback (most recent call last):\nValueError: {message}"),
    };
    report(run_id, Ending::Raise(exception))
}

fn lessons(recalled: Vec<Recalled>) -> Vec<Lesson> {
    recalled.into_iter().map(|recalled| recalled.learning.lesson).collect()
}

/// What was learned, without its times.
async fn counts(learnings: &Learnings) -> Vec<(i64, u32, u32)> {
    let of = |Learning { id, success_count, failure_count, .. }| (id, success_count, failure_count);
    learnings.list(100).await.unwrap().into_iter().map(of).collect()
}

/// Predecessor case A10: a backtracking engine takes 37 s for 26 letters, and twice as long for each one more.
#[tokio::test]
async fn a_pattern_that_explodes_elsewhere_costs_nothing() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    let evil = error("(a+)+$", "write less");
    learnings.add(evil.clone()).await.unwrap();
    let letters = "a".repeat(4000);
    let failed = raised("1", &format!("{letters}!"));
    assert_eq!(learnings.recall(&request(), &failed, 3).await.unwrap(), []);
    // The same pattern is found where it fits.
    let failed = raised("2", &letters);
    assert_eq!(lessons(learnings.recall(&request(), &failed, 3).await.unwrap()), [evil.lesson]);
}

/// Predecessor case D3.
#[tokio::test]
async fn an_unrelated_error_is_told_nothing_however_often_a_learning_was_added() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    let first = learnings.add(error("could not convert", "strip it first")).await.unwrap();
    let again = learnings.add(error("Could  not CONVERT", "Strip it first")).await.unwrap();
    assert_eq!((first, again), (Added::New(1), Added::Known(1)));
    assert_eq!(learnings.recall(&request(), &raised("1", "list is empty"), 3).await.unwrap(), []);
    let fitting = learnings.recall(&request(), &raised("2", "could not convert 'x'"), 3).await.unwrap();
    assert_eq!(fitting.len(), 1);
}

#[tokio::test]
async fn a_pattern_that_fits_everything_fits_nothing() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    for pattern in [".*", "x?", "^", "(|a)", "ValueError", "[", "a{99999999}"] {
        learnings.add(error(pattern, "say more")).await.unwrap();
    }
    let recalled = learnings.recall(&request(), &raised("1", "no ["), 9).await.unwrap();
    // What is no regular expression is text.
    let said = |pattern: &str| Lesson::Error { pattern: pattern.into(), solution: "say more".into() };
    assert_eq!(lessons(recalled), [said("["), said("ValueError")]);
}

/// Predecessor case D4.
#[tokio::test]
async fn an_objective_is_found_by_some_of_its_words() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    let resize = semantic("resize a photo without losing its colours", "img.resize", "convert to RGB first");
    learnings.add(resize.clone()).await.unwrap();
    learnings.add(semantic("count the lines of a log", "read()", "iterate over the file")).await.unwrap();
    for query in ["Resize a photo, please", "resizing photos", "colour of pictures"] {
        assert_eq!(
            lessons(learnings.search(query, 3).await.unwrap()),
            std::slice::from_ref(&resize.lesson),
            "{query}"
        );
    }
    for query in ["what is there for me", "", "\"", "how to bake bread", "NEAR("] {
        assert_eq!(learnings.search(query, 3).await.unwrap(), [], "{query}");
    }
}

#[tokio::test]
async fn what_a_suggestion_did_is_counted_and_decides_who_comes_first() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    learnings.add(error("boom", "wait")).await.unwrap();
    learnings.add(error("boom|bang", "run")).await.unwrap();
    let request = request();
    for (round, ending) in (1..).zip([Ending::Finish, Ending::Exit { code: 1 }]) {
        let first = raised(&format!("{round}a"), "boom");
        let told = learnings.recall(&request, &first, 1).await.unwrap();
        learnings.note(&request, &first);
        learnings.note(&request, &report(&format!("{round}b"), ending));
        learnings.settle().await;
        let id = told[0].learning.id;
        assert_eq!(id, 2);
        let counted: u32 = counts(&learnings).await.iter().map(|(_, helped, failed)| helped + failed).sum();
        assert_eq!(counted, round);
    }
    assert_eq!(counts(&learnings).await, [(2, 1, 1), (1, 0, 0)]);
}

/// Predecessor case D1, of which 20 of 40 were kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_that_write_at_once_keep_everything() {
    let (_folder, path) = place();
    let servers = [Learnings::new(path.clone()), Learnings::new(path.clone())];
    let writers = servers.into_iter().enumerate().map(|(server, learnings)| {
        tokio::spawn(async move {
            for number in 0..100 {
                learnings.add(error(&format!("error {server} {number}"), "mend")).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(Learnings::new(path).list(1000).await.unwrap().len(), 200);
}

/// Predecessor case D2.
#[tokio::test]
async fn a_damaged_file_is_put_aside_and_not_written_over() {
    let (folder, path) = place();
    std::fs::write(&path, b"this is no database, but somebody's only copy").unwrap();
    let learnings = Learnings::new(path);
    learnings.add(error("boom", "wait")).await.unwrap();
    let aside = std::fs::read(folder.path().join("history.db.damaged-1")).unwrap();
    assert_eq!(aside, b"this is no database, but somebody's only copy");
}

#[tokio::test]
async fn a_lesson_without_words_or_with_too_many_is_an_argument_error() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    let problems = [
        (error("", "x"), "argument `error_pattern`: is empty"),
        (error("x", " "), "argument `solution`: is empty"),
        (error("x", &"y".repeat(8001)), "argument `solution`: has 8001 characters, more than 8000"),
        (semantic("a", "", "b"), "argument `failed_approach`: is empty"),
    ];
    for (learning, message) in problems {
        assert_eq!(learnings.add(learning).await.unwrap_err().message, message);
    }
    assert_eq!(learnings.list(9).await.unwrap(), []);
}

/// A failure is told what others learned of such errors and of such purposes, also in other words; and nothing else.
#[cfg(feature = "meaning")]
#[tokio::test]
async fn a_failure_is_told_what_means_the_same() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    let decode = error("UnicodeDecodeError: utf-8 codec cannot decode a byte", "name the encoding: latin-1");
    let resize = semantic("make a thumbnail of a photo", "crop", "thumbnail((128, 128))");
    for learning in [&decode, &resize] {
        learnings.add(learning.clone()).await.unwrap();
    }
    let for_purpose = |purpose: &str| RunRequest { description: Some(purpose.to_owned()), ..request() };
    let decodes = "'utf-8' codec can't decode byte 0xe9 in position 3: invalid continuation byte";
    let cases = [
        ("", decodes, vec![decode.lesson.clone()]),
        ("shrink a photo to a thumbnail", "it is 3 pixels", vec![resize.lesson.clone()]),
        ("make a thumbnail of a picture", decodes, vec![decode.lesson, resize.lesson]),
        ("plot the rainfall of a year", "list index out of range", Vec::new()),
        ("", "math domain error", Vec::new()),
        ("", "", Vec::new()),
    ];
    for (purpose, message, expected) in cases {
        let failed = raised(message, message);
        let told = learnings.recall(&for_purpose(purpose), &failed, 3).await.unwrap();
        assert_eq!(lessons(told), expected, "{purpose:?} {message:?}");
    }
}

/// What was told four times in vain is not told again.
#[tokio::test]
async fn a_learning_that_never_helps_is_not_told_any_more() {
    let (_folder, path) = place();
    let learnings = Learnings::new(path);
    learnings.add(error("boom", "wait")).await.unwrap();
    let mut told = Vec::new();
    for round in 0..6 {
        let failed = raised(&format!("{round}"), "boom");
        told.push(learnings.recall(&request(), &failed, 3).await.unwrap().len());
        learnings.note(&request(), &failed);
        learnings.settle().await;
    }
    assert_eq!(told, [1, 1, 1, 1, 0, 0]);
    assert_eq!(counts(&learnings).await, [(1, 0, 4)]);
}
