//! A generation's ledger out of a copy of the one that it goes on from: where few answers differ, only these
//! are folded. It is, row for row, the ledger that folding the whole log gives.

use std::path::Path;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OptionalExtension, params};

use super::build::{LedgerWriter, beside, recorded, remove, remove_one};
use super::error::LedgerError;
use super::fold::{Done, Fold};
use super::query::{LedgerReader, digest};
use crate::event::envelope::Position;
use crate::event_log::LogReader;
use crate::model::Digest;
use crate::stage::plan::{Plan, Stage, stale};

/// Pages copied at a time; the reader's snapshot holds one moment, so that there is nothing to wait for.
const PAGES: i32 = 16_384;

impl LedgerReader {
    /// Tells whether a copy of this ledger is what a follower's goes on from: nothing waits to be taken into
    /// account, and nothing was after `until`.
    fn stands_at(&self, until: Position) -> Result<bool, LedgerError> {
        let mut stands = false;
        let sql =
            "SELECT coalesce(max(position), 0) <= ?1 AND NOT EXISTS (SELECT 1 FROM unjoined) FROM joined";
        self.for_each(sql, params![until.0.cast_signed()], |row| {
            stands = self.read(row, |row| row.get(0))?;
            Ok::<_, LedgerError>(())
        })?;
        Ok(stands)
    }

    fn copy(&self, to: &Path) -> Result<(), LedgerError> {
        let into = |source| LedgerError::Sqlite { path: to.to_owned(), source };
        let mut target = Connection::open(to).map_err(into)?;
        target.execute_batch("PRAGMA synchronous = OFF;").map_err(into)?;
        let backup = Backup::new(self.connection(), &mut target).map_err(into)?;
        backup.run_to_completion(PAGES, std::time::Duration::ZERO, None).map_err(into)
    }
}

/// Makes the ledger of `generation` at `path` up to `until` out of the one at `before`, of the generation that
/// `plan` goes on from. Returns false, with nothing made, where that one is not as it was when `plan` was made.
///
/// # Errors
/// What SQLite, the file system or the log says.
pub fn adopt(
    log: &LogReader,
    before: &Path,
    path: &Path,
    generation: u64,
    plan: &Plan,
    until: Position,
    mut progress: impl FnMut(Position),
) -> Result<bool, LedgerError> {
    let Some(followed) = plan.nearest() else { return Ok(false) };
    let fresh = path.with_extension("rebuilding");
    {
        let reader = LedgerReader::open(before)?;
        reader.hold()?;
        if reader.generation()? != followed.generation || !reader.stands_at(followed.until)? {
            return Ok(false);
        }
        remove(&fresh)?;
        reader.copy(&fresh)?;
    }
    let mut writer = LedgerWriter::of_copy(&fresh, generation, plan.clone())?;
    let checkpoint = writer.checkpoint();
    writer.transact(log, checkpoint, |fold| fold.take_over())?;
    progress(checkpoint);
    writer.catch_up(log, until, progress)?;
    writer.finish()?;
    for extra in ["-wal", "-shm"] {
        remove_one(&beside(path, extra))?;
    }
    std::fs::rename(&fresh, path).map_err(|source| LedgerError::Io { path: path.to_owned(), source })?;
    remove(&fresh)?;
    Ok(true)
}

impl Fold<'_> {
    /// Makes of what the generation before shows what this one shows.
    fn take_over(&self) -> Done {
        for (name, value) in
            [("generation", self.generation.to_string()), ("stages", recorded(&self.plan.identities))]
        {
            self.run("UPDATE ledger SET value = ?2 WHERE name = ?1", params![name, value])?;
        }
        let mut anew = Vec::new();
        for code in self.plan.nearest().into_iter().flat_map(|followed| &followed.anew) {
            let sql = "SELECT DISTINCT document FROM joined_cells WHERE substr(cell, 1, length(?1)) = ?1";
            anew.extend(self.documents(sql, params![format!("{code} ")])?);
        }
        anew.sort_unstable();
        anew.dedup();
        for document in &anew {
            let name = document.to_string();
            let basis: Option<String> = self.sql(|| {
                self.ledger
                    .prepare_cached("SELECT basis FROM joined WHERE document = ?1")?
                    .query_row(params![name], |row| row.get(0))
                    .optional()
                    .map(Option::flatten)
            })?;
            let basis = basis.and_then(|text| text.parse().ok()).map(|basis| stale(basis).to_string());
            self.run("UPDATE joined SET basis = ?2 WHERE document = ?1", params![name, basis])?;
        }
        for document in self.documents("SELECT DISTINCT document FROM answers", [])? {
            self.take_back(document)?;
            self.advance(document)?;
        }
        for document in anew {
            if let Some((now, position)) = self.shown_basis(document)? {
                self.mark_unjoined(document, now, position)?;
            }
        }
        Ok(())
    }

    fn documents(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Digest>, LedgerError> {
        self.sql(|| {
            let mut statement = self.ledger.prepare_cached(sql)?;
            let rows = statement.query_map(params, |row| digest(row, 0))?;
            rows.collect()
        })
    }

    /// Takes away what is shown of a document under keys that are not reached by this plan.
    fn take_back(&self, document: Digest) -> Done {
        let name = document.to_string();
        let mut answers = [None; 4];
        let mut reached = true;
        for stage in Stage::ALL {
            let key = if reached { self.plan.key(stage, document, &answers) } else { None };
            let found: Option<String> = match key {
                None => None,
                Some(key) => self.sql(|| {
                    self.ledger
                        .prepare_cached(
                            "SELECT payload FROM answers WHERE document = ?1 AND stage = ?2 AND stage_key = ?3",
                        )?
                        .query_row(params![name, stage.name(), key.to_string()], |row| row.get(0))
                        .optional()
                })?,
            };
            answers[stage as usize] = found.and_then(|payload| payload.parse().ok());
            reached = answers[stage as usize].is_some();
            if reached {
                continue;
            }
            self.hide_stage(&name, stage)?;
            self.run(
                "UPDATE answers SET projected = 0 WHERE document = ?1 AND stage = ?2 AND projected",
                params![name, stage.name()],
            )?;
        }
        Ok(())
    }
}
