//! A line: all that the documents of one generation are worked under. The engine has one that new
//! documents take, and while a replay runs a second one beside it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::event_log::{Generation, Generations, LogError, LogReader};
use crate::ledger::corpus::Relating;
use crate::ledger::{LedgerWriter, ledger_path};
use crate::runtime::engine::log_path;
use crate::runtime::projector::Projector;
use crate::runtime::world::World;
use crate::runtime::writer::Writer;
use crate::runtime::{Options, RuntimeError};
use crate::stage::plan::{Identities, Plan};
use crate::stage::rules::RulePack;
use crate::stage::{clean, extract, reconcile, segment};

/// The stages that this program can run: a rule pack, and the version of each stage.
#[derive(Debug, Clone)]
pub struct Program {
    /// The rules.
    pub rules: Arc<RulePack>,
    /// Each stage's version, in the order of the flow.
    pub versions: [u32; 4],
    /// What identifies its stages.
    pub identities: Identities,
}

/// The versions of the stages that are compiled in.
pub const VERSIONS: [u32; 4] = [clean::VERSION, segment::VERSION, extract::VERSION, reconcile::VERSION];

impl Program {
    /// Makes it of the stages that are compiled in.
    pub fn new(rules: Arc<RulePack>) -> Self {
        Self::with_versions(rules, VERSIONS)
    }

    /// Makes it as if the stages had these versions: what a test of another version uses.
    pub fn with_versions(rules: Arc<RulePack>, versions: [u32; 4]) -> Self {
        let identities = Identities::new([
            (versions[0], rules.digest_for("clean")),
            (versions[1], rules.digest_for("segment")),
            (versions[2], rules.digest_for("extract")),
            (versions[3], rules.digest_for("reconcile")),
        ])
        .with_corpus(reconcile::across::VERSION, rules.digest_for("corpus"));
        Self { rules, versions, identities }
    }

    /// Makes the program that a generation was made with: its rule pack from the log, and these stages.
    /// `None` where that is not it: its stages were of other versions, or its rules were not kept or are
    /// none that this program reads.
    ///
    /// # Errors
    /// What the log says.
    pub fn of(&self, log: &LogReader, generation: &Generation) -> Result<Option<Self>, LogError> {
        if generation.stages.as_ref() == Some(&self.identities) {
            return Ok(Some(self.clone()));
        }
        let Some(files) = pack(log, generation)? else { return Ok(None) };
        let Ok(rules) = RulePack::parse(&files) else { return Ok(None) };
        let program = Self::with_versions(Arc::new(rules), self.versions);
        Ok((generation.stages.as_ref() == Some(&program.identities)).then_some(program))
    }
}

/// Reads the rule pack that a generation was begun with, as files by name; `None` where it was not kept.
///
/// # Errors
/// What the log says.
pub fn pack(log: &LogReader, generation: &Generation) -> Result<Option<Vec<(String, String)>>, LogError> {
    let mut files = Vec::new();
    for (name, digest) in &generation.files {
        let Some(Ok(text)) = log.blob(*digest)?.map(String::from_utf8) else { return Ok(None) };
        files.push((name.clone(), text));
    }
    Ok((!files.is_empty()).then_some(files))
}

/// Returns what a generation goes by: as its beginning was recorded.
///
/// # Errors
/// What the log says.
pub(super) fn plan(log: &LogReader, generation: u64, program: &Program) -> Result<Plan, LogError> {
    Ok(Generations::read(log)?.plan(log, generation)?.unwrap_or_else(|| program.identities.into()))
}

/// See the module.
#[derive(Debug)]
pub struct Line {
    /// The generation.
    pub generation: u64,
    /// The rules of its stages.
    pub rules: Arc<RulePack>,
    /// What names the work on its documents.
    pub plan: Plan,
    /// Its ledger as it follows the log.
    pub projector: Projector,
    /// What relates its documents to each other, by its rules; one at a time.
    pub(super) relating: Arc<tokio::sync::Mutex<Relating>>,
    /// Its ledger is there, and follows the log.
    pub(super) has_ledger: bool,
    /// With the last handle the projector ends.
    _stop: DropGuard,
}

/// Threads to be joined at the end.
pub(super) type Threads = Mutex<Vec<JoinHandle<()>>>;

impl Line {
    /// Opens the ledger of `generation`, made where there is none, and lets it follow the log.
    ///
    /// # Errors
    /// What log, ledger or system say.
    pub(super) fn open(
        options: &Options,
        generation: u64,
        program: &Program,
        writer: &Writer,
        world: &World,
        now: &CancellationToken,
        threads: &Threads,
    ) -> Result<Arc<Self>, RuntimeError> {
        let store = |error: &dyn std::fmt::Display| RuntimeError::Store(error.to_string());
        let path = ledger_path(&options.data_dir, generation);
        let reader = LogReader::open(&log_path(options)).map_err(|error| store(&error))?;
        let plan = plan(&reader, generation, program).map_err(|error| store(&error))?;
        let ledger = LedgerWriter::open(&path, generation, plan.clone()).map_err(|error| store(&error))?;
        let stop = now.child_token();
        let (projector, thread) =
            Projector::start(ledger, reader, writer.head(), world.clone(), stop.clone()).map_err(
                |source| RuntimeError::Io { doing: "cannot start threads for", path: "socai".into(), source },
            )?;
        threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        let line = Self::with(&path, generation, program, plan, projector, stop);
        Ok(Arc::new(Self { has_ledger: true, ..line }))
    }

    /// Makes the line of a generation whose ledger is made later, when its documents are all read.
    pub(super) fn without_ledger(
        options: &Options,
        generation: u64,
        program: &Program,
        plan: Plan,
    ) -> Arc<Self> {
        let path = ledger_path(&options.data_dir, generation);
        Arc::new(Self::with(&path, generation, program, plan, Projector::none(), CancellationToken::new()))
    }

    fn with(
        path: &Path,
        generation: u64,
        program: &Program,
        plan: Plan,
        projector: Projector,
        stop: CancellationToken,
    ) -> Self {
        Self {
            generation,
            rules: program.rules.clone(),
            projector,
            relating: Arc::new(tokio::sync::Mutex::new(Relating::new(
                path,
                generation,
                plan.clone(),
                &program.rules,
            ))),
            plan,
            has_ledger: false,
            _stop: stop.drop_guard(),
        }
    }
}
