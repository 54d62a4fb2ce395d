//! What relations across documents say together: those that hold one by one and cannot all hold, and levels that
//! no report prints, as tight as all that holds makes them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::Digest;
use crate::model::figure::FigureId;
use crate::model::finding::{Derived, Explanation, Finding, Operand, Relation, Verdict};

use super::super::claim::Claim;
use super::super::routes::Routes;
use super::super::suspects::Support;
use super::super::system::LEVELS_LIMIT;
use super::super::{derive, joint};
use super::sites::Related;
use super::statement::{Cell, Statement};
use super::unprinted::Unprinted;

/// The code in a finding's assumptions of relations that were not solved as a whole.
const TOO_LARGE: &str = "component_too_large";

/// Returns, by id and with their cells, the contradictions between relations of several documents that hold one
/// by one, and a word where so many hang together that they were not looked at together.
pub(super) fn findings(
    holding: &[&Related<'_>],
    support: &Support,
) -> BTreeMap<String, (BTreeSet<Cell>, Finding)> {
    let tied = tied(holding);
    let stated = tied.iter().flat_map(|one| &one.statements);
    let stated: BTreeMap<&FigureId, &Statement> = stated.map(|one| (&one.figure.id, *one)).collect();
    let document = |id: &FigureId| stated.get(id).map_or_else(|| Digest::of(&[]), |one| one.document);
    let found = joint::findings(document, tied.iter().map(|one| &one.claim), support);
    let mut all = BTreeMap::new();
    for finding in found.findings.into_iter().filter(|finding| finding.documents.len() > 1) {
        let figures = finding.figures.iter().filter_map(|operand| stated.get(&operand.id));
        let cells = figures.filter_map(|one| Cell::of(&one.figure)).collect();
        all.insert(finding.id.clone(), (cells, finding));
    }
    for (places, levels) in found.too_large {
        let mut related = places.into_iter().map(|place| tied[place]);
        let Some(one) = related.find(|one| one.claim.relation != Relation::Restated) else { continue };
        let finding = too_large(one, levels);
        all.insert(finding.id.clone(), (one.cells().collect(), finding));
    }
    all
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

fn too_large(related: &Related<'_>, levels: usize) -> Finding {
    let claim = &related.claim;
    let decision = claim.decide();
    let operand = |id: &FigureId| Operand { id: id.clone(), role: "level".to_owned() };
    // Two of its levels: with all its figures it would be the relation itself.
    let operands: Vec<Operand> = claim.figures[..2].iter().map(|figure| operand(&figure.id)).collect();
    let documents: BTreeSet<Digest> = related.statements.iter().map(|one| one.document).collect();
    Finding {
        id: Finding::id_of(claim.relation, &operands),
        verdict: Verdict::Undetermined,
        relation: claim.relation,
        figures: operands,
        formula: claim.text(),
        computed: decision.computed.bounds(),
        stated: decision.stated.bounds(),
        gap: "0".to_owned(),
        suspects: Vec::new(),
        documents: documents.into_iter().collect(),
        explanation: Explanation {
            vi: format!(
                "Các phép tính nối phép tính này với {levels} số liệu của nhiều báo cáo đều đã được kiểm tra từng phép; quá {LEVELS_LIMIT} số liệu nên chưa được xét cùng một lúc."
            ),
            en: format!(
                "The relations that join this one with {levels} figures of several reports were each checked; with more than {LEVELS_LIMIT} figures they were not looked at all together."
            ),
        },
        readings: Vec::new(),
        assumptions: vec![TOO_LARGE.to_owned()],
        rule: "across.too_large".to_owned(),
    }
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
        let claims = around(one, &tied, &at);
        let routes = one.routes.iter().map(|(route, _)| *route).collect();
        let routes: Routes<'_> = BTreeMap::from([(one.key.clone(), routes)]);
        for derived in derive::derived(&claims, &routes, Vec::new()) {
            let own: BTreeSet<Option<&Digest>> = derived.from.iter().map(|id| documents.get(id)).collect();
            // What one report alone leads to is told with that report.
            if own.len() > 1 {
                all.insert(derived.id.clone(), derived);
            }
        }
    }
    all.into_values().collect()
}

/// The relations that hang together with the routes to a level; none where they are too many to be solved.
fn around<'r, 's>(
    one: &Unprinted<'s>,
    tied: &[&'r Related<'s>],
    at: &BTreeMap<&FigureId, Vec<usize>>,
) -> Vec<&'r Claim<'s>> {
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
                return Vec::new();
            }
            let more = tied[place].claim.figures.iter().map(|figure| &figure.id);
            queue.extend(more.filter(|id| figures.insert(id)));
        }
    }
    places.into_iter().map(|place| &tied[place].claim).collect()
}
