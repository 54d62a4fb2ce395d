//! `/danh-muc`: the code lists, with validity and the forms under which texts name each code.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::stage::rules::codes::CodeRecord;
use crate::web::ask::{Ask, Form};
use crate::web::lang::Lang;
use crate::web::reply::{Reply, ViewError};
use crate::web::sheet::Sheet;
use crate::web::shell::{page, table};
use crate::web::site::Site;

/// The lists: code, Vietnamese, English.
const LISTS: [(&str, &str, &str); 10] = [
    ("indicator", "Chỉ tiêu", "Indicators"),
    ("area", "Địa bàn", "Areas"),
    ("unit", "Đơn vị", "Units"),
    ("measure", "Loại số liệu", "Measures"),
    ("aspect", "Tính chất", "Aspects"),
    ("fund", "Nguồn vốn", "Funds"),
    ("qualifier", "Mức độ", "Qualifiers"),
    ("relation", "Quan hệ", "Relations"),
    ("verdict", "Kết luận", "Verdicts"),
    ("class", "Loại cụm số", "Classes of numerals"),
];
/// Forms of a code that are shown; the rest is behind a fold.
const FORMS: usize = 6;

/// Answers one list, or all for machines where none is named.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let lang = ask.lang;
    let asked = ask.value("list");
    let chosen = LISTS.iter().find(|(code, ..)| Some(*code) == asked).unwrap_or(&LISTS[0]);
    let aliases = site.rules.aliases();
    let forms_of = |record: &CodeRecord| -> Vec<&str> {
        let mut found =
            aliases.iter().filter(|((list, code), _)| *list == record.list && *code == record.code);
        found.next().map(|(_, forms)| forms.clone()).unwrap_or_default()
    };
    if ask.form != Form::Html {
        let rows = site.names.records().iter().filter(|record| asked.is_none_or(|list| record.list == list));
        let sheet = sheet(rows.map(|record| (record, forms_of(record))));
        return if ask.form == Form::Json { Ok(Reply::Json(sheet.json())) } else { sheet.reply(ask.form) };
    }
    let records: Vec<&CodeRecord> =
        site.names.records().iter().filter(|record| record.list == chosen.0).collect();
    let names: BTreeMap<&str, &str> =
        records.iter().map(|record| (record.code.as_str(), lang.t(&record.name, &record.name_en))).collect();
    let has = |field: fn(&CodeRecord) -> bool| records.iter().any(|record| field(record));
    let (units, parents) = (has(|record| record.unit.is_some()), has(|record| record.parent.is_some()));
    let dated = has(|record| record.valid_from.is_some() || record.valid_to.is_some());
    let named = records.iter().any(|record| !forms_of(record).is_empty());
    let mut heads =
        vec![lang.t("Mã", "Code"), lang.t("Tên", "Name"), lang.t("Tên tiếng Anh", "Name in Vietnamese")];
    for (shown, head) in [
        (units, lang.t("Đơn vị", "Unit")),
        (parents, lang.t("Thuộc", "Part of")),
        (dated, lang.t("Hiệu lực", "In force")),
        (named, lang.t("Các cách gọi trong văn bản", "As texts say it")),
    ] {
        if shown {
            heads.push(head);
        }
    }
    let rows: Vec<Vec<Markup>> = records
        .iter()
        .map(|record| {
            let mut cells = vec![
                html! { code { (record.code) } },
                html! { (lang.t(&record.name, &record.name_en)) },
                html! { span lang=(if lang == Lang::Vi { "en" } else { "vi" }) { (lang.t(&record.name_en, &record.name)) } },
            ];
            if units {
                cells.push(html! { @if let Some(unit) = &record.unit { (site.names.name(lang, "unit", unit)) } });
            }
            if parents {
                cells.push(html! { @if let Some(parent) = &record.parent { (names.get(parent.as_str()).copied().unwrap_or(parent)) } });
            }
            if dated {
                cells.push(html! { (validity(lang, record)) });
            }
            if named {
                cells.push(forms(lang, &forms_of(record)));
            }
            cells
        })
        .collect();
    let body = html! {
        nav.tabs aria-label=(lang.t("Các danh mục", "Lists")) {
            ul { @for (code, vi, en) in LISTS {
                li { a href={ "/danh-muc?list=" (code) } aria-current=[(code == chosen.0).then_some("page")] { (lang.t(vi, en)) } }
            } }
        }
        (table(lang.t(chosen.1, chosen.2), &heads, &rows))
    };
    Ok(page(ask, lang.t("Danh mục", "Code lists"), super::TABLE_FORMS, &body))
}

fn validity(lang: Lang, record: &CodeRecord) -> String {
    let day = |day: &str| crate::web::numbers::period(lang, day);
    match (&record.valid_from, &record.valid_to) {
        (Some(from), Some(to)) => format!("{}–{}", day(from), day(to)),
        (Some(from), None) => format!("{} {}", lang.t("từ", "from"), day(from)),
        (None, Some(to)) => format!("{} {}", lang.t("đến", "until"), day(to)),
        (None, None) => String::new(),
    }
}

fn forms(lang: Lang, forms: &[&str]) -> Markup {
    let (shown, folded) = forms.split_at(forms.len().min(FORMS));
    html! {
        span lang="vi" { (shown.join(", ")) }
        @if !folded.is_empty() {
            details { summary { (lang.t("thêm", "more")) " (" (folded.len()) ")" } span lang="vi" { (folded.join(", ")) } }
        }
    }
}

fn sheet<'r>(rows: impl Iterator<Item = (&'r CodeRecord, Vec<&'r str>)>) -> Sheet {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    Sheet {
        name: "danh-muc".to_owned(),
        heads: vec!["list", "code", "name", "name_en", "unit", "parent", "valid_from", "valid_to", "aliases"],
        rows: rows
            .map(|(record, forms)| {
                vec![
                    record.list.clone(),
                    record.code.clone(),
                    record.name.clone(),
                    record.name_en.clone(),
                    or_empty(&record.unit),
                    or_empty(&record.parent),
                    or_empty(&record.valid_from),
                    or_empty(&record.valid_to),
                    forms.join("; "),
                ]
            })
            .collect(),
    }
}
