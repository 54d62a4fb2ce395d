//! `socai explain FIGURE`: where each slot of a figure came from: the words, the rule, how far away, and against what
//! else a period and an area were chosen.

use std::io::Write;

use comfy_table::{ContentArrangement, Table, presets};
use compact_str::CompactString;
use serde::Serialize;

use super::context::{Context, finish, json_line};
use super::{stores, tail};
use crate::error::Failure;
use crate::ledger::LedgerReader;
use crate::model::figure::{Base, Figure, FigureId, Reach, Slot};
use crate::model::{Digest, Span};
use crate::stage::extract::{self, Reasons};
use crate::stage::rules::RulePack;
use crate::stage::rules::codes::CodeRecord;
use crate::stage::rules::ranking::Feature;
use crate::stage::{clean, segment};

/// Explain a figure: for each slot its words, its rule and where they stood
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai explain 3fa2c1
  socai explain 3fa2c1 --json | jq '.slots[] | select(.reach == \"default\")'")]
pub struct Args {
    /// The beginning of a figure's id, as `socai export figures` prints it
    figure: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A figure with the words that each of its slots was read from.
#[derive(Debug, Serialize)]
struct Explanation {
    id: FigureId,
    document: Digest,
    source: String,
    /// The line of the source text on which the quote begins, from 1.
    line: usize,
    quote: String,
    sentence: Words,
    /// Every slot that is filled, in the order of the record.
    slots: Vec<Account>,
    /// The slots that the text leaves open.
    open: Vec<Slot>,
    /// The rules, outermost first.
    rules: Vec<CompactString>,
}

/// Words of the source text and where they stand.
#[derive(Debug, Serialize)]
struct Words {
    start: usize,
    end: usize,
    text: String,
    line: usize,
}

/// What fills a slot, and why.
#[derive(Debug, Serialize)]
struct Account {
    slot: Slot,
    /// As the record prints it.
    value: String,
    /// The code's name in Vietnamese.
    name: Option<String>,
    words: Option<Words>,
    /// Absent where the slot follows from another one alone.
    rule: Option<CompactString>,
    reach: Option<Reach>,
    /// The place in the order in which context is asked, from 1 for the numeral itself.
    order: Option<usize>,
    /// Against what else a period or an area was chosen; absent where the rules at hand choose another one than the
    /// record's.
    choice: Option<Chosen>,
}

/// How a value won.
#[derive(Debug, Serialize)]
struct Chosen {
    /// The values that the text offers with the sums of their weights, the highest first.
    candidates: Vec<Candidate>,
    /// What tells the first of them from the second, in the order of how much: a feature of `ranking.toml` that only
    /// one of the two has, its weight positive where it speaks for the first.
    deciding: Vec<Deciding>,
}

#[derive(Debug, Serialize)]
struct Candidate {
    value: Option<String>,
    score: i64,
}

#[derive(Debug, Serialize)]
struct Deciding {
    /// As the file has it: `period.near`, then the key.
    feature: String,
    weight: i64,
}

/// How many deciding features are told.
const DECIDING: usize = 5;

/// Prints the explanation.
///
/// # Errors
/// No such figure, or several; what log and ledger say.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let ledger = stores::ledger(&config)?;
    let (document, figure) = named(&ledger, &args.figure)?;
    let row = stores::document(&ledger, &document.to_string())?;
    let text = match row.source_text {
        Some(digest) => stores::log(&config)?.blob(digest)?,
        None => None,
    };
    let text = text.ok_or_else(|| {
        Failure::internal(format!("the log lacks the text of {}", row.source)).next("run `socai verify`")
    })?;
    let text = String::from_utf8_lossy(&text);
    let rules = stores::rules(&config)?;
    let explanation = explain(document, row.source, &text, &figure, &rules);
    let mut out = context.out();
    if args.json {
        json_line(&mut out, &explanation)?;
    } else {
        print(&mut out, &explanation, figure.span)?;
    }
    finish(out)
}

