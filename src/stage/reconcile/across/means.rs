//! Means that a report states, against a total and a number of which other reports state at least one.

use crate::model::figure::{Measure, Qualifier};
use crate::model::finding::Relation;
use crate::stage::rules::relations::AssumedCount;

use super::super::claim::Claim;
use super::super::formula::Formula;
use super::super::page::is_intended;
use super::super::term::Term;
use super::alike::is_first_of_witness;
use super::lists::CodeLists;
use super::rates::is_told;
use super::region::Loaded;
use super::related::{Kind, Related};
use super::series::{Series, SeriesKey};
use super::statement::{Cell, Statement, counts_areas};
use super::words;

/// Returns the cells that a mean in `cell` is computed from: its own, and those of what it may be per.
pub(super) fn reads(cell: &Cell, lists: &CodeLists) -> Vec<Cell> {
    let divisors = lists.divisors().iter().map(|indicator| cell.of_indicator(indicator));
    std::iter::once(cell.clone()).chain(divisors).collect()
}

/// The means of a cell.
pub(super) fn means<'s>(cells: &'s Loaded, cell: &Cell, lists: &'s CodeLists) -> Vec<Related<'s>> {
    if !cells.get(cell).iter().any(|one| one.per.is_some()) {
        return Vec::new();
    }
    let all = cells.series(cell);
    let means = all.iter().filter(|(key, _)| key.measure == Measure::Mean);
    let stated = means.flat_map(|(key, series)| {
        let own = series.stated.iter().filter(|one| is_first_of_witness(one, series));
        own.map(move |mean| (key, *mean))
    });
    let exact = stated.filter(|(_, mean)| mean.figure.qualifier == Qualifier::Eq);
    exact.filter_map(|(key, mean)| of_total(cells, cell, lists, total(&all, key, mean)?, mean)).collect()
}

/// The total of a mean's own words, of its own report or as others settle on it.
fn total<'s>(
    all: &std::collections::BTreeMap<SeriesKey<'s>, Series<'s>>,
    key: &SeriesKey<'s>,
    mean: &Statement,
) -> Option<&'s Statement> {
    let series = all.get(&SeriesKey { measure: Measure::Value, base: None, ..key.clone() })?;
    let own = series.of_document(mean.document);
    let total =
        own.or_else(|| series.elsewhere(mean.document).filter(|one| one.names_fund && mean.names_fund))?;
    (total.figure.qualifier == Qualifier::Eq).then_some(total)
}

fn of_total<'s>(
    cells: &'s Loaded,
    cell: &Cell,
    lists: &'s CodeLists,
    total: &'s Statement,
    mean: &'s Statement,
) -> Option<Related<'s>> {
    let per = mean.per.as_deref()?;
    let (claim, statements) = match number(cells, cell, lists, mean, per) {
        Some(number) => {
            let mut claim = Claim::of_rate(Relation::Mean, &total.figure, &number.figure, &mean.figure);
            claim.rule = "across.mean";
            (claim, vec![total, number, mean])
        }
        None => {
            let known = lists.counts().iter().find(|known| {
                known.area == cell.area.as_str() && known.covers(cell.period) && is_each(known, per)
            })?;
            let term = Term::printed(&total.figure, "total").with(Term::assumed(known), Formula::over);
            (term.claim(Relation::Mean, &mean.figure, "mean", "across.mean")?, vec![total, mean])
        }
    };
    let scope = statements.iter().any(|one| one.revised || one.other_scope);
    let related = Related::new(Kind::Averaged, Claim { scope, ..claim }, statements);
    // What it was divided by its report may leave open.
    (related.is_across() && is_told(&related, false)).then_some(related)
}

/// The number of what a mean is per: its own report's, or the only one that others settle on.
fn number<'s>(
    cells: &'s Loaded,
    cell: &Cell,
    lists: &CodeLists,
    mean: &Statement,
    per: &str,
) -> Option<&'s Statement> {
    let fits = |one: &Statement| {
        let figure = &one.figure;
        let fund = figure.fund.zip(mean.figure.fund).is_none_or(|(own, other)| own == other);
        let capacity = figure.aspect.map(is_intended) == mean.figure.aspect.map(is_intended);
        let provinces = || counts_areas(figure) && lists.counts().iter().any(|known| is_each(known, per));
        let all_of_it = !counts_areas(figure) || one.document == mean.document || is_of_all(one, lists);
        figure.measure == Measure::Value
            && figure.qualifier == Qualifier::Eq
            && (fund && capacity && all_of_it)
            && (words::counts(per, &figure.quote) || provinces())
    };
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for divisor in lists.divisors() {
        for series in cells.series(&cell.of_indicator(divisor)).into_values() {
            own.extend(series.of_document(mean.document).filter(|one| fits(one)));
            others.extend(series.settled().filter(|one| fits(one)));
        }
    }
    let all = if own.is_empty() { others } else { own };
    let [one] = all[..] else { return None };
    Some(one)
}

fn is_each(known: &AssumedCount, per: &str) -> bool {
    known.each.iter().any(|each| each.strip_prefix('/').is_some_and(|noun| noun == per))
}

/// Tells whether a number of areas is of all of its area.
fn is_of_all(count: &Statement, lists: &CodeLists) -> bool {
    let own = |between: &str| {
        between.is_empty()
            || lists.counts().iter().any(|known| known.own.iter().any(|words| words == between))
    };
    count.before_area.as_deref().is_some_and(own)
}
