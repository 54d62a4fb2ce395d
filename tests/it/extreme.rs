//! Texts that no person writes: a million digits, brackets within brackets, a sentence of tens of thousands of
//! figures. None fails, and a byte of a long one costs what a byte of a short one does.

use std::path::Path;

use proptest::prelude::*;
use socai::model::Digest;
use socai::stage::extract::Extraction;
use socai::stage::rules::RulePack;
use socai::stage::{clean, extract, reconcile, segment};

/// Bytes of the short and of the long text of each kind.
const SHORT: usize = 5_000;
const LONG: usize = 8 * SHORT;
/// Bytes of the short text whose figures are related.
const RELATED: usize = 3_000;
/// How many times the short one's time the long one may take: 8 if each byte costs the same, 64 if each byte costs
/// what stands before it.
const MOST_TIMES: f64 = 24.0;
/// How many times the time of a byte of a report that a byte of a text dense with figures may take.
const DENSE_TIMES: f64 = 80.0;

/// The time that this thread has run, in seconds, whatever else the machine does; `None` where that is not told.
fn thread_seconds() -> Option<f64> {
    // Brings the count up to date.
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
}

/// What is extracted of `text`, and how long that took.
fn read(text: &str) -> (Extraction, f64) {
    let rules = RulePack::builtin();
    let made = clean::clean(text.as_bytes()).unwrap();
    let blocks = segment::segment(&made.clean.text, &rules.segment);
    let start = thread_seconds().unwrap_or_default();
    let document = Digest::of(text.as_bytes());
    let found = extract::extract(document, &made.source, &made.clean, &blocks, rules);
    let took = thread_seconds().unwrap_or_default() - start;
    for figure in &found.figures {
        assert_eq!(figure.quote, made.source[figure.span.start..figure.span.end]);
    }
    (found, took)
}

/// Each kind of text, about `bytes` long.
fn kinds(bytes: usize) -> Vec<(&'static str, String)> {
    let pieces = [
        "7 ",
        "1,",
        "2012/2012/",
        "((((1))))",
        "( 5 đề án ",
        "đạt 12,5% kế hoạch năm 2012 và ",
        "5 đề án (a) ",
        "Hà Nội Hà Nam 5% ",
        "5 tỷ 3 triệu ",
        "1-2-",
        "1. ",
        "5\n",
        "- 5 tỷ đồng\n",
    ];
    let whole = |piece: &'static str| (piece, piece.repeat(bytes / piece.len()));
    let part = |piece: &str, share: usize| piece.repeat(bytes / share / piece.len());
    let mut kinds: Vec<_> = pieces.into_iter().map(whole).collect();
    kinds.push(("places that pair off", format!("{}lần lượt đạt {}", part("Hà Nội, ", 2), part("22%, ", 2))));
    kinds.push(("a long front", format!("{}5 đề án, {}", part("nguồn vốn tỉnh ", 2), part("22 đề án, ", 2))));
    kinds.push((
        "a long list head",
        format!("{}:\n{}", part("kế hoạch ngân sách ", 2), part("- hỗ trợ 22 đề án;\n", 2)),
    ));
    kinds.push((
        "a wide table",
        format!("Bảng (ĐVT: triệu đồng)\n| TT {}|\n| a {}|\n", part("| kế hoạch ", 2), part("| 5 ", 4)),
    ));
    kinds
}

#[test]
fn a_byte_of_a_long_text_costs_what_a_byte_of_a_short_one_does() {
    if thread_seconds().is_none() {
        eprintln!("skipped: this system does not tell how long a thread has run");
        return;
    }
    let least = |text: &str, times: usize| (0..times).map(|_| read(text).1).fold(f64::INFINITY, f64::min);
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/khuyen-cong-ninh-binh-2023.txt");
    let report = std::fs::read_to_string(fixture).unwrap();
    let reports = report.repeat(LONG / report.len() + 1);
    let of_report = least(&reports, 2) / reports.len() as f64;
    for ((name, short), (_, long)) in kinds(SHORT).into_iter().zip(kinds(LONG)) {
        let mut small = least(&short, 2);
        let mut large = least(&long, 1);
        if large / small.max(0.002) >= MOST_TIMES {
            // Once more: another program may have had the caches.
            (small, large) = (least(&short, 3), least(&long, 3));
        }
        let times = large / small.max(0.002);
        assert!(times < MOST_TIMES, "{name}: {small:.4} s for {SHORT} bytes, {large:.4} s for {LONG}");
        let of_text = large / long.len() as f64 / of_report;
        assert!(of_text < DENSE_TIMES, "{name}: a byte takes {of_text:.0} times that of a report");
    }
}

