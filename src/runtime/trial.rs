//! Trials: what other rules would make of the stored documents, without writing anything; and which
//! edit of the rules it was that changed a record, found by making that edit alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::event::envelope::Position;
use crate::event::kinds::{Event, FiguresExtracted, FiguresReconciled, TextCleaned};
use crate::event_log::{Generations, LogReader};
use crate::ledger::diff::{self, Change, Difference, Held, Record, Records, changes_of};
use crate::ledger::{LedgerReader, ledger_path};
use crate::model::Digest;
use crate::model::figure::Figure;
use crate::model::record::{FigureRecord, FindingRecord};
use crate::model::text::CleanText;
use crate::runtime::Options;
use crate::runtime::engine::{EngineError, log_path};
use crate::runtime::line::{Program, pack};
use crate::runtime::replay::{ReplayError, histories};
use crate::runtime::work::Progress;
use crate::stage::extract::reach::Reach;
use crate::stage::plan::{Identities, Plan, Stage};
use crate::stage::rules::edits::{self, Edit, Texts};
use crate::stage::rules::{Files, RulePack};
use crate::stage::{clean, extract, reconcile, segment};

/// Readings of documents that finding out about edits may cost at the most: some seconds. Past it a
/// change cites every edit of a stage that ran.
const MOST_READINGS: usize = 40_000;

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
        Ok(Self {
            generation: number,
            identities: generation.stages.ok_or(ReplayError::NoSuch(number))?,
            plan: generations.plan(log, number)?.ok_or(ReplayError::NoSuch(number))?,
            versions: generation.versions,
            files: pack(log, generation).map_err(log_error)?.unwrap_or_default(),
        })
    }
}

/// A stored document, ready to be read again.
#[derive(Debug)]
struct Stored {
    document: Digest,
    source: String,
    clean: CleanText,
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

/// What reading a document came to.
#[derive(Debug, Clone)]
struct Outcome {
    extracted: FiguresExtracted,
    reconciled: FiguresReconciled,
}

/// Reads a clean text with every stage after cleaning.
fn read(document: Digest, source: &str, clean: &CleanText, rules: &RulePack) -> Outcome {
    let extracted = extracted(document, source, clean, rules);
    let reconciled = reconciled(document, source, &extracted.figures, rules);
    Outcome { extracted, reconciled }
}

fn extracted(document: Digest, source: &str, clean: &CleanText, rules: &RulePack) -> FiguresExtracted {
    let blocks = segment::segment(&clean.text, &rules.segment);
    let made = extract::extract(document, source, clean, &blocks, rules);
    FiguresExtracted { figures: made.figures, mentions: made.mentions }
}

fn reconciled(document: Digest, source: &str, figures: &[Figure], rules: &RulePack) -> FiguresReconciled {
    let made = reconcile::reconcile(document, source, figures, &rules.relations);
    FiguresReconciled { findings: made.findings, derived: made.derived }
}

impl Outcome {
    fn records(&self, document: Digest) -> Records {
        let figures = &self.extracted.figures;
        Records {
            figures: figures.iter().map(|figure| FigureRecord::printed(document, "", figure, 0)).collect(),
            findings: self.reconciled.findings.iter().map(|one| FindingRecord::new(one, 0)).collect(),
            derived: self.reconciled.derived.iter().map(|one| FigureRecord::derived(one, 0)).collect(),
        }
    }
}

/// Hears how many of how many documents are done.
pub type Tell<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Does `work` for every item on `threads` threads; the results are in the items' order.
pub(super) fn each<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    tell: Tell<'_>,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                let mut own = Vec::new();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(place) else { break };
                    own.push((place, work(item)));
                    tell(place + 1, items.len());
                }
                done.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

pub(super) fn files_of(program: &Program) -> Vec<(String, String)> {
    texts_of(&program.rules.files)
}

