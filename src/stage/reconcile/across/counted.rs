//! How many areas make up each part of an area: a number that stands for years, so that reports of any of them
//! are set against each other, and against the number of all that everybody knows.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Digest;
use crate::model::figure::AreaCode;
use crate::model::finding::{Relation, Verdict};
use crate::model::period::Period;
use crate::stage::rules::relations::AssumedCount;

use super::super::claim::Claim;
use super::super::formula::Formula;
use super::super::term::Term;
use super::CELL_LIMIT;
use super::lists::CodeLists;
use super::region::Loaded;
use super::related::{Kind, Related};
use super::statement::{Cell, Statement, counts_areas};

/// Years in which a number is looked for at most.
const YEARS_LIMIT: usize = 40;

/// Returns the cell that names what a count in `cell` is of: the whole, in the first year of the known number.
pub(super) fn whole(cell: &Cell, lists: &CodeLists) -> Option<Cell> {
    let parent = lists.parent(&cell.area)?;
    let known = lists.counts().iter().find(|known| {
        known.indicator == cell.indicator.as_str()
            && known.area == parent.as_str()
            && matches!(cell.period, Period::Year(_))
            && known.covers(cell.period)
    })?;
    let first = years(known).next()?;
    Some(Cell { period: first, ..cell.of_area(parent) })
}

/// Returns the cells of all parts in all years of the known number.
pub(super) fn reads(whole: &Cell, lists: &CodeLists) -> Vec<Cell> {
    let Some(known) = known(whole, lists) else { return Vec::new() };
    let parts = lists.parts(&whole.area).iter();
    parts.flat_map(|part| years(known).map(|year| whole.of_area(part).at(year))).collect()
}

fn known<'a>(whole: &Cell, lists: &'a CodeLists) -> Option<&'a AssumedCount> {
    lists.counts().iter().find(|known| {
        known.indicator == whole.indicator.as_str()
            && known.area == whole.area.as_str()
            && known.covers(whole.period)
    })
}

/// The whole years in which a number held.
fn years(known: &AssumedCount) -> impl Iterator<Item = Period> {
    let first = known.from.year();
    let all = (first..).take(YEARS_LIMIT).map(Period::Year);
    all.filter(|year| known.covers(*year))
}

/// The count of every part against the number of all. One that does not add up contradicts nothing: a report may
/// count some of a part.
pub(super) fn regions<'s>(cells: &'s Loaded, whole: &Cell, lists: &'s CodeLists) -> Option<Related<'s>> {
    let known = known(whole, lists)?;
    let parts = lists.parts(&whole.area);
    let stated: Vec<&'s Statement> =
        parts.iter().map(|part| of_part(cells, whole, part, known)).collect::<Option<_>>()?;
    let (last, others) = stated.split_last()?;
    let printed = |one: &&'s Statement| Term::printed(&one.figure, "part");
    let mut others = others.iter().map(printed);
    let first = others.next()?;
    let sum = others.fold(first, |sum, other| sum.with(other, Formula::plus));
    let rest = Term::assumed(known).with(sum, Formula::less);
    let claim: Claim<'s> = rest.claim(Relation::Sum, &last.figure, "part", "across.counted")?;
    let related = Related::new(Kind::Counted, claim, stated);
    (related.is_across() && related.verdict() == Verdict::Agrees).then_some(related)
}

/// The count of a part that the most witnesses state, in whatever years; `None` where as many state another.
fn of_part<'s>(
    cells: &'s Loaded,
    whole: &Cell,
    part: &AreaCode,
    known: &AssumedCount,
) -> Option<&'s Statement> {
    let statements = years(known).flat_map(|year| {
        let statements = cells.get(&whole.of_area(part).at(year));
        // A crowded cell tells nothing.
        if statements.len() <= CELL_LIMIT { statements } else { &[] }
    });
    let of_all = |one: &&Statement| {
        let own = |between: &str| between.is_empty() || known.own.iter().any(|words| words == between);
        counts_areas(&one.figure) && !one.other_scope && one.before_area.as_deref().is_some_and(own)
    };
    let mut counts: BTreeMap<_, Vec<&'s Statement>> = BTreeMap::new();
    for statement in statements.filter(of_all) {
        counts.entry(statement.figure.value).or_default().push(statement);
    }
    let upheld = |all: &[&Statement]| all.iter().map(|one| one.witness).collect::<BTreeSet<Digest>>().len();
    let most = counts.values().map(|all| upheld(all)).max()?;
    let mut first = counts.values().filter(|all| upheld(all) == most);
    let stated = first.next().filter(|_| first.next().is_none())?;
    stated.iter().copied().min_by(|a, b| a.figure.id.cmp(&b.figure.id))
}
