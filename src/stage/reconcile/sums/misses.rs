//! Misses: what parts that do not add up tell, and what agreement of parts that do is worth.

use smallvec::SmallVec;

use crate::model::Decimal;
use crate::model::figure::{Figure, Qualifier};
use crate::stage::reconcile::claim::Claim;
use crate::stage::reconcile::guard::Degree;
use crate::stage::reconcile::page::{Page, has};
use crate::stage::reconcile::quantity::{self, Reading};
use crate::stage::reconcile::tie::{LEAD_BYTES, Tie};

use super::guarded;

/// How far apart the figures of a contradicting sum may stand, in bytes.
const STEP_BYTES: usize = 350;

/// Parts that miss their whole by no more than one in so many were meant to make it up.
const NEAR_MISS_PARTS: i128 = 100;

/// The sum of parts so far, by their printed numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Added<'f> {
    whole: &'f Figure,
    /// What the parts come to, and one unit of each one's last digit; `None` where that is not told: a part is
    /// hedged, or no decimal holds so much.
    sum: Option<(Decimal, Decimal)>,
}

impl<'f> Added<'f> {
    /// The first part of a whole.
    pub(super) fn of(whole: &'f Figure, first: Option<&&Figure>) -> Self {
        let mut added = Self { whole, sum: Some((Decimal::ZERO, whole.step)) };
        if whole.qualifier != Qualifier::Eq {
            added.sum = None;
        }
        if let Some(first) = first {
            added.take(first);
        }
        added
    }

    /// Adds another part.
    pub(super) fn take(&mut self, part: &Figure) {
        self.sum = self
            .sum
            .filter(|_| part.qualifier == Qualifier::Eq)
            .and_then(|(sum, steps)| Some((sum.checked_add(part.value)?, steps.checked_add(part.step)?)));
    }

    /// Tells whether parts and whole may agree: what is printed differs by no more than a unit of every last digit.
    pub(super) fn may_hold(&self) -> bool {
        self.sum.is_none_or(|(sum, steps)| {
            let gap = sum.checked_sub(self.whole.value);
            gap.is_none_or(|gap| gap <= steps && gap.negated().is_none_or(|gap| gap <= steps))
        })
    }
}

/// Tells whether parts and whole stand as [`nearly`] asks before it looks at their numbers.
pub(super) fn may_be_near(page: &Page<'_>, whole: &Figure, parts: &[&Figure]) -> bool {
    let cells = parts.iter().chain([&whole]).filter(|figure| is_cell(figure)).count();
    (cells == 0 || cells == parts.len() + 1)
        && is_close(page, whole, parts, true, false)
        && is_list(page, parts)
}

/// Tells whether the figures are exact, follow each other closely and no part is as large as the
/// whole: what a contradiction needs, since far figures add up or fail to by chance. Of a `complete` list, a
/// part that is the whole once more is a misprint as well.
pub(super) fn is_close(
    page: &Page<'_>,
    whole: &Figure,
    parts: &[&Figure],
    announced: bool,
    complete: bool,
) -> bool {
    stand_close(whole, parts, if announced { LEAD_BYTES } else { STEP_BYTES })
        && parts.iter().all(|part| {
            part.value < whole.value
                || ((complete || part.value != whole.value) && is_misprint(whole, parts, part))
        })
        && (announced || guarded(page, Degree::Near, parts, whole))
}

/// Tells whether no part is hedged, and they stand `lead` bytes from the whole at most, each close to the next one.
pub(super) fn stand_close(whole: &Figure, parts: &[&Figure], lead: usize) -> bool {
    let mut places: SmallVec<[usize; 16]> = parts.iter().map(|part| part.span.start).collect();
    places.sort_unstable();
    let first = places[0].abs_diff(whole.span.start);
    let last = whole.span.start.abs_diff(places[places.len() - 1]);
    first.min(last) <= lead
        && places.windows(2).all(|pair| pair[1] - pair[0] <= STEP_BYTES)
        && parts.iter().all(|part| part.qualifier == Qualifier::Eq)
}

/// Tells whether a figure is a cell of a table: its unit stands in the head.
fn is_cell(figure: &Figure) -> bool {
    !figure.quote.contains(char::is_alphabetic)
}

/// Tells whether cells of a table that are to make up each other stand in one column or in one row; what is no cell
/// stands where it does.
pub(super) fn is_aligned(page: &Page<'_>, parts: &[&Figure], whole: &Figure) -> bool {
    if !is_cell(whole) || !page.in_table(whole) {
        return true;
    }
    let cells = || parts.iter().filter(|part| is_cell(part));
    let (column, row) = (page.column(whole), page.line(whole));
    cells().all(|part| page.column(part) == column) || cells().all(|part| page.line(part) == row)
}

