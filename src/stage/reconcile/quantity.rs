//! What a printed figure may have been: intervals from its digits and its hedge.

use crate::model::Decimal;
use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::interval::{End, Interval};
use crate::model::rational::Rational;

/// How printed digits are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reading {
    /// Rounded to the last printed digit, half a unit either way.
    Rounded,
    /// Cut off after the last printed digit.
    Truncated,
    /// Round money whose trailing zeros hide its precision; two digits are always kept.
    RoundMoney,
}

/// Returns the values that `figure` admits; `khoảng` admits all.
pub(super) fn interval(figure: &Figure, reading: Reading) -> Interval {
    let value = Rational::from(figure.value);
    let zero_up = |high: End| {
        let signed = matches!(figure.measure, Measure::Growth | Measure::Difference);
        let low = (!signed && !figure.value.is_negative()).then(|| End::closed(Rational::ZERO));
        Interval { low, high: Some(high) }
    };
    match figure.qualifier {
        Qualifier::Approx => Interval::ALL,
        Qualifier::Gt => Interval { low: Some(End::open(value)), high: None },
        Qualifier::Ge => Interval { low: Some(End::closed(value)), high: None },
        Qualifier::Lt => zero_up(End::open(value)),
        Qualifier::Le => zero_up(End::closed(value)),
        Qualifier::Eq => digits(figure, value, reading),
    }
}

fn digits(figure: &Figure, value: Rational, reading: Reading) -> Interval {
    let step = match reading {
        Reading::RoundMoney => hidden_step(figure),
        Reading::Rounded | Reading::Truncated => Rational::from(figure.step),
    };
    if step.is_zero() {
        return Interval::point(value);
    }
    let negative = value.is_negative();
    let size = value.abs();
    let positive = if reading == Reading::Truncated {
        Interval::half_open(size.clone(), size.add(&step))
    } else {
        let half = Rational::new(1, 2).map_or(Rational::ZERO, |half| step.mul(&half));
        Interval::half_open(size.sub(&half), size.add(&half))
    };
    if negative { positive.negated() } else { positive }
}

/// For money of one digit and zeros (`300.000 tỷ`): a tenth of that digit's unit. Else the printed step.
fn hidden_step(figure: &Figure) -> Rational {
    let step = Rational::from(figure.step);
    if figure.unit.as_str() != "VND" || figure.measure != Measure::Value || step.is_zero() {
        return step;
    }
    let mantissa = figure.value.mantissa().unsigned_abs().to_string();
    if figure.value.scale() > 0 || mantissa.trim_end_matches('0').len() != 1 || mantissa.len() < 2 {
        return step;
    }
    let hidden = u32::try_from(mantissa.len() - 2).ok().and_then(|zeros| 10i128.checked_pow(zeros));
    hidden.map_or(step.clone(), |hidden| Rational::whole(hidden).max(step))
}

/// Returns the relation's numbers as people write them: the words of the quote up to its unit.
pub(super) fn printed(figure: &Figure) -> &str {
    figure.quote.trim()
}

/// Tells whether one changed digit of the printed value lands in `wanted`; returns that value.
pub(super) fn one_digit_repair(figure: &Figure, wanted: &Interval) -> Option<Decimal> {
    let value = figure.value;
    let unit = if figure.step > Decimal::ZERO { figure.step } else { Decimal::whole(1) };
    let mut place = unit;
    loop {
        // The digit at `place` may become any other: differences of up to nine of its units;
        // two neighbours exchanged differ by a multiple of nine.
        for times in (1..=9i128).chain((18..=81).step_by(9)) {
            let change = place.checked_mul(Decimal::whole(times))?;
            for next in [value.checked_add(change), value.checked_sub(change)].into_iter().flatten() {
                let same_sign = next.is_negative() == value.is_negative();
                if same_sign && one_digit_apart(value, next, unit) {
                    let mut changed = figure.clone();
                    changed.value = next;
                    if interval(&changed, Reading::Rounded).meets(wanted) {
                        return Some(next);
                    }
                }
            }
        }
        place = place.shift(1)?;
        let size = if value.is_negative() { value.negated()? } else { value };
        if place > size {
            return None;
        }
    }
}

/// Counts the printed digits of a value, zeros at its end included.
pub(super) fn printed_digits(figure: &Figure) -> usize {
    let unit = if figure.step > Decimal::ZERO { figure.step } else { Decimal::whole(1) };
    let count = Rational::from(figure.value).div(&unit.into()).and_then(|count| count.as_small());
    count.map_or(0, |(count, _)| count.unsigned_abs().to_string().len())
}

/// Tells whether two neighbouring digits, exchanged, give a value in `wanted`; returns it.
pub(super) fn transposition(figure: &Figure, wanted: &Interval) -> Option<Decimal> {
    let unit = if figure.step > Decimal::ZERO { figure.step } else { Decimal::whole(1) };
    let (count, one) = Rational::from(figure.value).div(&unit.into())?.as_small()?;
    let digits: Vec<u8> = count.unsigned_abs().to_string().into_bytes();
    if one != 1 || count < 0 {
        return None;
    }
    (1..digits.len()).find_map(|at| {
        let mut swapped = digits.clone();
        swapped.swap(at - 1, at);
        let text = String::from_utf8(swapped).ok()?;
        let value = text.parse::<i128>().ok().and_then(|count| unit.checked_mul(Decimal::whole(count)))?;
        (value != figure.value && wanted.contains(&value.into())).then_some(value)
    })
}

fn one_digit_apart(a: Decimal, b: Decimal, unit: Decimal) -> bool {
    let text = |value: Decimal| {
        let quotient = Rational::from(value).div(&unit.into());
        quotient.and_then(|q| q.as_small()).map(|(n, _)| n.unsigned_abs().to_string())
    };
    let (Some(a), Some(b)) = (text(a), text(b)) else { return false };
    if a.len() != b.len() {
        return false;
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let changed: Vec<usize> = (0..a.len()).filter(|at| a[*at] != b[*at]).collect();
    match changed[..] {
        [_] => true,
        // Two neighbours exchanged.
        [x, y] => y == x + 1 && a[x] == b[y] && a[y] == b[x],
        _ => false,
    }
}
