//! The names of codes in both languages, from the rule pack's code lists.

use std::collections::BTreeMap;

use crate::ledger::catalogue::{Facet, NONE};
use crate::model::fold::fold;
use crate::stage::rules::RulePack;
use crate::stage::rules::codes::CodeRecord;
use crate::wording::lang::Lang;
use crate::wording::numbers;

/// Names by list and code.
#[derive(Debug)]
pub struct Names {
    records: Vec<CodeRecord>,
    by_code: BTreeMap<(String, String), usize>,
    /// Other names of areas, folded, with the codes that bear them.
    aliases: BTreeMap<String, Vec<String>>,
}

impl Names {
    /// Takes the lists of a rule pack.
    pub fn new(rules: &RulePack) -> Self {
        let records = rules.codes();
        let by_code = records
            .iter()
            .enumerate()
            .map(|(at, record)| ((record.list.clone(), record.code.clone()), at))
            .collect();
        let mut aliases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (code, alias) in rules.area_names() {
            let named = |record: &&CodeRecord| record.list == "area" && record.code == code;
            let name = records.iter().find(named).map(|record| fold(&record.name));
            // What bears the same name on the other list of provinces bears the alias too.
            let same = |record: &&CodeRecord| {
                record.list == "area" && (record.code == code || Some(fold(&record.name)) == name)
            };
            let codes = aliases.entry(fold(&alias)).or_default();
            for record in records.iter().filter(same) {
                if !codes.contains(&record.code) {
                    codes.push(record.code.clone());
                }
            }
        }
        Self { records, by_code, aliases }
    }

    /// Returns every code, in the order of the lists.
    pub fn records(&self) -> &[CodeRecord] {
        &self.records
    }

    /// Returns the line of a code.
    pub fn record(&self, list: &str, code: &str) -> Option<&CodeRecord> {
        let at = self.by_code.get(&(list.to_owned(), code.to_owned()))?;
        self.records.get(*at)
    }

    /// Returns the name of a code; the code itself where no list has it.
    pub fn name<'n>(&'n self, lang: Lang, list: &str, code: &'n str) -> &'n str {
        self.record(list, code).map_or(code, |record| lang.t(&record.name, &record.name_en))
    }

    /// Returns a facet's value in words.
    pub fn facet(&self, lang: Lang, facet: Facet, value: &str) -> String {
        match facet {
            _ if value == NONE && facet == Facet::Verdict => lang.verdict(None).to_owned(),
            _ if value == NONE => lang.t("không rõ", "not stated").to_owned(),
            Facet::Period => numbers::period(lang, value),
            Facet::Area => self.area(lang, value),
            Facet::Verdict => {
                let verdict = crate::model::finding::Verdict::from_code(value);
                verdict.map_or(value, |verdict| lang.verdict(Some(verdict))).to_owned()
            }
            other => self.name(lang, other.name(), value).to_owned(),
        }
    }

    /// Returns an area's name, with the list it is on where two provinces share the name.
    pub fn area(&self, lang: Lang, code: &str) -> String {
        let name = self.name(lang, "area", code);
        if code.starts_with("VN34:")
            && self
                .records
                .iter()
                .any(|r| r.code.starts_with("VN63:") && r.name == self.name(Lang::Vi, "area", code))
        {
            format!("{name} ({})", lang.t("từ 7/2025", "from July 2025"))
        } else {
            name.to_owned()
        }
    }

    /// Returns the codes of a list that `text` means: the code itself, or every one whose name in
    /// either language, or whose other name, is `text`, however written; else every one whose name has
    /// its words.
    pub fn find(&self, list: &str, text: &str) -> Vec<String> {
        let of_list = || self.records.iter().filter(|record| record.list == list);
        if of_list().any(|record| record.code == text) {
            return vec![text.to_owned()];
        }
        let asked = fold(text);
        let named = |fits: &dyn Fn(&str) -> bool| -> Vec<String> {
            of_list()
                .filter(|record| fits(&fold(&record.name)) || fits(&fold(&record.name_en)))
                .map(|record| record.code.clone())
                .collect()
        };
        let as_code = asked.replace(' ', "_");
        let coded: Vec<String> = of_list()
            .filter(|record| record.code.to_lowercase() == as_code)
            .map(|record| record.code.clone())
            .collect();
        if !coded.is_empty() {
            return coded;
        }
        let mut exact = named(&|name| name == asked);
        if list == "area" {
            for code in self.aliases.get(&asked).into_iter().flatten() {
                if !exact.contains(code) {
                    exact.push(code.clone());
                }
            }
        }
        if exact.is_empty() { named(&|name| name.contains(&asked)) } else { exact }
    }
}
