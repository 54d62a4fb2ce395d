//! What leaves no doubt that a rate was computed from two levels.

use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::finding::Relation;

use crate::stage::rules::guards::RelationRule;

use super::super::guard::{self, Degree};
use super::super::page::{Page, has, lower};
use super::super::routes::Key;
use super::cast;

/// Tells whether no other level near has the key of this divisor, every slot of which is stated: it needs
/// no nearness to be the one that is meant.
pub(super) fn is_only(page: &Page<'_>, relation: Relation, top: &Figure, level: &Figure) -> bool {
    let key = |figure: &Figure| Key::of(figure).map(|key| (key, figure.measure));
    let stated = level.period.is_some() && level.area.is_some();
    let rival = |other: &&&Figure| {
        other.id != level.id
            && other.value != level.value
            && if relation == Relation::Mean {
                other.unit == level.unit && other.measure == Measure::Value
            } else {
                key(other) == key(level)
            }
    };
    stated
        && (relation == Relation::Mean || level.indicator.is_some())
        && relation != Relation::Share
        && top.area == level.area
        && !page.near(level).iter().any(|other| rival(&other))
}

/// Tells whether the words after a share name this whole, and no larger level of its unit.
pub(super) fn is_named(page: &Page<'_>, rate: &Figure, whole: &Figure) -> bool {
    let rival = |other: &&&Figure| {
        other.measure == Measure::Value && other.unit == whole.unit && other.value > whole.value
    };
    page.names(rate, whole) && !page.near(rate).iter().filter(rival).any(|other| page.names(rate, other))
}

/// Tells whether slots and places leave no doubt that the rate was computed from these two levels.
pub(super) fn is_evident(
    page: &Page<'_>,
    relation: Relation,
    rule: &RelationRule,
    rate: &Figure,
    top: &Figure,
    level: &Figure,
) -> bool {
    let bound =
        |figure: &&Figure| matches!(figure.qualifier, Qualifier::Ge | Qualifier::Le | Qualifier::Approx);
    if [rate, top, level].iter().any(bound) || page.is_distributed(rate) {
        return false;
    }
    if relation == Relation::Mean {
        return page.is_per(rate, level)
            && !page.is_of_country(rate, top)
            && rate.unit != level.unit
            && top.sentence == rate.sentence
            && (level.sentence == rate.sentence || level.unit.as_str() == "province");
    }
    let in_order = top.span.start < rate.span.start && level.span.start < rate.span.start;
    if !in_order || page.is_excluded(rate) || top.sentence != rate.sentence {
        return false;
    }
    // No other level stands between the dividend and the rate, but in brackets or as the divisor.
    let between = |x: &Figure, y: &Figure| {
        let (low, high) = (x.span.start.min(y.span.start), x.span.start.max(y.span.start));
        page.among(low, high)
    };
    let is_other =
        |one: &&&Figure| one.measure == Measure::Value && one.id != level.id && !page.is_aside(one, rate);
    if between(top, rate).iter().any(|one| is_other(&one)) {
        return false;
    }
    let again = between(top, rate).iter().any(|figure| figure.measure == rate.measure);
    if again && matches!(relation, Relation::Growth | Relation::Index | Relation::OfPlan) {
        // A second rate of the same measure after one level is of something else.
        return false;
    }
    if !guard::holds(page, rule, Degree::Sure, &cast(rule, top, level, rate)) {
        return false;
    }
    let alike = same_kind(page, top, level);
    match relation {
        Relation::OfPlan => alike,
        Relation::Growth | Relation::Index | Relation::Difference => {
            let means = top.measure == Measure::Mean && same_noun(top, level);
            alike || means
        }
        Relation::Share => {
            let cue = has(&page.lead(rate), &page.rules.share_cues);
            let of_it = top.indicator.is_some() && (alike || is_broader(level, top));
            cue && level.value > top.value
                && level.span.start < top.span.start
                && (of_it || is_named(page, rate, level))
        }
        _ => false,
    }
}

/// Tells whether two levels measure the same thing: one indicator, or, where neither fits the list,
/// a sentence of their own or labels that hold each other.
fn same_kind(page: &Page<'_>, a: &Figure, b: &Figure) -> bool {
    match (&a.indicator, &b.indicator) {
        (Some(x), Some(y)) => x == y,
        (None, None) => {
            let (x, y) = (lower(&a.label), lower(&b.label));
            let unit_peers = page
                .among(a.sentence.start.saturating_sub(1), a.sentence.end)
                .iter()
                .filter(|f| f.sentence == a.sentence && f.unit == a.unit)
                .count();
            (a.sentence == b.sentence && unit_peers == 2)
                || (!x.is_empty() && !y.is_empty() && (x.contains(&y) || y.contains(&x)))
        }
        _ => false,
    }
}

/// Tells whether two means are printed per the same thing: `triệu đồng/tấn`.
fn same_noun(a: &Figure, b: &Figure) -> bool {
    let noun = |figure: &Figure| figure.quote.rsplit_once('/').map(|(_, noun)| lower(noun.trim()));
    noun(a).is_some() && noun(a) == noun(b)
}

/// Tells whether the indicator of `whole` is a heading of the one of `part`: its code begins it.
fn is_broader(whole: &Figure, part: &Figure) -> bool {
    whole.indicator.as_ref().zip(part.indicator.as_ref()).is_some_and(|(whole, part)| {
        part.as_str().strip_prefix(whole.as_str()).is_some_and(|rest| rest.starts_with('_'))
    })
}
