//! Sums: a whole and the run of parts that follows or precedes it, and the funds of one total.
//!
//! Parts are a run of neighbours among the figures of one kind (unit, and on a second reading also
//! aspect, period and fund). A run that adds up is reported. One that does not is a conflict only
//! where the words say that all parts are named and one changed digit would make them add up.

use std::collections::BTreeMap;

use crate::model::Decimal;
use crate::model::figure::{Figure, FigureId, Measure, Qualifier};
use crate::model::finding::Verdict;
use crate::stage::rules::guards::{RelationKind, Role};

use super::claim::Claim;
use super::columns;
use super::guard::{self, Degree, of_whole};
use super::page::{Page, aspects_meet, has};
use super::quantity::{self, Reading};
use super::tie::{LEAD_BYTES, Tie, goes_on, is_named_whole};

/// How many figures of the same kind may stand between a whole and its first part.
const SKIPPED_LIMIT: usize = 2;
/// How far apart the figures of a contradicting sum may stand, in bytes.
const STEP_BYTES: usize = 350;
/// From this total on, counts that add up far apart in the text are a sum.
const TELLING_TOTAL: i128 = 50;
/// Parts that miss their whole by no more than one in so many were meant to make it up.
const NEAR_MISS_PARTS: i128 = 100;
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
        for count in 2..=page.rules.parts_limit {
            let Some(parts) = run.get(first..first + count) else { break };
            let last = parts[count - 1];
            if last.span.start - whole.span.start > SPAN_BYTES {
                break;
            }
            let tie = || Tie::following(page, whole, run, first, count);
            if !is_aligned(page, parts, whole) {
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
                    if doubtful.is_none()
                        && (((skipped == 0 || skipped == broken_down)
                            && closed_list(page, run, first, count, whole))
                            || is_itemised(page, run, first, count)
                            || nearly(page, whole, parts, &candidate, tie)) =>
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

/// Tells whether a sum that fails by one digit stands in one sentence, no figure of it in a bracket.
fn is_announced(page: &Page<'_>, claim: &Claim<'_>) -> bool {
    let whole = claim.stated();
    let plain = |figure: &&Figure| figure.sentence == whole.sentence && !page.in_bracket(figure);
    claim.figures.iter().all(plain) && claim.is_repairable()
}

/// Tells whether the words say that exactly these parts make up the whole.
fn closed_list(page: &Page<'_>, run: &[&Figure], from: usize, count: usize, whole: &Figure) -> bool {
    let (parts, next) = (&run[from..from + count], from + count);
    let (first, last) = (parts[0], parts[count - 1]);
    let lead = page.between(run[from - 1], first);
    let inside = page.between(first, last);
    let joined = page.between(parts[parts.len() - 2], last);
    let complete = lead.contains(':')
        || has(&lead, &page.rules.parts_complete)
        || has(&inside, &page.rules.parts_complete)
        || are_complements(page, parts)
        || (has(&lead, &page.rules.parts_follow) && are_counted(page, parts, whole))
        || (has(&lead, &page.rules.parts_follow) && has(&page.lead(last), &page.rules.residual))
        || ((has(&lead, &page.rules.parts_follow) || is_named_whole(page, whole)) && is_last(&joined));
    let total = parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.value));
    // Some of the parts may be named: then they can only be too large, not too small.
    let leads =
        complete || (has(&lead, &page.rules.parts_follow) && total.is_some_and(|sum| sum > whole.value));
    let in_order = parts
        .windows(2)
        .all(|pair| page.line(pair[0]) != page.line(pair[1]) || pair[0].sentence == pair[1].sentence);
    let ends = run.get(next).is_none_or(|after| {
        !goes_on(page, run, from, count) && after.sentence == last.sentence
            || after.sentence != last.sentence && page.line(after) != page.line(last)
            || page.between(last, after).contains(". ")
            || has(&page.between(last, after), &page.rules.parts_complete)
    });
    // Of which, of a level that was done, some may be planned.
    let announced = has(&lead, &page.rules.parts_follow);
    let each = parts.iter().any(|part| has(&page.lead(part), &page.rules.for_each));
    let beside = complete && parts.iter().all(|part| part.sentence == whole.sentence);
    leads && ends && in_order && !each && is_close(page, whole, parts, announced, beside)
}

