//! Reading: any number of readers, each with its own connection, beside the writer.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::chain::Header;
use super::error::LogError;
use super::{blobs, open};
use crate::event::codec;
use crate::event::envelope::{Envelope, Position, StreamId, Version};
use crate::model::Digest;

/// A reader of a log.
#[derive(Debug)]
pub struct LogReader {
    connection: Connection,
    path: PathBuf,
}

/// An event as its row has it, the payload unpacked and not yet parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the columns of the log, documented in its schema")]
pub struct RawEvent {
    pub position: u64,
    pub stream: String,
    pub version: u64,
    pub kind: String,
    pub schema: u32,
    pub stage_key: Option<Digest>,
    pub cause: Option<u64>,
    pub generation: u64,
    pub attempt: u32,
    pub recorded_at: i64,
    /// `None` where the stored bytes cannot be unpacked, or were not asked for.
    pub payload: Option<Vec<u8>>,
    pub payload_digest: Digest,
    pub digest: Digest,
}

impl RawEvent {
    pub(super) fn header(&self) -> Header<'_> {
        Header {
            position: self.position,
            stream: &self.stream,
            version: self.version,
            kind: &self.kind,
            schema: self.schema,
            stage_key: self.stage_key,
            cause: self.cause,
            generation: self.generation,
            attempt: self.attempt,
            recorded_at: self.recorded_at,
        }
    }

    /// Parses the payload, through the upcasters where its schema is an older one.
    ///
    /// # Errors
    /// [`LogError::Unreadable`] or [`LogError::Damaged`], with the position.
    pub fn decode(self) -> Result<Envelope, LogError> {
        let position = Position(self.position);
        let damaged = |what: &str| LogError::Damaged { position, what: what.to_owned() };
        let payload = self.payload.ok_or_else(|| damaged("its payload cannot be unpacked"))?;
        let event = codec::decode(&self.kind, self.schema, &payload)
            .map_err(|source| LogError::Unreadable { position, source })?;
        Ok(Envelope {
            position,
            stream: self.stream.parse().map_err(|_| damaged("its stream has no such name"))?,
            version: Version(self.version),
            event,
            schema: self.schema,
            stage_key: self.stage_key,
            cause: self.cause.map(Position),
            generation: self.generation,
            attempt: self.attempt,
            recorded_at: Timestamp::from_microsecond(self.recorded_at)
                .map_err(|_| damaged("its time is out of range"))?,
            payload_digest: self.payload_digest,
            digest: self.digest,
        })
    }
}

const COLUMNS: &str = "position, stream, version, kind, schema, stage_key, cause, generation, attempt,
                       recorded_at, payload, encoding, payload_digest, digest";

/// As [`COLUMNS`], with the payload only where it is stored in no more than `?3` bytes.
const LIGHT: &str =
    "position, stream, version, kind, schema, stage_key, cause, generation, attempt, recorded_at,
                     CASE WHEN length(payload) <= ?3 THEN payload END, encoding, payload_digest, digest";

