//! Exact fractions: `i128` while they fit, big integers when they do not. Never a float.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

use super::Decimal;

/// An exact fraction in lowest terms with a positive denominator.
///
/// Arithmetic on the small form is checked; an overflow goes on with big integers, and a result
/// that fits again is small again, so that equal values have equal representations.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rational(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small(i128, i128),
    Big(Box<(BigInt, BigInt)>),
}

impl Rational {
    /// Zero.
    pub const ZERO: Rational = Rational(Repr::Small(0, 1));
    /// One.
    pub const ONE: Rational = Rational(Repr::Small(1, 1));

    /// Makes a whole number.
    pub const fn whole(value: i128) -> Self {
        Self(Repr::Small(value, 1))
    }

    /// Makes `numerator / denominator`; `None` where the denominator is zero.
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        Some(small(numerator, denominator).unwrap_or_else(|| big(numerator.into(), denominator.into())))
    }

    fn parts(&self) -> (BigInt, BigInt) {
        match &self.0 {
            Repr::Small(n, d) => ((*n).into(), (*d).into()),
            Repr::Big(both) => (both.0.clone(), both.1.clone()),
        }
    }

    /// Returns numerator and denominator where both fit an `i128`.
    pub fn as_small(&self) -> Option<(i128, i128)> {
        match self.0 {
            Repr::Small(n, d) => Some((n, d)),
            Repr::Big(_) => None,
        }
    }

    /// Returns the sum.
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0)
            && let Some(sum) = small_sum(*a, *b, *c, *d)
        {
            return sum;
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        big(a * &d + c * &b, b * d)
    }

    /// Returns the value with the other sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        if let Repr::Small(n, d) = self.0
            && let Some(minus) = n.checked_neg()
        {
            return Self(Repr::Small(minus, d));
        }
        let (n, d) = self.parts();
        big(-n, d)
    }

    /// Returns the difference.
    #[must_use]
    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.negated())
    }

    /// Returns the product.
    #[must_use]
    pub fn mul(&self, other: &Self) -> Self {
        if let (Repr::Small(a, 1), Repr::Small(c, 1)) = (&self.0, &other.0)
            && let Some(product) = a.checked_mul(*c)
        {
            return Self::whole(product);
        }
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            let (g, h) = (common(*a, *d), common(*c, *b));
            let product = (a / g).checked_mul(c / h).zip((b / h).checked_mul(d / g));
            if let Some(done) = product.and_then(|(n, m)| small(n, m)) {
                return done;
            }
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        big(a * c, b * d)
    }

    /// Returns `1 / self`; `None` for zero.
    pub fn inverse(&self) -> Option<Self> {
        if self.is_zero() {
            return None;
        }
        Some(match &self.0 {
            Repr::Small(n, d) => small(*d, *n).unwrap_or_else(|| big((*d).into(), (*n).into())),
            Repr::Big(both) => big(both.1.clone(), both.0.clone()),
        })
    }

    /// Returns the quotient; `None` where `other` is zero.
    pub fn div(&self, other: &Self) -> Option<Self> {
        other.inverse().map(|inverse| self.mul(&inverse))
    }

    /// Tells whether it is zero.
    pub const fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0, _))
    }

    /// Tells whether it is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(n, _) => *n < 0,
            Repr::Big(both) => both.0.is_negative(),
        }
    }

    /// Returns the value without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { self.negated() } else { self.clone() }
    }

    /// Prints the exact decimal where one of at most `digits` significant digits exists; else
    /// `digits` significant digits (whole digits are never dropped), rounded towards plus infinity
    /// when `up`, else towards minus infinity.
    pub fn to_text(&self, digits: u32, up: bool) -> String {
        let (n, d) = self.parts();
        let whole_digits = (n.abs() / &d).to_string().trim_start_matches('0').len();
        let mut scale = usize::try_from(digits).unwrap_or(0).saturating_sub(whole_digits);
        if whole_digits == 0 {
            // Leading zeros after the mark are not significant.
            let mut probe: BigInt = n.abs() * 10;
            while !probe.is_zero() && probe < d && scale < 60 {
                probe *= 10;
                scale += 1;
            }
        }
        let ten = BigInt::from(10).pow(u32::try_from(scale).unwrap_or(60));
        let scaled = n * ten;
        let rounded = if up { Integer::div_ceil(&scaled, &d) } else { Integer::div_floor(&scaled, &d) };
        let minus = if rounded.is_negative() { "-" } else { "" };
        let text = format!("{:0>width$}", rounded.abs().to_string(), width = scale + 1);
        let (whole, part) = text.split_at(text.len() - scale);
        let part = part.trim_end_matches('0');
        if part.is_empty() { format!("{minus}{whole}") } else { format!("{minus}{whole}.{part}") }
    }
}

