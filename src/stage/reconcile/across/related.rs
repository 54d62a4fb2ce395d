//! A relation between statements of several documents, and when it is worth telling: where it says something, or
//! fails by so little that it was meant to hold.

use crate::model::finding::{Relation, Verdict};
use crate::model::interval::Interval;
use crate::model::rational::Rational;

use super::super::claim::Claim;
use super::super::quantity::{self, Reading};
use super::statement::{Cell, Statement};

/// Two numbers of one key further apart than the smaller one is large are not taken for one quantity, unless
/// one digit tells them apart.
const FAR_TIMES: i128 = 2;

/// What kind of relation was found: how it is put in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Two reports state one quantity.
    Restated,
    /// An estimate, and what was carried out.
    Estimated,
    /// A figure that its report says was set anew.
    Revised,
    /// The plan of one report, the outturn and its percentage of another.
    Planned,
    /// A change that one report states against a level of another.
    Changed,
    /// Levels of two years, and between them years of which only the rates are printed.
    Chained,
    /// The mean of one report, the total or the number of another.
    Averaged,
    /// Funds that make up a total.
    Funds,
    /// Areas that make up an area.
    Areas,
    /// The share that one report states, of a whole that another does.
    Shared,
    /// What was done by one month, and by a later one.
    Ordered,
    /// How many areas each part of an area has, and how many it has itself.
    Counted,
    /// Two ways to a level that no report prints.
    Met,
    /// More statements than so many, so that none is compared.
    Crowded(usize),
}

/// A relation between statements of several documents.
#[derive(Debug, Clone)]
pub(super) struct Related<'s> {
    pub(super) kind: Kind,
    pub(super) claim: Claim<'s>,
    pub(super) statements: Vec<&'s Statement>,
    /// The cell of a level that it goes through and that no report prints.
    pub(super) through: Option<Cell>,
}

impl<'s> Related<'s> {
    pub(super) fn new(kind: Kind, claim: Claim<'s>, statements: Vec<&'s Statement>) -> Self {
        Self { kind, claim, statements, through: None }
    }

    /// Returns the cells of its figures, again and again where several are of one, and what it goes through.
    pub(super) fn cells(&self) -> impl Iterator<Item = Cell> {
        self.statements.iter().filter_map(|one| Cell::of(&one.figure)).chain(self.through.clone())
    }

    /// Tells whether at least two documents take part.
    pub(super) fn is_across(&self) -> bool {
        self.statements.iter().any(|one| one.document != self.statements[0].document)
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.claim.decide().verdict
    }
}

/// A relation of levels and a rate is reported where it holds and says something, or fails by so little
/// that it was meant to hold.
pub(super) fn is_reported(related: &Related<'_>) -> bool {
    if !related.is_across() {
        return false;
    }
    match related.verdict() {
        Verdict::Agrees | Verdict::AgreesIfTruncated => related.claim.says_something(),
        _ => is_meant(&related.claim),
    }
}

/// Tells whether the stated figure lies near what the others give: within a third of it, or one digit off.
fn is_meant(claim: &Claim<'_>) -> bool {
    let last = claim.figures.len() - 1;
    let computed = claim.implied(last, Reading::Rounded);
    let shift = Rational::whole(if claim.relation == Relation::Growth { 100 } else { 0 });
    let stated = Rational::from(claim.stated().value).add(&shift);
    let gap = computed.gap(&Interval::exactly(claim.stated().value));
    gap.mul(&Rational::whole(3)) <= stated.abs() || is_one_digit_off(claim)
}

/// A meeting is reported where it says something: where it fails, only if one digit repairs it, since the level
/// between may have been set anew meanwhile.
pub(super) fn is_met(related: &Related<'_>) -> bool {
    is_reported(related) && (related.verdict() != Verdict::Conflicts || is_one_digit_off(&related.claim))
}

/// Tells whether two numbers are so near that they were meant to be of one quantity: otherwise they are
/// more likely of two, told apart by words that were not read.
pub(super) fn is_comparable(claim: &Claim<'_>) -> bool {
    let (a, b) = (Rational::from(claim.figures[0].value), Rational::from(claim.figures[1].value));
    if a.is_negative() != b.is_negative() {
        return false;
    }
    let (a, b) = (a.abs(), b.abs());
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    large <= small.mul(&Rational::whole(FAR_TIMES)) || is_one_digit_off(claim)
}

pub(super) fn is_one_digit_off(claim: &Claim<'_>) -> bool {
    (0..claim.figures.len()).any(|at| {
        let wanted = claim.implied(at, Reading::Rounded);
        quantity::one_digit_repair(claim.figures[at], &wanted).is_some()
    })
}
