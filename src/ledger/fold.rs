//! One event into the ledger's tables: what it says, and which answers are shown from then on.

use std::path::Path;

use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;

use super::ahead::{Ahead, answer};
use super::error::LedgerError;
use crate::event::envelope::{Envelope, Position};
use crate::event::kinds::{DocumentReceived, Event};
use crate::event_log::{LogReader, Outline};
use crate::model::Digest;
use crate::stage::plan::{Plan, Stage, basis};

/// What folding one event needs.
pub(super) struct Fold<'a> {
    pub(super) ledger: &'a Transaction<'a>,
    pub(super) log: &'a LogReader,
    /// The generation whose ledger it is.
    pub(super) generation: u64,
    pub(super) plan: &'a Plan,
    pub(super) path: &'a Path,
}

pub(super) type Done = Result<(), LedgerError>;

impl Fold<'_> {
    fn apply(&self, envelope: &Envelope) -> Done {
        let position = envelope.position.0.cast_signed();
        let at = envelope.recorded_at.as_microsecond();
        match &envelope.event {
            Event::DocumentReceived(received) => {
                // What was too large once may be taken in later.
                let document = received.document.to_string();
                self.run("DELETE FROM refused WHERE document = ?1", params![document])?;
                self.received(received, position, at)
            }
            Event::DocumentSeenAgain(seen) => self.run(
                "INSERT OR IGNORE INTO sightings (position, document, source, tags, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![position, seen.document.to_string(), seen.name, self.json(&seen.tags)?, at],
            ),
            Event::DocumentRefused(refused) => self.run(
                "INSERT OR REPLACE INTO refused (document, source, tags, size, reason, message, position, refused_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    refused.document.to_string(),
                    refused.name,
                    self.json(&refused.tags)?,
                    refused.size.cast_signed(),
                    refused.reason,
                    refused.message,
                    position,
                    at
                ],
            ),
            Event::StageFailed(failed) => {
                self.trouble(envelope, &failed.stage, failed.key, None, &failed.message)
            }
            Event::StageParked(parked) => {
                self.trouble(envelope, &parked.stage, parked.key, Some(&parked.reason), &parked.message)
            }
            Event::DocumentRetried(retried) => {
                let document = retried.document.to_string();
                self.run("DELETE FROM troubles WHERE document = ?1", params![document])?;
                self.run("DELETE FROM set_aside WHERE document = ?1", params![document])
            }
            Event::DocumentDropped(dropped) => {
                let document = dropped.document.to_string();
                self.run(
                    "INSERT OR REPLACE INTO set_aside (document, source, position, dropped_at)
                     SELECT ?1, source, ?2, ?3 FROM (SELECT source FROM documents WHERE document = ?1
                       UNION ALL SELECT source FROM refused WHERE document = ?1) LIMIT 1",
                    params![document, position, at],
                )?;
                self.run("DELETE FROM troubles WHERE document = ?1", params![document])?;
                self.run("DELETE FROM refused WHERE document = ?1", params![document])
            }
            Event::CorpusReconciled(reconciled) => self.corpus(reconciled, envelope),
            Event::GenerationStarted(_) | Event::GenerationActivated(_) | Event::GenerationLetGo(_) => Ok(()),
            // Folded from their outlines; one without a key is nobody's answer.
            Event::TextCleaned(_)
            | Event::TextSegmented(_)
            | Event::FiguresExtracted(_)
            | Event::FiguresReconciled(_) => Ok(()),
        }
    }

    fn received(&self, received: &DocumentReceived, position: i64, at: i64) -> Done {
        self.run(
            "INSERT OR IGNORE INTO documents (document, source, tags, size, media_type, position, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                received.document.to_string(),
                received.name,
                self.json(&received.tags)?,
                received.size.cast_signed(),
                received.media_type,
                position,
                at
            ],
        )
    }

    fn trouble(
        &self,
        envelope: &Envelope,
        stage: &str,
        key: Digest,
        parked: Option<&str>,
        message: &str,
    ) -> Done {
        self.run(
            "INSERT OR REPLACE INTO troubles (document, stage, stage_key, parked, attempts, reason, message, position, happened_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                envelope.stream.to_string(),
                stage,
                key.to_string(),
                parked.is_some(),
                envelope.attempt,
                parked.unwrap_or("failed"),
                message,
                envelope.position.0.cast_signed(),
                envelope.recorded_at.as_microsecond()
            ],
        )
    }

    /// Folds one event from its outline; its payload is read only where something of it is shown, so that
    /// the answers of other generations cost next to nothing.
    pub(super) fn outline(&self, outline: &Outline) -> Done {
        let Some((document, stage, key)) = answer(outline) else {
            return self.apply(&self.log.event(outline.position)?);
        };
        self.answered(document, stage, key, outline)?;
        self.advance(document)
    }

    /// Folds one event that was read ahead, into a ledger that was folded so from its start: nothing that is
    /// shown replaces anything.
    pub(super) fn ahead(&self, ahead: &Ahead) -> Done {
        if let Some(event) = &ahead.event {
            return self.apply(event);
        }
        let Some((document, stage, key)) = answer(&ahead.outline) else { return Ok(()) };
        self.answered(document, stage, key, &ahead.outline)?;
        for (stage, envelope) in &ahead.shown {
            self.show(document, envelope, false, || Ok(ahead.text.clone()))?;
            self.run(
                "UPDATE answers SET projected = 1 WHERE document = ?1 AND stage = ?2 AND stage_key = ?3",
                params![
                    document.to_string(),
                    stage.name(),
                    envelope.stage_key.map(|key| key.to_string()).unwrap_or_default()
                ],
            )?;
            if let (Stage::Reconcile, Some(basis)) = (*stage, ahead.basis) {
                self.mark_unjoined(document, basis, envelope.position)?;
            }
        }
        Ok(())
    }

    /// Remembers an answer, and that what was wrong before is so no more.
    fn answered(&self, document: Digest, stage: Stage, key: Digest, outline: &Outline) -> Done {
        let name = document.to_string();
        self.run(
            "INSERT OR IGNORE INTO answers (document, stage, stage_key, position, payload) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                name,
                stage.name(),
                key.to_string(),
                outline.position.0.cast_signed(),
                outline.payload_digest.to_string()
            ],
        )?;
        self.run(
            "DELETE FROM troubles WHERE document = ?1 AND stage = ?2 AND stage_key = ?3",
            params![name, stage.name(), key.to_string()],
        )?;
        if stage == Stage::Clean {
            // A newer clean reads what an older one could not.
            self.run("DELETE FROM refused WHERE document = ?1", params![name])?;
        }
        Ok(())
    }

    /// Shows what the chain of keys now reaches.
    pub(super) fn advance(&self, document: Digest) -> Done {
        let mut answers = [None; 4];
        for stage in Stage::ALL {
            let Some(key) = self.plan.key(stage, document, &answers) else { break };
            let found: Option<(i64, String, bool)> = self.sql(|| {
                self.ledger
                    .prepare_cached(
                        "SELECT position, payload, projected FROM answers
                             WHERE document = ?1 AND stage = ?2 AND stage_key = ?3",
                    )?
                    .query_row(params![document.to_string(), stage.name(), key.to_string()], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                    })
                    .optional()
            })?;
            let Some((position, payload, projected)) = found else { break };
            answers[stage as usize] = payload.parse().ok();
            if projected {
                continue;
            }
            // The same under another key stays as it is shown.
            let (name, at) = (document.to_string(), Position(position.cast_unsigned()));
            if self.is_shown(&name, stage, &payload)? {
                self.same_answer(&name, stage, key, at)?;
                if let (Stage::Reconcile, Some(basis)) = (stage, basis(&answers)) {
                    self.mark_unjoined(document, basis, at)?;
                }
                continue;
            }
            let envelope = self.log.event(Position(position.cast_unsigned()))?;
            self.show(document, &envelope, true, || self.source_text(&document.to_string()))?;
            self.run(
                "UPDATE answers SET projected = (stage_key = ?3) WHERE document = ?1 AND stage = ?2",
                params![document.to_string(), stage.name(), key.to_string()],
            )?;
            if let (Stage::Reconcile, Some(basis)) = (stage, basis(&answers)) {
                self.mark_unjoined(document, basis, envelope.position)?;
            }
        }
        Ok(())
    }

    pub(super) fn run(&self, sql: &str, params: impl rusqlite::Params) -> Done {
        self.sql(|| self.ledger.prepare_cached(sql)?.execute(params).map(drop))
    }

    pub(super) fn sql<T>(&self, call: impl FnOnce() -> rusqlite::Result<T>) -> Result<T, LedgerError> {
        call().map_err(|source| LedgerError::Sqlite { path: self.path.to_owned(), source })
    }

    pub(super) fn json<T: Serialize>(&self, value: &T) -> Result<String, LedgerError> {
        serde_json::to_string(value)
            .map_err(|error| LedgerError::Damaged { path: self.path.to_owned(), what: error.to_string() })
    }
}
