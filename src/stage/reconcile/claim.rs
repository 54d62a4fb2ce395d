//! A claim: figures in the roles of one relation, and what arithmetic says of it.

use crate::model::figure::{Figure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::model::interval::Interval;
use crate::model::rational::Rational;

use super::quantity::{self, Reading};

/// Figures in the roles of a relation. For rates: dividend, divisor, rate. For sums: the parts, then
/// the whole. For restatements: the two.
#[derive(Debug, Clone)]
pub(super) struct Claim<'f> {
    pub(super) relation: Relation,
    pub(super) figures: Vec<&'f Figure>,
    pub(super) rule: &'static str,
    pub(super) scope: bool,
}

/// What arithmetic says of a claim under the readings that suit it best.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) verdict: Verdict,
    pub(super) computed: Interval,
    pub(super) stated: Interval,
    pub(super) assumption: Option<&'static str>,
}

impl Claim<'_> {
    /// Returns the role of the figure at `index`.
    pub(super) fn role(&self, index: usize) -> &'static str {
        let last = index + 1 == self.figures.len();
        match self.relation {
            Relation::OfPlan => ["actual", "plan", "rate"][index.min(2)],
            Relation::Growth | Relation::Index => ["later", "earlier", "rate"][index.min(2)],
            Relation::Share => ["part", "whole", "rate"][index.min(2)],
            Relation::Mean => ["total", "count", "mean"][index.min(2)],
            Relation::Sum => {
                if last {
                    "whole"
                } else {
                    "part"
                }
            }
            Relation::Difference => ["later", "earlier", "difference"][index.min(2)],
            Relation::Order => {
                if last {
                    "longer"
                } else {
                    "shorter"
                }
            }
            Relation::Restated => "statement",
            Relation::Bound => {
                if last {
                    "number"
                } else {
                    "hedged"
                }
            }
        }
    }

    /// Returns what the other figures admit for the one at `index`.
    pub(super) fn implied(&self, index: usize, reading: Reading) -> Interval {
        let read = |at: usize| quantity::interval(self.figures[at], reading);
        let hundred = Rational::whole(100);
        let hundredth = Rational::new(1, 100).unwrap_or(Rational::ZERO);
        let last = self.figures.len() - 1;
        match self.relation {
            Relation::Sum => {
                let parts = (0..last).filter(|at| *at != index).map(read);
                let sum = parts.fold(Interval::point(Rational::ZERO), |sum, part| sum.add(&part));
                if index == last { sum } else { read(last).sub(&sum) }
            }
            Relation::Restated | Relation::Bound | Relation::Order => read(1 - index.min(1)),
            Relation::Difference => match index {
                0 => read(1).add(&read(2)),
                1 => read(0).sub(&read(2)),
                _ => read(0).sub(&read(1)),
            },
            Relation::OfPlan | Relation::Index | Relation::Share | Relation::Growth | Relation::Mean => {
                let growth = self.relation == Relation::Growth;
                // The rate as a plain factor, and back.
                let factor = |rate: Interval| match self.relation {
                    Relation::Mean => rate,
                    _ if growth => rate.add(&Interval::point(hundred.clone())).scale(&hundredth),
                    _ => rate.scale(&hundredth),
                };
                match index {
                    0 => read(1).mul(&factor(read(2))),
                    1 => read(0).div(&factor(read(2))),
                    _ => {
                        let quotient = read(0).div(&read(1));
                        match self.relation {
                            Relation::Mean => quotient,
                            _ if growth => quotient.scale(&hundred).sub(&Interval::point(hundred.clone())),
                            _ => quotient.scale(&hundred),
                        }
                    }
                }
            }
        }
    }

    /// Tells whether agreement is more than the width of a hedge: every figure is as printed, or the
    /// printed numbers taken alone come within a tenth of each other, for a sum within a fiftieth.
    pub(super) fn says_something(&self) -> bool {
        let exact = |at: usize| Rational::from(self.figures[at].value);
        if self.figures.iter().all(|figure| figure.qualifier == Qualifier::Eq) {
            return true;
        }
        let last = self.figures.len() - 1;
        let (expected, printed) = match self.relation {
            Relation::Sum => {
                let sum = (0..last).map(exact).fold(Rational::ZERO, |sum, part| sum.add(&part));
                (Some(sum), exact(last))
            }
            Relation::Growth => {
                let base = exact(2).add(&Rational::whole(100));
                (exact(0).div(&exact(1)).map(|ratio| ratio.mul(&Rational::whole(100))), base)
            }
            Relation::Mean => (exact(0).div(&exact(1)), exact(2)),
            Relation::OfPlan | Relation::Index | Relation::Share => {
                (exact(0).div(&exact(1)).map(|ratio| ratio.mul(&Rational::whole(100))), exact(2))
            }
            Relation::Difference => (Some(exact(0).sub(&exact(1))), exact(2)),
            Relation::Restated | Relation::Bound | Relation::Order => (Some(exact(0)), exact(1)),
        };
        let parts = Rational::whole(if self.relation == Relation::Sum { 50 } else { 10 });
        expected.is_some_and(|expected| expected.sub(&printed).abs().mul(&parts) <= printed.abs())
    }

    /// Decides the claim: rounding first, then truncation of the stated figure, then round money.
    pub(super) fn decide(&self) -> Decision {
        let last = self.figures.len() - 1;
        let computed = self.implied(last, Reading::Rounded);
        let stated = quantity::interval(self.figures[last], Reading::Rounded);
        let decided = |verdict, assumption| Decision {
            verdict,
            computed: computed.clone(),
            stated: stated.clone(),
            assumption,
        };
        if computed.meets(&stated) {
            return decided(Verdict::Agrees, None);
        }
        if self.scope {
            return decided(Verdict::DiffersInScope, None);
        }
        if computed.meets(&quantity::interval(self.figures[last], Reading::Truncated)) {
            return decided(Verdict::AgreesIfTruncated, None);
        }
        let hidden = self.implied(last, Reading::RoundMoney);
        if hidden.meets(&quantity::interval(self.figures[last], Reading::RoundMoney)) {
            return decided(Verdict::Undetermined, Some("round_money"));
        }
        decided(Verdict::Conflicts, None)
    }

    /// Returns the formula with the printed numbers in it.
    pub(super) fn formula(&self) -> String {
        let print = |at: usize| quantity::printed(self.figures[at]);
        match self.relation {
            Relation::Sum => {
                let parts: Vec<&str> = (0..self.figures.len() - 1).map(print).collect();
                parts.join(" + ")
            }
            Relation::Growth => format!("{} / {} - 1", print(0), print(1)),
            Relation::Difference => format!("{} - {}", print(0), print(1)),
            Relation::Restated => format!("{} = {}", print(0), print(1)),
            Relation::Bound | Relation::Order => format!("{} ~ {}", print(0), print(1)),
            Relation::OfPlan | Relation::Index | Relation::Share | Relation::Mean => {
                format!("{} / {}", print(0), print(1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::figure::{FigureId, Measure, UnitCode};
    use crate::model::{Decimal, Digest, Span};
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn figure(at: usize, mantissa: i128, step: i128, measure: Measure) -> Figure {
        let span = Span::new(at, at + 1);
        Figure {
            id: FigureId::of(Digest::of(b"oracle"), span, measure),
            span,
            sentence: span,
            quote: mantissa.to_string(),
            indicator: None,
            label: String::new(),
            measure,
            value: Decimal::whole(mantissa * step),
            step: Decimal::whole(step),
            unit: UnitCode::new("t"),
            qualifier: Qualifier::Eq,
            low: None,
            high: None,
            area: None,
            period: None,
            aspect: None,
            fund: None,
            base: None,
            rules: Vec::new(),
            origins: std::collections::BTreeMap::new(),
        }
    }

    /// Both ends of what half a unit either way admits, lower end included, upper end not.
    fn ends(figure: &Figure) -> (BigRational, BigRational) {
        let big = |value: i128| BigRational::from_integer(value.into());
        let half = big(figure.step.mantissa()) / big(2);
        let value = big(figure.value.mantissa());
        (&value - &half, &value + &half)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        /// Ten thousand random systems against big fractions and the corners of the box: a ratio of
        /// positive numbers is least at the least dividend and the greatest divisor, and reaches
        /// neither corner, since one of the two ends is open.
        #[test]
        fn ratios_agree_with_an_exact_oracle(
            top in 1i128..2000, bottom in 1i128..2000, rate in 1i128..400, s in 0u32..4, t in 0u32..4,
        ) {
            let (s, t) = (10i128.pow(s), 10i128.pow(t));
            let figures = [
                figure(0, top, s, Measure::Value),
                figure(1, bottom, t, Measure::Value),
                figure(2, rate, 1, Measure::OfPlan),
            ];
            let claim = Claim {
                relation: Relation::OfPlan, figures: figures.iter().collect(), rule: "oracle", scope: false,
            };
            let hundred = BigRational::from_integer(100.into());
            let ((a, b), (c, d), (e, f)) = (ends(&figures[0]), ends(&figures[1]), ends(&figures[2]));
            let (low, high) = (&hundred * a / d, &hundred * b / c);
            // (low, high) is open at both ends, [e, f) is closed below.
            let rounded = low < f && e < high;
            let cut = low < &f + BigRational::new(1.into(), 2.into()) && &e + BigRational::new(1.into(), 2.into()) < high;
            let expected = match (rounded, cut) {
                (true, _) => Verdict::Agrees,
                (false, true) => Verdict::AgreesIfTruncated,
                (false, false) => Verdict::Conflicts,
            };
            prop_assert_eq!(claim.decide().verdict, expected);
        }

        #[test]
        fn sums_agree_with_an_exact_oracle(
            parts in proptest::collection::vec((1i128..500, 0u32..3), 2..7), off in -30i128..30, s in 0u32..3,
        ) {
            let step = 10i128.pow(s);
            let mut figures: Vec<Figure> = parts
                .iter()
                .enumerate()
                .map(|(at, (mantissa, power))| figure(at, *mantissa, 10i128.pow(*power), Measure::Value))
                .collect();
            let total: i128 = figures.iter().map(|part| part.value.mantissa()).sum();
            figures.push(figure(figures.len(), (total / step + off).max(1), step, Measure::Value));
            let claim = Claim {
                relation: Relation::Sum, figures: figures.iter().collect(), rule: "oracle", scope: false,
            };
            let zero = BigRational::from_integer(0.into());
            let last = figures.len() - 1;
            let (low, high) = figures[..last].iter().map(ends).fold((zero.clone(), zero), |(l, h), (a, b)| (l + a, h + b));
            let (e, f) = ends(&figures[last]);
            // Both are closed below and open above.
            let agrees = low < f && e < high;
            prop_assert_eq!(claim.decide().verdict == Verdict::Agrees, agrees);
        }
    }
}