impl LogReader {
    /// Opens the log at `path`.
    ///
    /// # Errors
    /// [`LogError::Missing`], [`LogError::Newer`], or what SQLite says.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        Ok(Self { connection: open::for_reading(path)?, path: path.to_owned() })
    }

    fn sqlite(&self, source: rusqlite::Error) -> LogError {
        LogError::Sqlite { path: self.path.clone(), source }
    }

    pub(super) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns the log's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the last position; 0 for an empty log.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn head(&self) -> Result<Position, LogError> {
        let head: i64 = self
            .connection
            .prepare_cached("SELECT coalesce(max(position), 0) FROM events")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(|source| self.sqlite(source))?;
        Ok(Position(head.cast_unsigned()))
    }

    /// Returns the last position recorded at or before `time`; 0 where there is none. Positions alone are
    /// an order: of a clock that was set back, the latest such position counts.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn position_at(&self, time: Timestamp) -> Result<Position, LogError> {
        let position: i64 = self
            .connection
            .prepare_cached("SELECT coalesce(max(position), 0) FROM events WHERE recorded_at <= ?1")
            .and_then(|mut statement| statement.query_row(params![time.as_microsecond()], |row| row.get(0)))
            .map_err(|source| self.sqlite(source))?;
        Ok(Position(position.cast_unsigned()))
    }

    /// Returns up to `limit` events after `after`, in order, not yet parsed.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn raw_after(&self, after: Position, limit: usize) -> Result<Vec<RawEvent>, LogError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.select(
            &format!("SELECT {COLUMNS} FROM events WHERE position > ?1 ORDER BY position LIMIT ?2"),
            params![after.0.cast_signed(), limit],
        )
    }

    /// As [`LogReader::raw_after`], without the payloads that are stored in more than `payload_bytes`: for
    /// lists, where one event may weigh more than the rest of the page.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn light_after(
        &self,
        after: Position,
        limit: usize,
        payload_bytes: u32,
    ) -> Result<Vec<RawEvent>, LogError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.select(
            &format!("SELECT {LIGHT} FROM events WHERE position > ?1 ORDER BY position LIMIT ?2"),
            params![after.0.cast_signed(), limit, payload_bytes],
        )
    }

    /// Returns a stream's events from its first, without the payloads that are stored in more than
    /// `payload_bytes`.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn light_stream(&self, stream: StreamId, payload_bytes: u32) -> Result<Vec<RawEvent>, LogError> {
        self.select(
            &format!("SELECT {LIGHT} FROM events WHERE stream = ?1 AND version > ?2 ORDER BY version"),
            params![stream.to_string(), 0, payload_bytes],
        )
    }

    /// Returns up to `limit` events after `after`, in order, those that were let go among them, without
    /// payloads and marked so: what a walk over the whole chain meets.
    pub(super) fn chain_after(
        &self,
        after: Position,
        limit: usize,
    ) -> Result<Vec<(RawEvent, bool)>, LogError> {
        let is_there: bool = self
            .connection
            .prepare_cached("SELECT 1 FROM sqlite_master WHERE name = 'let_go'")
            .and_then(|mut statement| statement.exists([]))
            .map_err(|source| self.sqlite(source))?;
        let mut events: Vec<(RawEvent, bool)> =
            self.raw_after(after, limit)?.into_iter().map(|event| (event, false)).collect();
        if is_there {
            let sql = "SELECT position, stream, version, kind, schema, stage_key, cause, generation, attempt,
                         recorded_at, X'', 'plain', payload_digest, digest
                       FROM let_go WHERE position > ?1 ORDER BY position LIMIT ?2";
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let gone = self.select(sql, params![after.0.cast_signed(), limit])?;
            events.extend(gone.into_iter().map(|event| (event, true)));
            events.sort_by_key(|(event, _)| event.position);
        }
        events.truncate(limit);
        Ok(events)
    }

    /// Returns up to `limit` events after `after`, in order.
    ///
    /// # Errors
    /// What SQLite says, and events that cannot be read.
    pub fn after(&self, after: Position, limit: usize) -> Result<Vec<Envelope>, LogError> {
        self.raw_after(after, limit)?.into_iter().map(RawEvent::decode).collect()
    }

    /// Returns the event at `position`.
    ///
    /// # Errors
    /// [`LogError::Damaged`] where there is none; what SQLite says, and an event that cannot be read.
    pub fn event(&self, position: Position) -> Result<Envelope, LogError> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE position = ?1");
        let event = self.select(&sql, params![position.0.cast_signed()])?.pop();
        event.ok_or_else(|| LogError::Damaged { position, what: "the event is missing".into() })?.decode()
    }

    /// Returns the link of the event at `position`, whether it is kept or was let go; `None` where there is none.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn link_at(&self, position: Position) -> Result<Option<Digest>, LogError> {
        let link: Option<[u8; 32]> = self
            .connection
            .prepare_cached(
                "SELECT digest FROM events WHERE position = ?1
                 UNION ALL SELECT digest FROM let_go WHERE position = ?1",
            )
            .and_then(|mut statement| {
                statement.query_row([position.0.cast_signed()], |row| row.get(0)).optional()
            })
            .map_err(|source| self.sqlite(source))?;
        Ok(link.map(Digest::from_bytes))
    }

    /// Returns the generation that asked for the event at `position`.
    ///
    /// # Errors
    /// What SQLite says; there is no such event.
    pub fn generation_at(&self, position: Position) -> Result<u64, LogError> {
        let generation: i64 = self
            .connection
            .prepare_cached("SELECT generation FROM events WHERE position = ?1")
            .and_then(|mut statement| statement.query_row([position.0.cast_signed()], |row| row.get(0)))
            .map_err(|source| self.sqlite(source))?;
        Ok(generation.cast_unsigned())
    }

    /// Returns the history of one stream, in order.
    ///
    /// # Errors
    /// What SQLite says, and events that cannot be read.
    pub fn stream(&self, stream: StreamId) -> Result<Vec<Envelope>, LogError> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE stream = ?1 ORDER BY version");
        let rows = self.select(&sql, params![stream.to_string()])?;
        rows.into_iter().map(RawEvent::decode).collect()
    }

    /// Returns up to `limit` events after `after`, in order, without their payloads: enough to tell
    /// what was answered, at a fraction of the cost.
    ///
    /// # Errors
    /// What SQLite says, and rows that cannot be read.
    pub fn outlines_after(&self, after: Position, limit: usize) -> Result<Vec<Outline>, LogError> {
        self.outlines(
            "SELECT position, stream, version, kind, stage_key, payload_digest FROM events
             WHERE position > ?1 ORDER BY position LIMIT ?2",
            params![after.0.cast_signed(), i64::try_from(limit).unwrap_or(i64::MAX)],
        )
    }

    /// Returns the positions of the events of a kind in a stream that `socai compact` let go, in order.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn let_go_of(&self, stream: StreamId, kind: &str) -> Result<Vec<Position>, LogError> {
        let sqlite = |source| LogError::Sqlite { path: self.path.clone(), source };
        let has_table = self.connection.prepare_cached("SELECT 1 FROM sqlite_master WHERE name = 'let_go'");
        // A log of before anything could be let go.
        if !has_table.and_then(|mut statement| statement.exists([])).map_err(sqlite)? {
            return Ok(Vec::new());
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT position FROM let_go WHERE stream = ?1 AND kind = ?2 ORDER BY position")
            .map_err(sqlite)?;
        let rows = statement
            .query_map(params![stream.to_string(), kind], |row| row.get::<_, i64>(0))
            .map_err(sqlite)?;
        rows.map(|row| row.map(|position| Position(position.cast_unsigned())).map_err(sqlite)).collect()
    }

    /// Returns the history of one stream, in order, without payloads.
    ///
    /// # Errors
    /// As [`LogReader::outlines_after`].
    pub fn outline(&self, stream: StreamId) -> Result<Vec<Outline>, LogError> {
        self.outlines(
            "SELECT position, stream, version, kind, stage_key, payload_digest FROM events
             WHERE stream = ?1 ORDER BY version",
            params![stream.to_string()],
        )
    }

    fn outlines(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<Outline>, LogError> {
        let sqlite = |source| LogError::Sqlite { path: self.path.clone(), source };
        let mut statement = self.connection.prepare_cached(sql).map_err(sqlite)?;
        let rows = statement.query_map(values, outline_row).map_err(sqlite)?;
        rows.collect::<Result<_, _>>().map_err(sqlite)
    }

    /// Returns the bytes stored under `digest`; `None` where there are none.
    ///
    /// # Errors
    /// [`LogError::Damaged`] where the stored bytes have another digest.
    pub fn blob(&self, digest: Digest) -> Result<Option<Vec<u8>>, LogError> {
        match blobs::get(&self.connection, digest).map_err(|source| self.sqlite(source))? {
            None => Ok(None),
            Some(Some(bytes)) => Ok(Some(bytes)),
            Some(None) => Err(LogError::Damaged {
                position: Position(0),
                what: format!("blob {digest} does not have its digest"),
            }),
        }
    }

    /// Returns where the work `key` of `kind` in `stream` was answered.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn answered(&self, stream: StreamId, kind: &str, key: Digest) -> Result<Option<Position>, LogError> {
        let position: Option<i64> = self
            .connection
            .prepare_cached("SELECT position FROM events WHERE stream = ?1 AND kind = ?2 AND stage_key = ?3")
            .and_then(|mut statement| {
                statement
                    .query_row(params![stream.to_string(), kind, key.as_bytes().as_slice()], |row| row.get(0))
                    .optional()
            })
            .map_err(|source| self.sqlite(source))?;
        Ok(position.map(|position| Position(position.cast_unsigned())))
    }

    fn select(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<RawEvent>, LogError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|source| self.sqlite(source))?;
        let rows = statement.query_map(params, raw).map_err(|source| self.sqlite(source))?;
        rows.collect::<Result<_, _>>().map_err(|source| self.sqlite(source))
    }
}

