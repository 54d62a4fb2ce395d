//! A claim: figures in the roles of one relation, and what arithmetic says of it.

use crate::model::figure::{Figure, Qualifier};
use crate::model::finding::{Alternative, Relation, Verdict};
use crate::model::interval::Interval;
use crate::model::rational::Rational;

use crate::stage::rules::relations::AssumedCount;

use super::formula::Formula;
use super::quantity::{self, Reading};

/// The code of the reading under which the zeros of round money hide its precision.
const ROUND_MONEY: &str = "round_money";

/// Figures in the roles of a relation: those that are computed with, then the one that is stated.
#[derive(Debug, Clone)]
pub(super) struct Claim<'f> {
    pub(super) relation: Relation,
    pub(super) figures: Vec<&'f Figure>,
    pub(super) roles: Vec<&'static str>,
    /// What the stated figure should be.
    pub(super) formula: Formula,
    pub(super) rule: &'static str,
    /// Whether trailing zeros hide nothing: another figure is plainly the wrong one.
    pub(super) exact: bool,
    /// Whether the text says that the terms are not counted alike.
    pub(super) scope: bool,
    /// What the formula rests on that nobody printed.
    pub(super) assumptions: Vec<&'f AssumedCount>,
    /// Of a change that may be of a rate or of its level: that level.
    pub(super) level: Option<&'f Figure>,
}

/// What arithmetic says of a claim under the readings that suit it best.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) verdict: Verdict,
    pub(super) computed: Interval,
    pub(super) stated: Interval,
    pub(super) assumption: Option<&'static str>,
}

impl<'f> Claim<'f> {
    /// Relates two levels and the rate, mean or difference of the first to the second.
    pub(super) fn of_rate(relation: Relation, top: &'f Figure, bottom: &'f Figure, rate: &'f Figure) -> Self {
        let quotient = Formula::over(Formula::Figure(0), Formula::Figure(1));
        let (formula, roles, rule) = match relation {
            Relation::Growth => {
                (Formula::Change(Box::new(quotient)), ["later", "earlier", "rate"], "relation.growth")
            }
            Relation::Mean => (quotient, ["total", "count", "mean"], "relation.mean"),
            Relation::Difference => (
                Formula::Less(Box::new(Formula::Figure(0)), Box::new(Formula::Figure(1))),
                ["later", "earlier", "difference"],
                "relation.difference",
            ),
            Relation::Index => {
                (Formula::Percent(Box::new(quotient)), ["later", "earlier", "rate"], "relation.index")
            }
            Relation::Share => {
                (Formula::Percent(Box::new(quotient)), ["part", "whole", "rate"], "relation.share")
            }
            _ => (Formula::Percent(Box::new(quotient)), ["actual", "plan", "rate"], "relation.of_plan"),
        };
        Self::of(relation, vec![top, bottom, rate], roles.to_vec(), formula, rule)
    }

    /// Relates a level, its change and the change in percent: the level before is their difference.
    pub(super) fn of_change(level: &'f Figure, change: &'f Figure, rate: &'f Figure) -> Self {
        let formula = Formula::Change(Box::new(Formula::Rise(0, 1)));
        let roles = vec!["later", "difference", "rate"];
        Self::of(Relation::Growth, vec![level, change, rate], roles, formula, "relation.growth.difference")
    }

    /// Relates parts and their whole.
    pub(super) fn of_sum(parts: &[&'f Figure], whole: &'f Figure, rule: &'static str) -> Self {
        let mut figures = parts.to_vec();
        figures.push(whole);
        let mut roles = vec!["part"; parts.len()];
        roles.push("whole");
        let formula = Formula::Sum((0..parts.len()).map(Formula::Figure).collect());
        Self::of(Relation::Sum, figures, roles, formula, rule)
    }

    /// Relates two statements of one quantity.
    pub(super) fn of_two(
        relation: Relation,
        first: &'f Figure,
        second: &'f Figure,
        rule: &'static str,
    ) -> Self {
        let roles = if relation == Relation::Bound { ["hedged", "number"] } else { ["statement"; 2] };
        Self::of(relation, vec![first, second], roles.to_vec(), Formula::Figure(0), rule)
    }

    /// Makes a claim that no assumption and no words of scope touch.
    pub(super) const fn of(
        relation: Relation,
        figures: Vec<&'f Figure>,
        roles: Vec<&'static str>,
        formula: Formula,
        rule: &'static str,
    ) -> Self {
        let assumptions = Vec::new();
        Self { relation, figures, roles, formula, rule, exact: false, scope: false, assumptions, level: None }
    }

    /// Returns the stated figure.
    pub(super) fn stated(&self) -> &'f Figure {
        self.figures[self.figures.len() - 1]
    }

