//! Upkeep of a log: letting generations go, copying it while it is written, carrying it to another
//! machine event by event.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::backup::Backup;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::append::LogWriter;
use super::blobs;
use super::chain::link;
use super::error::LogError;
use super::read::{LogReader, RawEvent};
use super::verify::blobs_of;
use crate::event::codec;
use crate::event::envelope::{Append, Position, StreamId};
use crate::event::kinds::{Event, GenerationLetGo};
use crate::model::Digest;

/// Pages copied between two looks at the writer, and how long that is waited for.
const BACKUP_PAGES: i32 = 4_096;
const BACKUP_PAUSE: Duration = Duration::from_millis(1);

/// Events read at a time.
const PAGE: usize = 2_000;

/// An event as it is stored, with the blobs that it is the first to name.
pub type Carried = (RawEvent, Vec<(Digest, Vec<u8>)>);

/// What letting go came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct LetGo {
    /// Events of which the header is kept and nothing else.
    pub events: u64,
    /// Blobs that nothing names any more.
    pub blobs: u64,
    /// Bytes of the file before.
    pub bytes_before: u64,
    /// Bytes of the file after.
    pub bytes_after: u64,
}

impl LogWriter {
    /// Lets generations go: records it, moves the headers of `events` (stage answers that no kept
    /// generation shows) aside, removes their payloads and every blob that no event names any more, and
    /// gives the room back.
    ///
    /// # Errors
    /// What SQLite says; nothing is changed then.
    pub fn let_go(
        &mut self,
        generations: &[u64],
        events: &BTreeSet<u64>,
        now: Timestamp,
    ) -> Result<LetGo, LogError> {
        let path = self.path().to_owned();
        let sqlite = |source| LogError::Sqlite { path: path.clone(), source };
        let bytes = || std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let mut done = LetGo { bytes_before: bytes(), ..LetGo::default() };
        let requests: Vec<Append> = generations
            .iter()
            .map(|number| {
                let event = Event::GenerationLetGo(GenerationLetGo { number: *number });
                Append { generation: *number, ..Append::new(StreamId::Generations, event) }
            })
            .collect();
        for answer in self.append(&requests, now)? {
            answer.map_err(|error| LogError::Damaged { position: Position(0), what: error.to_string() })?;
        }
        let named = named_blobs(&LogReader::open(&path)?, events)?;
        let connection = self.connection();
        // What a moved event caused stays; its cause is found among the headers.
        connection.execute_batch("PRAGMA foreign_keys = OFF;").map_err(sqlite)?;
        let moved = move_aside(connection, events, &named);
        connection.execute_batch("PRAGMA foreign_keys = ON;").map_err(sqlite)?;
        (done.events, done.blobs) = moved.map_err(sqlite)?;
        self.forget();
        let connection = self.connection();
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); VACUUM;").map_err(sqlite)?;
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").map_err(sqlite)?;
        done.bytes_after = bytes();
        Ok(done)
    }

    /// Appends an event of another log as it stands there, link and all, with its blobs.
    ///
    /// # Errors
    /// [`LogError::Damaged`] where it does not follow; what SQLite says.
    pub fn import(&mut self, events: &[Carried]) -> Result<(), LogError> {
        let path = self.path().to_owned();
        let sqlite = |source| LogError::Sqlite { path: path.clone(), source };
        let (mut head, mut last) = self.head();
        let transaction =
            Transaction::new_unchecked(self.connection(), TransactionBehavior::Immediate).map_err(sqlite)?;
        for (event, given) in events {
            let position = Position(event.position);
            let damaged = |what: &str| LogError::Damaged { position, what: what.to_owned() };
            let payload = event.payload.as_deref().ok_or_else(|| damaged("it has no payload"))?;
            if event.position != head.0 + 1 {
                return Err(damaged(&format!("position {} was to follow", head.0 + 1)));
            }
            if Digest::of(payload) != event.payload_digest {
                return Err(damaged("its payload does not have its digest"));
            }
            if link(last, &event.header(), event.payload_digest) != event.digest {
                return Err(damaged("its link does not follow: it or its predecessor was changed"));
            }
            codec::decode(&event.kind, event.schema, payload)
                .map_err(|source| LogError::Unreadable { position, source })?;
            for (digest, bytes) in given {
                if Digest::of(bytes) != *digest {
                    return Err(damaged(&format!("blob {digest} does not have its digest")));
                }
                blobs::put(&transaction, *digest, bytes).map_err(sqlite)?;
            }
            super::append::insert(&transaction, &event.header(), payload, event.payload_digest, event.digest)
                .map_err(sqlite)?;
            (head, last) = (position, event.digest);
        }
        transaction.commit().map_err(sqlite)?;
        self.moved_to(head, last);
        Ok(())
    }
}

