//! What is due across documents, as a ledger tells: the event that would take into account the documents
//! that no `corpus-reconciled` has taken into account yet.
//!
//! The ledger is read and not written: whoever asks appends the event, folds it, and asks again until
//! nothing is due. So the log says what was decided and why, a rebuilt ledger needs no deciding, and a
//! crash in between costs nothing but the asking.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rusqlite::params;

use super::error::LedgerError;
use super::query::{LedgerReader, digest};
use super::statements::Statements;
use crate::event::envelope::{Append, Position, StreamId};
use crate::event::kinds::{ComponentReconciled, CorpusReconciled, Event, JoinedDocument, Witness};
use crate::event_log::LogReader;
use crate::model::Digest;
use crate::model::figure::{Figure, FigureId};
use crate::model::finding::Finding;
use crate::stage::plan::Identities;
use crate::stage::reconcile::across::{
    AreaTree, CELL_LIMIT, Cell, Component, Copies, Sketch, Standing, Statement, Wording, decide_region,
};
use crate::stage::rules::RulePack;

/// Documents that one event takes into account at the most. What they touch is decided once for all of them,
/// and an event is still no larger than that of a large document.
pub const BATCH: usize = 1024;
/// Figures of a cell read at a time.
const PAGE: usize = 1024;

/// What deciding across documents reads of the rule pack.
#[derive(Debug, Clone)]
pub struct AcrossRules {
    pub(super) wording: Wording,
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

/// Who asks one generation's ledger what is due: its rules, and what is kept from one time to the next.
#[derive(Debug)]
pub struct Relating {
    path: PathBuf,
    generation: u64,
    identities: Identities,
    rules: AcrossRules,
    ledger: Option<LedgerReader>,
    statements: Statements,
}

impl Relating {
    /// Makes one for the ledger of `generation` at `path`; nothing is read yet.
    pub fn new(path: &Path, generation: u64, identities: Identities, rules: &RulePack) -> Self {
        Self {
            path: path.to_owned(),
            generation,
            identities,
            rules: AcrossRules::of(rules),
            ledger: None,
            statements: Statements::default(),
        }
    }

    /// Returns how many documents are to be taken into account.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn waiting(&mut self) -> Result<u64, LedgerError> {
        self.ledger()?.unjoined_count()
    }

    fn ledger(&mut self) -> Result<&LedgerReader, LedgerError> {
        let ledger = match self.ledger.take() {
            Some(ledger) => ledger,
            None => LedgerReader::open(&self.path)?,
        };
        Ok(self.ledger.insert(ledger))
    }

    /// Returns the request to append what is due; `None` where every document has been taken into account.
    /// Some documents may be left for the next time.
    ///
    /// # Errors
    /// What SQLite says, or the log of texts.
    pub fn due(&mut self, log: &LogReader) -> Result<Option<Append>, LedgerError> {
        // What is read for one event is of one moment.
        self.ledger()?.hold()?;
        let Some(ledger) = self.ledger.take() else { return Ok(None) };
        let due = self.due_of(&ledger, log);
        // A reader that does not let go is not kept.
        if ledger.release().is_ok() {
            self.ledger = Some(ledger);
        }
        due
    }

    fn due_of(&mut self, ledger: &LedgerReader, log: &LogReader) -> Result<Option<Append>, LedgerError> {
        let (documents, cause) = ledger.unjoined()?;
        if documents.is_empty() {
            return Ok(None);
        }
        let rules = &self.rules;
        let mut desk =
            Desk { ledger, log, rules, witnesses: BTreeMap::new(), statements: &mut self.statements };
        let mut newcomers = Vec::with_capacity(documents.len());
        for document in &documents {
            let sketch = Sketch::of(&ledger.text_of(log, *document)?);
            newcomers.push(Newcomer { document: *document, sketch });
        }
        let moved = desk.find_witnesses(&newcomers)?;
        let mut changed: BTreeMap<Cell, BTreeSet<Digest>> = BTreeMap::new();
        for document in documents.iter().chain(moved.iter().map(|known| &known.document)) {
            for statement in desk.statements.of(ledger, log, &rules.wording, *document)?.iter() {
                if let Some(cell) = Cell::of(&statement.figure) {
                    changed.entry(cell).or_default().insert(*document);
                }
            }
        }
        let desk = RefCell::new(desk);
        let region = decide_region(
            changed.keys().cloned(),
            &rules.areas,
            |cell| desk.borrow_mut().statements(cell),
            |cell| ledger.standing(cell),
            |figure| ledger.upheld(figure),
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
            stage_key: Some(self.identities.corpus_key(self.generation, &documents)),
            cause: Some(cause),
            generation: self.generation,
            ..Append::new(StreamId::Corpus, event)
        }))
    }
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
    statements: &'a mut Statements,
}

