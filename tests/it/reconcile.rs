//! Reconciling hand-made figures: what is found, what a changed digit does, what order does.
//!
//! The gold sets lie beside the project; where they are absent these tests say so and pass.

use std::path::{Path, PathBuf};

use socai::model::Digest;
use socai::model::figure::{Figure, Fund};
use socai::model::finding::{Finding, Relation, Verdict};
use socai::stage::reconcile::{Reconciliation, reconcile};
use socai::stage::rules::RulePack;

use crate::gold;

pub(crate) fn shared() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no ../shared beside the project");
    None
}

pub(crate) fn documents(set: &str) -> Vec<gold::Document> {
    let Some(shared) = shared() else { return Vec::new() };
    let folder = shared.join("gold").join(set);
    gold::documents(&folder.join("figures.jsonl"), &folder.join("texts")).unwrap()
}

pub(crate) fn decide(source: &str, figures: &[Figure]) -> Reconciliation {
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
    ("002", Relation::Sum, "≥ 10 tỷ đồng + 6,94 tỷ đồng + 3,94 tỷ đồng", Verdict::Agrees, "20870", ""),
    // Relative, or in points: the two ends of what the first half of 2019 may have been.
    (
        "002",
        Relation::Growth,
        "28,58% / (1 + 12,92%) | 28,58% - 12,92%",
        Verdict::Undetermined,
        "15.65",
        "25.31",
    ),
    // A level over last year's, or a rate over last year's, relative or in points.
    ("004", Relation::Growth, "20% / (1 + 10,25%) | 20% - 10,25%", Verdict::Undetermined, "9.7", ""),
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

/// Who is to be checked in the contradictions of the real reports: report, formula, the figure, its rank,
/// the digits that the ends of what it would have to be begin with, a reason.
const SUSPECTS: &[(&str, &str, &str, u32, &str, &str, &str)] = &[
    ("000", "35,921 tỷ đồng / 77,228 tỷ đồng", "35,921 tỷ đồng", 2, "3588375", "3589194", "unsupported"),
    // Both contradictions have one explanation: another total.
    ("000", "35,921 tỷ đồng / 77,228 tỷ đồng", "77,228 tỷ đồng", 1, "77289", "773054", "second_version"),
    (
        "000",
        "77,228 tỷ đồng / (3,418 tỷ đồng/tỉnh × 63)",
        "77,228 tỷ đồng",
        1,
        "77289",
        "773054",
        "second_version",
    ),
    // A tie.
    ("002", "19,9 tỷ đồng / 69,41 tỷ đồng", "19,9 tỷ đồng", 1, "198324", "198422", "smallest_correction"),
    ("002", "19,9 tỷ đồng / 69,41 tỷ đồng", "28,58%", 1, "28.596", "28.744", "one_digit"),
];

#[test]
fn suspects_are_ranked_as_by_hand() {
    let Some(shared) = shared() else { return };
    let documents = gold::extracted(&shared.join("seeds")).unwrap();
    for (seed, formula, quote, rank, low, high, reason) in SUSPECTS {
        let (_, source, figures) = documents.iter().find(|(name, ..)| name.starts_with(seed)).unwrap();
        let findings = decide(source, figures).findings;
        let finding = findings.iter().find(|finding| finding.formula == *formula).unwrap();
        let id = &figures.iter().find(|figure| figure.quote == *quote).unwrap().id;
        let suspect = finding.suspects.iter().find(|suspect| suspect.id == *id).unwrap();
        assert_eq!(suspect.rank, *rank, "{seed}: {quote}");
        assert!(suspect.reasons.iter().any(|one| one == reason), "{seed}: {quote}: {:?}", suspect.reasons);
        let implied = suspect.implied.as_ref().unwrap();
        let begins = |end: &Option<String>, digits: &str| end.as_deref().unwrap().starts_with(digits);
        assert!(begins(&implied.low, low) && begins(&implied.high, high), "{seed}: {quote}: {implied:?}");
    }
}

#[test]
fn explanations_name_whom_to_check_and_what_an_open_reading_implies() {
    let Some(shared) = shared() else { return };
    let documents = gold::extracted(&shared.join("seeds")).unwrap();
    let said = |seed: &str, verdict: Verdict| {
        let (_, source, figures) = documents.iter().find(|(name, ..)| name.starts_with(seed)).unwrap();
        let findings = decide(source, figures).findings;
        findings.into_iter().find(|finding| finding.verdict == verdict).unwrap().explanation
    };
    let conflict = said("002", Verdict::Conflicts);
    assert!(conflict.vi.contains("19,8324 đến 19,8423 tỷ đồng"), "{}", conflict.vi);
    assert!(conflict.en.contains("19.8324 to 19.8423 billion đồng"), "{}", conflict.en);
    let readings = |seed: &str| {
        let (_, source, figures) = documents.iter().find(|(name, ..)| name.starts_with(seed)).unwrap();
        let findings = decide(source, figures).findings;
        let open = findings.into_iter().find(|finding| finding.rule == "relation.growth.reading").unwrap();
        let told = open.readings.into_iter();
        told.map(|one| (one.code, one.implied.low.unwrap_or_default())).collect::<Vec<_>>()
    };
    let begins = |told: &[(String, String)], expected: &[(&str, &str)]| {
        let fits = |(a, b): (&(String, String), &(&str, &str))| a.0 == b.0 && a.1.starts_with(b.1);
        assert!(told.len() == expected.len() && told.iter().zip(expected).all(fits), "{told:?}");
    };
    begins(&readings("002"), &[("relative", "25.30"), ("percentage_points", "15.65")]);
    // Whether the money or its percentage of plan was the higher is open as well.
    begins(&readings("004"), &[("relative", "18.13"), ("percentage_points", "9.74"), ("level", "3142")]);
    let open = said("002", Verdict::Undetermined);
    for (text, relative, points) in [(&open.vi, "25,3", "15,6"), (&open.en, "25.3", "15.6")] {
        assert!(text.contains(relative) && text.contains(points), "{text}");
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

/// Figures that nobody printed: report, period, fund, and the digits (of đồng) that the ends begin with, as
/// all relations of the report together give them.
const DERIVED: &[(&str, &str, Option<Fund>, &str, &str)] = &[
    ("000", "2012", Some(Fund::Total), "215148", "215211"),
    ("000", "2012", Some(Fund::Total), "2153025", "2153655"),
    // The revenue of consulting, in no fund.
    ("001", "2017", None, "59465", "59493"),
    ("001", "2016", Some(Fund::Total), "59640", "60195"),
    ("002", "2018", Some(Fund::Total), "60054", "60068"),
    ("002", "2019", Some(Fund::Total), "67669", "67679"),
    ("003", "2022-01-01/P8M", Some(Fund::Total), "33484", "33518"),
    ("003", "2023", Some(Fund::Total), "105790", "106026"),
    ("003", "2023", Some(Fund::National), "38727", "38750"),
    ("003", "2023", Some(Fund::Local), "67048", "67283"),
    ("004", "2023", Some(Fund::Total), "186370", "186547"),
    ("004", "2024", Some(Fund::Total), "170436", "170784"),
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
                    && unknown.fund == *fund
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

#[test]
fn every_rule_that_a_finding_cites_is_shown() {
    let pack = RulePack::builtin();
    let mut cited: Vec<String> = Vec::new();
    for (_, source, figures) in documents("khuyencong") {
        let Reconciliation { findings, derived } = decide(&source, &figures);
        cited.extend(findings.into_iter().map(|finding| finding.rule));
        cited.extend(derived.into_iter().flat_map(|unknown| unknown.rules));
    }
    cited.extend(["relation.growth", "relation.sum.funds", "relation.growth.reading"].map(str::to_owned));
    cited.extend(["across.restated", "across.counted", "relations.joint"].map(str::to_owned));
    cited.sort_unstable();
    cited.dedup();
    for rule in cited {
        let shown = pack.cited(&rule);
        let wanted = if rule.starts_with("across.") { "across.toml" } else { "relations.toml" };
        assert!(shown.iter().any(|entry| entry.file == wanted), "{rule}: {shown:?}");
    }
    let growth = pack.cited("relation.growth.reading");
    assert!(growth.len() < 5 && growth.iter().any(|entry| entry.id() == "relation.growth"), "{growth:?}");
    assert!(pack.cited("relation.none.such").is_empty());
}
