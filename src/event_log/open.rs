//! Opening the log's file: pragmas, version, lock.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::LogError;

/// The layout of the log's tables that this program writes.
pub(super) const LOG_VERSION: i64 = 2;

/// Older SQLite can lose a write when the WAL is reset while a checkpoint runs.
const OLDEST_SQLITE: i32 = 3_051_003;

/// How long a reader waits for a checkpoint to let go of the file.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// Statements kept prepared; more than the log has.
const STATEMENTS: usize = 64;

const SCHEMA: &str = include_str!("schema.sql");

/// What version 2 of the layout added to version 1.
const LET_GO: &str = "CREATE TABLE let_go (
  position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL,
  schema INTEGER NOT NULL, stage_key BLOB, cause INTEGER, generation INTEGER NOT NULL,
  attempt INTEGER NOT NULL, recorded_at INTEGER NOT NULL, payload_digest BLOB NOT NULL, digest BLOB NOT NULL,
  UNIQUE (stream, version)
) STRICT;";

pub(super) fn check_sqlite() -> Result<(), LogError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(LogError::OldSqlite { found: rusqlite::version().to_owned() });
    }
    Ok(())
}

/// Takes the lock that makes a process the one writer; it is let go when the file is closed, also
/// by a crash.
pub(super) fn lock(path: &Path) -> Result<File, LogError> {
    let lock_path = lock_path(path);
    let io = |source| LogError::Io { path: lock_path.clone(), source };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(LogError::Io { path: lock_path, source }),
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    path.with_file_name(name)
}

/// Opens for writing, making the tables in a new file.
pub(super) fn for_writing(path: &Path) -> Result<Connection, LogError> {
    check_sqlite()?;
    let sqlite = |source| LogError::Sqlite { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|source| LogError::Io { path: folder.to_owned(), source })?;
    }
    let connection = Connection::open(path).map_err(sqlite)?;
    connection.busy_timeout(BUSY_WAIT).map_err(sqlite)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A statement is planned once, not again for every limit that is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(sqlite)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF; PRAGMA cache_size = -32768;",
        )
        .map_err(sqlite)?;
    let version = version(&connection, path)?;
    if version == 0 {
        connection
            .execute_batch(&format!("BEGIN; {SCHEMA} PRAGMA user_version = {LOG_VERSION}; COMMIT;"))
            .map_err(sqlite)?;
    }
    if version == 1 {
        connection
            .execute_batch(&format!("BEGIN; {LET_GO} PRAGMA user_version = {LOG_VERSION}; COMMIT;"))
            .map_err(sqlite)?;
    }
    Ok(connection)
}

/// Opens for reading beside a writer.
pub(super) fn for_reading(path: &Path) -> Result<Connection, LogError> {
    check_sqlite()?;
    if !path.exists() {
        return Err(LogError::Missing { path: path.to_owned() });
    }
    let sqlite = |source| LogError::Sqlite { path: path.to_owned(), source };
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(sqlite)?;
    connection.busy_timeout(BUSY_WAIT).map_err(sqlite)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A statement is planned once, not again for every limit that is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(sqlite)?;
    connection.execute_batch("PRAGMA query_only = ON;").map_err(sqlite)?;
    if version(&connection, path)? == 0 {
        // A file that its writer has only just made has no table yet.
        return Err(LogError::Missing { path: path.to_owned() });
    }
    Ok(connection)
}

/// Reads the layout's version; 0 where there is nothing in the file yet.
fn version(connection: &Connection, path: &Path) -> Result<i64, LogError> {
    let failed = |source: rusqlite::Error| match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => LogError::NotALog { path: path.to_owned() },
        _ => LogError::Sqlite { path: path.to_owned(), source },
    };
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    // A ledger, or a database of another program, has a version too.
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_master WHERE type = 'table'", [], |row| row.get(0))
        .map_err(failed)?;
    let has_events = connection
        .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'events'")
        .and_then(|mut statement| statement.exists([]))
        .map_err(failed)?;
    if tables > 0 && !has_events {
        return Err(LogError::NotALog { path: path.to_owned() });
    }
    if found > LOG_VERSION {
        return Err(LogError::Newer { path: path.to_owned(), found, known: LOG_VERSION });
    }
    Ok(found)
}
