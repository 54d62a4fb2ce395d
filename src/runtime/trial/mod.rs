//! Trials: what other rules would make of the stored documents, without writing anything; and which
//! edit of the rules it was that changed a record ([`causes`]).

mod causes;
mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use self::causes::Causes;
pub use self::reading::Tell;
use self::reading::{Stored, extracted, reconciled, stored};
pub(super) use self::reading::{each, files_of};
use crate::event::kinds::FiguresReconciled;
use crate::event_log::{Generations, LogReader};
use crate::ledger::corpus::{AcrossRules, Anew, Tried};
use crate::ledger::diff::{self, Change, Difference, Held, changes_of};
use crate::ledger::{LedgerError, LedgerReader, ledger_path};
use crate::model::Digest;
use crate::runtime::engine::{EngineError, log_path};
use crate::runtime::line::{Program, pack};
use crate::runtime::replay::{ReplayError, histories};
use crate::runtime::work::Progress;
use crate::runtime::{Options, course};
use crate::stage::extract::reach::Reach;
use crate::stage::plan::{Identities, Plan, Stage};
use crate::stage::rules::RulePack;

/// A generation as a trial needs it.
#[derive(Debug, Clone)]
pub struct Base {
    /// Its number.
    pub generation: u64,
    /// What identifies its stages.
    pub identities: Identities,
    /// What it goes by.
    pub plan: Plan,
    /// Each stage's version; 0 where none was recorded.
    pub versions: [u32; 4],
    /// The files of its rule pack; empty where they were not kept.
    pub files: Vec<(String, String)>,
}

impl Base {
    /// Takes a generation as the log has it.
    ///
    /// # Errors
    /// What the log says; there is no such generation.
    pub fn of(log: &LogReader, number: u64) -> Result<Self, ReplayError> {
        let generations = Generations::read(log).map_err(log_error)?;
        let generation = generations.get(number).ok_or(ReplayError::NoSuch(number))?;
        if generation.let_go {
            return Err(ReplayError::LetGo(number));
        }
        Ok(Self {
            generation: number,
            identities: generation.stages.ok_or(ReplayError::NoSuch(number))?,
            plan: generations.plan(log, number)?.ok_or(ReplayError::NoSuch(number))?,
            versions: generation.versions,
            files: pack(log, generation).map_err(log_error)?.unwrap_or_default(),
        })
    }
}

/// The stored documents, held in memory from one trial to the next.
#[derive(Debug)]
pub struct Trial {
    options: Options,
    base: Base,
    threads: usize,
    documents: Vec<Stored>,
    /// Documents that the base has not done, or that cannot be read.
    pub left_out: u64,
    /// The texts are those of this clean stage.
    cleaned_by: Digest,
}

fn log_error(error: crate::event_log::LogError) -> ReplayError {
    EngineError::from(error).into()
}

impl Trial {
    /// Loads the documents that `base` has read, or of these `only` the given ones, with the texts that
    /// `program`'s clean stage gives them.
    ///
    /// # Errors
    /// What the log says.
    pub fn load(
        options: &Options,
        base: Base,
        program: &Program,
        only: Option<&[Digest]>,
        tell: Tell<'_>,
    ) -> Result<Self, ReplayError> {
        let path = log_path(options);
        let log = LogReader::open(&path).map_err(log_error)?;
        let mut histories: Vec<(Digest, Progress)> =
            histories(&log).map_err(log_error)?.into_iter().filter(|(_, one)| one.is_received()).collect();
        histories.retain(|(document, _)| only.is_none_or(|only| only.contains(document)));
        let again = program.identities.of(Stage::Clean) != base.identities.of(Stage::Clean);
        let readers: Mutex<Vec<LogReader>> = Mutex::new(Vec::new());
        let loaded = each(&histories, options.workers, tell, |(document, progress)| {
            let spare = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let reader = match spare {
                Some(reader) => reader,
                None => LogReader::open(&path).ok()?,
            };
            let stored = stored(&reader, *document, progress, &base.plan, again);
            readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            stored
        });
        let all = loaded.len();
        let documents: Vec<Stored> = loaded.into_iter().flatten().collect();
        Ok(Self {
            options: options.clone(),
            left_out: (all - documents.len()) as u64,
            threads: options.workers,
            cleaned_by: program.identities.of(Stage::Clean),
            base,
            documents,
        })
    }

    /// Tells whether the texts held are those that `program` would clean.
    pub fn fits(&self, program: &Program) -> bool {
        program.identities.of(Stage::Clean) == self.cleaned_by
    }

    /// Returns the number of the generation compared with.
    pub const fn generation(&self) -> u64 {
        self.base.generation
    }

