//! Verifying: walks the chain and names the first position that is not what was written.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rusqlite::Connection;

use super::blobs;
use super::chain::{GENESIS, link};
use super::error::LogError;
use super::read::{LogReader, RawEvent};
use crate::event::codec;
use crate::event::envelope::Position;
use crate::event::kinds::Event;
use crate::model::Digest;
use crate::stage::plan::Stage;

/// Events read at a time.
const PAGE: usize = 1_000;

/// A log, or a stretch of one, that is what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Events walked.
    pub events: u64,
    /// Blobs whose bytes were digested anew.
    pub blobs: u64,
    /// Of the events, those of which only the header is kept: their generation was let go.
    pub let_go: u64,
    /// The last position walked.
    pub head: Position,
    /// Its link: compare with the one in the structured log to see a cut tail.
    pub link: Digest,
}

/// The first thing that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("position {position}: {what}")]
pub struct Damage {
    /// Where.
    pub position: Position,
    /// What is wrong there.
    pub what: String,
}

impl LogReader {
    /// Walks the events of `range` (positions; the whole log with `1..=u64::MAX`) and digests every
    /// blob that they name. `expected_head` is the last position and link that someone wrote down
    /// elsewhere: a log that ends before it, or has another link there, was cut.
    ///
    /// # Errors
    /// [`LogError`] where the file cannot be read at all. Damage is no error but the inner answer.
    pub fn verify(
        &self,
        range: RangeInclusive<u64>,
        expected_head: Option<(Position, Digest)>,
    ) -> Result<Result<Verified, Damage>, LogError> {
        let from = (*range.start()).max(1);
        let mut walk = Walk::starting(self, from)?;
        'pages: loop {
            let page = match self.chain_after(Position(walk.next - 1), PAGE) {
                Ok(page) => page,
                Err(LogError::Sqlite { source, .. }) if is_damage(&source) => {
                    return Ok(Err(walk.damage(format!("the file is malformed: {source}"))));
                }
                Err(other) => return Err(other),
            };
            if page.is_empty() {
                break;
            }
            for (event, let_go) in page {
                if event.position > *range.end() {
                    break 'pages;
                }
                if let Err(damage) = walk.step(self, event, let_go, expected_head)? {
                    return Ok(Err(damage));
                }
            }
        }
        if let Some((position, _)) = expected_head
            && *range.end() >= position.0
            && walk.next <= position.0
        {
            return Ok(Err(
                walk.damage(format!("the log ends here, {position} had been written: its tail was cut"))
            ));
        }
        Ok(Ok(Verified {
            events: walk.next - from,
            blobs: walk.blobs,
            let_go: walk.let_go,
            head: Position(walk.next - 1),
            link: walk.link,
        }))
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(code) => matches!(code, DatabaseCorrupt | NotADatabase),
        None => matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..)
        ),
    }
}

/// What the walk knows on its way.
struct Walk {
    next: u64,
    link: Digest,
    versions: BTreeMap<String, u64>,
    from_start: bool,
    blobs: u64,
    let_go: u64,
}

impl Walk {
    /// Starts before `from`, whose predecessor's link is taken as it is stored.
    fn starting(log: &LogReader, from: u64) -> Result<Self, LogError> {
        let before = if from > 1 { log.chain_after(Position(from - 2), 1)?.into_iter().next() } else { None };
        let link = before.map_or(GENESIS, |(event, _)| event.digest);
        Ok(Self { next: from, link, versions: BTreeMap::new(), from_start: from == 1, blobs: 0, let_go: 0 })
    }

    const fn damage(&self, what: String) -> Damage {
        Damage { position: Position(self.next), what }
    }

