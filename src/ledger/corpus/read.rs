//! What deciding across documents asks the ledger.

use std::collections::BTreeSet;

use rusqlite::params;

use super::stated::{Stated, Upheld};
use super::{BATCH, Newcomer, nothing};
use crate::event::envelope::Position;
use crate::ledger::error::LedgerError;
use crate::ledger::query::{LedgerReader, digest};
use crate::model::Digest;
use crate::model::figure::{AreaCode, FigureId, IndicatorCode};
use crate::stage::reconcile::across::{Cell, Sketch, Standing, Stood};

/// Figures of a cell read at a time.
pub(super) const PAGE: usize = 1024;

impl LedgerReader {
    /// Returns the documents to take into account next, in order of digest, each with the digest of its
    /// answers, and the last answer among theirs. With `whole` also those that an earlier generation took
    /// into account and that have no answers in this one.
    pub(super) fn unjoined(&self, whole: bool) -> Result<(Vec<(Digest, Digest)>, Position), LedgerError> {
        let mut documents = Vec::new();
        let mut last = Position(0);
        let sql = format!("SELECT document, position, basis FROM unjoined ORDER BY document LIMIT {BATCH}");
        self.for_each(&sql, [], |row| {
            let (document, position, basis) = self.read(row, |row| {
                Ok((digest(row, 0)?, row.get::<_, i64>(1)?.cast_unsigned(), digest(row, 2)?))
            })?;
            documents.push((document, basis));
            last = last.max(Position(position));
            Ok::<_, LedgerError>(())
        })?;
        if !whole || documents.len() >= BATCH {
            return Ok((documents, last));
        }
        let sql = format!(
            "SELECT j.document, j.position FROM joined j WHERE j.basis IS NOT NULL AND j.basis <> ?1
               AND NOT EXISTS (SELECT 1 FROM answers a
                               WHERE a.document = j.document AND a.stage = 'reconcile' AND a.projected)
             ORDER BY j.document LIMIT {}",
            BATCH - documents.len()
        );
        self.for_each(&sql, params![nothing().to_string()], |row| {
            let (document, position) =
                self.read(row, |row| Ok((digest(row, 0)?, row.get::<_, i64>(1)?.cast_unsigned())))?;
            documents.push((document, nothing()));
            last = last.max(Position(position));
            Ok::<_, LedgerError>(())
        })?;
        documents.sort_unstable();
        documents.dedup_by_key(|(document, _)| *document);
        Ok((documents, last))
    }

    /// Calls `each` with every document that is to be taken into account.
    pub(super) fn unjoined_each(&self, mut each: impl FnMut(Digest)) -> Result<(), LedgerError> {
        self.for_each("SELECT document FROM unjoined", [], |row| {
            each(self.read(row, |row| digest(row, 0))?);
            Ok::<_, LedgerError>(())
        })
    }

    /// Returns the witness and the sketch of a document that was taken into account.
    pub(super) fn joined(&self, document: Digest) -> Result<Option<(Digest, Sketch)>, LedgerError> {
        let mut found = None;
        let sql = "SELECT witness, sketch FROM joined WHERE document = ?1";
        self.for_each(sql, params![document.to_string()], |row| {
            let (witness, sketch) = self.read(row, |row| Ok((digest(row, 0)?, row.get::<_, String>(1)?)))?;
            found = Sketch::from_hex(&sketch).map(|sketch| (witness, sketch));
            Ok::<_, LedgerError>(())
        })?;
        Ok(found)
    }

    /// Returns the copies of a witness, to be grouped anew since one of them, `changed`, has another sketch.
    pub(super) fn regrouped(
        &self,
        witness: Digest,
        changed: Digest,
        sketch: &Sketch,
    ) -> Result<Vec<Newcomer>, LedgerError> {
        let mut group = Vec::new();
        for document in self.copies_of(witness)? {
            let known = self.joined(document)?.map(|(_, sketch)| sketch);
            let sketch = if document == changed { Some(sketch.clone()) } else { known };
            group.extend(sketch.map(|sketch| Newcomer { document, sketch }));
        }
        Ok(group)
    }

