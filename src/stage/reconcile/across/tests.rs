//! What holds across documents, whatever they are and in whatever order they come.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::*;
use crate::model::figure::{
    AreaCode, Aspect, Base, Figure, FigureId, Fund, IndicatorCode, Measure, Qualifier, UnitCode,
};
use crate::model::finding::{Derived, Finding, Relation, Verdict};
use crate::model::{Decimal, Digest, Span};
use crate::stage::rules::RulePack;

/// What one figure of a test document states.
#[derive(Debug, Clone)]
struct Stated {
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
        quote: format!("{} {}", stated.value, stated.unit),
        indicator: Some(IndicatorCode::new("kinh_phi")),
        label: stated.label.to_owned(),
        measure: stated.measure,
        value: Decimal::whole(stated.value),
        step: Decimal::whole(stated.step),
        unit: UnitCode::new(stated.unit),
        qualifier: stated.qualifier,
        low: None,
        high: None,
        area: Some(AreaCode::new(stated.area)),
        period: stated.period.parse().ok(),
        aspect: Some(stated.aspect),
        fund: Some(stated.fund),
        base: rate.then_some(Base { period: None, aspect: None, area: None }),
        rules: Vec::new(),
        origins: BTreeMap::new(),
    }
}

struct Rules {
    wording: Wording,
    areas: AreaTree,
}

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| {
        let pack = RulePack::builtin();
        Rules { wording: Wording::of(pack), areas: AreaTree::of(pack) }
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
    let derived = decide_all(&loaded, &rules.areas, |finding| findings.push(finding));
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
        let Ok(region) = decide_region(changed, &rules.areas, load, standing, |_| Ok(0));
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

#[test]
fn the_plan_of_one_report_is_set_against_the_outturn_of_the_next() {
    let rate = Stated { measure: Measure::OfPlan, value: 96, unit: "percent", ..OUTTURN };
    let plan = report(1, &[PLAN]);
    assert_eq!(
        verdicts(&[plan.clone(), report(2, &[OUTTURN, rate.clone()])]),
        [(Relation::OfPlan, Verdict::Agrees)]
    );
    let wrong = Stated { value: 86, ..rate.clone() };
    let found = findings(&[plan.clone(), report(2, &[OUTTURN, wrong])]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].verdict, found[0].documents.len()), (Verdict::Conflicts, 2));
    assert!(found[0].explanation.vi.starts_with("Đối chiếu 2 báo cáo"), "{}", found[0].explanation.vi);
    // A report that states the plan itself needs no other's.
    let own = verdicts(&[plan, report(2, &[PLAN, OUTTURN, rate])]);
    assert_eq!(own, [(Relation::Restated, Verdict::Agrees)]);
}

#[test]
fn two_reports_of_one_quantity_agree_or_contradict_each_other() {
    let other = Stated { value: 861, ..OUTTURN };
    assert_eq!(
        verdicts(&[report(1, &[OUTTURN]), report(2, &[OUTTURN])]),
        [(Relation::Restated, Verdict::Agrees)]
    );
    let found =
        findings(&[report(1, &[OUTTURN]), report(2, std::slice::from_ref(&other)), report(3, &[OUTTURN])]);
    let conflict = found.iter().find(|finding| finding.verdict == Verdict::Conflicts).unwrap();
    let suspected = &conflict.suspects[0].id;
    assert_eq!(*suspected, figure(document(2), 0, &other).id, "two reports uphold the other");
}

#[test]
fn an_estimate_is_replaced_and_not_contradicted() {
    let estimate = Stated { aspect: Aspect::Estimate, value: 800, ..OUTTURN };
    assert_eq!(
        verdicts(&[report(1, &[estimate]), report(2, &[OUTTURN])]),
        [(Relation::Restated, Verdict::DiffersInScope)]
    );
}

#[test]
fn figures_of_other_words_funds_or_of_a_report_of_two_minds_are_not_compared() {
    let machines = Stated { label: "kinh phí hỗ trợ máy móc", value: 500, ..OUTTURN };
    let national = Stated { fund: Fund::National, value: 500, ..OUTTURN };
    let other = Stated { value: 820, ..OUTTURN };
    for another in [machines, national] {
        assert_eq!(verdicts(&[report(1, &[OUTTURN]), report(2, &[another])]), []);
    }
    assert_eq!(verdicts(&[report(1, &[OUTTURN]), report(2, &[OUTTURN, other])]), []);
    // So far apart that they are of two things, told apart by words that were not read.
    let far = Stated { value: 31, ..OUTTURN };
    assert_eq!(verdicts(&[report(1, &[OUTTURN]), report(2, &[far])]), []);
}

