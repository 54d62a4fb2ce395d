//! Sites: the places where relations across documents are looked for.
//!
//! A site reads the cells that it names and nothing else. Which sites a cell can touch follows from the
//! cell alone, so that what a new document changes is found without looking at the rest.

use crate::model::figure::{Aspect, Fund, Measure};
use crate::model::finding::Relation;
use crate::model::period::Period;

use super::super::claim::Claim;
use super::chain::{self, CHAIN_YEARS};
use super::lists::CodeLists;
use super::rates::{self, Levels};
use super::region::Loaded;
use super::related::{Kind, Related, is_met};
use super::series::SeriesKey;
use super::statement::{Cell, Statement};
use super::sums::{self, MONTHS};
use super::unprinted::{self, Unprinted};
use super::{CELL_LIMIT, SERIES_LIMIT, alike, counted, means};

/// Years that a change may look back: `so với năm 2015` of a report of 2020.
pub(super) const YEARS_BACK: i16 = 5;

/// A place where relations are looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Site {
    /// The statements of one cell: restated, against the plan, over funds.
    Cell(Cell),
    /// The changes in this cell against an earlier one.
    Change(Cell, Cell),
    /// A level of this cell against one of years before, through years of which only the rates are printed.
    Chain(Cell),
    /// An area against the areas that make it up.
    Parts(Cell),
    /// The shares of an area, the first cell's, in one that it lies in.
    Share(Cell, Cell),
    /// The means of this cell, which are per what other cells count.
    Mean(Cell),
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
        sites.push(Self::Chain(cell.clone()));
        sites.extend(lists.around(&cell.area).map(|whole| Self::Share(cell.clone(), cell.of_area(whole))));
        if lists.divided().contains(&cell.indicator) {
            sites.push(Self::Mean(cell.clone()));
        }
        if !lists.parts(&cell.area).is_empty() {
            sites.push(Self::Parts(cell.clone()));
        }
        if sums::months_from_january(cell.period).is_some() || sums::is_within_year(cell.period) {
            sites.push(Self::Year(cell.at(Period::Year(cell.period.year()))));
        }
        sites.extend(counted::whole(cell, lists).map(Self::Counted));
        let earlier = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(-years));
        let leads_to = earlier.chain([Period::Year(cell.period.year()), cell.period]);
        sites.extend(leads_to.map(|period| Self::Unprinted(cell.at(period))));
        sites
    }

    /// Returns every site that reads `cell`.
    pub(super) fn around(cell: &Cell, lists: &CodeLists) -> Vec<Self> {
        let mut sites = Self::of(cell, lists);
        let later = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(years));
        sites.extend(later.map(|later| Self::Change(cell.at(later), cell.clone())));
        let later = || (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(years));
        sites.extend(later().map(|later| Self::Unprinted(cell.at(later))));
        let ends = (1..=CHAIN_YEARS).filter_map(|years| cell.period.shifted(years));
        sites.extend(ends.map(|end| Self::Chain(cell.at(end))));
        sites.extend(lists.parent(&cell.area).map(|parent| Self::Parts(cell.of_area(parent))));
        let parts = lists.within(&cell.area).iter().map(|part| cell.of_area(part));
        sites.extend(parts.map(|part| Self::Share(part, cell.clone())));
        if lists.divisors().contains(&cell.indicator) {
            sites.extend(lists.divided().iter().map(|indicator| Self::Mean(cell.of_indicator(indicator))));
        }
        sites
    }

    /// Tells whether what one of its cells says may undo a relation in which no figure of that cell takes part: the
    /// third part of a whole, the number of what a mean is per, a nearer period of the year.
    pub(super) fn is_undone_from_outside(&self) -> bool {
        matches!(self, Self::Parts(_) | Self::Mean(_) | Self::Year(_))
    }

    /// Returns the cells that it reads.
    pub(super) fn reads(&self, lists: &CodeLists) -> Vec<Cell> {
        match self {
            Self::Cell(cell) => vec![cell.clone()],
            Self::Change(one, other) | Self::Share(one, other) => vec![one.clone(), other.clone()],
            Self::Chain(end) => {
                let earlier = (1..=CHAIN_YEARS).filter_map(|years| end.period.shifted(-years));
                std::iter::once(end.clone()).chain(earlier.map(|earlier| end.at(earlier))).collect()
            }
            Self::Mean(cell) => means::reads(cell, lists),
            Self::Parts(whole) => {
                let parts = lists.parts(&whole.area).iter().map(|part| whole.of_area(part));
                std::iter::once(whole.clone()).chain(parts).collect()
            }
            Self::Year(year) => {
                let [through, within] = through(year);
                through.into_iter().chain(within).collect()
            }
            Self::Counted(whole) => counted::reads(whole, lists),
            Self::Unprinted(cell) => {
                let later = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(years));
                let earlier = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(-years));
                let mut cells: Vec<Cell> = later.chain(earlier).map(|other| cell.at(other)).collect();
                match cell.period {
                    Period::Year(_) => cells.extend(through(cell).into_iter().next().into_iter().flatten()),
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
            Self::Chain(end) => chain::chains(cells, end),
            Self::Parts(whole) => sums::parts(cells, whole, lists),
            Self::Share(part, whole) => rates::shares_within(cells, part, whole),
            Self::Mean(cell) => means::means(cells, cell, lists),
            Self::Year(year) => {
                let [through, within] = through(year);
                let is_stock = lists.is_stock(&year.indicator);
                let mut found = if is_stock { Vec::new() } else { sums::orders(cells, &through, &within) };
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

/// The cells of what is counted from January of a year on, in order, and those of the rest of its periods.
fn through(year: &Cell) -> [Vec<Cell>; 2] {
    let number = year.period.year();
    let through = (1..=MONTHS).filter_map(|month| Period::from_january(number, month));
    [
        through.map(|period| year.at(period)).collect(),
        sums::within_year(number).map(|period| year.at(period)).collect(),
    ]
}

fn within<'s>(cells: &'s Loaded, cell: &Cell) -> Vec<Related<'s>> {
    let statements = cells.get(cell);
    if statements.len() > CELL_LIMIT {
        return crowded(statements).into_iter().collect();
    }
    let levels = Levels::of(cells, cell);
    let all = &levels.all;
    let mut found = Vec::new();
    for (key, series) in all {
        found.extend(series.crowded.map(|both| too_many(both, SERIES_LIMIT)));
        found.extend(alike::restated(key, series));
        if key.aspect == Some(Aspect::Estimate) {
            found.extend(alike::estimated(all, key, series));
        }
        if key.measure == Measure::OfPlan {
            found.extend(rates::planned(&levels, key, series));
        }
        if key.measure == Measure::Share && matches!(key.fund, Some(Fund::National | Fund::Local)) {
            let of_area = key.base.and_then(|base| base.area.as_ref()).is_none_or(|area| *area == cell.area);
            let whole = |level: &SeriesKey<'s>| all.get(&level.with_fund(Fund::Total));
            found.extend(of_area.then(|| rates::shared(&levels, key, series, whole)).into_iter().flatten());
        }
        if key.measure == Measure::Value && key.fund == Some(Fund::Total) {
            found.extend(sums::funds(all, key, series));
        }
    }
    found.retain(Related::is_across);
    found
}

/// A cell of too many statements says so, and nothing else.
fn crowded(statements: &[Statement]) -> Option<Related<'_>> {
    let first = statements.first()?;
    let second = statements.iter().find(|one| one.document != first.document)?;
    Some(too_many([first, second], CELL_LIMIT))
}

fn too_many(both: [&Statement; 2], limit: usize) -> Related<'_> {
    let [first, second] = both;
    let claim = Claim::of_two(Relation::Restated, &first.figure, &second.figure, "across.crowded");
    Related::new(Kind::Crowded(limit), claim, both.to_vec())
}
