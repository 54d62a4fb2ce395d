//! The levels of a report as one system: what all relations together admit for each of them.
//!
//! A rate is a factor between two ends, so that a level and its rate bound another level by straight
//! lines; sums are lines as they are. A component of levels that hang together is solved exactly: the
//! bounds are those of all relations at once, tighter than the meeting of what each gives alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::figure::{Figure, FigureId, Fund, Measure};
use crate::model::finding::{Relation, Verdict};
use crate::model::interval::Interval;
use crate::model::rational::Rational;

use super::claim::Claim;
use super::joint::{TOO_HARD, TOO_LARGE};
use super::quantity::{self, Reading};
use super::routes::{Key, Route, Routes, Way};
use super::solve::{Corner, Row};

/// The largest number of levels of a component that is solved as a whole: the work grows with its cube.
pub(super) const LEVELS_LIMIT: usize = 24;

/// A level of the system: printed, or known only through others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// A printed figure.
    Printed(FigureId),
    /// What nobody printed.
    Unprinted(Key),
}

/// What all relations together admit for a level, and the figures that it rests on.
#[derive(Debug, Clone)]
pub(super) struct Solved {
    pub(super) interval: Interval,
    pub(super) from: BTreeSet<FigureId>,
}

/// A line `Σ factor × level ≤ bound`, strict or not, over the levels of its bond.
pub(super) type Line = (Vec<(usize, Rational)>, Rational, bool);

/// One constraint: its lines over levels, and the figures that it rests on.
pub(super) struct Bond {
    pub(super) levels: Vec<Level>,
    pub(super) lines: Vec<Line>,
    from: Vec<FigureId>,
}

/// What was solved, and of the levels that were not looked at together with all that they hang together with, the code
/// that says why.
#[derive(Debug, Default)]
pub(super) struct System {
    pub(super) solved: BTreeMap<Level, Solved>,
    pub(super) unseen: BTreeMap<Level, &'static str>,
}

/// Solves every component that holds a level of `wanted`, from the claims that hold and the routes.
pub(super) fn solve<'f>(claims: &[&Claim<'f>], routes: &Routes<'f>, wanted: &BTreeSet<Level>) -> System {
    let mut bonds: Vec<Bond> = Vec::new();
    let mut printed: BTreeMap<FigureId, &Figure> = BTreeMap::new();
    for claim in claims.iter().filter(|claim| claim.decide().verdict == Verdict::Agrees) {
        if let Some(bond) = of_claim(claim) {
            let levels = claim.figures.iter().filter(|figure| figure.measure == Measure::Value);
            printed.extend(levels.map(|figure| (figure.id.clone(), *figure)));
            bonds.push(bond);
        }
    }
    for (key, several) in routes {
        for route in several {
            printed.insert(route.level.id.clone(), route.level);
            bonds.extend(of_route(key, *route));
        }
        bonds.extend(of_funds(key, routes));
    }
    let groups = components(&bonds.iter().collect::<Vec<_>>());
    let mut system = System::default();
    for group in groups {
        let levels: BTreeSet<&Level> = group.iter().flat_map(|at| &bonds[*at].levels).collect();
        let asked: Vec<Level> =
            levels.iter().filter(|level| wanted.contains(level)).copied().cloned().collect();
        let unseen = |code: &'static str| asked.iter().cloned().map(move |level| (level, code));
        if asked.is_empty() {
            continue;
        }
        if levels.len() > LEVELS_LIMIT {
            system.unseen.extend(unseen(TOO_LARGE));
            continue;
        }
        let names: Vec<&Level> = levels.into_iter().collect();
        let place = |level: &Level| names.binary_search(&level).unwrap_or(0);
        let mut rows = Vec::new();
        let mut from = BTreeSet::new();
        for bond in group.iter().map(|at| &bonds[*at]) {
            from.extend(bond.from.iter().cloned());
            for (terms, bound, strict) in &bond.lines {
                let terms =
                    terms.iter().map(|(at, factor)| (place(&bond.levels[*at]), factor.clone())).collect();
                rows.push(Row { terms, bound: bound.clone(), strict: *strict });
            }
        }
        for (at, level) in names.iter().enumerate() {
            if let Level::Printed(id) = level
                && let Some(figure) = printed.get(id)
            {
                rows.extend(within(at, &quantity::interval(figure, Reading::Rounded)));
            }
        }
        let Some(corner) = Corner::start(names.len(), &rows) else {
            system.unseen.extend(unseen(TOO_HARD));
            continue;
        };
        // Where there is none they contradict each other.
        let Some(corner) = corner else { continue };
        for (at, level) in names.iter().enumerate().filter(|(_, level)| wanted.contains(level)) {
            match corner.bounds(at) {
                Some(interval) => {
                    system.solved.insert((*level).clone(), Solved { interval, from: from.clone() });
                }
                None => {
                    system.unseen.insert((*level).clone(), TOO_HARD);
                }
            }
        }
    }
    system
}