/// Tells whether parts are printed alike: in one sentence, or each in a sentence of its own; and none
/// stands for several (`A và B mỗi nơi 3 sản phẩm`).
pub(super) fn is_list(page: &Page<'_>, parts: &[&Figure]) -> bool {
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
pub(super) fn nearly(
    page: &Page<'_>,
    whole: &Figure,
    parts: &[&Figure],
    claim: &Claim<'_>,
    tie: impl FnOnce() -> Tie,
) -> bool {
    may_be_near(page, whole, parts) && claim.is_telling_miss(tie().chance_of_miss()) && claim.is_repairable()
}

/// Tells whether the parts miss the whole by so little that they were meant to make it up.
pub(super) fn is_near_miss(claim: &Claim<'_>) -> bool {
    let (whole, parts) = (claim.stated(), &claim.figures[..claim.figures.len() - 1]);
    let sum = parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.value));
    let gap = sum.and_then(|sum| sum.checked_sub(whole.value));
    let times = Decimal::whole(NEAR_MISS_PARTS);
    gap.and_then(|gap| if gap.is_negative() { gap.negated() } else { Some(gap) })
        .and_then(|gap| gap.checked_mul(times))
        .is_some_and(|gap| gap <= whole.value)
}

/// Tells whether two neighbouring digits of the whole, exchanged, give the sum to the last digit.
pub(super) fn transposed(claim: &Claim<'_>) -> bool {
    let last = claim.figures.len() - 1;
    let wanted = claim.implied(last, Reading::Rounded);
    quantity::transposition(claim.figures[last], &wanted).is_some()
}

/// Tells whether a part alone is as large as the whole: no rounding explains that, but neither is a part
/// ten times as large a part of it.
pub(super) fn sure(claim: &Claim<'_>) -> bool {
    let whole = claim.figures[claim.figures.len() - 1];
    claim.figures[..claim.figures.len() - 1]
        .iter()
        .all(|part| part.value.shift(-1).is_some_and(|tenth| tenth < whole.value))
        && claim.figures[..claim.figures.len() - 1].iter().any(|part| part.value >= whole.value)
}

/// Tells whether no figure is hedged.
pub(super) fn is_exact(claim: &Claim<'_>) -> bool {
    claim.figures.iter().all(|figure| figure.qualifier == Qualifier::Eq)
}

/// Tells whether the agreement says something: the guards hold, every part is above zero and none is a mere bound.
pub(super) fn is_sound(page: &Page<'_>, claim: &Claim<'_>) -> bool {
    let parts = &claim.figures[..claim.figures.len() - 1];
    let whole = claim.figures[claim.figures.len() - 1];
    is_positive(claim) && guarded(page, Degree::Must, parts, whole)
}

pub(super) fn is_positive(claim: &Claim<'_>) -> bool {
    let parts = &claim.figures[..claim.figures.len() - 1];
    claim.says_something()
        && parts.iter().all(|part| !part.value.is_negative() && part.value != Decimal::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::model::figure::Measure;
    use proptest::prelude::*;

    fn figure(at: usize, value: Decimal, step: Decimal, hedged: bool) -> Figure {
        Figure {
            qualifier: if hedged { Qualifier::Gt } else { Qualifier::Eq },
            ..Figure::printed(at, Measure::Value, [value, step], "VND")
        }
    }

    proptest! {
        /// What the printed numbers alone rule out does not hold.
        #[test]
        fn sums_that_are_ruled_out_do_not_hold(
            parts in proptest::collection::vec((0i128..40, 0u32..3, prop::bool::weighted(0.1)), 1..5),
            whole in (0i128..120, 0u32..3, prop::bool::weighted(0.1)),
        ) {
            let printed = |at: usize, (mantissa, places, hedged): (i128, u32, bool)| {
                let value = Decimal::new(mantissa, places).unwrap();
                let step = if places == 0 { Decimal::ZERO } else { Decimal::new(1, places).unwrap() };
                figure(at, value, step, hedged)
            };
            let parts: Vec<Figure> = parts.into_iter().enumerate().map(|(at, part)| printed(at, part)).collect();
            let whole = printed(parts.len(), whole);
            let all: Vec<&Figure> = parts.iter().collect();
            let mut added = Added::of(&whole, all.first());
            all[1..].iter().for_each(|part| added.take(part));
            let holds = Claim::of_sum(&all, &whole, "relation.sum").holds();
            prop_assert!(added.may_hold() || !holds);
        }
    }
}
