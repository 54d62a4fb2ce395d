//! Restatements: one quantity printed twice in a document.

use std::collections::BTreeMap;

use crate::model::figure::{Figure, Qualifier};
use crate::model::finding::{Relation, Verdict};

use super::claim::Claim;
use super::page::Page;
use super::quantity;
use super::quantity::Reading;

/// How many statements of one key are compared; more are told apart by nothing that is printed.
const STATEMENTS_LIMIT: usize = 6;

/// Returns pairs of statements with the same slots. Agreement is reported for neighbours; a
/// contradiction only between the headline and the single figure of that key in the body.
pub(super) fn claims<'f>(page: &Page<'f>) -> Vec<Claim<'f>> {
    let mut groups: BTreeMap<String, Vec<&'f Figure>> = BTreeMap::new();
    for figure in &page.figures {
        let Some(indicator) = &figure.indicator else { continue };
        let key =
            format!("{indicator}|{}|{:?}|{:?}|{:?}", figure.unit, figure.measure, figure.fund, figure.area);
        groups.entry(key).or_default().push(figure);
    }
    let mut found = Vec::new();
    for group in groups.values() {
        for (at, second) in group.iter().enumerate() {
            let earlier = &group[at.saturating_sub(STATEMENTS_LIMIT)..at];
            for first in earlier.iter().rev() {
                let same_key = compatible(first.period.as_ref(), second.period.as_ref())
                    && compatible(first.aspect.as_ref(), second.aspect.as_ref());
                let relation =
                    if first.qualifier == second.qualifier { Relation::Restated } else { Relation::Bound };
                let claim = Claim {
                    relation,
                    figures: vec![first, second],
                    rule: "relations.restated",
                    scope: false,
                };
                if same_key && first.value == second.value && first.qualifier == second.qualifier {
                    found.push(claim);
                    break;
                }
                let headline = page.line(first) == 0 && page.line(second) > 0 && group.len() == 2;
                if same_key && headline {
                    let mut claim = claim;
                    claim.relation = Relation::Restated;
                    let agrees = claim.decide().verdict == Verdict::Agrees;
                    let repair = || {
                        let wanted = quantity::interval(second, Reading::Rounded);
                        second.qualifier == Qualifier::Eq
                            && quantity::one_digit_repair(first, &wanted).is_some()
                    };
                    if agrees || repair() {
                        found.push(claim);
                    }
                }
            }
        }
    }
    found
}

fn compatible<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
    a.zip(b).is_none_or(|(a, b)| a == b)
}
