//! The views, one file each: `view(&Site, &Ask)` answers as page and in the view's other forms.

pub(super) mod chart;
pub(super) mod codes;
mod difference;
pub(super) mod document;
pub(super) mod documents;
pub(super) mod events;
pub(super) mod figure;
pub(super) mod figures;
pub(super) mod finding;
pub(super) mod findings;
pub(super) mod generations;
mod inspector;
pub(super) mod live;
pub(super) mod overview;

use crate::web::lang::Lang;

/// The forms of a table for machines, with their names.
const TABLE_FORMS: &[(&str, &str)] =
    &[("json", "JSON"), ("csv", "CSV"), ("vi.csv", "CSV (Excel)"), ("xlsx", "XLSX")];

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
