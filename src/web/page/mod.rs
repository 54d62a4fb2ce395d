//! The views, one file each: `view(&Site, &Ask)` answers as page and in the view's other forms.

pub(super) mod chart;
pub(super) mod codes;
mod conditions;
mod difference;
pub(super) mod document;
pub(super) mod documents;
pub(super) mod events;
pub(super) mod figure;
pub(super) mod figures;
pub(super) mod finding;
mod finding_history;
pub(super) mod findings;
pub(super) mod generations;
mod inspector;
pub(super) mod live;
pub(super) mod overview;
mod place;

use crate::export::{Format, Table};
use crate::web::lang::Lang;

/// The forms of a small table, with their names.
const TABLE_FORMS: &[(&str, &str)] =
    &[("xlsx", "Excel (XLSX)"), ("vi.csv", "CSV (Excel)"), ("csv", "CSV"), ("json", "JSON")];

/// Returns the forms of a table of records, with their names.
fn record_forms(records: Table) -> Vec<(&'static str, &'static str)> {
    let further = [
        (Format::Jsonl, "JSON Lines"),
        (Format::Parquet, "Parquet"),
        (Format::SdmxCsv, "SDMX-CSV"),
        (Format::SdmxStructure, "SDMX (structure)"),
        (Format::JsonLd, "JSON-LD (PROV)"),
    ];
    let further = further.into_iter().filter(|(format, _)| format.has(records));
    TABLE_FORMS.iter().copied().chain(further.map(|(format, name)| (format.ending(), name))).collect()
}

/// Names a stage in words.
fn stage(lang: Lang, name: &str) -> &str {
    match name {
        "receive" => lang.t("nhận", "receive"),
        "clean" => lang.t("làm sạch", "clean"),
        "segment" => lang.t("chia đoạn", "segment"),
        "extract" => lang.t("trích số liệu", "extract"),
        "reconcile" => lang.t("đối chiếu", "reconcile"),
        other => other,
    }
}
