//! The tables of learnings.

use codemode_run::{Added, Learning, Lesson, NewLearning, Recalled};
use rusqlite::{OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::{Store, StoreError};

/// Learnings that are kept; those that have helped least and are oldest make room.
pub const LEARNINGS_MAX: u32 = 10_000;

/// See the place in [`super::open`] where steps are listed.
pub(super) const MIGRATION: &str = "
CREATE TABLE learnings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, cause TEXT NOT NULL,
    failed_approach TEXT NOT NULL, remedy TEXT NOT NULL, context TEXT NOT NULL, tags TEXT NOT NULL,
    created_ms INTEGER NOT NULL, last_used_ms INTEGER, success_count INTEGER NOT NULL DEFAULT 0,
    failure_count INTEGER NOT NULL DEFAULT 0);
CREATE VIRTUAL TABLE learning_words USING fts5 (cause, failed_approach, remedy, context, tags, tokenize = 'porter unicode61',
    content = 'learnings', content_rowid = 'id');
CREATE TRIGGER learning_added AFTER INSERT ON learnings BEGIN
    INSERT INTO learning_words (rowid, cause, failed_approach, remedy, context, tags)
    VALUES (new.id, new.cause, new.failed_approach, new.remedy, new.context, new.tags);
END;
CREATE TRIGGER learning_forgotten AFTER DELETE ON learnings BEGIN
    INSERT INTO learning_words (learning_words, rowid, cause, failed_approach, remedy, context, tags)
    VALUES ('delete', old.id, old.cause, old.failed_approach, old.remedy, old.context, old.tags);
END;
";

impl Store {
    /// Keeps a learning. The same words again, in whatever case and spacing, are the same learning.
    pub fn add_learning(&mut self, learning: &NewLearning, now_ms: i64) -> Result<Added, StoreError> {
        let (kind, [cause, failed_approach, remedy]) = columns(&learning.lesson);
        let digest = digest(&learning.lesson);
        let transaction = self.connection.transaction()?;
        let known =
            transaction.prepare_cached(SELECT_DIGEST)?.query_row([&digest], |row| row.get(0)).optional()?;
        let added = if let Some(id) = known {
            transaction
                .prepare_cached("UPDATE learnings SET created_ms = ?2 WHERE id = ?1")?
                .execute([id, now_ms])?;
            Added::Known(id)
        } else {
            let (context, tags) = (&learning.context, tags_text(&learning.tags));
            let values = params![digest, kind, cause, failed_approach, remedy, context, tags, now_ms];
            Added::New(transaction.prepare_cached(INSERT_LEARNING)?.insert(values)?)
        };
        transaction.prepare_cached(FORGET_LEARNINGS)?.execute([LEARNINGS_MAX])?;
        transaction.commit()?;
        Ok(added)
    }