/// Returns the blobs that events other than `gone` name.
fn named_blobs(log: &LogReader, gone: &BTreeSet<u64>) -> Result<BTreeSet<Digest>, LogError> {
    let mut named = BTreeSet::new();
    let mut after = Position(0);
    loop {
        let events = log.raw_after(after, PAGE)?;
        let Some(last) = events.last() else { return Ok(named) };
        after = Position(last.position);
        for event in events.into_iter().filter(|event| !gone.contains(&event.position)) {
            let names = matches!(
                event.kind.as_str(),
                "document-received" | "text-cleaned" | "generation-started" | "stage-parked"
            );
            if names {
                named.extend(blobs_of(&event.decode()?.event));
            }
        }
    }
}

fn move_aside(
    connection: &Connection,
    events: &BTreeSet<u64>,
    named: &BTreeSet<Digest>,
) -> rusqlite::Result<(u64, u64)> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // The one place where the log is made smaller; the trigger is back before anybody else can write.
    let trigger: String = transaction.query_row(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'events_are_not_removed'",
        [],
        |row| row.get(0),
    )?;
    transaction.execute_batch("DROP TRIGGER events_are_not_removed;")?;
    let mut moved = 0;
    for position in events {
        let count = transaction
            .prepare_cached(
                "INSERT INTO let_go SELECT position, stream, version, kind, schema, stage_key, cause, generation,
                   attempt, recorded_at, payload_digest, digest FROM events WHERE position = ?1",
            )?
            .execute(params![position.cast_signed()])?;
        transaction
            .prepare_cached("DELETE FROM events WHERE position = ?1")?
            .execute(params![position.cast_signed()])?;
        moved += count as u64;
    }
    transaction.execute_batch(&trigger)?;
    let digests: Vec<[u8; 32]> = {
        let mut statement = transaction.prepare("SELECT digest FROM blobs")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    let mut removed = 0;
    for digest in digests.into_iter().filter(|digest| !named.contains(&Digest::from_bytes(*digest))) {
        removed += transaction
            .prepare_cached("DELETE FROM blobs WHERE digest = ?1")?
            .execute(params![digest.as_slice()])? as u64;
    }
    transaction.commit()?;
    Ok((moved, removed))
}

impl LogReader {
    /// Copies the log as it is at this moment to `to`, which must not be there, while others read and
    /// write it.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn backup(&self, to: &Path) -> Result<(), LogError> {
        let from = |source| LogError::Sqlite { path: self.path().to_owned(), source };
        let into = |source| LogError::Sqlite { path: to.to_owned(), source };
        // A read transaction holds one moment: a writer beside it does not make the copy begin again.
        self.connection().execute_batch("BEGIN; SELECT count(*) FROM sqlite_master;").map_err(from)?;
        let copied = (|| {
            let mut target = Connection::open(to).map_err(into)?;
            let backup = Backup::new(self.connection(), &mut target).map_err(into)?;
            backup.run_to_completion(BACKUP_PAGES, BACKUP_PAUSE, None).map_err(into)?;
            drop(backup);
            target.execute_batch("PRAGMA journal_mode = DELETE;").map_err(into)
        })();
        self.connection().execute_batch("COMMIT").map_err(from)?;
        copied
    }

    /// Returns up to `limit` events after `after` with the blobs that each of them is the first to name.
    ///
    /// # Errors
    /// What SQLite says; [`LogError::Damaged`] for a log of which generations were let go, since a chain
    /// with holes cannot be carried elsewhere.
    pub fn export_after(
        &self,
        after: Position,
        limit: usize,
        told: &mut BTreeSet<Digest>,
    ) -> Result<Vec<Carried>, LogError> {
        let mut all = Vec::new();
        for (expected, event) in (after.0 + 1..).zip(self.raw_after(after, limit)?) {
            let position = Position(event.position);
            if event.position != expected {
                return Err(LogError::Damaged {
                    position: Position(expected),
                    what: "its generation was let go: such a log is carried by `socai backup`".into(),
                });
            }
            let mut given = Vec::new();
            for digest in blobs_of(&event.clone().decode()?.event) {
                if told.insert(digest) {
                    let bytes = self.blob(digest)?.ok_or_else(|| LogError::Damaged {
                        position,
                        what: format!("blob {digest} is missing"),
                    })?;
                    given.push((digest, bytes));
                }
            }
            all.push((event, given));
        }
        Ok(all)
    }
}
