//! `/doi-chieu/{id}`: one finding, with its formula, operands, suspects and every sentence involved.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::export::Table;
use crate::ledger::LedgerReader;
use crate::ledger::views::FigureRow;
use crate::model::Span;
use crate::model::finding::Finding;
use crate::model::record::FindingRecord;
use crate::web::ask::{Ask, Form};
use crate::web::lang::Lang;
use crate::web::numbers;
use crate::web::page::document::{Marked, marked};
use crate::web::page::finding_history;
use crate::web::records;
use crate::web::reply::{Reply, ViewError};
use crate::web::shell::{self, page, pairs, table, text};
use crate::web::site::Site;

/// Answers one finding.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (ledger, id, lang) = (site.ledger()?, ask.id(), ask.lang);
    let missing =
        || ViewError::Missing(format!("{id}: {}", lang.t("không có đối chiếu này", "no such check")));
    let Some(row) = ledger.finding(&id)? else {
        return finding_history::gone(ask, &ledger, &id)?.ok_or_else(missing);
    };
    let finding = &row.finding;
    let mut figures = Vec::new();
    for operand in &finding.figures {
        figures.extend(ledger.figure(operand.id.as_str())?);
    }
    match ask.form {
        Form::Json => {
            let figures: Vec<_> = figures.iter().map(|row| &row.figure).collect();
            let record = FindingRecord::new(finding, row.generation);
            return Ok(Reply::Json(serde_json::json!({ "finding": record, "figures": figures })));
        }
        Form::Html => {}
        _ => return records::reply(site, ask, Table::Findings, Some(vec![id])),
    }
    let by_id: BTreeMap<&str, &FigureRow> = figures.iter().map(|row| (row.figure.id.as_str(), row)).collect();
    // The stated figure stands last in its formula: the intervals are in its unit.
    let last = finding.figures.iter().rev().find_map(|operand| by_id.get(operand.id.as_str()));
    let unit = last.map_or(("", ""), |row| {
        let code = row.figure.unit.as_str();
        (code, site.names.name(lang, "unit", code))
    });
    let body = html! {
        p.lead { (shell::verdict(lang, Some(finding.verdict))) " " (text(lang.sentence(&finding.explanation))) }
        (pairs(&[
            (lang.t("Quan hệ", "Relation"), html! { (site.names.name(lang, "relation", finding.relation.code())) }),
            (lang.t("Công thức", "Formula"), html! { (text(&finding.formula)) }),
            (lang.t("Tính ra", "Computed"), html! { (numbers::bounds(lang, &finding.computed, unit.0, unit.1)) }),
            (lang.t("In trong báo cáo", "Stated"), html! { (numbers::bounds(lang, &finding.stated, unit.0, unit.1)) }),
            (lang.t("Chênh lệch", "Gap"), html! { (gap(lang, &finding.gap, unit)) }),
            (lang.t("Quy tắc", "Rule"), html! { code { (finding.rule) } }),
            (lang.t("Giả định", "Assumptions"), html! { @if finding.assumptions.is_empty() { (lang.t("không có", "none")) } @else { (text(&finding.assumptions.join("; "))) } }),
        ]))
        h2 { (lang.t("Các số liệu", "The figures")) }
        (operands(site, lang, finding, &by_id))
        @if !finding.suspects.is_empty() { (suspects(site, lang, finding, &by_id)) }
        h2 { (lang.t("Các câu liên quan", "The sentences")) }
        (sentences(site, lang, &ledger, &figures, finding)?)
        (finding_history::turned(lang, &ledger, &ledger.history_of(&id)?)?)
    };
    Ok(page(ask, lang.t("Đối chiếu", "Check"), &super::record_forms(Table::Findings), &body))
}

/// Shows the distance of two intervals: of percentages it is in percentage points.
fn gap(lang: Lang, gap: &str, unit: (&str, &str)) -> String {
    let gap = numbers::short(gap, false);
    match unit.0 {
        "percent" => numbers::with_unit(&gap, "", lang.t("điểm phần trăm", "percentage points")),
        _ => numbers::with_unit(&gap, unit.0, unit.1),
    }
}

