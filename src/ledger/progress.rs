//! How far the documents have come: by stage, and the newest of them.

use rusqlite::params;
use serde::Serialize;

use super::error::LedgerError;
use super::query::{DocumentRow, LedgerReader};
use crate::stage::plan::Stage;

/// How many documents each stage has done and has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageProgress {
    /// Documents received.
    pub received: u64,
    /// For each stage, in order, as [`StageRow`].
    pub stages: [StageRow; 4],
}

/// One stage's part of [`StageProgress`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct StageRow {
    /// Documents that it has answered.
    pub done: u64,
    /// Documents that it can begin or is at work on.
    pub waiting: u64,
    /// Documents that it gave up.
    pub parked: u64,
}

impl LedgerReader {
    /// Returns how far the documents have come.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn progress(&self) -> Result<StageProgress, LedgerError> {
        let received = self.number("SELECT count(*) FROM documents", [])?;
        let mut stages = [StageRow::default(); 4];
        self.for_each("SELECT stage, count(*) FROM answers WHERE projected GROUP BY stage", [], |row| {
            let (name, done) = self.read(row, |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
            if let Some(stage) = Stage::ALL.into_iter().find(|stage| stage.name() == name) {
                stages[stage as usize].done = done.cast_unsigned();
            }
            Ok::<_, LedgerError>(())
        })?;
        let mut before = received;
        for stage in Stage::ALL {
            let row = &mut stages[stage as usize];
            let parked = "SELECT count(*) FROM troubles WHERE parked AND stage = ?1";
            row.parked = self.number(parked, params![stage.name()])?;
            row.waiting = before.saturating_sub(row.done).saturating_sub(self.ended_before(stage)?);
            before = row.done;
        }
        Ok(StageProgress { received, stages })
    }

    /// Counts the documents that could begin `stage` and wait for nothing: given up, refused or set aside.
    fn ended_before(&self, stage: Stage) -> Result<u64, LedgerError> {
        let answered = |name: &str| {
            format!(
                "EXISTS (SELECT 1 FROM answers a WHERE a.document = e.document AND a.stage = '{name}' AND a.projected)"
            )
        };
        let before = match stage {
            Stage::Clean => "EXISTS (SELECT 1 FROM documents d WHERE d.document = e.document)".to_owned(),
            Stage::Segment => answered(Stage::Clean.name()),
            Stage::Extract => answered(Stage::Segment.name()),
            Stage::Reconcile => answered(Stage::Extract.name()),
        };
        let sql = format!(
            "WITH e AS (SELECT document FROM set_aside UNION SELECT document FROM refused
                        UNION SELECT document FROM troubles WHERE parked)
             SELECT count(*) FROM e WHERE {before} AND NOT {}",
            answered(stage.name())
        );
        self.number(&sql, [])
    }

    /// Returns the documents received last, newest first.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn newest(&self, limit: u32) -> Result<Vec<DocumentRow>, LedgerError> {
        self.documents_where(
            "d.position IN (SELECT position FROM documents ORDER BY position DESC LIMIT ?1) ORDER BY d.position DESC",
            params![limit],
        )
    }

    fn number(&self, sql: &str, values: impl rusqlite::Params) -> Result<u64, LedgerError> {
        let mut found = 0;
        self.for_each(sql, values, |row| {
            found = self.read(row, |row| row.get::<_, i64>(0))?.cast_unsigned();
            Ok::<_, LedgerError>(())
        })?;
        Ok(found)
    }
}