impl Desk<'_> {
    /// Finds the copies of newcomers among each other and the documents known; returns the known ones
    /// whose witness is another now.
    fn find_witnesses(&mut self, newcomers: &[Newcomer]) -> Result<Vec<Witness>, LedgerError> {
        let mut bands: BTreeMap<(usize, u64), Vec<usize>> = BTreeMap::new();
        let mut documents: Vec<Digest> = newcomers.iter().map(|newcomer| newcomer.document).collect();
        let mut copies = Copies::default();
        newcomers.iter().for_each(|_| {
            copies.add();
        });
        // Of the documents known: the place of each witness, and what it stands for.
        let mut places: BTreeMap<Digest, usize> = BTreeMap::new();
        let mut known: BTreeMap<Digest, Digest> = BTreeMap::new();
        for (place, newcomer) in newcomers.iter().enumerate() {
            let mut looked_at = BTreeSet::new();
            for (band, value) in newcomer.sketch.bands().into_iter().enumerate() {
                let others = bands.entry((band, value)).or_default();
                for other in others.iter() {
                    if !copies.are(*other, place) && newcomers[*other].sketch.is_copy(&newcomer.sketch) {
                        copies.join(*other, place);
                    }
                }
                others.push(place);
                self.ledger.sharing_band(band, value, |document, witness, sketch| {
                    let group = places.get(&witness).copied();
                    // A copy of one of many is a copy of all: one that matches is enough.
                    if group.is_some_and(|group| copies.are(group, place))
                        || !looked_at.insert(document)
                        || !Sketch::from_hex(sketch).is_some_and(|sketch| sketch.is_copy(&newcomer.sketch))
                    {
                        return Ok(());
                    }
                    let group = match group {
                        Some(group) => group,
                        None => {
                            let group = copies.add();
                            places.insert(witness, group);
                            documents.push(witness);
                            known.insert(witness, witness);
                            // All copies of a copy move with it.
                            for copy in
                                self.ledger.copies_of(witness)?.into_iter().filter(|copy| *copy != witness)
                            {
                                let at = copies.add();
                                documents.push(copy);
                                known.insert(copy, witness);
                                copies.join(group, at);
                            }
                            group
                        }
                    };
                    copies.join(group, place);
                    Ok(())
                })?;
            }
        }
        let mut moved = Vec::new();
        for (document, witness) in documents.iter().zip(copies.witnesses(&documents)) {
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
            let Some((last, _, _)) = page.last() else { break };
            after.clone_from(last);
            let whole = page.len() < PAGE;
            for (figure, document, witness) in page {
                // A newcomer's witness is at hand; a document without any is for another event.
                let Some(witness) = self.witnesses.get(&document).copied().or(witness) else { continue };
                let own = self.statements.of(self.ledger, self.log, &self.rules.wording, document)?;
                let place = own.binary_search_by(|one| one.figure.id.as_str().cmp(&figure));
                statements.extend(place.ok().map(|place| own[place].with_witness(witness)));
            }
            if whole {
                break;
            }
        }
        statements.truncate(CELL_LIMIT + 1);
        Ok(statements)
    }
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

    /// Calls `each` with the documents known with a band of their sketch in common: document, witness,
    /// sketch in hex.
    fn sharing_band(
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
    fn copies_of(&self, witness: Digest) -> Result<Vec<Digest>, LedgerError> {
        let mut copies = Vec::new();
        let sql = "SELECT document FROM joined WHERE witness = ?1 ORDER BY document";
        self.for_each(sql, params![witness.to_string()], |row| {
            copies.push(self.read(row, |row| digest(row, 0))?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(copies)
    }

    /// Returns the ids of the next figures of a cell after the id `after`, in order, each with its document
    /// and that document's witness, `None` where it was not taken into account yet.
    fn stated_in(
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
    fn unjoined_count(&self) -> Result<u64, LedgerError> {
        let mut count = 0;
        self.for_each("SELECT count(*) FROM unjoined", [], |row| {
            count = self.read(row, |row| row.get::<_, i64>(0))?.cast_unsigned();
            Ok::<_, LedgerError>(())
        })?;
        Ok(count)
    }

    /// Returns how many relations of its own document that hold a figure stands in.
    fn upheld(&self, figure: &FigureId) -> Result<usize, LedgerError> {
        let sql = "SELECT count(*) FROM finding_figures m JOIN findings x ON x.id = m.finding
                   WHERE m.figure = ?1 AND x.document IS NOT NULL AND x.verdict = 'agrees'";
        let mut count = 0;
        self.for_each(sql, params![figure.as_str()], |row| {
            count = self.read(row, |row| row.get::<_, i64>(0))?;
            Ok::<_, LedgerError>(())
        })?;
        Ok(usize::try_from(count).unwrap_or(0))
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
