//! What is due across documents, as a ledger tells: the event that would take into account the documents
//! that no `corpus-reconciled` has taken into account yet.
//!
//! The ledger is read and not written: whoever asks appends the event, folds it, and asks again until
//! nothing is due. So the log says what was decided and why, a rebuilt ledger needs no deciding, and a
//! crash in between costs nothing but the asking.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use super::error::LedgerError;
use super::query::{LedgerReader, digest};
use crate::event::envelope::{Append, Position, StreamId};
use crate::event::kinds::{ComponentReconciled, CorpusReconciled, Event, JoinedDocument, Witness};
use crate::event_log::LogReader;
use crate::model::Digest;
use crate::model::figure::Figure;
use crate::model::finding::Finding;
use crate::stage::plan::Identities;
use crate::stage::reconcile::across::{
    AreaTree, CELL_LIMIT, Cell, Component, Sketch, Source, Standing, Statement, Wording, decide_region,
    groups,
};
use crate::stage::rules::RulePack;

/// Documents that one event takes into account at the most: what a commit of the log takes in anyway.
const BATCH: usize = 256;
/// Figures of a cell read at a time.
const PAGE: u32 = 1024;

/// What deciding across documents reads of the rule pack.
#[derive(Debug, Clone)]
pub struct AcrossRules {
    wording: Wording,
    areas: AreaTree,
}

impl AcrossRules {
    /// Reads the rule pack.
    pub fn of(rules: &RulePack) -> Self {
        Self { wording: Wording::of(rules), areas: AreaTree::of(rules) }
    }
}

/// A document that is to be taken into account.
struct Newcomer {
    document: Digest,
    sketch: Sketch,
}

/// Returns the request to append what is due for `generation`, whose ledger `ledger` is; `None` where
/// every document has been taken into account. Some documents may be left for the next time.
///
/// # Errors
/// What SQLite says, or the log of texts.
pub fn due(
    ledger: &LedgerReader,
    log: &LogReader,
    rules: &AcrossRules,
    generation: u64,
    identities: &Identities,
) -> Result<Option<Append>, LedgerError> {
    let (documents, cause) = ledger.unjoined()?;
    if documents.is_empty() {
        return Ok(None);
    }
    let mut desk = Desk { ledger, log, rules, witnesses: BTreeMap::new(), texts: BTreeMap::new() };
    let mut newcomers = Vec::with_capacity(documents.len());
    for document in &documents {
        let sketch = Sketch::of(desk.text(*document)?);
        newcomers.push(Newcomer { document: *document, sketch });
    }
    let moved = desk.find_witnesses(&newcomers)?;
    let mut changed: BTreeMap<Cell, BTreeSet<Digest>> = BTreeMap::new();
    for document in documents.iter().chain(moved.iter().map(|known| &known.document)) {
        for figure in ledger.figures_of(*document)? {
            if let Some(cell) = Cell::of(&figure) {
                changed.entry(cell).or_default().insert(*document);
            }
        }
    }
    let desk = std::cell::RefCell::new(desk);
    let region = decide_region(
        changed.keys().cloned(),
        &rules.areas,
        |cell| desk.borrow_mut().statements(cell),
        |cell| ledger.standing(cell),
    )?;
    let desk = desk.into_inner();
    let joined = newcomers
        .into_iter()
        .map(|newcomer| JoinedDocument {
            document: newcomer.document,
            witness: desk.witnesses.get(&newcomer.document).copied().unwrap_or(newcomer.document),
            sketch: newcomer.sketch.to_hex(),
        })
        .collect();
    let components = region.components.into_iter().filter_map(|one| changes(one, &changed)).collect();
    let event = Event::CorpusReconciled(CorpusReconciled { joined, witnesses: moved, components });
    Ok(Some(Append {
        stage_key: Some(identities.corpus_key(generation, &documents)),
        cause: Some(cause),
        generation,
        ..Append::new(StreamId::Corpus, event)
    }))
}

/// Returns what differs from what stood; `None` where nothing does.
fn changes(component: Component, changed: &BTreeMap<Cell, BTreeSet<Digest>>) -> Option<ComponentReconciled> {
    let now: BTreeSet<&str> = component.findings.iter().map(|finding| finding.id.as_str()).collect();
    let superseded: Vec<String> = component
        .before
        .iter()
        .filter(|stood| !now.contains(stood.id.as_str()))
        .map(|stood| stood.id.clone())
        .collect();
    let before: BTreeMap<&str, &Finding> =
        component.before.iter().map(|stood| (stood.id.as_str(), stood)).collect();
    let decided: Vec<Finding> = component
        .findings
        .iter()
        .filter(|finding| before.get(finding.id.as_str()) != Some(finding))
        .cloned()
        .collect();
    if superseded.is_empty() && decided.is_empty() {
        return None;
    }
    let because: BTreeSet<Digest> =
        component.cells.iter().filter_map(|cell| changed.get(cell)).flatten().copied().collect();
    Some(ComponentReconciled {
        cells: component.cells.iter().map(ToString::to_string).collect(),
        input: component.input,
        because: because.into_iter().collect(),
        superseded,
        decided,
    })
}

