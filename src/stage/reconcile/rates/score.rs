//! How well two levels fit a rate: by the guards of its relation, and by their places in reading order.

use crate::model::figure::{Figure, Qualifier};
use crate::model::finding::Relation;

use crate::stage::rules::guards::{RelationRule, Role};

use super::super::guard;
use super::super::page::Page;

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

/// Scores a pairing: the points of its relation's guards, and its places and words.
pub(super) fn score(
    page: &Page<'_>,
    relation: Relation,
    rule: &RelationRule,
    cast: [(Role, &Figure); 3],
    steps: (usize, usize),
) -> i32 {
    let [(_, top), (_, level), (_, rate)] = cast;
    let before = if top.span.start < rate.span.start { 1 } else { -1 };
    let as_dividend = closeness(page, rate, top, steps.0) + before;
    as_dividend + guard::points(page, rule, &cast) + as_divisor(page, relation, rate, top, level, steps.1)
}

/// Scores what no slot tells of a divisor: where it stands and what the words say.
fn as_divisor(
    page: &Page<'_>,
    relation: Relation,
    rate: &Figure,
    top: &Figure,
    level: &Figure,
    steps: usize,
) -> i32 {
    let words = page.between(rate, level);
    let after = level.span.start > rate.span.start;
    let bracketed = after && words.len() < 90 && words.trim_end().ends_with('(');
    let together = i32::from(bracketed) * 4 + i32::from(page.is_fraction(top, level)) * 4;
    let said = match relation {
        Relation::Share => i32::from(level.value >= top.value) * 2,
        Relation::Mean if page.is_per(rate, level) => 8,
        _ => 0,
    };
    closeness(page, rate, level, steps) + together + said
}

/// Scores a divisor that may stand anywhere around a rate whose dividend is known.
pub(super) fn distant(
    page: &Page<'_>,
    relation: Relation,
    rule: &RelationRule,
    cast: [(Role, &Figure); 3],
    steps: usize,
) -> i32 {
    let [(_, top), (_, level), (_, rate)] = cast;
    // What the dividend and the rate say of each other tells one divisor from another no more.
    let own = guard::points(page, rule, &[cast[0], cast[2]]);
    guard::points(page, rule, &cast) - own + as_divisor(page, relation, rate, top, level, steps)
}
