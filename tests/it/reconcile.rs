//! Reconciling hand-made figures: what is found, what a changed digit does, what order does.
//!
//! The gold sets lie beside the project; where they are absent these tests say so and pass.

use std::path::{Path, PathBuf};

use socai::model::figure::{Figure, Fund, Qualifier};
use socai::model::finding::{Finding, Relation, Verdict};
use socai::model::{Decimal, Digest};
use socai::stage::reconcile::{Reconciliation, reconcile};
use socai::stage::rules::RulePack;

use crate::gold;

fn shared() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no ../shared beside the project");
    None
}

fn documents(set: &str) -> Vec<gold::Document> {
    let Some(shared) = shared() else { return Vec::new() };
    let folder = shared.join("gold").join(set);
    gold::documents(&folder.join("figures.jsonl"), &folder.join("texts")).unwrap()
}

fn decide(source: &str, figures: &[Figure]) -> Reconciliation {
    reconcile(Digest::of(source.as_bytes()), source, figures, &RulePack::builtin().relations)
}

/// What arithmetic says of five real reports: document, relation, formula, verdict, and the digits
/// that the computed interval begins with (empty where it has no such end).
const SEEDS: &[(&str, Relation, &str, Verdict, &str, &str)] = &[
    ("000", Relation::Growth, "77,228 tỷ đồng / 42,250 tỷ đồng - 1", Verdict::Agrees, "82.7848", "82.7915"),
    ("000", Relation::Mean, "77,228 tỷ đồng / 20 tỉnh, thành phố", Verdict::Agrees, "3861375", "3861425"),
    ("000", Relation::OfPlan, "35,921 tỷ đồng / 77,228 tỷ đồng", Verdict::Conflicts, "46.5119", "46.5138"),
    (
        "000",
        Relation::Share,
        "77,228 tỷ đồng / (3,418 tỷ đồng/tỉnh × 63)",
        Verdict::Conflicts,
        "35.8588",
        "35.8697",
    ),
    ("002", Relation::Growth, "64,47 tỷ đồng / 95,27% × (1 + 2,56%)", Verdict::Agrees, "69390", "69415"),
    ("002", Relation::OfPlan, "19,9 tỷ đồng / 69,41 tỷ đồng", Verdict::Conflicts, "28.596", "28.744"),
    ("003", Relation::Sum, "23,41 tỷ đồng + 19,07 tỷ đồng", Verdict::Agrees, "42470", "42490"),
    (
        "003",
        Relation::OfPlan,
        "42,48 tỷ đồng / (23,41 tỷ đồng / 60,43% + 19,07 tỷ đồng / 28,4%)",
        Verdict::Agrees,
        "40.057",
        "40.178",
    ),
    ("004", Relation::Sum, "79,9 tỷ đồng + 96,6 tỷ đồng", Verdict::Agrees, "176400", "176600"),
    (
        "004",
        Relation::OfPlan,
        "176,4 tỷ đồng / (79,9 tỷ đồng / 97,9% + 96,6 tỷ đồng / 92,1%)",
        Verdict::Agrees,
        "94.454",
        "94.714",
    ),
    ("004", Relation::Sum, "163 cơ sở CNNT + 236 cơ sở CNNT", Verdict::Agrees, "399", "399"),
    (
        "004",
        Relation::Sum,
        "6 mô hình trình diễn kỹ thuật + 10 mô hình trình diễn kỹ thuật",
        Verdict::DiffersInScope,
        "16",
        "16",
    ),
    ("004", Relation::Growth, "176,4 tỷ đồng / 94,6% × (1 - 8,5%)", Verdict::Agrees, "170387", "170851"),
    ("004", Relation::Sum, "176,4 tỷ đồng / 94,6% × (1 - 8,5%) - 71 tỷ đồng", Verdict::Agrees, "", "9985"),
    (
        "004",
        Relation::OfPlan,
        "34,7 tỷ đồng / (176,4 tỷ đồng / 94,6% × (1 - 8,5%))",
        Verdict::Agrees,
        "20.280",
        "20.394",
    ),
];

