//! Intervals of exact fractions whose ends may be open, closed or absent.

use std::cmp::Ordering;

use super::Decimal;
use super::finding::Bounds;
use super::rational::Rational;

/// Significant digits of an exported end that has no exact decimal.
const EXPORT_DIGITS: u32 = 12;

/// One end of an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Where it ends.
    pub at: Rational,
    /// Whether the end itself belongs to the interval.
    pub closed: bool,
}

impl End {
    /// Makes an end that belongs to the interval.
    pub const fn closed(at: Rational) -> Self {
        Self { at, closed: true }
    }

    /// Makes an end that does not belong to the interval.
    pub const fn open(at: Rational) -> Self {
        Self { at, closed: false }
    }
}

/// A set of values between two ends; `None` is unbounded. May be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// Lower end.
    pub low: Option<End>,
    /// Upper end.
    pub high: Option<End>,
}

impl Interval {
    /// Everything.
    pub const ALL: Interval = Interval { low: None, high: None };

    /// Makes the interval of one value.
    pub fn point(at: Rational) -> Self {
        Self { low: Some(End::closed(at.clone())), high: Some(End::closed(at)) }
    }

    /// Makes the interval of one decimal.
    pub fn exactly(value: Decimal) -> Self {
        Self::point(value.into())
    }

    /// Makes `[low, high)`: what a number rounded half up may have been.
    pub const fn half_open(low: Rational, high: Rational) -> Self {
        Self { low: Some(End::closed(low)), high: Some(End::open(high)) }
    }

    /// Tells whether no value lies in it.
    pub fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) => {
                low.at > high.at || (low.at == high.at && !(low.closed && high.closed))
            }
            _ => false,
        }
    }

    /// Tells whether `value` lies in it.
    pub fn contains(&self, value: &Rational) -> bool {
        self.low.as_ref().is_none_or(|end| *value > end.at || (end.closed && *value == end.at))
            && self.high.as_ref().is_none_or(|end| *value < end.at || (end.closed && *value == end.at))
    }

    /// Returns the smallest interval that holds both.
    pub fn hull(&self, other: &Self) -> Self {
        let outer = |a: &Option<End>, b: &Option<End>, lower: bool| {
            let (a, b) = (a.clone()?, b.clone()?);
            Some(match a.at.cmp(&b.at) {
                Ordering::Equal => End { closed: a.closed || b.closed, at: a.at },
                order if (order == Ordering::Less) == lower => a,
                _ => b,
            })
        };
        Self { low: outer(&self.low, &other.low, true), high: outer(&self.high, &other.high, false) }
    }

    /// Returns what both hold; may be empty.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        Self { low: inner(&self.low, &other.low, true), high: inner(&self.high, &other.high, false) }
    }

    /// Returns the distance between the two, zero where they meet. Two that only touch at an open
    /// end do not meet, yet have distance zero.
    pub fn gap(&self, other: &Self) -> Rational {
        let beyond = |low: &Option<End>, high: &Option<End>| match (low, high) {
            (Some(low), Some(high)) if low.at > high.at => low.at.sub(&high.at),
            _ => Rational::ZERO,
        };
        let gap = beyond(&self.low, &other.high);
        if gap.is_zero() { beyond(&other.low, &self.high) } else { gap }
    }

    /// Tells whether some value lies in both.
    pub fn meets(&self, other: &Self) -> bool {
        !self.meet(other).is_empty()
    }

    /// Tells whether no value in it is below zero.
    pub fn is_non_negative(&self) -> bool {
        self.low.as_ref().is_some_and(|end| !end.at.is_negative())
    }

    /// Returns the sums.
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        let ends = |a: &Option<End>, b: &Option<End>| {
            let (a, b) = (a.as_ref()?, b.as_ref()?);
            Some(End { at: a.at.add(&b.at), closed: a.closed && b.closed })
        };
        Self { low: ends(&self.low, &other.low), high: ends(&self.high, &other.high) }
    }

    /// Returns the values with the other sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        let turn = |end: &Option<End>| end.as_ref().map(|e| End { at: e.at.negated(), closed: e.closed });
        Self { low: turn(&self.high), high: turn(&self.low) }
    }

    /// Returns the differences.
    #[must_use]
    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.negated())
    }

    /// Returns the multiples by a factor; by zero, zero.
    #[must_use]
    pub fn scale(&self, factor: &Rational) -> Self {
        if factor.is_zero() {
            return Self::point(Rational::ZERO);
        }
        let times = |end: &Option<End>| end.as_ref().map(|e| End { at: e.at.mul(factor), closed: e.closed });
        if factor.is_negative() {
            Self { low: times(&self.high), high: times(&self.low) }
        } else {
            Self { low: times(&self.low), high: times(&self.high) }
        }
    }

    /// Returns the products. Values below zero on either side give everything: no relation of the
    /// ledger multiplies two signed quantities.
    #[must_use]
    pub fn mul(&self, other: &Self) -> Self {
        if !self.is_non_negative() || !other.is_non_negative() {
            return Self::ALL;
        }
        let ends = |a: &Option<End>, b: &Option<End>| {
            let (a, b) = (a.as_ref()?, b.as_ref()?);
            // Zero times anything is zero, so a closed zero makes the product's end closed.
            let zero = (a.closed && a.at.is_zero()) || (b.closed && b.at.is_zero());
            Some(End { at: a.at.mul(&b.at), closed: zero || (a.closed && b.closed) })
        };
        Self { low: ends(&self.low, &other.low), high: ends(&self.high, &other.high) }
    }

    /// Returns the quotients by positive values; a divisor that may be zero or less gives
    /// everything from zero up, a signed dividend everything.
    #[must_use]
    pub fn div(&self, other: &Self) -> Self {
        if !self.is_non_negative() || !other.is_non_negative() {
            return Self::ALL;
        }
        let low = match (&self.low, &other.high) {
            (Some(a), Some(b)) => {
                a.at.div(&b.at).map(|at| End { closed: a.closed && (b.closed || a.at.is_zero()), at })
            }
            (Some(_), None) => Some(End::open(Rational::ZERO)),
            _ => None,
        };
        let high = match (&self.high, &other.low) {
            (Some(a), Some(b)) => a.at.div(&b.at).map(|at| End { at, closed: a.closed && b.closed }),
            _ => None,
        };
        Self { low, high }
    }

    /// Returns the ends as they are exported: exact decimals, else 12 digits rounded outwards.
    pub fn bounds(&self) -> Bounds {
        Bounds {
            low: self.low.as_ref().map(|end| end.at.to_text(EXPORT_DIGITS, false)),
            high: self.high.as_ref().map(|end| end.at.to_text(EXPORT_DIGITS, true)),
        }
    }

    /// Returns how wide it is; `None` where an end is absent.
    pub fn width(&self) -> Option<Rational> {
        Some(self.high.as_ref()?.at.sub(&self.low.as_ref()?.at))
    }
}

