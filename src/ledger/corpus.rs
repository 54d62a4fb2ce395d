//! What is due across documents, as a ledger tells: the event that would take into account the documents
//! that no `corpus-reconciled` has taken into account yet, or that were taken into account with other answers
//! by the generation that this one goes on from.
//!
//! The ledger is read and not written: whoever asks appends the event, folds it, and asks again until
//! nothing is due. So the log says what was decided and why, a rebuilt ledger needs no deciding, and a
//! crash in between costs nothing but the asking.

use std::cell::RefCell;
use std::collections::btree_map::Entry;
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
use crate::model::figure::{AreaCode, FigureId, IndicatorCode};
use crate::model::finding::Derived;
use crate::stage::plan::Plan;
use crate::stage::reconcile::across::{
    AreaTree, CELL_LIMIT, Cell, Component, Copies, Sketch, Standing, Statement, Stood, Wording, decide_region,
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

/// A document whose copies are looked for.
struct Newcomer {
    document: Digest,
    sketch: Sketch,
}

/// A document that is to be taken into account.
struct Due {
    document: Digest,
    /// Digest of its answers; [`nothing`] where there are none any more.
    basis: Digest,
    sketch: Sketch,
    /// Where it was looked for before.
    left: Vec<Cell>,
}

/// The basis of a document that was taken into account and whose answers are not there: a later generation
/// gave it up.
fn nothing() -> Digest {
    Digest::of(b"no answers")
}

/// Who asks one generation's ledger what is due: its rules, and what is kept from one time to the next.
#[derive(Debug)]
pub struct Relating {
    path: PathBuf,
    generation: u64,
    plan: Plan,
    rules: AcrossRules,
    ledger: Option<LedgerReader>,
    statements: Statements,
}

impl Relating {
    /// Makes one for the ledger of `generation` at `path`; nothing is read yet.
    pub fn new(path: &Path, generation: u64, plan: Plan, rules: &RulePack) -> Self {
        Self {
            path: path.to_owned(),
            generation,
            plan,
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
    /// Some documents may be left for the next time. With `whole` every document has been read, so that those
    /// which an earlier generation took into account and which have no answers here are taken back.
    ///
    /// # Errors
    /// What SQLite says, or the log of texts.
    pub fn due(&mut self, log: &LogReader, whole: bool) -> Result<Option<Append>, LedgerError> {
        // What is read for one event is of one moment.
        self.ledger()?.hold()?;
        let Some(ledger) = self.ledger.take() else { return Ok(None) };
        let due = self.due_of(&ledger, log, whole && self.plan.is_follower());
        // A reader that does not let go is not kept.
        if ledger.release().is_ok() {
            self.ledger = Some(ledger);
        }
        due
    }

    fn due_of(
        &mut self,
        ledger: &LedgerReader,
        log: &LogReader,
        whole: bool,
    ) -> Result<Option<Append>, LedgerError> {
        let (documents, cause) = ledger.unjoined(whole)?;
        if documents.is_empty() {
            return Ok(None);
        }
        ledger.unjoined_each(|document| self.statements.forget(document))?;
        let rules = &self.rules;
        let mut desk = Desk {
            ledger,
            log,
            rules,
            witnesses: BTreeMap::new(),
            statements: &mut self.statements,
            periods: BTreeMap::new(),
        };
        let mut due = Vec::with_capacity(documents.len());
        let mut newcomers = Vec::new();
        for (document, basis) in documents {
            let joined = ledger.joined(document)?;
            let sketch = match &joined {
                // Without its text it is as it was.
                Some((_, sketch)) if basis == nothing() => sketch.clone(),
                _ => Sketch::of(&ledger.text_of(log, document)?),
            };
            match joined {
                Some((witness, before)) if before == sketch => {
                    desk.witnesses.insert(document, witness);
                }
                Some((witness, _)) => newcomers.extend(ledger.regrouped(witness, document, &sketch)?),
                None => newcomers.push(Newcomer { document, sketch: sketch.clone() }),
            }
            due.push(Due { document, basis, sketch, left: ledger.left(document)? });
        }
        newcomers.sort_by_key(|newcomer| newcomer.document);
        // A group is regrouped once, with the new sketch where there is one.
        newcomers.dedup_by(|later, first| {
            let same = later.document == first.document;
            if same && let Some(due) = due.iter().find(|due| due.document == first.document) {
                first.sketch = due.sketch.clone();
            }
            same
        });
        let moved = desk.find_witnesses(&newcomers)?;
        let mut changed: BTreeMap<Cell, BTreeSet<Digest>> = BTreeMap::new();
        let mut stated: BTreeMap<Digest, BTreeSet<Cell>> = BTreeMap::new();
        for document in due.iter().map(|due| due.document).chain(moved.iter().map(|known| known.document)) {
            let own = desk.statements.of(ledger, log, &rules.wording, document)?;
            stated.insert(document, own.iter().filter_map(|statement| Cell::of(&statement.figure)).collect());
        }
        let left = due.iter().flat_map(|due| due.left.iter().map(|cell| (due.document, cell)));
        for (document, cell) in stated.iter().flat_map(|(d, cells)| cells.iter().map(|c| (*d, c))).chain(left)
        {
            changed.entry(cell.clone()).or_default().insert(document);
        }
        let desk = RefCell::new(desk);
        // Read once, however many cells its figures are of.
        let mut seen = BTreeSet::new();
        let region = decide_region(
            changed.keys().cloned(),
            &rules.areas,
            |cell| desk.borrow_mut().statements(cell),
            |cell| ledger.standing(cell, &mut seen),
            |figure| ledger.upheld(figure),
        )?;
        let desk = desk.into_inner();
        let key =
            self.plan.identities.corpus_key(self.generation, due.iter().map(|due| (due.document, due.basis)));
        let joined = due
            .into_iter()
            .map(|due| JoinedDocument {
                document: due.document,
                witness: desk.witnesses.get(&due.document).copied().unwrap_or(due.document),
                sketch: due.sketch.to_hex(),
                basis: Some(due.basis),
                cells: stated.get(&due.document).into_iter().flatten().map(ToString::to_string).collect(),
            })
            .collect();
        let components = changes(region.components, &changed);
        let event = Event::CorpusReconciled(CorpusReconciled { joined, witnesses: moved, components });
        Ok(Some(Append {
            stage_key: Some(key),
            cause: Some(cause),
            generation: self.generation,
            ..Append::new(StreamId::Corpus, event)
        }))
    }
}

/// Returns the components in which something differs from what stood. A finding that is decided in another
/// component than the one where it stood is not superseded there.
fn changes(
    components: Vec<Component>,
    changed: &BTreeMap<Cell, BTreeSet<Digest>>,
) -> Vec<ComponentReconciled> {
    let now = components.iter().flat_map(|component| &component.now.findings);
    let now: BTreeSet<&str> = now.map(|one| one.finding.id.as_str()).collect();
    let before = components.iter().flat_map(|component| &component.before.findings);
    let before: BTreeMap<&str, &Standing> = before.map(|stood| (stood.finding.id.as_str(), stood)).collect();
    let mut reconciled = Vec::new();
    for component in &components {
        let stood = component.before.findings.iter().map(|stood| &stood.finding.id);
        let superseded: Vec<String> = stood.filter(|id| !now.contains(id.as_str())).cloned().collect();
        let differs = |one: &&Standing| before.get(one.finding.id.as_str()) != Some(one);
        let decided: Vec<&Standing> = component.now.findings.iter().filter(differs).collect();
        // What no report prints stands in one cell, and so in one component, for good.
        let (derived, stood) = (&component.now.derived, &component.before.derived);
        let withdrawn = stood.iter().filter(|one| !derived.iter().any(|other| other.id == one.id));
        let withdrawn: Vec<String> = withdrawn.map(|one| one.id.clone()).collect();
        let derived: Vec<Derived> = derived.iter().filter(|one| !stood.contains(one)).cloned().collect();
        if superseded.is_empty() && decided.is_empty() && withdrawn.is_empty() && derived.is_empty() {
            continue;
        }
        let because: BTreeSet<Digest> =
            component.cells.iter().filter_map(|cell| changed.get(cell)).flatten().copied().collect();
        let cells: Vec<&Cell> = component.cells.iter().collect();
        let places =
            |one: &Standing| one.cells.iter().filter_map(|cell| cells.binary_search(&cell).ok()).collect();
        reconciled.push(ComponentReconciled {
            cells: cells.iter().map(ToString::to_string).collect(),
            input: component.input,
            because: because.into_iter().collect(),
            superseded,
            places: decided.iter().map(|one| places(one)).collect(),
            decided: decided.into_iter().map(|one| one.finding.clone()).collect(),
            withdrawn,
            derived,
        });
    }
    reconciled
}

/// What is read while one event is made.
struct Desk<'a> {
    ledger: &'a LedgerReader,
    log: &'a LogReader,
    rules: &'a AcrossRules,
    /// Witnesses that are not as the ledger has them: of newcomers and of known documents.
    witnesses: BTreeMap<Digest, Digest>,
    statements: &'a mut Statements,
    /// By indicator and area, the periods of which anything is stated: most cells that are asked for are empty.
    periods: BTreeMap<(IndicatorCode, AreaCode), BTreeSet<String>>,
}

impl Desk<'_> {
    /// Finds the copies of newcomers among each other and the documents known; returns the known ones
    /// whose witness is another now.
    fn find_witnesses(&mut self, newcomers: &[Newcomer]) -> Result<Vec<Witness>, LedgerError> {
        let mut bands: BTreeMap<(usize, u64), Vec<usize>> = BTreeMap::new();
        let mut documents: Vec<Digest> = newcomers.iter().map(|newcomer| newcomer.document).collect();
        let own: BTreeSet<Digest> = documents.iter().copied().collect();
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
                    if own.contains(&document) {
                        return Ok(());
                    }
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
        // Those that are regrouped were known, too.
        for newcomer in newcomers {
            if let Some((witness, _)) = self.ledger.joined(newcomer.document)? {
                known.insert(newcomer.document, witness);
            }
        }
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
        let row = (cell.indicator.clone(), cell.area.clone());
        let periods = match self.periods.entry(row) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.ledger.periods_of(&cell.indicator, &cell.area)?),
        };
        if !periods.contains(&cell.period.to_string()) {
            return Ok(statements);
        }
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
    /// Returns the documents to take into account next, in order of digest, each with the digest of its
    /// answers, and the last answer among theirs. With `whole` also those that an earlier generation took
    /// into account and that have no answers in this one.
    fn unjoined(&self, whole: bool) -> Result<(Vec<(Digest, Digest)>, Position), LedgerError> {
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
    fn unjoined_each(&self, mut each: impl FnMut(Digest)) -> Result<(), LedgerError> {
        self.for_each("SELECT document FROM unjoined", [], |row| {
            each(self.read(row, |row| digest(row, 0))?);
            Ok::<_, LedgerError>(())
        })
    }

    /// Returns the witness and the sketch of a document that was taken into account.
    fn joined(&self, document: Digest) -> Result<Option<(Digest, Sketch)>, LedgerError> {
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
    fn regrouped(
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

    /// Returns where a document was looked for when it was taken into account.
    fn left(&self, document: Digest) -> Result<Vec<Cell>, LedgerError> {
        let mut cells = Vec::new();
        let sql = "SELECT cell FROM joined_cells WHERE document = ?1 ORDER BY cell";
        self.for_each(sql, params![document.to_string()], |row| {
            cells.extend(Cell::from_text(&self.read(row, |row| row.get::<_, String>(0))?));
            Ok::<_, LedgerError>(())
        })?;
        Ok(cells)
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

    /// Returns the periods of which something is stated.
    fn periods_of(
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

    /// Returns the findings across documents that have a figure in a cell and are not among those `seen`, with
    /// the cells of all theirs; they are seen then. And the levels there that no document prints.
    fn standing(&self, cell: &Cell, seen: &mut BTreeSet<String>) -> Result<Stood, LedgerError> {
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
