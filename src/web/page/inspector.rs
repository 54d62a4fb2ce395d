//! All that is known of one figure: as printed and as understood, each slot with the words it came
//! from, the source, the checks, and other statements of the same key.

use std::sync::Arc;

use maud::{Markup, html};

use crate::event::envelope::{Envelope, StreamId};
use crate::event::kinds::Event;
use crate::ledger::LedgerReader;
use crate::ledger::views::FigureRow;
use crate::model::figure::{Figure, Origin, Reach, Slot};
use crate::web::ask::Ask;
use crate::web::lang::Lang;
use crate::web::numbers;
use crate::web::page::place;
use crate::web::reply::ViewError;
use crate::web::shell::{self, pairs, text};
use crate::web::site::Site;

/// Other statements of the same key that are listed.
const SAME_KEY_ROWS: u32 = 20;

/// Shows a figure of the text `source`.
pub(super) fn show(
    site: &Arc<Site>,
    ask: &Ask,
    ledger: &LedgerReader,
    row: &FigureRow,
    source: &str,
) -> Result<Markup, ViewError> {
    let (lang, figure) = (ask.lang, &row.figure);
    let unit = site.names.name(lang, "unit", figure.unit.as_str());
    let value = |decimal: &str| numbers::with_unit(decimal, figure.unit.as_str(), unit);
    let (low, high) = (figure.low.map(|end| end.to_string()), figure.high.map(|end| end.to_string()));
    let checks = ledger.findings_with(figure.id.as_str())?;
    let same = ledger.of_same_key(figure, SAME_KEY_ROWS)?;
    let events = site.log()?.stream(StreamId::Document(row.document))?;
    Ok(html! {
        p.printed { q { (text(&figure.quote)) } }
        (pairs(&[
            (lang.t("Giá trị", "Value"), html! { strong { (value(&figure.value.to_string())) } }),
            (lang.t("Dạng máy đọc", "Machine's form"), html! { code { (figure.value) " " (figure.unit) } }),
            (lang.t("Khoảng", "Interval"), html! { (numbers::interval(lang, low.as_deref(), high.as_deref(), value)) }),
            (lang.t("Mức độ", "Qualifier"), html! { (site.names.name(lang, "qualifier", figure.qualifier.code())) }),
        ]))
        h3 { (lang.t("Hiểu là", "Understood as")) }
        dl.slots { @for slot in slots(site, lang, figure) { (slot_line(lang, &slot, figure, source)) } }
        h3 { (lang.t("Nguồn", "Source")) }
        blockquote lang="vi" { (shell::bare(figure.sentence.of(source).trim())) }
        (pairs(&[
            (lang.t("Tệp", "File"), html! { a href={ "/tai-lieu/" (row.document) "?figure=" (figure.id) "#f-" (figure.id) } { (text(&row.source)) } }),
            (lang.t("Vị trí", "Place"), place_words(lang, &events, figure, source)),
            (lang.t("Mã băm", "Digest"), html! { code.hash { (row.document) } }),
            (lang.t("Quy tắc", "Rules"), html! { @for (at, rule) in figure.rules.iter().enumerate() { @if at > 0 { ", " } code { (rule) } } }),
            (lang.t("Thế hệ", "Generation"), html! { (row.generation) }),
        ]))
        h3 { (lang.t("Đối chiếu", "Checks")) }
        @if checks.is_empty() { p { (lang.t("Không có quan hệ số học nào kiểm tra được số này.", "No arithmetic relation checks this figure.")) } }
        @else {
            ul.checks {
                @for check in &checks {
                    li { (shell::verdict(lang, Some(check.finding.verdict))) " " a href={ "/doi-chieu/" (check.finding.id) } { (text(lang.sentence(&check.finding.explanation))) } }
                }
            }
        }
        h3 { (lang.t("Nơi khác nói về cùng chỉ tiêu", "Other statements of the same key")) }
        @if same.is_empty() { p { (lang.t("Không có.", "None.")) } }
        @else {
            ul {
                @for other in &same {
                    li {
                        a href={ "/so-lieu/" (other.figure.id) } { (text(&other.figure.quote)) } " – " (text(&other.source))
                        @if let Some(aspect) = other.figure.aspect { " (" (site.names.name(lang, "aspect", aspect.code())) ")" }
                    }
                }
            }
        }
        h3 { (lang.t("Lịch sử", "History")) }
        ol.history {
            @for past in history(&events, row) {
                li {
                    a href={ "/su-kien/" (past.position) } { (lang.t("sự kiện", "event")) " " (past.position) } ", "
                    (numbers::moment(past.at)) ", " (lang.t("thế hệ", "generation")) " " (past.generation) ": "
                    @match &past.figure {
                        None => { (lang.t("không đọc ra số này", "did not read this figure")) }
                        Some(other) if other == figure => { (lang.t("đọc như trên", "read it as above")) }
                        Some(other) => { (lang.t("đọc khác", "read it otherwise")) ": " (value(&other.value.to_string())) ", " (difference(site, lang, other, figure)) }
                    }
                }
            }
        }
        p { a href={ "/so-lieu/" (figure.id) } { (lang.t("Trang riêng của số liệu này", "This figure's own page")) } }
    })
}

/// What an extraction of the document, of whatever generation, made of a figure.
struct Past {
    position: u64,
    at: i64,
    generation: u64,
    /// `None` where it made no figure of it.
    figure: Option<Figure>,
}

