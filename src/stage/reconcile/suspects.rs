//! Which figure of a conflict is the likeliest to be wrong.

use std::collections::BTreeMap;

use crate::model::figure::FigureId;
use crate::model::finding::{Derived, Suspect, Verdict};
use crate::model::rational::Rational;

use super::claim::Claim;
use super::quantity::{self, Reading};

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
            if verdict == Verdict::Agrees {
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

/// Ranks the figures of a conflict: those that fewer relations uphold first, then those that one
/// changed digit would repair, then the smallest correction in parts of the value. Ties share a rank.
pub(super) fn rank(claim: &Claim<'_>, support: &Support) -> Vec<Suspect> {
    let mut rows: Vec<(usize, bool, Rational, Suspect)> = Vec::new();
    for (at, figure) in claim.figures.iter().enumerate() {
        let implied = claim.implied(at, Reading::Rounded);
        let upheld = support.0.get(&figure.id).copied().unwrap_or(0);
        let repair = quantity::one_digit_repair(figure, &implied);
        let gap = implied.gap(&quantity::interval(figure, Reading::Rounded));
        let size = Rational::from(figure.value).abs();
        let correction = gap.div(&size).unwrap_or(gap);
        let mut reasons = Vec::new();
        if upheld == 0 {
            reasons.push("unsupported".to_owned());
        }
        if repair.is_some() {
            reasons.push("one_digit".to_owned());
        }
        let suspect = Suspect {
            id: figure.id.clone(),
            rank: 0,
            implied: (!implied.is_empty()).then(|| implied.bounds()),
            repair: repair.map(|value| value.to_string()),
            reasons,
        };
        rows.push((upheld, repair.is_none(), correction, suspect));
    }
    if let Some(least) = rows.iter().map(|row| row.2.clone()).min() {
        for row in rows.iter_mut().filter(|row| row.2 == least) {
            row.3.reasons.push("smallest_correction".to_owned());
        }
    }
    rows.sort_by(|a, b| (a.0, a.1, &a.2, &a.3.id).cmp(&(b.0, b.1, &b.2, &b.3.id)));
    let mut ranked: Vec<Suspect> = Vec::new();
    let mut previous: Option<(usize, bool, Rational)> = None;
    let mut rank = 0;
    for (at, (upheld, unrepaired, correction, mut suspect)) in rows.into_iter().enumerate() {
        let now = (upheld, unrepaired, correction);
        if previous.as_ref() != Some(&now) {
            rank = u32::try_from(at + 1).unwrap_or(u32::MAX);
        }
        suspect.rank = rank;
        previous = Some(now);
        ranked.push(suspect);
    }
    ranked
}