fn named(ledger: &LedgerReader, prefix: &str) -> Result<(Digest, Figure), Failure> {
    let mut found = ledger.figures_named(prefix)?;
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::usage(format!("no figure's id begins with {prefix:?}"))
            .next("`socai export figures` and `socai show DOCUMENT --json` print the ids")),
        count => {
            let ids: Vec<String> = found
                .iter()
                .take(5)
                .map(|(_, figure)| format!("{} {}", figure.id, tail::harmless(&figure.quote)))
                .collect();
            Err(Failure::usage(format!("{prefix:?} means {count} figures or more: {}", ids.join("; ")))
                .next("give more digits of the id"))
        }
    }
}

fn explain(document: Digest, source: String, text: &str, figure: &Figure, rules: &RulePack) -> Explanation {
    let codes = rules.codes();
    let read_again = read_again(document, text, figure, rules);
    let mut slots = Vec::new();
    let mut open = Vec::new();
    for (slot, filled) in values(figure) {
        let Some(value) = filled else {
            open.push(slot);
            continue;
        };
        let told = read_again.as_ref().and_then(|reasons| {
            let mut told = reasons.told.iter();
            told.find(|told| told.slot == slot && told.span == figure.span).map(|told| &told.origin)
        });
        // What the record has no words for was looked for again.
        let told = told.filter(|told| slot != Slot::Indicator || told.rule == format!("indicator.{value}"));
        let origin = figure
            .origins
            .get(slot)
            .filter(|origin| origin.words.is_some() || told.is_none())
            .or_else(|| told.cloned());
        let reach = origin.as_ref().map(|origin| origin.reach);
        let choice =
            read_again.as_ref().and_then(|reasons| chosen(reasons, figure.span, slot, &value, rules));
        slots.push(Account {
            slot,
            name: list_of(slot).and_then(|list| name(&codes, list, &value)),
            value,
            words: origin.as_ref().and_then(|origin| origin.words).map(|span| words(text, span)),
            rule: origin.map(|origin| origin.rule),
            reach,
            order: reach.map(|reach| ORDER.iter().position(|(known, _)| *known == reach).unwrap_or(0) + 1),
            choice,
        });
    }
    Explanation {
        id: figure.id.clone(),
        document,
        source,
        line: line_of(text, figure.span.start),
        quote: figure.quote.to_string(),
        sentence: words(text, figure.sentence),
        slots,
        open,
        rules: figure.rules.clone(),
    }
}

/// Reads the document once more for what records do not hold; `None` where the rules at hand read the figure
/// otherwise than those that made the record.
fn read_again(document: Digest, text: &str, figure: &Figure, rules: &RulePack) -> Option<Reasons> {
    let cleaned = clean::clean(text.as_bytes()).ok().filter(|cleaned| cleaned.source == text)?;
    let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
    let (found, reasons) = extract::reasons(document, &cleaned.source, &cleaned.clean, &blocks, rules);
    found.figures.iter().any(|again| again == figure).then_some(reasons)
}

fn chosen(reasons: &Reasons, span: Span, slot: Slot, value: &str, rules: &RulePack) -> Option<Chosen> {
    let model = match slot {
        Slot::Period => &rules.ranking.period,
        Slot::Area => &rules.ranking.area,
        _ => return None,
    };
    let choice = reasons.choices.iter().find(|choice| choice.slot == slot && choice.span == span)?;
    let score = |features: &[Feature]| features.iter().map(|feature| model.weight(*feature)).sum::<i64>();
    let mut ranked: Vec<_> =
        choice.candidates.iter().map(|(value, features)| (score(features), value, features)).collect();
    ranked.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    let (_, first, features) = *ranked.first()?;
    if first.as_deref() != Some(value) {
        return None;
    }
    let mut deciding = Vec::new();
    if let Some((_, _, others)) = ranked.get(1) {
        let only = |ours: &[Feature], theirs: &[Feature], sign: i64| {
            let only = ours.iter().filter(|feature| !theirs.contains(feature));
            only.map(|feature| (*feature, sign * model.weight(*feature))).collect::<Vec<_>>()
        };
        let mut told = only(features, others, 1);
        told.extend(only(others, features, -1));
        told.retain(|(_, weight)| *weight != 0);
        told.sort_by_key(|(_, weight)| std::cmp::Reverse(weight.abs()));
        let table = if slot == Slot::Period { "period" } else { "area" };
        deciding.extend(told.into_iter().take(DECIDING).map(|(feature, weight)| {
            let (name, key) = model.name(feature);
            Deciding { feature: format!("{table}.{name} {key}"), weight }
        }));
    }
    let candidates =
        ranked.iter().map(|(score, value, _)| Candidate { value: (*value).clone(), score: *score });
    Some(Chosen { candidates: candidates.collect(), deciding })
}

