//! A difference as text, as JSON and as a page that can be mailed; thresholds on it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::context::{Context, finish, json_line};
use super::tail;
use crate::error::Failure;
use crate::ledger::catalogue::Facet;
use crate::ledger::diff::{Change, Difference, Field, Record, What};
use crate::ledger::threshold::Threshold;
use crate::stage::rules::RulePack;
use crate::wording::{Lang, Names};

/// How a difference is shown, and judged.
#[derive(Debug, Clone, clap::Args)]
pub struct Shown {
    /// Exit with 1 where this holds: figures.removed > 0, figures.changed.period > 1%, conflicts.added > 0
    #[arg(long, value_name = "EXPR")]
    pub fail_if: Vec<Threshold>,
    /// Write the difference as one page that can be mailed
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Changes printed of each rule; 0 for all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// Shows a difference as `shown` asks for.
///
/// # Errors
/// Writing.
pub(super) fn show(
    context: &Context,
    difference: &Difference,
    shown: &Shown,
    json: bool,
) -> Result<(), Failure> {
    mail(difference, shown)?;
    let mut out = context.out();
    if json {
        json_line(&mut out, difference)?;
    } else {
        text(&mut out, difference, shown.limit)?;
    }
    finish(out)
}

/// Returns the conditions that hold, as sentences; empty where none does.
pub(super) fn failing(difference: &Difference, conditions: &[Threshold]) -> Vec<String> {
    let holding = conditions.iter().filter(|condition| condition.holds(difference));
    holding.map(|condition| condition.standing(difference)).collect()
}

/// Writes the page where one is asked for.
///
/// # Errors
/// Writing.
pub(super) fn mail(difference: &Difference, shown: &Shown) -> Result<(), Failure> {
    let Some(path) = &shown.html else { return Ok(()) };
    let names = Names::new(RulePack::builtin());
    std::fs::write(path, page(difference, &names).into_string())
        .map_err(|error| Failure::file("write", path, &error))
}

/// The changes by what did it, most changes first.
fn by_rule(difference: &Difference) -> Vec<(String, Vec<&Change>)> {
    let mut groups: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for change in &difference.changes {
        groups.entry(change.rules.join(" + ")).or_default().push(change);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(name, changes)| (std::cmp::Reverse(changes.len()), name.clone()));
    groups
}

/// What was edited of the rules that a group cites.
fn edited(difference: &Difference, changes: &[&Change]) -> Vec<String> {
    let rules = changes.first().map(|change| change.rules.as_slice()).unwrap_or_default();
    rules.iter().filter_map(|rule| difference.edits.get(rule).cloned()).collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn field(field: &Field) -> String {
    format!("{} {} → {}", field.name, plain(&field.before), plain(&field.after))
}

const fn mark(what: What) -> &'static str {
    match what {
        What::Added => "+",
        What::Removed => "-",
        What::Changed => "~",
    }
}

fn title(difference: &Difference) -> String {
    match difference.after {
        Some(after) => format!("generation {} → {after}", difference.before),
        None => format!("generation {} → tried, nothing written", difference.before),
    }
}

fn text(out: &mut impl Write, difference: &Difference, limit: usize) -> Result<(), Failure> {
    writeln!(out, "{}", title(difference))?;
    for record in Record::ALL {
        let Some(tally) = difference.counts.get(record.plural()) else { continue };
        write!(
            out,
            "{:<9} {} → {}: {} added, {} removed, {} changed",
            record.plural(),
            tally.before,
            tally.after,
            tally.added,
            tally.removed,
            tally.changed
        )?;
        let fields: Vec<String> =
            tally.fields.iter().map(|(name, count)| format!("{name} {count}")).collect();
        writeln!(
            out,
            "{}",
            if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) }
        )?;
    }
    writeln!(
        out,
        "conflicts {} more, {} fewer; {} documents changed",
        difference.conflicts_added, difference.conflicts_removed, difference.documents_changed
    )?;
    for (indicator, of) in &difference.indicators {
        let mut told: Vec<String> = of.slots.iter().map(|(name, count)| format!("{name} {count}")).collect();
        told.extend((of.came > 0).then(|| format!("{} from other indicators", of.came)));
        told.extend((of.left > 0).then(|| format!("{} to other indicators", of.left)));
        writeln!(
            out,
            "  {indicator:<32} +{} -{} ~{}  {}",
            of.added,
            of.removed,
            of.changed,
            told.join(", ")
        )?;
    }
    for (rule, changes) in by_rule(difference) {
        writeln!(out, "\n{} ({} changes)", tail::harmless(&rule), changes.len())?;
        for edit in edited(difference, &changes) {
            writeln!(out, "  edited: {}", tail::harmless(&edit))?;
        }
        let most = if limit == 0 { changes.len() } else { limit };
        for change in changes.iter().take(most) {
            let source = change.source.as_deref().unwrap_or("across documents");
            let fields: Vec<String> = change.fields.iter().map(field).collect();
            let line = format!(
                "{} {:?} {}  {source}  «{}»  {}",
                mark(change.what),
                change.record,
                crop(&change.id, 8),
                change.quote,
                fields.join("; ")
            );
            writeln!(out, "  {}", tail::harmless(line.trim_end()))?;
            if !change.sentence.is_empty() {
                writeln!(out, "      {}", tail::harmless(&crop(&change.sentence, 200)))?;
            }
        }
        if changes.len() > most {
            writeln!(out, "  … and {} more (--limit 0 prints all)", changes.len() - most)?;
        }
    }
    Ok(())
}

