//! The tables of learnings.

use codemode_run::{Added, Learning, Lesson, NewLearning};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};

use super::{Store, StoreError};
use crate::exchange::Kept;
use crate::learnings::WordHit;

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

/// See the place in [`super::open`] where steps are listed. Fields of imported files that mean nothing here, as JSON.
pub(super) const EXTRA_MIGRATION: &str = "ALTER TABLE learnings ADD COLUMN extra TEXT NOT NULL DEFAULT '{}';";

/// What became of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Learnings that were new.
    pub added: usize,
    /// Learnings that were known already, and stayed as they were.
    pub known: usize,
}

impl Store {
    /// Keeps a learning. The same words again, in whatever case and spacing, are the same learning.
    pub fn add_learning(&mut self, learning: &NewLearning, now_ms: i64) -> Result<Added, StoreError> {
        let transaction = self.connection.transaction()?;
        let added = match known(&transaction, &learning.lesson)? {
            Some(id) => {
                let refresh = "UPDATE learnings SET created_ms = ?2 WHERE id = ?1";
                transaction.prepare_cached(refresh)?.execute([id, now_ms])?;
                Added::Known(id)
            }
            None => Added::New(insert(&transaction, &new(learning, now_ms))?),
        };
        transaction.prepare_cached(FORGET_LEARNINGS)?.execute([LEARNINGS_MAX])?;
        transaction.commit()?;
        Ok(added)
    }

