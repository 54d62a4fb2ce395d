//! Building a ledger: opening its file, folding events into it, making it anew.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::error::LedgerError;
use super::fold;
use crate::event::envelope::Position;
use crate::event_log::{LogReader, Outline};
use crate::stage::plan::Identities;

/// The layout of the ledger's tables; another one is rebuilt, never migrated.
pub(super) const LEDGER_VERSION: i64 = 4;

/// Events folded in one transaction while rebuilding.
const PAGE: usize = 2_000;

/// How long a statement waits for another connection of the same file.
pub(super) const BUSY_WAIT: Duration = Duration::from_secs(5);

const SCHEMA: &str = include_str!("schema.sql");

/// Returns where the ledger of `generation` lies.
pub fn ledger_path(data_dir: &Path, generation: u64) -> PathBuf {
    data_dir.join(format!("ledger-{generation}.db"))
}

/// Folds events into one ledger file.
#[derive(Debug)]
pub struct LedgerWriter {
    connection: Connection,
    path: PathBuf,
    generation: u64,
    identities: Identities,
    checkpoint: Position,
}

impl LedgerWriter {
    /// Opens the ledger at `path` to go on, making it where there is none. A ledger that was made
    /// for other identities or by another version of the program is emptied first: it is derived.
    ///
    /// # Errors
    /// What SQLite or the file system says.
    pub fn open(path: &Path, generation: u64, identities: Identities) -> Result<Self, LedgerError> {
        let recorded = recorded(&identities);
        if path.exists() && !is_current(path, &recorded) {
            remove(path)?;
        }
        let sqlite = |source| LedgerError::Sqlite { path: path.to_owned(), source };
        let connection = Connection::open(path).map_err(sqlite)?;
        connection.busy_timeout(BUSY_WAIT).map_err(sqlite)?;
        connection.set_prepared_statement_cache_capacity(64);
        // The log is the truth: a ledger that a power cut tears is rebuilt, so NORMAL is enough.
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;",
            )
            .map_err(sqlite)?;
        let version: i64 =
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sqlite)?;
        if version == 0 {
            connection
                .execute_batch(&format!("BEGIN; {SCHEMA} PRAGMA user_version = {LEDGER_VERSION}; COMMIT;"))
                .map_err(sqlite)?;
            for (name, value) in
                [("checkpoint", "0"), ("generation", generation.to_string().as_str()), ("stages", &recorded)]
            {
                connection
                    .execute("INSERT INTO ledger (name, value) VALUES (?1, ?2)", params![name, value])
                    .map_err(sqlite)?;
            }
        }
        let checkpoint: String = connection
            .query_row("SELECT value FROM ledger WHERE name = 'checkpoint'", [], |row| row.get(0))
            .map_err(sqlite)?;
        let checkpoint = Position(checkpoint.parse().unwrap_or(0));
        Ok(Self { connection, path: path.to_owned(), generation, identities, checkpoint })
    }

    /// Returns the last position folded.
    pub const fn checkpoint(&self) -> Position {
        self.checkpoint
    }

    /// Folds `events`, which follow the checkpoint in the order of the log, in one transaction with
    /// the new checkpoint. Events at or before the checkpoint are passed over.
    ///
    /// # Errors
    /// What SQLite says, and what `log` says where an event is read; nothing of
    /// the batch is folded then.
    pub fn apply(&mut self, log: &LogReader, events: &[Outline]) -> Result<(), LedgerError> {
        let fresh: Vec<&Outline> = events.iter().filter(|event| event.position > self.checkpoint).collect();
        let Some(last) = fresh.last() else { return Ok(()) };
        let position = last.position;
        let sqlite = |source| LedgerError::Sqlite { path: self.path.clone(), source };
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(sqlite)?;
        let fold = fold::Fold {
            ledger: &transaction,
            log,
            generation: self.generation,
            identities: &self.identities,
            path: &self.path,
        };
        for event in fresh {
            fold.outline(event)?;
        }
        transaction
            .prepare_cached("UPDATE ledger SET value = ?1 WHERE name = 'checkpoint'")
            .and_then(|mut statement| statement.execute(params![position.to_string()]))
            .map_err(sqlite)?;
        transaction.commit().map_err(sqlite)?;
        self.checkpoint = position;
        Ok(())
    }

    /// Folds everything that the log has after the checkpoint, up to `until`; `progress` hears of
    /// each position reached.
    ///
    /// # Errors
    /// As [`LedgerWriter::apply`], and what the log says.
    pub fn catch_up(
        &mut self,
        log: &LogReader,
        until: Position,
        mut progress: impl FnMut(Position),
    ) -> Result<(), LedgerError> {
        while self.checkpoint < until {
            let left = usize::try_from(until.0 - self.checkpoint.0).unwrap_or(usize::MAX);
            let events = log.outlines_after(self.checkpoint, PAGE.min(left))?;
            if events.is_empty() {
                break;
            }
            self.apply(log, &events)?;
            progress(self.checkpoint);
        }
        Ok(())
    }

    /// Closes the file so that it is one file again, without a write-ahead log beside it.
    fn finish(self) -> Result<(), LedgerError> {
        let path = self.path;
        self.connection
            .execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")
            .map_err(|source| LedgerError::Sqlite { path: path.clone(), source })?;
        self.connection.close().map_err(|(_, source)| LedgerError::Sqlite { path, source })
    }
}

/// Makes the ledger at `path` anew from the log, up to `until`, in a file beside it, and swaps it in
/// by rename: readers see the old one or the new one, never a mix.
///
/// # Errors
/// What SQLite, the file system or the log says; the old ledger stays then.
pub fn rebuild(
    log: &LogReader,
    path: &Path,
    generation: u64,
    identities: Identities,
    until: Position,
    progress: impl FnMut(Position),
) -> Result<(), LedgerError> {
    let fresh = path.with_extension("rebuilding");
    remove(&fresh)?;
    let mut writer = LedgerWriter::open(&fresh, generation, identities)?;
    writer.catch_up(log, until, progress)?;
    writer.finish()?;
    // What an older file left beside itself must not be read as the new file's.
    for extra in ["-wal", "-shm"] {
        remove_one(&beside(path, extra))?;
    }
    std::fs::rename(&fresh, path).map_err(|source| LedgerError::Io { path: path.to_owned(), source })?;
    for extra in ["-wal", "-shm"] {
        remove_one(&beside(&fresh, extra))?;
    }
    Ok(())
}

fn recorded(identities: &Identities) -> String {
    let stages: Vec<String> =
        identities.to_recorded().into_iter().map(|(name, digest)| format!("{name}={digest}")).collect();
    stages.join(" ")
}

fn is_current(path: &Path, stages: &str) -> bool {
    let open = Connection::open(path);
    open.is_ok_and(|connection| {
        let version: Option<i64> = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).ok();
        let found: Option<String> = connection
            .query_row("SELECT value FROM ledger WHERE name = 'stages'", [], |row| row.get(0))
            .optional()
            .ok()
            .flatten();
        version == Some(LEDGER_VERSION) && found.as_deref() == Some(stages)
    })
}

fn remove(path: &Path) -> Result<(), LedgerError> {
    for extra in ["", "-wal", "-shm"] {
        remove_one(&beside(path, extra))?;
    }
    Ok(())
}

fn beside(path: &Path, extra: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(extra);
    path.with_file_name(name)
}

fn remove_one(path: &Path) -> Result<(), LedgerError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(LedgerError::Io { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}
