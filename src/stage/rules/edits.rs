//! What tells two rule packs apart, entry by entry, and a pack with one of these edits alone.
//!
//! An entry is what a person edits in one go: a table of a list (`indicator.kinh_phi`), a key of a
//! table (`measures.up`), or a key of the file (`foreign`).

use std::collections::BTreeMap;

use serde::Serialize;
use toml::{Table, Value};

use super::RulePack;

/// The keys that name a table of a list, the first that is there.
const NAMING: &[&str] = &["id", "code", "name", "rule", "qualifier", "unit", "power"];

/// One entry that two packs do not have alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Edit {
    /// The file: `indicators.toml`.
    pub file: String,
    /// The entry: `indicator.kinh_phi`.
    pub entry: String,
    /// What of it differs; one without a key is the entry as a whole.
    pub keys: Vec<KeyEdit>,
    /// Where it stands: the key of the file.
    #[serde(skip)]
    section: String,
}

/// A key of an entry, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyEdit {
    /// The key; `None` for the entry as a whole.
    pub key: Option<String>,
    /// Items of a list that the later pack has and the earlier one has not.
    pub gained: Vec<String>,
    /// Items of a list that the earlier pack has and the later one has not.
    pub lost: Vec<String>,
    /// Where it is no list: the earlier value, as in TOML.
    pub before: Option<String>,
    /// Where it is no list: the later value, as in TOML.
    pub after: Option<String>,
}

impl Edit {
    /// Returns the name by which changes cite it: `indicators.toml: indicator.kinh_phi`.
    pub fn name(&self) -> String {
        format!("{}: {}", self.file, self.entry)
    }

    /// Says in one line what was edited: `near + "chỗ làm" - "việc làm"`.
    pub fn summary(&self) -> String {
        let told = self.keys.iter().map(|edit| {
            let mut text = edit.key.clone().unwrap_or_default();
            for (mark, items) in [(" + ", &edit.gained), (" - ", &edit.lost)] {
                for item in items {
                    text.push_str(mark);
                    text.push_str(item);
                }
            }
            match (&edit.before, &edit.after) {
                (Some(before), Some(after)) => text.push_str(&format!(" {before} → {after}")),
                (None, Some(after)) => text.push_str(&format!(" + {after}")),
                (Some(before), None) => text.push_str(&format!(" - {before}")),
                (None, None) => {}
            }
            text.trim().to_owned()
        });
        told.collect::<Vec<_>>().join("; ")
    }
}

/// The files of a pack, by name.
pub type Texts = [(String, String)];

/// Lists what `after` has otherwise than `before`, in order of file and entry. A file that is no TOML
/// is taken as one entry.
pub fn edits(before: &Texts, after: &Texts) -> Vec<Edit> {
    let mut edits = Vec::new();
    let text = |texts: &'_ Texts, name: &str| {
        texts.iter().find(|(file, _)| file == name).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let names: std::collections::BTreeSet<&String> =
        before.iter().chain(after).map(|(name, _)| name).collect();
    for name in names {
        let (one, other) = (text(before, name), text(after, name));
        if one == other {
            continue;
        }
        let (Ok(one), Ok(other)) = (toml::from_str::<Table>(&one), toml::from_str::<Table>(&other)) else {
            edits.push(whole(name, "", "the file"));
            continue;
        };
        of_file(name, &one, &other, &mut edits);
    }
    edits
}

fn whole(file: &str, section: &str, entry: &str) -> Edit {
    Edit { file: file.to_owned(), entry: entry.to_owned(), keys: Vec::new(), section: section.to_owned() }
}

fn of_file(file: &str, before: &Table, after: &Table, edits: &mut Vec<Edit>) {
    let sections: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for section in sections {
        let (one, other) = (before.get(section), after.get(section));
        if one == other {
            continue;
        }
        let (one, other) = (entries(section, one), entries(section, other));
        let count = edits.len();
        let names: std::collections::BTreeSet<&String> =
            one.iter().chain(&other).map(|(name, _)| name).collect();
        for name in names {
            let find = |entries: &[(String, Value)]| {
                entries.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
            };
            let (one, other) = (find(&one), find(&other));
            if one != other {
                let keys = keys(one.as_ref(), other.as_ref());
                edits.push(Edit { keys, ..whole(file, section, name) });
            }
        }
        // The first entry that fits is taken: their order is a rule, too.
        if edits.len() == count {
            edits.push(whole(file, section, &format!("{section} (order)")));
        }
    }
}