#[test]
fn copies_are_one_witness_but_do_not_hide_a_changed_figure() {
    let copy = |stated: &Stated| Report { copy_of: 1, ..report(2, std::slice::from_ref(stated)) };
    assert_eq!(verdicts(&[report(1, &[OUTTURN]), copy(&OUTTURN)]), []);
    let changed = Stated { value: 861, ..OUTTURN };
    assert_eq!(
        verdicts(&[report(1, &[OUTTURN]), copy(&changed)]),
        [(Relation::Restated, Verdict::Conflicts)]
    );
    let third = report(3, &[OUTTURN]);
    assert_eq!(
        verdicts(&[report(1, &[OUTTURN]), copy(&OUTTURN), third]),
        [(Relation::Restated, Verdict::Agrees)]
    );
}

#[test]
fn years_are_chained_by_growth() {
    let before = Stated { period: "2023", value: 729, ..OUTTURN };
    let rate = Stated { measure: Measure::Growth, value: 12, unit: "percent", ..OUTTURN };
    let now = report(2, &[OUTTURN, rate.clone()]);
    assert_eq!(
        verdicts(&[report(1, std::slice::from_ref(&before)), now.clone()]),
        [(Relation::Growth, Verdict::Agrees)]
    );
    let wrong = report(2, &[OUTTURN, Stated { value: 21, ..rate }]);
    assert_eq!(
        verdicts(&[report(1, std::slice::from_ref(&before)), wrong]),
        [(Relation::Growth, Verdict::Conflicts)]
    );
    // What was only estimated a year before does not contradict.
    let estimate = Stated { aspect: Aspect::Estimate, value: 700, ..before };
    assert_eq!(verdicts(&[report(1, &[estimate]), now]), [(Relation::Growth, Verdict::DiffersInScope)]);
}

#[test]
fn regions_make_up_the_country_and_some_of_them_can_only_be_too_much() {
    let of = |area: &'static str, value: i128| Stated { area, value, ..OUTTURN };
    let north = report(1, &[of("KC_N28", 300)]);
    let centre = report(2, &[of("KC_C15", 200)]);
    let south = report(3, &[of("KC_S20", 316)]);
    let country = |value: i128| report(4, &[of("VN", value)]);
    let all = |value: i128| vec![north.clone(), centre.clone(), south.clone(), country(value)];
    assert_eq!(verdicts(&all(816)), [(Relation::Sum, Verdict::Agrees)]);
    assert_eq!(verdicts(&all(861)), [(Relation::Sum, Verdict::Conflicts)]);
    let some = |value: i128| vec![north.clone(), south.clone(), country(value)];
    assert_eq!(verdicts(&some(816)), [], "the third may be anything");
    assert_eq!(verdicts(&some(600)), [(Relation::Sum, Verdict::Conflicts)]);
}

#[test]
fn funds_of_several_reports_make_up_the_total() {
    let of = |fund: Fund, value: i128| Stated { fund, value, ..OUTTURN };
    let reports =
        [report(1, &[of(Fund::National, 300)]), report(2, &[of(Fund::Local, 516)]), report(3, &[OUTTURN])];
    assert_eq!(verdicts(&reports), [(Relation::Sum, Verdict::Agrees)]);
}

#[test]
fn a_difference_is_set_against_the_level_that_another_report_states_of_the_year_before() {
    let before = report(1, &[Stated { period: "2023", value: 729, ..OUTTURN }]);
    let rise = |value| Stated { measure: Measure::Difference, value, ..OUTTURN };
    let now = |value| report(2, &[OUTTURN, rise(value)]);
    assert_eq!(verdicts(&[before.clone(), now(87)]), [(Relation::Difference, Verdict::Agrees)]);
    assert_eq!(verdicts(&[before, now(78)]), [(Relation::Difference, Verdict::Conflicts)]);
}