/// A sum, or a rate between two printed levels.
pub(super) fn of_claim(claim: &Claim<'_>) -> Option<Bond> {
    let exact =
        claim.figures.iter().all(|figure| quantity::interval(figure, Reading::Rounded).width().is_some());
    if !exact || !claim.assumptions.is_empty() {
        return None;
    }
    let from = claim.figures.iter().map(|figure| figure.id.clone()).collect();
    let level = |figure: &&Figure| Level::Printed(figure.id.clone());
    let plain = claim.figures.iter().all(|figure| figure.measure == Measure::Value);
    match claim.relation {
        Relation::Sum if plain && claim.rule != "relation.sum.remainder" => {
            let levels: Vec<Level> = claim.figures.iter().map(level).collect();
            Some(Bond { lines: equal(levels.len()), levels, from })
        }
        // Several reports of one quantity; within a report, two numbers may be of two.
        Relation::Restated if plain && claim.rule == "across.restated" => {
            Some(Bond { lines: equal(2), levels: claim.figures.iter().map(level).collect(), from })
        }
        Relation::OfPlan | Relation::Growth | Relation::Index | Relation::Share
            if claim.figures.len() == 3 =>
        {
            let levels: Vec<Level> = claim.figures[..2].iter().map(level).collect();
            let is_level = claim.figures[..2].iter().all(|figure| figure.measure == Measure::Value);
            let lines = ratio(&factor(claim.relation, claim.figures[2])?);
            is_level.then_some(Bond { levels, lines, from })
        }
        _ => None,
    }
}

fn of_route(key: &Key, route: Route<'_>) -> Option<Bond> {
    let mut levels = vec![Level::Printed(route.level.id.clone()), Level::Unprinted(key.clone())];
    if route.way == Way::Ahead {
        levels.reverse();
    }
    let lines = ratio(&factor(route.relation, route.rate)?);
    Some(Bond { levels, lines, from: vec![route.level.id.clone(), route.rate.id.clone()] })
}

/// National and local make the total, where all three are reached by routes.
fn of_funds(key: &Key, routes: &Routes<'_>) -> Option<Bond> {
    let part = |fund: Fund| Key { fund: Some(fund), ..key.clone() };
    let (national, local) = (part(Fund::National), part(Fund::Local));
    let whole =
        key.fund == Some(Fund::Total) && routes.contains_key(&national) && routes.contains_key(&local);
    let levels = [national, local, key.clone()].map(Level::Unprinted).to_vec();
    whole.then(|| Bond { lines: equal(3), levels, from: Vec::new() })
}

/// The factor that a rate is; `None` where it is open on a side or not above zero.
fn factor(relation: Relation, rate: &Figure) -> Option<Interval> {
    let rate = quantity::interval(rate, Reading::Rounded);
    let shift = Interval::point(Rational::whole(if relation == Relation::Growth { 100 } else { 0 }));
    let factor = rate.add(&shift).scale(&Rational::new(1, 100)?);
    let above = factor.low.as_ref().is_some_and(|end| end.at > Rational::ZERO);
    (above && factor.high.is_some()).then_some(factor)
}

/// The lines of `first = factor × second`, whose factor lies in an interval.
fn ratio(factor: &Interval) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(low) = &factor.low {
        lines.push((vec![(0, Rational::whole(-1)), (1, low.at.clone())], Rational::ZERO, !low.closed));
    }
    if let Some(high) = &factor.high {
        lines.push((vec![(0, Rational::ONE), (1, high.at.negated())], Rational::ZERO, !high.closed));
    }
    lines
}

/// The lines of `last = Σ others`.
fn equal(count: usize) -> Vec<Line> {
    let sign = |at: usize| Rational::whole(if at + 1 == count { -1 } else { 1 });
    let terms: Vec<(usize, Rational)> = (0..count).map(|at| (at, sign(at))).collect();
    let minus = terms.iter().map(|(at, factor)| (*at, factor.negated())).collect();
    vec![(terms, Rational::ZERO, false), (minus, Rational::ZERO, false)]
}

/// The rows that keep an unknown within an interval.
pub(super) fn within(unknown: usize, interval: &Interval) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(high) = &interval.high {
        rows.push(Row {
            terms: vec![(unknown, Rational::ONE)],
            bound: high.at.clone(),
            strict: !high.closed,
        });
    }
    if let Some(low) = &interval.low {
        let terms = vec![(unknown, Rational::whole(-1))];
        rows.push(Row { terms, bound: low.at.negated(), strict: !low.closed });
    }
    rows
}

/// Groups bonds that share a level, in order of their first bond.
pub(super) fn components(bonds: &[&Bond]) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = (0..bonds.len()).collect();
    fn find(leader: &mut [usize], mut at: usize) -> usize {
        while leader[at] != at {
            leader[at] = leader[leader[at]];
            at = leader[at];
        }
        at
    }
    let mut first: BTreeMap<&Level, usize> = BTreeMap::new();
    for (at, bond) in bonds.iter().enumerate() {
        for level in &bond.levels {
            let other = *first.entry(level).or_insert(at);
            let (a, b) = (find(&mut leader, at), find(&mut leader, other));
            leader[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..bonds.len() {
        groups.entry(find(&mut leader, at)).or_default().push(at);
    }
    groups.into_values().collect()
}
