//! One event into the ledger's tables.

use std::path::Path;

use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;

use super::ahead::{Ahead, answer};
use super::error::LedgerError;
use crate::event::envelope::{Envelope, Position};
use crate::event::kinds::{
    DocumentReceived, Event, FiguresExtracted, FiguresReconciled, TextCleaned, TextSegmented,
};
use crate::event_log::{LogReader, Outline};
use crate::model::Digest;
use crate::model::figure::{AreaCode, Figure, IndicatorCode};
use crate::model::finding::{Derived, Finding};
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

const FIGURES_GO: [&str; 2] =
    ["DELETE FROM figures WHERE document = ?1", "DELETE FROM mentions WHERE document = ?1"];
const FINDINGS_GO: [&str; 3] = [
    "DELETE FROM finding_figures WHERE finding IN (SELECT id FROM findings WHERE document = ?1)",
    "DELETE FROM findings WHERE document = ?1",
    "DELETE FROM derived WHERE document = ?1",
];

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

    /// Shows an answer; `replaces` where another answer of the stage may be shown. `text` returns the source
    /// text of the document.
    fn show(
        &self,
        document: Digest,
        envelope: &Envelope,
        replaces: bool,
        text: impl FnOnce() -> Result<String, LedgerError>,
    ) -> Done {
        let name = document.to_string();
        if replaces {
            self.hide(&name, &envelope.event)?;
        }
        match &envelope.event {
            Event::TextCleaned(cleaned) => self.show_text(&name, cleaned),
            Event::TextSegmented(segmented) => self.show_blocks(&name, segmented),
            Event::FiguresExtracted(extracted) => {
                self.show_figures(&name, extracted, envelope.generation, &text()?)
            }
            Event::FiguresReconciled(reconciled) => {
                self.show_findings(&name, reconciled, envelope.generation)
            }
            _ => Ok(()),
        }
    }

    /// Takes away what another answer of the same stage shows.
    fn hide(&self, document: &str, event: &Event) -> Done {
        let gone: &[&str] = match event {
            Event::FiguresExtracted(_) => &FIGURES_GO,
            Event::FiguresReconciled(_) => &FINDINGS_GO,
            _ => &[],
        };
        gone.iter().try_for_each(|sql| self.run(sql, params![document]))
    }

    /// Takes away what is shown of a stage that has not answered.
    pub(super) fn hide_stage(&self, document: &str, stage: Stage) -> Done {
        let gone: &[&str] = match stage {
            Stage::Clean => &["UPDATE documents SET encoding = NULL, source_text = NULL, clean_text = NULL
                               WHERE document = ?1 AND source_text IS NOT NULL"],
            Stage::Segment => {
                &["UPDATE documents SET blocks = NULL WHERE document = ?1 AND blocks IS NOT NULL"]
            }
            Stage::Extract => &FIGURES_GO,
            Stage::Reconcile => &FINDINGS_GO,
        };
        gone.iter().try_for_each(|sql| self.run(sql, params![document]))
    }

    fn show_text(&self, document: &str, cleaned: &TextCleaned) -> Done {
        self.run(
            "UPDATE documents SET encoding = ?2, source_text = ?3, clean_text = ?4 WHERE document = ?1",
            params![document, cleaned.encoding, cleaned.source.to_string(), cleaned.clean.to_string()],
        )
    }

    fn show_blocks(&self, document: &str, segmented: &TextSegmented) -> Done {
        self.run(
            "UPDATE documents SET blocks = ?2 WHERE document = ?1",
            params![document, self.json(&segmented.blocks)?],
        )
    }

    fn show_figures(
        &self,
        document: &str,
        extracted: &FiguresExtracted,
        generation: u64,
        text: &str,
    ) -> Done {
        for figure in &extracted.figures {
            self.show_figure(document, figure, generation)?;
        }
        for mention in &extracted.mentions {
            self.run(
                "INSERT OR IGNORE INTO mentions (document, \"start\", \"end\", class, value, quote)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    document,
                    size(mention.span.start),
                    size(mention.span.end),
                    self.code(&mention.class)?,
                    mention.value,
                    mention.span.of(text)
                ],
            )?;
        }
        Ok(())
    }

    fn show_figure(&self, document: &str, figure: &Figure, generation: u64) -> Done {
        self.run(
            "INSERT OR REPLACE INTO figures (id, document, \"start\", \"end\", quote, indicator, label, measure, value, unit,
               qualifier, low, high, area, period, aspect, fund, generation, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
            params![
                figure.id.as_str(),
                document,
                size(figure.span.start),
                size(figure.span.end),
                figure.quote,
                figure.indicator.as_ref().map(IndicatorCode::as_str),
                figure.label,
                figure.measure.code(),
                figure.value.to_string(),
                figure.unit.as_str(),
                figure.qualifier.code(),
                figure.low.map(|low| low.to_string()),
                figure.high.map(|high| high.to_string()),
                figure.area.as_ref().map(AreaCode::as_str),
                figure.period.map(|period| period.to_string()),
                figure.aspect.map(|aspect| aspect.code()),
                figure.fund.map(|fund| fund.code()),
                generation.cast_signed(),
                self.json(figure)?
            ],
        )
    }

    fn show_findings(&self, document: &str, reconciled: &FiguresReconciled, generation: u64) -> Done {
        for finding in &reconciled.findings {
            self.show_finding(Some(document), finding, generation)?;
        }
        reconciled
            .derived
            .iter()
            .try_for_each(|derived| self.show_derived(Some(document), derived, generation))
    }

    /// Shows what one document leads to, or, with none, several.
    pub(super) fn show_derived(&self, document: Option<&str>, derived: &Derived, generation: u64) -> Done {
        self.run(
            "INSERT OR REPLACE INTO derived (id, document, indicator, measure, unit, low, high, area, period, aspect,
               fund, formula, generation, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            params![
                derived.id,
                document,
                derived.indicator.as_ref().map(IndicatorCode::as_str),
                derived.measure.code(),
                derived.unit.as_str(),
                derived.low,
                derived.high,
                derived.area.as_ref().map(AreaCode::as_str),
                derived.period.map(|period| period.to_string()),
                derived.aspect.map(|aspect| aspect.code()),
                derived.fund.map(|fund| fund.code()),
                derived.formula,
                generation.cast_signed(),
                self.json(derived)?
            ],
        )
    }

    /// Shows a finding of one document, or, with none, across documents.
    pub(super) fn show_finding(&self, document: Option<&str>, finding: &Finding, generation: u64) -> Done {
        self.run(
            "INSERT OR REPLACE INTO findings (id, document, verdict, relation, formula, gap, vi, en, generation, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                finding.id,
                document,
                finding.verdict.code(),
                finding.relation.code(),
                finding.formula,
                finding.gap,
                finding.explanation.vi,
                finding.explanation.en,
                generation.cast_signed(),
                self.json(finding)?
            ],
        )?;
        for (place, operand) in finding.figures.iter().enumerate() {
            self.run(
                "INSERT OR REPLACE INTO finding_figures (finding, place, figure, role) VALUES (?1, ?2, ?3, ?4)",
                params![finding.id, size(place), operand.id.as_str(), operand.role],
            )?;
        }
        Ok(())
    }

    /// Reads the source text that mentions are quoted from.
    fn source_text(&self, document: &str) -> Result<String, LedgerError> {
        let digest: Option<String> = self.sql(|| {
            self.ledger
                .prepare_cached("SELECT source_text FROM documents WHERE document = ?1")?
                .query_row(params![document], |row| row.get(0))
                .optional()
                .map(Option::flatten)
        })?;
        let Some(digest) = digest.and_then(|text| text.parse().ok()) else { return Ok(String::new()) };
        let bytes = self.log.blob(digest)?.unwrap_or_default();
        Ok(String::from_utf8(bytes).unwrap_or_default())
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

    /// Returns the contract's code of a value that serializes as one.
    fn code<T: Serialize>(&self, value: &T) -> Result<String, LedgerError> {
        Ok(self.json(value)?.trim_matches('"').to_owned())
    }
}

fn size(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
