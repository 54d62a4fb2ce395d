//! Where pages read from: the log and the active ledger, opened anew for every view so that a rebuilt
//! or activated ledger is seen at once; and the catalogue, made again when the ledger has moved on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::event_log::{Generations, LogReader};
use crate::ledger::catalogue::Catalogue;
use crate::ledger::{LedgerReader, StageCounts, ledger_path};
use crate::model::Digest;
use crate::runtime::Options;
use crate::stage::rules::RulePack;
use crate::web::live;
use crate::web::names::Names;
use crate::web::reply::ViewError;

/// A catalogue that took longer to make is made beside the answers, which use the one before.
const QUICK: Duration = Duration::from_millis(40);

/// What every view reads from.
#[derive(Debug)]
pub struct Site {
    data_dir: PathBuf,
    event_log: PathBuf,
    /// The folder where reports are dropped, to be named to people.
    pub inbox: PathBuf,
    /// The names of codes.
    pub names: Names,
    /// The rule pack, for the code lists.
    pub rules: Arc<RulePack>,
    /// Whether a person may have a parked document tried again from the page.
    pub retries: bool,
    /// Told when the server ends: pages that listen are let go.
    pub(super) closing: CancellationToken,
    pub(super) live: live::Held,
    held: Mutex<Held>,
    /// What the ledgers of generations hold, with the position up to which each was counted.
    counted: Mutex<BTreeMap<u64, StageCounts>>,
}

#[derive(Debug, Default)]
struct Held {
    catalogue: Option<Arc<Catalogue>>,
    took: Duration,
    making: bool,
}

impl Site {
    /// Takes the places; nothing is opened yet.
    pub fn new(data_dir: &Path, event_log: &Path, inbox: &Path, rules: Arc<RulePack>) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            event_log: event_log.to_owned(),
            inbox: inbox.to_owned(),
            names: Names::new(&rules),
            rules,
            retries: false,
            closing: CancellationToken::new(),
            live: live::Held::default(),
            held: Mutex::new(Held::default()),
            counted: Mutex::default(),
        }
    }

    /// Lets a person have parked documents tried again, by the daemon of this data directory.
    pub const fn with_retries(mut self) -> Self {
        self.retries = true;
        self
    }

    /// Returns what leads to the daemon of this data directory.
    pub(super) fn options(&self) -> Options {
        Options::new(&self.data_dir)
    }

    /// Opens the log.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn log(&self) -> Result<LogReader, ViewError> {
        Ok(LogReader::open(&self.event_log)?)
    }

    /// Opens the active ledger; everything that is read from it until it is dropped is of one moment.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn ledger(&self) -> Result<LedgerReader, ViewError> {
        let active = Generations::read(&self.log()?)?.active();
        let ledger = LedgerReader::open(&ledger_path(&self.data_dir, active.unwrap_or(1)))?;
        ledger.hold()?;
        Ok(ledger)
    }

    /// Returns the catalogue of `ledger`: of this very moment where it is quickly made, else the last
    /// one while the next is being made.
    ///
    /// # Errors
    /// What the ledger says.
    pub fn catalogue(self: &Arc<Self>, ledger: &LedgerReader) -> Result<Arc<Catalogue>, ViewError> {
        let counts = (ledger.generation()?, ledger.checkpoint()?.0);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(catalogue) = &held.catalogue {
            let current = (catalogue.generation, catalogue.checkpoint) == counts;
            let other_ledger = catalogue.generation != counts.0;
            if current || (held.took > QUICK && !other_ledger) {
                let catalogue = catalogue.clone();
                if !current && !held.making {
                    held.making = true;
                    let site = self.clone();
                    std::thread::spawn(move || site.make_again());
                }
                return Ok(catalogue);
            }
        }
        let began = Instant::now();
        let catalogue = Arc::new(Catalogue::read(ledger)?);
        held.took = began.elapsed();
        held.catalogue = Some(catalogue.clone());
        Ok(catalogue)
    }

    /// Returns how many of each the ledger of a generation holds, counted once for a ledger that stands
    /// still; `None` where there is no such ledger.
    pub(super) fn counts(&self, generation: u64) -> Option<StageCounts> {
        let ledger = LedgerReader::open(&ledger_path(&self.data_dir, generation)).ok()?;
        let checkpoint = ledger.checkpoint().ok()?.0;
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let held = counted.get(&generation).filter(|counts| counts.checkpoint == checkpoint);
        if let Some(counts) = held {
            return Some(counts.clone());
        }
        let counts = ledger.counts().ok()?;
        counted.insert(generation, counts.clone());
        Some(counts)
    }

    fn make_again(&self) {
        let began = Instant::now();
        let made = self.ledger().and_then(|ledger| Ok(Catalogue::read(&ledger)?));
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.making = false;
        held.took = began.elapsed();
        match made {
            Ok(made) => held.catalogue = Some(Arc::new(made)),
            // The one before serves on; the next view tries again.
            Err(error) => tracing::warn!(%error, "the page's catalogue cannot be made anew"),
        }
    }

    /// Reads a text of the log; empty where there is none.
    ///
    /// # Errors
    /// What the log says.
    pub fn text(&self, digest: Option<Digest>) -> Result<String, ViewError> {
        let Some(digest) = digest else { return Ok(String::new()) };
        let bytes = self.log()?.blob(digest)?.unwrap_or_default();
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }
}
