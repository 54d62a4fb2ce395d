//! Anchors: forms of words that leave no doubt which two levels a rate was computed from.
//!
//! They are read from the text, not from the slots: where a sentence says `tăng 25% so với mức 1.000
//! triệu đồng`, a slot that was read wrong must not hide what is compared.

use crate::model::figure::{Figure, Fund, Measure, Qualifier};
use crate::model::finding::Relation;

use super::claim::Claim;
use super::page::{Page, has};
use super::reach::Looked;

/// The longest stretch of words, in bytes, between a rate and the bracket with what it refers to.
const BRACKET_BYTES: usize = 90;
/// The longest stretch of words, in bytes, between a fraction and the percentage that it makes.
const FRACTION_BYTES: usize = 60;

/// How narrow a share must be that tells the whole of its neighbours: one part in so many.
const SIBLING_PARTS: i128 = 100;

/// From this many words on, a name that is said again is of the same thing.
const NAME_WORDS: usize = 5;

/// How many figures after a rate the level may stand that its words name.
const RENAMED_FIGURES: usize = 4;

/// How many figures a list may hold between a whole and one of its parts.
const LIST_FIGURES: usize = 16;

/// How many figures before a rate are asked for the only level that has its slots; more than reports print.
const SLOTS_REACH: usize = 2_000;

/// Returns the dividend and the divisor that the words around the rate at `at` give it.
pub(super) fn pair<'f>(page: &Page<'f>, at: usize, relation: Relation) -> Option<(&'f Figure, &'f Figure)> {
    let rate = page.figures[at];
    if !is_exact(rate) || page.is_distributed(rate) || page.is_excluded(rate) {
        return None;
    }
    if let Some(both) = compared_before(page, at, relation) {
        return Some(both);
    }
    if relation == Relation::Difference
        && let Some(both) = bracketed_pair(page, at)
    {
        return Some(both);
    }
    if relation == Relation::Share
        && let Some(both) = within(page, at)
    {
        return Some(both);
    }
    if matches!(relation, Relation::Growth | Relation::Index)
        && dividend(page, at).is_none()
        && let Some(base) = bracketed(page, at).filter(|level| is_exact(level))
        && let Some(top) = by_slots(page, at, base)
    {
        return Some((top, base));
    }
    if relation == Relation::Share
        && !page.is_bare(rate)
        && let Some(both) = of_fund(page, at)
    {
        return Some(both);
    }
    let top = dividend(page, at).filter(|_| page.is_bare(rate))?;
    if relation == Relation::Share
        && let Some(whole) = beside(page, top, rate).filter(|whole| whole.value >= top.value)
        && is_exact(whole)
        && whole.unit == top.unit
    {
        return Some((top, whole));
    }
    let fits = |level: &Figure| {
        is_exact(level)
            && level.measure == top.measure
            && level.unit == top.unit
            && level.id != top.id
            && (relation != Relation::Difference || level.unit == rate.unit)
    };
    let found = match relation {
        Relation::Mean => None,
        Relation::OfPlan => {
            let found = bracketed(page, at).filter(|level| fits(level));
            found
                .or_else(|| fraction(page, at, top))
                .or_else(|| renamed(page, at).filter(|level| fits(level)))
        }
        Relation::Growth | Relation::Index | Relation::Difference => bracketed(page, at)
            .filter(|level| fits(level))
            .or_else(|| compared(page, at).filter(|level| fits(level)))
            .or_else(|| risen_from(page, top).filter(|level| fits(level))),
        // A fraction printed as one is one, even where its denominator is misprinted.
        _ => fraction(page, at, top).or_else(|| {
            bracketed(page, at)
                .filter(|level| fits(level))
                .or_else(|| announced(page, top, rate).filter(|level| fits(level)))
                .filter(|level| level.value >= top.value)
        }),
    };
    found.map(|level| (top, level))
}

fn is_exact(figure: &Figure) -> bool {
    !matches!(figure.qualifier, Qualifier::Ge | Qualifier::Le | Qualifier::Approx)
}

/// The nearest level before the rate in its clause, outside brackets that close before the rate.
pub(super) fn dividend<'f>(page: &Page<'f>, at: usize) -> Option<&'f Figure> {
    let rate = page.figures[at];
    let mut found = None;
    for level in page.figures[at.saturating_sub(page.rules.window_figures)..at].iter().rev() {
        if level.sentence != rate.sentence || page.between(level, rate).contains(';') {
            break;
        }
        let is_level = matches!(level.measure, Measure::Value | Measure::Mean)
            && !matches!(level.unit.as_str(), "percent" | "percentage_point")
            && (rate.measure != Measure::Difference || level.unit == rate.unit);
        if is_level && !page.is_aside(level, rate) && !page.is_attribute(level) {
            found = Some(*level);
            break;
        }
    }
    // Of a fraction, printed as one, the numerator.
    let found = found?;
    let of_fraction = page.figures[..at].iter().rev().take(3).find(|top| page.is_fraction(top, found));
    Some(of_fraction.copied().unwrap_or(found))
}

