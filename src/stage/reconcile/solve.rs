//! Exact bounds of unknowns under linear inequalities: the simplex method over fractions.
//!
//! Strict inequalities are told from others by an infinitesimal: `x < b` is `x ≤ b - ε`, and numbers
//! are compared by their fraction first and by their multiple of ε second. Pivots follow Bland's rule,
//! so that no system runs in circles; the work is bounded all the same.

use std::cmp::Ordering;

use crate::model::interval::{End, Interval};
use crate::model::rational::Rational;

/// Pivots after which a system is given up as too hard; the systems of a report take a few dozen.
const PIVOTS_LIMIT: usize = 2_000;

/// `Σ factor × unknown ≤ bound`, or `<` where it is strict. Unknowns are never below zero.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) terms: Vec<(usize, Rational)>,
    pub(super) bound: Rational,
    pub(super) strict: bool,
}

/// A number and its multiple of an infinitesimal.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Near(Rational, Rational);

impl Near {
    const ZERO: Near = Near(Rational::ZERO, Rational::ZERO);

    fn plus(&self, other: &Self, times: &Rational) -> Self {
        Self(self.0.add(&other.0.mul(times)), self.1.add(&other.1.mul(times)))
    }

    fn over(&self, by: &Rational) -> Option<Self> {
        Some(Self(self.0.div(by)?, self.1.div(by)?))
    }

    fn is_negative(&self) -> bool {
        self.cmp(&Self::ZERO) == Ordering::Less
    }
}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0).then_with(|| self.1.cmp(&other.1))
    }
}

/// A feasible corner of a system, from which bounds are asked.
///
/// Every basic variable is its `constant` less the `factors` of the variables outside the basis.
#[derive(Debug, Clone)]
pub(super) struct Corner {
    basic: Vec<usize>,
    outside: Vec<usize>,
    factors: Vec<Vec<Rational>>,
    constants: Vec<Near>,
    objective: Vec<Rational>,
    best: Near,
    pivots: usize,
}

impl Corner {
    /// Finds a corner of the system of `rows` over `count` unknowns; `None` where there is none or the
    /// system is too hard.
    pub(super) fn of(count: usize, rows: &[Row]) -> Option<Self> {
        Self::start(count, rows)?
    }

    /// Tells whether the system of `rows` over `count` unknowns has a solution; `None` where it is too hard.
    pub(super) fn is_feasible(count: usize, rows: &[Row]) -> Option<bool> {
        Self::start(count, rows).map(|corner| corner.is_some())
    }

    /// Finds a corner; `None` where the system is too hard, `Some(None)` where it has no solution.
    pub(super) fn start(count: usize, rows: &[Row]) -> Option<Option<Self>> {
        let extra = count + rows.len();
        let mut factors = Vec::with_capacity(rows.len());
        let mut constants = Vec::with_capacity(rows.len());
        for row in rows {
            let mut line = vec![Rational::ZERO; count + 1];
            for (unknown, factor) in &row.terms {
                line[*unknown] = line[*unknown].add(factor);
            }
            line[count] = Rational::whole(-1);
            factors.push(line);
            let slack = if row.strict { Rational::whole(-1) } else { Rational::ZERO };
            constants.push(Near(row.bound.clone(), slack));
        }
        let mut outside: Vec<usize> = (0..count).collect();
        outside.push(extra);
        let mut objective = vec![Rational::ZERO; count + 1];
        objective[count] = Rational::whole(-1);
        let basic = (count..extra).collect();
        let mut corner = Self { basic, outside, factors, constants, objective, best: Near::ZERO, pivots: 0 };
        let worst = (0..rows.len()).min_by(|a, b| corner.constants[*a].cmp(&corner.constants[*b]));
        if let Some(worst) = worst.filter(|row| corner.constants[*row].is_negative()) {
            // One extra unknown lifts every row; it is then pressed back to zero.
            corner.pivot(worst, count)?;
            if !corner.climb()? || corner.best.is_negative() {
                return Some(None);
            }
        }
        corner.without(extra).map(Some)
    }