/// Says where a figure stands: page, line, bytes, and the cell of a table.
fn place_words(lang: Lang, events: &[Envelope], figure: &Figure, source: &str) -> Markup {
    let start = figure.span.start;
    html! {
        @if let Some(page) = place::page(source, start) { (lang.t("trang", "page")) " " (page) ", " }
        (lang.t("dòng", "line")) " " (place::line(source, start)) ", byte " (start) "–" (figure.span.end)
        @if let Some(cell) = place::cell(events, figure, source) {
            "; " (lang.t("bảng, hàng", "table, row")) " " (cell.row)
            @if !cell.row_name.is_empty() { " «" (text(&cell.row_name)) "»" }
            ", " (lang.t("cột", "column")) " " (cell.column)
            @if !cell.column_name.is_empty() { " «" (text(&cell.column_name)) "»" }
        }
    }
}

/// Returns every extraction of a figure's document, oldest first.
fn history(events: &[Envelope], row: &FigureRow) -> Vec<Past> {
    let past = events.iter().filter_map(|envelope| {
        let Event::FiguresExtracted(extracted) = &envelope.event else { return None };
        Some(Past {
            position: envelope.position.0,
            at: envelope.recorded_at.as_microsecond(),
            generation: envelope.generation,
            figure: extracted.figures.iter().find(|figure| figure.id == row.figure.id).cloned(),
        })
    });
    past.collect()
}

/// Names the slots in which two readings of a figure differ.
fn difference(site: &Site, lang: Lang, one: &Figure, other: &Figure) -> String {
    let (one, other) = (slots(site, lang, one), slots(site, lang, other));
    let differing = one.iter().zip(&other).filter(|(one, other)| one.value != other.value);
    let names: Vec<String> =
        differing.map(|(one, _)| format!("{}: {}", one.name, one.value.as_deref().unwrap_or("–"))).collect();
    names.join("; ")
}

/// A slot, its name and its value in words.
struct Line {
    slot: Slot,
    name: &'static str,
    value: Option<String>,
}

fn slots(site: &Site, lang: Lang, figure: &Figure) -> Vec<Line> {
    let names = &site.names;
    let line = |slot, vi, en, value| Line { slot, name: lang.t(vi, en), value };
    let base = figure.base.as_ref().map(|base| {
        let parts = [
            base.period.map(|period| numbers::period(lang, &period.to_string())),
            base.aspect.map(|aspect| names.name(lang, "aspect", aspect.code()).to_owned()),
            base.area.as_ref().map(|area| names.area(lang, area.as_str())),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    vec![
        line(
            Slot::Indicator,
            "Chỉ tiêu",
            "Indicator",
            figure.indicator.as_ref().map(|code| names.name(lang, "indicator", code.as_str()).to_owned()),
        ),
        line(Slot::Label, "Tên gọi", "Label", Some(figure.label.clone()).filter(|label| !label.is_empty())),
        line(
            Slot::Measure,
            "Loại",
            "Measure",
            Some(names.name(lang, "measure", figure.measure.code()).to_owned()),
        ),
        line(Slot::Area, "Địa bàn", "Area", figure.area.as_ref().map(|code| names.area(lang, code.as_str()))),
        line(
            Slot::Period,
            "Kỳ",
            "Period",
            figure.period.map(|period| numbers::period(lang, &period.to_string())),
        ),
        line(
            Slot::Aspect,
            "Tính chất",
            "Aspect",
            figure.aspect.map(|code| names.name(lang, "aspect", code.code()).to_owned()),
        ),
        line(
            Slot::Fund,
            "Nguồn vốn",
            "Fund",
            figure.fund.map(|code| names.name(lang, "fund", code.code()).to_owned()),
        ),
        line(Slot::Base, "So với", "Compared with", base.filter(|text| !text.is_empty())),
    ]
}

fn slot_line(lang: Lang, line: &Line, figure: &Figure, source: &str) -> Markup {
    let origin = figure.origins.get(line.slot);
    html! {
        div {
            dt { (line.name) }
            dd {
                @match &line.value { Some(value) => { (text(value)) } None => { em { (lang.t("văn bản không nói", "the text does not say")) } } }
                @if let Some(origin) = origin { (from(lang, &origin, source)) }
            }
        }
    }
}

fn from(lang: Lang, origin: &Origin, source: &str) -> Markup {
    html! {
        span.from {
            @if let Some(words) = origin.words { q lang="vi" { (shell::bare(words.of(source))) } ", " }
            (reach(lang, origin.reach)) ", " code { (origin.rule) }
        }
    }
}

const fn reach(lang: Lang, reach: Reach) -> &'static str {
    match reach {
        Reach::Numeral => lang.t("chính con số", "the numeral itself"),
        Reach::Clause => lang.t("cùng vế câu", "same clause"),
        Reach::Sentence => lang.t("cùng câu", "same sentence"),
        Reach::Table => lang.t("hàng hoặc cột của bảng", "row or column of the table"),
        Reach::ListHead => lang.t("câu dẫn danh sách", "head of the list"),
        Reach::Paragraph => lang.t("câu trước trong đoạn", "earlier in the paragraph"),
        Reach::Section => lang.t("đoạn trước trong mục", "earlier in the section"),
        Reach::Title => lang.t("tiêu đề", "the title"),
        Reach::DocumentDate => lang.t("ngày của văn bản", "the document's date"),
        Reach::Default => lang.t("mặc định", "default"),
    }
}
