//! Figures a second: within documents, across documents at growing sizes, one more document among so many,
//! and a key that everything shares.

use std::collections::BTreeMap;
use std::convert::Infallible;

use socai::model::figure::{
    AreaCode, Aspect, Base, Figure, FigureId, Fund, IndicatorCode, Measure, Qualifier, UnitCode,
};
use socai::model::finding::Verdict;
use socai::model::{Decimal, Digest, Span};
use socai::stage::reconcile::across::{
    Cell, CodeLists, Loaded, Source, Statement, Stood, Wording, decide_all, decide_region,
};
use socai::stage::rules::RulePack;
use socai::stage::{clean, extract, reconcile, segment};

use super::{per_second, reports, timed};

/// Figures of one report.
const FIGURES: u64 = 12;
/// Figures within documents at the most: it goes document by document, so these tell what more would cost.
const WITHIN_FIGURES: u64 = 10_000;
/// Reports from which the figures within documents come, again and again.
const REPORTS: u64 = 50;
/// Figures to one family of indicators.
const KIND_FIGURES: u64 = 10_000;
/// Documents that arrive one by one.
const ARRIVALS: u64 = 20;

pub(crate) fn run(sizes: &[u64], seed: u64) {
    within(sizes.iter().copied().max().unwrap_or(0).min(WITHIN_FIGURES), seed);
    for figures in sizes {
        // What a smaller size held does not count for a larger one.
        let _reset = std::fs::write("/proc/self/clear_refs", "5");
        across(*figures, seed);
        let _reset = std::fs::write("/proc/self/clear_refs", "5");
        one_key(*figures, seed);
    }
}

fn within(size: u64, seed: u64) {
    let rules = RulePack::builtin();
    let read = |number| {
        let text = reports::numbered(seed, number, 10).text;
        let made = clean::clean(text.as_bytes()).expect("generated reports are UTF-8");
        let blocks = segment::segment(&made.clean.text, &rules.segment);
        let document = Digest::of(text.as_bytes());
        let figures = extract::extract(document, &made.source, &made.clean, &blocks, rules).figures;
        (document, made.source, figures)
    };
    let all: Vec<_> = (0..REPORTS).map(read).collect();
    let ((figures, findings), time) = timed(|| {
        let (mut figures, mut findings) = (0, 0);
        for (document, source, own) in all.iter().cycle() {
            if figures >= size {
                break;
            }
            figures += own.len() as u64;
            findings += reconcile::reconcile(*document, source, own, &rules.relations).findings.len();
        }
        (figures, findings)
    });
    print(&format!("within documents, {size} figures"), figures, time, &format!("{findings} findings"));
}

struct Desk {
    wording: Wording,
    lists: CodeLists,
}

fn desk() -> Desk {
    let rules = RulePack::builtin();
    Desk { wording: Wording::of(rules), lists: CodeLists::of(rules) }
}

fn across(figures: u64, seed: u64) {
    let desk = desk();
    let loaded = Loaded::of((0..figures / FIGURES).flat_map(|number| report(number, figures, seed, &desk)));
    let (counts, time) = timed(|| count(&loaded, &desk));
    print(&format!("across documents, {figures} figures"), figures, time, &counts);
    let (cells, time) = timed(|| {
        let mut cells = 0;
        for number in 0..ARRIVALS {
            // Stated before, or not: what hangs together with its keys is decided anew.
            let changed = report(number * 7, figures, seed, &desk);
            let changed = changed.iter().filter_map(|one| Cell::of(&one.figure));
            let load = |cell: &Cell| Ok::<_, Infallible>(loaded.get(cell).to_vec());
            let Ok(region) = decide_region(changed, &desk.lists, load, |_| Ok(Stood::default()), |_| Ok(0));
            cells += region.components.iter().map(|component| component.cells.len()).sum::<usize>();
        }
        cells
    });
    let each = time.as_secs_f64() * 1e3 / ARRIVALS as f64;
    println!("  one more document {each:>8.2} ms ({} cells decided anew)", cells / ARRIVALS as usize);
}

fn one_key(figures: u64, seed: u64) {
    let desk = desk();
    let of = |number: u64| {
        let document = Digest::of(&(seed ^ number).to_le_bytes());
        let key = Key { indicator: "kinh_phi".into(), area: "VN63:34".into(), period: "2024".into() };
        statement(document, 0, &key, Aspect::Actual, Measure::Value, 1000 + number % 900, &desk)
    };
    let loaded = Loaded::of((0..figures).filter_map(of));
    let (counts, time) = timed(|| count(&loaded, &desk));
    print(&format!("one key, {figures} figures"), figures, time, &counts);
}

fn count(loaded: &Loaded, desk: &Desk) -> String {
    let mut verdicts: BTreeMap<&str, u64> = BTreeMap::new();
    decide_all(loaded, &desk.lists, |finding| *verdicts.entry(finding.verdict.code()).or_default() += 1);
    assert!(verdicts.keys().all(|code| Verdict::from_code(code).is_some()));
    let all: Vec<String> = verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
    all.join(", ")
}

