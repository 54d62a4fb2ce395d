//! What is read while one event across documents is made: which texts are copies, and what each cell states.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::read::PAGE;
use super::stated::{self, Stated};
use super::tried::Instead;
use super::{AcrossRules, Newcomer};
use crate::event::kinds::Witness;
use crate::event_log::LogReader;
use crate::ledger::error::LedgerError;
use crate::ledger::query::LedgerReader;
use crate::ledger::statements::Statements;
use crate::model::Digest;
use crate::model::figure::{AreaCode, IndicatorCode};
use crate::stage::reconcile::across::{CELL_LIMIT, Cell, Copies, Sketch, Statement};

/// What is read while one event is made.
pub(super) struct Desk<'a> {
    pub(super) ledger: &'a LedgerReader,
    pub(super) log: &'a LogReader,
    pub(super) rules: &'a AcrossRules,
    /// Witnesses that are not as the ledger has them: of newcomers and of known documents.
    pub(super) witnesses: BTreeMap<Digest, Digest>,
    pub(super) statements: &'a mut Statements,
    /// By indicator and area, the periods of which anything is stated: most cells that are asked for are empty.
    pub(super) periods: BTreeMap<(IndicatorCode, AreaCode), BTreeSet<String>>,
    /// What documents are taken to state, whatever the ledger has of them.
    pub(super) instead: Instead,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        ledger: &'a LedgerReader,
        log: &'a LogReader,
        rules: &'a AcrossRules,
        statements: &'a mut Statements,
    ) -> Self {
        let (witnesses, periods) = (BTreeMap::new(), BTreeMap::new());
        Self { ledger, log, rules, witnesses, statements, periods, instead: Instead::default() }
    }

    /// Digests what the ledger has a document state.
    pub(super) fn stated(&mut self, document: Digest) -> Result<Stated, LedgerError> {
        let own = self.statements.of(self.ledger, self.log, &self.rules.wording, document)?;
        // Most documents without a statement have nothing to be asked for either.
        let upheld = if own.is_empty() { BTreeMap::new() } else { self.ledger.upheld_in(document)? };
        Ok(stated::of(&own, &upheld))
    }

    /// Finds the copies of newcomers among each other and the documents known; returns the known ones
    /// whose witness is another now.
    pub(super) fn find_witnesses(&mut self, newcomers: &[Newcomer]) -> Result<Vec<Witness>, LedgerError> {
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
    pub(super) fn statements(&mut self, cell: &Cell) -> Result<Vec<Statement>, LedgerError> {
        let mut statements = Vec::new();
        let row = (cell.indicator.clone(), cell.area.clone());
        let periods = match self.periods.entry(row) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.ledger.periods_of(&cell.indicator, &cell.area)?),
        };
        let is_stated = periods.contains(&cell.period.to_string());
        let mut instead = Vec::new();
        for one in self.instead.stated_in(cell) {
            if let Some(witness) = self.witness(one.document)? {
                instead.push(one.with_witness(witness));
            }
        }
        if !is_stated && instead.is_empty() {
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
                if self.instead.holds(document) {
                    continue;
                }
                let own = self.statements.of(self.ledger, self.log, &self.rules.wording, document)?;
                let place = own.binary_search_by(|one| one.figure.id.as_str().cmp(&figure));
                statements.extend(place.ok().map(|place| own[place].with_witness(witness)));
            }
            if whole {
                break;
            }
        }
        if !instead.is_empty() {
            statements.append(&mut instead);
            statements.sort_by(|a, b| a.figure.id.cmp(&b.figure.id));
        }
        statements.truncate(CELL_LIMIT + 1);
        Ok(statements)
    }

    /// Returns the document that a document's figures count for; `None` where it was not taken into account.
    fn witness(&self, document: Digest) -> Result<Option<Digest>, LedgerError> {
        match self.witnesses.get(&document) {
            Some(witness) => Ok(Some(*witness)),
            None => Ok(self.ledger.joined(document)?.map(|(witness, _)| witness)),
        }
    }
}
