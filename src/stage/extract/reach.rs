//! Which texts an edit of the rules can touch: where nothing of an edited phrase stands, the extract stage
//! gives what it gave before, and need not be run.
//!
//! The phrases of `indicators.toml` are looked for in words that are put together from pieces of the text
//! in lower case, with a space or a mark between any two pieces. So a phrase that is found has every word of
//! its own somewhere in the text. Of any other edit this says that it can touch every text.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::lower_case;
use crate::stage::rules::BUILT_IN;
use crate::stage::rules::edits::{Edit, Texts, edits};

/// The keys of an indicator that are lists of phrases.
const PHRASES: [&str; 3] = ["near", "within", "not"];
/// The keys of an indicator that the extract stage does not read.
const NAMES: [&str; 2] = ["name", "name_en"];
/// The keys of the file that are lists of phrases.
const LISTS: [&str; 3] = ["foreign", "prices", "names"];

/// The texts that the edits between two packs can touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Any text.
    Every,
    /// Texts in which every word of one of these phrases stands.
    Phrases(BTreeSet<Vec<String>>),
}

impl Reach {
    /// Finds what the edits from `before` to `after` can touch in the answers of `extract`.
    pub fn of(before: &Texts, after: &Texts) -> Self {
        // The first indicator that fits is taken: another order can touch any text.
        if codes(before) != codes(after) {
            return Self::Every;
        }
        let mut phrases = BTreeSet::new();
        let read = |edit: &&Edit| {
            let known = BUILT_IN.iter().find(|file| file.name == edit.file);
            known.is_none_or(|file| file.stages.contains(&"extract"))
        };
        let edits = edits(before, after);
        for edit in edits.iter().filter(read) {
            let Some(found) = phrases_of(edit, before, after) else { return Self::Every };
            phrases.extend(found);
        }
        Self::Phrases(phrases)
    }

    /// Tells whether the edits can touch what is extracted of `text`.
    pub fn touches(&self, text: &str) -> bool {
        let phrases = match self {
            Self::Every => return true,
            Self::Phrases(phrases) if phrases.is_empty() => return false,
            Self::Phrases(phrases) => phrases,
        };
        // Labels and the words around them are lowered in two ways, which differ in a few letters.
        let (one, other) = (text.to_lowercase(), lower_case(text));
        let stands = |word: &String| one.contains(word.as_str()) || other.contains(word.as_str());
        phrases.iter().any(|words| words.iter().all(stands))
    }
}

/// Returns the words of every phrase that an edit adds or takes away; `None` where it does more than that.
fn phrases_of(edit: &Edit, before: &Texts, after: &Texts) -> Option<Vec<Vec<String>>> {
    if edit.file != "indicators.toml" || edit.keys.is_empty() {
        return None;
    }
    let mut all = Vec::new();
    let of_indicator = edit.entry.starts_with("indicator.");
    for key in &edit.keys {
        match key.key.as_deref() {
            Some(name) if of_indicator && NAMES.contains(&name) => continue,
            Some(name) if of_indicator && PHRASES.contains(&name) => {
                // A list that is empty asks for nothing, so that what fills or empties it touches any text.
                let filled = |texts: &Texts| filled(texts, &edit.entry, name);
                if name != "not" && !(filled(before) && filled(after)) {
                    return None;
                }
            }
            None if LISTS.contains(&edit.entry.as_str()) => {}
            _ => return None,
        }
        if key.before.is_some() || key.after.is_some() {
            return None;
        }
        for phrase in key.gained.iter().chain(&key.lost) {
            // Items are told as in TOML.
            let value: Value = toml::from_str::<Table>(&format!("v = {phrase}")).ok()?.remove("v")?;
            let words: Vec<String> = words(value.as_str()?);
            if words.is_empty() {
                return None;
            }
            all.push(words);
        }
    }
    Some(all)
}

/// Tells whether an indicator has a list that is not empty.
fn filled(texts: &Texts, entry: &str, key: &str) -> bool {
    let code = entry.trim_start_matches("indicator.");
    let list = indicators(texts);
    let own = list.iter().find(|one| one.get("code").and_then(Value::as_str) == Some(code));
    own.and_then(|one| one.get(key)?.as_array()).is_some_and(|list| !list.is_empty())
}

fn codes(texts: &Texts) -> Vec<Option<Value>> {
    indicators(texts).iter().map(|one| one.get("code").cloned()).collect()
}

fn indicators(texts: &Texts) -> Vec<Value> {
    let text = texts.iter().find(|(file, _)| file == "indicators.toml").map(|(_, text)| text.as_str());
    let Some(Ok(mut table)) = text.map(toml::from_str::<Table>) else { return Vec::new() };
    match table.remove("indicator") {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

fn words(phrase: &str) -> Vec<String> {
    let words = phrase.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in() -> Vec<(String, String)> {
        BUILT_IN.iter().map(|file| (file.name.to_owned(), file.text.to_owned())).collect()
    }

    fn with(change: impl FnOnce(&mut Table)) -> Vec<(String, String)> {
        let mut files = built_in();
        let (_, text) = files.iter_mut().find(|(name, _)| name == "indicators.toml").unwrap();
        let mut table: Table = toml::from_str(text).unwrap();
        change(&mut table);
        *text = toml::to_string(&table).unwrap();
        files
    }

    fn first(table: &mut Table) -> &mut Table {
        table["indicator"].as_array_mut().unwrap()[0].as_table_mut().unwrap()
    }

    #[test]
    fn an_edit_of_phrases_touches_texts_that_have_their_words() {
        let after = with(|table| {
            let near = first(table).get_mut("near").unwrap().as_array_mut().unwrap();
            near.push("chỗ làm (mới)".into());
        });
        let reach = Reach::of(&built_in(), &after);
        assert!(reach.touches("Chỗ nào MỚI thì làm") && reach.touches("tạo 5 chỗ làm (mới)"));
        assert!(!reach.touches("tạo 5 chỗ làm"), "{reach:?}");
        assert_eq!(Reach::of(&after, &built_in()), reach, "it is the same the other way");
        assert!(!Reach::of(&built_in(), &built_in()).touches("chỗ làm"));
    }

    #[test]
    fn what_is_more_than_phrases_touches_every_text() {
        let every = |after: &Texts| assert_eq!(Reach::of(&built_in(), after), Reach::Every);
        every(&with(|table| drop(first(table).insert("unit".into(), "person".into()))));
        every(&with(|table| drop(first(table).insert("near".into(), Value::Array(Vec::new())))));
        every(&with(|table| drop(table["indicator"].as_array_mut().unwrap().remove(1))));
        every(&with(|table| table["indicator"].as_array_mut().unwrap().swap(0, 1)));
        every(&with(|table| table["foreign"].as_array_mut().unwrap().push("%".into())));
        let mut frames = built_in();
        let (_, text) = frames.iter_mut().find(|(name, _)| name == "frames.toml").unwrap();
        *text = text.replacen("\"", "\"x", 1);
        every(&frames);
        // Of its name alone nothing is extracted.
        let named = with(|table| drop(first(table).insert("name".into(), "Tên khác".into())));
        assert!(!Reach::of(&built_in(), &named).touches("tên khác"));
    }
}
