//! Exact decimals: what a report prints, and nothing that a float would make of it.

use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU8;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest number of digits after the mark.
pub const MAX_SCALE: u32 = 30;

/// `mantissa / 10^scale`, kept in lowest terms, so that equal values have equal fields.
///
/// Printed with `.` as the mark and no exponent: `77228000000`, `46.47`, `-8.5`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    // In two halves and beside a scale of a byte, a report's numbers take three quarters of the room.
    upper: i64,
    lower: u64,
    scale: Scale,
}

/// How many digits stand after the mark.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Scale(NonZeroU8);

impl Scale {
    const NONE: Self = Self(NonZeroU8::MIN);

    fn of(digits: u32) -> Option<Self> {
        let digits = u8::try_from(digits).ok().filter(|digits| u32::from(*digits) <= MAX_SCALE)?;
        NonZeroU8::MIN.checked_add(digits).map(Self)
    }

    const fn digits(self) -> u32 {
        self.0.get() as u32 - 1
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self::NONE
    }
}

/// A text that is no decimal, or a value with more digits than an `i128` holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an exact decimal of at most 38 digits: {0:?}")]
pub struct BadDecimal(String);

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal::whole(0);

    /// Makes `mantissa / 10^scale`; `None` where `scale` exceeds [`MAX_SCALE`] in lowest terms.
    pub fn new(mut mantissa: i128, mut scale: u32) -> Option<Self> {
        // Numbers that fit a machine word are divided many times faster.
        if let Ok(mut small) = i64::try_from(mantissa) {
            while scale > 0 && small % 10 == 0 {
                small /= 10;
                scale -= 1;
            }
            mantissa = small.into();
        }
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Some(Self { scale: Scale::of(scale)?, ..Self::whole(mantissa) })
    }

    /// Makes a whole number.
    pub const fn whole(value: i128) -> Self {
        Self { upper: (value >> 64) as i64, lower: value as u64, scale: Scale::NONE }
    }

    /// Returns the mantissa: the value times `10^scale`.
    pub const fn mantissa(&self) -> i128 {
        (self.upper as i128) << 64 | self.lower as i128
    }

    /// Returns the number of digits after the mark, without trailing zeros.
    pub const fn scale(&self) -> u32 {
        self.scale.digits()
    }

    /// Tells whether the value has no digits after the mark.
    pub const fn is_whole(&self) -> bool {
        self.scale() == 0
    }

    /// Tells whether the value is below zero.
    pub const fn is_negative(&self) -> bool {
        self.upper < 0
    }

    /// Returns the value times `10^power` (`power` may be negative); `None` on overflow.
    pub fn shift(&self, power: i32) -> Option<Self> {
        let mut mantissa = self.mantissa();
        let mut scale = i64::from(self.scale()) - i64::from(power);
        if scale < 0 {
            mantissa = mantissa.checked_mul(ten_to(u32::try_from(-scale).ok()?)?)?;
            scale = 0;
        }
        Self::new(mantissa, u32::try_from(scale).ok()?)
    }

    /// Returns the sum; `None` on overflow.
    pub fn checked_add(&self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Self::new(a.checked_add(b)?, scale)
    }

    /// Returns the difference; `None` on overflow.
    pub fn checked_sub(&self, other: Self) -> Option<Self> {
        self.checked_add(other.negated()?)
    }

    /// Returns the product; `None` on overflow.
    pub fn checked_mul(&self, other: Self) -> Option<Self> {
        Self::new(self.mantissa().checked_mul(other.mantissa())?, self.scale() + other.scale())
    }

    /// Returns the value with the other sign; `None` on overflow.
    pub fn negated(&self) -> Option<Self> {
        Some(Self { scale: self.scale, ..Self::whole(self.mantissa().checked_neg()?) })
    }

    fn aligned(&self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale().max(other.scale());
        let a = self.mantissa().checked_mul(ten_to(scale - self.scale())?)?;
        let b = other.mantissa().checked_mul(ten_to(scale - other.scale())?)?;
        Some((a, b, scale))
    }
}

/// The powers of ten that an `i128` holds.
const TENS: [i128; 39] = {
    let mut tens = [1; 39];
    let mut power = 1;
    while power < tens.len() {
        tens[power] = tens[power - 1] * 10;
        power += 1;
    }
    tens
};

