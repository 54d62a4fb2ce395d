//! `/tai-lieu/{id}`: one document, its text with every figure marked, and the inspector beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::export::Table;
use crate::ledger::catalogue::severity;
use crate::ledger::views::FigureRow;
use crate::model::Span;
use crate::model::figure::FigureId;
use crate::model::finding::{Finding, Verdict};
use crate::web::ask::{Ask, Form};
use crate::web::highlight::{Segment, paragraphs, segments};
use crate::web::lang::{Lang, sign};
use crate::web::numbers;
use crate::web::page::inspector;
use crate::web::records;
use crate::web::reply::{Reply, ViewError};
use crate::web::shell::{self, bare, facts, page, text};
use crate::web::site::Site;

/// Answers one document.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (ledger, id, lang) = (site.ledger()?, ask.id(), ask.lang);
    let missing =
        || ViewError::Missing(format!("{id}: {}", lang.t("không có tài liệu này", "no such document")));
    let is_id = id.len() >= 4 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut found = if is_id { ledger.documents_named(&id)? } else { Vec::new() };
    if found.len() != 1 {
        return Err(missing());
    }
    let row = found.remove(0);
    let figures = ledger.figure_rows_of(row.document)?;
    let findings = ledger.findings_of(row.document)?;
    match ask.form {
        Form::Json => {
            let figures: Vec<_> = figures.iter().map(|row| &row.figure).collect();
            return Ok(Reply::Json(
                serde_json::json!({ "document": row, "figures": figures, "findings": findings }),
            ));
        }
        Form::Html => {}
        _ => {
            let ids = figures.iter().map(|row| row.figure.id.as_str().to_owned()).collect();
            return records::reply(site, ask, Table::Figures, Some(ids));
        }
    }
    let source = site.text(row.source_text)?;
    let verdicts = verdicts(&findings);
    let chosen = ask.value("figure").and_then(|id| figures.iter().find(|row| row.figure.id.as_str() == id));
    let conflicts: Vec<&Finding> =
        findings.iter().filter(|finding| finding.verdict == Verdict::Conflicts).collect();
    let body = html! {
        (facts(&[
            (lang.t("Nhận lúc", "Received"), html! { (numbers::moment(row.received_at)) }),
            (lang.t("Thư mục", "Folder"), html! { @if row.tags.is_empty() { "–" } @else { (text(&row.tags.join(" / "))) } }),
            (lang.t("Số liệu", "Figures"), html! { a href={ "/so-lieu?document=" (row.document) } { (row.figures) } }),
            (lang.t("Đối chiếu", "Checks"), html! { a href={ "/doi-chieu?document=" (row.document) } { (findings.len()) } }),
            (lang.t("Bảng mã", "Encoding"), html! { (row.encoding.as_deref().unwrap_or("–")) }),
            (lang.t("Sự kiện", "Events"), html! { a href={ "/su-kien?document=" (row.document) } { (lang.t("xem", "show")) } }),
            (lang.t("Mã băm", "Digest"), html! { code.hash { (row.document) } }),
        ]))
        @if !conflicts.is_empty() {
            section.conflicts aria-labelledby="conflicts-title" {
                h2 #conflicts-title { (lang.t("Mâu thuẫn trong tài liệu này", "Conflicts in this document")) }
                ul {
                    @for finding in &conflicts {
                        li { (shell::verdict(lang, Some(finding.verdict))) " " a href={ "/doi-chieu/" (finding.id) } { (text(lang.sentence(&finding.explanation))) } }
                    }
                }
            }
        }
        div.reader {
            article.text aria-label=(lang.t("Văn bản, số liệu được đánh dấu", "The text, figures marked")) lang="vi" {
                @if source.is_empty() { p { (lang.t("Tài liệu chưa được đọc xong.", "The document has not been read yet.")) } }
                (marked(&Marked { lang, source: &source, figures: &figures, verdicts: &verdicts, chosen: chosen.map(|row| &row.figure.id), here: "" }, &paragraphs(&source)))
            }
            aside.inspector aria-label=(lang.t("Chi tiết số liệu", "The figure in detail")) #inspector {
                @match chosen {
                    Some(chosen) => {
                        h2 { (lang.t("Số liệu", "Figure")) }
                        (inspector::show(site, ask, &ledger, chosen, &source)?)
                    }
                    None => {
                        (legend(lang))
                        p { (lang.t("Chọn một số liệu trong văn bản để xem nó được hiểu thế nào.", "Choose a figure in the text to see how it was read.")) }
                    }
                }
            }
        }
    };
    Ok(page(ask, &row.source, &super::record_forms(Table::Figures), &body))
}