/// The tighter of two ends: the higher of two lower ones (`lower`), the lower of two upper ones.
fn inner(a: &Option<End>, b: &Option<End>, lower: bool) -> Option<End> {
    let (Some(a), Some(b)) = (a, b) else {
        return a.clone().or_else(|| b.clone());
    };
    Some(if a.at == b.at {
        End { at: a.at.clone(), closed: a.closed && b.closed }
    } else if (a.at > b.at) == lower {
        a.clone()
    } else {
        b.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(low: i128, high: i128) -> Interval {
        Interval::half_open(Rational::whole(low), Rational::whole(high))
    }

    #[test]
    fn an_open_end_does_not_touch() {
        assert!(!whole(1, 2).meets(&whole(2, 3)));
        assert!(whole(1, 2).gap(&whole(2, 3)).is_zero());
        assert!(whole(1, 3).meets(&whole(2, 3)));
        assert!(Interval::ALL.meets(&whole(2, 3)));
    }

    #[test]
    fn rounding_of_the_plan_total_is_seen_through() {
        // 35,921 / 77,228 against 46,47 %: no value of the two printed numbers gives it.
        let thousandth = |n: i128| whole(2 * n - 1, 2 * n + 1).scale(&Rational::new(1, 2000).unwrap());
        let rate = thousandth(35_921).div(&thousandth(77_228)).scale(&Rational::whole(100));
        let bounds = rate.bounds();
        assert!(bounds.low.unwrap().starts_with("46.5119"));
        assert!(bounds.high.unwrap().starts_with("46.5138"));
    }

    proptest! {
        #[test]
        fn operations_hold_every_sampled_value(
            a in 0i128..1000, w in 1i128..50, b in 1i128..1000, v in 1i128..50, s in 0i128..100, t in 0i128..100,
        ) {
            let (x, y) = (whole(a, a + w), whole(b, b + v));
            let inside = |low: i128, width: i128, part: i128| {
                Rational::whole(low).add(&Rational::new(width * part, 100).unwrap())
            };
            let (p, q) = (inside(a, w, s), inside(b, v, t));
            prop_assert!(x.add(&y).contains(&p.add(&q)));
            prop_assert!(x.sub(&y).contains(&p.sub(&q)));
            prop_assert!(x.mul(&y).contains(&p.mul(&q)));
            prop_assert!(x.div(&y).contains(&p.div(&q).unwrap()));
        }
    }
}
