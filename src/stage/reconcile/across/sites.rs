//! Sites: the places where relations across documents are looked for.
//!
//! A site reads the cells that it names and nothing else. Which sites a cell can touch follows from the
//! cell alone, so that what a new document changes is found without looking at the rest.

use crate::model::figure::{Aspect, Fund, Measure};
use crate::model::finding::Relation;
use crate::model::period::Period;

use super::super::claim::Claim;
use super::lists::CodeLists;
use super::region::Loaded;
use super::related::{Kind, Related, is_met};
use super::series::SeriesKey;
use super::statement::{Cell, Statement};
use super::sums::{self, MONTHS};
use super::unprinted::{self, Unprinted};
use super::{CELL_LIMIT, alike, counted, rates};

/// Years that a change may look back: `so với năm 2015` of a report of 2020.
const YEARS_BACK: i16 = 5;

/// A place where relations are looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Site {
    /// The statements of one cell: restated, against the plan, over funds.
    Cell(Cell),
    /// The changes in this cell against an earlier one.
    Change(Cell, Cell),
    /// An area against the areas that make it up, and their shares of it.
    Parts(Cell),
    /// What is counted from January on, of one year, which the cell names.
    Year(Cell),
    /// How many areas make up each part of an area, in all the years in which their number was the same; the cell
    /// names the first.
    Counted(Cell),
    /// What lead to a level of this cell that no report prints.
    Unprinted(Cell),
}

impl Site {
    /// Returns the sites whose relations all have a figure of `cell` that is the later, or the whole: every
    /// relation is found at the sites of one cell alone.
    pub(super) fn of(cell: &Cell, lists: &CodeLists) -> Vec<Self> {
        let mut sites = vec![Self::Cell(cell.clone())];
        let earlier = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(-years));
        sites.extend(earlier.map(|earlier| Self::Change(cell.clone(), cell.at(earlier))));
        if !lists.parts(&cell.area).is_empty() {
            sites.push(Self::Parts(cell.clone()));
        }
        if sums::months_from_january(cell.period).is_some() {
            sites.push(Self::Year(cell.at(Period::Year(cell.period.year()))));
        }
        sites.extend(counted::whole(cell, lists).map(Self::Counted));
        let earlier = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(-years));
        let leads_to = earlier.chain([Period::Year(cell.period.year())]);
        sites.extend(leads_to.map(|period| Self::Unprinted(cell.at(period))));
        sites
    }

    /// Returns every site that reads `cell`.
    pub(super) fn around(cell: &Cell, lists: &CodeLists) -> Vec<Self> {
        let mut sites = Self::of(cell, lists);
        let later = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(years));
        sites.extend(later.map(|later| Self::Change(cell.at(later), cell.clone())));
        sites.extend(lists.parent(&cell.area).map(|parent| Self::Parts(cell.of_area(parent))));
        sites.push(Self::Unprinted(cell.clone()));
        sites
    }

    /// Returns the cells that it reads.
    pub(super) fn reads(&self, lists: &CodeLists) -> Vec<Cell> {
        match self {
            Self::Cell(cell) => vec![cell.clone()],
            Self::Change(later, earlier) => vec![later.clone(), earlier.clone()],
            Self::Parts(whole) => {
                let parts = lists.parts(&whole.area).iter().map(|part| whole.of_area(part));
                std::iter::once(whole.clone()).chain(parts).collect()
            }
            Self::Year(year) => {
                let periods = (1..=MONTHS).filter_map(|m| Period::from_january(year.period.year(), m));
                periods.map(|period| year.at(period)).collect()
            }
            Self::Counted(whole) => counted::reads(whole, lists),
            Self::Unprinted(cell) => {
                let later = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(years));
                let mut cells: Vec<Cell> = later.map(|later| cell.at(later)).collect();
                match cell.period {
                    Period::Year(_) => cells.extend(Self::Year(cell.clone()).reads(lists)),
                    _ => cells.push(cell.clone()),
                }
                cells
            }
        }
    }

    /// Returns the relations found here, in no particular order.
    pub(super) fn relations<'s>(&self, cells: &'s Loaded, lists: &'s CodeLists) -> Vec<Related<'s>> {
        match self {
            Self::Cell(cell) => within(cells, cell),
            Self::Change(later, earlier) => rates::changes(cells, later, earlier),
            Self::Parts(whole) => {
                let mut found = sums::parts(cells, whole, lists);
                found.extend(rates::shares_of_area(cells, whole, lists));
                found
            }
            Self::Year(year) => {
                let through = self.reads(lists);
                let mut found = sums::orders(cells, &through);
                found.extend(through.iter().flat_map(|part| rates::planned_for_year(cells, part, year)));
                found
            }
            Self::Counted(whole) => counted::regions(cells, whole, lists).into_iter().collect(),
            Self::Unprinted(_) => {
                let all = self.unprinted(cells, lists);
                all.iter().flat_map(Unprinted::meetings).filter(is_met).collect()
            }
        }
    }

    /// Returns the levels that no report prints and that several lead to here.
    pub(super) fn unprinted<'s>(&self, cells: &'s Loaded, lists: &CodeLists) -> Vec<Unprinted<'s>> {
        match self {
            Self::Unprinted(cell) => unprinted::at(cells, cell, &self.reads(lists)),
            _ => Vec::new(),
        }
    }
}

fn within<'s>(cells: &'s Loaded, cell: &Cell) -> Vec<Related<'s>> {
    let statements = cells.get(cell);
    if statements.len() > CELL_LIMIT {
        return crowded(statements).into_iter().collect();
    }
    let all = cells.series(cell);
    let mut found = Vec::new();
    for (key, series) in &all {
        found.extend(alike::restated(key, series));
        if key.aspect == Some(Aspect::Estimate) {
            found.extend(alike::estimated(&all, key, series));
        }
        if key.measure == Measure::OfPlan {
            found.extend(rates::planned(&all, key, series));
        }
        if key.measure == Measure::Share && matches!(key.fund, Some(Fund::National | Fund::Local)) {
            let of_area = key.base.and_then(|base| base.area.as_ref()).is_none_or(|area| *area == cell.area);
            let whole = |level: &SeriesKey<'s>| all.get(&level.with_fund(Fund::Total));
            found.extend(of_area.then(|| rates::shared(&all, key, series, whole)).into_iter().flatten());
        }
        if key.measure == Measure::Value && key.fund == Some(Fund::Total) {
            found.extend(sums::funds(&all, key, series));
        }
    }
    found.retain(Related::is_across);
    found
}

/// A cell of too many statements says so, and nothing else.
fn crowded(statements: &[Statement]) -> Option<Related<'_>> {
    let first = statements.first()?;
    let second = statements.iter().find(|one| one.document != first.document)?;
    let mut claim = Claim::of_two(Relation::Restated, &first.figure, &second.figure, "across.crowded");
    claim.scope = false;
    Some(Related::new(Kind::Crowded, claim, vec![first, second]))
}