#[test]
fn what_was_done_by_june_is_no_more_than_what_was_done_by_september() {
    let by = |period, value| Stated { period, value, ..OUTTURN };
    let june = report(1, &[by("2024-S1", 400)]);
    let september = |value| report(2, &[by("2024-01-01/P9M", value)]);
    assert_eq!(verdicts(&[june.clone(), september(612)]), [(Relation::Order, Verdict::Agrees)]);
    assert_eq!(verdicts(&[june.clone(), september(300)]), [(Relation::Order, Verdict::Conflicts)]);
    // Each is set against the next that is stated: the year against September, not against June.
    let year = report(3, &[by("2024", 816)]);
    let all = findings(&[june.clone(), september(612), year]);
    assert_eq!(all.len(), 2, "{all:?}");
    // The second half holds nothing of the first, and a plan may be cut.
    assert_eq!(verdicts(&[june, report(2, &[by("2024-S2", 300)])]), []);
    let planned = |period, value| Stated { aspect: Aspect::Plan, ..by(period, value) };
    let cut = [report(1, &[planned("2024-S1", 400)]), report(2, &[planned("2024", 300)])];
    assert_eq!(verdicts(&cut), []);
}

#[test]
fn a_share_is_set_against_the_whole_that_another_report_states() {
    let national = Stated { fund: Fund::National, value: 300, ..OUTTURN };
    let share = |value| Stated { measure: Measure::Share, value, unit: "percent", ..national.clone() };
    let whole = report(1, &[OUTTURN]);
    let part = |value| report(2, &[national.clone(), share(value)]);
    assert_eq!(verdicts(&[whole.clone(), part(37)]), [(Relation::Share, Verdict::Agrees)]);
    assert_eq!(verdicts(&[whole.clone(), part(87)]), [(Relation::Share, Verdict::Conflicts)]);
    // No digit makes it one of this whole: it is of another.
    assert_eq!(verdicts(&[whole, part(55)]), []);
}

#[test]
fn a_region_has_its_share_of_the_country() {
    let north = Stated { area: "KC_N28", value: 300, ..OUTTURN };
    let share = |value| Stated { measure: Measure::Share, value, unit: "percent", ..north.clone() };
    let country = report(1, &[Stated { area: "VN", ..OUTTURN }]);
    let region = |value| report(2, &[north.clone(), share(value)]);
    // The whole is told by the base alone.
    assert_eq!(verdicts(&[country.clone(), region(37)]), []);
    let mut of_country = statements(&[&country, &region(37)], rules());
    for one in of_country.iter_mut().filter(|one| one.figure.measure == Measure::Share) {
        let base = Some(Base { period: None, aspect: None, area: Some(AreaCode::new("VN")) });
        one.figure = std::sync::Arc::new(Figure { base, ..(*one.figure).clone() });
    }
    let mut found = Vec::new();
    decide_all(&Loaded::of(of_country), &rules().areas, |finding| found.push(finding));
    let found: Vec<_> = found.iter().map(|finding| (finding.relation, finding.verdict)).collect();
    assert_eq!(found, [(Relation::Share, Verdict::Agrees)]);
}

#[test]
fn a_percentage_of_the_plan_of_the_year_is_set_against_that_plan_in_another_report() {
    let nine = Stated { period: "2024-01-01/P9M", value: 612, ..OUTTURN };
    let rate = |value| Stated { measure: Measure::OfPlan, value, unit: "percent", ..nine.clone() };
    let plan = report(1, &[PLAN]);
    let of = |value| verdicts(&[plan.clone(), report(2, &[nine.clone(), rate(value)])]);
    assert_eq!(of(72), [(Relation::OfPlan, Verdict::Agrees)]);
    assert_eq!(of(82), [(Relation::OfPlan, Verdict::Conflicts)]);
}

/// The plan of 2023 that nobody prints: behind the outturn of 2023, and behind the plan of 2024.
fn two_ways(growth: i128) -> [Report; 2] {
    let done = Stated { period: "2023", value: 720, ..OUTTURN };
    let rate = Stated { measure: Measure::OfPlan, value: 90, unit: "percent", ..done.clone() };
    let rise = Stated { measure: Measure::Growth, value: growth, unit: "percent", ..PLAN };
    [report(1, &[done, rate]), report(2, &[Stated { value: 850, ..PLAN }, rise])]
}

#[test]
fn two_reports_fix_a_plan_that_neither_prints() {
    let reports = two_ways(6);
    assert_eq!(verdicts(&reports), [(Relation::OfPlan, Verdict::Agrees)]);
    let found = derived(&reports);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].aspect, found[0].from.len()), (Some(Aspect::Plan), 4));
    // Either alone admits more: 795,0 to 805,1 by the one, 797,6 to 806,2 by the other.
    let end = |text: &Option<String>| text.as_deref().unwrap().parse::<f64>().unwrap();
    let (low, high) = (end(&found[0].low), end(&found[0].high));
    assert!((797.5..797.8).contains(&low) && (804.9..805.2).contains(&high), "{low} {high}");
    // One report alone, copies of it too, derive nothing across documents; nor does what contradicts itself.
    assert_eq!(derived(&reports[..1]), []);
    assert_eq!(derived(&[reports[0].clone(), Report { name: 3, ..reports[0].clone() }]), []);
    let odd = two_ways(9);
    assert_eq!((derived(&odd), verdicts(&odd)), (vec![], vec![(Relation::OfPlan, Verdict::Conflicts)]));
    // As soon as somebody prints it, it is no more derived.
    let printed = report(4, &[Stated { period: "2023", value: 801, ..PLAN }]);
    assert_eq!(derived(&[reports[0].clone(), reports[1].clone(), printed]), []);
}

