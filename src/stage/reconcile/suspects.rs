//! Which figure of a conflict is the likeliest to be wrong.

use std::collections::BTreeMap;

use crate::model::figure::{Figure, FigureId};
use crate::model::finding::{Derived, Relation, Suspect, Verdict};
use crate::model::interval::Interval;
use crate::model::rational::Rational;

use super::claim::Claim;
use super::quantity::{self, Reading};

/// From this many digits on, a number that is printed twice is upheld by it.
const TELLING_DIGITS: usize = 3;

/// In how many relations that hold each figure stands.
pub(super) struct Support(BTreeMap<FigureId, usize>);

impl Support {
    /// Counts over the claims that hold and over the unknowns that several routes agree on.
    pub(super) fn of<'c>(
        claims: impl Iterator<Item = (&'c Claim<'c>, Verdict)>,
        derived: &[Derived],
    ) -> Self {
        let mut counts = BTreeMap::new();
        for (claim, verdict) in claims {
            // That a number of one or two digits stands twice upholds neither.
            let by_chance = claim.relation == Relation::Restated
                && claim.figures.iter().all(|figure| quantity::printed_digits(figure) < TELLING_DIGITS);
            if verdict == Verdict::Agrees && !by_chance {
                for figure in &claim.figures {
                    *counts.entry(figure.id.clone()).or_insert(0) += 1;
                }
            }
        }
        for unknown in derived.iter().filter(|unknown| unknown.from.len() > 2) {
            for id in &unknown.from {
                *counts.entry(id.clone()).or_insert(0) += 1;
            }
        }
        Self(counts)
    }

    /// Counts relations that were decided elsewhere.
    pub(super) fn add(&mut self, figure: &FigureId, relations: usize) {
        *self.0.entry(figure.clone()).or_insert(0) += relations;
    }
}

/// For each figure of several conflicts, what would make all of them hold at once, and how many they are.
pub(super) struct Together {
    conflicts: BTreeMap<FigureId, (usize, Interval)>,
    /// What the relations that hold admit for each of these figures.
    holding: BTreeMap<FigureId, Interval>,
}

impl Together {
    /// Meets what the conflicts imply for each of their figures, and what the relations that hold do.
    pub(super) fn of<'c>(claims: impl Iterator<Item = (&'c Claim<'c>, Verdict)> + Clone) -> Self {
        let conflicts = claims.clone().filter(|(_, verdict)| *verdict == Verdict::Conflicts);
        let mut all: BTreeMap<FigureId, (usize, Interval)> = BTreeMap::new();
        for (claim, _) in conflicts {
            for (at, figure) in claim.figures.iter().enumerate() {
                let (count, joint) = all.entry(figure.id.clone()).or_insert((0, Interval::ALL));
                *count += 1;
                *joint = joint.meet(&claim.implied(at, Reading::Rounded));
            }
        }
        let mut holding: BTreeMap<FigureId, Interval> = BTreeMap::new();
        for (claim, _) in claims.filter(|(_, verdict)| *verdict == Verdict::Agrees) {
            for (at, figure) in claim.figures.iter().enumerate().filter(|(_, one)| all.contains_key(&one.id))
            {
                let joint = holding.entry(figure.id.clone()).or_insert(Interval::ALL);
                *joint = joint.meet(&claim.implied(at, Reading::Rounded));
            }
        }
        Self { conflicts: all, holding }
    }

    /// Returns what of `implied` breaks no relation that holds.
    fn unbroken(&self, figure: &Figure, implied: &Interval) -> Interval {
        self.holding.get(&figure.id).map_or_else(|| implied.clone(), |holding| holding.meet(implied))
    }

    /// Returns how many conflicts one other value of the figure would repair, two or more, and that value.
    fn repairs(&self, figure: &Figure) -> Option<&(usize, Interval)> {
        self.conflicts.get(&figure.id).filter(|(count, joint)| *count > 1 && !joint.is_empty())
    }
}

/// What tells one suspect from another, likeliest first: that one other value of it repairs several
/// conflicts, how many relations uphold it, whether a changed digit repairs it, and how large the
/// correction is, in halves of the smallest one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Weight {
    alone: bool,
    upheld: usize,
    unrepaired: bool,
    halves: Rational,
}