/// Divides a key of a file into entries.
fn entries(section: &str, value: Option<&Value>) -> Vec<(String, Value)> {
    match value {
        None => Vec::new(),
        Some(Value::Table(table)) => {
            table.iter().map(|(key, value)| (format!("{section}.{key}"), value.clone())).collect()
        }
        Some(Value::Array(items)) if items.iter().any(Value::is_table) => {
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            let named = items.iter().map(|item| {
                let key = NAMING.iter().find_map(|key| item.get(key)).map(plain).unwrap_or_default();
                let count = seen.entry(key.clone()).or_default();
                *count += 1;
                let name =
                    if *count == 1 { format!("{section}.{key}") } else { format!("{section}.{key}#{count}") };
                (name, item.clone())
            });
            named.collect()
        }
        Some(other) => vec![(section.to_owned(), other.clone())],
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn keys(before: Option<&Value>, after: Option<&Value>) -> Vec<KeyEdit> {
    let (Some(Value::Table(before)), Some(Value::Table(after))) = (before, after) else {
        return vec![key_edit(None, before, after)];
    };
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    differing.map(|name| key_edit(Some(name.clone()), before.get(name), after.get(name))).collect()
}

fn key_edit(key: Option<String>, before: Option<&Value>, after: Option<&Value>) -> KeyEdit {
    let mut edit = KeyEdit { key, gained: Vec::new(), lost: Vec::new(), before: None, after: None };
    match (before, after) {
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            let missing = |from: &[Value], other: &[Value]| {
                from.iter().filter(|item| !other.contains(item)).map(ToString::to_string).collect()
            };
            edit.gained = missing(after, before);
            edit.lost = missing(before, after);
        }
        _ => {
            edit.before = before.map(ToString::to_string);
            edit.after = after.map(ToString::to_string);
        }
    }
    edit
}

/// Reads the pack `before` with `edit` of `after` in it and nothing else of `after`; `None` where it
/// does not stand alone.
pub fn alone(before: &Texts, after: &Texts, edit: &Edit) -> Option<RulePack> {
    let text = |texts: &Texts| {
        texts.iter().find(|(file, _)| *file == edit.file).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let mut files = before.to_vec();
    let changed = if edit.section.is_empty() {
        text(after)
    } else {
        let mut table: Table = toml::from_str(&text(before)).ok()?;
        let other: Table = toml::from_str(&text(after)).ok()?;
        let value = one_entry(table.get(&edit.section), other.get(&edit.section), edit);
        match value {
            Some(value) => table.insert(edit.section.clone(), value),
            None => table.remove(&edit.section),
        };
        toml::to_string(&table).ok()?
    };
    match files.iter_mut().find(|(file, _)| *file == edit.file) {
        Some((_, text)) => *text = changed,
        None => files.push((edit.file.clone(), changed)),
    }
    RulePack::parse(&files).ok()
}

/// Puts one entry of `after` into `before`.
fn one_entry(before: Option<&Value>, after: Option<&Value>, edit: &Edit) -> Option<Value> {
    let (one, other) = (entries(&edit.section, before), entries(&edit.section, after));
    let wanted = other.iter().find(|(name, _)| *name == edit.entry).map(|(_, value)| value.clone());
    match (before, after) {
        (Some(Value::Table(table)), Some(Value::Table(_))) => {
            let key = edit.entry.strip_prefix(&format!("{}.", edit.section))?.to_owned();
            let mut table = table.clone();
            match wanted {
                Some(value) => table.insert(key, value),
                None => table.remove(&key),
            };
            Some(Value::Table(table))
        }
        (Some(Value::Array(items)), Some(Value::Array(_))) if items.iter().any(Value::is_table) => {
            if edit.keys.is_empty() {
                return after.cloned();
            }
            let mut list = one;
            let place = list.iter().position(|(name, _)| *name == edit.entry);
            match (place, wanted) {
                (Some(place), Some(value)) => list.get_mut(place)?.1 = value,
                (Some(place), None) => {
                    list.remove(place);
                }
                (None, Some(value)) => {
                    // Behind the nearest entry that it follows in the later pack.
                    let at = other.iter().position(|(name, _)| *name == edit.entry)?;
                    let follows = other[..at].iter().rev().find_map(|(name, _)| {
                        list.iter().position(|(known, _)| known == name).map(|place| place + 1)
                    });
                    list.insert(follows.unwrap_or(0), (edit.entry.clone(), value));
                }
                (None, None) => {}
            }
            Some(Value::Array(list.into_iter().map(|(_, value)| value).collect()))
        }
        _ => after.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::rules::BUILT_IN;

    fn built_in() -> Vec<(String, String)> {
        BUILT_IN.iter().map(|file| (file.name.to_owned(), file.text.to_owned())).collect()
    }

    fn with(file: &str, change: impl FnOnce(&mut Table)) -> Vec<(String, String)> {
        let mut files = built_in();
        let (_, text) = files.iter_mut().find(|(name, _)| name == file).unwrap();
        let mut table: Table = toml::from_str(text).unwrap();
        change(&mut table);
        *text = toml::to_string(&table).unwrap();
        files
    }

    fn indicator<'t>(table: &'t mut Table, code: &str) -> &'t mut Table {
        let list = table["indicator"].as_array_mut().unwrap();
        let one = list.iter_mut().find(|one| one["code"].as_str() == Some(code)).unwrap();
        one.as_table_mut().unwrap()
    }

    #[test]
    fn comments_and_spacing_are_no_edit() {
        assert_eq!(edits(&built_in(), &with("indicators.toml", |_| {})), []);
    }

    #[test]
    fn an_edit_names_its_entry_and_what_the_list_gained_and_lost() {
        let after = with("indicators.toml", |table| {
            let near = indicator(table, "lao_dong_viec_lam").get_mut("near").unwrap();
            let near = near.as_array_mut().unwrap();
            near.retain(|phrase| phrase.as_str() != Some("việc làm"));
            near.push("chỗ đứng".into());
        });
        let found = edits(&built_in(), &after);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].name(), "indicators.toml: indicator.lao_dong_viec_lam");
        assert_eq!(found[0].summary(), "near + \"chỗ đứng\" - \"việc làm\"");
    }

    #[test]
    fn one_edit_of_several_stands_alone() {
        let after = with("indicators.toml", |table| {
            indicator(table, "lao_dong_viec_lam").insert("unit".into(), "VND".into());
            indicator(table, "cong_tac_vien").insert("unit".into(), "VND".into());
            let list = table["indicator"].as_array_mut().unwrap();
            list.retain(|one| one["code"].as_str() != Some("bien_che_trung_tam"));
        });
        let found = edits(&built_in(), &after);
        let names: Vec<&str> = found.iter().map(|edit| edit.entry.as_str()).collect();
        assert_eq!(
            names,
            ["indicator.bien_che_trung_tam", "indicator.cong_tac_vien", "indicator.lao_dong_viec_lam"]
        );
        let unit = |pack: &RulePack, code: &str| {
            pack.indicators.indicator.iter().find(|one| one.code == code).map(|one| one.unit.clone())
        };
        let gone = alone(&built_in(), &after, &found[0]).unwrap();
        assert_eq!(unit(&gone, "bien_che_trung_tam"), None);
        assert_eq!(unit(&gone, "cong_tac_vien").as_deref(), Some("person"));
        let other = alone(&built_in(), &after, &found[1]).unwrap();
        assert_eq!(unit(&other, "cong_tac_vien").as_deref(), Some("VND"));
        assert_eq!(unit(&other, "lao_dong_viec_lam").as_deref(), Some("person"));
        // The other way round it comes in where it stands.
        let back = edits(&after, &built_in());
        let pack = alone(&after, &built_in(), &back[0]).unwrap();
        let place = |pack: &RulePack, code: &str| {
            pack.indicators.indicator.iter().position(|one| one.code == code).unwrap()
        };
        let builtin = RulePack::builtin();
        assert_eq!(place(&pack, "bien_che_trung_tam"), place(builtin, "bien_che_trung_tam"));
    }

    #[test]
    fn another_order_is_an_edit() {
        let after = with("indicators.toml", |table| {
            table["indicator"].as_array_mut().unwrap().swap(0, 1);
        });
        let found = edits(&built_in(), &after);
        assert_eq!(found.iter().map(|edit| edit.entry.as_str()).collect::<Vec<_>>(), ["indicator (order)"]);
        assert!(alone(&built_in(), &after, &found[0]).is_some());
    }
}
