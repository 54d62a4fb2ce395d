//! Rates and means: which two levels a percentage or a mean was computed from.
//!
//! Every pairing of levels near the rate is scored by its slots and its place in the sentence. The
//! best pairing that holds is reported; only where none that is plausible holds, and the best is
//! certain enough, is it a conflict. A pairing that the text leaves open thus never contradicts.

use crate::model::Decimal;
use crate::model::figure::{Aspect, Figure, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::model::period::Period;
use crate::model::rational::Rational;

use super::anchor;
use super::claim::Claim;
use super::page::{Page, aspects_meet, fit, has, is_intended, lower};
use super::routes::Key;

/// The least number of digits by which a rate that agrees with two levels is theirs.
const TELLING_DIGITS: usize = 3;
/// The longest stretch of words, in bytes, between a change and the same change in percent.
const BESIDE_BYTES: usize = 40;
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

fn best<'f>(page: &Page<'f>, at: usize) -> Option<Claim<'f>> {
    let rate = page.figures[at];
    let relation = relation(rate.measure)?;
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
                && is_in_order(page, relation, rate, top, bottom);
            if !fits {
                continue;
            }
            let score = as_dividend(page, rate, top, at.abs_diff(n))
                + as_divisor(page, relation, rate, top, bottom, at.abs_diff(d));
            pairs.push((score, n, d));
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
                        && is_evident(page, relation, rate, page.figures[n], page.figures[d]));
                if certain {
                    return Some(candidate);
                }
                held = held || hedged;
            }
            _ if !held
                && failing.is_none()
                && (is_near_miss(page, at, score, &candidate)
                    || is_evident(page, relation, rate, page.figures[n], page.figures[d]))
                && (score >= page.rules.pairing_conflicts
                    || is_near_miss(page, at, score, &candidate)
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
        None => distant(page, at, relation).or_else(|| {
            let (top, whole) = anchor::of_siblings(page, at).filter(|_| relation == Relation::Share)?;
            let claim = scoped(page, Claim::of_rate(relation, top, whole, rate));
            let decision = claim.decide();
            // A last digit that was rounded the other way is no reason to contradict a whole that is inferred.
            let gap = decision.computed.gap(&decision.stated);
            let misses = decision.verdict == Verdict::Conflicts && gap > Rational::from(rate.step);
            (misses && claim.is_repairable()).then_some(claim)
        }),
    }
}