#[test]
fn a_figure_of_a_long_text_is_related_at_the_cost_of_one_of_a_short_text() {
    if thread_seconds().is_none() {
        eprintln!("skipped: this system does not tell how long a thread has run");
        return;
    }
    let rules = RulePack::builtin();
    let related = |piece: &str, bytes: usize| {
        let text = format!("Kết quả khuyến công năm 2020: {}", piece.repeat(bytes / piece.len()));
        let figures = read(&text).0.figures;
        let start = thread_seconds().unwrap_or_default();
        let found = reconcile::reconcile(Digest::of(b"text"), &text, &figures, &rules.relations);
        let took = thread_seconds().unwrap_or_default() - start;
        (took, found.findings.len())
    };
    // One line, all figures of which were once compared with all.
    for piece in ["tăng 12,5% so với cùng kỳ, ", "hỗ trợ 12 cơ sở đạt 85% kế hoạch, "] {
        let (short, long) = (related(piece, RELATED), related(piece, 8 * RELATED));
        let times = long.0 / short.0.max(0.002);
        assert!(times < MOST_TIMES, "{piece}: {:.4} s, and {:.4} s for eight times as much", short.0, long.0);
        assert!(long.1 <= 16 * short.1.max(1), "{piece}: {} findings, then {}", short.1, long.1);
    }
}

#[test]
fn the_same_again_and_again_is_read() {
    for piece in ["7", "(", ")", ",", "a", "ă", "\u{301}", "\t", "%", "năm ", "kế hoạch ", "((()))"] {
        let bytes = if matches!(piece, "7" | "(") { 1_000_000 } else { 100_000 };
        let text = piece.repeat(bytes / piece.len());
        assert_eq!(read(&text).0.figures.len(), 0, "{piece:?}");
    }
    let depth = 100_000;
    let nested = format!("{}hỗ trợ 5 đề án{}, 2 cơ sở", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(read(&nested).0.figures.len(), 2);
}

#[test]
fn a_sentence_of_thousands_of_figures_has_them_all() {
    let many = 4_000;
    let text = format!("Kết quả khuyến công năm 2020: {}.", vec!["hỗ trợ 12 cơ sở"; many].join(", "));
    let (found, _) = read(&text);
    assert_eq!(found.figures.len(), many);
    assert!(found.figures.is_sorted_by_key(|figure| figure.span));
    let period = |at: usize| found.figures[at].period.map(|period| period.to_string());
    assert_eq!(period(many - 1), period(0), "what was said far before still holds");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever stands beside whatever, repeated: every figure is quoted from its place, in order.
    #[test]
    fn anything_beside_anything_is_read(
        pieces in proptest::collection::vec(
            prop_oneof![
                "[0-9]{1,4}",
                "[(),.;:/%|\t\n “”+-]{1,3}",
                "(năm|tháng|quý|so với|cùng kỳ|từ|đến|gấp|trên|một|mười|tỷ|triệu|đồng|đề án|cơ sở|lần) ?",
                "(kế hoạch|khuyến công|quốc gia|đạt|tăng|giảm|chiếm|trong đó|bình quân|hỗ trợ|lần lượt) ?",
                "(Hà Nội|tỉnh|Bắc Giang|toàn vùng|Sở Công Thương|NĐ-CP|VN|II) ?",
                "[ăêđIJ²½\u{301}\u{a0}🙂]{1,2}",
            ],
            1..24,
        ),
        times in 1usize..6,
    ) {
        let text = pieces.concat().repeat(times);
        let (found, _) = read(&text);
        prop_assert!(found.figures.is_sorted_by_key(|figure| figure.span));
        prop_assert!(found.mentions.iter().all(|mention| mention.span.end <= text.len()));
    }
}
