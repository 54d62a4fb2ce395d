//! What other answers of some documents would lead to across documents, told without writing anything: a ledger is
//! read as if those documents stated what they are tried with.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::Desk;
use super::stated::{self, Upheld};
use super::{AcrossRules, Newcomer};
use crate::event_log::LogReader;
use crate::ledger::diff::Held;
use crate::ledger::error::LedgerError;
use crate::ledger::query::LedgerReader;
use crate::ledger::statements::Statements;
use crate::model::Digest;
use crate::model::figure::{Figure, FigureId};
use crate::model::finding::{Finding, Verdict};
use crate::stage::reconcile::across::{Cell, Component, Sketch, Source, Statement, Stood};

/// What is told by other words, or decided otherwise, whatever a document states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anew {
    /// These indicators, by code.
    Indicators(Vec<String>),
    /// Everything.
    Everything,
}

/// What a document would state.
#[derive(Debug)]
pub struct Tried {
    document: Digest,
    sketch: Sketch,
    /// In order of figure id.
    statements: Vec<Statement>,
    upheld: Upheld,
}

impl Tried {
    /// Takes the figures that a document of the source text `text` would state, and its own findings.
    pub fn of(
        document: Digest,
        text: &str,
        figures: &[Figure],
        findings: &[Finding],
        rules: &AcrossRules,
    ) -> Self {
        let source = Source { document, witness: document, text };
        let bound = figures.iter().filter(|figure| Cell::of(figure).is_some()).cloned();
        let mut statements: Vec<Statement> =
            bound.filter_map(|figure| Statement::of(source, figure, &rules.wording)).collect();
        statements.sort_by(|a, b| a.figure.id.cmp(&b.figure.id));
        let mut upheld: Upheld = statements.iter().map(|one| (one.figure.id.clone(), 0)).collect();
        for finding in findings.iter().filter(|finding| finding.verdict == Verdict::Agrees) {
            for operand in &finding.figures {
                *upheld.entry(operand.id.clone()).or_default() += 1;
            }
        }
        Self { document, sketch: Sketch::of(text), statements, upheld }
    }
}

/// What documents would state in place of what the ledger has of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Instead {
    statements: BTreeMap<Digest, Vec<Statement>>,
    cells: BTreeMap<Cell, Vec<(Digest, usize)>>,
    upheld: Upheld,
}

impl Instead {
    fn put(&mut self, document: Digest, statements: Vec<Statement>, upheld: Upheld) {
        for (place, statement) in statements.iter().enumerate() {
            if let Some(cell) = Cell::of(&statement.figure) {
                self.cells.entry(cell).or_default().push((document, place));
            }
        }
        self.statements.insert(document, statements);
        self.upheld.extend(upheld);
    }

    /// Returns how many relations of its own document that hold a figure would stand in; `None` for a figure of
    /// another document.
    pub(super) fn upheld(&self, figure: &FigureId) -> Option<usize> {
        self.upheld.get(figure).copied()
    }

    /// Tells whether what the ledger has of a document does not count.
    pub(super) fn holds(&self, document: Digest) -> bool {
        self.statements.contains_key(&document)
    }

    /// Returns what would be stated in a cell, in no order.
    pub(super) fn stated_in(&self, cell: &Cell) -> impl Iterator<Item = &Statement> {
        let places = self.cells.get(cell).into_iter().flatten();
        places.filter_map(|(document, place)| self.statements.get(document)?.get(*place))
    }
}

impl AcrossRules {
    /// Returns what stands across documents and would not, or not so, if `tried` were stated, and what would
    /// stand instead.
    ///
    /// # Errors
    /// What SQLite says, or the log of texts.
    pub(crate) fn tried(
        &self,
        ledger: &LedgerReader,
        log: &LogReader,
        tried: Vec<Tried>,
        anew: &Anew,
    ) -> Result<(Held, Held), LedgerError> {
        let mut statements = Statements::default();
        let mut desk = Desk::new(ledger, log, self, &mut statements);
        let mut changed: BTreeSet<Cell> = BTreeSet::new();
        let mut newcomers = Vec::new();
        for Tried { document, sketch, statements, upheld } in tried {
            let now = stated::of(&statements, &upheld);
            let known = ledger.joined(document)?;
            changed.extend(stated::differing(&ledger.left(document)?, &now));
            // One that stated nothing so far was not looked at.
            if known.is_none() && !now.is_empty() {
                newcomers.push(Newcomer { document, sketch });
            }
            desk.instead.put(document, statements, upheld);
        }
        newcomers.sort_by_key(|newcomer| newcomer.document);
        for moved in desk.find_witnesses(&newcomers)? {
            // Those that are tried were looked at above; what they state counts otherwise, too.
            changed.extend(match desk.instead.statements.get(&moved.document) {
                Some(own) => stated::of(own, &Upheld::new()).into_keys().collect::<Vec<_>>(),
                None => desk.stated(moved.document)?.into_keys().collect(),
            });
        }
        changed.extend(match anew {
            Anew::Indicators(codes) => ledger.cells_where(Some(codes))?,
            Anew::Everything => ledger.cells_where(None)?,
        });
        let region = super::decide::region(desk, &changed, &mut Statements::default())?;
        let all = |stood: fn(&Component) -> &Stood| Held {
            figures: Vec::new(),
            findings: by_id(region.components.iter().flat_map(|one| &stood(one).findings), |one| {
                (one.finding.id.clone(), one.finding.clone())
            }),
            derived: by_id(region.components.iter().flat_map(|one| &stood(one).derived), |one| {
                (one.id.clone(), one.clone())
            }),
        };
        Ok((all(|component| &component.before), all(|component| &component.now)))
    }
}

/// Returns each once, in order of id.
fn by_id<'a, T: 'a, R>(all: impl Iterator<Item = &'a T>, id: impl Fn(&T) -> (String, R)) -> Vec<R> {
    all.map(id).collect::<BTreeMap<String, R>>().into_values().collect()
}