    /// Drops the extra unknown, which is zero.
    fn without(mut self, extra: usize) -> Option<Self> {
        if let Some(row) = self.basic.iter().position(|variable| *variable == extra) {
            let column = (0..self.outside.len()).find(|at| !self.factors[row][*at].is_zero())?;
            self.pivot(row, column)?;
        }
        let column = self.outside.iter().position(|variable| *variable == extra)?;
        self.outside.remove(column);
        self.objective.remove(column);
        for line in &mut self.factors {
            line.remove(column);
        }
        Some(self)
    }

    /// Returns the least and the greatest value of an unknown.
    pub(super) fn bounds(&self, unknown: usize) -> Option<Interval> {
        let high = self.extreme(unknown, false)?;
        let low = self.extreme(unknown, true)?;
        Some(Interval { low, high })
    }

    /// The greatest value of an unknown, or its least; `Some(None)` where it is unbounded.
    fn extreme(&self, unknown: usize, least: bool) -> Option<Option<End>> {
        let mut corner = self.clone();
        let sign = Rational::whole(if least { -1 } else { 1 });
        corner.objective = vec![Rational::ZERO; corner.outside.len()];
        corner.best = Near::ZERO;
        if let Some(row) = corner.basic.iter().position(|variable| *variable == unknown) {
            corner.best = Near::ZERO.plus(&corner.constants[row], &sign);
            for (at, factor) in corner.factors[row].iter().enumerate() {
                corner.objective[at] = factor.mul(&sign).negated();
            }
        } else if let Some(at) = corner.outside.iter().position(|variable| *variable == unknown) {
            corner.objective[at] = sign.clone();
        }
        if !corner.climb()? {
            return Some(None);
        }
        let Near(at, slack) = corner.best;
        Some(Some(End { at: at.mul(&sign), closed: slack.is_zero() }))
    }

    /// Goes uphill to the best corner; `Some(false)` where there is no end to it.
    fn climb(&mut self) -> Option<bool> {
        loop {
            let rising = (0..self.outside.len())
                .filter(|at| self.objective[*at] > Rational::ZERO)
                .min_by_key(|at| self.outside[*at]);
            let Some(column) = rising else { return Some(true) };
            let mut tightest: Option<(Near, usize)> = None;
            for row in 0..self.basic.len() {
                let factor = &self.factors[row][column];
                if *factor <= Rational::ZERO {
                    continue;
                }
                let room = self.constants[row].over(factor)?;
                let closer = tightest.as_ref().is_none_or(|(least, at)| {
                    room.cmp(least).then_with(|| self.basic[row].cmp(&self.basic[*at])) == Ordering::Less
                });
                if closer {
                    tightest = Some((room, row));
                }
            }
            let Some((_, row)) = tightest else { return Some(false) };
            self.pivot(row, column)?;
        }
    }