fn crop(text: &str, letters: usize) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(letters) {
        Some((at, _)) => format!("{}{}", &one_line[..at], if letters > 8 { "…" } else { "" }),
        None => one_line,
    }
}

/// Changes of one rule on the page; what is beyond is counted.
const PAGE_CHANGES: usize = 500;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}\
table{border-collapse:collapse;margin:.5rem 0 1.5rem}th,td{border:1px solid #bbb;padding:.25rem .6rem;text-align:left;vertical-align:top}\
td.n{text-align:right;font-variant-numeric:tabular-nums}h2{margin-top:2rem;font-size:1.1rem}code{background:#f3f3f3;padding:0 .2rem}\
.added{color:#0a6b2d}.removed{color:#a4161a}.sentence{color:#555;font-size:.9rem}";

/// A field's name in Vietnamese; the field's own where it has none.
fn slot(name: &str) -> &str {
    match name {
        "indicator" => "chỉ tiêu",
        "label" => "nội dung",
        "measure" => "loại số",
        "value" => "giá trị",
        "unit" => "đơn vị",
        "qualifier" => "mức độ",
        "low" => "thấp nhất",
        "high" => "cao nhất",
        "area" => "địa bàn",
        "period" => "kỳ",
        "aspect" => "tính chất",
        "fund" => "nguồn vốn",
        "base" => "gốc so sánh",
        "quote" => "nguyên văn",
        "sentence" => "câu",
        "rules" => "quy tắc",
        "verdict" => "kết luận",
        "relation" => "quan hệ",
        "figures" => "các số",
        "formula" => "công thức",
        "computed" => "tính ra",
        "stated" => "đã in",
        "gap" => "chênh lệch",
        "suspects" => "số nghi sai",
        "explanation" => "giải thích",
        other => other,
    }
}

/// A changed field in Vietnamese, the names of codes in place of the codes that have one.
fn in_words(field: &Field, names: &Names) -> String {
    let list = match field.name.as_str() {
        "indicator" | "measure" | "unit" | "qualifier" | "area" | "aspect" | "fund" | "verdict"
        | "relation" => Some(field.name.as_str()),
        _ => None,
    };
    let value = |value: &Value| match (list, value) {
        (Some("verdict"), Value::String(code)) => names.facet(Lang::Vi, Facet::Verdict, code),
        (Some(list), Value::String(code)) => names.name(Lang::Vi, list, code).to_owned(),
        (_, value) => plain(value),
    };
    format!("{}: {} → {}", slot(&field.name), value(&field.before), value(&field.after))
}

/// Writes the difference as one page that needs nothing beside it.
fn page(difference: &Difference, names: &Names) -> Markup {
    let title = match difference.after {
        Some(after) => format!("Thế hệ {} → {after}", difference.before),
        None => format!("Thế hệ {} → bản thử, chưa ghi gì", difference.before),
    };
    html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "socai: khác biệt " (title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                h1 { "Khác biệt giữa hai thế hệ số liệu" }
                p { (title) ". Số văn bản có thay đổi: " (difference.documents_changed)
                    ". Mâu thuẫn: thêm " (difference.conflicts_added) ", bớt " (difference.conflicts_removed) "." }
                table {
                    thead { tr { th { "Loại" } th { "Trước" } th { "Sau" } th { "Thêm" } th { "Bớt" } th { "Đổi" } th { "Trường đổi" } } }
                    tbody {
                        @for record in Record::ALL {
                            @if let Some(tally) = difference.counts.get(record.plural()) {
                                tr {
                                    td { (vietnamese(record)) }
                                    td.n { (tally.before) } td.n { (tally.after) } td.n { (tally.added) }
                                    td.n { (tally.removed) } td.n { (tally.changed) }
                                    td { @for (name, count) in &tally.fields { (slot(name)) " " (count) " " } }
                                }
                            }
                        }
                    }
                }
                @if !difference.indicators.is_empty() {
                    h2 { "Theo chỉ tiêu" }
                    table {
                        thead { tr { th { "Chỉ tiêu" } th { "Thêm" } th { "Bớt" } th { "Đổi" } th { "Từ chỉ tiêu khác" } th { "Sang chỉ tiêu khác" } th { "Trường đổi" } } }
                        tbody {
                            @for (indicator, of) in &difference.indicators {
                                tr {
                                    td { (names.name(Lang::Vi, "indicator", indicator)) " " code { (indicator) } }
                                    td.n { (of.added) } td.n { (of.removed) } td.n { (of.changed) }
                                    td.n { (of.came) } td.n { (of.left) }
                                    td { @for (name, count) in &of.slots { (slot(name)) " " (count) " " } }
                                }
                            }
                        }
                    }
                }
                @for (rule, changes) in by_rule(difference) {
                    h2 { code { (rule) } " (" (changes.len()) ")" }
                    @for edit in edited(difference, &changes) { p { "Sửa: " code { (edit) } } }
                    (changes_table(&changes, names))
                }
            }
        }
    }
}

fn changes_table(changes: &[&Change], names: &Names) -> Markup {
    html! {
        table {
            thead { tr { th { "" } th { "Văn bản" } th { "Nguyên văn" } th { "Thay đổi" } } }
            tbody {
                @for change in changes.iter().take(PAGE_CHANGES) {
                    tr class=(change.what.name()) {
                        td { (mark(change.what)) }
                        td { (change.source.as_deref().unwrap_or("nhiều văn bản")) }
                        td { "«" (change.quote) "»" div.sentence { (crop(&change.sentence, 400)) } }
                        td {
                            @if change.fields.is_empty() { (vietnamese(change.record)) " " code { (change.id) } }
                            @for one in &change.fields { div { (in_words(one, names)) } }
                        }
                    }
                }
            }
        }
        @if changes.len() > PAGE_CHANGES { p { "… và " (changes.len() - PAGE_CHANGES) " thay đổi nữa" } }
    }
}

const fn vietnamese(record: Record) -> &'static str {
    match record {
        Record::Figure => "Số liệu",
        Record::Finding => "Đối chiếu",
        Record::Derived => "Số suy ra",
    }
}
