//! One layer of settings: a text that sets keys, checked by itself, so that a mistake is told with its place.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::{Config, Origin, TEMPLATE, wrong_values};
use crate::error::{Exit, Failure, Place};

/// One text that sets keys.
pub(super) struct Layer<'a> {
    pub(super) name: String,
    pub(super) text: &'a str,
}

/// What a sound layer sets, and where in its text.
pub(super) struct Found {
    pub(super) table: toml::Table,
    pub(super) spans: Vec<(String, std::ops::Range<usize>)>,
}

impl Layer<'_> {
    fn failure(&self, what: String, span: std::ops::Range<usize>, label: &str) -> Failure {
        Failure::new(Exit::Config, what).at(Place {
            name: self.name.clone(),
            text: self.text.to_owned(),
            span,
            label: label.to_owned(),
        })
    }

    pub(super) fn check(
        &self,
        base: &toml::Table,
        known: &BTreeMap<String, Origin>,
    ) -> Result<Found, Vec<Failure>> {
        let parsed = DeTable::parse(self.text).map_err(|error| {
            let what = format!("not TOML: {}", error.message());
            vec![self.failure(what, error.span().unwrap_or(0..0), "here")]
        })?;
        let (mut spans, mut failures) = (Vec::new(), Vec::new());
        self.walk(parsed.get_ref(), "", known, &mut spans, &mut failures);
        if !failures.is_empty() {
            return Err(failures);
        }
        let table: toml::Table = toml::from_str(self.text).map_err(|error| {
            vec![self.failure(error.message().to_owned(), error.span().unwrap_or(0..0), "here")]
        })?;
        let span_of = |key: &str| {
            let span = spans.iter().find(|(found, _)| found == key).map(|(_, span)| span.clone());
            span.unwrap_or(0..0)
        };
        let mut with_base = base.clone();
        merge(&mut with_base, table.clone());
        let read: Result<Config, _> = serde_path_to_error::deserialize(with_base);
        let wrong: Vec<(String, String)> = match read {
            Ok(config) => {
                let wrong = wrong_values(&config).into_iter();
                wrong
                    .filter(|(key, _)| spans.iter().any(|(set, _)| set == key))
                    .map(|(key, what)| (key.to_owned(), what))
                    .collect()
            }
            Err(error) => vec![(error.path().to_string(), error.inner().message().trim().to_owned())],
        };
        let wrong: Vec<Failure> = wrong
            .into_iter()
            .map(|(key, what)| {
                let key = key.split('[').next().unwrap_or(&key).to_owned();
                self.failure(format!("{key}: {what}"), span_of(&key), "this value")
                    .next(format!("the default is `{}`", default_of(&key)))
            })
            .collect();
        if wrong.is_empty() { Ok(Found { table, spans }) } else { Err(wrong) }
    }

    /// Collects the span of every key set, and refuses those that the template does not have.
    fn walk(
        &self,
        table: &DeTable<'_>,
        prefix: &str,
        known: &BTreeMap<String, Origin>,
        spans: &mut Vec<(String, std::ops::Range<usize>)>,
        failures: &mut Vec<Failure>,
    ) {
        for (name, value) in table {
            let key = format!("{prefix}{}", name.get_ref());
            let section = format!("{key}.");
            match value.get_ref() {
                DeValue::Table(inner) if known.keys().any(|other| other.starts_with(&section)) => {
                    self.walk(inner, &section, known, spans, failures);
                }
                _ if known.contains_key(&key) => spans.push((key, value.span())),
                _ => {
                    let what = format!("unknown key `{key}`");
                    let failure = self.failure(what, name.span(), "no such setting");
                    failures.push(failure.next(nearest(&key, known)));
                }
            }
        }
    }
}

/// Says which known key or section an unknown one was meant to be.
fn nearest(key: &str, known: &BTreeMap<String, Origin>) -> String {
    let sections = known.keys().filter_map(|other| other.split_once('.')).map(|(section, _)| section);
    let names = known.keys().map(String::as_str).chain(sections);
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let likeness = |name: &str| {
        // A key put into the wrong section is as near as a slip of the finger.
        strsim::jaro_winkler(name, key).max(strsim::jaro_winkler(&last(name), &last(key)))
    };
    let best = names.map(|name| (likeness(name), name)).max_by(|one, other| one.0.total_cmp(&other.0));
    match best {
        Some((likeness, name)) if likeness > 0.8 => format!("did you mean `{name}`?"),
        _ => "`socai config show` lists every setting".to_owned(),
    }
}

/// Writes an environment variable as the TOML it stands for: text needs no quotes.
pub(super) fn environment_text(key: &str, value: &str, base: &toml::Table) -> String {
    let quoted = || format!("{key} = {}", toml::Value::String(value.to_owned()));
    let plain = format!("{key} = {value}");
    let wants_text = lookup(base, key).is_some_and(toml::Value::is_str);
    if wants_text && !value.starts_with(['"', '\'']) || DeTable::parse(&plain).is_err() {
        return quoted();
    }
    plain
}

fn lookup<'a>(table: &'a toml::Table, key: &str) -> Option<&'a toml::Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((section, rest)) => lookup(table.get(section)?.as_table()?, rest),
    }
}

fn default_of(key: &str) -> String {
    let template: Option<toml::Table> = toml::from_str(TEMPLATE).ok();
    template.as_ref().and_then(|table| lookup(table, key)).map_or_else(String::new, ToString::to_string)
}

pub(super) fn keys_of(table: &toml::Table) -> Vec<String> {
    let mut keys = Vec::new();
    for (name, value) in table {
        match value {
            toml::Value::Table(inner) => {
                keys.extend(keys_of(inner).into_iter().map(|key| format!("{name}.{key}")));
            }
            _ => keys.push(name.clone()),
        }
    }
    keys
}

pub(super) fn merge(base: &mut toml::Table, layer: toml::Table) {
    for (name, value) in layer {
        match (base.get_mut(&name), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => merge(below, above),
            (_, value) => {
                base.insert(name, value);
            }
        }
    }
}
