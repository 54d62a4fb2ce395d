//! What was decided across documents into the ledger's tables, with its history.

use rusqlite::{OptionalExtension, params};

use super::error::LedgerError;
use super::fold::{Done, Fold};
use crate::event::envelope::{Envelope, Position};
use crate::event::kinds::{ComponentReconciled, CorpusReconciled, JoinedDocument};
use crate::model::Digest;
use crate::model::finding::Finding;
use crate::stage::plan::{Stage, basis, stale};
use crate::stage::reconcile::across::{Cell, Sketch};

/// The bands of a sketch in hex, each with its place, as they are stored.
fn bands_of(sketch: &str) -> impl Iterator<Item = (i64, i64)> {
    let bands = Sketch::from_hex(sketch).map(|sketch| sketch.bands());
    (0_i64..).zip(bands.into_iter().flatten().map(u64::cast_signed))
}

impl Fold<'_> {
    /// Folds what was decided for this ledger's generation, or for one that it goes on from.
    pub(super) fn corpus(&self, reconciled: &CorpusReconciled, envelope: &Envelope) -> Done {
        if !self.plan.takes(self.generation, envelope.generation, envelope.position) {
            return Ok(());
        }
        for joined in &reconciled.joined {
            self.joined(joined, envelope)?;
        }
        for known in &reconciled.witnesses {
            self.run(
                "UPDATE joined SET witness = ?2 WHERE document = ?1",
                params![known.document.to_string(), known.witness.to_string()],
            )?;
        }
        let mut components = reconciled.components.iter().enumerate();
        components.try_for_each(|(number, component)| self.component(number, component, envelope))
    }

    fn joined(&self, joined: &JoinedDocument, envelope: &Envelope) -> Done {
        let document = joined.document.to_string();
        let anew = self.plan.followed(envelope.generation, envelope.position).map(|one| &one.anew);
        let indicator = |cell: &String| cell.split(' ').next().unwrap_or_default().to_owned();
        let is_stale =
            anew.is_some_and(|anew| joined.cells.iter().any(|cell| anew.contains(&indicator(cell))));
        let basis = joined.basis.map(|basis| if is_stale { stale(basis) } else { basis }.to_string());
        let sketch: Option<String> = self.sql(|| {
            self.ledger
                .prepare_cached("SELECT sketch FROM joined WHERE document = ?1")?
                .query_row(params![document], |row| row.get(0))
                .optional()
        })?;
        self.run(
            "INSERT OR REPLACE INTO joined (document, witness, sketch, basis, position) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                document,
                joined.witness.to_string(),
                joined.sketch,
                basis,
                envelope.position.0.cast_signed()
            ],
        )?;
        if let Some(before) = sketch.filter(|before| *before != joined.sketch) {
            for (band, value) in bands_of(&before) {
                self.run(
                    "DELETE FROM sketch_bands WHERE band = ?1 AND value = ?2 AND document = ?3",
                    params![band, value, document],
                )?;
            }
        }
        self.run("DELETE FROM joined_cells WHERE document = ?1", params![document])?;
        for (at, cell) in joined.cells.iter().enumerate() {
            self.run(
                "INSERT OR IGNORE INTO joined_cells (document, cell, stated) VALUES (?1, ?2, ?3)",
                params![document, cell, joined.stated.get(at)],
            )?;
        }
        for (band, value) in bands_of(&joined.sketch) {
            self.run(
                "INSERT OR IGNORE INTO sketch_bands (band, value, document) VALUES (?1, ?2, ?3)",
                params![band, value, document],
            )?;
        }
        self.run(
            "DELETE FROM unjoined WHERE document = ?1 AND basis = coalesce(?2, basis)",
            params![document, basis],
        )?;
        if envelope.generation == self.generation {
            return Ok(());
        }
        // Taken over with the answers of the generation before, while those of this one may be here already.
        match self.shown_basis(joined.document)? {
            Some((now, position)) => self.mark_unjoined(joined.document, now, position),
            None => Ok(()),
        }
    }

    /// Returns the digest of what is shown of a document and read across documents, and where its last
    /// answer stands; `None` where a stage has not answered.
    pub(super) fn shown_basis(&self, document: Digest) -> Result<Option<(Digest, Position)>, LedgerError> {
        let mut answers = [None; 4];
        let mut last = Position(0);
        self.sql(|| {
            let mut statement = self.ledger.prepare_cached(
                "SELECT stage, payload, position FROM answers WHERE document = ?1 AND projected",
            )?;
            let mut rows = statement.query(params![document.to_string()])?;
            while let Some(row) = rows.next()? {
                let (name, payload): (String, String) = (row.get(0)?, row.get(1)?);
                let Some(stage) = Stage::from_name(&name) else { continue };
                answers[stage as usize] = payload.parse().ok();
                if stage == Stage::Reconcile {
                    last = Position(row.get::<_, i64>(2)?.cast_unsigned());
                }
            }
            Ok(())
        })?;
        Ok(basis(&answers).map(|basis| (basis, last)))
    }

    fn component(&self, number: usize, component: &ComponentReconciled, envelope: &Envelope) -> Done {
        let because = self.json(&component.because)?;
        for id in &component.superseded {
            let stood: Option<String> = self.sql(|| {
                self.ledger
                    .prepare_cached("SELECT body FROM findings WHERE id = ?1 AND document IS NULL")?
                    .query_row(params![id], |row| row.get(0))
                    .optional()
            })?;
            let stood = stood.and_then(|body| serde_json::from_str::<Finding>(&body).ok());
            if let Some(finding) = stood {
                self.remember(&finding, None, (&because, number), envelope)?;
            }
            for table in ["finding_figures", "finding_cells"] {
                self.run(&format!("DELETE FROM {table} WHERE finding = ?1"), params![id])?;
            }
            self.run("DELETE FROM findings WHERE id = ?1 AND document IS NULL", params![id])?;
        }
        for id in &component.withdrawn {
            self.run("DELETE FROM derived WHERE id = ?1 AND document IS NULL", params![id])?;
        }
        for derived in &component.derived {
            self.show_derived(None, derived, envelope.generation)?;
        }
        for (at, finding) in component.decided.iter().enumerate() {
            self.show_finding(None, finding, envelope.generation)?;
            self.run("DELETE FROM finding_cells WHERE finding = ?1", params![finding.id])?;
            match component.places.get(at) {
                Some(places) => {
                    let cells = places.iter().filter_map(|place| component.cells.get(*place));
                    for cell in cells.filter_map(|cell| Cell::from_text(cell)) {
                        self.run(
                            "INSERT OR IGNORE INTO finding_cells (indicator, area, period, finding) VALUES (?1, ?2, ?3, ?4)",
                            params![
                                cell.indicator.as_str(),
                                cell.area.as_str(),
                                cell.period.to_string(),
                                finding.id
                            ],
                        )?;
                    }
                }
                // Schema 1: a generation's figures were those that it was decided from.
                None => self.run(
                    "INSERT OR IGNORE INTO finding_cells (indicator, area, period, finding)
                     SELECT f.indicator, f.area, f.period, ?1 FROM finding_figures m JOIN figures f ON f.id = m.figure
                     WHERE m.finding = ?1",
                    params![finding.id],
                )?,
            }
            self.remember(finding, Some(finding.verdict.code()), (&because, number), envelope)?;
        }
        Ok(())
    }

    /// Remembers how a finding was decided; `because` of which documents, in which component of the event.
    fn remember(
        &self,
        finding: &Finding,
        verdict: Option<&str>,
        (because, component): (&str, usize),
        envelope: &Envelope,
    ) -> Done {
        self.run(
            "INSERT OR REPLACE INTO finding_history
               (finding, position, verdict, relation, formula, vi, en, because, component, decided_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                finding.id,
                envelope.position.0.cast_signed(),
                verdict,
                finding.relation.code(),
                finding.formula,
                finding.explanation.vi,
                finding.explanation.en,
                because,
                i64::try_from(component).unwrap_or(i64::MAX),
                envelope.recorded_at.as_microsecond()
            ],
        )
    }

    /// Remembers that a document is to be taken into account across documents: where one of its figures has
    /// a key that is fully bound, or where it was taken into account with other answers than those of `basis`.
    pub(super) fn mark_unjoined(&self, document: Digest, basis: Digest, position: Position) -> Done {
        let (document, basis) = (document.to_string(), basis.to_string());
        let joined: Option<Option<String>> = self.sql(|| {
            self.ledger
                .prepare_cached("SELECT basis FROM joined WHERE document = ?1")?
                .query_row(params![document], |row| row.get(0))
                .optional()
        })?;
        let wanted = match joined {
            // Not recorded (schema 1): a generation's own answers, which stay.
            Some(None) => return Ok(()),
            Some(Some(known)) => known != basis,
            None => self.has_cell(&document)?,
        };
        if !wanted {
            return self.run("DELETE FROM unjoined WHERE document = ?1", params![document]);
        }
        self.run(
            "INSERT OR REPLACE INTO unjoined (document, basis, position) VALUES (?1, ?2, ?3)",
            params![document, basis, position.0.cast_signed()],
        )
    }

    /// Tells whether a figure of a document has a key that is fully bound.
    fn has_cell(&self, document: &str) -> Result<bool, LedgerError> {
        self.sql(|| {
            let mut statement = self.ledger.prepare_cached(
                "SELECT body FROM figures WHERE document = ?1 AND indicator IS NOT NULL AND area IS NOT NULL
                 AND period IS NOT NULL AND aspect IS NOT NULL",
            )?;
            let mut rows = statement.query(params![document])?;
            while let Some(row) = rows.next()? {
                let body: String = row.get(0)?;
                if serde_json::from_str(&body).is_ok_and(|figure| Cell::of(&figure).is_some()) {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }
}
