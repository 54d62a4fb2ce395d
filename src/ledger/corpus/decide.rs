//! Deciding what changed across documents, on two threads where it is much: each decides what hangs together with
//! half of it, from a reader of its own.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::desk::Desk;
use super::stated::Stated;
use crate::event_log::LogReader;
use crate::ledger::error::LedgerError;
use crate::ledger::query::LedgerReader;
use crate::ledger::statements::Statements;
use crate::model::Digest;
use crate::stage::reconcile::across::{Cell, Region, decide_part};

/// Cells, or documents, that are worth a second thread.
const MANY: usize = 64;

/// Digests what each of `documents` states by now, with what is read at `desk`; a second thread keeps statements in
/// `second`.
///
/// # Errors
/// What SQLite says, or the log of texts.
pub(super) fn stated(
    desk: &mut Desk<'_>,
    documents: &[Digest],
    second: &mut Statements,
) -> Result<BTreeMap<Digest, Stated>, LedgerError> {
    let of = |desk: &mut Desk<'_>, documents: &[Digest]| {
        let stated = documents.iter().map(|document| Ok((*document, desk.stated(*document)?)));
        stated.collect::<Result<BTreeMap<_, _>, LedgerError>>()
    };
    if documents.len() < MANY {
        return of(desk, documents);
    }
    let Some((ledger, log)) = beside(desk)? else { return of(desk, documents) };
    let (one, other) = documents.split_at(documents.len() / 2);
    let rules = desk.rules;
    let (first, theirs) = std::thread::scope(|scope| {
        let kept = &mut *second;
        let theirs = scope.spawn(move || of(&mut Desk::new(&ledger, &log, rules, kept), other));
        (of(desk, one), theirs.join())
    });
    let mut stated = first?;
    stated.extend(theirs.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
    // Whichever of the two decides about a document next finds it read.
    desk.statements.share(second);
    Ok(stated)
}

/// Opens what a second thread reads, at the moment of `desk`; `None` where whoever folds has gone on since.
fn beside(desk: &Desk<'_>) -> Result<Option<(LedgerReader, LogReader)>, LedgerError> {
    let (ledger, log) = (LedgerReader::open(desk.ledger.path())?, LogReader::open(desk.log.path())?);
    ledger.hold()?;
    Ok((ledger.checkpoint()? == desk.ledger.checkpoint()?).then_some((ledger, log)))
}

/// Decides what hangs together with `changed`, with what is read at `desk`; a second thread keeps statements in
/// `second`.
///
/// # Errors
/// What SQLite says, or the log of texts.
pub(super) fn region(
    desk: Desk<'_>,
    changed: &BTreeSet<Cell>,
    second: &mut Statements,
) -> Result<Region, LedgerError> {
    if changed.len() < MANY {
        return decide(desk, changed, changed.clone());
    }
    let Some((ledger, log)) = beside(&desk)? else { return decide(desk, changed, changed.clone()) };
    let (one, other) = halves(changed);
    let (rules, witnesses, instead) = (desk.rules, desk.witnesses.clone(), desk.instead.clone());
    let (first, second) = std::thread::scope(|scope| {
        let beside = scope.spawn(move || {
            let mut desk = Desk::new(&ledger, &log, rules, second);
            (desk.witnesses, desk.instead) = (witnesses, instead);
            decide(desk, changed, other)
        });
        let first = decide(desk, changed, one);
        (first, beside.join())
    });
    let mut region = first?;
    region.join(second.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
    Ok(region)
}

/// Parts cells in two. Those of one area go together: most of what hangs together is of one area.
fn halves(cells: &BTreeSet<Cell>) -> (BTreeSet<Cell>, BTreeSet<Cell>) {
    let mut areas: BTreeMap<&str, Vec<&Cell>> = BTreeMap::new();
    for cell in cells {
        areas.entry(cell.area.as_str()).or_default().push(cell);
    }
    let mut areas: Vec<Vec<&Cell>> = areas.into_values().collect();
    areas.sort_by_key(|cells| std::cmp::Reverse(cells.len()));
    let (mut one, mut other) = (BTreeSet::new(), BTreeSet::new());
    for cells in areas {
        let smaller = if one.len() <= other.len() { &mut one } else { &mut other };
        smaller.extend(cells.into_iter().cloned());
    }
    (one, other)
}

fn decide(desk: Desk<'_>, changed: &BTreeSet<Cell>, part: BTreeSet<Cell>) -> Result<Region, LedgerError> {
    let (ledger, lists) = (desk.ledger, &desk.rules.lists);
    let desk = RefCell::new(desk);
    // Read once, however many cells its figures are of.
    let mut seen = BTreeSet::new();
    decide_part(
        changed,
        part,
        lists,
        |cell| desk.borrow_mut().statements(cell),
        |cell| ledger.standing(cell, &mut seen),
        |figure| match desk.borrow().instead.upheld(figure) {
            Some(count) => Ok(count),
            None => ledger.upheld(figure),
        },
    )
}
