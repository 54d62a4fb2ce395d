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

/// The unit of the last digit that is not a zero, but never above a tenth of the leading digit's.
fn hidden_step(figure: &Figure) -> Rational {
    let mut step = figure.step;
    let grows = figure.unit.as_str() == "VND" && figure.measure == Measure::Value && step > Decimal::ZERO;
    if !grows {
        return step.into();
    }
    while let (Some(next), Some(limit)) = (step.shift(1), step.shift(2)) {
        let divisible = Rational::from(figure.value)
            .div(&next.into())
            .and_then(|quotient| quotient.as_small())
            .is_some_and(|(_, denominator)| denominator == 1);
        if !divisible || figure.value < limit {
            break;
        }
        step = next;
    }
    step.into()
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
