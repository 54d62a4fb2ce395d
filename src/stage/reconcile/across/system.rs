//! What relations across documents say together: those that hold one by one and cannot all hold, and levels that
//! no report prints, as tight as all that holds makes them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::Digest;
use crate::model::figure::FigureId;
use crate::model::finding::{Derived, Finding, Relation};
use crate::model::interval::Interval;

use super::super::claim::Claim;
use super::super::joint::{TOO_LARGE, Unseen};
use super::super::routes::Routes;
use super::super::suspects::Support;
use super::super::system::LEVELS_LIMIT;
use super::super::{derive, joint};
use super::decide;
use super::related::Related;
use super::statement::{Cell, Statement};
use super::unprinted::Unprinted;

/// What relations say together.
pub(super) struct Together {
    /// The contradictions between them, by id and with their cells.
    pub(super) findings: BTreeMap<String, (BTreeSet<Cell>, Finding)>,
    /// The relations that hang together with so many that they were not looked at together, by id.
    pub(super) unseen: BTreeMap<String, Unseen>,
}

/// Looks at the relations of several documents that hold one by one.
pub(super) fn together(holding: &[&Related<'_>], support: &Support) -> Together {
    let tied = tied(holding);
    let stated = tied.iter().flat_map(|one| &one.statements);
    let stated: BTreeMap<&FigureId, &Statement> = stated.map(|one| (&one.figure.id, *one)).collect();
    let document = |id: &FigureId| stated.get(id).map_or_else(|| Digest::of(&[]), |one| one.document);
    let found = joint::findings(document, tied.iter().map(|one| &one.claim), support);
    let unseen = found.unseen().into_iter().map(|(place, one)| (decide::id(tied[place]), one)).collect();
    let mut findings = BTreeMap::new();
    for finding in found.findings.into_iter().filter(|finding| finding.documents.len() > 1) {
        let figures = finding.figures.iter().filter_map(|operand| stated.get(&operand.id));
        let cells = figures.filter_map(|one| Cell::of(&one.figure)).collect();
        findings.insert(finding.id.clone(), (cells, finding));
    }
    Together { findings, unseen }
}

/// Leaves out what ties nothing to anything: another report of a quantity that is in no other relation.
fn tied<'r, 's>(holding: &[&'r Related<'s>]) -> Vec<&'r Related<'s>> {
    let restated = |one: &Related<'_>| one.claim.relation == Relation::Restated;
    let others = holding.iter().filter(|one| !restated(one));
    let levels: BTreeSet<&FigureId> =
        others.flat_map(|one| one.claim.figures.iter().map(|figure| &figure.id)).collect();
    let ties = |one: &&&'r Related<'s>| !restated(one) || levels.contains(&one.claim.stated().id);
    holding.iter().filter(ties).copied().collect()
}

/// Returns the levels that no report prints and that several lead to, in order of id.
pub(super) fn derived(holding: &[&Related<'_>], unprinted: &[Unprinted<'_>]) -> Vec<Derived> {
    if unprinted.is_empty() {
        return Vec::new();
    }
    let tied = tied(holding);
    let mut at: BTreeMap<&FigureId, Vec<usize>> = BTreeMap::new();
    for (place, one) in tied.iter().enumerate() {
        for figure in &one.claim.figures {
            at.entry(&figure.id).or_default().push(place);
        }
    }
    let stated = tied.iter().flat_map(|one| &one.statements);
    let stated = stated.chain(unprinted.iter().flat_map(|one| one.routes.iter().flat_map(|(_, both)| both)));
    let documents: BTreeMap<&FigureId, Digest> = stated.map(|one| (&one.figure.id, one.document)).collect();
    let mut all = BTreeMap::new();
    for one in unprinted {
        // Ways that contradict each other lead nowhere; the contradiction is told.
        let ways = one.routes.iter().map(|(route, _)| route.term().interval());
        if ways.fold(Interval::ALL, |all, way| all.meet(&way)).is_empty() {
            continue;
        }
        let around = around(one, &tied, &at);
        let left = around.is_none().then(|| TOO_LARGE.to_owned());
        let claims = around.unwrap_or_default();
        let routes = one.routes.iter().map(|(route, _)| *route).collect();
        let routes: Routes<'_> = BTreeMap::from([(one.key.clone(), routes)]);
        for mut derived in derive::derived(&claims, &routes, Vec::new()) {
            derived.assumptions.extend(left.clone().filter(|code| !derived.assumptions.contains(code)));
            let own: BTreeSet<Option<&Digest>> = derived.from.iter().map(|id| documents.get(id)).collect();
            // What one report alone leads to is told with that report.
            if own.len() > 1 {
                all.insert(derived.id.clone(), derived);
            }
        }
    }
    all.into_values().collect()
}

/// The relations that hang together with the routes to a level; `None` where they are too many to be solved.
fn around<'r, 's>(
    one: &Unprinted<'s>,
    tied: &[&'r Related<'s>],
    at: &BTreeMap<&FigureId, Vec<usize>>,
) -> Option<Vec<&'r Claim<'s>>> {
    let mut queue: VecDeque<&FigureId> = one.routes.iter().map(|(route, _)| &route.level.id).collect();
    let mut figures: BTreeSet<&FigureId> = queue.iter().copied().collect();
    let mut places = BTreeSet::new();
    while let Some(figure) = queue.pop_front() {
        for place in at
            .get(figure)
            .into_iter()
            .flatten()
            .filter(|place| !places.contains(*place))
            .copied()
            .collect::<Vec<_>>()
        {
            places.insert(place);
            if places.len() > LEVELS_LIMIT {
                return None;
            }
            let more = tied[place].claim.figures.iter().map(|figure| &figure.id);
            queue.extend(more.filter(|id| figures.insert(id)));
        }
    }
    Some(places.into_iter().map(|place| &tied[place].claim).collect())
}
