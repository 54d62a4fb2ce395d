//! Rates that one report states, against levels of another: the percentage of a plan, a change since an earlier
//! year, a share.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::Digest;
use crate::model::figure::{Aspect, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::model::fold::fold;

use super::super::claim::Claim;
use super::alike::is_first_of_witness;
use super::region::Loaded;
use super::related::{Kind, Related, is_one_digit_off, is_reported};
use super::series::{Series, SeriesKey};
use super::statement::{Cell, Statement};
use super::unprinted;

/// The levels of a cell, as rates look for them.
pub(super) struct Levels<'s> {
    pub(super) all: BTreeMap<SeriesKey<'s>, Series<'s>>,
    statements: &'s [Statement],
    /// The documents that state a level here, of whatever words.
    stating: OnceCell<BTreeSet<Digest>>,
}

/// The level that a rate is of.
pub(super) struct Top<'a, 's> {
    pub(super) key: &'a SeriesKey<'s>,
    pub(super) level: &'s Statement,
    /// Whether it stands in the rate's own sentence; else other reports settle on it.
    pub(super) own: bool,
}

impl<'s> Levels<'s> {
    pub(super) fn of(cells: &'s Loaded, cell: &Cell) -> Self {
        Self { all: cells.series(cell), statements: cells.get(cell), stating: OnceCell::new() }
    }

    /// Returns the level in a rate's sentence that it is said of, or, where its report prints the rate alone, the one
    /// that other reports settle on; `None` where there is none, or two that it may be of.
    pub(super) fn top<'a>(&'a self, key: &SeriesKey<'s>, rate: &Statement) -> Option<Top<'a, 's>> {
        // A difference is of the unit of its levels, a rate of another.
        let is_level = |level: &SeriesKey<'s>| {
            level.measure == Measure::Value
                && level.fund == key.fund
                && level.aspect == key.aspect
                && (*level.unit == rate.figure.unit) == (key.measure == Measure::Difference)
        };
        let levels = self.all.iter().filter(|(level, _)| is_level(level));
        let mut own = levels
            .clone()
            .filter_map(|(level, series)| Some((level, series.of_document(rate.document)?)))
            .filter(|(_, level)| is_rate_of(rate, level));
        if let Some((key, level)) = own.next() {
            return own.next().is_none().then_some(Top { key, level, own: true });
        }
        if !self.is_alone(rate) {
            return None;
        }
        let settled = |(level, series): (&'a SeriesKey<'s>, &'a Series<'s>)| {
            let one = series.settled().filter(|_| level.narrowing == key.narrowing)?;
            let exact = one.figure.qualifier == Qualifier::Eq && one.names_fund;
            exact.then_some(Top { key: level, level: one, own: false })
        };
        let mut elsewhere = levels.filter_map(settled);
        let first = elsewhere.next()?;
        elsewhere.next().is_none().then_some(first)
    }

    /// Tells whether a report prints a rate and no level that it may be of.
    pub(super) fn is_alone(&self, rate: &Statement) -> bool {
        let level = |one: &&Statement| {
            one.figure.measure == Measure::Value
                && !matches!(one.figure.unit.as_str(), "percent" | "percentage_point")
        };
        let stating =
            || self.statements.iter().filter(level).map(|one| one.document).collect::<BTreeSet<Digest>>();
        rate.names_fund
            && rate.figure.qualifier == Qualifier::Eq
            && !self.stating.get_or_init(stating).contains(&rate.document)
    }
}

/// Tells whether a rate stands behind this level in its sentence, so that it is said of it.
pub(super) fn is_rate_of(rate: &Statement, level: &Statement) -> bool {
    rate.figure.sentence == level.figure.sentence
        && level.figure.span.start < rate.figure.span.start
        && (rate.narrowing == level.narrowing || is_named_in(rate, level))
        && level.figure.qualifier == Qualifier::Eq
        && rate.figure.qualifier == Qualifier::Eq
}

/// Tells whether all words that narrow a rate stand in the label of a level: `tăng 9 mô hình` after `18 mô hình trình
/// diễn`.
fn is_named_in(rate: &Statement, level: &Statement) -> bool {
    if rate.narrowing.is_empty() {
        return true;
    }
    let label = fold(&level.figure.label);
    let words: BTreeSet<&str> = label.split(|c: char| !c.is_alphanumeric()).collect();
    rate.narrowing.iter().all(|word| words.contains(word.as_str()))
}

/// Returns what a rate is compared with: what its own report states of it, if its level stands elsewhere, or what
/// others settle on, if its report does not state it.
fn bottom<'s>(series: &Series<'s>, rate: &Statement, own_top: bool) -> Option<&'s Statement> {
    match series.of_document(rate.document) {
        Some(own) => (!own_top && own.figure.qualifier == Qualifier::Eq).then_some(own),
        None => series.elsewhere(rate.document),
    }
}

/// A relation whose rate stands alone in its report is told where it holds; where it fails, only if one digit
/// repairs it: which level was meant its report leaves open.
pub(super) fn is_told(related: &Related<'_>, own_top: bool) -> bool {
    let meant = own_top || related.verdict() != Verdict::Conflicts || is_one_digit_off(&related.claim);
    meant && is_reported(related)
}