/// The greatest common divisor, at least 1: in one machine word where both fit, since most do.
fn common(a: i128, b: i128) -> i128 {
    if a == 1 || b == 1 {
        return 1;
    }
    match (u64::try_from(a.unsigned_abs()), u64::try_from(b.unsigned_abs())) {
        (Ok(a), Ok(b)) => i128::from(a.gcd(&b)).max(1),
        _ => a.gcd(&b).max(1),
    }
}

fn small(n: i128, d: i128) -> Option<Rational> {
    if n == 0 {
        return Some(Rational::ZERO);
    }
    if n == i128::MIN || d == i128::MIN {
        return None;
    }
    let g = common(n, d);
    let (n, d) = if g == 1 { (n, d) } else { (n / g, d / g) };
    Some(Rational(if d < 0 { Repr::Small(-n, -d) } else { Repr::Small(n, d) }))
}

fn small_sum(a: i128, b: i128, c: i128, d: i128) -> Option<Rational> {
    if b == d {
        return small(a.checked_add(c)?, b);
    }
    let g = common(b, d);
    let left = a.checked_mul(d / g)?;
    let right = c.checked_mul(b / g)?;
    small(left.checked_add(right)?, (b / g).checked_mul(d)?)
}

fn big(n: BigInt, d: BigInt) -> Rational {
    let g = n.gcd(&d);
    let (mut n, mut d) = if g.is_zero() || g.is_one() { (n, d) } else { (n / &g, d / &g) };
    if d.is_negative() {
        n = -n;
        d = -d;
    }
    match (i128::try_from(&n), i128::try_from(&d)) {
        (Ok(n), Ok(d)) => Rational(Repr::Small(n, d)),
        _ => Rational(Repr::Big(Box::new((n, d)))),
    }
}

impl From<Decimal> for Rational {
    fn from(value: Decimal) -> Self {
        if value.is_whole() {
            return Self::whole(value.mantissa());
        }
        // A scale is at most 30: its power of ten fits.
        Self::new(value.mantissa(), 10i128.pow(value.scale())).unwrap_or(Self::ZERO)
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0)
            && let (Some(left), Some(right)) = (a.checked_mul(*d), c.checked_mul(*b))
        {
            return left.cmp(&right);
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        (a * d).cmp(&(c * b))
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, d) = self.parts();
        write!(out, "{n}/{d}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn exact(value: &Rational) -> BigRational {
        let (n, d) = value.parts();
        BigRational::new(n, d)
    }

    #[test]
    fn overflow_goes_on_with_big_integers() {
        let huge = Rational::whole(i128::MAX);
        let square = huge.mul(&huge);
        assert_eq!(square.div(&huge), Some(huge.clone()));
        assert!(square > huge);
        assert_eq!(Rational::whole(i128::MIN).negated().negated(), Rational::whole(i128::MIN));
    }

    #[test]
    fn prints_outwards() {
        let third = Rational::new(1, 3).unwrap();
        assert_eq!(third.to_text(6, false), "0.333333");
        assert_eq!(third.to_text(6, true), "0.333334");
        assert_eq!(third.negated().to_text(6, false), "-0.333334");
        assert_eq!(Rational::new(1, 8).unwrap().to_text(12, true), "0.125");
        assert_eq!(Rational::whole(77_228_000_000).to_text(3, true), "77228000000");
    }

    proptest! {
        #[test]
        fn agrees_with_big_rationals(a in any::<i128>(), b in 1..i128::MAX, c in any::<i128>(), d in 1..i128::MAX) {
            let (x, y) = (Rational::new(a, b).unwrap(), Rational::new(c, d).unwrap());
            let (p, q) = (exact(&x), exact(&y));
            prop_assert_eq!(exact(&x.add(&y)), &p + &q);
            prop_assert_eq!(exact(&x.sub(&y)), &p - &q);
            prop_assert_eq!(exact(&x.mul(&y)), &p * &q);
            prop_assert_eq!(x.cmp(&y), p.cmp(&q));
            if let Some(quotient) = x.div(&y) {
                prop_assert_eq!(exact(&quotient), p / q);
            }
        }
    }
}
