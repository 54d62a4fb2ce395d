//! What changed in a record, in words: the names of its fields, and their values.

use serde_json::Value;

use crate::ledger::catalogue::Facet;
use crate::ledger::diff::{Change, Field, Record, What};
use crate::wording::lang::Lang;
use crate::wording::names::Names;
use crate::wording::numbers;

/// What stands for a value that is not there.
const NOTHING: &str = "–";

/// Returns the name of a kind of record.
pub const fn record(lang: Lang, record: Record) -> &'static str {
    match record {
        Record::Figure => lang.t("số liệu", "figure"),
        Record::Finding => lang.t("đối chiếu", "check"),
        Record::Derived => lang.t("số suy ra", "derived figure"),
    }
}

/// Returns the name of several of a kind.
pub const fn records(lang: Lang, record: Record) -> &'static str {
    match record {
        Record::Figure => lang.t("Số liệu", "Figures"),
        Record::Finding => lang.t("Đối chiếu", "Checks"),
        Record::Derived => lang.t("Số suy ra", "Derived figures"),
    }
}

/// Returns what became of a record, with the sign that never stands alone.
pub const fn what(lang: Lang, what: What) -> &'static str {
    match what {
        What::Added => lang.t("+ thêm", "+ added"),
        What::Removed => lang.t("− bớt", "− removed"),
        What::Changed => lang.t("≠ đổi", "≠ changed"),
    }
}

/// Returns a field's name; the field's own where it has none.
pub fn field(lang: Lang, name: &str) -> &str {
    let (vi, en) = match name {
        "indicator" => ("chỉ tiêu", "indicator"),
        "label" => ("nội dung", "label"),
        "measure" => ("loại số", "measure"),
        "value" => ("giá trị", "value"),
        "unit" => ("đơn vị", "unit"),
        "qualifier" => ("mức độ", "qualifier"),
        "low" => ("thấp nhất", "lowest"),
        "high" => ("cao nhất", "highest"),
        "area" => ("địa bàn", "area"),
        "period" => ("kỳ", "period"),
        "aspect" => ("tính chất", "aspect"),
        "fund" => ("nguồn vốn", "fund"),
        "base" => ("gốc so sánh", "compared with"),
        "quote" => ("nguyên văn", "words"),
        "sentence" => ("câu", "sentence"),
        "start" => ("byte đầu", "first byte"),
        "end" => ("byte cuối", "end byte"),
        "rules" => ("quy tắc", "rules"),
        "from" => ("suy từ", "derived from"),
        "verdict" => ("kết luận", "verdict"),
        "relation" => ("quan hệ", "relation"),
        "figures" => ("các số", "figures"),
        "formula" => ("công thức", "formula"),
        "computed" => ("tính ra", "computed"),
        "stated" => ("đã in", "stated"),
        "gap" => ("chênh lệch", "gap"),
        "suspects" => ("số nghi sai", "suspects"),
        "documents" => ("các văn bản", "documents"),
        "assumptions" => ("giả định", "assumptions"),
        "readings" => ("các cách đọc", "readings"),
        "rule" => ("quy tắc", "rule"),
        "explanation" => ("giải thích", "explanation"),
        other => (other, other),
    };
    lang.t(vi, en)
}

/// Writes a field that changed: its name, and its value before and after.
pub fn change(lang: Lang, names: &Names, of: &Field) -> String {
    let words = |shown: &Value| value(lang, names, &of.name, shown);
    format!("{}: {} → {}", field(lang, &of.name), words(&of.before), words(&of.after))
}

/// Returns the sentence under a change: the one that a figure stands in, or the one that explains a finding.
pub fn sentence(lang: Lang, change: &Change) -> &str {
    let explained = change.after.as_ref().or(change.before.as_ref());
    let explained = explained.and_then(|record| record["explanation"][lang.code()].as_str());
    explained.unwrap_or(&change.sentence)
}

/// Writes the value of a field.
fn value(lang: Lang, names: &Names, field: &str, value: &Value) -> String {
    match (field, value) {
        (_, Value::Null) => NOTHING.to_owned(),
        ("verdict", Value::String(code)) => names.facet(lang, Facet::Verdict, code),
        ("area", Value::String(code)) => names.area(lang, code),
        ("period", Value::String(code)) => numbers::period(lang, code),
        ("value" | "low" | "high" | "gap", Value::String(decimal)) => numbers::grouped(decimal),
        (
            "indicator" | "measure" | "unit" | "qualifier" | "aspect" | "fund" | "relation",
            Value::String(code),
        ) => names.name(lang, field, code).to_owned(),
        ("explanation", Value::Object(_)) => text(&value[lang.code()]),
        ("computed" | "stated", Value::Object(_)) => {
            let low = value["low"].as_str().map(|end| numbers::short(end, false));
            let high = value["high"].as_str().map(|end| numbers::short(end, true));
            numbers::interval(lang, low.as_deref(), high.as_deref(), numbers::grouped)
        }
        ("base", Value::Object(slots)) => {
            let told = ["period", "aspect", "area"].into_iter().filter_map(|slot| {
                let of = slots.get(slot).filter(|of| !of.is_null())?;
                Some(self::value(lang, names, slot, of))
            });
            or_nothing(told.collect::<Vec<_>>().join(", "))
        }
        ("sentence", Value::Object(_)) => format!("{}–{}", value["start"], value["end"]),
        ("figures" | "suspects" | "from" | "documents", Value::Array(all)) => all.len().to_string(),
        (_, Value::Array(all)) => or_nothing(all.iter().map(text).collect::<Vec<_>>().join(", ")),
        (_, other) => text(other),
    }
}

fn or_nothing(text: String) -> String {
    if text.is_empty() { NOTHING.to_owned() } else { text }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::stage::rules::RulePack;

    #[test]
    fn no_record_is_shown_as_a_machine_has_it() {
        let names = Names::new(RulePack::builtin());
        let told = |lang, name: &str, before, after| {
            change(lang, &names, &Field { name: name.to_owned(), before, after })
        };
        let base = json!({ "period": "2012", "aspect": null, "area": "VN" });
        let open = json!({ "period": null, "aspect": null, "area": null });
        assert_eq!(told(Lang::Vi, "base", open, base), "gốc so sánh: – → năm 2012, Cả nước");
        let (one, other) = (json!({ "low": "5", "high": "5" }), json!({ "low": null, "high": "1234567" }));
        assert_eq!(told(Lang::Vi, "computed", one.clone(), other.clone()), "tính ra: 5 → đến 1.234.567");
        assert_eq!(told(Lang::En, "computed", one, other), "computed: 5 → at most 1.234.567");
        let figures = json!([{ "id": "a", "role": "part" }, { "id": "b", "role": "whole" }]);
        assert_eq!(told(Lang::En, "figures", json!([]), figures), "figures: 0 → 2");
        let explained = json!({ "vi": "Khớp.", "en": "It agrees." });
        assert_eq!(told(Lang::En, "explanation", Value::Null, explained), "explanation: – → It agrees.");
    }
}
