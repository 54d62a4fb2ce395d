//! One sentence in Vietnamese and one in English that an official can act on.

use crate::model::Decimal;
use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::finding::{Explanation, Relation, Suspect, Verdict};
use crate::model::interval::Interval;
use crate::model::rational::Rational;

use crate::stage::rules::relations::AssumedCount;

use super::claim::{Claim, Decision};
use super::quantity;

/// Digits in which an explanation prints a computed end.
const SHOWN_DIGITS: u32 = 6;

/// Says what was computed, what is printed and what follows.
pub(super) fn sentence(claim: &Claim<'_>, decision: &Decision, suspects: &[Suspect]) -> Explanation {
    if let Some((relative, points)) = claim.rates() {
        return readings(claim, &relative, &points);
    }
    if let Some(told) = told_by_words(claim, decision, suspects) {
        return told;
    }
    let formula = claim.text();
    let (vi_printed, en_printed) = (hedged(claim.stated(), true), hedged(claim.stated(), false));
    let (vi_range, en_range) = (
        range(&decision.computed, claim.stated(), &VIETNAMESE),
        range(&decision.computed, claim.stated(), &ENGLISH),
    );
    let (vi, en) = match decision.verdict {
        Verdict::Agrees => (
            format!("{formula} khớp với số đã in {vi_printed}."),
            format!("{formula} agrees with the printed {en_printed}."),
        ),
        Verdict::AgreesIfTruncated => (
            format!(
                "{formula} cho {vi_range}; chỉ khớp với {vi_printed} nếu chữ số cuối bị cắt bỏ thay vì làm tròn."
            ),
            format!(
                "{formula} gives {en_range}; it agrees with {en_printed} only if the digits were cut off, not rounded."
            ),
        ),
        Verdict::Conflicts => (
            format!(
                "{formula} cho {vi_range}, không thể là {vi_printed}; đề nghị kiểm tra {}.",
                first(claim, suspects, &VIETNAMESE)
            ),
            format!(
                "{formula} gives {en_range}, which cannot be {en_printed}; please check {}.",
                first(claim, suspects, &ENGLISH)
            ),
        ),
        Verdict::DiffersInScope => (
            format!("{formula} khác {vi_printed}, nhưng văn bản nêu rõ các số này không cùng phạm vi."),
            format!(
                "{formula} differs from {en_printed}, but the text itself says that they are not counted alike."
            ),
        ),
        Verdict::Undetermined => (
            format!(
                "{formula} cho {vi_range}, chỉ khớp với {vi_printed} nếu các số tròn đã được làm tròn; chưa đủ để kết luận, đề nghị ghi đủ chữ số."
            ),
            format!(
                "{formula} gives {en_range}, which agrees with {en_printed} only if the round amounts were rounded; that cannot be decided, please print all digits."
            ),
        ),
    };
    // An assumption is a part of the sentence: whoever doubts it doubts the verdict.
    let assumed = |text: String, word: &str, name: fn(&AssumedCount) -> &str| {
        claim.assumptions.iter().fold(text, |text, known| format!("{text} ({word} {}.)", name(known)))
    };
    let vi = assumed(vi, "Giả định:", |known| &known.name);
    Explanation { vi, en: assumed(en, "Assumed:", |known| &known.code) }
}

/// Says of an order, of two statements of one quantity and of a hedge what no formula does; `None` for others.
fn told_by_words(claim: &Claim<'_>, decision: &Decision, suspects: &[Suspect]) -> Option<Explanation> {
    let [one, other] = claim.figures[..] else { return None };
    let both = |vi: bool| (hedged(one, vi), hedged(other, vi));
    let ((vi_one, vi_other), (en_one, en_other)) = (both(true), both(false));
    let when = |figure: &Figure, vi: bool| match figure.period {
        Some(period) if vi => format!(" của {}", period.in_vietnamese()),
        Some(period) => format!(" of {}", period.in_english()),
        None => String::new(),
    };
    let (vi_check, en_check) = to_check(claim, suspects);
    let (vi, en) = match (claim.relation, decision.verdict) {
        (Relation::Order, Verdict::Agrees) => (
            format!(
                "{vi_other}{} không nhỏ hơn {vi_one}{}, đúng như phải thế.",
                when(other, true),
                when(one, true)
            ),
            format!(
                "{en_other}{} is no smaller than {en_one}{}, as it has to be.",
                when(other, false),
                when(one, false)
            ),
        ),
        (Relation::Order, Verdict::Conflicts) => (
            format!(
                "{vi_one}{} lớn hơn {vi_other}{}, mà kỳ dài hơn không thể ít hơn; đề nghị kiểm tra {vi_check}.",
                when(one, true),
                when(other, true)
            ),
            format!(
                "{en_one}{} is more than {en_other}{}, though the longer period cannot have less; please check {en_check}.",
                when(one, false),
                when(other, false)
            ),
        ),
        (Relation::Restated | Relation::Bound, Verdict::Agrees) => (
            format!("Hai chỗ in {vi_one} và {vi_other} là một số liệu và khớp nhau."),
            format!("Two places print {en_one} and {en_other}: one figure, and they agree."),
        ),
        (Relation::Restated | Relation::Bound, Verdict::Conflicts) => (
            format!(
                "Hai chỗ in {vi_one} và {vi_other} cho cùng một số liệu, không thể cùng đúng; đề nghị kiểm tra {vi_check}."
            ),
            format!(
                "Two places print {en_one} and {en_other} for one figure; they cannot both be right, please check {en_check}."
            ),
        ),
        _ => return None,
    };
    Some(Explanation { vi, en })
}