    /// Returns what the other figures admit for the one at `index`.
    pub(super) fn implied(&self, index: usize, reading: Reading) -> Interval {
        let read = |at: usize| quantity::interval(self.figures[at], reading);
        let last = self.figures.len() - 1;
        if index == last {
            return self.formula.value(&read);
        }
        self.formula.implied(index, read(last), &read).unwrap_or(Interval::ALL)
    }

    /// Tells whether agreement is more than the width of a hedge: every figure is as printed, or the
    /// printed numbers taken alone come within a tenth of each other, for a sum within a fiftieth.
    pub(super) fn says_something(&self) -> bool {
        if self.figures.iter().all(|figure| figure.qualifier == Qualifier::Eq) {
            return !self.is_open();
        }
        let exact = |at: usize| Interval::exactly(self.figures[at].value);
        let computed = self.formula.value(&exact);
        // A change in percent is compared as the factor that it makes.
        let shift = Rational::whole(if self.relation == Relation::Growth { 100 } else { 0 });
        let printed = Rational::from(self.stated().value).add(&shift);
        let parts = Rational::whole(if self.relation == Relation::Sum { 50 } else { 10 });
        computed
            .low
            .or(computed.high)
            .is_some_and(|end| end.at.add(&shift).sub(&printed).abs().mul(&parts) <= printed.abs())
    }

    /// Tells whether the other figures admit everything for the stated one: zero is divided by zero.
    pub(super) fn is_open(&self) -> bool {
        let computed = self.implied(self.figures.len() - 1, Reading::Rounded);
        computed.low.is_none() && computed.high.is_none()
    }

    /// Tells whether agreement is no accident: what the figures admit, computed and stated together, is no
    /// wider than one part in `parts` of the stated value; of a change in percent, of the factor.
    pub(super) fn is_narrow(&self, parts: i128) -> bool {
        self.slack().is_some_and(|(width, size)| width.mul(&Rational::whole(parts)) <= size)
    }

    /// Tells whether numbers that have nothing to do with each other would agree in no more than one case
    /// of `parts`; a whole number hits another as if it were one wide.
    pub(super) fn is_telling(&self, parts: i128) -> bool {
        self.slack().is_some_and(|(width, size)| {
            let width = if width.is_zero() { Rational::ONE } else { width };
            width.mul(&Rational::whole(parts)) <= size
        })
    }

    /// Tells whether figures that have nothing to do with each other would be one digit away from holding
    /// in fewer than one case of `parts`: every digit of every figure has nine others, each of which hits
    /// what the figures admit in so many parts of the stated value.
    pub(super) fn is_telling_miss(&self, parts: i128) -> bool {
        let digits: usize = self.figures.iter().map(|figure| quantity::printed_digits(figure)).sum();
        let ways = i128::try_from(digits).ok().and_then(|digits| digits.checked_mul(9 * parts));
        let Some((ways, (width, size))) = ways.zip(self.slack()) else { return false };
        let width = if width.is_zero() { Rational::ONE } else { width };
        width.mul(&Rational::whole(ways)) <= size
    }

    /// Tells whether rounding alone explains what is printed.
    pub(super) fn holds(&self) -> bool {
        let last = self.figures.len() - 1;
        let stated = quantity::interval(self.figures[last], Reading::Rounded);
        self.implied(last, Reading::Rounded).meets(&stated)
    }

    /// Tells whether one changed digit of one figure makes it hold.
    pub(super) fn is_repairable(&self) -> bool {
        (0..self.figures.len()).any(|at| {
            let wanted = self.implied(at, Reading::Rounded);
            quantity::one_digit_repair(self.figures[at], &wanted).is_some()
        })
    }

