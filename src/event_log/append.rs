//! Appending: the one writer, a batch a transaction, a savepoint a request.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::chain::{GENESIS, Header, link};
use super::error::{AppendError, LogError};
use super::read::LogReader;
use super::{blobs, open};
use crate::event::codec;
use crate::event::envelope::{Append, Position, StreamId, Version};
use crate::model::Digest;

/// Requests that one commit takes at the most: past some hundreds the fsync no longer shows.
pub const MAX_BATCH: usize = 512;

/// Bytes of one payload at the most: what one document of the largest size can give.
const MAX_PAYLOAD_BYTES: usize = super::blobs::MOST_BYTES;

/// Streams whose last version is kept at hand; past this the memory is dropped and read anew.
const MAX_KNOWN_STREAMS: usize = 100_000;

/// The answer to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Where the event stands.
    pub position: Position,
    /// Where it stands in its stream.
    pub version: Version,
    /// It was there before: the same work had been answered with the same payload.
    pub repeated: bool,
}

/// The one writer of a log. Holds the file's lock until it is dropped.
#[derive(Debug)]
pub struct LogWriter {
    connection: Connection,
    path: PathBuf,
    head: Position,
    last_link: Digest,
    versions: HashMap<StreamId, u64>,
    _lock: File,
}

impl LogWriter {
    /// Opens the log at `path` for writing, making it where there is none.
    ///
    /// # Errors
    /// [`LogError::Locked`] where another process writes; [`LogError::Newer`] for a log of a newer
    /// program; [`LogError::Damaged`] where the last event does not fit its link.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| LogError::Io { path: folder.to_owned(), source })?;
        }
        let lock = open::lock(path)?;
        let connection = open::for_writing(path)?;
        let sqlite = |source| LogError::Sqlite { path: path.to_owned(), source };
        let last: Option<(i64, Vec<u8>)> = connection
            .query_row("SELECT position, digest FROM events ORDER BY position DESC LIMIT 1", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
            .map_err(sqlite)?;
        let (head, last_link) = match last {
            None => (0, GENESIS),
            Some((position, digest)) => {
                let position = position.cast_unsigned();
                let link = digest.try_into().map(Digest::from_bytes).map_err(|_| LogError::Damaged {
                    position: Position(position),
                    what: "its link is not 32 bytes".into(),
                })?;
                (position, link)
            }
        };
        let writer = Self {
            connection,
            path: path.to_owned(),
            head: Position(head),
            last_link,
            versions: HashMap::new(),
            _lock: lock,
        };
        super::verify::check_tail(&writer.connection, &LogReader::open(path)?)?;
        Ok(writer)
    }

    /// Returns the last position and its link.
    pub const fn head(&self) -> (Position, Digest) {
        (self.head, self.last_link)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Forgets what is kept at hand of streams.
    pub(super) fn forget(&mut self) {
        self.versions.clear();
    }

    /// Takes note of events appended by other means.
    pub(super) fn moved_to(&mut self, head: Position, last_link: Digest) {
        (self.head, self.last_link) = (head, last_link);
        self.versions.clear();
    }

    /// Appends `requests` in their order with one durable commit. The answers are in the requests'
    /// order; a request refused leaves the others as they are.
    ///
    /// # Errors
    /// Where nothing of the batch was stored: a full disk ([`LogError::can_retry`]), a broken file.
    pub fn append(
        &mut self,
        requests: &[Append],
        now: Timestamp,
    ) -> Result<Vec<Result<Appended, AppendError>>, LogError> {
        let (head, last_link) = (self.head, self.last_link);
        let answers = self.append_all(requests, now);
        answers.map_err(|source| {
            // Nothing was committed: forget what the batch had assigned.
            (self.head, self.last_link) = (head, last_link);
            self.versions.clear();
            LogError::Sqlite { path: self.path.clone(), source }
        })
    }

    fn append_all(
        &mut self,
        requests: &[Append],
        now: Timestamp,
    ) -> rusqlite::Result<Vec<Result<Appended, AppendError>>> {
        if self.versions.len() > MAX_KNOWN_STREAMS {
            self.versions.clear();
        }
        let mut tail = Tail { head: self.head, last_link: self.last_link };
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            answers.push(one(&transaction, &mut tail, &mut self.versions, request, now)?);
        }
        transaction.commit()?;
        (self.head, self.last_link) = (tail.head, tail.last_link);
        Ok(answers)
    }
}

/// Where the next event goes.
struct Tail {
    head: Position,
    last_link: Digest,
}

type Answer = Result<Appended, AppendError>;

