//! The reconcile stage: what arithmetic can decide between the figures of a report.
//!
//! 1. [`quantity`] reads each figure as an interval of exact fractions.
//! 2. [`rates`], [`sums`], [`columns`], [`restated`], [`some`] and [`slots`] find which figures are related, from slots and words.
//!    [`guard`] asks of the slots what the rules of each relation ask.
//! 3. [`claim`] decides each relation, exactly.
//! 4. [`joint`] finds relations that hold one by one and cannot hold together. [`suspects`] ranks the figures of a conflict; [`explain`] puts every finding in words.
//! 5. [`mod@derive`] computes what nobody printed.
//!
//! What is reported does not depend on the order of the figures given.

pub mod across;
mod anchor;
mod assumed;
mod claim;
mod columns;
mod derive;
mod explain;
mod formula;
mod guard;
mod joint;
#[cfg(test)]
mod oracle;
mod page;
mod quantity;
mod rates;
mod reach;
mod restated;
mod routes;
mod slots;
mod solve;
mod some;
mod sums;
mod suspects;
mod system;
mod term;
mod tie;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Digest;
use crate::model::figure::{Figure, FigureId, Qualifier};
use crate::model::finding::{Derived, Finding, Operand, Verdict};
use crate::stage::rules::relations::RelationRules;

/// Rises with every change of what the stage reports.
pub const VERSION: u32 = 7;

/// What reconciling one document yields, in order of id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciliation {
    /// Relations decided.
    pub findings: Vec<Finding>,
    /// Figures that nobody printed.
    pub derived: Vec<Derived>,
}

