//! What is due across documents, as a ledger tells: the event that would take into account the documents
//! that no `corpus-reconciled` has taken into account yet, or that were taken into account with other answers
//! by the generation that this one goes on from.
//!
//! The ledger is read and not written: whoever asks appends the event, folds it, and asks again until
//! nothing is due. So the log says what was decided and why, a rebuilt ledger needs no deciding, and a
//! crash in between costs nothing but the asking.

mod decide;
mod desk;
mod read;
mod stated;
mod tried;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::desk::Desk;
use self::stated::Stated;
pub use self::tried::{Anew, Tried};
use super::error::LedgerError;
use super::query::LedgerReader;
use super::statements::Statements;
use crate::event::envelope::{Append, StreamId};
use crate::event::kinds::{ComponentReconciled, CorpusReconciled, Event, JoinedDocument};
use crate::event_log::LogReader;
use crate::model::Digest;
use crate::model::finding::Derived;
use crate::stage::plan::Plan;
use crate::stage::reconcile::across::{Cell, CodeLists, Component, Sketch, Standing, Wording};
use crate::stage::rules::RulePack;

/// Documents that one event takes into account at the most. What they touch is decided once for all of them,
/// and an event is still no larger than that of a large document.
pub const BATCH: usize = 1024;

/// What deciding across documents reads of the rule pack.
#[derive(Debug, Clone)]
pub struct AcrossRules {
    pub(super) wording: Wording,
    lists: CodeLists,
}

impl AcrossRules {
    /// Reads the rule pack.
    pub fn of(rules: &RulePack) -> Self {
        Self { wording: Wording::of(rules), lists: CodeLists::of(rules) }
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
    /// What it stated when it was taken into account before.
    left: Stated,
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
    /// Those of the second thread that decides.
    second: Statements,
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
            second: Statements::default(),
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
        ledger.unjoined_each(|document| {
            self.statements.forget(document);
            self.second.forget(document);
        })?;
        let rules = &self.rules;
        let mut desk = Desk::new(ledger, log, rules, &mut self.statements);
        let mut due = Vec::with_capacity(documents.len());
        let mut newcomers = Vec::new();
        for (document, basis) in documents {
            let joined = ledger.joined(document)?;
            let sketch = match &joined {
                // Without its text it is as it was, and so it is where the text is the document itself.
                Some((_, sketch))
                    if basis == nothing() || ledger.source_text_of(document)? == Some(document) =>
                {
                    sketch.clone()
                }
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
        let documents: Vec<Digest> = due.iter().map(|due| due.document).collect();
        let stated = self::decide::stated(&mut desk, &documents, &mut self.second)?;
        for due in &due {
            let now = stated.get(&due.document).cloned().unwrap_or_default();
            for cell in stated::differing(&due.left, &now) {
                changed.entry(cell).or_default().insert(due.document);
            }
        }
        // Another witness says the same, and counts otherwise.
        for known in &moved {
            for cell in desk.stated(known.document)?.into_keys() {
                changed.entry(cell).or_default().insert(known.document);
            }
        }
        let cells: BTreeSet<Cell> = changed.keys().cloned().collect();
        let witnesses = desk.witnesses.clone();
        let region = self::decide::region(desk, &cells, &mut self.second)?;
        let key =
            self.plan.identities.corpus_key(self.generation, due.iter().map(|due| (due.document, due.basis)));
        let joined = due
            .into_iter()
            .map(|due| {
                let cells = || stated.get(&due.document).into_iter().flatten();
                JoinedDocument {
                    document: due.document,
                    witness: witnesses.get(&due.document).copied().unwrap_or(due.document),
                    sketch: due.sketch.to_hex(),
                    basis: Some(due.basis),
                    cells: cells().map(|(cell, _)| cell.to_string()).collect(),
                    stated: cells().map(|(_, digest)| digest.clone().unwrap_or_default()).collect(),
                }
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
