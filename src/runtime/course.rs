//! What a new generation takes over from the active one: the extract answers of documents that its edits of
//! the rules cannot touch, and what was decided across documents.
//!
//! Both are found when it begins and recorded with its beginning, so that whoever reads the log later needs
//! neither the rules nor this program to tell which answers are the generation's.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::event::envelope::Blob;
use crate::event::kinds::{Follows, Untouched};
use crate::event_log::{Generation, Generations, LogReader};
use crate::ledger::{LedgerReader, ledger_path};
use crate::model::Digest;
use crate::runtime::Options;
use crate::runtime::line::{Program, pack};
use crate::runtime::replay::ReplayError;
use crate::runtime::trial::{Tell, each, files_of};
use crate::stage::extract::reach::Reach;
use crate::stage::plan::{Identities, Plan, Stage};
use crate::stage::reconcile::across::{CodeLists, Wording};
use crate::stage::rules::{BUILT_IN, RulePack};

/// The one file of which single entries are told apart across documents.
const INDICATORS: &str = "indicators.toml";

/// See the module.
#[derive(Debug, Default)]
pub struct Course {
    /// The generation that it goes on from across documents.
    pub follows: Option<Follows>,
    /// By the identity of the extract stage whose answers stay, the documents.
    untouched: BTreeMap<Digest, Vec<Digest>>,
    /// Documents that the active generation has extracted, where it could be told of each whether the rules
    /// can touch it; 0 otherwise.
    pub looked_at: usize,
    /// The active generation's ledger as it was found.
    ledger: Option<LedgerReader>,
}

impl Course {
    /// Finds what a generation of `program`, begun now, would take over.
    ///
    /// # Errors
    /// What log and ledger say.
    pub fn find(
        options: &Options,
        log: &LogReader,
        program: &Program,
        tell: Tell<'_>,
    ) -> Result<Self, ReplayError> {
        let generations = Generations::read(log)?;
        let active = generations.active().and_then(|number| generations.get(number));
        let Some(active) = active.filter(|active| !active.let_go) else { return Ok(Self::default()) };
        let Some(plan) = generations.plan(log, active.number)? else { return Ok(Self::default()) };
        let path = ledger_path(&options.data_dir, active.number);
        // Without a ledger to ask everything is made anew.
        let Ok(ledger) = LedgerReader::open(&path) else { return Ok(Self::default()) };
        // What is taken over is of one moment, whatever comes meanwhile.
        ledger.hold()?;
        let mut course = Self::default();
        let files = pack(log, active)?;
        if ledger.can_be_followed()?
            && let Some(anew) = anew(files.as_deref(), &plan.identities, program)
        {
            let until = ledger.checkpoint()?;
            course.follows = Some(Follows { generation: active.number, until, anew });
        }
        let reach = reach(files.as_deref(), active, &plan, program);
        let extracted = if reach.is_some() { ledger.extracted()? } else { Vec::new() };
        course.ledger = Some(ledger);
        let Some(reach) = reach else { return Ok(course) };
        course.looked_at = extracted.len();
        let readers: Mutex<Vec<LogReader>> = Mutex::new(Vec::new());
        let path = log.path();
        let kept = each(&extracted, options.workers, tell, |(document, clean)| {
            let spare = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let reader = match spare {
                Some(reader) => reader,
                None => LogReader::open(path).ok()?,
            };
            let text = reader.blob(*clean).ok().flatten().and_then(|bytes| String::from_utf8(bytes).ok());
            readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            // One that cannot be read is for its stages to tell.
            text.filter(|text| !reach.touches(text)).map(|_| *document)
        });
        for document in kept.into_iter().flatten() {
            let identity = plan.of(Stage::Extract, document);
            course.untouched.entry(identity).or_default().push(document);
        }
        Ok(course)
    }

    /// Keeps a copy of what it goes on from for the ledger of generation `number` to be made of, and lets the
    /// active ledger go. Where it cannot be copied the new one is made from the log.
    pub fn keep_for(&mut self, options: &Options, number: u64) {
        let (Some(ledger), Some(_)) = (self.ledger.take(), &self.follows) else { return };
        if let Err(error) = ledger.keep_for(&ledger_path(&options.data_dir, number)) {
            tracing::warn!(%error, "the ledger cannot be copied: the new one is made from the event log");
        }
    }

    /// Returns how many documents the edits of the rules cannot touch.
    pub fn untouched(&self) -> usize {
        self.untouched.values().map(Vec::len).sum()
    }

    /// Returns the plan of such a generation, as far as it tells what is due for a document.
    pub fn plan(&self, program: &Program) -> Plan {
        let all = self.untouched.iter().flat_map(|(identity, all)| all.iter().map(|one| (*one, *identity)));
        Plan::new(program.identities, all.collect(), Vec::new())
    }

    /// Returns what is recorded, with the blobs that it names.
    pub fn recorded(&self) -> (Vec<Untouched>, Vec<Blob>) {
        let pack = |(extract, documents): (&Digest, &Vec<Digest>)| {
            let mut documents = documents.clone();
            documents.sort_unstable();
            let bytes = documents.iter().flat_map(|document| *document.as_bytes()).collect();
            let blob = Blob::new(bytes);
            (Untouched { extract: *extract, documents: blob.digest }, blob)
        };
        self.untouched.iter().map(pack).unzip()
    }
}

/// Returns the indicators that a program tells by other words across documents than a generation of these
/// `files` and `identities` does; `None` where more than that is decided otherwise, or the files were not kept.
pub(super) fn anew(
    files: Option<&[(String, String)]>,
    identities: &Identities,
    program: &Program,
) -> Option<Vec<String>> {
    if program.identities.relates_as(identities) {
        return Some(Vec::new());
    }
    let rules = Arc::new(RulePack::parse(files?).ok()?);
    let own = Program::with_versions(rules.clone(), program.versions);
    // The same but for the rules.
    if !own.identities.relates_as(identities) {
        return None;
    }
    let read = BUILT_IN.iter().filter(|file| file.stages.contains(&"corpus") && file.name != INDICATORS);
    if read.map(|file| file.name).any(|name| rules.files.text(name) != program.rules.files.text(name)) {
        return None;
    }
    // What an indicator counts tells which means there are.
    if CodeLists::of(&rules) != CodeLists::of(&program.rules) {
        return None;
    }
    let (one, other) = (Wording::of(&rules), Wording::of(&program.rules));
    Some(one.indicators_told_otherwise(&other).into_iter().map(|code| code.to_string()).collect())
}

/// Tells what the edits from one generation's rules to a program's can touch; `None` where nothing is to be
/// told: the extract stage is the same, or not alone in being another, or it can touch every text.
fn reach(
    files: Option<&[(String, String)]>,
    active: &Generation,
    plan: &Plan,
    program: &Program,
) -> Option<Reach> {
    let same = |stage: Stage| plan.identities.of(stage) == program.identities.of(stage);
    let place = Stage::Extract as usize;
    let alone = same(Stage::Clean) && same(Stage::Segment) && !same(Stage::Extract);
    if !alone || active.versions[place] != program.versions[place] {
        return None;
    }
    Some(Reach::of(files?, &files_of(program))).filter(|reach| *reach != Reach::Every)
}
