//! Restatements: one quantity printed twice in a document.

use std::collections::BTreeMap;

use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};

use super::claim::Claim;
use super::page::{Page, aspects_meet};
use super::quantity;
use super::quantity::Reading;

/// How many statements of one key are compared; more are told apart by nothing that is printed.
const STATEMENTS_LIMIT: usize = 6;

/// The least number of digits by which two equal numbers are one quantity, whatever their labels.
const TELLING_DIGITS: usize = 3;

/// Returns pairs of statements of one key. Agreement is reported for neighbours; a contradiction
/// only where every slot is stated and the same: between the headline and the single figure of that
/// key in the body, or between a hedge and the number that it hedges.
pub(super) fn claims<'f>(page: &Page<'f>) -> Vec<Claim<'f>> {
    let mut groups: BTreeMap<String, Vec<&'f Figure>> = BTreeMap::new();
    for figure in &page.figures {
        groups.entry(format!("{}|{:?}", figure.unit, figure.measure)).or_default().push(figure);
    }
    let mut found = Vec::new();
    for group in groups.values() {
        for (at, second) in group.iter().enumerate() {
            let earlier = &group[at.saturating_sub(page.rules.window_figures)..at];
            let mut reported = 0;
            for first in earlier.iter().rev().filter(|first| same_key(first, second)) {
                let equal = first.value == second.value && first.qualifier == second.qualifier;
                let relation =
                    if first.qualifier == second.qualifier { Relation::Restated } else { Relation::Bound };
                let mut claim = Claim::of_two(relation, first, second, "relations.restated");
                if equal && same_words(first, second) {
                    found.push(claim);
                    reported += 1;
                } else if full_key(first, second)
                    && (is_headline(page, group, first, second) || is_hedge(first, second))
                {
                    claim.relation = Relation::Restated;
                    let repair = || {
                        let wanted = quantity::interval(second, Reading::Rounded);
                        quantity::one_digit_repair(first, &wanted).is_some()
                    };
                    if claim.decide().verdict == Verdict::Agrees || is_hedge(first, second) || repair() {
                        found.push(claim);
                        reported += 1;
                    }
                }
                if reported == STATEMENTS_LIMIT {
                    break;
                }
            }
        }
    }
    found
}

fn same_key(a: &Figure, b: &Figure) -> bool {
    compatible(a.indicator.as_ref(), b.indicator.as_ref())
        && compatible(a.period.as_ref(), b.period.as_ref())
        && aspects_meet(a.aspect, b.aspect)
        && compatible(a.fund.as_ref(), b.fund.as_ref())
        && compatible(a.area.as_ref(), b.area.as_ref())
}

/// Tells whether every slot that tells quantities apart is stated and equal.
fn full_key(a: &Figure, b: &Figure) -> bool {
    a.indicator.is_some()
        && a.indicator == b.indicator
        && a.period.is_some()
        && a.period == b.period
        && a.aspect.is_some()
        && a.aspect == b.aspect
        && a.fund == b.fund
        && a.area == b.area
}

/// Tells whether two equal numbers are said of one thing: an indicator, a label within the other's,
/// or so many digits that chance is no explanation.
fn same_words(a: &Figure, b: &Figure) -> bool {
    let digits = a.quote.chars().take_while(|c| !c.is_alphabetic()).filter(char::is_ascii_digit).count();
    let (x, y) = (a.label.to_lowercase(), b.label.to_lowercase());
    let held = !x.is_empty() && !y.is_empty() && (x.contains(&y) || y.contains(&x));
    (a.indicator.is_some() && a.indicator == b.indicator)
        || held
        || (digits >= TELLING_DIGITS && a.sentence != b.sentence)
}

fn is_headline(page: &Page<'_>, group: &[&Figure], first: &Figure, second: &Figure) -> bool {
    if page.line(first) > 0 || page.line(second) == 0 || second.qualifier != Qualifier::Eq {
        return false;
    }
    group.iter().filter(|other| page.line(other) > 0 && full_key(first, other)).count() == 1
}

/// Tells whether one is a hedge of the other: at most a tenth apart, and no third of that key between.
fn is_hedge(first: &Figure, second: &Figure) -> bool {
    let hedged = |figure: &Figure| matches!(figure.qualifier, Qualifier::Gt | Qualifier::Lt);
    let apart = first.value.checked_sub(second.value).and_then(|gap| gap.shift(1));
    let near =
        apart.is_some_and(|gap| gap <= second.value && gap.negated().is_some_and(|gap| gap <= second.value));
    first.measure == Measure::Value && hedged(first) && second.qualifier == Qualifier::Eq && near
}

fn compatible<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
    a.zip(b).is_none_or(|(a, b)| a == b)
}
