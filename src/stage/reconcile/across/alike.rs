//! One quantity in several reports: stated again, revised, estimated first and carried out then.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::Decimal;
use crate::model::figure::{Aspect, Figure, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::model::rational::Rational;

use super::super::claim::Claim;
use super::related::{Kind, Related, is_comparable, is_one_digit_off};
use super::series::{Series, SeriesKey};
use super::statement::Statement;

/// A hedge is of a number that is no more than one part in so many away.
const HEDGE_PARTS: i128 = 10;

/// The first day of the 34 provinces (Resolution 202/2025/QH15).
const MERGER: Date = jiff::civil::date(2025, 7, 1);

/// Every statement of a quantity against the one that the most witnesses uphold.
pub(super) fn restated<'s>(key: &SeriesKey<'s>, series: &Series<'s>) -> Vec<Related<'s>> {
    let Some(reference) = series.reference else { return Vec::new() };
    let others = series.stated.iter().filter(|other| other.figure.id != reference.figure.id);
    others
        .filter(|other| is_first_of_witness(other, series))
        .filter_map(|other| statement_pair(key, reference, other))
        .collect()
}

/// Tells whether no copy of its report says the same under a smaller id: copies say it once.
pub(super) fn is_first_of_witness(statement: &Statement, series: &Series<'_>) -> bool {
    let same = |other: &&&Statement| {
        other.witness == statement.witness
            && other.figure.value == statement.figure.value
            && other.figure.qualifier == statement.figure.qualifier
    };
    let first = series.stated.iter().find(same);
    first.is_none_or(|first| first.figure.id == statement.figure.id)
}

fn statement_pair<'s>(
    key: &SeriesKey<'s>,
    reference: &'s Statement,
    other: &'s Statement,
) -> Option<Related<'s>> {
    let hedged = other.figure.qualifier != Qualifier::Eq;
    let (first, second) = if hedged { (other, reference) } else { (reference, other) };
    let relation = if hedged { Relation::Bound } else { Relation::Restated };
    let mut claim = Claim::of_two(relation, &first.figure, &second.figure, "across.restated");
    let revised = reference.revised != other.revised || is_provisional(key.aspect);
    claim.scope = revised || reference.other_scope || other.other_scope;
    let kind = if revised { Kind::Revised } else { Kind::Restated };
    let related = Related::new(kind, claim, vec![first, second]);
    // What a share or a mean is of its report may leave open: only what one digit repairs contradicts.
    let loose = matches!(key.measure, Measure::Share | Measure::Mean | Measure::Difference)
        || reference.loose != other.loose
        || is_before_and_after(&reference.figure);
    let alike = |claim: &Claim<'_>| if loose { is_one_digit_off(claim) } else { is_comparable(claim) };
    let near = !hedged || is_near_hedge(&reference.figure.value, &other.figure.value);
    match related.verdict() {
        // Copies of one report say nothing of each other's figures.
        Verdict::Agrees | Verdict::AgreesIfTruncated | Verdict::Undetermined => {
            (near && reference.witness != other.witness).then_some(related)
        }
        Verdict::DiffersInScope | Verdict::Conflicts => (near && alike(&related.claim)).then_some(related),
    }
}

/// Tells whether a province's figure is of a time in which provinces were merged, so that its name is of two areas.
fn is_before_and_after(figure: &Figure) -> bool {
    let days = figure.period.and_then(|period| period.first_day().zip(period.last_day()));
    let province = figure.area.as_ref().is_some_and(|area| area.as_str().contains(':'));
    province && days.is_some_and(|(first, last)| first < MERGER && last >= MERGER)
}

/// What is estimated, allocated or paid out by some day is not the same at another.
const fn is_provisional(aspect: Option<Aspect>) -> bool {
    matches!(aspect, Some(Aspect::Estimate | Aspect::Allocated | Aspect::Disbursed))
}

fn is_near_hedge(number: &Decimal, hedge: &Decimal) -> bool {
    let (number, hedge) = (Rational::from(*number), Rational::from(*hedge));
    number.sub(&hedge).abs().mul(&Rational::whole(HEDGE_PARTS)) <= number.abs()
}

/// What one report estimates and another says was carried out: a later report takes the estimate's place.
pub(super) fn estimated<'s>(
    all: &BTreeMap<SeriesKey<'s>, Series<'s>>,
    key: &SeriesKey<'s>,
    series: &Series<'s>,
) -> Vec<Related<'s>> {
    let actual = all.get(&key.with_aspect(Aspect::Actual)).and_then(Series::settled);
    let Some(actual) = actual else { return Vec::new() };
    let pair = |estimate: &&'s Statement| {
        let (first, second) = (*estimate, actual);
        if first.figure.qualifier != Qualifier::Eq || first.witness == second.witness {
            return None;
        }
        let mut claim = Claim::of_two(Relation::Restated, &first.figure, &second.figure, "across.estimated");
        claim.scope = true;
        is_comparable(&claim).then(|| Related::new(Kind::Estimated, claim, vec![first, second]))
    };
    series.stated.iter().filter(|one| is_first_of_witness(one, series)).filter_map(pair).collect()
}