/// `được phân bổ cho các nội dung sau:` and an item a line: parts that a colon opens, each in a line of its
/// own, down to the last number of their kind in that list.
fn is_itemised(page: &Page<'_>, run: &[&Figure], first: usize, count: usize) -> bool {
    let parts = &run[first..first + count];
    let lead = page.between(run[first - 1], parts[0]);
    let opened = lead.contains(":\n") && lead.len() <= LEAD_BYTES;
    let lines: Vec<usize> = parts.iter().map(|part| page.line(part)).collect();
    let spread = lines.windows(2).all(|pair| pair[0] < pair[1] && pair[1] - pair[0] <= 2);
    let ends = run.get(first + count).is_none_or(|next| page.line(next) > lines[count - 1] + 2);
    opened && spread && ends && parts.iter().all(|part| part.qualifier == Qualifier::Eq)
}

/// Tells whether the sentence of the whole, or words up to the last part, say how many things there are and it is
/// the number of the parts: `sau 3 kỳ bình chọn …, trong đó`, `bốn tỉnh cộng lại`.
fn are_counted(page: &Page<'_>, parts: &[&Figure], whole: &Figure) -> bool {
    let count = i128::try_from(parts.len()).map(Decimal::whole);
    let (first, last) = (parts[0].span.start.min(whole.span.start), parts[parts.len() - 1].span.start);
    let start = whole.sentence.start.min(first).saturating_sub(1);
    let counts =
        |one: &&Figure| one.measure == Measure::Value && one.unit != whole.unit && Ok(one.value) == count;
    !page.in_bracket(whole) && page.among(start, last.max(whole.span.start)).iter().any(counts)
}

/// Tells whether the words between the last part and the total say that it is of so many things, and there are
/// more or fewer parts.
fn is_counted_otherwise(page: &Page<'_>, parts: &[&Figure], whole: &Figure) -> bool {
    let count = i128::try_from(parts.len()).map(Decimal::whole);
    let between = page.among(parts[parts.len() - 1].span.start, whole.span.start);
    let is_count = |one: &&&Figure| one.measure == Measure::Value && one.step == Decimal::ZERO;
    between.iter().filter(is_count).any(|one| one.unit != whole.unit && Ok(one.value) != count)
}

/// Tells whether two parts are named so that they leave nothing out: `trong nước` and `nước ngoài`.
fn are_complements(page: &Page<'_>, parts: &[&Figure]) -> bool {
    let [first, second] = parts else { return false };
    let near = |figure: &Figure| {
        let lead = page.lead(figure);
        let clause = lead.rsplit([';', '.', ':']).next().unwrap_or("").to_owned();
        format!(" {} {} ", clause, page.trail(figure))
    };
    let (a, b) = (near(first), near(second));
    let names = |text: &str, name: &str| text.contains(&format!(" {name} "));
    first.sentence == second.sentence
        && page.rules.complements.iter().any(|[x, y]| {
            (names(&a, x) && names(&b, y) && !names(&b, x)) || (names(&a, y) && names(&b, x) && !names(&a, x))
        })
}

/// Tells whether the words between two parts make the second one the last of its list.
fn is_last(joined: &str) -> bool {
    let clause = joined.rsplit([',', ';']).next().unwrap_or("");
    clause.trim_start_matches(|c: char| !c.is_alphabetic()).starts_with("và ")
}

