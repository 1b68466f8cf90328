//! The table of what learnings mean.

use codemode_run::Learning;
use rusqlite::params;

use super::learnings::{LEARNING_COLUMNS, learning_row};
use super::{Store, StoreError};
use crate::vector::Vector;

/// See the place in [`super::open`] where steps are listed. The number grows with every vector that is written, in whatever
/// order: who keeps them at hand reads only those behind the last one that it knows.
pub(super) const MIGRATION: &str = "
CREATE TABLE learning_vectors (
    number INTEGER PRIMARY KEY AUTOINCREMENT, learning_id INTEGER NOT NULL UNIQUE, model TEXT NOT NULL, vector BLOB NOT NULL);
CREATE TRIGGER learning_vector_forgotten AFTER DELETE ON learnings BEGIN
    DELETE FROM learning_vectors WHERE learning_id = old.id;
END;
";

/// A vector of the table.
#[derive(Debug)]
pub(crate) struct VectorRow {
    pub(crate) learning_id: i64,
    pub(crate) number: i64,
    pub(crate) vector: Option<Vector>,
}

impl Store {
    /// Learnings behind this number without a vector by this model, the newest first.
    pub(crate) fn without_vector(
        &self,
        model: &str,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Learning>, StoreError> {
        let sql = format!(
            "SELECT {LEARNING_COLUMNS} FROM learnings AS l WHERE id > ?2 AND NOT EXISTS (
                SELECT 1 FROM learning_vectors WHERE learning_id = l.id AND model = ?1)
            ORDER BY id DESC LIMIT ?3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![model, after, limit], learning_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps vectors of learnings. One that was forgotten meanwhile is left out.
    pub(crate) fn add_vectors(&mut self, model: &str, vectors: &[(i64, Vector)]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for (id, vector) in vectors {
            transaction.prepare_cached(INSERT_VECTOR)?.execute(params![id, model, vector.bytes()])?;
        }
        Ok(transaction.commit()?)
    }

    /// Vectors by this model behind this number, in their order.
    pub(crate) fn vectors_after(&self, model: &str, number: i64) -> Result<Vec<VectorRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(SELECT_VECTORS)?;
        let rows = statement.query_map(params![model, number], |row| {
            let vector = row.get_ref(2)?.as_blob().ok().and_then(Vector::from_bytes);
            Ok(VectorRow { learning_id: row.get(1)?, number: row.get(0)?, vector })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

const INSERT_VECTOR: &str = "
INSERT OR REPLACE INTO learning_vectors (learning_id, model, vector)
SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM learnings WHERE id = ?1)";

const SELECT_VECTORS: &str = "
SELECT number, learning_id, vector FROM learning_vectors WHERE number > ?2 AND model = ?1 ORDER BY number";
