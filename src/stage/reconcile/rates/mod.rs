//! Rates and means: which two levels a percentage or a mean was computed from.
//!
//! Every pairing of levels near the rate is scored by its slots and its place in the sentence. The
//! best pairing that holds is reported; only where none that is plausible holds, and the best is
//! certain enough, is it a conflict. A pairing that the text leaves open thus never contradicts.

mod change;
mod evident;
mod keyed;
mod score;

use crate::model::Decimal;
use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::model::rational::Rational;
use crate::stage::rules::guards::{RelationKind, RelationRule, Role};

use super::anchor;
use super::claim::Claim;
use super::guard::{self, Degree};
use super::page::{Page, has};

use change::by_difference;
use evident::{is_evident, is_named, is_only};
use score::{score, units_fit};

/// The least number of digits by which a rate that agrees with two levels is theirs.
const TELLING_DIGITS: usize = 3;
/// Without words that say so, a pairing is no accident where what its figures admit is no wider than one
/// part in so many.
const NARROW_PARTS: i128 = 20;
/// Nor is one, where slots leave no doubt, from this width on.
const EVIDENT_PARTS: i128 = 10;
/// A pairing is one digit away from holding by accident in fewer than one case of so many.
const NEAR_MISS_PARTS: i128 = 15;
/// The share of a whole in itself.
const WHOLE: Decimal = Decimal::whole(100);
/// The worst score of a divisor that stands anywhere around.
const DISTANT_SCORE: i32 = -6;

/// Returns the relations of all rates on the page.
pub(super) fn claims<'f>(page: &Page<'f>) -> Vec<Claim<'f>> {
    (0..page.figures.len()).filter_map(|at| best(page, at)).collect()
}

/// Returns the relation that a measure states.
pub(super) const fn relation(measure: Measure) -> Option<Relation> {
    Some(match measure {
        Measure::OfPlan => Relation::OfPlan,
        Measure::Growth => Relation::Growth,
        Measure::Index => Relation::Index,
        Measure::Share => Relation::Share,
        Measure::Mean => Relation::Mean,
        Measure::Difference => Relation::Difference,
        Measure::Value => return None,
    })
}

/// The rule of a rate's relation; `None` where the rules do not look for it.
pub(super) fn rule<'f>(page: &Page<'f>, relation: Relation) -> Option<&'f RelationRule> {
    let kind = match relation {
        Relation::OfPlan => RelationKind::OfPlan,
        Relation::Growth => RelationKind::Growth,
        Relation::Index => RelationKind::Index,
        Relation::Share => RelationKind::Share,
        Relation::Mean => RelationKind::Mean,
        Relation::Difference => RelationKind::Difference,
        Relation::Sum | Relation::Order | Relation::Restated | Relation::Bound => return None,
    };
    page.rules.relation(kind)
}

