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
        Reading::Rounded | Reading::Truncated => figure.step,
    };
    if step == Decimal::ZERO {
        return Interval::point(value);
    }
    // Where decimals hold both ends, which is almost always, fractions need not be added.
    let half = Decimal::new(5, 1).and_then(|half| step.checked_mul(half));
    if let Some(half) = half.filter(|_| reading != Reading::Truncated && !figure.value.is_negative())
        && let (Some(low), Some(high)) = (figure.value.checked_sub(half), figure.value.checked_add(half))
    {
        return Interval::half_open(low.into(), high.into());
    }
    let step = Rational::from(step);
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
fn hidden_step(figure: &Figure) -> Decimal {
    let step = figure.step;
    let plain = figure.unit.as_str() == "VND" && figure.measure == Measure::Value && !prints_decimals(figure);
    if !plain || step == Decimal::ZERO {
        return step;
    }
    let mantissa = figure.value.mantissa().unsigned_abs().to_string();
    if figure.value.scale() > 0 || mantissa.trim_end_matches('0').len() != 1 || mantissa.len() < 2 {
        return step;
    }
    let hidden = u32::try_from(mantissa.len() - 2).ok().and_then(|zeros| 10i128.checked_pow(zeros));
    hidden.map_or(step, |hidden| Decimal::whole(hidden).max(step))
}

/// Tells whether a number is printed with decimals (`10,00 tỷ đồng`): whoever prints them hides nothing.
fn prints_decimals(figure: &Figure) -> bool {
    let rest = figure.quote.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    rest.strip_prefix(',').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Returns the relation's numbers as people write them: the words of the quote up to its unit.
pub(super) fn printed(figure: &Figure) -> &str {
    figure.quote.trim()
}

/// Tells whether one changed digit of the printed value, or two neighbours exchanged, lands in `wanted`;
/// returns that value: of several, the one whose digit stands last, and there the least change.
pub(super) fn one_digit_repair(figure: &Figure, wanted: &Interval) -> Option<Decimal> {
    let count = Count::of(figure)?;
    if wanted.is_empty() {
        return None;
    }
    let range = count.range(figure, wanted);
    let admits = |size: i128| match range {
        Some((low, high)) => low <= size && size <= high,
        None => count.value(size).is_some_and(|value| {
            let printed = Figure { value, ..figure.clone() };
            interval(&printed, Reading::Rounded).meets(wanted)
        }),
    };
    // Nothing that one digit can reach lies there: most figures of a sum that fails are told by this alone.
    if range.is_some_and(|(low, high)| high < low || high < 0 || low > count.largest()) {
        return None;
    }
    let found = count.changes().find(|size| admits(*size))?;
    count.value(found)
}

/// The digits of a figure as they are printed: a whole number of units of the last one.
struct Count {
    size: i128,
    negative: bool,
    unit: Decimal,
    /// The last digit first.
    digits: Vec<i128>,
}

impl Count {
    fn of(figure: &Figure) -> Option<Self> {
        let unit = if figure.step > Decimal::ZERO { figure.step } else { Decimal::whole(1) };
        let size = whole_times(figure.value, unit)?.checked_abs()?;
        let (mut digits, mut rest) = (vec![size % 10], size / 10);
        while rest > 0 {
            digits.push(rest % 10);
            rest /= 10;
        }
        Some(Self { size, negative: figure.value.is_negative(), unit, digits })
    }

    /// The value of so many units, with the sign that is printed.
    fn value(&self, size: i128) -> Option<Decimal> {
        self.unit.checked_mul(Decimal::whole(if self.negative { -size } else { size }))
    }

    /// The largest number of as many digits.
    fn largest(&self) -> i128 {
        let limit = u32::try_from(self.digits.len()).ok().and_then(|digits| 10i128.checked_pow(digits));
        limit.map_or(i128::MAX, |limit| limit - 1)
    }

    /// The numbers of as many digits that differ in one digit, or in two neighbours exchanged.
    fn changes(&self) -> impl Iterator<Item = i128> + '_ {
        let places = std::iter::successors(Some(1i128), |place| place.checked_mul(10));
        self.digits.iter().zip(places).enumerate().flat_map(move |(at, (digit, place))| {
            let above = self.digits.get(at + 1).copied();
            // As sizes: what is added to a negative value makes its size less.
            let ways = (1..=9i128).chain((18..=81).step_by(9)).flat_map(|times| [times, -times]);
            ways.filter_map(move |times| {
                let times = if self.negative { -times } else { times };
                let first = above.is_none();
                let changed = digit + times;
                let one = (0..=9).contains(&changed) && (changed > 0 || !first || self.digits.len() == 1);
                let swap = above.is_some_and(|above| {
                    9 * (digit - above) == times && (*digit > 0 || at + 2 < self.digits.len())
                });
                let size = self.size.checked_add(times.checked_mul(place)?)?;
                ((one || swap) && (size > 0 || !self.negative)).then_some(size)
            })
        })
    }

    /// The least and the greatest size that half a unit either way brings into an interval that is not empty;
    /// `None` where the figure is hedged or the interval beyond `i128`.
    fn range(&self, figure: &Figure, wanted: &Interval) -> Option<(i128, i128)> {
        if figure.qualifier != Qualifier::Eq {
            return None;
        }
        let wanted = if self.negative { wanted.negated() } else { wanted.clone() };
        let per_unit = Rational::from(self.unit).inverse()?;
        // The ends in half units, so that a printed number ends at whole ones.
        let in_halves = |end: &End| {
            let (n, d) = end.at.mul(&per_unit).mul(&Rational::whole(2)).as_small()?;
            Some((n.div_euclid(d), n % d == 0))
        };
        let exact = figure.step == Decimal::ZERO;
        let low = match &wanted.low {
            None => i128::MIN,
            Some(end) => {
                let (halves, whole) = in_halves(end)?;
                if exact {
                    // The least `size ≥ end`, or above it.
                    if whole && end.closed {
                        halves.div_euclid(2) + halves.rem_euclid(2)
                    } else {
                        halves.div_euclid(2) + 1
                    }
                } else {
                    // The least size whose open upper end `2 size + 1` lies above the end.
                    halves.div_euclid(2) + halves.rem_euclid(2)
                }
            }
        };
        let high = match &wanted.high {
            None => i128::MAX,
            Some(end) => {
                let (halves, whole) = in_halves(end)?;
                if exact {
                    if whole && !end.closed { (halves - 1).div_euclid(2) } else { halves.div_euclid(2) }
                } else {
                    // The greatest size whose closed lower end `2 size - 1` lies no higher than the end.
                    let halves = if whole && !end.closed { halves - 1 } else { halves };
                    (halves + 1).div_euclid(2)
                }
            }
        };
        Some((low, high))
    }
}

