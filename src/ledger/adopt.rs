//! A generation's ledger out of a copy of the one that it goes on from: only the answers that differ are
//! folded. It is, row for row, the ledger that folding the whole log gives.

use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OptionalExtension, params};

use super::build::{LedgerWriter, beside, recorded, remove, remove_one};
use super::error::LedgerError;
use super::fold::{Done, Fold};
use super::query::{LedgerReader, digest};
use crate::event::envelope::Position;
use crate::event_log::LogReader;
use crate::model::Digest;
use crate::stage::plan::{Plan, Stage, basis, stale};

/// Pages copied at a time; the reader's snapshot holds one moment, so that there is nothing to wait for.
const PAGES: i32 = 16_384;

/// Returns where a copy of the ledger that a generation goes on from is kept until its own, at `path`, is made.
pub fn base_path(path: &Path) -> PathBuf {
    path.with_extension("base")
}

impl LedgerReader {
    /// Tells whether a copy of this ledger is what a follower's goes on from: of what was decided across
    /// documents it holds all until `until`, and nothing after.
    fn stands_at(&self, until: Position) -> Result<bool, LedgerError> {
        let mut stands = false;
        let sql = "SELECT coalesce(max(position), 0) <= ?1 FROM joined";
        self.for_each(sql, params![until.0.cast_signed()], |row| {
            stands = self.read(row, |row| row.get(0))?;
            Ok::<_, LedgerError>(())
        })?;
        Ok(stands && self.checkpoint()? >= until)
    }

    fn copy(&self, to: &Path) -> Result<(), LedgerError> {
        let into = |source| LedgerError::Sqlite { path: to.to_owned(), source };
        let mut target = Connection::open(to).map_err(into)?;
        target.execute_batch("PRAGMA synchronous = OFF;").map_err(into)?;
        let backup = Backup::new(self.connection(), &mut target).map_err(into)?;
        backup.run_to_completion(PAGES, std::time::Duration::ZERO, None).map_err(into)
    }

    /// Keeps a copy of this ledger, as it is held, for [`adopt`] to make the one at `path` of: by then this one
    /// may have gone on.
    ///
    /// # Errors
    /// What SQLite or the file system says.
    pub fn keep_for(&self, path: &Path) -> Result<(), LedgerError> {
        let half = path.with_extension("rebuilding");
        remove(&half)?;
        self.copy(&half)?;
        rename(&half, &base_path(path))
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), LedgerError> {
    std::fs::rename(from, to).map_err(|source| LedgerError::Io { path: to.to_owned(), source })
}

/// Puts a copy of the ledger that a follower goes on from at `fresh`: the one that was kept when the follower
/// began, else one of the ledger at `before`, where that has not gone on since.
fn place(
    before: &Path,
    path: &Path,
    fresh: &Path,
    generation: u64,
    until: Position,
) -> Result<bool, LedgerError> {
    remove(fresh)?;
    let kept = base_path(path);
    let fits = |ledger: &LedgerReader| -> Result<bool, LedgerError> {
        Ok(ledger.generation()? == generation && ledger.stands_at(until)?)
    };
    let is_kept =
        kept.exists() && LedgerReader::open(&kept).and_then(|ledger| fits(&ledger)).unwrap_or(false);
    if is_kept {
        rename(&kept, fresh)?;
    } else {
        let reader = LedgerReader::open(before)?;
        reader.hold()?;
        if !fits(&reader)? {
            return Ok(false);
        }
        reader.copy(fresh)?;
    }
    remove(&kept)?;
    Ok(true)
}

/// Makes the ledger of `generation` at `path` up to `until` out of the one of the generation that `plan` goes on
/// from, at `before`, or a copy of it that was kept. Returns false, with nothing made, where neither is as it
/// was when `plan` was made.
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
    if !place(before, path, &fresh, followed.generation, followed.until)? {
        return Ok(false);
    }
    let mut writer = LedgerWriter::of_copy(&fresh, generation, plan.clone())?;
    let checkpoint = writer.checkpoint();
    writer.transact(log, checkpoint, |fold| fold.take_over())?;
    progress(checkpoint);
    // What another answer of a document shows is put in the place of what is there, row by row; what none takes
    // the place of goes last.
    writer.catch_up(log, until, progress)?;
    let checkpoint = writer.checkpoint();
    writer.transact(log, checkpoint, |fold| fold.take_back_all())?;
    writer.finish()?;
    for extra in ["-wal", "-shm"] {
        remove_one(&beside(path, extra))?;
    }
    rename(&fresh, path)?;
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
        for document in self.told_anew()? {
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
        Ok(())
    }

