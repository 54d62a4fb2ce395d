//! Rates that one report states, against levels of another: the percentage of a plan, a change since an earlier
//! year, a share.

use std::collections::BTreeMap;

use crate::model::figure::{Aspect, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};

use super::super::claim::Claim;
use super::alike::is_first_of_witness;
use super::lists::CodeLists;
use super::region::Loaded;
use super::related::{Kind, Related, is_one_digit_off, is_reported};
use super::series::{Series, SeriesKey};
use super::statement::{Cell, Statement};
use super::unprinted;

/// The plan of one report against the outturn of another, which states the percentage and not the plan.
pub(super) fn planned<'s>(
    all: &BTreeMap<SeriesKey<'s>, Series<'s>>,
    key: &SeriesKey<'s>,
    rates: &Series<'s>,
) -> Vec<Related<'s>> {
    let mut found = Vec::new();
    for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
        let Some((level, actual)) = own_level(all, key, rate) else { continue };
        let Some(plans) = all.get(&level.with_aspect(Aspect::Plan)) else { continue };
        if plans.of_document(rate.document).is_some() {
            continue;
        }
        let Some(plan) = plans.elsewhere(rate.document) else { continue };
        found.extend(of_plan(actual, plan, rate));
    }
    found
}

/// The plan of a year in one report against the outturn of a part of it in another, which states the percentage
/// and not the plan.
pub(super) fn planned_for_year<'s>(cells: &'s Loaded, part: &Cell, year: &Cell) -> Vec<Related<'s>> {
    let mut found = Vec::new();
    if part.period == year.period {
        return found;
    }
    let (all, of_year) = (cells.series(part), cells.series(year));
    let rates = all.iter().filter(|(key, _)| {
        key.measure == Measure::OfPlan
            && unprinted::target(key, part).is_some_and(|(_, to, _)| to == year.period)
    });
    for (key, rates) in rates {
        for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
            let Some((level, actual)) = own_level(&all, key, rate) else { continue };
            let plan = level.with_aspect(Aspect::Plan);
            let own = |series: &Series<'s>| series.of_document(rate.document).is_some();
            if all.get(&plan).is_some_and(own) || of_year.get(&plan).is_some_and(own) {
                continue;
            }
            let Some(plan) = of_year.get(&plan).and_then(|plans| plans.elsewhere(rate.document)) else {
                continue;
            };
            found.extend(of_plan(actual, plan, rate));
        }
    }
    found
}

fn of_plan<'s>(actual: &'s Statement, plan: &'s Statement, rate: &'s Statement) -> Option<Related<'s>> {
    let mut claim = Claim::of_rate(Relation::OfPlan, &actual.figure, &plan.figure, &rate.figure);
    claim.rule = "across.of_plan";
    claim.scope = [rate, actual, plan].iter().any(|one| one.revised || one.other_scope);
    Some(Related::new(Kind::Planned, claim, vec![actual, plan, rate])).filter(is_reported)
}

/// The level in a rate's sentence that it is said of; `None` where there is none, or two that it may be of.
pub(super) fn own_level<'a, 's>(
    all: &'a BTreeMap<SeriesKey<'s>, Series<'s>>,
    key: &SeriesKey<'s>,
    rate: &Statement,
) -> Option<(&'a SeriesKey<'s>, &'s Statement)> {
    // A difference is of the unit of its levels, a rate of another.
    let is_level = |level: &SeriesKey<'s>| {
        level.measure == Measure::Value
            && level.fund == key.fund
            && level.aspect == key.aspect
            && (*level.unit == rate.figure.unit) == (key.measure == Measure::Difference)
    };
    let mut own = all
        .iter()
        .filter(|(level, _)| is_level(level))
        .filter_map(|(level, series)| Some((level, series.of_document(rate.document)?)))
        .filter(|(_, level)| is_rate_of(rate, level));
    let first = own.next()?;
    own.next().is_none().then_some(first)
}