/// Tells whether slots and words leave room for a pairing: what is compared with is of the time that the
/// rate says, a plan is planned, and a share or a mean is said to be one.
fn is_in_order(page: &Page<'_>, relation: Relation, rate: &Figure, top: &Figure, level: &Figure) -> bool {
    let odds = |a: Option<&Period>, b: Option<&Period>| fit(a, b, 0, -1) < 0;
    match relation {
        Relation::Growth | Relation::Index | Relation::Difference => {
            match rate.base.as_ref().and_then(|base| base.period) {
                Some(then) => !odds(Some(&then), level.period.as_ref()),
                // Of one time both, or of a later one: only a level that leads up to the other is meant.
                None if top.period.is_some() && top.period == level.period => {
                    level.span.start < top.span.start
                }
                None => top.period.zip(level.period).is_none_or(|(top, level)| level.year() <= top.year()),
            }
        }
        Relation::OfPlan => level.aspect.is_none_or(is_intended) || level.sentence == rate.sentence,
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
fn is_near_miss(page: &Page<'_>, at: usize, score: i32, claim: &Claim<'_>) -> bool {
    let (top, level, rate) = (claim.figures[0], claim.figures[1], page.figures[at]);
    let again =
        page.among(top.span.start, rate.span.start).iter().any(|figure| figure.measure == rate.measure);
    let odds = |a: Option<&Period>, b: Option<&Period>| fit(a, b, 0, -1) < 0;
    let base = rate.base.as_ref().and_then(|base| base.period.as_ref());
    let apart = match claim.relation {
        Relation::Share | Relation::Mean => odds(top.period.as_ref(), level.period.as_ref()),
        Relation::OfPlan => false,
        _ => odds(base, level.period.as_ref()) || top.period == level.period,
    };
    let alike = fit(top.fund.as_ref(), level.fund.as_ref(), 0, -1) == 0 || claim.relation == Relation::Share;
    score >= page.rules.pairing_nearly
        && !again
        && (level.span.start < rate.span.start || level.sentence == rate.sentence)
        && !apart
        && alike
        && anchor::dividend(page, at).is_some_and(|top| top.id == claim.figures[0].id)
        && page.is_bare(page.figures[at])
        && !page.is_excluded(page.figures[at])
        && !page.is_distributed(page.figures[at])
        && claim.figures.iter().all(|figure| figure.qualifier == Qualifier::Eq)
        && claim.is_telling_miss(NEAR_MISS_PARTS)
        && claim.is_repairable()
}

/// `563.321 lượt, tăng 31.047 lượt (tăng 5,8%)`: a level, its change, and the change in percent right
/// beside it.
fn by_difference<'f>(page: &Page<'f>, at: usize) -> Option<Claim<'f>> {
    let rate = page.figures[at];
    let beside = |other: usize| {
        let change = page.figures.get(other).copied()?;
        let words = page.between(change, rate);
        let near = change.measure == Measure::Difference
            && change.sentence == rate.sentence
            && change.unit.as_str() != "percentage_point"
            && change.value.is_negative() == rate.value.is_negative()
            && words.len() < BESIDE_BYTES
            && !words.contains([';', '.', ':'])
            && page.is_bare(rate);
        near.then_some((other, change))
    };
    let (place, change) = at.checked_sub(1).and_then(beside).or_else(|| beside(at + 1))?;
    let is_level = |level: &&&Figure| level.measure == Measure::Value && page.line(level) == page.line(rate);
    let before = page.figures[..place.min(at)].iter().rev().filter(is_level).take(6);
    let claims = before.filter_map(|level| {
        let exact = [level, change, rate].iter().all(|figure| figure.qualifier == Qualifier::Eq);
        (exact && level.unit == change.unit).then(|| Claim::of_change(level, change, rate))
    });
    // Only the level right before its change can contradict it.
    let nearest = page.level_of(place.min(at), |level| level.unit == change.unit);
    let bracketed = place < at && page.between(change, rate).trim_start().starts_with('(');
    let mut doubtful = None;
    for claim in claims {
        match claim.decide().verdict {
            Verdict::Agrees | Verdict::AgreesIfTruncated => return Some(claim),
            _ if bracketed && nearest.is_some_and(|level| level.id == claim.figures[0].id) => {
                doubtful = Some(claim);
            }
            _ => {}
        }
    }
    doubtful
}

/// Counts the digits of a figure as it is printed.
fn printed_digits(figure: &Figure) -> usize {
    figure.quote.chars().filter(char::is_ascii_digit).count()
}

/// The best divisor anywhere around that agrees, where the dividend stands right before the rate and the
/// rate has so many digits that chance is no explanation.
fn distant<'f>(page: &Page<'f>, at: usize, relation: Relation) -> Option<Claim<'f>> {
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
            && is_in_order(page, relation, rate, top, bottom);
        if !fits {
            continue;
        }
        let candidate = Claim::of_rate(relation, top, bottom, rate);
        let score = as_divisor(page, relation, rate, top, bottom, at.abs_diff(d));
        let better = found.as_ref().is_none_or(|(best, _)| score > *best);
        if better && score >= DISTANT_SCORE && candidate.decide().verdict == Verdict::Agrees {
            found = Some((score, candidate));
        }
    }
    found.map(|(_, claim)| claim)
}