fn preceding<'f>(page: &Page<'f>, run: &[&'f Figure], at: usize) -> Option<Claim<'f>> {
    let whole = run[at];
    let mut doubtful = None;
    for count in 2..=page.rules.parts_limit.min(at) {
        let parts = &run[at - count..at];
        if whole.span.start - parts[0].span.start > SPAN_BYTES {
            break;
        }
        if !is_aligned(page, parts, whole) {
            continue;
        }
        let candidate = claim(page, parts, whole);
        let drawn = || has(&page.between(parts[count - 1], whole), &page.rules.total_drawn);
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

/// Tells whether the figures are exact, follow each other closely and no part is as large as the
/// whole: what a contradiction needs, since far figures add up or fail to by chance. Of a `complete` list, a
/// part that is the whole once more is a misprint as well.
fn is_close(page: &Page<'_>, whole: &Figure, parts: &[&Figure], announced: bool, complete: bool) -> bool {
    let mut places: Vec<usize> = parts.iter().map(|part| part.span.start).collect();
    places.sort_unstable();
    let lead = places[0].abs_diff(whole.span.start).min(whole.span.start.abs_diff(places[places.len() - 1]));
    lead <= if announced { LEAD_BYTES } else { STEP_BYTES }
        && places.windows(2).all(|pair| pair[1] - pair[0] <= STEP_BYTES)
        && parts.iter().all(|part| {
            part.qualifier == Qualifier::Eq
                && (part.value < whole.value
                    || ((complete || part.value != whole.value) && is_misprint(whole, parts, part)))
        })
        && (announced || guarded(page, Degree::Near, parts, whole))
}

/// Tells whether a figure is a cell of a table: its unit stands in the head.
fn is_cell(figure: &Figure) -> bool {
    !figure.quote.contains(char::is_alphabetic)
}

/// Tells whether cells of a table that are to make up each other stand in one column or in one row; what is no cell
/// stands where it does.
fn is_aligned(page: &Page<'_>, parts: &[&Figure], whole: &Figure) -> bool {
    if !is_cell(whole) || !page.in_table(whole) {
        return true;
    }
    let cells = || parts.iter().filter(|part| is_cell(part));
    let (column, row) = (page.column(whole), page.line(whole));
    cells().all(|part| page.column(part) == column) || cells().all(|part| page.line(part) == row)
}

/// Tells whether parts are printed alike: in one sentence, or each in a sentence of its own; and none
/// stands for several (`A và B mỗi nơi 3 sản phẩm`).
fn is_list(page: &Page<'_>, parts: &[&Figure]) -> bool {
    let together = parts.windows(2).filter(|pair| pair[0].sentence == pair[1].sentence).count();
    let each = |part: &&Figure| has(&page.lead(part), &page.rules.for_each);
    (together == 0 || together + 1 == parts.len()) && !parts.iter().any(each)
}

/// Tells whether one changed digit of a part as large as the whole makes the parts add up.
fn is_misprint(whole: &Figure, parts: &[&Figure], part: &Figure) -> bool {
    let claim = Claim::of_sum(parts, whole, "relation.sum");
    let at = parts.iter().position(|one| one.id == part.id).unwrap_or(0);
    quantity::one_digit_repair(part, &claim.implied(at, Reading::Rounded)).is_some()
}

/// Tells whether numbers fail to add up by one digit only, where that is no accident.
fn nearly(
    page: &Page<'_>,
    whole: &Figure,
    parts: &[&Figure],
    claim: &Claim<'_>,
    tie: impl FnOnce() -> Tie,
) -> bool {
    let cells = claim.figures.iter().filter(|figure| is_cell(figure)).count();
    (cells == 0 || cells == claim.figures.len())
        && is_close(page, whole, parts, true, false)
        && is_list(page, parts)
        && claim.is_telling_miss(tie().chance_of_miss())
        && claim.is_repairable()
}

/// Tells whether the parts miss the whole by so little that they were meant to make it up.
fn is_near_miss(claim: &Claim<'_>) -> bool {
    let (whole, parts) = (claim.stated(), &claim.figures[..claim.figures.len() - 1]);
    let sum = parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.value));
    let gap = sum.and_then(|sum| sum.checked_sub(whole.value));
    let times = Decimal::whole(NEAR_MISS_PARTS);
    gap.and_then(|gap| if gap.is_negative() { gap.negated() } else { Some(gap) })
        .and_then(|gap| gap.checked_mul(times))
        .is_some_and(|gap| gap <= whole.value)
}

/// Tells whether two neighbouring digits of the whole, exchanged, give the sum to the last digit.
fn transposed(claim: &Claim<'_>) -> bool {
    let last = claim.figures.len() - 1;
    let wanted = claim.implied(last, Reading::Rounded);
    quantity::transposition(claim.figures[last], &wanted).is_some()
}

/// Tells whether a part alone is as large as the whole: no rounding explains that, but neither is a part
/// ten times as large a part of it.
fn sure(claim: &Claim<'_>) -> bool {
    let whole = claim.figures[claim.figures.len() - 1];
    claim.figures[..claim.figures.len() - 1]
        .iter()
        .all(|part| part.value.shift(-1).is_some_and(|tenth| tenth < whole.value))
        && claim.figures[..claim.figures.len() - 1].iter().any(|part| part.value >= whole.value)
}

/// Tells whether no figure is hedged.
fn is_exact(claim: &Claim<'_>) -> bool {
    claim.figures.iter().all(|figure| figure.qualifier == Qualifier::Eq)
}

/// Tells whether the agreement says something: the guards hold, every part is above zero and none is a mere bound.
fn is_sound(page: &Page<'_>, claim: &Claim<'_>) -> bool {
    let parts = &claim.figures[..claim.figures.len() - 1];
    let whole = claim.figures[claim.figures.len() - 1];
    is_positive(claim) && guarded(page, Degree::Must, parts, whole)
}

fn is_positive(claim: &Claim<'_>) -> bool {
    let parts = &claim.figures[..claim.figures.len() - 1];
    claim.says_something()
        && parts.iter().all(|part| !part.value.is_negative() && part.value != Decimal::ZERO)
}