/// What is read while one event is made.
struct Desk<'a> {
    ledger: &'a LedgerReader,
    log: &'a LogReader,
    rules: &'a AcrossRules,
    /// Witnesses that are not as the ledger has them: of newcomers and of known documents.
    witnesses: BTreeMap<Digest, Digest>,
    texts: BTreeMap<Digest, String>,
}

impl Desk<'_> {
    /// Returns a document's source text.
    fn text(&mut self, document: Digest) -> Result<&str, LedgerError> {
        if !self.texts.contains_key(&document) {
            let blob = self.ledger.source_text_of(document)?;
            let bytes = blob.map(|blob| self.log.blob(blob)).transpose()?.flatten().unwrap_or_default();
            self.texts.insert(document, String::from_utf8(bytes).unwrap_or_default());
        }
        Ok(self.texts.get(&document).map_or("", String::as_str))
    }

    /// Finds the copies of newcomers among each other and the documents known; returns the known ones
    /// whose witness is another now.
    fn find_witnesses(&mut self, newcomers: &[Newcomer]) -> Result<Vec<Witness>, LedgerError> {
        let mut bands: BTreeMap<(usize, u64), Vec<usize>> = BTreeMap::new();
        let mut documents: Vec<Digest> = newcomers.iter().map(|newcomer| newcomer.document).collect();
        let mut places: BTreeMap<Digest, usize> =
            documents.iter().enumerate().map(|(place, document)| (*document, place)).collect();
        let mut known: BTreeMap<Digest, Digest> = BTreeMap::new();
        let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (place, newcomer) in newcomers.iter().enumerate() {
            let mut looked_at = BTreeSet::new();
            for (band, value) in newcomer.sketch.bands().into_iter().enumerate() {
                let others = bands.entry((band, value)).or_default();
                for other in others.iter().filter(|other| looked_at.insert(newcomers[**other].document)) {
                    if newcomers[*other].sketch.is_copy(&newcomer.sketch) {
                        pairs.insert((*other, place));
                    }
                }
                others.push(place);
                for (document, witness, sketch) in self.ledger.sharing_band(band, value)? {
                    if !looked_at.insert(document) || !sketch.is_copy(&newcomer.sketch) {
                        continue;
                    }
                    // All copies of a copy move with it.
                    for (copy, witness) in self.ledger.copies_of(witness)? {
                        let at = *places.entry(copy).or_insert_with(|| {
                            documents.push(copy);
                            documents.len() - 1
                        });
                        known.insert(copy, witness);
                        pairs.insert((at, place));
                    }
                }
            }
        }
        let pairs: Vec<(usize, usize)> = pairs.into_iter().collect();
        let mut moved = Vec::new();
        for (document, witness) in documents.iter().zip(groups(&documents, &pairs)) {
            self.witnesses.insert(*document, witness);
            if known.get(document).is_some_and(|before| *before != witness) {
                moved.push(Witness { document: *document, witness });
            }
        }
        moved.sort_by_key(|known| known.document);
        Ok(moved)
    }

    /// Returns the statements of a cell by the documents known and the newcomers, smallest figure id
    /// first, one more than the limit at the most.
    fn statements(&mut self, cell: &Cell) -> Result<Vec<Statement>, LedgerError> {
        let mut statements = Vec::new();
        let mut after = String::new();
        while statements.len() <= CELL_LIMIT {
            let page = self.ledger.stated_in(cell, &after)?;
            let Some(last) = page.last() else { break };
            after = last.figure.id.to_string();
            for stated in page {
                let document = stated.document;
                // A newcomer's witness is at hand; a document without any is for another event.
                let Some(witness) = self.witnesses.get(&document).copied().or(stated.witness) else {
                    continue;
                };
                self.text(document)?;
                let text = self.texts.get(&document).map_or("", String::as_str);
                let source = Source { document, witness, text };
                statements.extend(Statement::of(source, stated.figure, stated.support, &self.rules.wording));
            }
        }
        statements.truncate(CELL_LIMIT + 1);
        Ok(statements)
    }
}

/// A figure of a cell.
struct Stated {
    document: Digest,
    /// `None` where the document was not taken into account yet.
    witness: Option<Digest>,
    figure: Figure,
    support: usize,
}