    /// Learnings, the newest first.
    pub fn learnings(&self, limit: u32) -> Result<Vec<Learning>, StoreError> {
        let sql = format!("SELECT {LEARNING_COLUMNS} FROM learnings AS l {NEWEST_FIRST}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([limit], learning_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps the learnings of a file, all or none.
    pub(crate) fn import(&mut self, learnings: &[Kept]) -> Result<Imported, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut imported = Imported { added: 0, known: 0 };
        for kept in learnings {
            if known(&transaction, &kept.learning.lesson)?.is_some() {
                imported.known += 1;
            } else {
                insert(&transaction, kept)?;
                imported.added += 1;
            }
        }
        transaction.prepare_cached(FORGET_LEARNINGS)?.execute([LEARNINGS_MAX])?;
        transaction.commit()?;
        Ok(imported)
    }

    /// Learnings with everything that is kept of them, the newest first.
    pub(crate) fn kept(&self, limit: u32) -> Result<Vec<Kept>, StoreError> {
        let sql = format!("SELECT {LEARNING_COLUMNS}, extra FROM learnings AS l {NEWEST_FIRST}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([limit], |row| {
            let extra: String = row.get("extra")?;
            let Learning {
                context,
                created_ms,
                failure_count,
                last_used_ms,
                lesson,
                success_count,
                tags,
                ..
            } = learning_row(row)?;
            Ok(Kept {
                created_ms,
                extra: serde_json::from_str(&extra).unwrap_or_default(),
                failure_count,
                last_used_ms,
                learning: NewLearning { context, lesson, tags },
                success_count,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Learnings of these numbers, in no order. Those that are not there are left out.
    pub(crate) fn learnings_of(&self, ids: &[i64]) -> Result<Vec<Learning>, StoreError> {
        let sql = format!("SELECT {LEARNING_COLUMNS} FROM learnings AS l WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = ids.iter().map(|id| statement.query_row([id], learning_row).optional());
        let rows: Result<Vec<_>, _> = rows.collect();
        Ok(rows?.into_iter().flatten().collect())
    }

    /// The patterns of errors behind this number, with the numbers of their learnings, in their order.
    pub(crate) fn patterns_after(&self, number: i64) -> Result<Vec<(i64, String)>, StoreError> {
        let sql = "SELECT id, cause FROM learnings WHERE id > ?1 AND kind = 'error' ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether there is a learning of the other kind: an objective that was reached in another way.
    pub(crate) fn has_semantic(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM learnings WHERE kind = 'semantic')";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// The highest number of a learning; 0 when there is none.
    pub(crate) fn newest_learning(&self) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT ifnull(max(id), 0) FROM learnings")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Learnings that have one of these words, the best first.
    pub(crate) fn word_hits(&self, words: &str, limit: usize) -> Result<Vec<WordHit>, StoreError> {
        let Some(query) = self.query(words)? else { return Ok(Vec::new()) };
        // The cause weighs most: a failure is looked up by what it looks like. Only the best are looked up in the table.
        let sql = format!(
            "SELECT {LEARNING_COLUMNS}, rank FROM learnings AS l JOIN (
                SELECT rowid, rank FROM learning_words
                WHERE learning_words MATCH ?1 AND rank MATCH 'bm25(3, 1, 2, 1, 1)' ORDER BY rank LIMIT ?2
            ) AS hits ON l.id = hits.rowid
            ORDER BY rank, success_count - failure_count DESC, id DESC"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![query, limit], |row| {
            let rank: f64 = row.get("rank")?;
            // A rank is below zero, and the lower the better.
            Ok(WordHit { fit: (-rank).max(0.0), learning: learning_row(row)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The question in the language of FTS5: any of its words, each as text. Words of every fifth learning are left out where
    /// there are many: they say nothing, and every learning that has them would have to be ranked. `None` when there is
    /// nothing to look for.
    fn query(&self, question: &str) -> Result<Option<String>, StoreError> {
        let common = (self.newest_learning()? / 5).max(COMMON_MIN);
        let sql =
            "SELECT count(*) FROM (SELECT 1 FROM learning_words WHERE learning_words MATCH ?1 LIMIT ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rare = Vec::new();
        for word in words(question) {
            let count: i64 = statement.query_row(params![word, common], |row| row.get(0))?;
            if (1..common).contains(&count) {
                rare.push(word);
            }
        }
        Ok((!rare.is_empty()).then(|| rare.join(" OR ")))
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
INSERT INTO learnings (digest, kind, cause, failed_approach, remedy, context, tags, created_ms, last_used_ms, success_count,
    failure_count, extra)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

const FORGET_LEARNINGS: &str = "
DELETE FROM learnings WHERE (SELECT count(*) FROM learnings) > ?1 AND id IN (
    SELECT id FROM learnings ORDER BY success_count - failure_count DESC, created_ms DESC, id DESC LIMIT -1 OFFSET ?1)";

/// What [`learning_row`] reads of the table `l`.
pub(super) const LEARNING_COLUMNS: &str = "l.id, l.kind, l.cause, l.failed_approach, l.remedy, l.context, l.tags, \
    l.created_ms, l.last_used_ms, l.success_count, l.failure_count";

const NEWEST_FIRST: &str = "ORDER BY created_ms DESC, id DESC LIMIT ?1";

const COUNT_LEARNING: &str = "
UPDATE learnings SET success_count = success_count + ?2, failure_count = failure_count + NOT ?2, last_used_ms = ?3
WHERE id = ?1";

pub(super) fn learning_row(row: &Row<'_>) -> Result<Learning, rusqlite::Error> {
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

/// A learning of which nothing has become yet.
fn new(learning: &NewLearning, now_ms: i64) -> Kept {
    Kept {
        created_ms: now_ms,
        extra: serde_json::Map::new(),
        failure_count: 0,
        last_used_ms: None,
        learning: learning.clone(),
        success_count: 0,
    }
}

/// The number of a lesson that is known.
fn known(transaction: &Transaction<'_>, lesson: &Lesson) -> Result<Option<i64>, StoreError> {
    let mut statement = transaction.prepare_cached(SELECT_DIGEST)?;
    Ok(statement.query_row([digest(lesson)], |row| row.get(0)).optional()?)
}

fn insert(transaction: &Transaction<'_>, kept: &Kept) -> Result<i64, StoreError> {
    let NewLearning { context, lesson, tags } = &kept.learning;
    let (kind, [cause, failed_approach, remedy]) = columns(lesson);
    let extra = serde_json::Value::Object(kept.extra.clone()).to_string();
    let (tags, digest) = (tags_text(tags), digest(lesson));
    let Kept { created_ms, failure_count, last_used_ms, success_count, .. } = kept;
    Ok(transaction.prepare_cached(INSERT_LEARNING)?.insert(params![
        digest,
        kind,
        cause,
        failed_approach,
        remedy,
        context,
        tags,
        created_ms,
        last_used_ms,
        success_count,
        failure_count,
        extra
    ])?)
}

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

/// Learnings that a word may be in, however few there are in all, before it says nothing.
const COMMON_MIN: i64 = 200;

/// Words that say nothing about what is asked.
const STOP_WORDS: [&str; 40] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "for", "from", "how", "i", "if", "in",
    "is", "it", "its", "me", "my", "not", "of", "on", "or", "please", "that", "the", "then", "there", "this",
    "to", "was", "what", "when", "which", "why", "with", "you", "your",
];

/// The words of a question that may say something, each as a text of FTS5.
fn words(question: &str) -> Vec<String> {
    let lower = question.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words
        .filter(|word| !STOP_WORDS.contains(word))
        .take(WORDS_MAX)
        .map(|word| format!("\"{word}\""))
        .collect()
}
