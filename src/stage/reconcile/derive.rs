//! Figures that nobody printed: the plan behind a percentage of plan, the level before a growth.

use crate::model::Hasher;
use crate::model::figure::Measure;
use crate::model::finding::Derived;

use super::routes::{Key, Route, Routes};

/// Returns the unprinted levels that routes lead to; several routes to one level meet in an interval
/// tighter than each, unless they contradict: then each stands for itself.
pub(super) fn derived(routes: &Routes<'_>) -> Vec<Derived> {
    let mut all = Vec::new();
    for (key, several) in routes {
        let bounded: Vec<Route<'_>> = several.iter().copied().filter(is_bounded).collect();
        match join(key, &bounded) {
            Some(joined) => all.push(joined),
            None => all.extend(bounded.iter().filter_map(|route| join(key, &[*route]))),
        }
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

fn is_bounded(route: &Route<'_>) -> bool {
    let interval = route.term().interval();
    !interval.is_empty() && interval.low.is_some() && interval.high.is_some()
}

/// Makes the level that all of the routes admit; `None` where they admit none.
fn join(key: &Key, routes: &[Route<'_>]) -> Option<Derived> {
    let level = routes.first()?.level;
    let terms: Vec<_> = routes.iter().map(|route| route.term()).collect();
    let mut interval = terms.first()?.interval();
    for term in &terms[1..] {
        interval = interval.meet(&term.interval());
    }
    if interval.is_empty() {
        return None;
    }
    let mut from: Vec<_> = terms.iter().flat_map(|term| term.figures.iter().map(|f| f.id.clone())).collect();
    from.sort();
    from.dedup();
    let mut hasher = Hasher::new().field(b"derived").field(format!("{key:?}").as_bytes());
    for id in &from {
        hasher = hasher.field(id.as_str().as_bytes());
    }
    let formulas: Vec<String> = terms.iter().map(|term| term.formula.text(&term.figures)).collect();
    let bounds = interval.bounds();
    Some(Derived {
        id: hasher.finish().short(24),
        indicator: key.indicator.clone(),
        label: level.label.clone(),
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
            .collect(),
        formula: formulas.join("; "),
        rules: vec!["relations.derived".to_owned()],
    })
}