/// The slots in the order of the record, with what fills them.
fn values(figure: &Figure) -> [(Slot, Option<String>); 11] {
    let value = match (figure.low, figure.high) {
        (None, None) => figure.value.to_string(),
        (low, high) => {
            let end =
                |end: Option<crate::model::Decimal>| end.map_or("…".to_owned(), |end| end.to_string());
            format!("{} [{}, {}]", figure.value, end(low), end(high))
        }
    };
    [
        (Slot::Indicator, figure.indicator.as_ref().map(ToString::to_string)),
        (Slot::Label, Some(figure.label.clone()).filter(|label| !label.is_empty())),
        (Slot::Measure, Some(figure.measure.to_string())),
        (Slot::Value, Some(value)),
        (Slot::Unit, Some(figure.unit.to_string())),
        (Slot::Qualifier, Some(figure.qualifier.to_string())),
        (Slot::Area, figure.area.as_ref().map(ToString::to_string)),
        (Slot::Period, figure.period.map(|period| period.to_string())),
        (Slot::Aspect, figure.aspect.map(|aspect| aspect.to_string())),
        (Slot::Fund, figure.fund.map(|fund| fund.to_string())),
        (Slot::Base, figure.base.as_ref().map(base)),
    ]
}

fn base(base: &Base) -> String {
    let parts = [
        base.period.map(|period| period.to_string()),
        base.aspect.map(|aspect| aspect.to_string()),
        base.area.as_ref().map(ToString::to_string),
    ];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    if told.is_empty() { "?".to_owned() } else { told.join(", ") }
}

/// The code list that a slot's values are of.
const fn list_of(slot: Slot) -> Option<&'static str> {
    match slot {
        Slot::Indicator => Some("indicator"),
        Slot::Measure => Some("measure"),
        Slot::Unit => Some("unit"),
        Slot::Qualifier => Some("qualifier"),
        Slot::Area => Some("area"),
        Slot::Aspect => Some("aspect"),
        Slot::Fund => Some("fund"),
        Slot::Label | Slot::Value | Slot::Period | Slot::Base => None,
    }
}

fn name(codes: &[CodeRecord], list: &str, code: &str) -> Option<String> {
    codes.iter().find(|record| record.list == list && record.code == code).map(|record| record.name.clone())
}

fn words(text: &str, span: Span) -> Words {
    let words = text.get(span.start..span.end).unwrap_or("");
    Words { start: span.start, end: span.end, text: words.to_owned(), line: line_of(text, span.start) }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..at.min(text.len())]).count()
}

/// Where context is asked, in order, and what a reader is told of it.
const ORDER: [(Reach, &str); 10] = [
    (Reach::Numeral, "chính con số"),
    (Reach::Clause, "mệnh đề"),
    (Reach::Sentence, "câu"),
    (Reach::Table, "hàng, cột của bảng"),
    (Reach::ListHead, "câu mở danh sách"),
    (Reach::Paragraph, "câu trước trong đoạn"),
    (Reach::Section, "mục"),
    (Reach::Title, "tiêu đề"),
    (Reach::DocumentDate, "ngày in trên văn bản"),
    (Reach::Default, "mặc định khi văn bản không nói"),
];

const fn slot_name(slot: Slot) -> &'static str {
    match slot {
        Slot::Indicator => "chỉ tiêu",
        Slot::Label => "tên gọi",
        Slot::Measure => "loại số",
        Slot::Value => "giá trị",
        Slot::Unit => "đơn vị",
        Slot::Qualifier => "mức chắc",
        Slot::Area => "địa bàn",
        Slot::Period => "thời kỳ",
        Slot::Aspect => "tư cách",
        Slot::Fund => "nguồn vốn",
        Slot::Base => "gốc so sánh",
    }
}

