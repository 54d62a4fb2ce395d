//! The entries of a rule pack's files with their places: what `socai rules` shows, checks and cites.
//!
//! An entry is a table of a list (`indicator.kinh_phi`), a key of a table (`measures.up`) or a key of the
//! file (`foreign`): what a person edits in one go.

use toml_edit::{Document, Item, TableLike, Value};

use super::{BUILT_IN, RuleError, RulePack};

/// The keys that name a table of a list, the first that is there.
const NAMING: &[&str] = &["id", "code", "name", "rule", "qualifier", "unit", "power"];

/// An entry of a file of the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The file: `units.toml`.
    pub file: &'static str,
    /// The table or key that it stands in: `unit`, `measures`, `foreign`.
    pub section: String,
    /// Its number among the entries of its section, from 0.
    pub number: usize,
    /// Its name within the section: `VND`; empty where the section is the entry.
    pub name: String,
    /// Its first byte in the file and one past its last.
    pub span: std::ops::Range<usize>,
    /// The examples that it carries, each with its first byte in the file.
    pub examples: Vec<(String, usize)>,
}

impl Entry {
    /// Returns its name as changes and records cite it: `unit.VND`.
    pub fn id(&self) -> String {
        if self.name.is_empty() { self.section.clone() } else { format!("{}.{}", self.section, self.name) }
    }

    /// Tells whether a person who asks for `code` means this entry: by its id, by its name, or by the rule
    /// that a figure's record cites (`place.VN63:24`, `period.month`).
    pub fn answers_to(&self, code: &str) -> bool {
        let bare = code.rsplit_once('.').map_or(code, |(_, bare)| bare);
        self.id() == code
            || self.name == code
            || (self.name == bare && code.starts_with(self.section.as_str()))
    }

    /// Makes the error that stands where the entry begins.
    pub fn error(&self, pack: &RulePack, message: impl Into<String>, hint: impl Into<String>) -> RuleError {
        RuleError::at(self.file, pack.files.text(self.file), self.span.start, message, hint)
    }

    /// Its text in the file.
    pub fn text<'p>(&self, pack: &'p RulePack) -> &'p str {
        pack.files.text(self.file).get(self.span.clone()).unwrap_or("").trim_end()
    }
}

/// Files whose entries work together: what several of them found cites the file (`relations.joint`).
const CITED_WHOLE: &[&str] = &["across", "relations"];

impl RulePack {
    /// Returns the entries that a record means by the rule that it cites, or a person by a name: what is named so; the
    /// entry that the first words name, where the last ones tell its case (`relation.growth.reading`); the
    /// whole file that it names (`across.restated`).
    pub fn cited(&self, code: &str) -> Vec<Entry> {
        let all = self.entries();
        let named = |code: &str| all.iter().filter(|entry| entry.answers_to(code)).cloned().collect();
        let mut found: Vec<Entry> = named(code);
        let case = code.rsplit_once('.').filter(|(of, _)| of.starts_with("relation."));
        if let Some((of, _)) = case.filter(|_| found.is_empty()) {
            found = named(of);
        }
        let file = code.split('.').next().filter(|file| found.is_empty() && CITED_WHOLE.contains(file));
        if let Some(file) = file {
            found.extend(all.iter().filter(|entry| entry.file.strip_suffix(".toml") == Some(file)).cloned());
        }
        found
    }

    /// Returns every entry of every file, in order of file and place.
    pub fn entries(&self) -> Vec<Entry> {
        let mut all = Vec::new();
        for file in BUILT_IN {
            let text = self.files.text(file.name);
            // The pack was read from this text, so it is TOML.
            let Ok(document) = text.parse::<Document<String>>() else { continue };
            for (section, item) in document.iter() {
                entries_of(file.name, section, item, &mut all);
            }
        }
        // An entry reaches to the next one of its file: comments above the next are the next one's.
        for at in 0..all.len() {
            let text = self.files.text(all[at].file);
            let next = all.get(at + 1).filter(|next| next.file == all[at].file);
            let limit = next.map_or(text.len(), |next| comment_above(text, next.span.start));
            all[at].span.end = limit.max(all[at].span.start);
        }
        all
    }
}

fn entries_of(file: &'static str, section: &str, item: &Item, all: &mut Vec<Entry>) {
    let mut push = |number: usize, name: String, span: Option<std::ops::Range<usize>>, examples| {
        let span = span.unwrap_or(0..0);
        all.push(Entry { file, section: section.to_owned(), number, name, span, examples });
    };
    match item {
        Item::ArrayOfTables(tables) => {
            for (number, table) in tables.iter().enumerate() {
                push(number, naming(table), table.span(), examples(table));
            }
        }
        Item::Table(table) if table.contains_key("examples") => {
            push(0, String::new(), table.span(), examples(table));
        }
        Item::Table(table) => {
            for (number, (key, value)) in table.iter().enumerate() {
                let start = table.key(key).and_then(toml_edit::Key::span).map(|span| span.start);
                let end = value.span().map_or(0, |span| span.end);
                push(number, key.to_owned(), start.map(|start| start..end), Vec::new());
            }
        }
        other => push(0, String::new(), other.span(), Vec::new()),
    }
}

fn examples(table: &dyn TableLike) -> Vec<(String, usize)> {
    let list = table.get("examples").and_then(Item::as_array);
    let example = |value: &Value| {
        let at = value.span().map_or(0, |span| span.start);
        value.as_str().map(|text| (text.to_owned(), at))
    };
    list.map(|list| list.iter().filter_map(example).collect()).unwrap_or_default()
}

fn naming(table: &dyn TableLike) -> String {
    let named = NAMING.iter().find_map(|key| table.get(key));
    named.and_then(Item::as_value).map_or_else(String::new, |value| match value {
        Value::String(text) => text.value().clone(),
        other => other.to_string().trim().to_owned(),
    })
}

/// Where the comment that stands right above `at` begins.
fn comment_above(text: &str, at: usize) -> usize {
    let mut start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    while start > 0 {
        let above = text[..start - 1].rfind('\n').map_or(0, |newline| newline + 1);
        if !text[above..start].starts_with('#') {
            break;
        }
        start = above;
    }
    start
}