    /// Exchanges a basic variable for one outside the basis.
    fn pivot(&mut self, row: usize, column: usize) -> Option<()> {
        self.pivots += 1;
        if self.pivots > PIVOTS_LIMIT {
            return None;
        }
        let by = self.factors[row][column].clone();
        let inverse = by.inverse()?;
        let mut line: Vec<Rational> = self.factors[row].iter().map(|factor| factor.mul(&inverse)).collect();
        line[column] = inverse;
        let constant = self.constants[row].over(&by)?;
        for other in 0..self.basic.len() {
            if other == row || self.factors[other][column].is_zero() {
                continue;
            }
            let times = self.factors[other][column].clone();
            for (at, part) in line.iter().enumerate() {
                let change = times.mul(part).negated();
                self.factors[other][at] =
                    if at == column { change } else { self.factors[other][at].add(&change) };
            }
            self.constants[other] = self.constants[other].plus(&constant, &times.negated());
        }
        let times = self.objective[column].clone();
        for (at, part) in line.iter().enumerate() {
            let change = times.mul(part).negated();
            self.objective[at] = if at == column { change } else { self.objective[at].add(&change) };
        }
        self.best = self.best.plus(&constant, &times);
        self.factors[row] = line;
        self.constants[row] = constant;
        std::mem::swap(&mut self.basic[row], &mut self.outside[column]);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(terms: &[(usize, i128)], bound: i128, strict: bool) -> Row {
        let terms = terms.iter().map(|(unknown, factor)| (*unknown, Rational::whole(*factor))).collect();
        Row { terms, bound: Rational::whole(bound), strict }
    }

    #[test]
    fn two_inequalities_meet_in_a_corner() {
        // x + y ≤ 10, x < 7, y ≥ 4
        let rows = [row(&[(0, 1), (1, 1)], 10, false), row(&[(0, 1)], 7, true), row(&[(1, -1)], -4, false)];
        let corner = Corner::of(2, &rows).unwrap();
        let x = corner.bounds(0).unwrap();
        assert_eq!(x.high, Some(End::closed(Rational::whole(6))));
        assert_eq!(x.low, Some(End::closed(Rational::ZERO)));
        let y = corner.bounds(1).unwrap();
        assert_eq!(y.low, Some(End::closed(Rational::whole(4))));
        assert_eq!(y.high, Some(End::closed(Rational::whole(10))));
    }

    #[test]
    fn what_cannot_be_has_no_corner() {
        // x < 3 and x ≥ 3
        assert!(Corner::of(1, &[row(&[(0, 1)], 3, true), row(&[(0, -1)], -3, false)]).is_none());
        assert!(Corner::of(1, &[row(&[(0, 1)], 3, false), row(&[(0, -1)], -3, false)]).is_some());
    }

    #[test]
    fn an_open_end_stays_open() {
        let corner = Corner::of(1, &[row(&[(0, 2)], 7, true)]).unwrap();
        let x = corner.bounds(0).unwrap();
        assert_eq!(x.high, Some(End::open(Rational::new(7, 2).unwrap())));
        assert!(Corner::of(1, &[]).unwrap().bounds(0).unwrap().high.is_none());
    }

    /// The corners of a system of two unknowns: every meeting of two of its lines that keeps to all of
    /// them, an independent way to its bounds.
    fn by_corners(rows: &[Row], unknown: usize) -> Option<(Rational, Rational)> {
        let mut lines: Vec<(Rational, Rational, Rational)> = rows
            .iter()
            .map(|row| {
                let of = |at: usize| {
                    row.terms.iter().filter(|(u, _)| *u == at).fold(Rational::ZERO, |sum, (_, f)| sum.add(f))
                };
                (of(0), of(1), row.bound.clone())
            })
            .collect();
        lines.push((Rational::whole(-1), Rational::ZERO, Rational::ZERO));
        lines.push((Rational::ZERO, Rational::whole(-1), Rational::ZERO));
        let mut values = Vec::new();
        for (at, (a, b, e)) in lines.iter().enumerate() {
            for (c, d, f) in &lines[at + 1..] {
                let det = a.mul(d).sub(&b.mul(c));
                let (Some(x), Some(y)) =
                    (e.mul(d).sub(&b.mul(f)).div(&det), a.mul(f).sub(&e.mul(c)).div(&det))
                else {
                    continue;
                };
                if lines.iter().all(|(p, q, r)| p.mul(&x).add(&q.mul(&y)) <= *r) {
                    values.push(if unknown == 0 { x } else { y });
                }
            }
        }
        Some((values.iter().min()?.clone(), values.iter().max()?.clone()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        /// Ten thousand random systems of two unknowns in a box against all their corners.
        #[test]
        fn bounds_agree_with_all_corners(
            random in proptest::collection::vec((-9i128..10, -9i128..10, -40i128..60), 0..5),
            box_x in 1i128..50, box_y in 1i128..50,
        ) {
            let mut rows: Vec<Row> =
                random.iter().map(|(a, b, e)| row(&[(0, *a), (1, *b)], *e, false)).collect();
            rows.push(row(&[(0, 1)], box_x, false));
            rows.push(row(&[(1, 1)], box_y, false));
            let corner = Corner::of(2, &rows);
            for unknown in 0..2 {
                let expected = by_corners(&rows, unknown);
                let found = corner.as_ref().map(|corner| {
                    let bounds = corner.bounds(unknown).unwrap();
                    (bounds.low.unwrap().at, bounds.high.unwrap().at)
                });
                prop_assert_eq!(found, expected);
            }
        }
    }
}