#[test]
fn what_holds_pair_by_pair_across_reports_and_cannot_hold_together_is_a_joint_contradiction() {
    // Up 5 % four times is 21,6 %, which 10 and 10 are not, although every step holds by rounding.
    let years = ["2020", "2021", "2022", "2023", "2024"];
    let level = |period| Stated { period, value: 10, ..OUTTURN };
    let rate = |period| Stated { measure: Measure::Growth, value: 5, unit: "percent", ..level(period) };
    let of = |at: usize| report(at as u32, &[level(years[at]), rate(years[at])]);
    let found = findings(&(0..5).map(of).collect::<Vec<_>>());
    let joint: Vec<&Finding> = found.iter().filter(|one| one.rule == "relations.joint").collect();
    assert_eq!(joint.len(), 1, "{found:?}");
    assert!(joint[0].documents.len() >= 4, "{joint:?}");
    assert!(
        found.iter().filter(|one| one.rule != "relations.joint").all(|one| one.verdict == Verdict::Agrees)
    );
}

#[test]
fn relations_that_are_too_many_to_be_looked_at_together_say_so() {
    const YEARS: [&str; 30] = [
        "1991", "1992", "1993", "1994", "1995", "1996", "1997", "1998", "1999", "2000", "2001", "2002",
        "2003", "2004", "2005", "2006", "2007", "2008", "2009", "2010", "2011", "2012", "2013", "2014",
        "2015", "2016", "2017", "2018", "2019", "2020",
    ];
    let of = |at: usize| {
        let level = Stated { period: YEARS[at], value: 800, ..OUTTURN };
        let rate = Stated { measure: Measure::Growth, value: 0, unit: "percent", ..level.clone() };
        report(at as u32, &[level, rate])
    };
    let found = findings(&(0..30).map(of).collect::<Vec<_>>());
    assert_eq!(found.len(), 29, "each of the relations is decided all the same");
    assert!(found.iter().all(|one| one.verdict == Verdict::Agrees), "{found:?}");
    assert!(found.iter().all(|one| one.assumptions == ["component_too_large"]), "{found:?}");
    // Fewer are looked at together.
    let few = findings(&(0..20).map(of).collect::<Vec<_>>());
    assert!(few.iter().all(|one| one.assumptions.is_empty()), "{few:?}");
}

#[test]
fn two_shares_or_means_of_one_key_are_held_against_each_other_where_one_digit_tells_them_apart() {
    for measure in [Measure::Share, Measure::Mean, Measure::Difference] {
        let of = |value| Stated { measure, value, ..OUTTURN };
        let against = |value| verdicts(&[report(1, &[of(358)]), report(2, &[of(value)])]);
        assert_eq!(against(358), [(Relation::Restated, Verdict::Agrees)]);
        assert_eq!(against(858), [(Relation::Restated, Verdict::Conflicts)]);
        assert_eq!(against(421), [], "they may be of two wholes");
    }
}

#[test]
fn a_key_shared_by_everything_says_so_and_is_not_compared() {
    let reports: Vec<Report> =
        (0..600).map(|name| report(name, &[Stated { value: 800 + i128::from(name), ..OUTTURN }])).collect();
    let found = findings(&reports);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].verdict, Verdict::Undetermined);
    assert_eq!(found[0].assumptions, ["too_many_statements"]);
}