    /// Learnings, the newest first.
    pub fn learnings(&self, limit: u32) -> Result<Vec<Learning>, StoreError> {
        let mut statement = self.connection.prepare_cached(SELECT_LEARNINGS)?;
        let rows = statement.query_map([limit], learning_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Learnings that have one of these words, the best first.
    pub fn search_learnings(&self, words: &str, limit: u32) -> Result<Vec<Recalled>, StoreError> {
        let Some(query) = query(words) else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare_cached(SEARCH_LEARNINGS)?;
        let rows = statement.query_map(params![query, limit], |row| {
            Ok(Recalled { learning: learning_row(row)?, score: score(row.get(11)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Counts what became of suggestions: the next try worked, or failed again.
    pub fn count_learnings(&mut self, ids: &[i64], helped: bool, now_ms: i64) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for id in ids {
            transaction.prepare_cached(COUNT_LEARNING)?.execute(params![id, helped, now_ms])?;
        }
        Ok(transaction.commit()?)
    }
}

const SELECT_DIGEST: &str = "SELECT id FROM learnings WHERE digest = ?1";

const INSERT_LEARNING: &str = "
INSERT INTO learnings (digest, kind, cause, failed_approach, remedy, context, tags, created_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const FORGET_LEARNINGS: &str = "
DELETE FROM learnings WHERE (SELECT count(*) FROM learnings) > ?1 AND id IN (
    SELECT id FROM learnings ORDER BY success_count - failure_count DESC, created_ms DESC, id DESC LIMIT -1 OFFSET ?1)";

const SELECT_LEARNINGS: &str = "
SELECT id, kind, cause, failed_approach, remedy, context, tags, created_ms, last_used_ms, success_count, failure_count
FROM learnings ORDER BY created_ms DESC, id DESC LIMIT ?1";

// The cause weighs most: a failure is looked up by what it looks like.
const SEARCH_LEARNINGS: &str = "
SELECT id, kind, l.cause, l.failed_approach, l.remedy, l.context, l.tags, created_ms, last_used_ms, success_count,
    failure_count, bm25(learning_words, 3, 1, 2, 1, 1) AS rank
FROM learning_words JOIN learnings AS l ON l.id = learning_words.rowid
WHERE learning_words MATCH ?1 ORDER BY rank, success_count - failure_count DESC, id DESC LIMIT ?2";

const COUNT_LEARNING: &str = "
UPDATE learnings SET success_count = success_count + ?2, failure_count = failure_count + NOT ?2, last_used_ms = ?3
WHERE id = ?1";

fn learning_row(row: &Row<'_>) -> Result<Learning, rusqlite::Error> {
    let kind: String = row.get(1)?;
    let (cause, failed_approach, remedy) = (row.get(2)?, row.get(3)?, row.get(4)?);
    let lesson = if kind == ERROR {
        Lesson::Error { pattern: cause, solution: remedy }
    } else {
        Lesson::Semantic { failed_approach, objective: cause, successful_approach: remedy }
    };
    let tags: String = row.get(6)?;
    Ok(Learning {
        context: row.get(5)?,
        created_ms: row.get(7)?,
        failure_count: row.get(10)?,
        id: row.get(0)?,
        last_used_ms: row.get(8)?,
        lesson,
        success_count: row.get(9)?,
        tags: tags.split('\n').filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
    })
}

const ERROR: &str = "error";

/// The kind of a lesson, and its cause, failed approach and remedy.
fn columns(lesson: &Lesson) -> (&'static str, [&str; 3]) {
    match lesson {
        Lesson::Error { pattern, solution } => (ERROR, [pattern, "", solution]),
        Lesson::Semantic { failed_approach, objective, successful_approach } => {
            ("semantic", [objective, failed_approach, successful_approach])
        }
    }
}

fn tags_text(tags: &[String]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| tag.replace('\n', " ").trim().to_owned()).collect();
    tags.join("\n")
}

fn digest(lesson: &Lesson) -> String {
    let (kind, columns) = columns(lesson);
    let mut hash = Sha256::new();
    hash.update(kind);
    for column in columns {
        let words: Vec<String> = column.split_whitespace().map(str::to_lowercase).collect();
        hash.update([0]);
        hash.update(words.join(" "));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Words of a query that are looked up.
const WORDS_MAX: usize = 64;

/// Words that say nothing about what is asked.
const STOP_WORDS: [&str; 40] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "for", "from", "how", "i", "if", "in",
    "is", "it", "its", "me", "my", "not", "of", "on", "or", "please", "that", "the", "then", "there", "this",
    "to", "was", "what", "when", "which", "why", "with", "you", "your",
];

/// The query in the language of FTS5: any of the words, each as text. `None` when there is nothing to look for.
fn query(words: &str) -> Option<String> {
    let lower = words.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words
        .filter(|word| !STOP_WORDS.contains(word))
        .take(WORDS_MAX)
        .map(|word| format!("\"{word}\""))
        .collect();
    (!words.is_empty()).then(|| words.join(" OR "))
}

/// A rank of BM25, which is below zero and the lower the better, between 0 and 1.
fn score(rank: f64) -> f64 {
    let fit = (-rank).max(0.0);
    fit / (fit + 1.0)
}