/// `đạt 80% kế hoạch (50 tỷ đồng)`: the first level of the bracket that opens right after the rate.
fn bracketed<'f>(page: &Page<'f>, at: usize) -> Option<&'f Figure> {
    let (rate, next) = (page.figures[at], *page.figures.get(at + 1)?);
    // `tăng 5 sản phẩm (23,8%) so với năm 2019 (21 sản phẩm)`: the same change in percent stands between.
    let aside = rate.measure == Measure::Difference
        && matches!(next.measure, Measure::Growth | Measure::Index)
        && page.between(rate, next).trim() == "(";
    let (next, words) = if aside {
        let level = *page.figures.get(at + 2)?;
        let words = page.between(next, level);
        (level, words.trim_start().strip_prefix(')')?.to_owned())
    } else {
        (next, page.between(rate, next))
    };
    let (before, inside) = words.rsplit_once('(')?;
    let near = next.sentence == rate.sentence
        && words.len() < BRACKET_BYTES
        && !before.contains([')', ';', ':', '.'])
        && !inside.contains([')', ';', ':', '+']);
    near.then_some(next)
}

/// `vượt 20 tỷ đồng (60 tỷ đồng/40 tỷ đồng)`: both levels in the bracket after a difference.
fn bracketed_pair<'f>(page: &Page<'f>, at: usize) -> Option<(&'f Figure, &'f Figure)> {
    let rate = page.figures[at];
    let (first, second) = (bracketed(page, at)?, *page.figures.get(at + 2)?);
    let joined = page.between(first, second);
    let closed = page.source.get(second.span.end..).is_some_and(|rest| rest.trim_start().starts_with(')'));
    let levels =
        [first, second].iter().all(|f| f.measure == Measure::Value && f.unit == rate.unit && is_exact(f));
    (levels && closed && matches!(joined.trim(), "/" | "-" | "–" | "so với")).then_some((first, second))
}

/// `tăng 25% so với mức 1.000 triệu đồng`: the level right after the words of comparison.
fn compared<'f>(page: &Page<'f>, at: usize) -> Option<&'f Figure> {
    let (rate, next) = (page.figures[at], *page.figures.get(at + 1)?);
    let words = page.between(rate, next);
    let near = next.sentence == rate.sentence
        && words.len() < BRACKET_BYTES
        && has(&words, &page.rules.compared)
        && !words.contains([';', '(', ',', ':', '.']);
    near.then_some(next)
}

/// `đạt 2,6% kế hoạch nhà nước giao năm 2017. Kế hoạch nhà nước giao năm 2017 là 311 tỷ đồng`: the level that the
/// words after the rate name, said again right before it, all of them in one stretch.
fn renamed<'f>(page: &Page<'f>, at: usize) -> Option<&'f Figure> {
    let trail = page.trail(page.figures[at]);
    let compared = page.rules.compared.iter().find_map(|words| trail.trim().strip_prefix(words.as_str()));
    let name = compared.unwrap_or(&trail).trim();
    let long = name.split_whitespace().count() >= NAME_WORDS;
    // In its own clause: right after the rate stand its own words.
    let names =
        |level: &Figure| page.lead(level).rsplit([';', '.', ':', '\n']).next().unwrap_or("").contains(name);
    let mut after = page.figures.iter().skip(at + 1).take(RENAMED_FIGURES);
    after
        .find(|level| {
            level.measure == Measure::Value && level.sentence != page.figures[at].sentence && names(level)
        })
        .copied()
        .filter(|_| long)
}

/// `So với năm 2011 (3.600 lao động), số học viên giảm 5%`: the level in the bracket before the rate, and
/// the nearest one of its unit before that.
fn compared_before<'f>(page: &Page<'f>, at: usize, relation: Relation) -> Option<(&'f Figure, &'f Figure)> {
    let rate = page.figures[at];
    let earlier = page.before(rate)?;
    let (lead, words) = (page.lead(earlier), page.between(earlier, rate));
    let said = matches!(relation, Relation::Growth | Relation::Index)
        && earlier.sentence == rate.sentence
        && earlier.measure == Measure::Value
        && is_exact(earlier)
        && lead.trim_end().ends_with('(')
        && has(&lead, &page.rules.compared)
        && words.starts_with(')')
        && !words.contains([';', '.']);
    let mut before = page.figures[..at - 1].iter().rev().take(6).filter(|level| {
        level.measure == Measure::Value && level.unit == earlier.unit && page.line(level) == page.line(rate)
    });
    // `tăng 12,5% so với năm 2022 (40 đề án) và tăng 50% so với …`: the bracket is of the rate before it.
    let of_other = page.before(earlier).is_some_and(|other| {
        let words = page.between(other, earlier);
        other.measure != Measure::Value
            && other.sentence == earlier.sentence
            && has(&words, &page.rules.compared)
            && !words.contains([';', '.', ','])
    });
    if !said || of_other {
        return None;
    }
    // Where several stand before it, or none, slots have to tell which one is meant.
    match before.next() {
        Some(later) => before.next().is_none().then_some((*later, earlier)),
        None => by_slots(page, at, earlier).map(|later| (later, earlier)),
    }
}

