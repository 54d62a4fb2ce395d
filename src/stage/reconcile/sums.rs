//! Sums: a whole and the run of parts that follows or precedes it, and the funds of one total.
//!
//! Parts are a run of neighbours among the figures of one kind (unit, and on a second reading also
//! aspect, period and fund). A run that adds up is reported. One that does not is a conflict only
//! where the words say that all parts are named and one changed digit would make them add up.

mod lists;
mod misses;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::model::Decimal;
use crate::model::figure::{Figure, FigureId, Measure, Qualifier};
use crate::model::finding::Verdict;
use crate::stage::rules::guards::{RelationKind, Role};

use super::claim::Claim;
use super::columns;
use super::guard::{self, Degree, of_whole};
use super::page::{Page, aspects_meet, has};
use super::tie::{Tie, goes_on};
use lists::{closed_list, is_announced, is_counted_otherwise, is_itemised};
use misses::{
    Added, is_aligned, is_close, is_exact, is_near_miss, is_positive, is_sound, may_be_near, nearly, sure,
    transposed,
};

/// How many figures of the same kind may stand between a whole and its first part.
const SKIPPED_LIMIT: usize = 2;

/// From this total on, counts that add up far apart in the text are a sum.
const TELLING_TOTAL: i128 = 50;

/// The rule of a sum all of whose parts the sentence of the whole announces: nothing explains it away.
const ANNOUNCED: &str = "relation.sum.announced";

/// How many bytes a sum may span.
const SPAN_BYTES: usize = 2_000;

/// Tells whether agreement is no accident, given how the words tie the figures.
fn is_meant(claim: &Claim<'_>, tie: Tie) -> bool {
    let telling = tie > Tie::Line || claim.stated().value >= Decimal::whole(TELLING_TOTAL);
    if is_exact(claim) {
        telling && claim.is_telling(tie.chance(claim.figures.len() - 1))
    } else {
        tie >= Tie::Sentence
    }
}

/// Returns the sums of the page.
pub(super) fn claims<'f>(page: &Page<'f>) -> Vec<Claim<'f>> {
    if page.rules.relation(RelationKind::Sum).is_none() {
        return funds(page, &levels(page));
    }
    let levels = levels(page);
    let mut found = Vec::new();
    let loose = |figure: &Figure| format!("{}", figure.unit);
    let tight = |figure: &Figure| format!("{}|{:?}|{:?}", figure.unit, figure.aspect, figure.period);
    // What stands in brackets is an aside to parts and whole, or the parts themselves.
    let plain: Vec<&Figure> = levels.iter().copied().filter(|figure| !page.in_bracket(figure)).collect();
    let kinds =
        [(&levels, loose as fn(&Figure) -> String), (&levels, tight), (&plain, loose), (&plain, tight)];
    for (levels, kind) in kinds {
        let mut runs: BTreeMap<String, Vec<&Figure>> = BTreeMap::new();
        for figure in levels {
            runs.entry(kind(figure)).or_default().push(figure);
        }
        for run in runs.values() {
            for at in 0..run.len() {
                found.extend(following(page, run, at));
                found.extend(preceding(page, run, at));
            }
        }
    }
    found.extend(funds(page, &levels));
    found.extend(columns::claims(page, &found));
    drop_explained(page, &mut found);
    drop_farther(&mut found);
    found
}

/// The levels that can be parts or wholes.
fn levels<'f>(page: &Page<'f>) -> Vec<&'f Figure> {
    page.figures
        .iter()
        .copied()
        .filter(|figure| {
            figure.measure == Measure::Value
                && figure.unit.as_str() != "percent"
                && !matches!(figure.qualifier, Qualifier::Ge | Qualifier::Le)
        })
        .collect()
}

/// Drops contradictions whose figures add up in another way: they are no evidence of a wrong figure.
/// A sum that lies wholly within the parts explains nothing.
/// Nor does the same sum with its total from the headline: both totals are of one quantity.
fn drop_explained<'f>(page: &Page<'f>, found: &mut Vec<Claim<'f>>) {
    let mut held: Vec<Option<&Figure>> = Vec::with_capacity(found.len());
    let mut holding: BTreeMap<FigureId, Vec<usize>> = BTreeMap::new();
    let mut sizes = Vec::with_capacity(found.len());
    for (index, claim) in found.iter().enumerate() {
        sizes.push(claim.figures.len());
        held.push(Some(claim.stated()).filter(|whole| page.line(whole) == 0));
        if is_exact(claim) && claim.decide().verdict == Verdict::Agrees {
            for figure in &claim.figures {
                holding.entry(figure.id.clone()).or_default().push(index);
            }
        }
    }
    found.retain(|claim| {
        if claim.rule == ANNOUNCED || claim.decide().verdict != Verdict::Conflicts {
            return true;
        }
        let count = |figures: &[&Figure]| {
            let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
            for index in figures.iter().filter_map(|figure| holding.get(&figure.id)).flatten() {
                *shared.entry(*index).or_insert(0) += 1;
            }
            shared
        };
        let (all, parts) = (count(&claim.figures), count(&claim.figures[..claim.figures.len() - 1]));
        !all.iter().any(|(index, shared)| {
            *shared >= 2
                && parts.get(index) != sizes.get(*index)
                && !held[*index]
                    .as_ref()
                    .is_some_and(|whole| is_restated(page, claim, whole, parts.get(index)))
        })
    });
}

