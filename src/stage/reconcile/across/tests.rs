//! Reports made up for tests, and what is decided across them: at once, and step by step.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::OnceLock;

use super::*;
use crate::model::figure::{
    AreaCode, Aspect, Base, Figure, FigureId, Fund, IndicatorCode, Measure, Qualifier,
};
use crate::model::finding::{Derived, Finding, Relation, Verdict};
use crate::model::{Decimal, Digest, Span};
use crate::stage::rules::RulePack;

mod cases;
mod laws;

/// What one figure of a test document states.
#[derive(Debug, Clone)]
struct Stated {
    indicator: &'static str,
    area: &'static str,
    period: &'static str,
    aspect: Aspect,
    fund: Fund,
    measure: Measure,
    value: i128,
    step: i128,
    unit: &'static str,
    qualifier: Qualifier,
    label: &'static str,
    /// Figures of one number stand in one sentence.
    sentence: usize,
}

const PLAN: Stated = Stated {
    indicator: "kinh_phi",
    area: "VN63:34",
    period: "2024",
    aspect: Aspect::Plan,
    fund: Fund::Total,
    measure: Measure::Value,
    value: 850,
    step: 1,
    unit: "VND",
    qualifier: Qualifier::Eq,
    label: "tổng kinh phí khuyến công",
    sentence: 0,
};
const OUTTURN: Stated = Stated { aspect: Aspect::Actual, value: 816, ..PLAN };

fn document(name: u32) -> Digest {
    Digest::of(&name.to_le_bytes())
}

fn figure(document: Digest, at: usize, stated: &Stated) -> Figure {
    let span = Span::new(at * 10, at * 10 + 5);
    let rate = stated.measure != Measure::Value;
    Figure {
        id: FigureId::of(document, span, stated.measure),
        span,
        sentence: Span::new(stated.sentence * 1000, stated.sentence * 1000 + 1000),
        quote: format!("{} {}", stated.value, stated.unit).into(),
        indicator: Some(IndicatorCode::new(stated.indicator)),
        label: stated.label.to_owned(),
        qualifier: stated.qualifier,
        area: Some(AreaCode::new(stated.area)),
        period: stated.period.parse().ok(),
        aspect: Some(stated.aspect),
        fund: Some(stated.fund),
        base: rate.then_some(Base { period: None, aspect: None, area: None }),
        ..Figure::printed(at, stated.measure, [stated.value, stated.step].map(Decimal::whole), stated.unit)
    }
}

struct Rules {
    wording: Wording,
    lists: CodeLists,
}

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| {
        let pack = RulePack::builtin();
        Rules { wording: Wording::of(pack), lists: CodeLists::of(pack) }
    })
}

/// A document: its name, whose copy it is, what it states.
#[derive(Debug, Clone)]
struct Report {
    name: u32,
    copy_of: u32,
    stated: Vec<Stated>,
}

fn report(name: u32, stated: &[Stated]) -> Report {
    Report { name, copy_of: name, stated: stated.to_vec() }
}

/// The smallest digest of the copies that are there.
fn witness(report: &Report, there: &[&Report]) -> Digest {
    let copies = there.iter().filter(|other| other.copy_of == report.copy_of);
    copies.map(|other| document(other.name)).min().unwrap_or_else(|| document(report.name))
}

fn statements(there: &[&Report], rules: &Rules) -> Vec<Statement> {
    let of = |report: &&Report| {
        let name = document(report.name);
        let source = Source { document: name, witness: witness(report, there), text: "" };
        let figures = report.stated.iter().enumerate().map(|(at, stated)| figure(name, at, stated));
        figures.filter_map(|figure| Statement::of(source, figure, &rules.wording)).collect::<Vec<Statement>>()
    };
    there.iter().flat_map(of).collect()
}

fn scratch(reports: &[&Report], rules: &Rules) -> (Vec<Finding>, Vec<Derived>) {
    let mut findings = Vec::new();
    let loaded = Loaded::of(statements(reports, rules));
    let derived = decide_all(&loaded, &rules.lists, |finding| findings.push(finding));
    (findings, derived)
}

fn findings(reports: &[Report]) -> Vec<Finding> {
    scratch(&reports.iter().collect::<Vec<_>>(), rules()).0
}

fn derived(reports: &[Report]) -> Vec<Derived> {
    scratch(&reports.iter().collect::<Vec<_>>(), rules()).1
}

fn verdicts(reports: &[Report]) -> Vec<(Relation, Verdict)> {
    findings(reports).iter().map(|finding| (finding.relation, finding.verdict)).collect()
}

/// Takes reports in one batch after another, each time deciding only what hangs together with it.
fn stepwise(
    batches: &[Vec<&Report>],
    rules: &Rules,
) -> (BTreeMap<String, Finding>, BTreeMap<String, Derived>) {
    let mut there: Vec<&Report> = Vec::new();
    let mut stands: BTreeMap<String, Finding> = BTreeMap::new();
    let mut places: BTreeMap<String, BTreeSet<Cell>> = BTreeMap::new();
    let mut unprinted: BTreeMap<String, Derived> = BTreeMap::new();
    for batch in batches {
        let before: BTreeMap<u32, Digest> =
            there.iter().map(|one| (one.name, witness(one, &there))).collect();
        there.extend(batch.iter().copied());
        let moved = there.iter().filter(|one| before.get(&one.name) != Some(&witness(one, &there)));
        let all = statements(&there, rules);
        let of_moved: BTreeSet<Digest> = moved.map(|one| document(one.name)).collect();
        let changed: BTreeSet<Cell> = all
            .iter()
            .filter(|one| of_moved.contains(&one.document))
            .filter_map(|one| Cell::of(&one.figure))
            .collect();
        let standing = |cell: &Cell| {
            let of = |finding: &Finding| Standing {
                finding: finding.clone(),
                cells: places.get(&finding.id).cloned().unwrap_or_default(),
            };
            let all = stands.values().map(of).filter(|stood| stood.cells.contains(cell)).collect();
            let derived = unprinted.values().filter(|one| cell_of(one).as_ref() == Some(cell)).cloned();
            Ok::<Stood, Infallible>(Stood { findings: all, derived: derived.collect() })
        };
        let loaded = Loaded::of(all.iter().cloned());
        let load = |cell: &Cell| Ok(loaded.get(cell).to_vec());
        // However it is parted, what comes together is the same.
        let part = |rest: usize| {
            let own = changed.iter().enumerate().filter(|(place, _)| place % 2 == rest);
            let own: BTreeSet<Cell> = own.map(|(_, cell)| cell.clone()).collect();
            let Ok(region) = decide_part(&changed, own, &rules.lists, load, standing, |_| Ok(0));
            region
        };
        let mut parts = part(0);
        parts.join(part(1));
        let Ok(region) = decide_region(changed.clone(), &rules.lists, load, standing, |_| Ok(0));
        assert_eq!(parts, region);
        for component in region.components {
            for stood in component.before.findings {
                stands.remove(&stood.finding.id);
                places.remove(&stood.finding.id);
            }
            for stood in component.before.derived {
                unprinted.remove(&stood.id);
            }
            for one in component.now.findings {
                places.insert(one.finding.id.clone(), one.cells);
                stands.insert(one.finding.id.clone(), one.finding);
            }
            unprinted.extend(component.now.derived.into_iter().map(|one| (one.id.clone(), one)));
        }
    }
    (stands, unprinted)
}

fn cell_of(derived: &Derived) -> Option<Cell> {
    Some(Cell { indicator: derived.indicator.clone()?, area: derived.area.clone()?, period: derived.period? })
}