/// Says what each reading of a comparison of rates implies for the earlier rate.
fn readings(claim: &Claim<'_>, relative: &Interval, points: &Interval) -> Explanation {
    let (rate, change) = (quantity::printed(claim.figures[0]), quantity::printed(claim.figures[1]));
    let of = |implied: &Interval, words: &Words| range(implied, claim.figures[0], words);
    // The change may be of the level that the rate is of.
    let before = |words: &Words| {
        let (level, implied) = (claim.level?, claim.level_before()?);
        Some((quantity::printed(level), range(&implied, level, words)))
    };
    let level = |told: Option<(&str, String)>, say: fn(&str, &str) -> String| {
        told.map_or_else(String::new, |(level, implied)| say(level, &implied))
    };
    let vi_level = level(before(&VIETNAMESE), |level, implied| {
        format!(", nếu là mức tăng giảm của {level} thì số kia là {implied}")
    });
    let en_level = level(before(&ENGLISH), |level, implied| {
        format!(", and if {level} is what differs, the other amount is {implied}")
    });
    Explanation {
        vi: format!(
            "{rate} chênh {change} so với một tỷ lệ khác: nếu tính theo phần trăm tương đối thì tỷ lệ kia là {}, nếu tính theo điểm phần trăm thì là {}{vi_level}; văn bản để ngỏ, đề nghị ghi rõ cách tính.",
            of(relative, &VIETNAMESE),
            of(points, &VIETNAMESE)
        ),
        en: format!(
            "{rate} differs by {change} from another rate: in percent of it that rate is {}, in percentage points it is {}{en_level}; the text leaves it open, please state which.",
            of(relative, &ENGLISH),
            of(points, &ENGLISH)
        ),
    }
}

/// A figure as it is printed, after the word of its hedge; where its words say another number than the one that is
/// reckoned with (`vượt 23%`, `giảm 8%`, `gấp 2,5 lần`), that one as well.
pub(super) fn hedged(figure: &Figure, vietnamese: bool) -> String {
    let (vi, en) = match figure.qualifier {
        Qualifier::Eq => ("", ""),
        Qualifier::Gt => ("trên ", "over "),
        Qualifier::Ge => ("từ ", "at least "),
        Qualifier::Lt => ("dưới ", "under "),
        Qualifier::Le => ("không quá ", "at most "),
        Qualifier::Approx => ("khoảng ", "about "),
    };
    let printed = quantity::printed(figure);
    let numeral = printed.split(|c: char| !c.is_ascii_digit() && c != ',').next().unwrap_or("");
    let said = numeral.replace(',', ".").parse::<Decimal>().ok();
    let percent = figure.unit.as_str() == "percent" && figure.measure != Measure::Value;
    let meant = match said {
        Some(said) if percent && said != figure.value => {
            let value = figure.value.to_string();
            if vietnamese {
                format!(" (tức {}%)", value.replace('.', ","))
            } else {
                format!(" (that is {value}%)")
            }
        }
        _ => String::new(),
    };
    format!("{}{printed}{meant}", if vietnamese { vi } else { en })
}