/// Ranks the figures of a conflict by [`Weight`]. Ties share a rank; of a tie, the figure printed with
/// fewer digits comes first.
pub(super) fn rank(claim: &Claim<'_>, support: &Support, together: &Together) -> Vec<Suspect> {
    let corrections: Vec<Rational> = (0..claim.figures.len()).map(|at| correction(claim, at)).collect();
    let least = corrections.iter().min().cloned().unwrap_or(Rational::ZERO);
    let mut rows: Vec<(Weight, usize, Suspect)> = Vec::new();
    for (at, figure) in claim.figures.iter().enumerate() {
        let own = claim.implied(at, Reading::Rounded);
        let joint = together.repairs(figure);
        let upheld = support.0.get(&figure.id).copied().unwrap_or(0);
        let implied = joint.map_or(own, |(_, joint)| joint.clone());
        let repair = quantity::one_digit_repair(figure, &together.unbroken(figure, &implied));
        let reasons = [
            (joint.is_some(), "second_version"),
            (upheld == 0, "unsupported"),
            (repair.is_some(), "one_digit"),
            (corrections[at] == least, "smallest_correction"),
        ];
        let weight = Weight {
            alone: joint.is_none(),
            upheld,
            unrepaired: repair.is_none(),
            halves: halves(&corrections[at], &least),
        };
        let suspect = Suspect {
            id: figure.id.clone(),
            rank: 0,
            implied: (!implied.is_empty()).then(|| implied.bounds()),
            repair: repair.map(|value| value.to_string()),
            reasons: reasons
                .into_iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, code)| code.to_owned())
                .collect(),
        };
        rows.push((weight, quantity::printed_digits(figure), suspect));
    }
    in_order(rows)
}

/// Ranks the levels of relations that cannot hold together, each with what the others admit for it: by how many
/// relations uphold it, whether a changed digit repairs it, and how large the correction is.
pub(super) fn rank_jointly(levels: &[(&Figure, Interval)], support: &Support) -> Vec<Suspect> {
    let correction = |(figure, implied): &(&Figure, Interval)| {
        let gap = implied.gap(&quantity::interval(figure, Reading::Rounded));
        gap.div(&Rational::from(figure.value).abs()).unwrap_or(gap)
    };
    let corrections: Vec<Rational> = levels.iter().map(correction).collect();
    let least = corrections.iter().min().cloned().unwrap_or(Rational::ZERO);
    let mut rows: Vec<(Weight, usize, Suspect)> = Vec::new();
    for ((figure, implied), correction) in levels.iter().zip(&corrections) {
        let repair = quantity::one_digit_repair(figure, implied);
        let reasons = [(repair.is_some(), "one_digit"), (*correction == least, "smallest_correction")];
        let weight = Weight {
            alone: false,
            upheld: support.0.get(&figure.id).copied().unwrap_or(0),
            unrepaired: repair.is_none(),
            halves: halves(correction, &least),
        };
        let suspect = Suspect {
            id: figure.id.clone(),
            rank: 0,
            implied: (!implied.is_empty()).then(|| implied.bounds()),
            repair: repair.map(|value| value.to_string()),
            reasons: reasons.iter().filter(|(holds, _)| *holds).map(|(_, code)| (*code).to_owned()).collect(),
        };
        rows.push((weight, quantity::printed_digits(figure), suspect));
    }
    in_order(rows)
}

/// Gives ranks from 1; ties share one.
fn in_order(mut rows: Vec<(Weight, usize, Suspect)>) -> Vec<Suspect> {
    rows.sort_by(|a, b| (&a.0, a.1, &a.2.id).cmp(&(&b.0, b.1, &b.2.id)));
    let ranks: Vec<usize> =
        rows.iter().map(|row| rows.iter().filter(|other| other.0 < row.0).count() + 1).collect();
    let ranked = rows.into_iter().zip(ranks);
    ranked
        .map(|((_, _, suspect), rank)| Suspect { rank: u32::try_from(rank).unwrap_or(u32::MAX), ..suspect })
        .collect()
}

/// The least change of the figure at `at` that makes the claim hold, in parts of its value.
fn correction(claim: &Claim<'_>, at: usize) -> Rational {
    let figure = claim.figures[at];
    let gap = claim.implied(at, Reading::Rounded).gap(&quantity::interval(figure, Reading::Rounded));
    gap.div(&Rational::from(figure.value).abs()).unwrap_or(gap)
}

/// A correction in whole halves of the smallest one: what is about as small is as likely.
fn halves(correction: &Rational, least: &Rational) -> Rational {
    let count = correction.mul(&Rational::whole(2)).div(least).and_then(|count| count.as_small());
    count.map_or_else(|| correction.clone(), |(n, d)| Rational::whole(n.div_euclid(d)))
}