/// Returns the worst verdict of every figure that a finding names.
pub(super) fn verdicts(findings: &[Finding]) -> BTreeMap<FigureId, Verdict> {
    let mut worst: BTreeMap<FigureId, Verdict> = BTreeMap::new();
    for finding in findings {
        for operand in &finding.figures {
            let held = worst.entry(operand.id.clone()).or_insert(finding.verdict);
            if severity(finding.verdict) > severity(*held) {
                *held = finding.verdict;
            }
        }
    }
    worst
}

fn legend(lang: Lang) -> Markup {
    html! {
        h2 { (lang.t("Ký hiệu", "Signs")) }
        ul.legend {
            @for verdict in Verdict::ALL { li { (shell::verdict(lang, Some(*verdict))) } }
            li { (shell::verdict(lang, None)) }
        }
    }
}

/// What a stretch of text is shown with.
pub(super) struct Marked<'a> {
    pub(super) lang: Lang,
    pub(super) source: &'a str,
    pub(super) figures: &'a [FigureRow],
    pub(super) verdicts: &'a BTreeMap<FigureId, Verdict>,
    pub(super) chosen: Option<&'a FigureId>,
    /// What the links to figures begin with; empty for the page that shows the text.
    pub(super) here: &'a str,
}

/// Shows paragraphs of a text, with its figures marked.
pub(super) fn marked(with: &Marked<'_>, paragraphs: &[Span]) -> Markup {
    let spans: Vec<Span> = with.figures.iter().map(|row| row.figure.span).collect();
    let mut first = 0;
    html! {
        @for paragraph in paragraphs {
            // Figures are in order of their beginning: those before belong to earlier paragraphs.
            @let near = {
                while spans.get(first).is_some_and(|span| span.end <= paragraph.start) { first += 1; }
                let count = spans.get(first..).map_or(0, |rest| rest.partition_point(|span| span.start < paragraph.end));
                first..first + count
            };
            p {
                @for segment in segments(with.source, *paragraph, &spans[near.clone()]) {
                    (stretch(with, &segment, near.start))
                }
            }
        }
    }
}

fn stretch(with: &Marked<'_>, segment: &Segment, offset: usize) -> Markup {
    let words = segment.span.of(with.source);
    let rows: Vec<&FigureRow> =
        segment.figures.iter().filter_map(|at| with.figures.get(at + offset)).collect();
    let verdict_of = |row: &FigureRow| with.verdicts.get(&row.figure.id).copied();
    // Of several figures the link leads to the one that begins last: the narrowest.
    let Some(row) = rows.iter().max_by_key(|row| row.figure.span.start) else { return bare(words) };
    let worst = rows.iter().filter_map(|row| verdict_of(row)).max_by_key(|verdict| severity(*verdict));
    let ends = rows.iter().any(|row| row.figure.span.end == segment.span.end);
    let ids: Vec<&str> = rows.iter().map(|row| row.figure.id.as_str()).collect();
    let begins = rows.iter().filter(|row| row.figure.span.start == segment.span.start);
    let current = rows.iter().any(|row| Some(&row.figure.id) == with.chosen);
    let id = row.figure.id.as_str();
    html! {
        @for row in begins { span.anchor id={ "f-" (row.figure.id) } {} }
        a class={ "f v-" (worst.map_or("none", Verdict::code)) } href={ (with.here) "?figure=" (id) "#f-" (id) }
            data-ids=(ids.join(" ")) aria-current=[current.then_some("true")] {
            (bare(words))
            @if ends && let Some(verdict) = worst {
                span.sign aria-hidden="true" { (sign(Some(verdict))) }
                span.vh { " (" (with.lang.verdict(Some(verdict))) ")" }
            }
        }
    }
}
