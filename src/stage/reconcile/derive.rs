//! Figures that nobody printed: the plan behind a percentage of plan, the level before a growth.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Hasher;
use crate::model::figure::{Aspect, Figure, Measure};
use crate::model::finding::{Derived, Relation};
use crate::model::interval::Interval;
use crate::model::period::Period;

use super::claim::Claim;
use super::page::{Page, fit};
use super::quantity::{self, Reading};

/// One way to an unknown: its key, interval, and the figures it rests on.
struct Route<'f> {
    key: String,
    interval: Interval,
    from: [&'f Figure; 2],
    period: Option<Period>,
    aspect: Option<Aspect>,
}

/// Returns the divisors of rates for which no printed divisor was found; several routes to one key
/// meet in an interval tighter than each, unless they contradict.
pub(super) fn derived(page: &Page<'_>, related: &[Claim<'_>]) -> Vec<Derived> {
    let mut unknowns: BTreeMap<String, Vec<Route<'_>>> = BTreeMap::new();
    let known: BTreeSet<_> =
        related.iter().filter_map(|claim| claim.figures.last().map(|last| &last.id)).collect();
    for (at, rate) in page.figures.iter().enumerate() {
        if known.contains(&rate.id) || page.is_of_rate(rate) {
            continue;
        }
        if let Some(route) = route(page, at) {
            unknowns.entry(route.key.clone()).or_default().push(route);
        }
    }
    let mut all: Vec<Derived> = unknowns.into_values().filter_map(join).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

fn route<'f>(page: &Page<'f>, at: usize) -> Option<Route<'f>> {
    let rate = page.figures[at];
    let relation = match rate.measure {
        Measure::OfPlan => Relation::OfPlan,
        Measure::Growth => Relation::Growth,
        Measure::Index => Relation::Index,
        _ => return None,
    };
    // The level is the nearest one before the rate in its sentence with the same slots.
    let level = page.figures[at.saturating_sub(page.rules.window_figures)..at].iter().rev().copied().find(
        |level| {
            level.measure == Measure::Value
                && level.unit.as_str() != "percent"
                && level.sentence == rate.sentence
                && fit(rate.indicator.as_ref(), level.indicator.as_ref(), 1, -9) > 0
                && fit(rate.fund.as_ref(), level.fund.as_ref(), 1, -9) >= 0
                && fit(rate.period.as_ref(), level.period.as_ref(), 1, -9) >= 0
        },
    )?;
    let figures = vec![level, level, rate];
    let claim = Claim { relation, figures, rule: "relations.derived", scope: false };
    let interval = claim.implied(1, Reading::Rounded);
    let printed = quantity::interval(level, Reading::Rounded);
    if interval.is_empty() || interval.low.is_none() || interval.high.is_none() || printed.high.is_none() {
        return None;
    }
    let base = rate.base.as_ref();
    let period = base.and_then(|base| base.period).or_else(|| match relation {
        Relation::OfPlan => level.period.map(|period| Period::Year(period.year())),
        _ => level.period.and_then(|period| period.shifted(-1)),
    })?;
    let aspect = match relation {
        Relation::OfPlan => Some(Aspect::Plan),
        _ => base.and_then(|base| base.aspect).or(level.aspect),
    };
    let key =
        format!("{:?}|{}|{:?}|{period}|{aspect:?}|{:?}", level.indicator, level.unit, level.area, level.fund);
    Some(Route { key, interval, from: [level, rate], period: Some(period), aspect })
}

fn join(routes: Vec<Route<'_>>) -> Option<Derived> {
    let first = routes.first()?;
    let level = first.from[0];
    let mut interval = first.interval.clone();
    for route in &routes[1..] {
        let both = interval.meet(&route.interval);
        if !both.is_empty() {
            interval = both;
        }
    }
    let mut from: Vec<_> = routes.iter().flat_map(|route| route.from.iter().map(|f| f.id.clone())).collect();
    from.sort();
    from.dedup();
    let mut hasher = Hasher::new().field(b"derived").field(first.key.as_bytes());
    for id in &from {
        hasher = hasher.field(id.as_str().as_bytes());
    }
    let formulas: Vec<String> =
        routes.iter().map(|r| format!("{} : {}", r.from[0].quote, r.from[1].quote)).collect();
    let bounds = interval.bounds();
    Some(Derived {
        id: hasher.finish().short(24),
        indicator: level.indicator.clone(),
        label: level.label.clone(),
        measure: Measure::Value,
        unit: level.unit.clone(),
        low: bounds.low,
        high: bounds.high,
        area: level.area.clone(),
        period: first.period,
        aspect: first.aspect,
        fund: level.fund,
        from,
        assumptions: Vec::new(),
        formula: formulas.join("; "),
        rules: vec!["relations.derived".to_owned()],
    })
}