fn ten_to(power: u32) -> Option<i128> {
    TENS.get(power as usize).copied()
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.aligned(*other) {
            Some((a, b, _)) => a.cmp(&b),
            // One of the two does not fit when brought to the other's scale: compare the whole
            // parts first, which always fit, then the fractions at the smaller scale's cost.
            None => {
                // No scale is beyond the powers that fit.
                let unit = |d: &Self| TENS[d.scale() as usize];
                let whole = |d: &Self| d.mantissa().div_euclid(unit(d));
                whole(self).cmp(&whole(other)).then_with(|| {
                    let part = |d: &Self| (d.mantissa().rem_euclid(unit(d)), unit(d));
                    let ((a, m), (b, n)) = (part(self), part(other));
                    // a/m against b/n with m, n powers of ten: scale the shorter one up.
                    if m >= n { a.cmp(&(b * (m / n))) } else { (a * (n / m)).cmp(&b) }
                })
            }
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = Digits::default();
        let scale = self.scale() as usize;
        let mut rest = self.mantissa().unsigned_abs();
        while rest > 0 || digits.count <= scale {
            if digits.count == scale && scale > 0 {
                digits.push(b'.');
            }
            // Numbers that fit a machine word are divided many times faster.
            let last = match u64::try_from(rest) {
                Ok(small) => {
                    rest = u128::from(small / 10);
                    small % 10
                }
                Err(_) => {
                    let last = rest % 10;
                    rest /= 10;
                    last as u64
                }
            };
            digits.push(b'0' + last as u8);
            digits.count += 1;
        }
        if self.is_negative() {
            digits.push(b'-');
        }
        out.write_str(digits.text())
    }
}

/// A number as it is printed, from its last digit on.
struct Digits {
    printed: [u8; Self::MOST],
    start: usize,
    count: usize,
}

impl Default for Digits {
    fn default() -> Self {
        Self { printed: [0; Self::MOST], start: Self::MOST, count: 0 }
    }
}

impl Digits {
    /// The digits of an `i128`, or one more than the largest scale; a sign and a mark.
    const MOST: usize = 41;

    fn push(&mut self, sign: u8) {
        self.start -= 1;
        self.printed[self.start] = sign;
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.printed[self.start..]).unwrap_or_default()
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl FromStr for Decimal {
    type Err = BadDecimal;

    fn from_str(text: &str) -> Result<Self, BadDecimal> {
        let bad = || BadDecimal(text.chars().take(60).collect());
        let (negative, body) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = body.split_once('.').unwrap_or((body, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || (body.contains('.') && part.is_empty()) {
            return Err(bad());
        }
        let joined = format!("{whole}{part}");
        let value: i128 = joined.parse().map_err(|_| bad())?;
        let scale = u32::try_from(part.len()).map_err(|_| bad())?;
        Self::new(if negative { -value } else { value }, scale).ok_or_else(bad)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prints_as_the_contract_says() {
        for text in ["77228000000", "46.47", "-8.5", "0", "0.05"] {
            assert_eq!(text.parse::<Decimal>().map(|d| d.to_string()).as_deref(), Ok(text));
        }
        assert!(["", ".5", "5.", "1,5", "1e3", "--1"].iter().all(|t| t.parse::<Decimal>().is_err()));
    }

    #[test]
    fn shifts_by_powers_of_ten() {
        let value = Decimal::new(77_228, 3).and_then(|d| d.shift(9));
        assert_eq!(value, Some(Decimal::whole(77_228_000_000)));
    }

    proptest! {
        #[test]
        fn order_agrees_with_subtraction(a in any::<i64>(), b in any::<i64>(), s in 0u32..9, t in 0u32..9) {
            let (x, y) = (Decimal::new(a.into(), s).unwrap(), Decimal::new(b.into(), t).unwrap());
            let gap = x.checked_sub(y).unwrap();
            prop_assert_eq!(x.cmp(&y), gap.cmp(&Decimal::ZERO));
        }

        #[test]
        fn text_round_trips(a in any::<i64>(), s in 0u32..12) {
            let x = Decimal::new(a.into(), s).unwrap();
            prop_assert_eq!(x.to_string().parse::<Decimal>().unwrap(), x);
        }
    }
}