/// The plan of one report against the outturn of another, which states the percentage and not the plan.
pub(super) fn planned<'s>(levels: &Levels<'s>, key: &SeriesKey<'s>, rates: &Series<'s>) -> Vec<Related<'s>> {
    let mut found = Vec::new();
    for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
        let Some(top) = levels.top(key, rate) else { continue };
        let Some(plans) = levels.all.get(&top.key.with_aspect(Aspect::Plan)) else { continue };
        let Some(plan) = bottom(plans, rate, top.own) else { continue };
        found.extend(of_plan(&top, plan, rate));
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
    let (levels, of_year) = (Levels::of(cells, part), cells.series(year));
    let rates = levels.all.iter().filter(|(key, _)| {
        key.measure == Measure::OfPlan
            && unprinted::target(key, part).is_some_and(|(_, to, _)| to == year.period)
    });
    for (key, rates) in rates {
        for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
            let Some(top) = levels.top(key, rate) else { continue };
            let plan = top.key.with_aspect(Aspect::Plan);
            let own = |series: &Series<'s>| series.of_document(rate.document).is_some();
            if levels.all.get(&plan).is_some_and(own) {
                continue;
            }
            let Some(plan) = of_year.get(&plan).and_then(|plans| bottom(plans, rate, top.own)) else {
                continue;
            };
            found.extend(of_plan(&top, plan, rate));
        }
    }
    found
}

fn of_plan<'s>(top: &Top<'_, 's>, plan: &'s Statement, rate: &'s Statement) -> Option<Related<'s>> {
    let actual = top.level;
    let mut claim = Claim::of_rate(Relation::OfPlan, &actual.figure, &plan.figure, &rate.figure);
    claim.rule = "across.of_plan";
    claim.scope = [rate, actual, plan].iter().any(|one| one.revised || one.other_scope);
    Some(Related::new(Kind::Planned, claim, vec![actual, plan, rate])).filter(|one| is_told(one, top.own))
}

/// The shares that reports state of a part, against the whole that another report states and they do not.
pub(super) fn shared<'a, 's: 'a>(
    parts: &Levels<'s>,
    key: &SeriesKey<'s>,
    rates: &Series<'s>,
    whole: impl Fn(&SeriesKey<'s>) -> Option<&'a Series<'s>>,
) -> Vec<Related<'s>> {
    let mut found = Vec::new();
    for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
        let Some(top) = parts.top(key, rate) else { continue };
        let Some(whole) = whole(top.key).and_then(|wholes| bottom(wholes, rate, top.own)) else { continue };
        if !whole.names_fund {
            continue;
        }
        let part = top.level;
        let mut claim = Claim::of_rate(Relation::Share, &part.figure, &whole.figure, &rate.figure);
        claim.rule = "across.share";
        claim.scope = [*rate, part, whole].iter().any(|one| one.revised || one.other_scope);
        let related = Related::new(Kind::Shared, claim, vec![part, whole, rate]);
        // Of what it is a share its report may leave open, too.
        found.extend(Some(related).filter(|related| is_told(related, false)));
    }
    found
}

/// The shares that reports of an area state in one that it lies in.
pub(super) fn shares_within<'s>(cells: &'s Loaded, part: &Cell, whole: &Cell) -> Vec<Related<'s>> {
    let mut found = Vec::new();
    if !cells.get(part).iter().any(|one| one.figure.measure == Measure::Share) {
        return found;
    }
    let parts = Levels::of(cells, part);
    let wholes = cells.series(whole);
    for (key, rates) in parts.all.iter().filter(|(key, _)| key.measure == Measure::Share) {
        let then = key.base.and_then(|base| base.period).is_none_or(|period| period == whole.period);
        let of_whole = |one: &&&'s Statement| then && one.share_of.as_ref() == Some(&whole.area);
        let stated = rates.stated.iter().filter(of_whole).copied().collect();
        let rates = Series { stated, reference: None, crowded: None };
        found.extend(shared(&parts, key, &rates, |level| wholes.get(level)));
    }
    found
}

/// The changes that reports of `later` state, against the level that another report states of `earlier`.
pub(super) fn changes<'s>(cells: &'s Loaded, later: &Cell, earlier: &Cell) -> Vec<Related<'s>> {
    let (now, before) = (Levels::of(cells, later), cells.series(earlier));
    let mut found = Vec::new();
    if before.is_empty() {
        return found;
    }
    for (key, rates) in &now.all {
        let Some((relation, period, aspect)) = unprinted::target(key, later) else { continue };
        if period != earlier.period || relation == Relation::OfPlan {
            continue;
        }
        for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
            let Some(top) = now.top(key, rate) else { continue };
            let at = |aspect: Aspect| before.get(&top.key.with_aspect(aspect));
            let estimates = at(Aspect::Estimate).filter(|_| aspect == Aspect::Actual);
            let states = |series: Option<&Series<'s>>| {
                series.is_some_and(|series| series.of_document(rate.document).is_some())
            };
            if top.own && (states(at(aspect)) || states(estimates)) {
                continue;
            }
            let settled = |series: Option<&Series<'s>>| series.and_then(|one| bottom(one, rate, top.own));
            let (bottom, is_final) = match settled(at(aspect)) {
                Some(bottom) => (bottom, true),
                None => match settled(estimates) {
                    Some(bottom) => (bottom, false),
                    None => continue,
                },
            };
            let mut claim = Claim::of_rate(relation, &top.level.figure, &bottom.figure, &rate.figure);
            claim.rule = "across.change";
            claim.scope =
                !is_final || [*rate, top.level, bottom].iter().any(|one| one.revised || one.other_scope);
            let related = Related::new(Kind::Changed, claim, vec![top.level, bottom, rate]);
            found.extend(Some(related).filter(|related| is_told(related, top.own)));
        }
    }
    found
}