/// A level, with what its report says of plan and year before: mostly so that all of it fits together.
fn any_block() -> impl Strategy<Value = Vec<Stated>> {
    let areas = prop::sample::select(vec![("VN", 3), ("KC_N28", 1), ("KC_C15", 1), ("KC_S20", 1)]);
    let years = prop::sample::select(vec![("2022", 1000), ("2023", 1100), ("2024", 1210), ("2024-S1", 1150)]);
    let aspects = prop::sample::select(vec![Aspect::Plan, Aspect::Actual, Aspect::Actual, Aspect::Estimate]);
    let funds = prop::sample::select(vec![
        (Fund::Total, 10),
        (Fund::Total, 10),
        (Fund::National, 4),
        (Fund::Local, 6),
    ]);
    let noise = prop::sample::select(vec![10, 10, 10, 11]);
    let rates = (
        prop::sample::select(vec![None, Some(90), Some(90), Some(95)]),
        prop::sample::select(vec![None, Some(10), Some(10), Some(16)]),
        prop::sample::select(vec![None, None, Some(10), Some(13)]),
    );
    let hedges = prop::sample::select(vec![Qualifier::Eq, Qualifier::Eq, Qualifier::Eq, Qualifier::Gt]);
    (areas, years, aspects, funds, noise, rates, hedges).prop_map(
        |(
            (area, times),
            (period, plan),
            aspect,
            (fund, tenths),
            noise,
            (of_plan, growth, rise),
            qualifier,
        )| {
            let share = if aspect == Aspect::Plan { 10 } else { 9 };
            let value = plan * times * tenths * share * noise;
            let level = Stated { area, period, aspect, fund, value, step: 100, qualifier, ..PLAN };
            let mut block = vec![level.clone()];
            if aspect != Aspect::Plan && qualifier == Qualifier::Eq {
                let rate =
                    |measure, value| Stated { measure, value, step: 1, unit: "percent", ..level.clone() };
                block.extend(of_plan.map(|value| rate(Measure::OfPlan, value)));
                block.extend(growth.map(|value| rate(Measure::Growth, value)));
                // A level rises by an eleventh of itself; a fund has as many tenths of the whole.
                let rise = rise.map(|tenths| value * tenths / 110);
                block.extend(rise.map(|value| Stated {
                    measure: Measure::Difference,
                    value,
                    ..level.clone()
                }));
                block.extend((fund != Fund::Total).then(|| rate(Measure::Share, tenths * 10)));
            }
            block
        },
    )
}

fn any_reports() -> impl Strategy<Value = Vec<Report>> {
    let one = (0..4_u32, prop::collection::vec(any_block(), 1..4));
    prop::collection::vec(one, 1..10).prop_map(|reports| {
        let of = |(name, (copy_of, blocks)): (u32, (u32, Vec<Vec<Stated>>))| {
            let numbered = blocks.into_iter().enumerate();
            let stated = numbered
                .flat_map(|(sentence, block)| block.into_iter().map(move |one| Stated { sentence, ..one }))
                .collect();
            // Few are copies: neighbours of one number.
            Report { name, copy_of: copy_of + 4 * (name / 2), stated }
        };
        (0..).zip(reports).map(of).collect()
    })
}

/// The random reports below are worth something: they contradict each other, and agree.
#[test]
fn random_reports_are_related_in_every_way() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: BTreeMap<(Relation, Verdict), usize> = BTreeMap::new();
    for _ in 0..400 {
        let reports = any_reports().new_tree(&mut runner).unwrap().current();
        for relation in verdicts(&reports) {
            *seen.entry(relation).or_default() += 1;
        }
    }
    for relation in [
        Relation::Restated,
        Relation::OfPlan,
        Relation::Growth,
        Relation::Difference,
        Relation::Order,
        Relation::Share,
        Relation::Sum,
    ] {
        for verdict in [Verdict::Agrees, Verdict::Conflicts] {
            assert!(
                seen.get(&(relation, verdict)).is_some_and(|times| *times >= 3),
                "{relation} {verdict}: {seen:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_order_of_documents_does_not_matter(reports in any_reports(), seed in any::<u64>()) {
        let rules = rules();
        let straight: Vec<&Report> = reports.iter().collect();
        let mut turned = straight.clone();
        turned.sort_by_key(|report| Digest::of(&(seed ^ u64::from(report.name)).to_le_bytes()));
        prop_assert_eq!(scratch(&straight, rules), scratch(&turned, rules));
    }

    #[test]
    fn step_by_step_gives_what_deciding_everything_gives(
        reports in any_reports(), seed in any::<u64>(), size in 1usize..4,
    ) {
        let rules = rules();
        let mut turned: Vec<&Report> = reports.iter().collect();
        turned.sort_by_key(|report| Digest::of(&(seed ^ u64::from(report.name)).to_le_bytes()));
        let batches: Vec<Vec<&Report>> = turned.chunks(size).map(<[&Report]>::to_vec).collect();
        let (findings, derived) = stepwise(&batches, rules);
        let stands = (findings.into_values().collect(), derived.into_values().collect());
        prop_assert_eq!(stands, scratch(&turned, rules));
    }
}