fn texts_of(files: &Files) -> Vec<(String, String)> {
    files.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
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

    /// Reads every document with `program` and says what is not as in the base; nothing is written.
    /// Relations across documents are not looked at.
    ///
    /// # Errors
    /// What the base's ledger says.
    pub fn run(&self, program: &Program, tell: Tell<'_>) -> Result<Difference, ReplayError> {
        let same = |stage: Stage| program.identities.of(stage) == self.base.identities.of(stage);
        let before = [Stage::Clean, Stage::Segment, Stage::Extract].into_iter().all(same);
        let reach = self.reach(program);
        let path = ledger_path(&self.options.data_dir, self.base.generation);
        let ledger = LedgerReader::open(&path)?;
        let readers: Mutex<Vec<LedgerReader>> = Mutex::new(Vec::new());
        let found = each(&self.documents, self.threads, tell, |stored| {
            if before && same(Stage::Reconcile) {
                return Ok(Vec::new());
            }
            // The rules do not touch it, and findings are made of figures alone.
            if same(Stage::Reconcile) && !reach.touches(&stored.clean.text) {
                return Ok(Vec::new());
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
                return Ok(Vec::new());
            }
            let FiguresReconciled { findings, derived } =
                reconciled(stored.document, &stored.source, &has.figures, &program.rules);
            Ok::<_, crate::ledger::LedgerError>(changes_of(
                stored.document,
                had,
                Held { findings, derived, ..has },
            ))
        });
        let mut changes = Vec::new();
        for one in found {
            changes.extend(one?);
        }
        diff::named(&mut changes, [&ledger, &ledger])?;
        let counts = ledger.counts()?;
        let had = [counts.figures, counts.findings, counts.derived];
        let mut difference = Difference::new(self.base.generation, None, had, changes);
        self.account(&mut difference, program);
        Ok(difference)
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
        causes.cite(&mut difference.changes, &found);
        for edit in &causes.edits {
            difference.edits.insert(edit.name(), edit.summary());
        }
        for code in &causes.code {
            difference.edits.insert(code.clone(), "the stage itself".to_owned());
        }
    }
}

fn stored(
    log: &LogReader,
    document: Digest,
    progress: &Progress,
    plan: &Plan,
    again: bool,
) -> Option<Stored> {
    let answers = progress.answers(document, plan);
    let [Some(cleaned), _, _, Some(_)] = answers else { return None };
    let text = |digest: Digest| String::from_utf8(log.blob(digest).ok()??).ok();
    let (source, clean) = if again {
        let made = clean::clean(&log.blob(document).ok()??).ok()?;
        (made.source, made.clean)
    } else {
        let before = Position(cleaned.position.0.saturating_sub(1));
        let event = log.after(before, 1).ok()?.pop()?;
        let Event::TextCleaned(TextCleaned { source, clean, map, .. }) = event.event else { return None };
        (text(source)?, CleanText { text: text(clean)?, map })
    };
    Some(Stored { document, source, clean })
}

/// What may have changed records: edits of rules that stages read, and stages of another version.
struct Causes<'a> {
    base: &'a Base,
    edits: Vec<Edit>,
    code: Vec<String>,
}

/// The changes that a cause makes alone, by document.
type Alone = Vec<(String, BTreeSet<(Digest, Record, String)>)>;

impl<'a> Causes<'a> {
    fn new(base: &'a Base, program: &Program, files: &Texts) -> Self {
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

    fn names(&self) -> Vec<String> {
        self.edits.iter().map(Edit::name).chain(self.code.iter().cloned()).collect()
    }

    /// Makes every edit alone on each of the documents; empty where there is only one cause, or too many.
    fn of(&self, documents: &[&Stored], threads: usize, files: &Texts, after: &RulePack) -> Alone {
        let causes = self.edits.len() + usize::from(!self.code.is_empty());
        if causes < 2 || documents.len().saturating_mul(causes + 1) > MOST_READINGS {
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

    fn cite(&self, changes: &mut [Change], alone: &Alone) {
        let every = self.names();
        // Relations across documents are cited by the figures that take part in them.
        let mut by_figure: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
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
                by_figure.entry(change.id.clone()).or_default().extend(rules.iter().cloned());
            }
            change.rules = rules;
        }
        for change in changes.iter_mut().filter(|change| change.document.is_none()) {
            let shown = change.after.as_ref().or(change.before.as_ref());
            let figures = shown.and_then(|shown| shown["figures"].as_array()).into_iter().flatten();
            let ids = figures.filter_map(|figure| figure["id"].as_str());
            let cited: BTreeSet<String> = ids.filter_map(|id| by_figure.get(id)).flatten().cloned().collect();
            change.rules = if cited.is_empty() { every.clone() } else { cited.into_iter().collect() };
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
