//! From related statements to findings: verdict, suspects, and one sentence in each language.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Digest;
use crate::model::figure::{Figure, FigureId};
use crate::model::finding::{Derived, Explanation, Finding, Operand, Suspect, Verdict};
use crate::model::interval::Interval;
use crate::model::rational::Rational;
use crate::stage::rules::relations::AssumedCount;

use super::super::claim::Decision;
use super::super::explain;
use super::super::quantity::{self, Reading};
use super::super::suspects::{self, Support, Together};
use super::related::{Kind, Related};
use super::statement::Cell;
use super::system;
use super::unprinted::Unprinted;

/// The code in a finding's assumptions of a cell with too many statements.
const CROWDED: &str = "too_many_statements";

/// Returns the id of what a relation becomes.
pub(super) fn id(related: &Related<'_>) -> String {
    Finding::id_of(related.claim.relation, &operands(related))
}

fn operands(related: &Related<'_>) -> Vec<Operand> {
    let roles = related.claim.roles.iter();
    let both = related.claim.figures.iter().zip(roles);
    both.map(|(figure, role)| Operand { id: figure.id.clone(), role: (*role).to_owned() }).collect()
}

/// Decides relations and gives every finding, with the cells that it hangs on, to `each`, in order of id. A
/// figure is upheld by every relation here that holds, and by those of its own document, which `upheld` counts.
/// Returns what nobody prints and several documents lead to, in order of id.
///
/// # Errors
/// As `upheld`.
pub(super) fn for_each<E>(
    related: &[Related<'_>],
    unprinted: &[Unprinted<'_>],
    mut upheld: impl FnMut(&FigureId) -> Result<usize, E>,
    mut each: impl FnMut(BTreeSet<Cell>, Finding),
) -> Result<Vec<Derived>, E> {
    let mut decided: BTreeMap<String, (&Related<'_>, Decision)> = BTreeMap::new();
    for one in related {
        decided.entry(id(one)).or_insert_with(|| (one, decide(one)));
    }
    let holding = decided.values().map(|(one, decision)| (&one.claim, decision.verdict));
    let mut support = Support::of(holding, &[]);
    // Only the figures of a conflict are compared by what upholds them.
    let doubted = decided.values().filter(|(_, decision)| decision.verdict == Verdict::Conflicts);
    let doubted: BTreeSet<&FigureId> =
        doubted.flat_map(|(one, _)| one.claim.figures.iter().map(|figure| &figure.id)).collect();
    for figure in doubted {
        let count = upheld(figure)?;
        if count > 0 {
            support.add(figure, count);
        }
    }
    let together = Together::of(decided.values().map(|(one, decision)| (&one.claim, decision.verdict)));
    let holding: Vec<&Related<'_>> = decided
        .values()
        .filter(|(_, decision)| decision.verdict == Verdict::Agrees)
        .map(|(one, _)| *one)
        .collect();
    let system::Together { findings: mut jointly, unseen } = system::together(&holding, &support);
    for (id, (one, decision)) in &decided {
        jointly.remove(id);
        while jointly.first_key_value().is_some_and(|(first, _)| first < id) {
            jointly.pop_first().into_iter().for_each(|(_, (cells, finding))| each(cells, finding));
        }
        let mut finding = finding(id, one, decision, &support, &together);
        if let Some(unseen) = unseen.get(id) {
            finding.assumptions.push(unseen.code.to_owned());
            finding.explanation.vi.push_str(&unseen.words.vi);
            finding.explanation.en.push_str(&unseen.words.en);
        }
        each(one.cells().collect(), finding);
    }
    jointly.into_values().for_each(|(cells, finding)| each(cells, finding));
    Ok(system::derived(&holding, unprinted))
}

fn decide(related: &Related<'_>) -> Decision {
    let decision = related.claim.decide();
    if let Kind::Crowded(_) = related.kind {
        return Decision { verdict: Verdict::Undetermined, assumption: Some(CROWDED), ..decision };
    }
    decision
}

fn finding(
    id: &str,
    related: &Related<'_>,
    decision: &Decision,
    support: &Support,
    together: &Together,
) -> Finding {
    let claim = &related.claim;
    let documents: BTreeSet<Digest> = related.statements.iter().map(|one| one.document).collect();
    let suspects = match decision.verdict {
        Verdict::Conflicts => suspects::rank(claim, support, together),
        _ => Vec::new(),
    };
    if related.kind == Kind::Counted {
        return counted(id, related, decision);
    }
    Finding {
        id: id.to_owned(),
        verdict: decision.verdict,
        relation: claim.relation,
        figures: operands(related),
        formula: claim.text(),
        computed: decision.computed.bounds(),
        stated: decision.stated.bounds(),
        gap: decision.computed.gap(&decision.stated).to_text(12, true),
        documents: documents.into_iter().collect(),
        explanation: sentence(related, decision, &suspects),
        suspects,
        assumptions: decision.assumption.iter().map(|code| (*code).to_owned()).collect(),
        readings: claim.readings(decision),
        rule: claim.rule.to_owned(),
    }
}

/// The counts of all parts as their sum, beside the number that they rest on.
fn counted(id: &str, related: &Related<'_>, decision: &Decision) -> Finding {
    let claim = &related.claim;
    let parts = claim.figures.iter().map(|figure| quantity::printed(figure));
    let formula = parts.collect::<Vec<_>>().join(" + ");
    let each = claim.figures.iter().map(|figure| quantity::interval(figure, Reading::Rounded));
    let computed = each.fold(Interval::point(Rational::ZERO), |sum, one| sum.add(&one));
    let documents: BTreeSet<Digest> = related.statements.iter().map(|one| one.document).collect();
    let (count, known) = (documents.len(), &claim.assumptions);
    let stated = known.iter().fold(Rational::ZERO, |sum, known| sum.add(&Rational::whole(known.count)));
    let stated = Interval::point(stated);
    let all =
        |name: fn(&AssumedCount) -> &str| known.iter().map(|one| name(one)).collect::<Vec<_>>().join(", ");
    let (vi, en) = (all(|known| &known.name), all(|known| &known.code));
    Finding {
        id: id.to_owned(),
        verdict: decision.verdict,
        relation: claim.relation,
        figures: operands(related),
        computed: computed.bounds(),
        stated: stated.bounds(),
        gap: computed.gap(&stated).to_text(12, true),
        suspects: Vec::new(),
        documents: documents.into_iter().collect(),
        explanation: Explanation {
            vi: format!(
                "Đối chiếu {count} báo cáo: {formula} của các vùng đúng bằng {vi} của cả nước. (Giả định: {vi}.)"
            ),
            en: format!(
                "Across {count} reports: {formula} of the regions are the {en} of the country. (Assumed: {en}.)"
            ),
        },
        formula,
        assumptions: known.iter().map(|known| known.code.clone()).collect(),
        readings: Vec::new(),
        rule: claim.rule.to_owned(),
    }
}

fn sentence(related: &Related<'_>, decision: &Decision, suspects: &[Suspect]) -> Explanation {
    let claim = &related.claim;
    if let Kind::Crowded(limit) = related.kind {
        return Explanation {
            vi: format!(
                "Hơn {limit} số liệu của nhiều báo cáo có chung chỉ tiêu, địa bàn và kỳ này; chúng không được so với nhau."
            ),
            en: format!(
                "More than {limit} figures of several reports share this indicator, area and period; they are not compared with each other."
            ),
        };
    }
    let two = matches!(related.kind, Kind::Restated | Kind::Revised | Kind::Estimated);
    if !two {
        let Explanation { vi, en } = explain::sentence(claim, decision, suspects);
        let count = related.statements.iter().map(|one| one.document).collect::<BTreeSet<_>>().len();
        return Explanation {
            vi: format!("Đối chiếu {count} báo cáo: {vi}"),
            en: format!("Across {count} reports: {en}"),
        };
    }
    let [a, b] = [0, 1].map(|at| explain::hedged(claim.figures[at], true));
    let [en_a, en_b] = [0, 1].map(|at| explain::hedged(claim.figures[at], false));
    let (of, en_of) = quantity_words(claim.figures[0]);
    let (check, en_check) = explain::to_check(claim, suspects);
    let (vi, en) = match (decision.verdict, related.kind) {
        (Verdict::Agrees, _) => {
            (format!("Hai báo cáo thống nhất: {a} và {b}."), format!("Two reports agree: {en_a} and {en_b}."))
        }
        (Verdict::AgreesIfTruncated, _) => (
            format!("Hai báo cáo in {a} và {b}; chỉ khớp nếu chữ số cuối bị cắt bỏ thay vì làm tròn."),
            format!(
                "Two reports print {en_a} and {en_b}; they agree only if the digits were cut off, not rounded."
            ),
        ),
        (Verdict::DiffersInScope, Kind::Estimated) => (
            format!(
                "Một báo cáo ước tính {a}, báo cáo kia ghi số đã thực hiện {b}; số ước tính được thay thế, không mâu thuẫn."
            ),
            format!(
                "One report estimates {en_a}, another states {en_b} as carried out; the estimate is superseded, not contradicted."
            ),
        ),
        (Verdict::DiffersInScope, Kind::Revised) => (
            format!(
                "Hai báo cáo in {a} và {b}; đây là số được điều chỉnh hoặc tính đến thời điểm khác, không mâu thuẫn."
            ),
            format!(
                "Two reports print {en_a} and {en_b}; the figure was revised or is as of another time, which is no contradiction."
            ),
        ),
        (Verdict::DiffersInScope, _) => (
            format!("Hai báo cáo in {a} và {b}, nhưng văn bản nêu rõ các số này không cùng phạm vi."),
            format!(
                "Two reports print {en_a} and {en_b}, but the text itself says that they are not counted alike."
            ),
        ),
        (Verdict::Undetermined, _) => (
            format!(
                "Hai báo cáo in {a} và {b}; chỉ khớp nếu các số tròn đã được làm tròn, chưa đủ để kết luận."
            ),
            format!(
                "Two reports print {en_a} and {en_b}; they agree only if the round amounts were rounded, which cannot be decided."
            ),
        ),
        (Verdict::Conflicts, _) => (
            format!("Hai báo cáo in hai số khác nhau cho {of}: {a} và {b}; đề nghị kiểm tra {check}."),
            format!(
                "Two reports print different numbers for {en_of}: {en_a} and {en_b}; please check {en_check}."
            ),
        ),
    };
    Explanation { vi, en }
}

/// Names a quantity by the words of one of its figures and the time.
fn quantity_words(figure: &Figure) -> (String, String) {
    let when = figure.period.map(|period| (period.in_vietnamese(), period.in_english()));
    let (vi, en) = when.unwrap_or_else(|| ("cùng kỳ".to_owned(), "one period".to_owned()));
    (format!("«{}» {vi}", figure.label), format!("“{}”, {en}", figure.label))
}
