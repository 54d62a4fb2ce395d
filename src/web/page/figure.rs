//! `/so-lieu/{id}`: one figure with all that is known of it.

use std::sync::Arc;

use crate::export::Table;
use crate::model::record::FigureRecord;
use crate::web::ask::{Ask, Form};
use crate::web::page::inspector;
use crate::web::records;
use crate::web::reply::{Reply, ViewError};
use crate::web::shell::page;
use crate::web::site::Site;

/// Answers one figure.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (ledger, id, lang) = (site.ledger()?, ask.id(), ask.lang);
    let missing =
        || ViewError::Missing(format!("{id}: {}", lang.t("không có số liệu này", "no such figure")));
    let row = ledger.figure(&id)?.ok_or_else(missing)?;
    let source = site.text(ledger.source_text_of(row.document)?)?;
    match ask.form {
        Form::Json => {
            let record = FigureRecord::printed(row.document, &row.source, &row.figure, row.generation);
            let checks: Vec<_> = ledger.findings_with(&id)?.into_iter().map(|check| check.finding).collect();
            Ok(Reply::Json(serde_json::json!({
                "figure": record, "sentence": row.figure.sentence.of(&source), "origins": row.figure.origins, "findings": checks,
            })))
        }
        Form::Html => {
            let body = inspector::show(site, ask, &ledger, &row, &source)?;
            Ok(page(ask, &row.figure.quote, &super::record_forms(Table::Figures), &body))
        }
        _ => records::reply(site, ask, Table::Figures, Some(vec![id])),
    }
}