/// `từ 8,4 tỷ đồng năm 2014 lên 12,6 tỷ đồng`: the level right before that the words rise or fall from.
fn risen_from<'f>(page: &Page<'f>, top: &'f Figure) -> Option<&'f Figure> {
    let before = page.before(top)?;
    let words = page.between(before, top);
    let lead = page.lead(before);
    let from = has(&format!(" {} ", lead.trim()), &page.rules.from_level);
    (before.sentence == top.sentence && from && has(&words, &page.rules.to_level) && !words.contains(';'))
        .then_some(before)
}

/// `200 triệu đồng trong 418 triệu đồng tổng đầu tư, tương đương 47,8%`: part and whole side by side.
fn within<'f>(page: &Page<'f>, at: usize) -> Option<(&'f Figure, &'f Figure)> {
    let rate = page.figures[at];
    let whole = page.before(rate)?;
    let part = page.before(whole)?;
    let joined = page.between(part, whole);
    let words = page.between(whole, rate);
    let said = page.rules.within.iter().any(|word| joined.trim() == word);
    let levels = [part, whole]
        .iter()
        .all(|f| f.measure == Measure::Value && is_exact(f) && f.sentence == rate.sentence);
    let near = !words.contains([';', '.']) && has(&words, &page.rules.share_cues);
    (said && levels && near && part.unit == whole.unit && part.value <= whole.value).then_some((part, whole))
}

/// `15/28 tỉnh, đạt 53,6%`: the denominator, where the percentage follows at once.
fn fraction<'f>(page: &Page<'f>, at: usize, top: &Figure) -> Option<&'f Figure> {
    let bottom = page.before(page.figures[at])?;
    let words = page.between(bottom, page.figures[at]);
    let cue = words.trim_end().ends_with('(')
        || has(&words, &page.rules.share_cues)
        || has(&words, &page.rules.reached);
    (page.is_fraction(top, bottom) && words.len() < FRACTION_BYTES && cue).then_some(bottom)
}

/// `1.460 lao động, trong đó 1.241 lao động có việc làm, chiếm 85%`: the whole whose parts are announced,
/// over the other parts of the list and their shares.
fn announced<'f>(page: &Page<'f>, part: &'f Figure, rate: &'f Figure) -> Option<&'f Figure> {
    let words = page.between(part, rate);
    let follows_whole = |whole: &Figure| page.before(part).is_some_and(|one| one.id == whole.id);
    let of_whole = has(&words, &page.rules.share_cues) || words.trim() == "(";
    let cue = of_whole || has(&words, &page.rules.reached);
    let between = page.among(part.span.start, rate.span.start);
    if !cue || !between.iter().all(|one| page.is_attribute(one)) {
        return None;
    }
    let place = page.figures.partition_point(|one| one.span.start < part.span.start);
    let (mut said, mut passed) = (false, Vec::new());
    for at in (place.saturating_sub(LIST_FIGURES)..place).rev() {
        let (one, next) = (page.figures[at], page.figures[at + 1]);
        said = said || has(&page.between(one, next), &page.rules.parts_follow);
        if !said && one.sentence != part.sentence {
            return None;
        }
        let is_level = one.measure == Measure::Value && one.unit == part.unit && is_exact(one);
        if is_level && !said {
            passed.push(one);
        }
        if said && is_level && !page.in_bracket(one) {
            // `đạt 70%` may be of a plan of the part's own, but right after its whole.
            let near = page.line(part) - page.line(one) <= 1;
            let named = is_unsaid(&page.trail(rate)) || page.names(rate, one);
            let its = of_whole && named && passed.iter().all(|other| other.value < one.value);
            return (near && (its || follows_whole(one))).then_some(one);
        }
    }
    None
}

/// `29.480 lao động, sau đào tạo có 24.761 người có việc làm, đạt tỷ lệ 84%`: the only other level of the
/// sentence so far, right before the part, where no words after the share name another whole.
fn beside<'f>(page: &Page<'f>, part: &'f Figure, rate: &'f Figure) -> Option<&'f Figure> {
    let whole = page.before(part)?;
    let others = page.among(rate.sentence.start.saturating_sub(1), whole.span.start);
    let is_rival = |one: &&&Figure| one.measure == Measure::Value && one.unit == part.unit;
    let alone = !others.iter().any(|one| is_rival(&one));
    let words = page.between(part, rate);
    let cue = has(&words, &page.rules.share_cues);
    let in_a_row = page.before(rate).is_some_and(|one| one.id == part.id);
    let said = cue && in_a_row && alone && is_unsaid(&page.trail(rate));
    (said && whole.measure == Measure::Value && whole.sentence == part.sentence).then_some(whole)
}

