//! Chains of changes: the level of one year, that of another some years before, and of the years between only the
//! rates, each perhaps in a report of its own.

use crate::model::figure::{Aspect, Measure, Qualifier};
use crate::model::finding::Relation;
use crate::model::period::Period;

use super::super::term::Term;
use super::rates::is_rate_of;
use super::region::Loaded;
use super::related::{Kind, Related, is_met};
use super::series::{Series, SeriesKey};
use super::statement::{Cell, Statement};
use super::unprinted;

/// Years that a chain may span: what its rates leave open grows with every one.
pub(super) const CHAIN_YEARS: i16 = 5;

/// A step down: what the rate of a year says of an earlier one.
struct Step<'s> {
    relation: Relation,
    to: Period,
    rate: &'s Statement,
}

/// The levels of `end` against those that chains of rates lead down to.
pub(super) fn chains<'s>(cells: &'s Loaded, end: &Cell) -> Vec<Related<'s>> {
    let all = cells.series(end);
    let tops = all.iter().filter(|(key, _)| {
        key.measure == Measure::Value
            && matches!(key.aspect, Some(Aspect::Actual | Aspect::Plan))
            && !matches!(key.unit.as_str(), "percent" | "percentage_point")
    });
    let settled = |series: &Series<'s>| series.settled().filter(|one| is_exact(one));
    let found = tops.filter_map(|(key, series)| chain(cells, end, key, settled(series)?));
    found.filter(is_met).collect()
}

/// Tells whether the site of `end` reads a period: the same part of one of the years before.
fn is_read(end: &Cell, period: Period) -> bool {
    let years = period.year() - end.period.year();
    (-CHAIN_YEARS..0).contains(&years) && end.period.shifted(years) == Some(period)
}

fn is_exact(level: &Statement) -> bool {
    level.figure.qualifier == Qualifier::Eq && level.names_fund
}

fn chain<'s>(cells: &'s Loaded, end: &Cell, key: &SeriesKey<'s>, top: &'s Statement) -> Option<Related<'s>> {
    let mut steps: Vec<Step<'s>> = Vec::new();
    let mut at = end.clone();
    let bottom = loop {
        if steps.len() >= usize::from(CHAIN_YEARS.unsigned_abs()) {
            return None;
        }
        let step = step(cells, &at, key, top).filter(|step| is_read(end, step.to))?;
        at = at.at(step.to);
        steps.push(step);
        let below = cells.series(&at);
        if let Some(series) = below.get(key) {
            break series.settled().filter(|one| is_exact(one))?;
        }
        // An estimate may have been something else in the end.
        if below.contains_key(&key.with_aspect(Aspect::Estimate)) {
            return None;
        }
    };
    // One step alone is a change of the year before.
    if steps.len() < 2 {
        return None;
    }
    let lowest = Term::printed(&bottom.figure, "earlier");
    let risen = steps.iter().rev().fold(lowest, |term, step| term.ahead(step.relation, &step.rate.figure));
    let mut statements = vec![bottom];
    statements.extend(steps.iter().rev().map(|step| step.rate));
    statements.push(top);
    let mut claim = risen.claim(Relation::Growth, &top.figure, "later", "across.chain")?;
    claim.scope = statements.iter().any(|one| one.revised || one.other_scope);
    let related = Related::new(Kind::Chained, claim, statements);
    related.is_across().then_some(related)
}

/// The rate of a year that leads the least far down, where the reports are of one mind of it.
fn step<'s>(cells: &'s Loaded, at: &Cell, key: &SeriesKey<'s>, top: &Statement) -> Option<Step<'s>> {
    let all = cells.series(at);
    let steps = all.iter().filter_map(|(rates, series)| {
        let (relation, to, aspect) = unprinted::target(rates, at)?;
        let like = matches!(relation, Relation::Growth | Relation::Index)
            && rates.fund == key.fund
            && rates.aspect == key.aspect
            && Some(aspect) == key.aspect;
        let rate = series.settled().filter(|one| like && one.figure.qualifier == Qualifier::Eq)?;
        let own = one_report(rate, top) && is_rate_of(rate, top);
        let alone = *rate.narrowing == *key.narrowing && rate.names_fund;
        (to < at.period && (own || alone)).then_some(Step { relation, to, rate })
    });
    // Of several that lead as far the last in order of key.
    steps.max_by_key(|step| step.to)
}

fn one_report(one: &Statement, other: &Statement) -> bool {
    one.document == other.document
}