/// Appends one request. What is refused is refused before anything is written, so the savepoint is
/// only rolled back by an error of SQLite's own, which ends the batch.
fn one(
    transaction: &Transaction<'_>,
    tail: &mut Tail,
    versions: &mut HashMap<StreamId, u64>,
    request: &Append,
    now: Timestamp,
) -> rusqlite::Result<Answer> {
    let kind = request.event.kind();
    let payload = match &request.payload {
        Some(payload) => Ok(Cow::Borrowed(payload.as_slice())),
        None => codec::encode(&request.event).map(Cow::Owned),
    };
    let payload = match payload {
        Ok(payload) if payload.len() > MAX_PAYLOAD_BYTES => {
            let (bytes, most) = (payload.len(), MAX_PAYLOAD_BYTES);
            return Ok(Err(AppendError::TooLarge { kind, bytes, most }));
        }
        Ok(payload) => payload,
        Err(error) => return Ok(Err(AppendError::Unwritable { kind, reason: error.to_string() })),
    };
    let payload_digest = Digest::of(&payload);
    if let Some(answer) = answered(transaction, request, payload_digest)? {
        return Ok(answer);
    }
    let last = last_version(transaction, versions, request.stream)?;
    if let Some(refusal) = refused(request, tail, last) {
        return Ok(Err(refusal));
    }
    transaction.prepare_cached("SAVEPOINT request")?.execute([])?;
    for blob in &request.blobs {
        blobs::put(transaction, blob.digest, &blob.bytes)?;
    }
    let (position, version) = (Position(tail.head.0 + 1), Version(last + 1));
    let stream = request.stream.to_string();
    let header = Header {
        position: position.0,
        stream: &stream,
        version: version.0,
        kind,
        schema: codec::schema_of(kind).unwrap_or(1),
        stage_key: request.stage_key,
        cause: request.cause.map(|cause| cause.0),
        generation: request.generation,
        attempt: request.attempt,
        recorded_at: now.as_microsecond(),
    };
    let digest = link(tail.last_link, &header, payload_digest);
    insert(transaction, &header, &payload, payload_digest, digest)?;
    transaction.prepare_cached("RELEASE request")?.execute([])?;
    tail.head = position;
    tail.last_link = digest;
    versions.insert(request.stream, version.0);
    Ok(Ok(Appended { position, version, repeated: false }))
}

/// Finds the first answer to the same stage key.
fn answered(
    transaction: &Transaction<'_>,
    request: &Append,
    payload_digest: Digest,
) -> rusqlite::Result<Option<Answer>> {
    let kind = request.event.kind();
    let Some(key) = request.stage_key.filter(|_| !matches!(kind, "stage-failed" | "stage-parked")) else {
        return Ok(None);
    };
    let first: Option<(i64, i64, Vec<u8>)> = transaction
        .prepare_cached(
            "SELECT position, version, payload_digest FROM events
             WHERE stream = ?1 AND kind = ?2 AND stage_key = ?3
               AND kind NOT IN ('stage-failed', 'stage-parked')",
        )?
        .query_row(params![request.stream.to_string(), kind, key.as_bytes().as_slice()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(first.map(|(position, version, stored)| {
        let position = Position(position.cast_unsigned());
        if stored == payload_digest.as_bytes() {
            let version = Version(version.cast_unsigned());
            return Ok(Appended { position, version, repeated: true });
        }
        Err(AppendError::NonDeterministic { stream: request.stream.to_string(), kind, key, position })
    }))
}

fn last_version(
    transaction: &Transaction<'_>,
    versions: &mut HashMap<StreamId, u64>,
    stream: StreamId,
) -> rusqlite::Result<u64> {
    if let Some(version) = versions.get(&stream) {
        return Ok(*version);
    }
    let version: i64 = transaction
        .prepare_cached(
            "SELECT max(coalesce((SELECT max(version) FROM events WHERE stream = ?1), 0),
                        coalesce((SELECT max(version) FROM let_go WHERE stream = ?1), 0))",
        )?
        .query_row(params![stream.to_string()], |row| row.get(0))?;
    versions.insert(stream, version.cast_unsigned());
    Ok(version.cast_unsigned())
}

fn refused(request: &Append, tail: &Tail, last: u64) -> Option<AppendError> {
    if let Some(expected) = request.expected
        && expected.0 != last
    {
        let stream = request.stream.to_string();
        return Some(AppendError::VersionMismatch { stream, expected, found: Version(last) });
    }
    if let Some(cause) = request.cause
        && (cause > tail.head || cause.0 == 0)
    {
        return Some(AppendError::NoSuchCause { cause, head: tail.head });
    }
    request.blobs.iter().find_map(|blob| {
        let found = Digest::of(&blob.bytes);
        (found != blob.digest).then_some(AppendError::WrongBlob { named: blob.digest, found })
    })
}

pub(super) fn insert(
    transaction: &Transaction<'_>,
    header: &Header<'_>,
    payload: &[u8],
    payload_digest: Digest,
    digest: Digest,
) -> rusqlite::Result<()> {
    let (packed, encoding) = blobs::pack(payload);
    transaction
        .prepare_cached(
            "INSERT INTO events (position, stream, version, kind, schema, stage_key, cause, generation,
                                 attempt, recorded_at, payload, encoding, payload_digest, digest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            header.position.cast_signed(),
            header.stream,
            header.version.cast_signed(),
            header.kind,
            header.schema,
            header.stage_key.as_ref().map(|key| key.as_bytes().as_slice()),
            header.cause.map(u64::cast_signed),
            header.generation.cast_signed(),
            header.attempt,
            header.recorded_at,
            packed,
            encoding,
            payload_digest.as_bytes().as_slice(),
            digest.as_bytes().as_slice(),
        ])?;
    Ok(())
}