#[test]
fn real_reports_are_decided_as_by_hand() {
    let Some(shared) = shared() else { return };
    let texts = shared.join("seeds");
    let by_hand = gold::documents(&shared.join("gold/seeds.figures.jsonl"), &texts).unwrap();
    let own = gold::extracted(&texts).unwrap();
    for (whose, documents) in [("by hand", by_hand), ("the extractor's", own)] {
        let found = |seed: &str| {
            let (_, source, figures) = documents.iter().find(|(name, ..)| name.starts_with(seed)).unwrap();
            decide(source, figures).findings
        };
        for (seed, relation, formula, verdict, low, high) in SEEDS {
            let findings = found(seed);
            let finding = findings.iter().find(|f| f.relation == *relation && f.formula == *formula);
            let finding = finding.unwrap_or_else(|| panic!("{whose}, {seed}: no finding {formula}"));
            let computed = &finding.computed;
            assert_eq!(finding.verdict, *verdict, "{whose}, {seed}: {formula}");
            assert!(computed.low.as_deref().unwrap_or("").starts_with(low), "{whose}, {seed}: {computed:?}");
            assert!(
                computed.high.as_deref().unwrap_or("").starts_with(high),
                "{whose}, {seed}: {computed:?}"
            );
        }
        // And nothing else contradicts.
        let conflicts = |seed: &&str| found(seed).iter().filter(|f| f.verdict == Verdict::Conflicts).count();
        let counts: Vec<usize> = ["000", "001", "002", "003", "004"].iter().map(conflicts).collect();
        assert_eq!(counts, [2, 0, 1, 0, 0], "{whose}");
    }
}

#[test]
fn the_number_of_provinces_is_named_as_an_assumption() {
    let Some(shared) = shared() else { return };
    let documents = gold::extracted(&shared.join("seeds")).unwrap();
    let (_, source, figures) = &documents[0];
    let findings = decide(source, figures).findings;
    let share = findings.iter().find(|f| f.relation == Relation::Share).unwrap();
    assert_eq!(share.assumptions, ["63 provinces"]);
    assert!(share.explanation.vi.contains("63"), "{}", share.explanation.vi);
}

#[test]
fn the_order_of_figures_does_not_matter() {
    for (name, source, mut figures) in documents("khuyencong") {
        let found = decide(&source, &figures);
        figures.reverse();
        assert_eq!(decide(&source, &figures), found, "{name}");
        let middle = figures.len() / 2;
        figures.rotate_left(middle);
        assert_eq!(decide(&source, &figures), found, "{name}");
    }
}

/// Changes one digit, so far that rounding does not explain it.
fn mutated(figure: &Figure, seed: usize) -> Option<Figure> {
    let unit = if figure.step == Decimal::ZERO { Decimal::whole(1) } else { figure.step };
    let places = figure.quote.chars().take_while(|c| !c.is_alphabetic()).filter(char::is_ascii_digit).count();
    // The last but one printed digit, or the only one.
    let place = if places > 1 { unit.shift(1)? } else { unit };
    let change = place.checked_mul(Decimal::whole(i128::try_from(seed % 4).ok()? + 2))?;
    let value = if seed.is_multiple_of(2) {
        figure.value.checked_add(change)?
    } else {
        figure.value.checked_sub(change)?
    };
    if value.is_negative() != figure.value.is_negative() || value == Decimal::ZERO {
        return None;
    }
    let mut changed = figure.clone();
    changed.value = value;
    Some(changed)
}

