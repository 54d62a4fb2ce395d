//! A difference as one page that needs nothing beside it, and so can be mailed.

use maud::{Markup, html};

use super::{by_rule, crop, edited};
use crate::ledger::diff::{Change, Difference, OfIndicator, Record, Tally};
use crate::report::html::page_of_its_own;
use crate::wording::{Lang, Names, difference as words, visible};

/// Changes of one rule on the page; what is beyond is counted.
const CHANGES: usize = 500;

/// Letters of a sentence that are shown.
const SENTENCE: usize = 400;

/// On a narrow screen each row becomes a card whose cells say what they are.
const STYLE: &str = "
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, 'Be Vietnam Pro', 'Noto Sans', sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; }
th, td { border: 1px solid #bbb; padding: .25rem .6rem; text-align: left; vertical-align: top; }
th { background: #eef2f5; overflow-wrap: normal; } td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code { background: #f3f3f3; padding: 0 .2rem; } .fields span { display: inline-block; margin-right: .8rem; }
table.changes { width: 100%; table-layout: fixed; } .changes th:nth-child(1) { width: 7rem; } .changes th:nth-child(2) { width: 22%; }
.added .what { color: #0a6b2d; } .removed .what { color: #a4161a; } .what { font-weight: 600; } .sentence { color: #555; font-size: .9rem; }
@media (max-width: 46rem) {
  body { margin: 1rem auto; padding: 0 .7rem; }
  thead { display: none; }
  table, tbody, tr, td { display: block; width: 100%; }
  tr { border: 1px solid #bbb; margin-bottom: .6rem; padding: .2rem 0; }
  td { border: 0; padding: .1rem .5rem; }
  td.n { display: inline-block; width: auto; text-align: left; }
  td:empty { display: none; }
  td[data-name]::before { content: attr(data-name) ': '; color: #555; }
}
@page { size: A4; margin: 15mm; } @media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
";

/// Writes the page.
pub(super) fn page(difference: &Difference, names: &Names, lang: Lang) -> Markup {
    let before = difference.before;
    let title = match difference.after {
        Some(after) => format!("{} {before} → {after}", lang.t("Thế hệ", "Generation")),
        None => format!(
            "{} {before} → {}",
            lang.t("Thế hệ", "Generation"),
            lang.t("bản thử, chưa ghi gì", "a trial, nothing written")
        ),
    };
    let body = html! {
        h1 { (lang.t("Khác biệt giữa hai thế hệ số liệu", "What differs between two generations of figures")) }
        p {
            (title) ". " (lang.t("Số văn bản có thay đổi", "Documents with changes")) ": " (difference.documents_changed) ". "
            (lang.t("Mâu thuẫn: thêm", "Contradictions: new")) " " (difference.conflicts_added) ", "
            (lang.t("bớt", "gone")) " " (difference.conflicts_removed) "."
        }
        (tallies(difference, lang))
        @if !difference.indicators.is_empty() {
            h2 { (lang.t("Theo chỉ tiêu", "By indicator")) }
            (indicators(difference, names, lang))
        }
        @if difference.changes.is_empty() {
            p { (lang.t("Hai thế hệ như nhau.", "The two are alike.")) }
        }
        @if difference.every_edit_cited {
            p { (lang.t(
                "Quá nhiều văn bản thay đổi để tách riêng tác động của từng chỗ sửa: mỗi thay đổi ghi mọi chỗ sửa.",
                "Too many documents changed to find out which edit did what: every change cites all edits.",
            )) }
        }
        @for (rule, changes) in by_rule(difference) {
            h2 { (lang.t("Do", "Because of")) " " code { (visible(&rule)) } " (" (changes.len()) ")" }
            @for edit in edited(difference, &changes) {
                p { (lang.t("Sửa", "Edited")) ": " code { (visible(&edit)) } }
            }
            (changes_of(&changes, names, lang))
        }
    };
    let name = format!("socai: {} {title}", lang.t("khác biệt", "difference"));
    page_of_its_own(lang, &name, STYLE, &body)
}

/// A number with the head of its column, for where there are no columns.
fn number(name: &str, count: u64) -> Markup {
    html! { td.n data-name=(name) { (count) } }
}

fn fields<'a>(lang: Lang, counts: impl IntoIterator<Item = (&'a String, &'a u64)>) -> Markup {
    html! { td.fields data-name=(lang.t("Trường đổi", "Fields changed")) {
        @for (name, count) in counts { span { (words::field(lang, name)) " " (count) } }
    } }
}

/// A table of counts: what is counted, the counts, the fields that changed.
fn table(lang: Lang, of: &str, heads: &[&str], rows: impl Iterator<Item = Markup>) -> Markup {
    html! { table {
        thead { tr {
            th scope="col" { (of) }
            @for head in heads { th scope="col" { (head) } }
            th scope="col" { (lang.t("Trường đổi", "Fields changed")) }
        } }
        tbody { @for row in rows { (row) } }
    } }
}

fn tallies(difference: &Difference, lang: Lang) -> Markup {
    let heads = [
        lang.t("Trước", "Before"),
        lang.t("Sau", "After"),
        lang.t("Thêm", "Added"),
        lang.t("Bớt", "Removed"),
        lang.t("Đổi", "Changed"),
    ];
    let row = |record: Record, tally: &Tally| {
        let counts = [tally.before, tally.after, tally.added, tally.removed, tally.changed];
        html! { tr {
            td { strong { (words::records(lang, record)) } }
            @for (head, count) in heads.iter().zip(counts) { (number(head, count)) }
            (fields(lang, &tally.fields))
        } }
    };
    let rows = Record::ALL
        .into_iter()
        .filter_map(|record| Some(row(record, difference.counts.get(record.plural())?)));
    table(lang, lang.t("Loại", "Records"), &heads, rows)
}

fn indicators(difference: &Difference, names: &Names, lang: Lang) -> Markup {
    let heads = [
        lang.t("Thêm", "Added"),
        lang.t("Bớt", "Removed"),
        lang.t("Đổi", "Changed"),
        lang.t("Từ chỉ tiêu khác", "From other indicators"),
        lang.t("Sang chỉ tiêu khác", "To other indicators"),
    ];
    let row = |indicator: &str, of: &OfIndicator| {
        let counts = [of.added, of.removed, of.changed, of.came, of.left];
        html! { tr {
            td {
                @if indicator == "none" { (lang.t("không thuộc chỉ tiêu nào", "of no indicator")) }
                @else { (names.name(lang, "indicator", indicator)) " " code { (indicator) } }
            }
            @for (head, count) in heads.iter().zip(counts) { (number(head, count)) }
            (fields(lang, &of.slots))
        } }
    };
    let rows = difference.indicators.iter().map(|(indicator, of)| row(indicator, of));
    table(lang, lang.t("Chỉ tiêu", "Indicator"), &heads, rows)
}

fn changes_of(changes: &[&Change], names: &Names, lang: Lang) -> Markup {
    let row = |change: &Change| {
        let source = change.source.as_deref().unwrap_or(lang.t("nhiều văn bản", "several documents"));
        html! { tr class=(change.what.name()) {
            td.what { (words::what(lang, change.what)) }
            td { (visible(source)) }
            td {
                "«" (visible(&change.quote)) "»"
                div.sentence { (visible(&crop(words::sentence(lang, change), SENTENCE))) }
            }
            td {
                @if change.fields.is_empty() { (words::record(lang, change.record)) " " code { (change.id) } }
                @for one in &change.fields { div { (visible(&words::change(lang, names, one))) } }
            }
        } }
    };
    html! {
        table.changes {
            thead { tr {
                th scope="col" { (lang.t("Thay đổi", "Change")) }
                th scope="col" { (lang.t("Văn bản", "Document")) }
                th scope="col" { (lang.t("Nguyên văn", "Words")) }
                th scope="col" { (lang.t("Trước → sau", "Before → after")) }
            } }
            tbody { @for change in changes.iter().take(CHANGES) { (row(change)) } }
        }
        @if changes.len() > CHANGES {
            p { (lang.t("… và", "… and")) " " (changes.len() - CHANGES) " " (lang.t("thay đổi nữa", "more changes")) }
        }
    }
}
