//! The rows in which a ledger shows what a stage answered.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use super::error::LedgerError;
use super::fold::{Done, Fold};
use crate::event::envelope::Envelope;
use crate::event::kinds::{Event, FiguresExtracted, FiguresReconciled, TextCleaned, TextSegmented};
use crate::model::Digest;
use crate::model::figure::{AreaCode, Figure, IndicatorCode};
use crate::model::finding::{Derived, Finding};
use crate::model::mention::Mention;
use crate::stage::plan::Stage;

const FIGURES_GO: [&str; 2] =
    ["DELETE FROM figures WHERE document = ?1", "DELETE FROM mentions WHERE document = ?1"];
const FINDINGS_GO: [&str; 3] = [
    "DELETE FROM finding_figures WHERE finding IN (SELECT id FROM findings WHERE document = ?1)",
    "DELETE FROM findings WHERE document = ?1",
    "DELETE FROM derived WHERE document = ?1",
];

impl Fold<'_> {
    /// Shows an answer; `replaces` where another answer of the stage may be shown. `text` returns the source
    /// text of the document.
    pub(super) fn show(
        &self,
        document: Digest,
        envelope: &Envelope,
        replaces: bool,
        text: impl FnOnce() -> Result<String, LedgerError>,
    ) -> Done {
        let name = document.to_string();
        match &envelope.event {
            Event::FiguresExtracted(extracted) if replaces => {
                self.replace_figures(&name, extracted, envelope.generation, &text()?)
            }
            Event::FiguresReconciled(reconciled) if replaces => {
                self.replace_findings(&name, reconciled, envelope.generation)
            }
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
        self.show_mentions(document, &extracted.mentions, text)
    }

    fn show_mentions(&self, document: &str, mentions: &[Mention], text: &str) -> Done {
        for mention in mentions {
            self.run(
                "INSERT OR IGNORE INTO mentions (document, \"start\", \"end\", class, value, quote)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    document,
                    size(mention.span.start),
                    size(mention.span.end),
                    self.code(&mention.class)?,
                    mention.value.as_str(),
                    mention.span.of(text)
                ],
            )?;
        }
        Ok(())
    }

    /// Shows the figures of another answer: most of them are, as a rule, those that are shown.
    fn replace_figures(
        &self,
        document: &str,
        extracted: &FiguresExtracted,
        generation: u64,
        text: &str,
    ) -> Done {
        let mut shown = self.shown_bodies("SELECT id, body FROM figures WHERE document = ?1", document)?;
        let mut fresh = Vec::new();
        for figure in &extracted.figures {
            if shown.remove(figure.id.as_str()) != Some(self.json(figure)?) {
                fresh.push(figure);
            }
        }
        for id in shown.into_keys() {
            self.run("DELETE FROM figures WHERE id = ?1 AND document = ?2", params![id, document])?;
        }
        for figure in fresh {
            self.show_figure(document, figure, generation)?;
        }
        self.asked_by("figures", document, generation)?;
        let mut marks = Vec::new();
        for mention in &extracted.mentions {
            let (class, quote) = (self.code(&mention.class)?, mention.span.of(text));
            marks.push((
                size(mention.span.start),
                size(mention.span.end),
                class,
                mention.value.as_str(),
                quote,
            ));
        }
        marks.sort_unstable_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
        let same = self.sql(|| {
            let mut statement = self.ledger.prepare_cached(
                "SELECT \"start\", \"end\", class, value, quote FROM mentions WHERE document = ?1
                 ORDER BY \"start\", \"end\", class",
            )?;
            let mut rows = statement.query(params![document])?;
            let mut left = marks.iter();
            while let Some(row) = rows.next()? {
                let is_next = |mark: &(i64, i64, String, &str, &str)| -> rusqlite::Result<bool> {
                    Ok(row.get::<_, i64>(0)? == mark.0
                        && row.get::<_, i64>(1)? == mark.1
                        && row.get_ref(2)?.as_str()? == mark.2
                        && row.get_ref(3)?.as_str()? == mark.3
                        && row.get_ref(4)?.as_str()? == mark.4)
                };
                if !left.next().map_or(Ok(false), is_next)? {
                    return Ok(false);
                }
            }
            Ok(left.next().is_none())
        })?;
        if same {
            return Ok(());
        }
        self.run("DELETE FROM mentions WHERE document = ?1", params![document])?;
        self.show_mentions(document, &extracted.mentions, text)
    }

    /// As [`Fold::replace_figures`], for what they are found to say.
    fn replace_findings(&self, document: &str, reconciled: &FiguresReconciled, generation: u64) -> Done {
        let mut shown = self.shown_bodies("SELECT id, body FROM findings WHERE document = ?1", document)?;
        let mut fresh = Vec::new();
        for finding in &reconciled.findings {
            match shown.remove(&finding.id) {
                Some(body) if body == self.json(finding)? => {}
                Some(_) => {
                    self.run("DELETE FROM finding_figures WHERE finding = ?1", params![finding.id])?;
                    fresh.push(finding);
                }
                None => fresh.push(finding),
            }
        }
        for id in shown.into_keys() {
            self.run("DELETE FROM finding_figures WHERE finding = ?1", params![id])?;
            self.run("DELETE FROM findings WHERE id = ?1 AND document = ?2", params![id, document])?;
        }
        for finding in fresh {
            self.show_finding(Some(document), finding, generation)?;
        }
        self.asked_by("findings", document, generation)?;
        let mut shown = self.shown_bodies("SELECT id, body FROM derived WHERE document = ?1", document)?;
        let mut fresh = Vec::new();
        for derived in &reconciled.derived {
            if shown.remove(&derived.id) != Some(self.json(derived)?) {
                fresh.push(derived);
            }
        }
        for id in shown.into_keys() {
            self.run("DELETE FROM derived WHERE id = ?1 AND document = ?2", params![id, document])?;
        }
        for derived in fresh {
            self.show_derived(Some(document), derived, generation)?;
        }
        self.asked_by("derived", document, generation)
    }

    /// Returns the records that `sql` selects of a document, by id.
    fn shown_bodies(&self, sql: &str, document: &str) -> Result<BTreeMap<String, String>, LedgerError> {
        self.sql(|| {
            let mut statement = self.ledger.prepare_cached(sql)?;
            let rows = statement.query_map(params![document], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })
    }

    /// Shows the records of a document in a table as those that `generation` asked for.
    pub(super) fn asked_by(&self, table: &str, document: &str, generation: u64) -> Done {
        let sql = format!("UPDATE {table} SET generation = ?2 WHERE document = ?1 AND generation <> ?2");
        self.run(&sql, params![document, generation.cast_signed()])
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
                figure.quote.as_str(),
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
    pub(super) fn source_text(&self, document: &str) -> Result<String, LedgerError> {
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

    /// Returns the contract's code of a value that serializes as one.
    fn code<T: Serialize>(&self, value: &T) -> Result<String, LedgerError> {
        Ok(self.json(value)?.trim_matches('"').to_owned())
    }
}

fn size(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