fn raw(row: &Row<'_>) -> rusqlite::Result<RawEvent> {
    let digest =
        |index: usize| -> rusqlite::Result<Digest> { row.get::<_, [u8; 32]>(index).map(Digest::from_bytes) };
    let number = |index: usize| row.get::<_, i64>(index).map(i64::cast_unsigned);
    let encoding: String = row.get(11)?;
    Ok(RawEvent {
        position: number(0)?,
        stream: row.get(1)?,
        version: number(2)?,
        kind: row.get(3)?,
        schema: row.get(4)?,
        stage_key: row.get::<_, Option<[u8; 32]>>(5)?.map(Digest::from_bytes),
        cause: row.get::<_, Option<i64>>(6)?.map(i64::cast_unsigned),
        generation: number(7)?,
        attempt: row.get(8)?,
        recorded_at: row.get(9)?,
        payload: row.get::<_, Option<_>>(10)?.and_then(|bytes| blobs::unpack(bytes, &encoding)),
        payload_digest: digest(12)?,
        digest: digest(13)?,
    })
}

/// An event without its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Place in the log.
    pub position: Position,
    /// The history it belongs to.
    pub stream: StreamId,
    /// Place in that history.
    pub version: Version,
    /// Its kind (`text-cleaned`).
    pub kind: String,
    /// For a stage's answer or failure: what identifies the work.
    pub stage_key: Option<Digest>,
    /// blake3 of the canonical payload.
    pub payload_digest: Digest,
}

fn outline_row(row: &Row<'_>) -> rusqlite::Result<Outline> {
    let text = |at: usize, error: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, error)
    };
    Ok(Outline {
        position: Position(row.get::<_, i64>(0)?.cast_unsigned()),
        stream: row.get::<_, String>(1)?.parse().map_err(|error| text(1, Box::new(error)))?,
        version: Version(row.get::<_, i64>(2)?.cast_unsigned()),
        kind: row.get(3)?,
        stage_key: row.get::<_, Option<[u8; 32]>>(4)?.map(Digest::from_bytes),
        payload_digest: Digest::from_bytes(row.get::<_, [u8; 32]>(5)?),
    })
}