fn print(what: &str, figures: u64, time: std::time::Duration, counts: &str) {
    let peak = super::peak_memory().map_or(0.0, |peak| peak as f64 / 1e6);
    println!("{what:<38} {:>10.0} figures/s  {peak:>8.1} MB  ({counts})", per_second(figures, time));
}

struct Key {
    indicator: String,
    area: String,
    period: String,
}

const INDICATORS: [(&str, u64); 12] = [
    ("kinh_phi", 5000),
    ("kinh_phi_dao_tao_nghe", 700),
    ("tong_von_dau_tu", 90_000),
    ("von_doi_ung", 20_000),
    ("gia_tri_san_xuat_cong_nghiep", 400_000),
    ("doanh_thu_tu_van", 900),
    ("lao_dong_dao_tao_nghe", 1200),
    ("mo_hinh_trinh_dien", 14),
    ("co_so_cnnt", 300),
    ("de_an", 60),
    ("san_pham_tieu_bieu_binh_chon", 80),
    ("hoi_nghi", 25),
];

/// A report of one province, or sometimes a region, on one period: levels of several indicators with their
/// plan or their percentage of it and their growth, as reports of one office from year to year.
fn report(number: u64, figures: u64, seed: u64, desk: &Desk) -> Vec<Statement> {
    let mut dice = Dice(seed ^ (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let document = Digest::of(&dice.0.to_le_bytes());
    let area = match dice.below(20) {
        0 => "VN".to_owned(),
        1 => ["KC_N28", "KC_C15", "KC_S20"][dice.below(3) as usize].to_owned(),
        _ => format!("VN63:{:02}", 1 + dice.below(96)),
    };
    let year = 2000 + dice.below(26);
    let period = match dice.below(12) {
        0 => format!("{year}-S1"),
        1 => format!("{year}-01-01/P9M"),
        2..=5 => format!("{year}-{:02}", 1 + dice.below(12)),
        _ => format!("{year}"),
    };
    let mut made = Vec::new();
    while (made.len() as u64) < FIGURES {
        let (indicator, size) = INDICATORS[dice.below(INDICATORS.len() as u64) as usize];
        // More figures are of more things: a key is stated by so many reports, however many there are.
        let kind = dice.below((figures / KIND_FIGURES).max(1));
        let indicator = format!("{indicator}_{kind}");
        let key = Key { indicator, area: area.clone(), period: period.clone() };
        // The same quantity is the same wherever it is stated; one report in thirty is wrong.
        let usual = size * (100 + (year * 7 + size) % 50) / 100 + 1;
        let value = if dice.below(30) == 0 { usual + 1 + usual / 9 } else { usual };
        let at = made.len();
        let before = made.len();
        made.extend(statement(document, at, &key, Aspect::Actual, Measure::Value, value, desk));
        match dice.below(4) {
            0 => made.extend(statement(
                document,
                at + 1,
                &key,
                Aspect::Plan,
                Measure::Value,
                usual * 11 / 10,
                desk,
            )),
            1 => made.extend(statement(document, at + 1, &key, Aspect::Actual, Measure::OfPlan, 91, desk)),
            2 => made.extend(statement(document, at + 1, &key, Aspect::Actual, Measure::Growth, 4, desk)),
            _ => {}
        }
        assert!(made.len() > before, "a figure of a bound key is a statement");
    }
    made
}

fn statement(
    document: Digest,
    at: usize,
    key: &Key,
    aspect: Aspect,
    measure: Measure,
    value: u64,
    desk: &Desk,
) -> Option<Statement> {
    let rate = measure != Measure::Value;
    let span = Span::new(at * 10, at * 10 + 5);
    let unit = if rate { "percent" } else { "VND" };
    let figure = Figure {
        id: FigureId::of(document, span, measure),
        span,
        // A rate stands in the sentence of the level before it.
        sentence: Span::new(if rate { (at - 1) * 10 } else { at * 10 }, at * 10 + 5),
        quote: format!("{value} {unit}").into(),
        indicator: Some(IndicatorCode::new(key.indicator.clone())),
        label: String::new(),
        measure,
        value: Decimal::whole(value.into()),
        step: Decimal::whole(1),
        unit: UnitCode::new(unit),
        qualifier: Qualifier::Eq,
        low: None,
        high: None,
        area: Some(AreaCode::new(key.area.clone())),
        period: key.period.parse().ok(),
        aspect: Some(aspect),
        fund: Some(Fund::Total),
        base: rate.then_some(Base { period: None, aspect: None, area: None }),
        rules: Vec::new(),
        origins: Default::default(),
    };
    let source = Source { document, witness: document, text: "" };
    Statement::of(source, figure, &desk.wording)
}

/// Xorshift: choices that are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