/// Relates and decides the figures of one document, whose spans lie in `source`.
pub fn reconcile(
    document: Digest,
    source: &str,
    figures: &[Figure],
    rules: &RelationRules,
) -> Reconciliation {
    let page = page::Page::new(source, figures, rules);
    let mut claims = rates::claims(&page);
    let known: BTreeSet<FigureId> = claims.iter().map(|claim| claim.stated().id.clone()).collect();
    let routes = routes::find(&page, &|rate| known.contains(&rate.id));
    claims.extend(routes::claims(&page, &routes));
    let (shares, assumed) = assumed::claims(&page);
    claims.extend(shares);
    claims.extend(sums::claims(&page));
    claims.extend(restated::claims(&page));
    claims.extend(some::claims(&page));
    claims.extend(slots::claims(&page));
    // What divides zero by zero agrees with everything, and says nothing.
    let exact = |claim: &claim::Claim<'_>| claim.figures.iter().all(|one| one.qualifier == Qualifier::Eq);
    claims.retain(|claim| !exact(claim) || !claim.is_open() || claim.rates().is_some());
    let mut decided = BTreeMap::new();
    for claim in claims {
        let operands: Vec<Operand> = claim
            .figures
            .iter()
            .enumerate()
            .map(|(at, figure)| Operand { id: figure.id.clone(), role: claim.roles[at].to_owned() })
            .collect();
        let id = Finding::id_of(claim.relation, &operands);
        let decision = claim.decide();
        decided.entry(id).or_insert((claim, operands, decision));
    }
    let settled: Vec<&claim::Claim<'_>> = decided.values().map(|(claim, ..)| claim).collect();
    let derived = derive::derived(&settled, &routes, assumed);
    let holding = decided.values().map(|(claim, _, decision)| (claim, decision.verdict));
    let support = suspects::Support::of(holding, &derived);
    let verdicts = decided.values().map(|(claim, _, decision)| (claim, decision.verdict));
    let together = suspects::Together::of(verdicts);
    let ranked = |claim: &claim::Claim<'_>, verdict| {
        let conflicts = verdict == Verdict::Conflicts;
        if conflicts { suspects::rank(claim, &support, &together) } else { Vec::new() }
    };
    let holding = decided.values().filter(|(_, _, decision)| decision.verdict == Verdict::Agrees);
    let held: Vec<&String> =
        decided.iter().filter(|(_, (.., one))| one.verdict == Verdict::Agrees).map(|(id, _)| id).collect();
    let joint = joint::findings(|_| document, holding.map(|(claim, ..)| claim), &support);
    let unseen = joint.unseen();
    let unseen: BTreeMap<&String, &joint::Unseen> =
        unseen.iter().filter_map(|(place, one)| Some((*held.get(*place)?, one))).collect();
    let mut findings: Vec<Finding> = decided
        .iter()
        .map(|(id, (claim, operands, decision))| {
            (id, claim, operands, decision, ranked(claim, decision.verdict))
        })
        .map(|(id, claim, operands, decision, suspects)| Finding {
            id: id.clone(),
            verdict: decision.verdict,
            relation: claim.relation,
            figures: operands.clone(),
            formula: claim.text(),
            computed: decision.computed.bounds(),
            stated: decision.stated.bounds(),
            gap: decision.computed.gap(&decision.stated).to_text(12, true),
            documents: vec![document],
            explanation: explain::sentence(claim, decision, &suspects),
            suspects,
            assumptions: claim
                .assumptions
                .iter()
                .map(|known| known.code.clone())
                .chain(decision.assumption.iter().map(|code| (*code).to_owned()))
                .collect(),
            readings: claim.readings(decision),
            rule: claim.rule.to_owned(),
        })
        .collect();
    for finding in &mut findings {
        page.reach.tell(finding);
        if let Some(unseen) = unseen.get(&finding.id) {
            finding.assumptions.push(unseen.code.to_owned());
            finding.explanation.vi.push_str(&unseen.words.vi);
            finding.explanation.en.push_str(&unseen.words.en);
        }
    }
    findings.extend(joint.findings.into_iter().filter(|finding| !decided.contains_key(&finding.id)));
    findings.sort_by(|a, b| a.id.cmp(&b.id));
    findings.dedup_by(|a, b| a.id == b.id);
    Reconciliation { findings, derived }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::figure::{Aspect, IndicatorCode, Measure, UnitCode};
    use crate::model::finding::Relation;
    use crate::model::{Decimal, Span};
    use crate::stage::rules::RulePack;

    const REPORT: &str =
        "Năm 2022, kế hoạch kinh phí là 50,00 tỷ đồng; thực hiện 40,00 tỷ đồng, đạt RATE% kế hoạch.";

    fn figure(source: &str, quote: &str, measure: Measure, aspect: Aspect) -> Figure {
        let start = source.find(quote).unwrap();
        let span = Span::new(start, start + quote.len());
        let digits: String = quote.chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
        let printed: Decimal = digits.replace(',', ".").parse().unwrap();
        let (power, unit) = if quote.contains("tỷ") { (9, "VND") } else { (0, "percent") };
        let decimals = digits.split_once(',').map_or(0, |(_, part)| part.len());
        let step = Decimal::whole(1).shift(power - i32::try_from(decimals).unwrap()).unwrap();
        Figure {
            id: FigureId::of(Digest::of(b"report"), span, measure),
            span,
            sentence: Span::new(0, source.len()),
            quote: quote.into(),
            indicator: Some(IndicatorCode::new("kinh_phi")),
            label: "kinh phí".to_owned(),
            period: "2022".parse().ok(),
            aspect: Some(aspect),
            ..Figure::printed(start, measure, [printed.shift(power).unwrap(), step], unit)
        }
    }

    fn reconciled(rate: &str) -> (Vec<Figure>, Reconciliation) {
        let source = REPORT.replace("RATE", rate);
        let figures = vec![
            figure(&source, "50,00 tỷ đồng", Measure::Value, Aspect::Plan),
            figure(&source, "40,00 tỷ đồng", Measure::Value, Aspect::Actual),
            figure(&source, &format!("{rate}%"), Measure::OfPlan, Aspect::Actual),
        ];
        let found = reconcile(Digest::of(b"report"), &source, &figures, &RulePack::builtin().relations);
        (figures, found)
    }

    #[test]
    fn a_percentage_of_plan_that_holds_agrees() {
        let (_, found) = reconciled("80,00");
        assert_eq!(found.findings.len(), 1);
        assert_eq!(found.findings[0].verdict, Verdict::Agrees);
        assert_eq!(found.findings[0].relation, Relation::OfPlan);
        assert_eq!(found.findings[0].gap, "0");
    }

    #[test]
    fn a_changed_digit_conflicts_and_is_suspected_with_its_repair() {
        let (figures, found) = reconciled("87,00");
        let finding = &found.findings[0];
        assert_eq!(finding.verdict, Verdict::Conflicts);
        assert_eq!(finding.formula, "40,00 tỷ đồng / 50,00 tỷ đồng");
        let rate = finding.suspects.iter().find(|suspect| suspect.id == figures[2].id).unwrap();
        assert_eq!(rate.repair.as_deref(), Some("80"));
        assert!(finding.explanation.vi.contains("87,00%"));
    }

    #[test]
    fn relations_of_more_levels_than_are_solved_together_say_so() {
        let told = |count: usize| {
            let parts: Vec<String> = (1..=count).map(|part| format!("1,{part:02} tỷ đồng")).collect();
            let hundredths = (1..=count).map(|part| 100 + part).sum::<usize>();
            let (whole, rest) = (hundredths / 100, hundredths % 100);
            let source = format!(
                "Kế hoạch là {}9,90 tỷ đồng. Thực hiện {whole},{rest:02} tỷ đồng, đạt RATE% kế hoạch, gồm: {}.",
                whole,
                parts.join("; ")
            );
            let plan: usize = format!("{whole}990").parse().unwrap();
            // To two decimals.
            let rate = (hundredths * 100_000 / plan + 5) / 10;
            let rate = format!("{},{:02}%", rate / 100, rate % 100);
            let source = source.replace("RATE%", &rate);
            let mut figures = vec![
                figure(&source, &format!("{whole}9,90 tỷ đồng"), Measure::Value, Aspect::Plan),
                figure(&source, &format!("{whole},{rest:02} tỷ đồng"), Measure::Value, Aspect::Actual),
                figure(&source, &rate, Measure::OfPlan, Aspect::Actual),
            ];
            figures.extend(parts.iter().map(|part| figure(&source, part, Measure::Value, Aspect::Actual)));
            let rules = RelationRules { parts_limit: 30, ..RulePack::builtin().relations.clone() };
            reconcile(Digest::of(b"report"), &source, &figures, &rules).findings
        };
        let code = "component_too_large".to_owned();
        let few = told(system::LEVELS_LIMIT - 2);
        assert!(few.len() >= 2 && few.iter().all(|finding| finding.assumptions.is_empty()), "{few:#?}");
        let many = told(system::LEVELS_LIMIT);
        let saying: Vec<Relation> =
            many.iter().filter(|one| one.assumptions.contains(&code)).map(|one| one.relation).collect();
        assert!(saying.contains(&Relation::Sum) && saying.contains(&Relation::OfPlan), "{many:#?}");
        let of_plan = many.iter().find(|one| one.relation == Relation::OfPlan).unwrap();
        assert!(of_plan.explanation.vi.contains("26 số liệu"), "{}", of_plan.explanation.vi);
        assert!(of_plan.explanation.en.contains("26 figures"), "{}", of_plan.explanation.en);
    }

    #[test]
    fn figures_out_of_reach_are_told_of() {
        let report = |others: usize| {
            let others = "5 hồ sơ, ".repeat(others);
            let source = format!(
                "Có 400 lượt, {others}có 563.321 lượt, tăng 31.047 lượt (tăng 5,8%) so với năm trước."
            );
            let place = |quote: &str, measure, unit: &str, value: i128, from: usize| {
                let start = from + source[from..].find(quote).unwrap();
                let span = Span::new(start, start + quote.len());
                Figure {
                    id: FigureId::of(Digest::of(b"report"), span, measure),
                    span,
                    quote: quote.into(),
                    value: Decimal::whole(value),
                    step: Decimal::ZERO,
                    unit: UnitCode::new(unit),
                    ..figure(&source, "563.321 lượt", measure, Aspect::Actual)
                }
            };
            let mut figures = vec![place("400 lượt", Measure::Value, "t", 400, 0)];
            let mut from = 0;
            while let Some(at) = source[from..].find("5 hồ sơ") {
                figures.push(place("5 hồ sơ", Measure::Value, "item", 5, from));
                from += at + 1;
            }
            figures.push(place("563.321 lượt", Measure::Value, "t", 563_321, 0));
            figures.push(place("31.047 lượt", Measure::Difference, "t", 31_047, 0));
            let rate = place("5,8%", Measure::Growth, "percent", 0, 0);
            let tenth = Decimal::new(1, 1).unwrap();
            figures.push(Figure { value: Decimal::new(58, 1).unwrap(), step: tenth, ..rate });
            let found = reconcile(Digest::of(b"report"), &source, &figures, &RulePack::builtin().relations);
            let growth = found.findings.into_iter().find(|one| one.relation == Relation::Growth).unwrap();
            (growth.verdict, growth.assumptions, growth.explanation)
        };
        let (verdict, assumptions, _) = report(100);
        assert_eq!((verdict, assumptions), (Verdict::Agrees, Vec::new()));
        let (verdict, assumptions, told) = report(300);
        assert_eq!((verdict, assumptions), (Verdict::Agrees, vec!["figures_out_of_reach".to_owned()]));
        assert!(told.vi.contains("Chỉ 200 số liệu") && told.en.contains("nearest 200 figures"), "{told:?}");
    }

    #[test]
    fn round_money_is_an_open_reading_and_no_contradiction() {
        let source = "Tổng vốn 300 tỷ đồng, gồm vốn vay 125,4 tỷ đồng và vốn tự có 177,2 tỷ đồng.";
        let level = |quote| figure(source, quote, Measure::Value, Aspect::Actual);
        let figures = vec![level("300 tỷ đồng"), level("125,4 tỷ đồng"), level("177,2 tỷ đồng")];
        let found = reconcile(Digest::of(b"report"), source, &figures, &RulePack::builtin().relations);
        let finding = &found.findings[0];
        assert_eq!(finding.verdict, Verdict::Undetermined);
        let readings: Vec<(&str, Verdict)> =
            finding.readings.iter().map(|one| (one.code.as_str(), one.verdict)).collect();
        assert_eq!(readings, [("as_printed", Verdict::Conflicts), ("round_money", Verdict::Agrees)]);
        assert_eq!(finding.readings[0].implied.low.as_deref(), Some("302500000000"));
        assert!(finding.explanation.vi.contains("302,5 đến 302,7 tỷ đồng"), "{}", finding.explanation.vi);
        assert!(finding.explanation.en.contains("302.5 to 302.7 billion"), "{}", finding.explanation.en);
    }

    #[test]
    fn parts_that_make_up_no_whole_contradict_the_nearest_one_alone() {
        let source = "Kế hoạch là 12,5 tỷ đồng. Thực hiện 10,4 tỷ đồng, trong đó quốc gia 4,4 tỷ đồng, địa phương 7,0 tỷ đồng.";
        let level = |quote, aspect| figure(source, quote, Measure::Value, aspect);
        let figures = vec![
            level("12,5 tỷ đồng", Aspect::Plan),
            level("10,4 tỷ đồng", Aspect::Actual),
            level("4,4 tỷ đồng", Aspect::Actual),
            level("7,0 tỷ đồng", Aspect::Actual),
        ];
        let found = reconcile(Digest::of(b"report"), source, &figures, &RulePack::builtin().relations);
        let sums: Vec<&Finding> = found.findings.iter().filter(|f| f.relation == Relation::Sum).collect();
        assert_eq!(sums.len(), 1, "{sums:?}");
        assert!(sums[0].figures.iter().any(|operand| operand.id == figures[1].id), "{sums:?}");
    }

    #[test]
    fn slots_alone_relate_a_rate_to_the_two_levels_of_its_keys() {
        let report = |rate: &str| {
            let source = format!(
                "Ngân sách hỗ trợ 4,5 tỷ đồng.\nHội nghị diễn ra tại thành phố, có nhiều đại biểu.\nGiao 4,2 tỷ đồng, kế hoạch tăng {rate}%."
            );
            let line = |quote: &str| {
                let (at, end) = (source.find(quote).unwrap(), source.len());
                let start = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
                Span::new(start, source[at..].find('\n').map_or(end, |newline| at + newline))
            };
            let year = |quote: &str, measure, year: &str| Figure {
                sentence: line(quote),
                area: Some(crate::model::figure::AreaCode::new("VN63:25")),
                period: year.parse().ok(),
                ..figure(&source, quote, measure, Aspect::Plan)
            };
            let mut change = year(&format!("{rate}%"), Measure::Growth, "2025");
            let base = crate::model::figure::Base { period: "2024".parse().ok(), aspect: None, area: None };
            change.base = Some(base);
            let levels = [("4,5 tỷ đồng", "2025"), ("4,2 tỷ đồng", "2024")];
            let mut figures: Vec<Figure> =
                levels.map(|(quote, when)| year(quote, Measure::Value, when)).to_vec();
            figures.push(change);
            let found = reconcile(Digest::of(b"report"), &source, &figures, &RulePack::builtin().relations);
            found.findings.iter().map(|finding| (finding.relation, finding.verdict)).collect::<Vec<_>>()
        };
        assert_eq!(report("7,1"), [(Relation::Growth, Verdict::Agrees)]);
        // Apart from each other they are no contradiction: another figure may be meant.
        assert_eq!(report("17,9"), []);
    }

    #[test]
    fn a_relation_without_its_rule_is_not_looked_for() {
        let (figures, found) = reconciled("80,00");
        assert_eq!(found.findings.len(), 1);
        let mut rules = RulePack::builtin().relations.clone();
        rules.relation.retain(|rule| rule.id != crate::stage::rules::guards::RelationKind::OfPlan);
        let source = REPORT.replace("RATE", "80,00");
        assert_eq!(reconcile(Digest::of(b"report"), &source, &figures, &rules).findings, []);
    }

    #[test]
    fn the_order_of_the_figures_given_does_not_matter() {
        let (mut figures, found) = reconciled("87,00");
        figures.reverse();
        let source = REPORT.replace("RATE", "87,00");
        let again = reconcile(Digest::of(b"report"), &source, &figures, &RulePack::builtin().relations);
        assert_eq!(again, found);
    }

    #[test]
    fn a_cut_off_digit_agrees_if_truncated() {
        let source = "Thực hiện 1,0000 tỷ đồng trong kế hoạch 1,5000 tỷ đồng, đạt 66,6% kế hoạch.";
        let figures = vec![
            figure(source, "1,0000 tỷ đồng", Measure::Value, Aspect::Actual),
            figure(source, "1,5000 tỷ đồng", Measure::Value, Aspect::Plan),
            figure(source, "66,6%", Measure::OfPlan, Aspect::Actual),
        ];
        let found = reconcile(Digest::of(b"report"), source, &figures, &RulePack::builtin().relations);
        assert_eq!(found.findings[0].verdict, Verdict::AgreesIfTruncated);
    }
}