#[test]
fn a_changed_digit_is_flagged_and_suspected() {
    let (mut tried, mut flagged, mut named) = (0, 0, 0);
    for (name, source, figures) in documents("khuyencong").into_iter().chain(documents("real")) {
        let found = decide(&source, &figures).findings;
        if found.iter().any(|finding| finding.verdict == Verdict::Conflicts) {
            continue;
        }
        let rounded = |f: &&Finding| f.verdict == Verdict::Agrees && f.relation != Relation::Restated;
        for (seed, finding) in found.iter().filter(rounded).enumerate() {
            let operand = &finding.figures[seed % finding.figures.len()];
            let at = figures.iter().position(|figure| figure.id == operand.id).unwrap();
            if figures[at].qualifier != Qualifier::Eq {
                continue;
            }
            let Some(changed) = mutated(&figures[at], seed) else { continue };
            let mut others = figures.clone();
            others[at] = changed;
            let after = decide(&source, &others).findings;
            let ids = |f: &Finding| f.figures.iter().map(|o| o.id.clone()).collect::<Vec<_>>();
            // Within what rounding allows: no change that arithmetic could see.
            if after.iter().any(|f| ids(f) == ids(finding) && f.verdict != Verdict::Conflicts) {
                continue;
            }
            let conflicts: Vec<&Finding> = after
                .iter()
                .filter(|f| f.verdict == Verdict::Conflicts && f.figures.iter().any(|o| o.id == operand.id))
                .collect();
            tried += 1;
            if std::env::var_os("SOCAI_SHOW_MUTATIONS").is_some() {
                let first = conflicts
                    .first()
                    .map(|f| (f.formula.as_str(), f.suspects.iter().position(|s| s.id == operand.id)));
                println!(
                    "{name}: {} {} [{}] {} -> {}: {first:?}",
                    finding.verdict, finding.relation, finding.formula, figures[at].quote, others[at].value
                );
            }
            flagged += usize::from(!conflicts.is_empty());
            named +=
                usize::from(conflicts.iter().any(|f| f.suspects.iter().take(2).any(|s| s.id == operand.id)));
        }
    }
    println!("changed {tried}, flagged {flagged}, among the first two suspects {named}");
    assert!(flagged * 100 >= tried * 45, "flagged {flagged} of {tried}");
    assert!(named * 100 >= flagged * 70, "named {named} of {flagged}");
}

/// Figures that nobody printed: report, period, fund, and the digits (of đồng) that the ends begin with, as
/// all relations of the report together give them.
const DERIVED: &[(&str, &str, Fund, &str, &str)] = &[
    ("000", "2012", Fund::Total, "215148", "215211"),
    ("000", "2012", Fund::Total, "2153025", "2153655"),
    ("001", "2016", Fund::Total, "59640", "60195"),
    ("002", "2018", Fund::Total, "60054", "60068"),
    ("002", "2019", Fund::Total, "67669", "67679"),
    ("003", "2022-01-01/P8M", Fund::Total, "33484", "33518"),
    ("003", "2023", Fund::Total, "105790", "106026"),
    ("003", "2023", Fund::National, "38727", "38750"),
    ("003", "2023", Fund::Local, "67048", "67283"),
    ("004", "2023", Fund::Total, "186370", "186547"),
    ("004", "2024", Fund::Total, "170436", "170784"),
];

#[test]
fn unprinted_figures_follow_as_by_hand() {
    let Some(shared) = shared() else { return };
    let texts = shared.join("seeds");
    let by_hand = gold::documents(&shared.join("gold/seeds.figures.jsonl"), &texts).unwrap();
    let own = gold::extracted(&texts).unwrap();
    for (whose, documents) in [("by hand", by_hand), ("the extractor's", own)] {
        for (seed, period, fund, low, high) in DERIVED {
            let (_, source, figures) = documents.iter().find(|(name, ..)| name.starts_with(seed)).unwrap();
            let derived = decide(source, figures).derived;
            let found = derived.iter().any(|unknown| {
                unknown.period.is_some_and(|found| found.to_string() == *period)
                    && unknown.fund == Some(*fund)
                    && unknown.low.as_deref().is_some_and(|end| end.starts_with(low))
                    && unknown.high.as_deref().is_some_and(|end| end.starts_with(high))
            });
            let all: Vec<_> = derived.iter().map(|d| (d.period, d.aspect, d.fund, &d.low, &d.high)).collect();
            assert!(found, "{whose}, {seed} {period} [{low}…, {high}…]: {all:?}");
        }
    }
}

#[test]
fn an_ambiguous_comparison_determines_nothing() {
    let Some(shared) = shared() else { return };
    for (name, source, figures) in gold::extracted(&shared.join("seeds")).unwrap() {
        // `cao hơn 12,92% so với tỷ lệ`, and `đạt trên 20% kế hoạch năm, cao hơn 10,25% so với cùng kỳ`.
        for quote in ["12,92%", "10,25%"] {
            let Some(rate) = figures.iter().find(|figure| figure.quote == quote) else { continue };
            let found = decide(&source, &figures);
            assert!(found.derived.iter().all(|unknown| !unknown.from.contains(&rate.id)), "{name}: {quote}");
            let stands = |f: &&Finding| f.figures.iter().any(|operand| operand.id == rate.id);
            let verdicts: Vec<Verdict> = found.findings.iter().filter(stands).map(|f| f.verdict).collect();
            assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Undetermined), "{name}: {verdicts:?}");
        }
    }
}