    /// Returns the documents that state an indicator which is told by other words than before.
    fn told_anew(&self) -> Result<Vec<Digest>, LedgerError> {
        let mut anew = Vec::new();
        for code in self.plan.nearest().into_iter().flat_map(|followed| &followed.anew) {
            let sql = "SELECT DISTINCT document FROM joined_cells WHERE substr(cell, 1, length(?1)) = ?1";
            anew.extend(self.documents(sql, params![format!("{code} ")])?);
        }
        anew.sort_unstable();
        anew.dedup();
        Ok(anew)
    }

    /// Takes away what no answer of this generation shows, and finds what is to be taken into account anew.
    fn take_back_all(&self) -> Done {
        for document in self.documents("SELECT DISTINCT document FROM answers", [])? {
            self.take_back(document)?;
            self.advance(document)?;
        }
        for document in self.told_anew()? {
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

    /// Takes away what is shown of a document under keys that are not reached by this plan; where another key
    /// has the same answer, it stays.
    fn take_back(&self, document: Digest) -> Done {
        let name = document.to_string();
        let mut answers = [None; 4];
        let mut reached = true;
        for stage in Stage::ALL {
            let key = if reached { self.plan.key(stage, document, &answers) } else { None };
            let found = match key {
                None => None,
                Some(key) => self.answer_under(&name, stage, key)?,
            };
            answers[stage as usize] = found.as_ref().and_then(|found| found.payload.parse().ok());
            reached = answers[stage as usize].is_some();
            if found.as_ref().is_some_and(|found| found.projected) {
                continue;
            }
            if let (Some(found), Some(key)) = (&found, key)
                && self.is_shown(&name, stage, &found.payload)?
            {
                self.same_answer(&name, stage, key, found.position)?;
                if let (Stage::Reconcile, Some(basis)) = (stage, basis(&answers)) {
                    self.mark_unjoined(document, basis, found.position)?;
                }
                continue;
            }
            // What is found takes the place of what is shown, once the chain of keys has reached it.
            if found.is_none() {
                self.hide_stage(&name, stage)?;
            }
            self.run(
                "UPDATE answers SET projected = 0 WHERE document = ?1 AND stage = ?2 AND projected",
                params![name, stage.name()],
            )?;
            if !reached && stage == Stage::Reconcile {
                self.run("DELETE FROM unjoined WHERE document = ?1", params![name])?;
            }
        }
        Ok(())
    }

    fn answer_under(
        &self,
        document: &str,
        stage: Stage,
        key: Digest,
    ) -> Result<Option<Answered>, LedgerError> {
        self.sql(|| {
            self.ledger
                .prepare_cached(
                    "SELECT position, payload, projected FROM answers
                     WHERE document = ?1 AND stage = ?2 AND stage_key = ?3",
                )?
                .query_row(params![document, stage.name(), key.to_string()], |row| {
                    let position = Position(row.get::<_, i64>(0)?.cast_unsigned());
                    Ok(Answered { position, payload: row.get(1)?, projected: row.get(2)? })
                })
                .optional()
        })
    }

    pub(super) fn is_shown(&self, document: &str, stage: Stage, payload: &str) -> Result<bool, LedgerError> {
        self.sql(|| {
            self.ledger
                .prepare_cached(
                    "SELECT 1 FROM answers WHERE document = ?1 AND stage = ?2 AND projected AND payload = ?3",
                )?
                .exists(params![document, stage.name(), payload])
        })
    }

    /// Shows what is shown of a stage as the answer under `key`, which is the same.
    pub(super) fn same_answer(&self, document: &str, stage: Stage, key: Digest, position: Position) -> Done {
        self.run(
            "UPDATE answers SET projected = (stage_key = ?3) WHERE document = ?1 AND stage = ?2",
            params![document, stage.name(), key.to_string()],
        )?;
        let tables: &[&str] = match stage {
            Stage::Clean | Stage::Segment => return Ok(()),
            Stage::Extract => &["figures"],
            Stage::Reconcile => &["findings", "derived"],
        };
        let generation = self.log.generation_at(position)?;
        tables.iter().try_for_each(|table| self.asked_by(table, document, generation))
    }
}

/// An answer as the ledger remembers it.
struct Answered {
    position: Position,
    payload: String,
    projected: bool,
}
