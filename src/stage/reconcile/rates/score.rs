//! How well two levels fit a rate: their slots, and their places in reading order.

use crate::model::figure::{Figure, Qualifier};
use crate::model::finding::Relation;

use super::super::page::{Page, aspects_meet, fit, is_intended};

pub(super) fn units_fit(relation: Relation, rate: &Figure, top: &Figure, bottom: &Figure) -> bool {
    let money = |figure: &Figure| matches!(figure.unit.as_str(), "VND" | "USD");
    if relation == Relation::Mean {
        return top.unit == rate.unit && !money(bottom) && bottom.unit.as_str() != "percent";
    }
    if relation == Relation::Difference {
        return top.unit == rate.unit && bottom.unit == rate.unit;
    }
    let percent = |figure: &Figure| matches!(figure.unit.as_str(), "percent" | "percentage_point");
    rate.unit.as_str() == "percent"
        && !percent(top)
        && (top.unit == bottom.unit
            || (!money(top)
                && !money(bottom)
                && relation == Relation::Share
                && rate.qualifier == Qualifier::Eq
                && bottom.sentence == rate.sentence))
}

/// A level of which only one side is known agrees with much: it needs better evidence.
const HEDGED_PENALTY: i32 = 5;

/// Closeness in reading order: the neighbour is worth most.
fn closeness(page: &Page<'_>, rate: &Figure, level: &Figure, steps: usize) -> i32 {
    let steps = i32::try_from(steps).unwrap_or(i32::MAX);
    let place = if level.sentence == rate.sentence {
        4
    } else {
        match page.line(rate).abs_diff(page.line(level)) {
            0 => 2,
            1 | 2 => 0,
            _ => -2,
        }
    };
    let hedged = if level.qualifier == Qualifier::Eq { 0 } else { HEDGED_PENALTY };
    place + (4 - steps).max(-4) - hedged
}

pub(super) fn as_dividend(page: &Page<'_>, rate: &Figure, level: &Figure, steps: usize) -> i32 {
    let before = if level.span.start < rate.span.start { 1 } else { -1 };
    closeness(page, rate, level, steps)
        + before
        + fit(rate.indicator.as_ref(), level.indicator.as_ref(), 2, -3)
        + fit(rate.period.as_ref(), level.period.as_ref(), 2, -3)
        + fit(rate.area.as_ref(), level.area.as_ref(), 1, -3)
        + fit(rate.fund.as_ref(), level.fund.as_ref(), 1, -3)
        + fit(rate.aspect.as_ref(), level.aspect.as_ref(), 1, -1)
}

pub(super) fn as_divisor(
    page: &Page<'_>,
    relation: Relation,
    rate: &Figure,
    top: &Figure,
    level: &Figure,
    steps: usize,
) -> i32 {
    let base = rate.base.as_ref();
    let base_period = base.and_then(|base| base.period.as_ref());
    let words = page.between(rate, level);
    let after = level.span.start > rate.span.start;
    let bracketed = after && words.len() < 90 && words.trim_end().ends_with('(');
    let together = i32::from(bracketed) * 4 + i32::from(page.is_fraction(top, level)) * 4;
    let planned = level.aspect.is_some_and(is_intended);
    let slots = match relation {
        Relation::OfPlan => {
            let year = |figure: &Figure| figure.period.map(|period| period.year());
            let aspect = if planned {
                4
            } else if level.aspect.is_none() {
                0
            } else {
                -2
            };
            aspect
                + fit(year(rate).as_ref(), year(level).as_ref(), 2, -3)
                + fit(rate.fund.as_ref(), level.fund.as_ref(), 1, -3)
        }
        Relation::Growth | Relation::Index | Relation::Difference => {
            let year_before = rate.period.and_then(|period| period.shifted(-1));
            fit(base_period.or(year_before.as_ref()), level.period.as_ref(), 4, -3)
                + fit(rate.fund.as_ref(), level.fund.as_ref(), 1, -3)
                + if top.period == level.period && top.period.is_some() { -4 } else { 0 }
        }
        Relation::Share => {
            fit(rate.period.as_ref(), level.period.as_ref(), 2, -3)
                + i32::from(aspects_meet(top.aspect, level.aspect)) * 2
                - 1
                + i32::from(level.value >= top.value) * 2
        }
        _ => {
            fit(rate.period.as_ref(), level.period.as_ref(), 1, -3)
                + fit(top.area.as_ref(), level.area.as_ref(), 1, -2)
        }
    };
    let same = if relation == Relation::Mean {
        if page.is_per(rate, level) { 8 } else { 0 }
    } else {
        fit(top.indicator.as_ref(), level.indicator.as_ref(), 2, -3)
            + fit(top.area.as_ref(), level.area.as_ref(), 1, if relation == Relation::Share { 0 } else { -2 })
    };
    closeness(page, rate, level, steps) + together + slots + same
}
