//! Terms: a level as it is printed, or as other printed figures give it.

use crate::model::figure::Figure;
use crate::model::finding::Relation;
use crate::model::interval::Interval;

use crate::stage::rules::relations::AssumedCount;

use super::claim::Claim;
use super::formula::Formula;
use super::quantity::{self, Reading};

/// A level and the figures that it follows from, by their places in its formula.
#[derive(Debug, Clone)]
pub(super) struct Term<'f> {
    pub(super) figures: Vec<&'f Figure>,
    pub(super) roles: Vec<&'static str>,
    pub(super) formula: Formula,
    pub(super) assumptions: Vec<&'f AssumedCount>,
}

impl<'f> Term<'f> {
    /// Takes a level as it is printed.
    pub(super) fn printed(figure: &'f Figure, role: &'static str) -> Self {
        Self {
            figures: vec![figure],
            roles: vec![role],
            formula: Formula::Figure(0),
            assumptions: Vec::new(),
        }
    }

    /// Takes a number that nobody printed.
    pub(super) fn assumed(known: &'f AssumedCount) -> Self {
        let (figures, roles) = (Vec::new(), Vec::new());
        Self { figures, roles, formula: Formula::Count(known.count), assumptions: vec![known] }
    }

    /// Returns the level that this one is `rate` of: the plan behind a percentage of plan.
    #[must_use]
    pub(super) fn behind(self, relation: Relation, rate: &'f Figure) -> Self {
        self.with(Self::factor(relation, rate), Formula::over)
    }

    /// Returns `rate` of this level: the level after a growth.
    #[must_use]
    pub(super) fn ahead(self, relation: Relation, rate: &'f Figure) -> Self {
        self.with(Self::factor(relation, rate), Formula::times)
    }

    fn factor(relation: Relation, rate: &'f Figure) -> Self {
        let growth = relation == Relation::Growth;
        let formula = if growth { Formula::Grown(0) } else { Formula::Factor(0) };
        Self { formula, ..Self::printed(rate, "rate") }
    }

    /// Joins this term and another by an operation.
    #[must_use]
    pub(super) fn with(mut self, other: Self, join: fn(Formula, Formula) -> Formula) -> Self {
        let moved = other.formula.moved(self.figures.len());
        self.figures.extend(other.figures);
        self.roles.extend(other.roles);
        self.assumptions.extend(other.assumptions);
        Self { formula: join(self.formula, moved), ..self }
    }

    /// Returns what the printed digits admit for it.
    pub(super) fn interval(&self) -> Interval {
        self.formula.value(&|at| quantity::interval(self.figures[at], Reading::Rounded))
    }

    /// Makes the claim that this term, through `last`, gives a stated figure; `None` where the stated
    /// figure is one of its own.
    pub(super) fn claim(
        self,
        relation: Relation,
        stated: &'f Figure,
        role: &'static str,
        rule: &'static str,
    ) -> Option<Claim<'f>> {
        if self.figures.iter().any(|figure| figure.id == stated.id) || has_twice(&self.figures) {
            return None;
        }
        let (mut figures, mut roles) = (self.figures, self.roles);
        figures.push(stated);
        roles.push(role);
        let claim = Claim::of(relation, figures, roles, self.formula, rule);
        Some(Claim { assumptions: self.assumptions, ..claim })
    }
}

/// Tells whether a figure stands twice: the formula would then admit more than the figures do.
fn has_twice(figures: &[&Figure]) -> bool {
    figures.iter().enumerate().any(|(at, figure)| figures[..at].iter().any(|one| one.id == figure.id))
}