impl LedgerReader {
    /// Returns the documents to take into account next, in order of digest, and the last answer among
    /// theirs.
    fn unjoined(&self) -> Result<(Vec<Digest>, Position), LedgerError> {
        let mut documents = Vec::new();
        let mut last = Position(0);
        let sql = format!("SELECT document, position FROM unjoined ORDER BY document LIMIT {BATCH}");
        self.for_each(&sql, [], |row| {
            let (document, position) =
                self.read(row, |row| Ok((digest(row, 0)?, row.get::<_, i64>(1)?.cast_unsigned())))?;
            documents.push(document);
            last = last.max(Position(position));
            Ok::<_, LedgerError>(())
        })?;
        Ok((documents, last))
    }

    /// Returns the documents known with a band of their sketch in common: document, witness, sketch.
    fn sharing_band(&self, band: usize, value: u64) -> Result<Vec<(Digest, Digest, Sketch)>, LedgerError> {
        let mut found = Vec::new();
        let sql = "SELECT j.document, j.witness, j.sketch FROM sketch_bands b JOIN joined j USING (document)
                   WHERE b.band = ?1 AND b.value = ?2 ORDER BY j.document";
        let band = i64::try_from(band).unwrap_or(i64::MAX);
        self.for_each(sql, params![band, value.cast_signed()], |row| {
            let (document, witness, sketch) =
                self.read(row, |row| Ok((digest(row, 0)?, digest(row, 1)?, row.get::<_, String>(2)?)))?;
            found.extend(Sketch::from_hex(&sketch).map(|sketch| (document, witness, sketch)));
            Ok::<_, LedgerError>(())
        })?;
        Ok(found)
    }

    /// Returns the documents known that are one witness, with it.
    fn copies_of(&self, witness: Digest) -> Result<Vec<(Digest, Digest)>, LedgerError> {
        let mut copies = Vec::new();
        let sql = "SELECT document, witness FROM joined WHERE witness = ?1 ORDER BY document";
        self.for_each(sql, params![witness.to_string()], |row| {
            copies.push(self.read(row, |row| Ok((digest(row, 0)?, digest(row, 1)?)))?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(copies)
    }

    /// Returns the next figures of a cell after the id `after`, in order of id.
    fn stated_in(&self, cell: &Cell, after: &str) -> Result<Vec<Stated>, LedgerError> {
        let mut stated = Vec::new();
        let sql = "SELECT f.document, j.witness, f.body,
                     (SELECT count(*) FROM finding_figures m JOIN findings x ON x.id = m.finding
                      WHERE m.figure = f.id AND x.document IS NOT NULL AND x.verdict = 'agrees')
                   FROM figures f LEFT JOIN joined j USING (document)
                   WHERE f.indicator = ?1 AND f.area = ?2 AND f.period = ?3 AND f.id > ?4 ORDER BY f.id LIMIT ?5";
        let [indicator, area, period] = cell_params(cell);
        self.for_each(sql, params![indicator, area, period, after, PAGE], |row| {
            let (document, witness, body, support) = self.read(row, |row| {
                let witness: Option<String> = row.get(1)?;
                Ok((digest(row, 0)?, witness, row.get::<_, String>(2)?, row.get::<_, i64>(3)?))
            })?;
            stated.push(Stated {
                document,
                witness: witness.and_then(|text| text.parse().ok()),
                figure: self.parse(&body)?,
                support: usize::try_from(support).unwrap_or(0),
            });
            Ok::<_, LedgerError>(())
        })?;
        Ok(stated)
    }

    /// Returns the findings across documents that have a figure in a cell, with the cells of all theirs.
    fn standing(&self, cell: &Cell) -> Result<Vec<Standing>, LedgerError> {
        let findings: Vec<Finding> = self.bodies(
            "SELECT x.body FROM finding_cells c JOIN findings x ON x.id = c.finding
             WHERE c.indicator = ?1 AND c.area = ?2 AND c.period = ?3 ORDER BY x.id",
            cell_params(cell),
        )?;
        let mut standing = Vec::with_capacity(findings.len());
        for finding in findings {
            let figures: Vec<Figure> = self.bodies(
                "SELECT f.body FROM finding_figures m JOIN figures f ON f.id = m.figure WHERE m.finding = ?1",
                params![finding.id],
            )?;
            let cells = figures.iter().filter_map(Cell::of).collect();
            standing.push(Standing { finding, cells });
        }
        Ok(standing)
    }
}

fn cell_params(cell: &Cell) -> [String; 3] {
    [cell.indicator.to_string(), cell.area.to_string(), cell.period.to_string()]
}
