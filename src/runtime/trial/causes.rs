//! Which edit of the rules it was that changed a record, found by making that edit alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Base;
use super::reading::{Stored, each, read, texts_of};
use crate::ledger::diff::{self, Change, Record, Records};
use crate::model::Digest;
use crate::runtime::line::Program;
use crate::stage::extract::reach::Reach;
use crate::stage::plan::Stage;
use crate::stage::rules::RulePack;
use crate::stage::rules::edits::{self, Edit, Texts};

/// Readings of documents that finding out about edits may cost at the most: some seconds. Past it a
/// change cites every edit of a stage that ran.
const MOST_READINGS: usize = 40_000;

/// What may have changed records: edits of rules that stages read, and stages of another version.
pub(super) struct Causes<'a> {
    base: &'a Base,
    pub(super) edits: Vec<Edit>,
    pub(super) code: Vec<String>,
}

/// The changes that a cause makes alone, by document.
pub(super) type Alone = Vec<(String, BTreeSet<(Digest, Record, String)>)>;

impl<'a> Causes<'a> {
    pub(super) fn new(base: &'a Base, program: &Program, files: &Texts) -> Self {
        let edits = if base.files.is_empty() { Vec::new() } else { edits::edits(&base.files, files) };
        // Names of codes and the like are read by no stage.
        let read = |edit: &Edit| {
            let known = crate::stage::rules::BUILT_IN.iter().find(|file| file.name == edit.file);
            known.is_none_or(|file| !file.stages.is_empty())
        };
        let code = Stage::ALL.into_iter().filter(|stage| {
            let place = *stage as usize;
            base.versions[place] != program.versions[place]
        });
        let code = code.map(|stage| {
            let place = stage as usize;
            format!("{}: version {} → {}", stage.name(), base.versions[place], program.versions[place])
        });
        let code = code.collect();
        Self { base, edits: edits.into_iter().filter(read).collect(), code }
    }

    fn count(&self) -> usize {
        self.edits.len() + usize::from(!self.code.is_empty())
    }

    /// Tells whether several causes are not told apart on so many documents.
    pub(super) fn are_too_many(&self, documents: usize) -> bool {
        self.count() > 1 && documents.saturating_mul(self.count() + 1) > MOST_READINGS
    }

    fn names(&self) -> Vec<String> {
        self.edits.iter().map(Edit::name).chain(self.code.iter().cloned()).collect()
    }

    /// Makes every edit alone on each of the documents; empty where there is only one cause, or too many.
    pub(super) fn of(&self, documents: &[&Stored], threads: usize, files: &Texts, after: &RulePack) -> Alone {
        if self.count() < 2 || self.are_too_many(documents.len()) {
            return Vec::new();
        }
        let Ok(before) = RulePack::parse(&self.base.files) else { return Vec::new() };
        let packs: Vec<(String, Option<RulePack>)> = self
            .edits
            .iter()
            .map(|edit| (edit.name(), edits::alone(&self.base.files, files, edit)))
            .collect();
        let reaches: Vec<Reach> = packs
            .iter()
            .map(|(_, pack)| {
                let files = pack.as_ref().map(|pack| texts_of(&pack.files));
                files.map_or(Reach::Every, |files| Reach::of(&self.base.files, &files))
            })
            .collect();
        let found = each(documents, threads, &|_, _| {}, |stored| {
            let with = |pack: &RulePack| {
                read(stored.document, &stored.source, &stored.clean, pack).records(stored.document)
            };
            let had = with(&before);
            let keys = |one: &Records, other: &Records| -> BTreeSet<(Digest, Record, String)> {
                let changes = diff::compare(one, other).into_iter();
                changes.map(|change| (stored.document, change.record, change.id)).collect()
            };
            let mut alone: Vec<BTreeSet<(Digest, Record, String)>> = Vec::new();
            for ((_, pack), reach) in packs.iter().zip(&reaches) {
                let pack = pack.as_ref().filter(|_| reach.touches(&stored.clean.text));
                alone.push(pack.map(|pack| keys(&had, &with(pack))).unwrap_or_default());
            }
            // What the rules do together, under these stages: the rest is the stages' own doing.
            alone.push(keys(&had, &with(after)));
            alone
        });
        let mut alone: Alone = packs.into_iter().map(|(name, _)| (name, BTreeSet::new())).collect();
        alone.push((String::new(), BTreeSet::new()));
        for one in found {
            for ((_, all), keys) in alone.iter_mut().zip(one) {
                all.extend(keys);
            }
        }
        alone
    }

    /// Cites what did each change; `cell` returns where a figure stands that did not change.
    pub(super) fn cite(
        &self,
        changes: &mut [Change],
        alone: &Alone,
        mut cell: impl FnMut(&str) -> Option<String>,
    ) {
        let every = self.names();
        // Relations across documents are cited by the figures that take part in them.
        let mut by_figure: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        // Those of which no figure changed, by what changed in the same cells: one that is there no more, say.
        let mut by_cell: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for change in changes.iter_mut() {
            let Some(document) = change.document else { continue };
            let key = (document, change.record, change.id.clone());
            let (together, single) = match alone.split_last() {
                Some((together, single)) => (together.1.contains(&key), single),
                None => (false, &[][..]),
            };
            let mut rules: Vec<String> =
                single.iter().filter(|(_, keys)| keys.contains(&key)).map(|(name, _)| name.clone()).collect();
            if rules.is_empty() {
                rules = match (alone.is_empty(), together) {
                    (true, _) => every.clone(),
                    // Only together do they do it.
                    (false, true) => self.edits.iter().map(Edit::name).collect(),
                    (false, false) => self.code.clone(),
                };
            }
            if rules.is_empty() {
                rules.clone_from(&every);
            }
            if change.record == Record::Figure {
                for shown in change.before.iter().chain(&change.after) {
                    let id = shown["id"].as_str().unwrap_or_default().to_owned();
                    by_figure.entry(id).or_default().extend(rules.iter().cloned());
                    if let Some(cell) = cell_of(shown) {
                        by_cell.entry(cell).or_default().extend(rules.iter().cloned());
                    }
                }
            }
            change.rules = rules;
        }
        for change in changes.iter_mut().filter(|change| change.document.is_none()) {
            let shown = change.after.as_ref().or(change.before.as_ref());
            let list = |name: &str| shown.and_then(|shown| shown[name].as_array()).into_iter().flatten();
            let ids = list("figures").filter_map(|figure| figure["id"].as_str());
            let ids: Vec<&str> = ids.chain(list("from").filter_map(|figure| figure.as_str())).collect();
            let of_figures = ids.iter().filter_map(|id| by_figure.get(*id)).flatten();
            let mut cited: BTreeSet<String> = of_figures.cloned().collect();
            if cited.is_empty() {
                let cells = ids.iter().filter_map(|id| cell(id)).chain(shown.and_then(cell_of));
                cited = cells.filter_map(|cell| by_cell.get(&cell).cloned()).flatten().collect();
            }
            change.rules = if cited.is_empty() { every.clone() } else { cited.into_iter().collect() };
        }
    }
}

/// Returns where a figure's record stands: indicator, area and period; `None` where its key is open.
fn cell_of(record: &Value) -> Option<String> {
    let of = |name: &str| record[name].as_str();
    Some(format!("{} {} {}", of("indicator")?, of("area")?, of("period")?))
}