    /// How wide computed and stated interval are together, and the stated value; of a change in percent, the factor. `None` where a side is open.
    fn slack(&self) -> Option<(Rational, Rational)> {
        let last = self.figures.len() - 1;
        let widths =
            [self.implied(last, Reading::Rounded), quantity::interval(self.stated(), Reading::Rounded)];
        let width = widths.iter().try_fold(Rational::ZERO, |sum, one| Some(sum.add(&one.width()?)))?;
        let shift = Rational::whole(if self.relation == Relation::Growth { 100 } else { 0 });
        Some((width, Rational::from(self.stated().value).add(&shift).abs()))
    }

    /// Decides the claim: rounding first, then truncation of the stated figure, then round money.
    pub(super) fn decide(&self) -> Decision {
        let last = self.figures.len() - 1;
        if let Formula::Either(..) = self.formula {
            let read = |at: usize| quantity::interval(self.figures[at], Reading::Rounded);
            let (computed, stated) = (self.formula.value(&read), read(0));
            let assumption = Some("relative_or_points");
            return Decision { verdict: Verdict::Undetermined, computed, stated, assumption };
        }
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
        if !self.exact && hidden.meets(&quantity::interval(self.figures[last], Reading::RoundMoney)) {
            return decided(Verdict::Undetermined, Some(ROUND_MONEY));
        }
        decided(Verdict::Conflicts, None)
    }

    /// Returns the readings that a decision leaves open, each with what it implies.
    pub(super) fn readings(&self, decision: &Decision) -> Vec<Alternative> {
        let told = |code: &str, implied: &Interval, verdict| Alternative {
            code: code.to_owned(),
            implied: implied.bounds(),
            verdict,
        };
        let last = self.figures.len() - 1;
        if let Some((relative, points)) = self.rates() {
            let level = self.level_before().map(|level| told("level", &level, Verdict::Undetermined));
            let rates = [("relative", relative), ("percentage_points", points)];
            let rates = rates.map(|(code, implied)| told(code, &implied, Verdict::Undetermined));
            return rates.into_iter().chain(level).collect();
        }
        if decision.assumption != Some(ROUND_MONEY) {
            return Vec::new();
        }
        let rounded = self.implied(last, Reading::RoundMoney);
        vec![
            told("as_printed", &decision.computed, Verdict::Conflicts),
            told(ROUND_MONEY, &rounded, Verdict::Agrees),
        ]
    }

    /// What a change of a rate implies for the other rate: in percent of it, and in points.
    pub(super) fn rates(&self) -> Option<(Interval, Interval)> {
        let Formula::Either(relative, points) = &self.formula else { return None };
        let read = |at: usize| quantity::interval(self.figures[at], Reading::Rounded);
        Some((relative.value(&read), points.value(&read)))
    }

    /// What the change implies for the level before, where it may be of the level.
    pub(super) fn level_before(&self) -> Option<Interval> {
        let figures = [self.level?, self.figures[1]];
        let read = |at: usize| quantity::interval(figures[at], Reading::Rounded);
        Some(Formula::over(Formula::Figure(0), Formula::Grown(1)).value(&read))
    }

    /// Returns the formula with the printed numbers in it.
    pub(super) fn text(&self) -> String {
        match self.relation {
            Relation::Restated => {
                format!("{} = {}", quantity::printed(self.figures[0]), quantity::printed(self.figures[1]))
            }
            Relation::Order if self.figures.len() == 2 => {
                format!("{} ≤ {}", quantity::printed(self.figures[0]), quantity::printed(self.figures[1]))
            }
            Relation::Bound if self.figures.len() == 2 => {
                format!("{} ~ {}", quantity::printed(self.figures[0]), quantity::printed(self.figures[1]))
            }
            _ => self.formula.text(&self.figures),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Decimal;
    use crate::model::figure::Measure;
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn figure(at: usize, mantissa: i128, step: i128, measure: Measure) -> Figure {
        Figure {
            quote: mantissa.to_string().into(),
            ..Figure::printed(at, measure, [mantissa * step, step].map(Decimal::whole), "t")
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
            let claim = Claim::of_rate(Relation::OfPlan, &figures[0], &figures[1], &figures[2]);
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
            let (whole, terms) = figures.split_last().unwrap();
            let claim = Claim::of_sum(&terms.iter().collect::<Vec<_>>(), whole, "oracle");
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