/// Two levels and their rate in the roles of a relation.
pub(super) fn cast<'c>(
    rule: &RelationRule,
    top: &'c Figure,
    level: &'c Figure,
    rate: &'c Figure,
) -> [(Role, &'c Figure); 3] {
    // The kinds that have rates have three roles.
    let role = |at: usize| rule.id.roles().get(at).copied().unwrap_or(Role::Rate);
    [(role(0), top), (role(1), level), (role(2), rate)]
}

fn best<'f>(page: &Page<'f>, at: usize) -> Option<Claim<'f>> {
    let rate = page.figures[at];
    let relation = relation(rate.measure)?;
    let rule = rule(page, relation)?;
    if page.is_of_rate(rate) {
        return None;
    }
    if let Some((top, bottom)) = anchor::pair(page, at, relation) {
        return Some(scoped(page, Claim::of_rate(relation, top, bottom, rate)));
    }
    if relation == Relation::Growth
        && let Some(claim) = by_difference(page, at)
    {
        return Some(claim);
    }
    let window = page.rules.window_figures;
    let near = at.saturating_sub(window)..(at + window / 2).min(page.figures.len());
    // Means are compared with means, levels with levels.
    let is_level = |i: &usize| {
        page.figures[*i].measure == Measure::Value
            || (page.figures[*i].measure == Measure::Mean && relation != Relation::Mean && *i != at)
    };
    let levels: Vec<usize> = near.filter(is_level).collect();
    let mut pairs = Vec::new();
    for &n in &levels {
        for &d in &levels {
            let (top, bottom) = (page.figures[n], page.figures[d]);
            let fits = n != d
                && top.measure == bottom.measure
                && units_fit(relation, rate, top, bottom)
                && is_in_order(page, relation, rule, rate, top, bottom);
            if !fits {
                continue;
            }
            let steps = (at.abs_diff(n), at.abs_diff(d));
            pairs.push((score(page, relation, rule, cast(rule, top, bottom, rate), steps), n, d));
        }
    }
    pairs.sort_by_key(|(score, n, d)| (-score, at.abs_diff(*n), at.abs_diff(*d), *n, *d));
    let claim =
        |n: usize, d: usize| scoped(page, Claim::of_rate(relation, page.figures[n], page.figures[d], rate));
    let mut failing = None;
    let mut held = false;
    for (score, n, d) in pairs.into_iter().filter(|(score, ..)| *score >= page.rules.pairing_agrees) {
        let candidate = claim(n, d);
        match candidate.decide().verdict {
            Verdict::Agrees | Verdict::AgreesIfTruncated if !candidate.says_something() => {
                // Open on one side it holds, but shows little: no reason to report, or to contradict.
                let outweighed = |(best, _): &(i32, Claim<'f>)| best - score >= page.rules.pairing_margin;
                failing = failing.filter(outweighed);
                if failing.is_none() {
                    held = true;
                }
            }
            Verdict::Agrees | Verdict::AgreesIfTruncated => {
                let outweighed = |(best, _): &(i32, Claim<'f>)| best - score >= page.rules.pairing_margin;
                let failed = failing.clone().filter(outweighed).map(|(_, claim)| claim);
                if let Some(claim) = failed {
                    return Some(distant(page, at, relation).unwrap_or(claim));
                }
                let hedged = candidate.figures.iter().any(|figure| figure.qualifier != Qualifier::Eq);
                let certain = candidate.is_narrow(NARROW_PARTS)
                    || (hedged && score >= page.rules.pairing_hedged)
                    || (candidate.is_narrow(EVIDENT_PARTS)
                        && is_evident(page, relation, rule, rate, page.figures[n], page.figures[d]));
                if certain {
                    return Some(candidate);
                }
                held = held || hedged;
            }
            _ if !held
                && failing.is_none()
                && (is_near_miss(page, rule, at, score, &candidate)
                    || is_evident(page, relation, rule, rate, page.figures[n], page.figures[d]))
                && (score >= page.rules.pairing_conflicts
                    || is_near_miss(page, rule, at, score, &candidate)
                    || (relation == Relation::Share && is_named(page, rate, page.figures[d]))
                    || is_only(page, relation, page.figures[n], page.figures[d])) =>
            {
                failing = Some((score, candidate));
            }
            _ => {}
        }
    }
    let found = failing.map(|(_, claim)| claim);
    match found {
        Some(claim) => Some(distant(page, at, relation).unwrap_or(claim)),
        None => distant(page, at, relation)
            .or_else(|| {
                let (top, whole) = anchor::of_siblings(page, at).filter(|_| relation == Relation::Share)?;
                let claim = scoped(page, Claim::of_rate(relation, top, whole, rate));
                let decision = claim.decide();
                // A last digit that was rounded the other way is no reason to contradict a whole that is inferred.
                let gap = decision.computed.gap(&decision.stated);
                let misses = decision.verdict == Verdict::Conflicts && gap > Rational::from(rate.step);
                (misses && claim.is_repairable()).then_some(claim)
            })
            .or_else(|| keyed::by_keys(page, at, relation, rule).map(|claim| scoped(page, claim))),
    }
}

/// Tells whether slots and words leave room for a pairing: what is compared with is of the time that the
/// rate says, a plan is planned, and a share or a mean is said to be one.
fn is_in_order(
    page: &Page<'_>,
    relation: Relation,
    rule: &RelationRule,
    rate: &Figure,
    top: &Figure,
    level: &Figure,
) -> bool {
    if !guard::holds(page, rule, Degree::Must, &cast(rule, top, level, rate)) {
        return false;
    }
    match relation {
        Relation::Growth | Relation::Index | Relation::Difference => {
            match rate.base.as_ref().and_then(|base| base.period) {
                Some(_) => true,
                // Of one time both, or of a later one: only a level that leads up to the other is meant.
                None if top.period.is_some() && top.period == level.period => {
                    level.span.start < top.span.start
                }
                None => top.period.zip(level.period).is_none_or(|(top, level)| level.year() <= top.year()),
            }
        }
        Relation::Share => {
            let lead = page.lead(rate);
            printed_digits(rate) >= TELLING_DIGITS && rate.value != WHOLE
                || has(&lead, &page.rules.share_cues)
                || (top.span.start > rate.span.start && has(&page.between(rate, top), &page.rules.share_cues))
                || has(&lead, &page.rules.reached)
                || has(&lead, &page.rules.within)
                || lead.trim_end().ends_with('(')
                || page.is_fraction(top, level)
                || page.names(rate, level)
        }
        Relation::Mean => {
            top.unit != level.unit && (page.is_per(rate, level) || level.sentence == top.sentence)
        }
        _ => true,
    }
}

/// Tells whether a pairing whose dividend stands right before its rate fails by one digit only, where that
/// is no accident.
fn is_near_miss(page: &Page<'_>, rule: &RelationRule, at: usize, score: i32, claim: &Claim<'_>) -> bool {
    let (top, level, rate) = (claim.figures[0], claim.figures[1], page.figures[at]);
    let again =
        page.among(top.span.start, rate.span.start).iter().any(|figure| figure.measure == rate.measure);
    score >= page.rules.pairing_nearly
        && !again
        && (level.span.start < rate.span.start || level.sentence == rate.sentence)
        && guard::holds(page, rule, Degree::Near, &cast(rule, top, level, rate))
        && anchor::dividend(page, at).is_some_and(|top| top.id == claim.figures[0].id)
        && page.is_bare(page.figures[at])
        && !page.is_excluded(page.figures[at])
        && !page.is_distributed(page.figures[at])
        && claim.figures.iter().all(|figure| figure.qualifier == Qualifier::Eq)
        && claim.is_telling_miss(NEAR_MISS_PARTS)
        && claim.is_repairable()
}

/// Counts the digits of a figure as it is printed.
fn printed_digits(figure: &Figure) -> usize {
    figure.quote.chars().filter(char::is_ascii_digit).count()
}

/// The best divisor anywhere around that agrees, where the dividend stands right before the rate and the
/// rate has so many digits that chance is no explanation.
fn distant<'f>(page: &Page<'f>, at: usize, relation: Relation) -> Option<Claim<'f>> {
    let rule = rule(page, relation)?;
    let rate = page.figures[at];
    let top = anchor::dividend(page, at).filter(|_| relation != Relation::Mean && page.is_bare(rate))?;
    if printed_digits(rate) < TELLING_DIGITS
        || rate.qualifier != Qualifier::Eq
        || top.qualifier != Qualifier::Eq
    {
        return None;
    }
    let reach = page.rules.window_figures * 3;
    let around = at.saturating_sub(reach)..page.figures.len().min(at + reach);
    let mut found: Option<(i32, Claim<'f>)> = None;
    for d in around {
        let bottom = page.figures[d];
        let fits = bottom.id != top.id
            && bottom.measure == top.measure
            && bottom.unit == top.unit
            && bottom.qualifier == Qualifier::Eq
            && units_fit(relation, rate, top, bottom)
            && is_in_order(page, relation, rule, rate, top, bottom);
        if !fits {
            continue;
        }
        let candidate = Claim::of_rate(relation, top, bottom, rate);
        let score = score::distant(page, relation, rule, cast(rule, top, bottom, rate), at.abs_diff(d));
        let better = found.as_ref().is_none_or(|(best, _)| score > *best);
        if better && score >= DISTANT_SCORE && candidate.decide().verdict == Verdict::Agrees {
            found = Some((score, candidate));
        }
    }
    found.map(|(_, claim)| claim)
}

/// Marks a rate whose sentence says that its terms are not counted alike.
fn scoped<'f>(page: &Page<'f>, mut claim: Claim<'f>) -> Claim<'f> {
    let rate = claim.stated();
    claim.scope = page.says_that_it_differs(rate.sentence.start, rate.sentence.end);
    claim
}
