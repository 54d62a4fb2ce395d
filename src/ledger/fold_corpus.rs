//! What was decided across documents into the ledger's tables, with its history.

use rusqlite::{OptionalExtension, params};

use super::fold::{Done, Fold};
use crate::event::envelope::{Envelope, Position};
use crate::event::kinds::{ComponentReconciled, CorpusReconciled};
use crate::model::finding::Finding;
use crate::stage::reconcile::across::{Cell, Sketch};

impl Fold<'_> {
    /// Folds what was decided for this ledger's generation; another's corpus is another.
    pub(super) fn corpus(&self, reconciled: &CorpusReconciled, envelope: &Envelope) -> Done {
        if envelope.generation != self.generation {
            return Ok(());
        }
        for joined in &reconciled.joined {
            let document = joined.document.to_string();
            self.run(
                "INSERT OR REPLACE INTO joined (document, witness, sketch, position) VALUES (?1, ?2, ?3, ?4)",
                params![
                    document,
                    joined.witness.to_string(),
                    joined.sketch,
                    envelope.position.0.cast_signed()
                ],
            )?;
            self.run("DELETE FROM unjoined WHERE document = ?1", params![document])?;
            let bands = Sketch::from_hex(&joined.sketch).map(|sketch| sketch.bands());
            for (band, value) in (0_i64..).zip(bands.into_iter().flatten()) {
                self.run(
                    "INSERT OR IGNORE INTO sketch_bands (band, value, document) VALUES (?1, ?2, ?3)",
                    params![band, value.cast_signed(), document],
                )?;
            }
        }
        for known in &reconciled.witnesses {
            self.run(
                "UPDATE joined SET witness = ?2 WHERE document = ?1",
                params![known.document.to_string(), known.witness.to_string()],
            )?;
        }
        reconciled.components.iter().try_for_each(|component| self.component(component, envelope))
    }

    fn component(&self, component: &ComponentReconciled, envelope: &Envelope) -> Done {
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
                self.remember(&finding, None, &because, envelope)?;
            }
            for table in ["finding_figures", "finding_cells"] {
                self.run(&format!("DELETE FROM {table} WHERE finding = ?1"), params![id])?;
            }
            self.run("DELETE FROM findings WHERE id = ?1 AND document IS NULL", params![id])?;
        }
        for finding in &component.decided {
            self.show_finding(None, finding, envelope.generation)?;
            self.run(
                "INSERT OR IGNORE INTO finding_cells (indicator, area, period, finding)
                 SELECT f.indicator, f.area, f.period, ?1 FROM finding_figures m JOIN figures f ON f.id = m.figure
                 WHERE m.finding = ?1",
                params![finding.id],
            )?;
            self.remember(finding, Some(finding.verdict.code()), &because, envelope)?;
        }
        Ok(())
    }

    fn remember(&self, finding: &Finding, verdict: Option<&str>, because: &str, envelope: &Envelope) -> Done {
        self.run(
            "INSERT OR REPLACE INTO finding_history
               (finding, position, verdict, relation, formula, vi, en, because, decided_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                finding.id,
                envelope.position.0.cast_signed(),
                verdict,
                finding.relation.code(),
                finding.formula,
                finding.explanation.vi,
                finding.explanation.en,
                because,
                envelope.recorded_at.as_microsecond()
            ],
        )
    }

    /// Remembers that a document's figures are to be taken into account across documents, where one has
    /// a key that is fully bound.
    pub(super) fn mark_unjoined(&self, document: &str, position: Position) -> Done {
        let bound = self.sql(|| {
            let mut statement = self.ledger.prepare_cached(
                "SELECT body FROM figures WHERE document = ?1 AND indicator IS NOT NULL AND area IS NOT NULL
                 AND period IS NOT NULL",
            )?;
            let mut rows = statement.query(params![document])?;
            while let Some(row) = rows.next()? {
                let body: String = row.get(0)?;
                if serde_json::from_str(&body).is_ok_and(|figure| Cell::of(&figure).is_some()) {
                    return Ok(true);
                }
            }
            Ok(false)
        })?;
        if !bound {
            return Ok(());
        }
        self.run(
            "INSERT OR REPLACE INTO unjoined (document, position) VALUES (?1, ?2)",
            params![document, position.0.cast_signed()],
        )
    }
}
