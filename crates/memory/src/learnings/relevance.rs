//! How well learnings are found: 60 of them, and two questions for each, one in its words and one in others.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use codemode_run::{Lesson, NewLearning};
use serde_json::Value;

use super::opened::Opened;
use super::ranking::{NEAR_ENOUGH, by_meaning, by_words};
use crate::store::Store;

/// A question, and the learning that answers it.
struct Question {
    answer: i64,
    is_near: bool,
    text: String,
}

fn filled(folder: &std::path::Path) -> (Opened, Vec<Question>) {
    let mut opened = Opened::new(Store::open(&folder.join("memory.db")).unwrap());
    let mut questions = Vec::new();
    for (id, line) in (1..).zip(include_str!("../../tests/data/relevance.jsonl").lines()) {
        let entry: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| entry[name].as_str().map(str::to_owned);
        let lesson = match text("error") {
            Some(pattern) => Lesson::Error { pattern, solution: text("solution").unwrap() },
            None => Lesson::Semantic {
                failed_approach: text("failed").unwrap(),
                objective: text("objective").unwrap(),
                successful_approach: text("worked").unwrap(),
            },
        };
        let learning = NewLearning { context: String::new(), lesson, tags: Vec::new() };
        opened.store.add_learning(&learning, 0).unwrap();
        for (is_near, question) in [true, false].into_iter().zip(entry["queries"].as_array().unwrap()) {
            questions.push(Question { answer: id, is_near, text: question.as_str().unwrap().to_owned() });
        }
    }
    while opened.fill(60).unwrap() {}
    (opened, questions)
}

/// The share of questions whose answer is among the first one and the first three.
fn recall<'a>(
    questions: impl Iterator<Item = &'a Question>,
    mut found: impl FnMut(&str) -> Vec<i64>,
) -> [f64; 2] {
    let (mut all, mut first, mut three) = (0, 0, 0);
    for question in questions {
        let place = found(&question.text).iter().position(|id| *id == question.answer);
        all += 1;
        first += usize::from(place == Some(0));
        three += usize::from(place.is_some_and(|place| place < 3));
    }
    [first, three].map(|hits| f64::from(u32::try_from(hits).unwrap()) / f64::from(all))
}

#[test]
fn questions_in_other_words_find_their_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (mut opened, questions) = filled(folder.path());
    let ids = |found: Vec<codemode_run::Recalled>| found.into_iter().map(|hit| hit.learning.id).collect();
    let mut table = String::from("recall@1 and @3     in its words    in others       all\n");
    let mut rows = Vec::new();
    for method in ["words", "meaning", "both"] {
        let mut find = |text: &str| -> Vec<i64> {
            match method {
                "words" => ids(by_words(opened.store.word_hits(text, 50).unwrap(), 3)),
                "meaning" => {
                    let near = opened.near(text, NEAR_ENOUGH).unwrap().unwrap();
                    ids(by_meaning(near, Vec::new(), |_| true, 3))
                }
                _ => ids(opened.search(text, 3).unwrap()),
            }
        };
        let near = recall(questions.iter().filter(|question| question.is_near), &mut find);
        let far = recall(questions.iter().filter(|question| !question.is_near), &mut find);
        let all = recall(questions.iter(), &mut find);
        let cell = |[first, three]: [f64; 2]| format!("{first:.3} {three:.3}");
        table += &format!("{method:<20}{:<16}{:<16}{}\n", cell(near), cell(far), cell(all));
        rows.push(all);
    }
    println!("{table}");
    let [words, meaning, both] = rows.try_into().unwrap();
    assert!(both[1] >= 0.9 && both[0] >= 0.75, "{table}");
    assert!(both[0] >= words[0] && both[0] >= meaning[0], "{table}");
}