    /// Returns what a document stated when it was taken into account.
    pub(super) fn left(&self, document: Digest) -> Result<Stated, LedgerError> {
        let mut left = Stated::new();
        let sql = "SELECT cell, stated FROM joined_cells WHERE document = ?1";
        self.for_each(sql, params![document.to_string()], |row| {
            let (cell, stated): (String, Option<String>) =
                self.read(row, |row| Ok((row.get(0)?, row.get(1)?)))?;
            left.extend(Cell::from_text(&cell).map(|cell| (cell, stated)));
            Ok::<_, LedgerError>(())
        })?;
        Ok(left)
    }

    /// Returns the cells in which documents that were taken into account state something: all, or those of the
    /// indicators of these codes.
    pub(super) fn cells_where(&self, codes: Option<&[String]>) -> Result<BTreeSet<Cell>, LedgerError> {
        let mut cells = BTreeSet::new();
        self.for_each("SELECT DISTINCT cell FROM joined_cells", [], |row| {
            let cell = Cell::from_text(&self.read(row, |row| row.get::<_, String>(0))?);
            let is_asked = |cell: &Cell| {
                codes.is_none_or(|codes| codes.iter().any(|code| code == cell.indicator.as_str()))
            };
            cells.extend(cell.filter(is_asked));
            Ok::<_, LedgerError>(())
        })?;
        Ok(cells)
    }

    /// Returns how many relations of its own document that hold each figure of a document stands in; those in
    /// none are left out.
    pub(super) fn upheld_in(&self, document: Digest) -> Result<Upheld, LedgerError> {
        let mut upheld = Upheld::new();
        let sql = "SELECT m.figure, count(*) FROM findings x JOIN finding_figures m ON m.finding = x.id
                   WHERE x.document = ?1 AND x.verdict = 'agrees' GROUP BY m.figure";
        self.for_each(sql, params![document.to_string()], |row| {
            let (figure, count): (String, i64) = self.read(row, |row| Ok((row.get(0)?, row.get(1)?)))?;
            upheld.insert(FigureId(figure.into()), usize::try_from(count).unwrap_or(0));
            Ok::<_, LedgerError>(())
        })?;
        Ok(upheld)
    }