/// Of several wholes that the same parts fail to make up, keeps the nearest one before them: they are parts of one.
fn drop_farther(found: &mut Vec<Claim<'_>>) {
    let mut nearest: BTreeMap<Vec<FigureId>, usize> = BTreeMap::new();
    let parts = |claim: &Claim<'_>| -> Vec<FigureId> {
        claim.figures[..claim.figures.len() - 1].iter().map(|part| part.id.clone()).collect()
    };
    let place = |claim: &Claim<'_>| {
        let (whole, first) = (claim.stated().span.start, claim.figures[0].span.start);
        (whole < first).then_some(whole)
    };
    let fails = |claim: &Claim<'_>| claim.decide().verdict == Verdict::Conflicts;
    for claim in found.iter().filter(|claim| claim.rule == "relation.sum" || claim.rule == ANNOUNCED) {
        if let Some(place) = place(claim).filter(|_| fails(claim)) {
            let known = nearest.entry(parts(claim)).or_insert(place);
            *known = place.max(*known);
        }
    }
    found.retain(|claim| {
        let best = nearest.get(&parts(claim)).copied();
        !fails(claim) || best.zip(place(claim)).is_none_or(|(best, own)| own >= best)
    });
}

/// Tells whether the total of a sum that holds stands in the headline and is of all the parts of this one, which has
/// a total of its own in the text, of one unit, period and capacity.
fn is_restated(page: &Page<'_>, claim: &Claim<'_>, head: &Figure, shared: Option<&usize>) -> bool {
    let whole = claim.stated();
    let alike = |a: &Figure, b: &Figure| {
        a.unit == b.unit
            && a.indicator == b.indicator
            && a.period.zip(b.period).is_none_or(|(a, b)| a == b)
            && aspects_meet(a.aspect, b.aspect)
    };
    shared.copied() == Some(claim.figures.len() - 1) && page.line(whole) > 0 && alike(whole, head)
}

/// Makes the claim that parts add up; the words on its scope are read only where they do not.
pub(super) fn claim<'f>(page: &Page<'f>, parts: &[&'f Figure], whole: &'f Figure) -> Claim<'f> {
    let mut claim = Claim::of_sum(parts, whole, "relation.sum");
    claim.scope =
        !claim.holds() && (page.differs(&claim.figures) || !guarded(page, Degree::Scope, parts, whole));
    claim
}

/// Tells whether the guards of a sum hold for parts and their whole.
fn guarded(page: &Page<'_>, degree: Degree, parts: &[&Figure], whole: &Figure) -> bool {
    let rule = page.rules.relation(RelationKind::Sum);
    rule.is_none_or(|rule| guard::holds(page, rule, degree, &of_whole(parts, whole)))
}

fn following<'f>(page: &Page<'f>, run: &[&'f Figure], at: usize) -> Vec<Claim<'f>> {
    let whole = run[at];
    let mut sound = Vec::new();
    let mut doubtful: Option<Claim<'f>> = None;
    // Whether it is of a second breakdown, which a first one that holds does not explain.
    let mut second = false;
    // The parts of a first breakdown, where they hold: a second one follows them.
    let mut broken_down = 0;
    'skips: for skipped in 0..=SKIPPED_LIMIT {
        let first = at + 1 + skipped;
        let mut begun: Option<Claim<'f>> = None;
        let mut added = Added::of(whole, run.get(first));
        for count in 2..=page.rules.parts_limit {
            let Some(parts) = run.get(first..first + count) else { break };
            let last = parts[count - 1];
            if last.span.start - whole.span.start > SPAN_BYTES {
                break;
            }
            let tie = || Tie::following(page, whole, run, first, count);
            let listed = || {
                (skipped == 0 || skipped == broken_down) && closed_list(page, run, first, count, whole)
                    || is_itemised(page, run, first, count)
            };
            // Most candidates are told by their numbers alone to hold in no way, and to be no list that fails to.
            added.take(last);
            if !added.may_hold() && (doubtful.is_some() || !(may_be_near(page, whole, parts) || listed()))
                || !is_aligned(page, parts, whole)
            {
                continue;
            }
            let mut candidate = claim(page, parts, whole);
            let mut verdict = candidate.decide().verdict;
            if verdict == Verdict::Undetermined && transposed(&candidate) {
                candidate.exact = true;
                verdict = candidate.decide().verdict;
            }
            match verdict {
                Verdict::Agrees if is_sound(page, &candidate) && is_meant(&candidate, tie()) => {
                    // The first parts of a list that goes on may add up by accident.
                    if goes_on(page, run, first, count) {
                        begun.get_or_insert(candidate);
                    } else {
                        if skipped == 0 {
                            broken_down = count;
                        }
                        sound.push(candidate);
                        continue 'skips;
                    }
                }
                Verdict::Conflicts | Verdict::DiffersInScope | Verdict::Undetermined
                    if doubtful.is_none() && (listed() || nearly(page, whole, parts, &candidate, tie)) =>
                {
                    second = broken_down > 0 && skipped >= broken_down;
                    doubtful = Some(candidate);
                }
                _ => {}
            }
        }
        sound.extend(begun.filter(|_| !doubtful.as_ref().is_some_and(|claim| is_announced(page, claim))));
    }
    let doubtful = doubtful.map(|claim| {
        let rule = if is_announced(page, &claim) { ANNOUNCED } else { claim.rule };
        Claim { rule, ..claim }
    });
    if sound.is_empty() || second || doubtful.as_ref().is_some_and(|claim| claim.rule == ANNOUNCED) {
        sound.extend(doubtful.filter(|claim| claim.scope || claim.is_repairable() || is_near_miss(claim)));
    }
    sound
}

