//! Formulas: what the figures of a relation compute, as a tree that intervals run through both ways.
//!
//! Every figure stands in a formula once, so that one pass up gives exactly what the others admit for
//! the stated figure, and one pass down exactly what they admit for any one of them.

use crate::model::figure::Figure;
use crate::model::interval::{End, Interval};
use crate::model::rational::Rational;

use super::quantity;

/// What is computed; figures are told by their place in the claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Formula {
    /// A figure in its own unit.
    Figure(usize),
    /// A percentage as a plain factor: 8 is 0.08.
    Factor(usize),
    /// A change in percent as the factor that it makes: 8 is 1.08.
    Grown(usize),
    /// A level over the level before a change: `level / (level - change)`.
    Rise(usize, usize),
    /// A number that nobody printed, an assumption.
    Count(i128),
    /// The sum.
    Sum(Vec<Formula>),
    /// The first less the second.
    Less(Box<Formula>, Box<Formula>),
    /// The product.
    Times(Box<Formula>, Box<Formula>),
    /// The quotient.
    Over(Box<Formula>, Box<Formula>),
    /// A factor as a percentage: 0.08 is 8.
    Percent(Box<Formula>),
    /// A factor as the change in percent that it makes: 1.08 is 8.
    Change(Box<Formula>),
    /// At least as much: some of the parts are named.
    AtLeast(Box<Formula>),
    /// One or the other: the words leave open which.
    Either(Box<Formula>, Box<Formula>),
}

/// How a figure is read.
pub(super) type Read<'r> = &'r dyn Fn(usize) -> Interval;

impl Formula {
    /// Makes `top / bottom`.
    pub(super) fn over(top: Self, bottom: Self) -> Self {
        Self::Over(Box::new(top), Box::new(bottom))
    }

    /// Makes `a × b`.
    pub(super) fn times(a: Self, b: Self) -> Self {
        Self::Times(Box::new(a), Box::new(b))
    }

    /// Makes `a + b`.
    pub(super) fn plus(a: Self, b: Self) -> Self {
        match a {
            Self::Sum(mut parts) => {
                parts.push(b);
                Self::Sum(parts)
            }
            a => Self::Sum(vec![a, b]),
        }
    }

    /// Makes `a - b`.
    pub(super) fn less(a: Self, b: Self) -> Self {
        Self::Less(Box::new(a), Box::new(b))
    }

    /// Makes `a / b` in percent.
    pub(super) fn percent(a: Self, b: Self) -> Self {
        Self::Percent(Box::new(Self::over(a, b)))
    }

    /// Returns it with every figure `by` places further on.
    pub(super) fn moved(self, by: usize) -> Self {
        let both = |a: Box<Self>, b: Box<Self>| (Box::new(a.moved(by)), Box::new(b.moved(by)));
        match self {
            Self::Figure(at) => Self::Figure(at + by),
            Self::Factor(at) => Self::Factor(at + by),
            Self::Grown(at) => Self::Grown(at + by),
            Self::Rise(level, change) => Self::Rise(level + by, change + by),
            Self::Count(count) => Self::Count(count),
            Self::Sum(parts) => Self::Sum(parts.into_iter().map(|part| part.moved(by)).collect()),
            Self::Less(a, b) => {
                let (a, b) = both(a, b);
                Self::Less(a, b)
            }
            Self::Times(a, b) => {
                let (a, b) = both(a, b);
                Self::Times(a, b)
            }
            Self::Over(a, b) => {
                let (a, b) = both(a, b);
                Self::Over(a, b)
            }
            Self::Percent(a) => Self::Percent(Box::new(a.moved(by))),
            Self::Change(a) => Self::Change(Box::new(a.moved(by))),
            Self::AtLeast(a) => Self::AtLeast(Box::new(a.moved(by))),
            Self::Either(a, b) => {
                let (a, b) = both(a, b);
                Self::Either(a, b)
            }
        }
    }

    /// Returns what it gives.
    pub(super) fn value(&self, read: Read<'_>) -> Interval {
        match self {
            Self::Figure(at) => read(*at),
            Self::Factor(at) => read(*at).scale(&hundredth()),
            Self::Grown(at) => read(*at).add(&hundred()).scale(&hundredth()),
            // 1 / (1 - change / level): the level stands in it once.
            Self::Rise(level, change) => one().div(&one().sub(&part(&read(*change), &read(*level)))),
            Self::Count(count) => Interval::point(Rational::whole(*count)),
            Self::Sum(parts) => sum(parts, read),
            Self::Less(a, b) => a.value(read).sub(&b.value(read)),
            Self::Times(a, b) => a.value(read).mul(&b.value(read)),
            Self::Over(a, b) => a.value(read).div(&b.value(read)),
            Self::Percent(a) => a.value(read).scale(&Rational::whole(100)),
            Self::Change(a) => a.value(read).scale(&Rational::whole(100)).sub(&hundred()),
            Self::AtLeast(a) => Interval { low: a.value(read).low, high: None },
            Self::Either(a, b) => a.value(read).hull(&b.value(read)),
        }
    }

