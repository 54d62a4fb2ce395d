//! Opens the event log and the ledger for reading, beside whoever writes them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::moment::At;
use crate::config::Config;
use crate::error::{Exit, Failure};
use crate::event::envelope::Position;
use crate::event_log::{Generations, LogError, LogReader};
use crate::ledger::{DocumentRow, LedgerError, LedgerReader, ledger_path, rebuild};
use crate::stage::plan::Plan;
use crate::stage::rules::RulePack;

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        let exit = match error {
            LogError::Unreadable { .. } | LogError::Damaged { .. } | LogError::OldSqlite { .. } => {
                Exit::Internal
            }
            _ => Exit::Unavailable,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Log(error) => error.into(),
            LedgerError::Damaged { .. } => Self::internal(error.to_string()),
            other => Self::unavailable(other.to_string()),
        }
    }
}

/// Opens the event log of the data directory.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn log(config: &Config) -> Result<LogReader, Failure> {
    Ok(LogReader::open(&config.event_log_path())?)
}

/// Returns the generation that readers see: the one activated last, 1 before any was.
///
/// # Errors
/// What the log says.
pub fn active_generation(log: &LogReader) -> Result<u64, Failure> {
    Ok(Generations::read(log)?.active().unwrap_or(1))
}

/// Returns what a generation goes by, as it was recorded when it began.
///
/// # Errors
/// What the log says; the log knows no such generation.
pub fn plan(log: &LogReader, generation: u64) -> Result<Plan, Failure> {
    Generations::read(log)?.plan(log, generation)?.ok_or_else(|| {
        Failure::unavailable(format!("the event log has no generation {generation}"))
            .next("`socai run` or `socai ingest FILE` begins the first")
    })
}

/// Opens the ledger that readers see.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn ledger(config: &Config) -> Result<LedgerReader, Failure> {
    let generation = active_generation(&log(config)?)?;
    Ok(LedgerReader::open(&ledger_path(&config.data_dir, generation))?)
}

/// Returns the ledger as readers saw it at a point of the log's history, and where its file lies. It is
/// made once and kept; `socai compact` removes it.
///
/// # Errors
/// No generation was active then; what log and ledger say.
pub fn ledger_at(config: &Config, at: At) -> Result<(LedgerReader, PathBuf), Failure> {
    let log = log(config)?;
    let head = log.head()?;
    let position = match at {
        At::Position(position) if position > head.0 => {
            return Err(Failure::usage(format!("the event log ends at position {head}, before {position}")));
        }
        At::Position(position) => Position(position),
        At::Time(time) => log.position_at(time)?,
    };
    let generations = Generations::read_until(&log, position)?;
    let active = generations.active().and_then(|number| generations.get(number));
    let nothing = || {
        Failure::usage(format!("at position {position} there was no ledger yet"))
            .next("`socai events --kind generation-activated` lists when there was")
    };
    let generation = active.ok_or_else(nothing)?;
    if Generations::read(&log)?.get(generation.number).is_some_and(|now| now.let_go) {
        return Err(Failure::unavailable(format!(
            "generation {}, which readers saw at position {position}, was let go by `socai compact`",
            generation.number
        ))
        .next("`socai generations` lists those that are kept; a backup from before has it"));
    }
    let plan = generations.plan(&log, generation.number)?.ok_or_else(nothing)?;
    let path = config.data_dir.join(format!("ledger-at-{position}.db"));
    let is_it = |ledger: &LedgerReader| {
        ledger.checkpoint().is_ok_and(|checkpoint| checkpoint == position)
            && ledger.generation().is_ok_and(|number| number == generation.number)
    };
    let there = || LedgerReader::open(&path).ok().filter(is_it);
    if let Some(ledger) = there() {
        return Ok((ledger, path));
    }
    // Of those that ask at once one makes it, and the others wait for it.
    let lock_path = config.data_dir.join("ledger-at.lock");
    let lock = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
    let lock = lock.and_then(|lock| lock.lock().map(|()| lock));
    let _one = lock.map_err(|error| Failure::file("lock", &lock_path, &error))?;
    if let Some(ledger) = there() {
        return Ok((ledger, path));
    }
    rebuild(&log, &path, generation.number, plan, position, |_| {})?;
    Ok((LedgerReader::open(&path)?, path))
}

/// Documents that a name may mean of which a message names the first.
const NAMED: usize = 5;

/// Finds the one document that `name` means: a digest, the beginning of one, a file name, or a part of a file
/// name that no other has.
///
/// # Errors
/// None, or several.
pub fn document(ledger: &LedgerReader, name: &str) -> Result<DocumentRow, Failure> {
    let mut rows = ledger.documents_named(name)?;
    if rows.is_empty() && !name.is_empty() {
        rows = ledger.documents_with(name, NAMED as u32 + 1)?;
    }
    match rows.len() {
        1 => Ok(rows.remove(0)),
        0 => Err(Failure::usage(format!("no document is named {name:?}"))
            .next("give a file name as first received or a part of it, or 4 or more digits of its digest; `socai status --documents` lists them")),
        count => {
            let names: Vec<String> =
                rows.iter().take(NAMED).map(|row| format!("{} {}", row.document.short(12), row.source)).collect();
            let more = if count > NAMED { ", …" } else { "" };
            Err(Failure::usage(format!("{name:?} means several documents: {}{more}", names.join(", ")))
                .next("give the whole file name, or more digits of the digest"))
        }
    }
}

/// Reads the rule pack: the built-in one, with the files of `rules.path` in place of their namesakes.
///
/// # Errors
/// A folder that cannot be read, and every mistake in its files; the exit code is 78.
pub fn rules(config: &Config) -> Result<Arc<RulePack>, Failure> {
    if config.rules.path.as_os_str().is_empty() {
        return Ok(Arc::new(RulePack::builtin().clone()));
    }
    rules_in(&config.rules.path)
}

/// Reads the rule pack of a folder: its files in place of their built-in namesakes.
///
/// # Errors
/// As [`rules`].
pub fn rules_in(folder: &Path) -> Result<Arc<RulePack>, Failure> {
    let wrong = |what: String| Failure::new(Exit::Config, what);
    let files = rule_files(folder)
        .map_err(|error| wrong(format!("rules: cannot read {}: {error}", folder.display())))?;
    RulePack::parse(&files).map(Arc::new).map_err(|errors| {
        let failures = errors.iter().map(|error| wrong(error.to_string())).collect();
        Failure::join(failures).unwrap_or_else(|| wrong("the rules cannot be read".to_owned()))
    })
}

/// Reads the rule files of a folder, in order of name.
///
/// # Errors
/// As the system has them.
pub(super) fn rule_files(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.push((name, std::fs::read_to_string(&path)?));
        }
    }
    files.sort_unstable();
    Ok(files)
}