fn operands(site: &Site, lang: Lang, finding: &Finding, figures: &BTreeMap<&str, &FigureRow>) -> Markup {
    let heads = [
        lang.t("Vai trò", "Role"),
        lang.t("Nguyên văn", "As printed"),
        lang.t("Thấp nhất", "Lowest"),
        lang.t("Cao nhất", "Highest"),
        lang.t("Nội dung", "What"),
        lang.t("Kỳ", "Period"),
    ];
    let end = |row: &FigureRow, end: Option<crate::model::Decimal>| {
        let unit = row.figure.unit.as_str();
        end.map_or_else(
            || "…".to_owned(),
            |end| numbers::with_unit(&end.to_string(), unit, site.names.name(lang, "unit", unit)),
        )
    };
    let rows: Vec<Vec<Markup>> = finding
        .figures
        .iter()
        .filter_map(|operand| {
            let row = figures.get(operand.id.as_str())?;
            Some(vec![
                html! { (role(lang, &operand.role)) },
                html! { a href={ "/so-lieu/" (operand.id) } { (text(&row.figure.quote)) } },
                html! { (end(row, row.figure.low)) },
                html! { (end(row, row.figure.high)) },
                html! { (text(&row.figure.label)) },
                html! { @if let Some(period) = row.figure.period { (numbers::period(lang, &period.to_string())) } @else { "–" } },
            ])
        })
        .collect();
    table(
        lang.t(
            "Số liệu trong công thức, thấp nhất và cao nhất mà chữ số in cho phép",
            "Operands, with the lowest and highest that the printed digits admit",
        ),
        &heads,
        &rows,
    )
}

/// Returns an operand's role in words; the code where it is none of the known ones.
fn role(lang: Lang, code: &str) -> &str {
    match code {
        "actual" => lang.t("thực hiện", "outturn"),
        "plan" => lang.t("kế hoạch", "plan"),
        "rate" => lang.t("tỷ lệ", "rate"),
        "whole" => lang.t("tổng", "whole"),
        "part" => lang.t("thành phần", "part"),
        "later" => lang.t("kỳ sau", "later"),
        "earlier" => lang.t("kỳ trước", "earlier"),
        "shorter" => lang.t("kỳ ngắn hơn", "shorter period"),
        "longer" => lang.t("kỳ dài hơn", "longer period"),
        "total" => lang.t("tổng số", "total"),
        "mean" => lang.t("bình quân", "mean"),
        "count" => lang.t("số lượng", "count"),
        "difference" => lang.t("chênh lệch", "difference"),
        "statement" => lang.t("số đã in", "statement"),
        "hedged" => lang.t("số ước chừng", "hedged number"),
        "number" => lang.t("số chính xác", "number"),
        other => other,
    }
}

fn suspects(site: &Site, lang: Lang, finding: &Finding, figures: &BTreeMap<&str, &FigureRow>) -> Markup {
    let unit = |row: &FigureRow| {
        let code = row.figure.unit.as_str();
        (code.to_owned(), site.names.name(lang, "unit", code).to_owned())
    };
    html! {
        h2 { (lang.t("Số có thể sai, khả năng cao trước", "Suspects, likeliest first")) }
        ol.suspects {
            @for suspect in &finding.suspects {
                @if let Some(row) = figures.get(suspect.id.as_str()) {
                    @let (code, name) = unit(row);
                    li value=(suspect.rank) {
                        a href={ "/so-lieu/" (suspect.id) } { (text(&row.figure.quote)) } ": "
                        @match &suspect.implied {
                            Some(implied) => {
                                (lang.t("các số khác chỉ khớp nếu nó ", "the others agree only if it is "))
                                (numbers::bounds(lang, implied, &code, &name))
                            }
                            None => { (lang.t("không giá trị nào làm mọi quan hệ khớp", "no value makes every relation hold")) }
                        }
                        @if let Some(repair) = &suspect.repair {
                            "; " (lang.t("chỉ khác một chữ số: ", "one digit away: ")) strong { (numbers::with_unit(repair, &code, &name)) }
                        }
                    }
                }
            }
        }
    }
}

fn sentences(
    site: &Arc<Site>,
    lang: Lang,
    ledger: &LedgerReader,
    figures: &[FigureRow],
    finding: &Finding,
) -> Result<Markup, ViewError> {
    let mut shown = Vec::new();
    for document in &finding.documents {
        let mut own: Vec<FigureRow> =
            figures.iter().filter(|row| row.document == *document).cloned().collect();
        own.sort_by_key(|row| (row.figure.span, row.figure.id.clone()));
        own.dedup_by(|one, other| one.figure.id == other.figure.id);
        let Some(first) = own.first() else { continue };
        let source = site.text(ledger.source_text_of(*document)?)?;
        let mut spans: Vec<Span> = own.iter().map(|row| row.figure.sentence).collect();
        spans.sort_unstable();
        spans.dedup();
        let verdicts = own.iter().map(|row| (row.figure.id.clone(), finding.verdict)).collect();
        let here = format!("/tai-lieu/{document}");
        let with =
            Marked { lang, source: &source, figures: &own, verdicts: &verdicts, chosen: None, here: &here };
        shown.push(html! {
            h3 { a href=(here) { (text(&first.source)) } }
            blockquote.text lang="vi" { (marked(&with, &spans)) }
        });
    }
    Ok(html! { @for one in shown { (one) } })
}
