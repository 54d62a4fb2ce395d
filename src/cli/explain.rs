//! `socai explain FIGURE`: where each slot of a figure came from: the words, the rule, how far away.

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
use crate::stage::rules::codes::CodeRecord;

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
}

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
    let codes = stores::rules(&config)?.codes();
    let explanation = explain(document, row.source, &text, &figure, &codes);
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

fn explain(
    document: Digest,
    source: String,
    text: &str,
    figure: &Figure,
    codes: &[CodeRecord],
) -> Explanation {
    let mut slots = Vec::new();
    let mut open = Vec::new();
    for (slot, filled) in values(figure) {
        let Some(value) = filled else {
            open.push(slot);
            continue;
        };
        let origin = figure.origins.get(&slot);
        let reach = origin.map(|origin| origin.reach);
        slots.push(Account {
            slot,
            name: list_of(slot).and_then(|list| name(codes, list, &value)),
            value,
            words: origin.and_then(|origin| origin.words).map(|span| words(text, span)),
            rule: origin.map(|origin| origin.rule.clone()),
            reach,
            order: reach.map(|reach| ORDER.iter().position(|(known, _)| *known == reach).unwrap_or(0) + 1),
        });
    }
    Explanation {
        id: figure.id.clone(),
        document,
        source,
        line: line_of(text, figure.span.start),
        quote: figure.quote.clone(),
        sentence: words(text, figure.sentence),
        slots,
        open,
        rules: figure.rules.clone(),
    }
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
    if !told.open.is_empty() {
        let names: Vec<&str> = told.open.iter().copied().map(slot_name).collect();
        writeln!(out, "văn bản để ngỏ: {}", names.join(", "))?;
    }
    writeln!(out, "luật, từ ngoài vào: {}", told.rules.join(", "))?;
    Ok(())
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
    use crate::stage::rules::RulePack;
    use crate::stage::{clean, extract, segment};

    fn explained(text: &str, quote: &str) -> Explanation {
        let rules = RulePack::builtin();
        let cleaned = clean::clean(text.as_bytes()).unwrap();
        let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
        let document = Digest::of(text.as_bytes());
        let found = extract::extract(document, &cleaned.source, &cleaned.clean, &blocks, rules);
        let figure = found.figures.iter().find(|figure| figure.quote == quote).unwrap();
        explain(document, "a.txt".to_owned(), &cleaned.source, figure, &rules.codes())
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