/// How many times `unit` goes into `value`; `None` where it leaves a rest.
fn whole_times(value: Decimal, unit: Decimal) -> Option<i128> {
    let scale = value.scale().max(unit.scale());
    let aligned = |one: Decimal| one.mantissa().checked_mul(10i128.checked_pow(scale - one.scale())?);
    let (value, unit) = (aligned(value)?, aligned(unit)?);
    (value.checked_rem(unit)? == 0).then(|| value / unit)
}

/// Counts the printed digits of a value, zeros at its end included.
pub(super) fn printed_digits(figure: &Figure) -> usize {
    Count::of(figure).map_or(0, |count| count.digits.len())
}

/// Tells whether two neighbouring digits, exchanged, give a value in `wanted`; returns it.
pub(super) fn transposition(figure: &Figure, wanted: &Interval) -> Option<Decimal> {
    let count = Count::of(figure).filter(|count| !count.negative)?;
    let places = count.digits.windows(2).enumerate().rev();
    let swaps = places.filter_map(|(at, pair)| {
        let place = 10i128.checked_pow(u32::try_from(at).ok()?)?;
        count.size.checked_add(9 * (pair[0] - pair[1]) * place)
    });
    let mut values = swaps.filter(|size| *size != count.size).filter_map(|size| count.value(size));
    values.find(|value| wanted.contains(&(*value).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    fn figure(count: i128, power: i32, exact: bool, qualifier: Qualifier) -> Figure {
        let step = Decimal::whole(1).shift(power).unwrap();
        Figure {
            qualifier,
            ..Figure::printed(
                0,
                Measure::Growth,
                [
                    if exact { Decimal::whole(count) } else { Decimal::whole(count).shift(power).unwrap() },
                    if exact { Decimal::ZERO } else { step },
                ],
                "percent",
            )
        }
    }

    /// Every number of as many digits with one digit changed or two neighbours exchanged, by its text.
    fn by_text(figure: &Figure, wanted: &Interval) -> bool {
        let unit = if figure.step == Decimal::ZERO { Decimal::whole(1) } else { figure.step };
        let count = whole_times(figure.value, unit).unwrap();
        let text = count.unsigned_abs().to_string().into_bytes();
        let mut others: Vec<Vec<u8>> = Vec::new();
        for at in 0..text.len() {
            for digit in b'0'..=b'9' {
                let mut other = text.clone();
                other[at] = digit;
                others.push(other);
            }
            if at > 0 {
                let mut other = text.clone();
                other.swap(at - 1, at);
                others.push(other);
            }
        }
        others.into_iter().any(|other| {
            let leading = other.len() > 1 && other[0] == b'0';
            let size: i128 = String::from_utf8(other.clone()).unwrap().parse().unwrap();
            let value = unit.checked_mul(Decimal::whole(if count < 0 { -size } else { size })).unwrap();
            let alike = value.is_negative() == figure.value.is_negative();
            let printed = Figure { value, ..figure.clone() };
            other != text && !leading && alike && interval(&printed, Reading::Rounded).meets(wanted)
        })
    }

    proptest! {
        #[test]
        fn a_repair_is_found_where_and_only_where_one_changed_digit_does(
            count in -3_000i128..3_000, power in -3i32..3, exact in any::<bool>(), low in -9_000i128..9_000,
            width in -20i128..400, closed in any::<(bool, bool)>(), open in 0u8..4, hedge in 0u8..8,
        ) {
            let qualifier = match hedge { 0 => Qualifier::Gt, 1 => Qualifier::Le, 2 => Qualifier::Approx, _ => Qualifier::Eq };
            let figure = figure(count, power, exact, qualifier);
            // In thirds of a unit, so that ends lie on, between and beside halves of it.
            let unit = if exact { Rational::ONE } else { Rational::from(figure.step) };
            let at = |thirds: i128| Rational::new(thirds, 6).unwrap().mul(&unit).mul(&Rational::whole(2));
            let end = |thirds: i128, closed: bool| if closed { End::closed(at(thirds)) } else { End::open(at(thirds)) };
            let wanted = Interval {
                low: (open != 1).then(|| end(low, closed.0)),
                high: (open != 2).then(|| end(low + width, closed.1)),
            };
            let repair = one_digit_repair(&figure, &wanted);
            prop_assert_eq!(repair.is_some(), by_text(&figure, &wanted));
            if let Some(value) = repair {
                let printed = Figure { value, ..figure.clone() };
                prop_assert!(interval(&printed, Reading::Rounded).meets(&wanted));
            }
        }
    }
}
