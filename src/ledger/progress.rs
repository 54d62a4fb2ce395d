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
        // What is given up, refused or set aside waits for nothing.
        let ended = "SELECT document FROM set_aside UNION SELECT document FROM refused
                     UNION SELECT document FROM troubles WHERE parked";
        let mut stages = [StageRow::default(); 4];
        for stage in Stage::ALL {
            let answered =
                |name: &str| format!("SELECT document FROM answers WHERE stage = '{name}' AND projected");
            let before = match stage {
                Stage::Clean => "SELECT document FROM documents".to_owned(),
                Stage::Segment => answered(Stage::Clean.name()),
                Stage::Extract => answered(Stage::Segment.name()),
                Stage::Reconcile => answered(Stage::Extract.name()),
            };
            let own = answered(stage.name());
            let parked = "SELECT count(*) FROM troubles WHERE parked AND stage = ?1";
            stages[stage as usize] = StageRow {
                done: self.number(&format!("SELECT count(*) FROM ({own})"), [])?,
                waiting: self.number(
                    &format!("SELECT count(*) FROM ({before} EXCEPT {own} EXCEPT SELECT * FROM ({ended}))"),
                    [],
                )?,
                parked: self.number(parked, params![stage.name()])?,
            };
        }
        Ok(StageProgress { received, stages })
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
