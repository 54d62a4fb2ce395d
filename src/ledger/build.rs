//! Building a ledger: opening its file, folding events into it, making it anew.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::error::LedgerError;
use super::query::{STATEMENTS, steady};
use super::{ahead, fold};
use crate::event::envelope::Position;
use crate::event_log::{LogReader, Outline};
use crate::stage::plan::{Identities, Plan};

/// The layout of the ledger's tables; another one is rebuilt, never migrated.
pub(super) const LEDGER_VERSION: i64 = 8;

/// Events folded in one transaction while catching up.
const PAGE: usize = 2_000;

/// Events from the log's start on that are worth a thread that reads ahead.
const LONG: u64 = 64;

/// The indexes that folding itself looks by.
const WHILE_FOLDING: [&str; 2] = ["figures_by_document", "finding_cells_by_finding"];

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
    plan: Plan,
    checkpoint: Position,
    /// What [`LedgerWriter::finish`] makes.
    indexes: Vec<String>,
}

impl LedgerWriter {
    /// Opens the ledger at `path` to go on, making it where there is none. A ledger that was made
    /// for other identities or by another version of the program is emptied first: it is derived.
    ///
    /// # Errors
    /// What SQLite or the file system says.
    pub fn open(path: &Path, generation: u64, plan: impl Into<Plan>) -> Result<Self, LedgerError> {
        let plan = plan.into();
        if path.exists() && !is_current(path, &recorded(&plan.identities)) {
            remove(path)?;
        }
        // The log is the truth: a ledger that a power cut tears is rebuilt, so NORMAL is enough.
        let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;";
        Self::connect(path, generation, plan, pragmas)
    }

    /// Makes a file that nobody reads before [`LedgerWriter::finish`]: nothing of it is safe until then, and
    /// what only readers look by is made last.
    fn fresh(path: &Path, generation: u64, plan: Plan) -> Result<Self, LedgerError> {
        remove(path)?;
        let pragmas = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
                       PRAGMA temp_store = MEMORY; PRAGMA cache_size = -262144;";
        let mut made = Self::connect(path, generation, plan, pragmas)?;
        let sqlite = |source| LedgerError::Sqlite { path: path.to_owned(), source };
        let kept = WHILE_FOLDING.map(|name| format!("'{name}'")).join(", ");
        let sql = format!(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND name NOT IN ({kept})"
        );
        let indexes: Vec<(String, String)> = made
            .connection
            .prepare(&sql)
            .and_then(|mut statement| {
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })
            .map_err(sqlite)?;
        for (name, sql) in indexes {
            made.connection.execute_batch(&format!("DROP INDEX {name}")).map_err(sqlite)?;
            made.indexes.push(sql);
        }
        Ok(made)
    }

    /// Opens a copy of another generation's ledger, which nobody reads before [`LedgerWriter::finish`].
    pub(super) fn of_copy(path: &Path, generation: u64, plan: Plan) -> Result<Self, LedgerError> {
        let pragmas = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
                       PRAGMA temp_store = MEMORY; PRAGMA cache_size = -262144;";
        Self::connect(path, generation, plan, pragmas)
    }

    fn connect(path: &Path, generation: u64, plan: Plan, pragmas: &str) -> Result<Self, LedgerError> {
        let recorded = recorded(&plan.identities);
        let sqlite = |source| LedgerError::Sqlite { path: path.to_owned(), source };
        let connection = Connection::open(path).map_err(sqlite)?;
        connection.busy_timeout(BUSY_WAIT).map_err(sqlite)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        steady(&connection).map_err(sqlite)?;
        connection.execute_batch(pragmas).map_err(sqlite)?;
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
        let indexes = Vec::new();
        Ok(Self { connection, path: path.to_owned(), generation, plan, checkpoint, indexes })
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
        self.transact(log, last.position, |fold| fresh.iter().try_for_each(|event| fold.outline(event)))
    }

    /// Folds in one transaction with the new checkpoint.
    pub(super) fn transact(
        &mut self,
        log: &LogReader,
        position: Position,
        work: impl FnOnce(&fold::Fold<'_>) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let sqlite = |source| LedgerError::Sqlite { path: self.path.clone(), source };
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(sqlite)?;
        let fold = fold::Fold {
            ledger: &transaction,
            log,
            generation: self.generation,
            plan: &self.plan,
            path: &self.path,
        };
        work(&fold)?;
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
        if self.checkpoint == Position(0) && until.0 >= LONG {
            self.fill(log, until, &mut progress)?;
        }
        while self.checkpoint < until {
            let left = usize::try_from(until.0 - self.checkpoint.0).unwrap_or(usize::MAX);
            let mut events = log.outlines_after(self.checkpoint, PAGE.min(left))?;
            // Where a generation was let go positions are missing, and as many events reach further.
            events.retain(|event| event.position <= until);
            if events.is_empty() {
                break;
            }
            self.apply(log, &events)?;
            progress(self.checkpoint);
        }
        // The last events up to there were let go.
        if self.checkpoint < until && until <= log.head()? {
            self.transact(log, until, |_| Ok(()))?;
            progress(until);
        }
        Ok(())
    }

    /// Folds the log from its start on, reading ahead on a second thread.
    fn fill(
        &mut self,
        log: &LogReader,
        until: Position,
        mut progress: impl FnMut(Position),
    ) -> Result<(), LedgerError> {
        let plan = self.plan.clone();
        ahead::pages(log.path(), &plan, until, |page| {
            let Some(last) = page.last() else { return Ok(()) };
            self.transact(log, last.outline.position, |fold| {
                page.iter().try_for_each(|one| fold.ahead(one))
            })?;
            progress(self.checkpoint);
            Ok(())
        })
    }

    /// Makes what [`LedgerWriter::fresh`] left out, and closes the file, safe on disk.
    pub(super) fn finish(self) -> Result<(), LedgerError> {
        let path = self.path;
        let made = self.connection.execute_batch(&format!("{}; PRAGMA optimize;", self.indexes.join("; ")));
        made.map_err(|source| LedgerError::Sqlite { path: path.clone(), source })?;
        self.connection.close().map_err(|(_, source)| LedgerError::Sqlite { path: path.clone(), source })?;
        let safe = std::fs::File::open(&path).and_then(|file| file.sync_all());
        safe.map_err(|source| LedgerError::Io { path, source })
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
    plan: impl Into<Plan>,
    until: Position,
    progress: impl FnMut(Position),
) -> Result<(), LedgerError> {
    let fresh = path.with_extension("rebuilding");
    let mut writer = LedgerWriter::fresh(&fresh, generation, plan.into())?;
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

pub(super) fn recorded(identities: &Identities) -> String {
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

pub(super) fn remove(path: &Path) -> Result<(), LedgerError> {
    for extra in ["", "-wal", "-shm"] {
        remove_one(&beside(path, extra))?;
    }
    Ok(())
}

pub(super) fn beside(path: &Path, extra: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(extra);
    path.with_file_name(name)
}

pub(super) fn remove_one(path: &Path) -> Result<(), LedgerError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(LedgerError::Io { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}
