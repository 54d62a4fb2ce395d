//! A difference as text, as JSON and as a page that can be mailed; thresholds on it.

mod page;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use serde_json::Value;

use super::context::{Context, finish, json_line};
use super::{export, tail};
use crate::error::Failure;
use crate::ledger::diff::{Change, Difference, Field, Record, What};
use crate::ledger::threshold::Threshold;
use crate::stage::rules::RulePack;
use crate::wording::{Lang, Names};

/// How a difference is shown, and judged.
#[derive(Debug, Clone, clap::Args)]
pub struct Shown {
    /// Exit with 1 where this holds: figures.removed > 0, figures.changed.period > 1%, conflicts.added > 0
    #[arg(long, value_name = "EXPR")]
    pub fail_if: Vec<Threshold>,
    /// Write the difference as one page that can be mailed
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write that page in English
    #[arg(long, requires = "html")]
    pub english: bool,
    /// Changes printed of each rule; 0 for all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// Shows a difference as `shown` asks for.
///
/// # Errors
/// Writing.
pub(super) fn show(
    context: &Context,
    difference: &Difference,
    shown: &Shown,
    json: bool,
) -> Result<(), Failure> {
    let mut out = context.out();
    if json {
        json_line(&mut out, difference)?;
    } else {
        text(&mut out, difference, shown.limit)?;
    }
    finish(out)
}

/// Returns the conditions that hold, as sentences; empty where none does.
pub(super) fn failing(difference: &Difference, conditions: &[Threshold]) -> Vec<String> {
    let holding = conditions.iter().filter(|condition| condition.holds(difference));
    holding.map(|condition| condition.standing(difference)).collect()
}

/// Writes the page where one is asked for, with the names of the codes that `rules` list.
///
/// # Errors
/// Writing.
pub(super) fn mail(difference: &Difference, shown: &Shown, rules: &RulePack) -> Result<(), Failure> {
    let Some(path) = &shown.html else { return Ok(()) };
    let names = Names::new(rules);
    let lang = if shown.english { Lang::En } else { Lang::Vi };
    let page = page::page(difference, &names, lang).into_string();
    export::to(Some(path), |out| Ok(out.write_all(page.as_bytes())?))
}

/// Refuses a page that cannot be written, before anything is run for it.
///
/// # Errors
/// There is no such folder.
pub(super) fn ready(shown: &Shown) -> Result<(), Failure> {
    let Some(path) = &shown.html else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.map(std::fs::metadata) {
        Some(Err(error)) => {
            Err(Failure::file("write", path, &error).next("nothing was run; name a folder that is there"))
        }
        Some(Ok(there)) if !there.is_dir() => {
            Err(Failure::unavailable(format!("cannot write {}: its folder is none", path.display())))
        }
        _ => Ok(()),
    }
}

/// The changes by what did it, most changes first.
fn by_rule(difference: &Difference) -> Vec<(String, Vec<&Change>)> {
    let mut groups: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for change in &difference.changes {
        groups.entry(change.rules.join(" + ")).or_default().push(change);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(name, changes)| (std::cmp::Reverse(changes.len()), name.clone()));
    groups
}

/// What was edited of the rules that a group cites.
fn edited(difference: &Difference, changes: &[&Change]) -> Vec<String> {
    let rules = changes.first().map(|change| change.rules.as_slice()).unwrap_or_default();
    rules.iter().filter_map(|rule| difference.edits.get(rule).cloned()).collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn field(field: &Field) -> String {
    format!("{} {} → {}", field.name, plain(&field.before), plain(&field.after))
}

const fn mark(what: What) -> &'static str {
    match what {
        What::Added => "+",
        What::Removed => "-",
        What::Changed => "~",
    }
}

fn title(difference: &Difference) -> String {
    match difference.after {
        Some(after) => format!("generation {} → {after}", difference.before),
        None => format!("generation {} → tried, nothing written", difference.before),
    }
}

fn text(out: &mut impl Write, difference: &Difference, limit: usize) -> Result<(), Failure> {
    writeln!(out, "{}", title(difference))?;
    for record in Record::ALL {
        let Some(tally) = difference.counts.get(record.plural()) else { continue };
        write!(
            out,
            "{:<9} {} → {}: {} added, {} removed, {} changed",
            record.plural(),
            tally.before,
            tally.after,
            tally.added,
            tally.removed,
            tally.changed
        )?;
        let fields: Vec<String> =
            tally.fields.iter().map(|(name, count)| format!("{name} {count}")).collect();
        writeln!(
            out,
            "{}",
            if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) }
        )?;
    }
    writeln!(
        out,
        "conflicts {} more, {} fewer; {} documents changed",
        difference.conflicts_added, difference.conflicts_removed, difference.documents_changed
    )?;
    for (indicator, of) in &difference.indicators {
        let mut told: Vec<String> = of.slots.iter().map(|(name, count)| format!("{name} {count}")).collect();
        told.extend((of.came > 0).then(|| format!("{} from other indicators", of.came)));
        told.extend((of.left > 0).then(|| format!("{} to other indicators", of.left)));
        writeln!(
            out,
            "  {indicator:<32} +{} -{} ~{}  {}",
            of.added,
            of.removed,
            of.changed,
            told.join(", ")
        )?;
    }
    if difference.every_edit_cited {
        writeln!(
            out,
            "{} documents changed, too many to find out which edit did what: every change cites all of them \
             (--documents tells them apart for some)",
            difference.documents_changed
        )?;
    }
    for (rule, changes) in by_rule(difference) {
        writeln!(out, "\n{} ({} changes)", tail::harmless(&rule), changes.len())?;
        for edit in edited(difference, &changes) {
            writeln!(out, "  edited: {}", tail::harmless(&edit))?;
        }
        let most = if limit == 0 { changes.len() } else { limit };
        for change in changes.iter().take(most) {
            let source = change.source.as_deref().unwrap_or("across documents");
            let fields: Vec<String> = change.fields.iter().map(field).collect();
            let line = format!(
                "{} {:?} {}  {source}  «{}»  {}",
                mark(change.what),
                change.record,
                crop(&change.id, 8),
                change.quote,
                fields.join("; ")
            );
            writeln!(out, "  {}", tail::harmless(line.trim_end()))?;
            if !change.sentence.is_empty() {
                writeln!(out, "      {}", tail::harmless(&crop(&change.sentence, 200)))?;
            }
        }
        if changes.len() > most {
            writeln!(out, "  … and {} more (--limit 0 prints all)", changes.len() - most)?;
        }
    }
    Ok(())
}

fn crop(text: &str, letters: usize) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(letters) {
        Some((at, _)) => format!("{}{}", &one_line[..at], if letters > 8 { "…" } else { "" }),
        None => one_line,
    }
}