/// The shares that reports state of a part, against the whole that another report states and they do not.
pub(super) fn shared<'a, 's: 'a>(
    parts: &BTreeMap<SeriesKey<'s>, Series<'s>>,
    key: &SeriesKey<'s>,
    rates: &Series<'s>,
    whole: impl Fn(&SeriesKey<'s>) -> Option<&'a Series<'s>>,
) -> Vec<Related<'s>> {
    let mut found = Vec::new();
    for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
        let Some((level, part)) = own_level(parts, key, rate) else { continue };
        let Some(wholes) = whole(level).filter(|one| one.of_document(rate.document).is_none()) else {
            continue;
        };
        let Some(whole) = wholes.elsewhere(rate.document).filter(|one| one.names_fund) else { continue };
        let mut claim = Claim::of_rate(Relation::Share, &part.figure, &whole.figure, &rate.figure);
        claim.rule = "across.share";
        claim.scope = [*rate, part, whole].iter().any(|one| one.revised || one.other_scope);
        let related = Related::new(Kind::Shared, claim, vec![part, whole, rate]);
        // Of what it is a share its report may leave open: only what one digit repairs was meant to be of this.
        let meant = related.verdict() != Verdict::Conflicts || is_one_digit_off(&related.claim);
        found.extend(Some(related).filter(|related| meant && is_reported(related)));
    }
    found
}

/// The shares in an area that reports of its parts state.
pub(super) fn shares_of_area<'s>(cells: &'s Loaded, whole: &Cell, lists: &CodeLists) -> Vec<Related<'s>> {
    let wholes = cells.series(whole);
    if wholes.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for part in lists.parts(&whole.area) {
        let all = cells.series(&whole.of_area(part));
        for (key, series) in &all {
            let of_whole = key.base.and_then(|base| base.area.as_ref()) == Some(&whole.area);
            let then = key.base.and_then(|base| base.period).is_none_or(|period| period == whole.period);
            if key.measure == Measure::Share && of_whole && then {
                found.extend(shared(&all, key, series, |level| wholes.get(level)));
            }
        }
    }
    found
}

/// Tells whether a rate stands behind this level in its sentence, so that it is said of it.
fn is_rate_of(rate: &Statement, level: &Statement) -> bool {
    rate.figure.sentence == level.figure.sentence
        && level.figure.span.start < rate.figure.span.start
        && (rate.narrowing.is_empty() || rate.narrowing == level.narrowing)
        && level.figure.qualifier == Qualifier::Eq
        && rate.figure.qualifier == Qualifier::Eq
}

/// The changes that reports of `later` state, against the level that another report states of `earlier`.
pub(super) fn changes<'s>(cells: &'s Loaded, later: &Cell, earlier: &Cell) -> Vec<Related<'s>> {
    let (now, before) = (cells.series(later), cells.series(earlier));
    let mut found = Vec::new();
    if before.is_empty() {
        return found;
    }
    for (key, rates) in &now {
        let Some((relation, period, aspect)) = unprinted::target(key, later) else { continue };
        if period != earlier.period || relation == Relation::OfPlan {
            continue;
        }
        for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
            let Some((level, top)) = own_level(&now, key, rate) else { continue };
            let actual = before.get(&level.with_aspect(aspect));
            let estimate =
                before.get(&level.with_aspect(Aspect::Estimate)).filter(|_| aspect == Aspect::Actual);
            let states = |series: Option<&Series<'s>>| {
                series.is_some_and(|series| series.of_document(rate.document).is_some())
            };
            if states(actual) || states(estimate) {
                continue;
            }
            let settled = |series: Option<&Series<'s>>| series.and_then(|one| one.elsewhere(rate.document));
            let (bottom, final_) = match settled(actual) {
                Some(bottom) => (bottom, true),
                None => match settled(estimate) {
                    Some(bottom) => (bottom, false),
                    None => continue,
                },
            };
            let mut claim = Claim::of_rate(relation, &top.figure, &bottom.figure, &rate.figure);
            claim.rule = "across.change";
            claim.scope = !final_ || [*rate, top, bottom].iter().any(|one| one.revised || one.other_scope);
            let related = Related::new(Kind::Changed, claim, vec![top, bottom, rate]);
            found.extend(Some(related).filter(is_reported));
        }
    }
    found
}