fn print(out: &mut impl Write, told: &Explanation, quote: Span) -> Result<(), Failure> {
    writeln!(out, "{}  {}, dòng {}", told.id, tail::harmless(&told.source), told.line)?;
    writeln!(out, "  {}\n", tail::harmless(&marked(&told.sentence, quote)))?;
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["", "giá trị", "đọc từ", "luật", "nơi"]);
    for account in &told.slots {
        let value = match &account.name {
            Some(name) => format!("{} ({name})", account.value),
            None => account.value.clone(),
        };
        let read = account.words.as_ref().map_or_else(String::new, |words| {
            let short: String = words.text.split_whitespace().collect::<Vec<_>>().join(" ");
            if words.line == told.line { short } else { format!("{short} (dòng {})", words.line) }
        });
        let place =
            account.order.map_or_else(String::new, |order| format!("{order}. {}", ORDER[order - 1].1));
        table.add_row([
            slot_name(account.slot).to_owned(),
            tail::harmless(&value),
            tail::harmless(&read),
            account.rule.as_deref().unwrap_or_default().to_owned(),
            place,
        ]);
    }
    writeln!(out, "{table}")?;
    for account in &told.slots {
        if let Some(choice) = account.choice.as_ref().filter(|choice| choice.candidates.len() > 1) {
            writeln!(out, "{}: {}", slot_name(account.slot), tail::harmless(&worded(choice)))?;
        }
    }
    if !told.open.is_empty() {
        let names: Vec<&str> = told.open.iter().copied().map(slot_name).collect();
        writeln!(out, "văn bản để ngỏ: {}", names.join(", "))?;
    }
    writeln!(out, "luật, từ ngoài vào: {}", told.rules.join(", "))?;
    Ok(())
}

/// `chọn 2022 (1520) hơn 2021 (310), vì carried.from title (+820), …`.
fn worded(choice: &Chosen) -> String {
    let value = |candidate: &Candidate| {
        format!("{} ({})", candidate.value.as_deref().unwrap_or("để ngỏ"), candidate.score)
    };
    let others: Vec<String> = choice.candidates.iter().skip(1).take(3).map(value).collect();
    let first = choice.candidates.first().map(value).unwrap_or_default();
    let deciding: Vec<String> =
        choice.deciding.iter().map(|told| format!("{} ({:+})", told.feature, told.weight)).collect();
    format!("chọn {first} hơn {}, vì {}", others.join(", "), deciding.join("; "))
}