    /// Returns what the other figures and `wanted`, the result, admit for the figure at `index`;
    /// `None` where it does not stand in the formula.
    pub(super) fn implied(&self, index: usize, wanted: Interval, read: Read<'_>) -> Option<Interval> {
        match self {
            Self::Figure(at) => (*at == index).then_some(wanted),
            Self::Factor(at) => (*at == index).then(|| wanted.scale(&Rational::whole(100))),
            Self::Grown(at) => (*at == index).then(|| wanted.scale(&Rational::whole(100)).sub(&hundred())),
            Self::Rise(level, change) if *change == index => {
                let share = one().sub(&one().div(&wanted));
                Some(if share.high.as_ref().is_some_and(|end| end.at.is_negative()) {
                    share.negated().mul(&read(*level)).negated()
                } else {
                    share.mul(&read(*level))
                })
            }
            Self::Rise(level, change) => (*level == index).then(|| {
                let share = one().sub(&one().div(&wanted));
                let (share, change) = if share.high.as_ref().is_some_and(|end| end.at.is_negative()) {
                    (share.negated(), read(*change).negated())
                } else {
                    (share, read(*change))
                };
                change.div(&share)
            }),
            Self::Count(_) => None,
            Self::Sum(parts) => parts.iter().enumerate().find_map(|(at, part)| {
                part.holds(index).then_some(())?;
                let others: Vec<Self> = parts
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != at)
                    .map(|(_, p)| p.clone())
                    .collect();
                part.implied(index, wanted.sub(&sum(&others, read)), read)
            }),
            Self::Less(a, b) if a.holds(index) => a.implied(index, wanted.add(&b.value(read)), read),
            Self::Less(a, b) => b.implied(index, a.value(read).sub(&wanted), read),
            Self::Times(a, b) if a.holds(index) => a.implied(index, wanted.div(&b.value(read)), read),
            Self::Times(a, b) => b.implied(index, wanted.div(&a.value(read)), read),
            Self::Over(a, b) if a.holds(index) => a.implied(index, wanted.mul(&b.value(read)), read),
            Self::Over(a, b) => b.implied(index, a.value(read).div(&wanted), read),
            Self::Percent(a) => a.implied(index, wanted.scale(&hundredth()), read),
            Self::Change(a) => a.implied(index, wanted.add(&hundred()).scale(&hundredth()), read),
            Self::AtLeast(a) => a.implied(index, Interval { low: None, high: wanted.high }, read),
            Self::Either(..) => None,
        }
    }

    /// Tells whether the figure at `index` stands in it.
    fn holds(&self, index: usize) -> bool {
        match self {
            Self::Figure(at) | Self::Factor(at) | Self::Grown(at) => *at == index,
            Self::Rise(level, change) => *level == index || *change == index,
            Self::Count(_) => false,
            Self::Sum(parts) => parts.iter().any(|part| part.holds(index)),
            Self::Less(a, b) | Self::Times(a, b) | Self::Over(a, b) | Self::Either(a, b) => {
                a.holds(index) || b.holds(index)
            }
            Self::Percent(a) | Self::Change(a) | Self::AtLeast(a) => a.holds(index),
        }
    }

    /// Returns it with the printed numbers in it; a percentage is not multiplied by 100.
    pub(super) fn text(&self, figures: &[&Figure]) -> String {
        let print = |at: usize| quantity::printed(figures[at]).to_owned();
        let inner = |part: &Self| match part {
            Self::Sum(_) | Self::Less(..) => format!("({})", part.text(figures)),
            _ => part.text(figures),
        };
        match self {
            Self::Figure(at) | Self::Factor(at) => print(*at),
            Self::Grown(at) => {
                let sign = if figures[*at].value.is_negative() { '-' } else { '+' };
                format!("(1 {sign} {})", print(*at).trim_start_matches(['-', '+']))
            }
            Self::Rise(level, change) => {
                let sign = if figures[*change].value.is_negative() { '+' } else { '-' };
                format!("{} / ({} {sign} {})", print(*level), print(*level), print(*change))
            }
            Self::Count(count) => count.to_string(),
            Self::Sum(parts) => parts.iter().map(|part| part.text(figures)).collect::<Vec<_>>().join(" + "),
            Self::Less(a, b) => format!("{} - {}", a.text(figures), inner(b)),
            Self::Times(a, b) => format!("{} × {}", inner(a), inner(b)),
            Self::Over(a, b) => match **b {
                Self::Times(..) | Self::Over(..) => format!("{} / ({})", inner(a), b.text(figures)),
                _ => format!("{} / {}", inner(a), inner(b)),
            },
            Self::Percent(a) => a.text(figures),
            Self::Change(a) => format!("{} - 1", a.text(figures)),
            Self::AtLeast(a) => format!("≥ {}", a.text(figures)),
            Self::Either(a, b) => format!("{} | {}", a.text(figures), b.text(figures)),
        }
    }
}

fn sum(parts: &[Formula], read: Read<'_>) -> Interval {
    parts.iter().fold(Interval::point(Rational::ZERO), |sum, part| sum.add(&part.value(read)))
}

/// A change, of either sign, over a level above zero.
fn part(change: &Interval, level: &Interval) -> Interval {
    if change.high.as_ref().is_some_and(|end| end.at.is_negative()) {
        change.negated().div(level).negated()
    } else {
        change.div(level)
    }
}

fn one() -> Interval {
    Interval::point(Rational::ONE)
}

fn hundred() -> Interval {
    Interval { low: Some(End::closed(Rational::whole(100))), high: Some(End::closed(Rational::whole(100))) }
}

fn hundredth() -> Rational {
    Rational::new(1, 100).unwrap_or(Rational::ZERO)
}
