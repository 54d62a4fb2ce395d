//! The reconcile stage: what arithmetic can decide between the figures of a report.
//!
//! 1. [`quantity`] reads each figure as an interval of exact fractions.
//! 2. [`rates`], [`sums`] and [`restated`] find which figures are related, from slots and words.
//! 3. [`claim`] decides each relation, exactly.
//! 4. [`suspects`] ranks the figures of a conflict; [`explain`] puts every finding in words.
//! 5. [`derive`] computes what nobody printed.
//!
//! What is reported does not depend on the order of the figures given.

mod claim;
mod derive;
mod explain;
mod page;
mod quantity;
mod rates;
mod restated;
mod suspects;
mod sums;

use std::collections::BTreeMap;

use crate::model::Digest;
use crate::model::figure::Figure;
use crate::model::finding::{Derived, Finding, Operand, Verdict};
use crate::stage::rules::relations::RelationRules;

/// Rises with every change of what the stage reports.
pub const VERSION: u32 = 1;

/// What reconciling one document yields, in order of id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciliation {
    /// Relations decided.
    pub findings: Vec<Finding>,
    /// Figures that nobody printed.
    pub derived: Vec<Derived>,
}

/// Relates and decides the figures of one document, whose spans lie in `source`.
pub fn reconcile(document: Digest, source: &str, figures: &[Figure], rules: &RelationRules) -> Reconciliation {
    let page = page::Page::new(source, figures, rules);
    let mut claims = rates::claims(&page);
    let rates = claims.clone();
    claims.extend(sums::claims(&page));
    claims.extend(restated::claims(&page));
    let mut decided = BTreeMap::new();
    for claim in claims {
        let operands: Vec<Operand> = claim
            .figures
            .iter()
            .enumerate()
            .map(|(at, figure)| Operand { id: figure.id.clone(), role: claim.role(at).to_owned() })
            .collect();
        let id = Finding::id_of(claim.relation, &operands);
        let decision = claim.decide();
        decided.entry(id).or_insert((claim, operands, decision));
    }
    let support = suspects::Support::of(decided.values().map(|(claim, _, decision)| (claim, decision.verdict)));
    let findings = decided
        .iter()
        .map(|(id, (claim, operands, decision))| Finding {
            id: id.clone(),
            verdict: decision.verdict,
            relation: claim.relation,
            figures: operands.clone(),
            formula: claim.formula(),
            computed: decision.computed.bounds(),
            stated: decision.stated.bounds(),
            gap: decision.computed.gap(&decision.stated).to_text(12, true),
            suspects: if decision.verdict == Verdict::Conflicts {
                suspects::rank(claim, &support)
            } else {
                Vec::new()
            },
            documents: vec![document],
            explanation: explain::sentence(claim, decision),
            assumptions: decision.assumption.iter().map(|code| (*code).to_owned()).collect(),
            rule: claim.rule.to_owned(),
        })
        .collect();
    Reconciliation { findings, derived: derive::derived(&page, &rates) }
}