/// The sentence on one line, the quote between `«` and `»`.
fn marked(sentence: &Words, quote: Span) -> String {
    let at = |offset: usize| offset.saturating_sub(sentence.start).min(sentence.text.len());
    let part = |from: usize, to: usize| sentence.text.get(from..to).unwrap_or("");
    let (from, to) = (at(quote.start), at(quote.end));
    let marked = format!("{}«{}»{}", part(0, from), part(from, to), part(to, sentence.text.len()));
    marked.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(text: &str, quote: &str) -> Explanation {
        let rules = RulePack::builtin();
        let cleaned = clean::clean(text.as_bytes()).unwrap();
        let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
        let document = Digest::of(text.as_bytes());
        let found = extract::extract(document, &cleaned.source, &cleaned.clean, &blocks, rules);
        let figure = found.figures.iter().find(|figure| figure.quote == quote).unwrap();
        explain(document, "a.txt".to_owned(), &cleaned.source, figure, rules)
    }

    fn told(of: &Explanation, slot: Slot) -> (String, Option<String>, Option<Reach>) {
        let account = of.slots.iter().find(|account| account.slot == slot).unwrap();
        let words = account.words.as_ref().map(|words| words.text.clone());
        (account.value.clone(), words, account.reach)
    }

    #[test]
    fn a_slot_names_its_words_and_how_far_away_they_stood() {
        let text = "Kết quả khuyến công tỉnh Hà Nam năm 2022\n\nKinh phí thực hiện trên 2,5 tỷ đồng.\n";
        let of = explained(text, "2,5 tỷ đồng");
        assert_eq!(of.line, 3);
        let (value, words, reach) = told(&of, Slot::Period);
        assert_eq!((value.as_str(), words.as_deref()), ("2022", Some("năm 2022")));
        assert_eq!(reach, Some(Reach::Title));
        let (value, words, reach) = told(&of, Slot::Qualifier);
        assert_eq!((value.as_str(), words.as_deref(), reach), ("gt", Some("trên"), Some(Reach::Numeral)));
        assert_eq!(told(&of, Slot::Value).0, "2500000000 [2500000000, …]");
    }

    #[test]
    fn the_phrases_that_told_an_indicator_an_aspect_and_a_fund_are_named() {
        let text = "Khuyến công tỉnh Hà Nam năm 2022\n\nGiải ngân kinh phí khuyến công quốc gia 3 tỷ đồng, \
                    tăng 20% so với năm 2021.\n";
        let of = explained(text, "3 tỷ đồng");
        let words = |of: &Explanation, slot| told(of, slot).1.unwrap_or_default();
        assert_eq!(words(&of, Slot::Indicator), "khuyến công");
        assert_eq!(words(&of, Slot::Aspect), "Giải ngân");
        assert_eq!(words(&of, Slot::Fund), "khuyến công quốc gia");
        assert_eq!(words(&of, Slot::Unit).trim(), "tỷ đồng");
        let rule = |of: &Explanation, slot| {
            let account = of.slots.iter().find(|account| account.slot == slot).unwrap();
            account.rule.clone().unwrap_or_default().to_string()
        };
        assert_eq!(
            (rule(&of, Slot::Indicator).as_str(), rule(&of, Slot::Unit).as_str()),
            ("indicator.kinh_phi", "unit.VND")
        );
        let of = explained(text, "20%");
        assert_eq!(words(&of, Slot::Base), "năm 2021");
        assert_eq!(told(&of, Slot::Indicator).2, Some(Reach::Sentence), "what the amount before is of");
    }

    #[test]
    fn a_choice_names_the_features_that_decided_it() {
        let text = "Khuyến công tỉnh Hà Nam năm 2022\n\nNăm 2021, tỉnh Nam Định hỗ trợ 12 đề án; năm 2020 hỗ trợ 9 đề án.\n";
        let of = explained(text, "9 đề án");
        for (slot, first) in [(Slot::Period, "2020"), (Slot::Area, "VN63:36")] {
            let account = of.slots.iter().find(|account| account.slot == slot).unwrap();
            let choice = account.choice.as_ref().unwrap();
            assert_eq!(choice.candidates[0].value.as_deref(), Some(first));
            assert!(choice.candidates.is_sorted_by_key(|one| -one.score), "{choice:?}");
            assert_eq!(choice.deciding.is_empty(), choice.candidates.len() == 1, "{choice:?}");
            assert!(choice.deciding.len() <= DECIDING, "{choice:?}");
        }
        let mut page = Vec::new();
        let at = text.find("9 đề án").unwrap();
        print(&mut page, &of, Span::new(at, at + "9 đề án".len())).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains("địa bàn: chọn VN63:36 (") && page.contains("vì area."), "{page}");
    }

    #[test]
    fn a_reader_sees_the_quote_in_its_sentence() {
        let text = "Khuyến công Hà Nam năm 2022\n\nTỉnh hỗ trợ 12 đề án,\tkinh phí 3 tỷ đồng.\n";
        let of = explained(text, "3 tỷ đồng");
        let mut page = Vec::new();
        let at = text.find("3 tỷ").unwrap();
        print(&mut page, &of, Span::new(at, at + "3 tỷ đồng".len())).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains("Tỉnh hỗ trợ 12 đề án, kinh phí «3 tỷ đồng»."), "{page}");
        assert!(page.contains("tiêu đề") && page.contains("Kinh phí"), "{page}");
    }

    #[test]
    fn the_order_of_context_is_that_of_the_model() {
        assert!(ORDER.is_sorted_by_key(|(reach, _)| *reach));
    }
}