    /// Tells whether another generation can go on from what this ledger holds across documents: of every
    /// document it is recorded with what answers it was taken into account.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn can_be_followed(&self) -> Result<bool, LedgerError> {
        let mut can = false;
        self.for_each("SELECT NOT EXISTS (SELECT 1 FROM joined WHERE basis IS NULL)", [], |row| {
            can = self.read(row, |row| row.get(0))?;
            Ok::<_, LedgerError>(())
        })?;
        Ok(can)
    }

    /// Calls `each` with the documents known with a band of their sketch in common: document, witness,
    /// sketch in hex.
    pub(super) fn sharing_band(
        &self,
        band: usize,
        value: u64,
        mut each: impl FnMut(Digest, Digest, &str) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let sql = "SELECT j.document, j.witness, j.sketch FROM sketch_bands b JOIN joined j USING (document)
                   WHERE b.band = ?1 AND b.value = ?2 ORDER BY j.document";
        let band = i64::try_from(band).unwrap_or(i64::MAX);
        self.for_each(sql, params![band, value.cast_signed()], |row| {
            let (document, witness) = self.read(row, |row| Ok((digest(row, 0)?, digest(row, 1)?)))?;
            let sketch = row.get_ref(2).and_then(|text| Ok(text.as_str()?));
            each(document, witness, sketch.map_err(|source| self.sqlite(source))?)
        })
    }

    /// Returns the documents known that are one witness.
    pub(super) fn copies_of(&self, witness: Digest) -> Result<Vec<Digest>, LedgerError> {
        let mut copies = Vec::new();
        let sql = "SELECT document FROM joined WHERE witness = ?1 ORDER BY document";
        self.for_each(sql, params![witness.to_string()], |row| {
            copies.push(self.read(row, |row| digest(row, 0))?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(copies)
    }

    /// Returns the periods of which something is stated.
    pub(super) fn periods_of(
        &self,
        indicator: &IndicatorCode,
        area: &AreaCode,
    ) -> Result<BTreeSet<String>, LedgerError> {
        let mut periods = BTreeSet::new();
        let sql =
            "SELECT DISTINCT period FROM figures WHERE indicator = ?1 AND area = ?2 AND period IS NOT NULL";
        self.for_each(sql, params![indicator.as_str(), area.as_str()], |row| {
            periods.insert(self.read(row, |row| row.get(0))?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(periods)
    }

    /// Returns the ids of the next figures of a cell after the id `after`, in order, each with its document
    /// and that document's witness, `None` where it was not taken into account yet.
    pub(super) fn stated_in(
        &self,
        cell: &Cell,
        after: &str,
    ) -> Result<Vec<(String, Digest, Option<Digest>)>, LedgerError> {
        let mut stated = Vec::new();
        let sql = format!(
            "SELECT f.id, f.document, (SELECT j.witness FROM joined j WHERE j.document = f.document)
             FROM figures f WHERE f.indicator = ?1 AND f.area = ?2 AND f.period = ?3 AND f.id > ?4
             ORDER BY f.id LIMIT {PAGE}"
        );
        let [indicator, area, period] = cell_params(cell);
        self.for_each(&sql, params![indicator, area, period, after], |row| {
            stated.push(self.read(row, |row| {
                let witness: Option<String> = row.get(2)?;
                Ok((row.get(0)?, digest(row, 1)?, witness.and_then(|text| text.parse().ok())))
            })?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(stated)
    }

    /// Returns how many documents are to be taken into account.
    pub(super) fn unjoined_count(&self) -> Result<u64, LedgerError> {
        let mut count = 0;
        self.for_each("SELECT count(*) FROM unjoined", [], |row| {
            count = self.read(row, |row| row.get::<_, i64>(0))?.cast_unsigned();
            Ok::<_, LedgerError>(())
        })?;
        Ok(count)
    }

    /// Returns how many relations of its own document that hold a figure stands in.
    pub(super) fn upheld(&self, figure: &FigureId) -> Result<usize, LedgerError> {
        let sql = "SELECT count(*) FROM finding_figures m JOIN findings x ON x.id = m.finding
                   WHERE m.figure = ?1 AND x.document IS NOT NULL AND x.verdict = 'agrees'";
        let mut count = 0;
        self.for_each(sql, params![figure.as_str()], |row| {
            count = self.read(row, |row| row.get::<_, i64>(0))?;
            Ok::<_, LedgerError>(())
        })?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Returns the findings across documents that have a figure in a cell and are not among those `seen`, with
    /// the cells of all theirs; they are seen then. And the levels there that no document prints.
    pub(super) fn standing(&self, cell: &Cell, seen: &mut BTreeSet<String>) -> Result<Stood, LedgerError> {
        let mut ids = Vec::new();
        let sql = "SELECT finding FROM finding_cells WHERE indicator = ?1 AND area = ?2 AND period = ?3";
        self.for_each(sql, cell_params(cell), |row| {
            let id: String = self.read(row, |row| row.get(0))?;
            ids.extend((!seen.contains(&id)).then_some(id));
            Ok::<_, LedgerError>(())
        })?;
        let sql = "SELECT body FROM derived
                   WHERE document IS NULL AND indicator = ?1 AND area = ?2 AND period = ?3 ORDER BY id";
        let derived = self.bodies(sql, cell_params(cell))?;
        let mut standing = Vec::with_capacity(ids.len());
        for id in ids {
            let found = self.bodies("SELECT body FROM findings WHERE id = ?1", params![id])?;
            let mut cells = BTreeSet::new();
            let sql =
                "SELECT indicator || ' ' || area || ' ' || period FROM finding_cells WHERE finding = ?1";
            self.for_each(sql, params![id], |row| {
                cells.extend(Cell::from_text(&self.read(row, |row| row.get::<_, String>(0))?));
                Ok::<_, LedgerError>(())
            })?;
            seen.insert(id);
            standing.extend(found.into_iter().map(|finding| Standing { finding, cells: cells.clone() }));
        }
        Ok(Stood { findings: standing, derived })
    }
}

fn cell_params(cell: &Cell) -> [String; 3] {
    [cell.indicator.to_string(), cell.area.to_string(), cell.period.to_string()]
}