/// Tells whether no other level near has the key of this divisor, every slot of which is stated: it needs
/// no nearness to be the one that is meant.
fn is_only(page: &Page<'_>, relation: Relation, top: &Figure, level: &Figure) -> bool {
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
fn is_named(page: &Page<'_>, rate: &Figure, whole: &Figure) -> bool {
    let rival = |other: &&&Figure| {
        other.measure == Measure::Value && other.unit == whole.unit && other.value > whole.value
    };
    page.names(rate, whole) && !page.near(rate).iter().filter(rival).any(|other| page.names(rate, other))
}

/// Marks a rate whose sentence says that its terms are not counted alike.
fn scoped<'f>(page: &Page<'f>, mut claim: Claim<'f>) -> Claim<'f> {
    let rate = claim.stated();
    claim.scope = has(&page.words(rate.sentence.start, rate.sentence.end), &page.rules.scope_differs);
    claim
}

/// Tells whether slots and places leave no doubt that the rate was computed from these two levels.
fn is_evident(page: &Page<'_>, relation: Relation, rate: &Figure, top: &Figure, level: &Figure) -> bool {
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
    let at_odds = fit(rate.fund.as_ref(), top.fund.as_ref(), 0, -1)
        + fit(rate.period.as_ref(), top.period.as_ref(), 0, -1)
        + fit(rate.area.as_ref(), top.area.as_ref(), 0, -1)
        + fit(rate.indicator.as_ref(), top.indicator.as_ref(), 0, -1)
        + if relation == Relation::OfPlan || aspects_meet(compared_aspect(rate, top), level.aspect) {
            0
        } else {
            -1
        };
    let in_order = top.span.start < rate.span.start && level.span.start < rate.span.start;
    if at_odds < 0 || !in_order || page.is_excluded(rate) || top.sentence != rate.sentence {
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
    let year = |figure: &Figure| figure.period.map(|period| period.year());
    let same_fund = top.fund == level.fund && top.area == level.area;
    let base =
        rate.base.as_ref().and_then(|base| base.period).or(rate.period.and_then(|period| period.shifted(-1)));
    let alike = same_kind(page, top, level);
    match relation {
        Relation::OfPlan => {
            let named = rate.base.as_ref().and_then(|base| base.period);
            let then = named.is_none() || named == level.period;
            let planned = level.aspect.is_some_and(is_intended);
            alike && same_fund && planned && then && year(level) == year(rate)
        }
        Relation::Growth | Relation::Index | Relation::Difference => {
            let means = top.measure == Measure::Mean && same_noun(top, level);
            (alike || means)
                && same_fund
                && level.period.is_some()
                && base == level.period
                && top.period == rate.period
        }
        Relation::Share => {
            let cue = has(&page.lead(rate), &page.rules.share_cues);
            let of_it = top.indicator.is_some() && (alike || is_broader(level, top));
            cue && level.value > top.value
                && level.span.start < top.span.start
                && top.period == level.period
                && (of_it || is_named(page, rate, level))
        }
        _ => false,
    }
}

/// What a rate compares with: its base's aspect where that is said (`kế hoạch tăng 13% so với thực hiện`),
/// else that of the level that it is of.
fn compared_aspect(rate: &Figure, top: &Figure) -> Option<Aspect> {
    rate.base.as_ref().and_then(|base| base.aspect).or(top.aspect)
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

fn units_fit(relation: Relation, rate: &Figure, top: &Figure, bottom: &Figure) -> bool {
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

fn as_dividend(page: &Page<'_>, rate: &Figure, level: &Figure, steps: usize) -> i32 {
    let before = if level.span.start < rate.span.start { 1 } else { -1 };
    closeness(page, rate, level, steps)
        + before
        + fit(rate.indicator.as_ref(), level.indicator.as_ref(), 2, -3)
        + fit(rate.period.as_ref(), level.period.as_ref(), 2, -3)
        + fit(rate.area.as_ref(), level.area.as_ref(), 1, -3)
        + fit(rate.fund.as_ref(), level.fund.as_ref(), 1, -3)
        + fit(rate.aspect.as_ref(), level.aspect.as_ref(), 1, -1)
}

fn as_divisor(
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
