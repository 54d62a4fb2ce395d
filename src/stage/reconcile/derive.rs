//! Figures that nobody printed: the plan behind a percentage of plan, the level before a growth, and
//! levels printed as a mere bound that others fix on both sides.

use std::collections::BTreeSet;

use crate::model::Hasher;
use crate::model::figure::{Aspect, Figure, FigureId, Measure};
use crate::model::finding::Derived;
use crate::model::interval::Interval;

use super::claim::Claim;
use super::routes::{Key, Routes, is_bound};
use super::system::{self, Level, System};
use super::term::Term;

/// Returns the unprinted levels that routes and assumptions lead to, as tight as all relations that
/// hold together make them. Where routes contradict each other, each stands for itself.
pub(super) fn derived<'f>(
    claims: &[&Claim<'f>],
    routes: &Routes<'f>,
    assumed: Vec<(Key, &'f Figure, Term<'f>)>,
) -> Vec<Derived> {
    let mut wanted: BTreeSet<Level> = routes.keys().cloned().map(Level::Unprinted).collect();
    let bounds = routes.values().flatten().filter(|route| is_bound(route.level));
    wanted.extend(bounds.map(|route| Level::Printed(route.level.id.clone())));
    let System { solved, unseen } = system::solve(claims, routes, &wanted);
    let mut all = Vec::new();
    for (key, several) in routes {
        let terms: Vec<Term<'f>> = several.iter().map(|route| route.term()).collect();
        let level = several[0].level;
        let left = unseen.get(&Level::Unprinted(key.clone())).copied();
        let joined = terms.iter().fold(Interval::ALL, |all, term| all.meet(&term.interval()));
        match solved.get(&Level::Unprinted(key.clone())) {
            Some(found) if joined.is_empty() || is_tighter(&found.interval, &joined) => {
                all.extend(derive(key, level, found.interval.clone(), &terms, &found.from, left));
            }
            _ if !joined.is_empty() => all.extend(derive(key, level, joined, &terms, &BTreeSet::new(), left)),
            _ => all.extend(terms.iter().filter_map(|term| {
                derive(key, level, term.interval(), std::slice::from_ref(term), &BTreeSet::new(), left)
            })),
        }
        for route in several.iter().filter(|route| is_bound(route.level)) {
            let found = solved.get(&Level::Printed(route.level.id.clone()));
            let exact = several.iter().find(|other| !is_bound(other.level));
            if let (Some(found), Some(exact), Some(key)) = (found, exact, Key::of(route.level)) {
                let term = exact.term().ahead(route.relation, route.rate);
                all.extend(derive(&key, route.level, found.interval.clone(), &[term], &found.from, None));
            }
        }
    }
    for (key, level, term) in assumed {
        all.extend(derive(&key, level, term.interval(), &[term], &BTreeSet::new(), None));
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all.dedup_by(|a, b| a.id == b.id);
    all
}

fn is_tighter(found: &Interval, joined: &Interval) -> bool {
    found.low != joined.low || found.high != joined.high
}

/// Words of a label that say that a level was carried out or is expected to be: no words of a plan.
const DONE: [&str; 7] =
    ["ước thực hiện", "đã thực hiện", "thực hiện được", "thực hiện", "đã giải ngân", "giải ngân", "ước đạt"];

/// The words of a level that stands behind `level`: of a plan, without those that say that it was carried out.
fn label(key: &Key, level: &Figure) -> String {
    if key.aspect != Some(Aspect::Plan) || level.aspect == Some(Aspect::Plan) {
        return level.label.clone();
    }
    let mut label = level.label.clone();
    for words in DONE {
        // In small letters the text may have other lengths; then it stays.
        let small = label.to_lowercase();
        if small.len() == label.len()
            && let Some(at) = small.find(words)
        {
            label.replace_range(at..at + words.len(), "");
        }
    }
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    if label.is_empty() { level.label.clone() } else { label }
}

/// Makes the level; `None` where an end is missing or nothing is admitted. `left` says why it was not looked at
/// together with all that it hangs together with.
fn derive(
    key: &Key,
    level: &Figure,
    interval: Interval,
    terms: &[Term<'_>],
    others: &BTreeSet<FigureId>,
    left: Option<&str>,
) -> Option<Derived> {
    if interval.is_empty() || interval.low.is_none() || interval.high.is_none() {
        return None;
    }
    let mut from: BTreeSet<FigureId> = others.clone();
    from.extend(terms.iter().flat_map(|term| term.figures.iter().map(|figure| figure.id.clone())));
    let from: Vec<FigureId> = from.into_iter().collect();
    let formulas: Vec<String> = terms.iter().map(|term| term.formula.text(&term.figures)).collect();
    let mut hasher = Hasher::new().field(b"derived").field(format!("{key:?}").as_bytes());
    for part in formulas.iter().map(String::as_str).chain(from.iter().map(FigureId::as_str)) {
        hasher = hasher.field(part.as_bytes());
    }
    let bounds = interval.bounds();
    Some(Derived {
        id: hasher.finish().short(24),
        indicator: key.indicator.clone(),
        label: label(key, level),
        measure: Measure::Value,
        unit: key.unit.clone(),
        low: bounds.low,
        high: bounds.high,
        area: key.area.clone(),
        period: Some(key.period),
        aspect: key.aspect,
        fund: key.fund,
        from,
        assumptions: terms
            .iter()
            .flat_map(|term| &term.assumptions)
            .map(|known| known.code.clone())
            .chain(left.map(str::to_owned))
            .collect(),
        formula: formulas.join("; "),
        rules: vec!["relations.derived".to_owned()],
    })
}