    /// Returns how many documents are held.
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// Reads every document with `program`, and says what of it and across documents is not as in the base;
    /// nothing is written.
    ///
    /// # Errors
    /// What the base's ledger says.
    pub fn run(&self, program: &Program, tell: Tell<'_>) -> Result<Difference, ReplayError> {
        let same = |stage: Stage| program.identities.of(stage) == self.base.identities.of(stage);
        let before = [Stage::Clean, Stage::Segment, Stage::Extract].into_iter().all(same);
        let reach = self.reach(program);
        let path = ledger_path(&self.options.data_dir, self.base.generation);
        let ledger = LedgerReader::open(&path)?;
        // What is compared with is of one moment.
        ledger.hold()?;
        let across = AcrossRules::of(&program.rules);
        let readers: Mutex<Vec<LedgerReader>> = Mutex::new(Vec::new());
        let found = each(&self.documents, self.threads, tell, |stored| {
            if before && same(Stage::Reconcile) {
                return Ok(None);
            }
            // The rules do not touch it, and findings are made of figures alone.
            if same(Stage::Reconcile) && !reach.touches(&stored.clean.text) {
                return Ok(None);
            }
            let spare = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let reader = match spare {
                Some(reader) => reader,
                None => LedgerReader::open(&path)?,
            };
            let had = reader.held_of(stored.document);
            readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            let had = had?;
            let extracted = extracted(stored.document, &stored.source, &stored.clean, &program.rules);
            let has = Held { figures: extracted.figures, ..Held::default() };
            // The same figures leave the findings as they are.
            if same(Stage::Reconcile) && has.states_as(&had) {
                return Ok(None);
            }
            let FiguresReconciled { findings, derived } =
                reconciled(stored.document, &stored.source, &has.figures, &program.rules);
            let tried = Tried::of(stored.document, &stored.source, &has.figures, &findings, &across);
            let changes = changes_of(Some(stored.document), had, Held { findings, derived, ..has });
            Ok::<_, LedgerError>(Some((changes, tried)))
        });
        let (mut changes, mut tried) = (Vec::new(), Vec::new());
        for one in found {
            let Some((of_document, would_state)) = one? else { continue };
            changes.extend(of_document);
            tried.push(would_state);
        }
        diff::named(&mut changes, [&ledger, &ledger])?;
        changes.extend(self.across(program, &across, &ledger, tried)?);
        let counts = ledger.counts()?;
        let had = [counts.figures, counts.findings, counts.derived];
        let mut difference = Difference::new(self.base.generation, None, had, changes);
        self.account(&mut difference, program);
        Ok(difference)
    }

    /// Says what would not be across documents as it is, if they stated what they are tried with.
    fn across(
        &self,
        program: &Program,
        rules: &AcrossRules,
        ledger: &LedgerReader,
        tried: Vec<Tried>,
    ) -> Result<Vec<Change>, ReplayError> {
        let files = Some(self.base.files.as_slice()).filter(|files| !files.is_empty());
        let anew = match course::anew(files, &self.base.identities, program) {
            Some(codes) => Anew::Indicators(codes),
            None => Anew::Everything,
        };
        if tried.is_empty() && anew == Anew::Indicators(Vec::new()) {
            return Ok(Vec::new());
        }
        let log = LogReader::open(&log_path(&self.options))?;
        let (before, after) = rules.tried(ledger, &log, tried, &anew)?;
        Ok(changes_of(None, before, after))
    }

    /// Tells which documents the rules of `program` can touch, where the stages up to the figures are
    /// those of the base but for their rules.
    fn reach(&self, program: &Program) -> Reach {
        let same = |stage: Stage| program.identities.of(stage) == self.base.identities.of(stage);
        let place = Stage::Extract as usize;
        let stages = same(Stage::Clean) && same(Stage::Segment);
        if !stages || self.base.versions[place] != program.versions[place] || self.base.files.is_empty() {
            return Reach::Every;
        }
        Reach::of(&self.base.files, &files_of(program))
    }

    /// Cites for every change what did it, and fills in the sentences.
    pub fn account(&self, difference: &mut Difference, program: &Program) {
        let texts: BTreeMap<Digest, &Stored> =
            self.documents.iter().map(|stored| (stored.document, stored)).collect();
        let text = |document: Digest| {
            Ok::<_, std::convert::Infallible>(
                texts.get(&document).map(|stored| stored.source.clone()).unwrap_or_default(),
            )
        };
        let Ok(()) = difference.sentences(text);
        let files = files_of(program);
        let changed: BTreeSet<Digest> =
            difference.changes.iter().filter_map(|change| change.document).collect();
        let stored: Vec<&Stored> =
            changed.iter().filter_map(|document| texts.get(document).copied()).collect();
        let causes = Causes::new(&self.base, program, &files);
        let found = causes.of(&stored, self.threads, &files, &program.rules);
        difference.every_edit_cited = causes.are_too_many(stored.len());
        let ledger = LedgerReader::open(&ledger_path(&self.options.data_dir, self.base.generation)).ok();
        causes.cite(&mut difference.changes, &found, |figure| ledger.as_ref()?.cell_of(figure).ok()?);
        for edit in &causes.edits {
            difference.edits.insert(edit.name(), edit.summary());
        }
        for code in &causes.code {
            difference.edits.insert(code.clone(), "the stage itself".to_owned());
        }
    }
}

/// Compares two generations by their ledgers, and cites for every change what did it.
///
/// # Errors
/// What ledgers and log say.
pub fn difference(
    options: &Options,
    before: &Base,
    after: &Base,
    only: Option<&[Digest]>,
) -> Result<Difference, ReplayError> {
    let open = |base: &Base| open(&options.data_dir, base.generation);
    let (one, other) = (open(before)?, open(after)?);
    let mut difference = diff::between(&one, &other, only)?;
    let changed: Vec<Digest> = difference.changes.iter().filter_map(|change| change.document).collect();
    let rules = RulePack::parse(&after.files).unwrap_or_else(|_| RulePack::builtin().clone());
    let mut program = Program::with_versions(std::sync::Arc::new(rules), after.versions);
    // The stages that were, not the ones that these files would give by now.
    program.identities = after.identities;
    let mut changed = changed;
    changed.sort_unstable();
    changed.dedup();
    let trial = Trial::load(options, before.clone(), &program, Some(&changed), &|_, _| {})?;
    trial.account(&mut difference, &program);
    Ok(difference)
}

fn open(data_dir: &Path, generation: u64) -> Result<LedgerReader, ReplayError> {
    Ok(LedgerReader::open(&ledger_path(data_dir, generation))?)
}
