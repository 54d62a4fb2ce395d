//! The statements of documents looked at, so that a document is read once however many of its cells
//! are decided, and however often.
//!
//! Within one ledger a document's figures change at most once, where a generation's own answers take the place
//! of its predecessor's: what is to be taken into account anew is forgotten first.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::params;

use super::error::LedgerError;
use super::query::LedgerReader;
use crate::event_log::LogReader;
use crate::model::Digest;
use crate::model::figure::Figure;
use crate::stage::reconcile::across::{Source, Statement, Wording};

/// Statements that one reader keeps at the most, about 700 bytes each; there are two readers.
const KEPT_STATEMENTS: usize = 150_000;

/// What one document states, in order of figure id, as if it were its own witness.
type Own = Arc<[Statement]>;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Statements {
    kept: BTreeMap<Digest, Own>,
    /// Statements in `kept`.
    held: usize,
}

impl Statements {
    /// Forgets what a document stated.
    pub(super) fn forget(&mut self, document: Digest) {
        if let Some(own) = self.kept.remove(&document) {
            self.held = self.held.saturating_sub(size(&own));
        }
    }

    /// Returns what a document states, from memory or from its figures and text.
    pub(super) fn of(
        &mut self,
        ledger: &LedgerReader,
        log: &LogReader,
        wording: &Wording,
        document: Digest,
    ) -> Result<Own, LedgerError> {
        if let Some(own) = self.kept.get(&document) {
            return Ok(own.clone());
        }
        let own = read(ledger, log, wording, document)?;
        self.held += size(&own);
        self.kept.insert(document, own.clone());
        self.let_go();
        Ok(own)
    }

    /// Gives each of two what the other has; nothing is copied but who has it.
    pub(super) fn share(&mut self, other: &mut Self) {
        for (document, own) in &other.kept {
            if !self.kept.contains_key(document) {
                self.held += size(own);
                self.kept.insert(*document, own.clone());
            }
        }
        self.let_go();
        other.kept.clone_from(&self.kept);
        other.held = self.held;
    }

    fn let_go(&mut self) {
        // Every event asks for all documents of its cells, one after the other. Were those let go that were not
        // asked for lately, each would be let go just before it is asked for; so the same part of all stays.
        while self.held > KEPT_STATEMENTS {
            let Some((_, last)) = self.kept.pop_last() else { break };
            self.held = self.held.saturating_sub(size(&last));
        }
    }
}

/// A document that states nothing is kept, too.
fn size(own: &Own) -> usize {
    own.len().max(1)
}

fn read(
    ledger: &LedgerReader,
    log: &LogReader,
    wording: &Wording,
    document: Digest,
) -> Result<Own, LedgerError> {
    let figures: Vec<Figure> = ledger.bodies(
        "SELECT body FROM figures WHERE document = ?1 AND indicator IS NOT NULL AND area IS NOT NULL
         AND period IS NOT NULL AND aspect IS NOT NULL",
        params![document.to_string()],
    )?;
    if figures.is_empty() {
        return Ok(Arc::new([]));
    }
    let text = ledger.text_of(log, document)?;
    let source = Source { document, witness: document, text: &text };
    let mut own: Vec<Statement> =
        figures.into_iter().filter_map(|figure| Statement::of(source, figure, wording)).collect();
    own.sort_by(|a, b| a.figure.id.cmp(&b.figure.id));
    Ok(own.into())
}

impl LedgerReader {
    /// Returns a document's source text.
    pub(super) fn text_of(&self, log: &LogReader, document: Digest) -> Result<String, LedgerError> {
        let blob = self.source_text_of(document)?;
        let bytes = blob.map(|blob| log.blob(blob)).transpose()?.flatten().unwrap_or_default();
        Ok(String::from_utf8(bytes).unwrap_or_default())
    }
}