/// `chiếm 49,3% tổng vốn; … chiếm 26,45% tổng vốn`: shares near each other that are all of one whole, of which
/// some hold: then this one is of it too, whatever its own arithmetic says.
pub(super) fn of_siblings<'f>(page: &Page<'f>, at: usize) -> Option<(&'f Figure, &'f Figure)> {
    let rate = page.figures[at];
    let top = dividend(page, at)?;
    let plain = |figure: &Figure| figure.qualifier == Qualifier::Eq;
    let bare = |figure: &Figure| page.is_bare(figure) || page.is_bracketed_rate(figure);
    if !plain(rate) || !plain(top) || !bare(rate) || page.is_distributed(rate) || page.is_excluded(rate) {
        return None;
    }
    let window = page.rules.window_figures;
    let near = at.saturating_sub(window)..page.figures.len().min(at + window);
    let siblings: Vec<(&Figure, &Figure)> = near
        .filter(|other| *other != at && page.figures[*other].measure == Measure::Share)
        .filter(|other| plain(page.figures[*other]) && bare(page.figures[*other]))
        .filter_map(|other| dividend(page, other).map(|part| (part, page.figures[other])))
        .filter(|(part, _)| part.unit == top.unit && plain(part) && part.id != top.id)
        .collect();
    let reach = at.saturating_sub(window * 3)..page.figures.len().min(at + window);
    let wholes = page.figures.get(reach)?.iter().filter(|whole| {
        whole.measure == Measure::Value
            && whole.unit == top.unit
            && plain(whole)
            && whole.value > top.value
            && (whole.period == rate.period || whole.period.is_none() || rate.period.is_none())
    });
    let holding = |whole: &'f Figure| {
        let holds = |(part, share): &&(&'f Figure, &'f Figure)| {
            let claim = Claim::of_rate(Relation::Share, part, whole, share);
            part.value < whole.value && claim.holds() && claim.is_narrow(SIBLING_PARTS)
        };
        siblings.iter().filter(holds).count()
    };
    let counted = wholes.map(|whole| (holding(whole), *whole)).filter(|(count, _)| *count > 0);
    // Of several the one that most of them are of; of these the one that is printed last.
    let (count, whole) = counted.max_by_key(|(count, whole)| (*count, whole.span.start))?;
    (count > 1 || page.line(top).abs_diff(page.line(whole)) <= 1).then_some((top, whole))
}

/// Tells whether no words after a share name its whole.
fn is_unsaid(trail: &str) -> bool {
    !trail.contains(char::is_alphanumeric)
}

/// `kinh phí của tỉnh là 1,005 tỷ đồng, vốn trung ương chiếm 59,7%`: the total of all funds right before
/// the rate, and the only level printed so far of the fund that the rate is of.
fn of_fund<'f>(page: &Page<'f>, at: usize) -> Option<(&'f Figure, &'f Figure)> {
    let rate = page.figures[at];
    let whole = page.before(rate).filter(|one| one.sentence == rate.sentence && is_exact(one))?;
    let total = whole.measure == Measure::Value
        && whole.fund == Some(Fund::Total)
        && matches!(rate.fund, Some(Fund::National | Fund::Local))
        && whole.area == rate.area
        && whole.period == rate.period
        && has(&page.lead(rate), &page.rules.share_cues);
    let part = by_slots(page, at, whole).filter(|part| total && part.value <= whole.value)?;
    Some((part, whole))
}

/// The only level printed so far that has the slots of the rate: what rose to the level in the bracket.
fn by_slots<'f>(page: &Page<'f>, at: usize, base: &Figure) -> Option<&'f Figure> {
    let rate = page.figures[at];
    let is_it = |level: &&&'f Figure| {
        level.measure == Measure::Value
            && level.id != base.id
            && level.unit == base.unit
            && is_exact(level)
            && level.indicator.is_some()
            && level.indicator == rate.indicator
            && level.period.is_some()
            && level.period == rate.period
            && level.area == rate.area
            && level.fund == rate.fund
    };
    let mut fits = page.figures[at.saturating_sub(SLOTS_REACH)..at].iter().filter(is_it);
    let first = fits.next_back().filter(|first| fits.all(|other| other.value == first.value))?;
    if at > SLOTS_REACH {
        page.reach.note(rate, Looked::Before(SLOTS_REACH));
    }
    Some(first)
}