    fn step(
        &mut self,
        log: &LogReader,
        event: RawEvent,
        let_go: bool,
        expected_head: Option<(Position, Digest)>,
    ) -> Result<Result<(), Damage>, LogError> {
        if event.position != self.next {
            let found = event.position;
            return Ok(
                Err(self.damage(format!("missing: the next event stored is {found}; it was removed"))),
            );
        }
        let Some(payload) = event.payload.as_deref() else {
            return Ok(Err(self.damage("its payload cannot be unpacked".into())));
        };
        if !let_go && Digest::of(payload) != event.payload_digest {
            return Ok(Err(self.damage("its payload was changed".into())));
        }
        // Only what a stage can answer again may be let go.
        let is_answer = Stage::ALL.into_iter().any(|stage| stage.answer_kind() == event.kind);
        if let_go && !is_answer && event.kind != "corpus-reconciled" {
            return Ok(Err(self.damage(format!("{} can never be let go: it was removed", event.kind))));
        }
        if link(self.link, &event.header(), event.payload_digest) != event.digest {
            return Ok(
                Err(self.damage("its link does not follow: it or its predecessor was changed".into())),
            );
        }
        if let Some((position, link)) = expected_head
            && position.0 == event.position
            && link != event.digest
        {
            return Ok(Err(self.damage("another link had been written here: the log was rewritten".into())));
        }
        // Within a range the first version seen of a stream is taken as it is.
        let last = self.versions.get(&event.stream).copied();
        let follows = last.map_or(!self.from_start || event.version == 1, |last| event.version == last + 1);
        if !follows {
            return Ok(Err(
                self.damage(format!("stream {} has a gap before version {}", event.stream, event.version))
            ));
        }
        if let_go {
            self.let_go += 1;
        }
        match codec::decode(&event.kind, event.schema, payload) {
            _ if let_go => {}
            Err(error) => return Ok(Err(self.damage(error.to_string()))),
            Ok(read) => {
                for digest in blobs_of(&read) {
                    if let Err(what) = check_blob(log, digest)? {
                        return Ok(Err(self.damage(what)));
                    }
                    self.blobs += 1;
                }
            }
        }
        self.versions.insert(event.stream, event.version);
        self.link = event.digest;
        self.next += 1;
        Ok(Ok(()))
    }
}

/// Returns the blobs that an event names.
pub(super) fn blobs_of(event: &Event) -> Vec<Digest> {
    match event {
        Event::DocumentReceived(received) => vec![received.document],
        Event::TextCleaned(cleaned) => vec![cleaned.source, cleaned.clean],
        Event::StageParked(parked) => parked.output.into_iter().collect(),
        Event::GenerationStarted(started) => {
            let files = started.files.iter().map(|(_, digest)| *digest);
            files.chain(started.untouched.iter().map(|one| one.documents)).collect()
        }
        _ => Vec::new(),
    }
}

fn check_blob(log: &LogReader, digest: Digest) -> Result<Result<(), String>, LogError> {
    let found = match blobs::get(log.connection(), digest) {
        Ok(found) => found,
        Err(error) if is_damage(&error) => return Ok(Err(format!("blob {digest} cannot be read: {error}"))),
        Err(source) => return Err(LogError::Sqlite { path: log.path().to_owned(), source }),
    };
    Ok(match found {
        Some(Some(_)) => Ok(()),
        Some(None) => Err(format!("blob {digest} was changed")),
        None => Err(format!("blob {digest} is missing")),
    })
}

/// Checks what a writer builds upon: that positions have no gap, and that the last event's payload and
/// link follow from what stands before. The whole chain is `socai verify`'s.
pub(super) fn check_tail(connection: &Connection, log: &LogReader) -> Result<(), LogError> {
    let sqlite = |source| LogError::Sqlite { path: log.path().to_owned(), source };
    let (count, last): (i64, i64) = connection
        .query_row("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM let_go), coalesce(max(position), 0) FROM events", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(sqlite)?;
    let last = last.cast_unsigned();
    let damaged = |what: String| LogError::Damaged { position: Position(last), what };
    if count.cast_unsigned() != last {
        return Err(damaged(format!("{count} events are stored up to here: some were removed")));
    }
    if last == 0 {
        return Ok(());
    }
    let tail = match log.chain_after(Position(last.saturating_sub(2)), 2) {
        Ok(tail) => Ok(tail.into_iter().map(|(event, _)| event).collect::<Vec<_>>()),
        Err(error) => Err(error),
    };
    let tail = match tail {
        Ok(tail) => tail,
        Err(LogError::Sqlite { source, .. }) if is_damage(&source) => {
            return Err(damaged(format!("the last events cannot be read: {source}")));
        }
        Err(other) => return Err(other),
    };
    let before = tail.iter().find(|event| event.position + 1 == last).map_or(GENESIS, |event| event.digest);
    let Some(event) = tail.iter().find(|event| event.position == last) else {
        return Err(damaged("the last event is missing".into()));
    };
    if event.payload.as_deref().map(Digest::of) != Some(event.payload_digest) {
        return Err(damaged("the last event's payload was changed".into()));
    }
    if link(before, &event.header(), event.payload_digest) != event.digest {
        return Err(damaged(
            "the last event's link does not follow: it or its predecessor was changed".into(),
        ));
    }
    Ok(())
}