fn preceding<'f>(page: &Page<'f>, run: &[&'f Figure], at: usize) -> Option<Claim<'f>> {
    let whole = run[at];
    let mut doubtful = None;
    let mut added = Added::of(whole, at.checked_sub(1).and_then(|last| run.get(last)));
    // The words between the last part and the total are the same however many parts there are.
    let drawn = OnceCell::new();
    for count in 2..=page.rules.parts_limit.min(at) {
        let parts = &run[at - count..at];
        if whole.span.start - parts[0].span.start > SPAN_BYTES {
            break;
        }
        let drawn =
            || *drawn.get_or_init(|| has(&page.between(parts[count - 1], whole), &page.rules.total_drawn));
        added.take(parts[0]);
        if !added.may_hold() && !drawn() && (doubtful.is_some() || !may_be_near(page, whole, parts))
            || !is_aligned(page, parts, whole)
        {
            continue;
        }
        let candidate = claim(page, parts, whole);
        match candidate.decide().verdict {
            // Of a total that is drawn of several provinces, the place was read from one of them.
            Verdict::Agrees
                if (is_sound(page, &candidate) || (is_positive(&candidate) && drawn()))
                    && is_meant(&candidate, Tie::preceding(page, whole, parts)) =>
            {
                return Some(candidate);
            }
            Verdict::Conflicts
                if doubtful.is_none()
                    && nearly(page, whole, parts, &candidate, || Tie::preceding(page, whole, parts)) =>
            {
                doubtful = Some(candidate);
            }
            // Said of one total, however far before it its parts stand.
            Verdict::DiffersInScope if drawn() && !is_counted_otherwise(page, parts, whole) => {
                doubtful.get_or_insert(candidate);
            }
            Verdict::Conflicts => {
                let same = parts.iter().all(|part| part.sentence == whole.sentence);
                let drawn = same
                    && is_close(page, whole, parts, false, true)
                    && drawn()
                    && !is_counted_otherwise(page, parts, whole);
                // Of several runs that one digit would repair, the longest is the list.
                if drawn && candidate.is_repairable() {
                    doubtful = Some(candidate);
                }
            }
            _ => {}
        }
    }
    doubtful.filter(|claim| claim.scope || claim.is_repairable())
}

/// National and local make the total, at one area, period and aspect.
fn funds<'f>(page: &Page<'f>, levels: &[&'f Figure]) -> Vec<Claim<'f>> {
    let Some(rule) = page.rules.relation(RelationKind::SumFunds) else { return Vec::new() };
    let mut found = Vec::new();
    for (at, whole) in levels.iter().enumerate() {
        let is_whole = guard::holds(page, rule, Degree::Must, &[(Role::Whole, whole)]);
        if !is_whole || whole.indicator.is_none() {
            continue;
        }
        let from = at.saturating_sub(page.rules.window_figures / 2);
        let near = &levels[from..levels.len().min(at + 1 + page.rules.window_figures)];
        let of = |role: Role| -> Vec<&'f Figure> {
            let fits = |part: &&&Figure| {
                guard::holds(page, rule, Degree::Must, &[(role, **part), (Role::Whole, *whole)])
            };
            near.iter()
                .filter(fits)
                .copied()
                .filter(|part| page.line(part).abs_diff(page.line(whole)) <= 2)
                .collect()
        };
        let (national, local) = (of(Role::National), of(Role::Local));
        if let ([national], [local]) = (national.as_slice(), local.as_slice()) {
            let candidate = claim(page, &[*national, *local], whole);
            let candidate = Claim { rule: "relation.sum.funds", ..candidate };
            let verdict = candidate.decide().verdict;
            if verdict == Verdict::Agrees || candidate.scope || candidate.is_repairable() || sure(&candidate)
            {
                found.push(candidate);
            }
        }
    }
    found
}