/// The words in which a language speaks of intervals and suspects.
struct Words {
    to: &'static str,
    /// Before a range that is open above, and one that is open below.
    least: &'static str,
    most: &'static str,
    or: &'static str,
    first: &'static str,
    fitting: &'static str,
    version: &'static str,
    all: &'static str,
    comma: bool,
    /// Powers of ten of đồng and their names, largest first.
    scales: [(u32, &'static str); 3],
}

const VIETNAMESE: Words = Words {
    to: "đến",
    least: "từ",
    most: "không quá",
    or: "hoặc",
    first: "trước hết",
    fitting: "khớp nếu là",
    version: "có thể lấy từ một bản số liệu khác: các phép tính đang lệch đều khớp nếu là",
    all: "lại các số này",
    comma: true,
    scales: [(9, "tỷ đồng"), (6, "triệu đồng"), (0, "đồng")],
};

const ENGLISH: Words = Words {
    to: "to",
    least: "at least",
    most: "at most",
    or: "or",
    first: "first",
    fitting: "it fits as",
    version: "it may come from another version of the figures: all failing calculations fit with",
    all: "these figures",
    comma: false,
    scales: [(9, "billion đồng"), (6, "million đồng"), (0, "đồng")],
};

/// Names what is to be checked first, in both languages.
pub(super) fn to_check(claim: &Claim<'_>, suspects: &[Suspect]) -> (String, String) {
    (first(claim, suspects, &VIETNAMESE), first(claim, suspects, &ENGLISH))
}

/// Names the likeliest suspects and what each would have to be.
fn first(claim: &Claim<'_>, suspects: &[Suspect], words: &Words) -> String {
    let likeliest = suspects.iter().filter(|suspect| suspect.rank == 1);
    let named: Vec<String> = likeliest
        .filter_map(|suspect| {
            let at = claim.figures.iter().position(|figure| figure.id == suspect.id)?;
            let figure = claim.figures[at];
            let bounds = suspect.implied.as_ref()?;
            let version = suspect.reasons.iter().any(|reason| reason == "second_version");
            let fitting = if version { words.version } else { words.fitting };
            let range = between(bounds.low.as_deref(), bounds.high.as_deref(), figure, words);
            Some(format!("{} ({fitting} {range})", quantity::printed(figure)))
        })
        .collect();
    if named.is_empty() || named.len() == claim.figures.len() {
        return words.all.to_owned();
    }
    format!("{} {}", words.first, named.join(&format!(" {} ", words.or)))
}

/// How many units of a record one unit of a bare numeral stands for, where that is more than one: `1.080` of a column
/// in million đồng.
fn cell_scale(figure: &Figure) -> Option<Rational> {
    let quote = quantity::printed(figure);
    let numeral = quote.trim_start_matches(['-', '+']);
    if !numeral.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',') {
        return None;
    }
    let printed: Decimal = numeral.replace('.', "").replace(',', ".").parse().ok()?;
    let scale = Rational::from(figure.value).abs().div(&Rational::from(printed))?;
    (scale > Rational::ONE).then_some(scale)
}

fn range(interval: &Interval, figure: &Figure, words: &Words) -> String {
    let bounds = interval.bounds();
    between(bounds.low.as_deref(), bounds.high.as_deref(), figure, words)
}

/// An interval in the unit in which people read it: money in tỷ or triệu đồng, a percentage with its sign.
fn between(low: Option<&str>, high: Option<&str>, figure: &Figure, words: &Words) -> String {
    let read = |end: Option<&str>| end.and_then(|text| text.parse::<Decimal>().ok());
    let (low, high) = (read(low), read(high));
    let size = high.or(low).map_or(Rational::ZERO, |value| Rational::from(value).abs());
    let money = figure.unit.as_str() == "VND";
    let ten = |power: u32| Rational::whole(10i128.checked_pow(power).unwrap_or(1));
    // A cell of a table in the scale of its column.
    let cell = cell_scale(figure);
    let scale = words.scales.iter().find(|(power, _)| size >= ten(*power)).copied().unwrap_or((0, "đồng"));
    let show = |end: Option<Decimal>, up: bool| {
        let Some(value) = end.map(Rational::from) else { return "…".to_owned() };
        let unit = cell.clone().or_else(|| money.then(|| ten(scale.0)));
        let value = unit.and_then(|unit| value.div(&unit)).unwrap_or(value);
        let text = value.to_text(SHOWN_DIGITS, up);
        if words.comma { text.replace('.', ",") } else { text }
    };
    let (low, high) = (show(low, false), show(high, true));
    let range = match (low.as_str(), high.as_str()) {
        (low, high) if low == high => low.to_owned(),
        (low, "…") => format!("{} {low}", words.least),
        ("…", high) => format!("{} {high}", words.most),
        (low, high) => format!("{low} {} {high}", words.to),
    };
    match figure.unit.as_str() {
        _ if cell.is_some() => range,
        "VND" => format!("{range} {}", scale.1),
        "percent" => format!("{range}%"),
        _ => range,
    }
}
