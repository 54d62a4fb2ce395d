//! Why a finding across documents was decided otherwise: which documents came, were read anew or turned out to be
//! copies, with what figures, and what stands instead.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::error::Failure;
use crate::event::envelope::StreamId;
use crate::event::kinds::{ComponentReconciled, CorpusReconciled, Event};
use crate::event_log::LogReader;
use crate::model::Digest;
use crate::model::figure::FigureId;
use crate::model::finding::Finding;

/// Documents that one step names at the most; an event takes in many at once.
const NAMED_DOCUMENTS: usize = 8;

/// A document that led to a step.
#[derive(Debug, Serialize)]
pub(super) struct Cause {
    document: Digest,
    /// Its file name as first received.
    pub(super) source: String,
    /// `came`, `read anew`, `taken back`, `turned out a copy`.
    pub(super) how: &'static str,
    /// What it prints of the finding, or of what stands instead.
    pub(super) figures: Vec<String>,
}

/// What was decided where a finding stood before.
#[derive(Debug, Serialize)]
pub(super) struct Instead {
    id: String,
    pub(super) verdict: &'static str,
    pub(super) formula: String,
}

/// Why one step was taken.
#[derive(Debug, Default, Serialize)]
pub(super) struct Because {
    pub(super) documents: Vec<Cause>,
    /// Documents that are not named one by one.
    pub(super) more: usize,
    pub(super) instead: Vec<Instead>,
}

/// Reads the corpus's events in turn and tells why each did what it did.
pub(super) struct Reasons<'l> {
    log: &'l LogReader,
    /// Documents taken into account by the events before.
    joined: BTreeSet<Digest>,
    /// Name and printed figures of the documents looked at.
    known: BTreeMap<Digest, (String, BTreeMap<FigureId, String>)>,
}

impl<'l> Reasons<'l> {
    pub(super) fn new(log: &'l LogReader) -> Self {
        Self { log, joined: BTreeSet::new(), known: BTreeMap::new() }
    }

    /// Remembers the documents of an event; every event is to be given, in order.
    pub(super) fn pass(&mut self, event: &CorpusReconciled) {
        self.joined.extend(event.joined.iter().map(|one| one.document));
    }

    /// Tells why `event`, which was not passed yet, decided or superseded the finding `id`; `stood` is the finding as it
    /// stood before.
    pub(super) fn of(
        &mut self,
        event: &CorpusReconciled,
        id: &str,
        stood: Option<&Finding>,
    ) -> Result<Because, Failure> {
        let of_it = |one: &&ComponentReconciled| {
            one.superseded.iter().any(|gone| gone == id) || one.decided.iter().any(|now| now.id == id)
        };
        let mut because = Because::default();
        for component in event.components.iter().filter(of_it) {
            let now = component.decided.iter().find(|one| one.id == id);
            let own: BTreeSet<&FigureId> = now
                .into_iter()
                .chain(stood)
                .flat_map(|one| one.figures.iter().map(|operand| &operand.id))
                .collect();
            let others = component
                .decided
                .iter()
                .filter(|one| now.is_none() && one.figures.iter().any(|operand| own.contains(&operand.id)));
            let others: Vec<&Finding> = others.collect();
            let figures: BTreeSet<&FigureId> = own
                .iter()
                .copied()
                .chain(others.iter().flat_map(|one| one.figures.iter().map(|operand| &operand.id)))
                .collect();
            let taking = now.into_iter().chain(stood).chain(others.iter().copied());
            let taking: BTreeSet<Digest> = taking.flat_map(|one| one.documents.iter().copied()).collect();
            let mut documents: Vec<Digest> =
                component.because.iter().filter(|document| taking.contains(document)).copied().collect();
            if documents.is_empty() {
                documents.clone_from(&component.because);
            }
            because.more += documents.len().saturating_sub(NAMED_DOCUMENTS);
            for document in documents.into_iter().take(NAMED_DOCUMENTS) {
                because.documents.push(self.cause(event, document, &figures)?);
            }
            because.instead.extend(others.into_iter().map(|one| Instead {
                id: one.id.clone(),
                verdict: one.verdict.code(),
                formula: one.formula.clone(),
            }));
        }
        Ok(because)
    }

    fn cause(
        &mut self,
        event: &CorpusReconciled,
        document: Digest,
        figures: &BTreeSet<&FigureId>,
    ) -> Result<Cause, Failure> {
        let before = self.joined.contains(&document);
        let how = match event.joined.iter().find(|one| one.document == document) {
            None => "turned out a copy",
            Some(_) if !before => "came",
            Some(joined) if joined.cells.is_empty() => "taken back",
            Some(_) => "read anew",
        };
        if !self.known.contains_key(&document) {
            let known = self.read(document)?;
            self.known.insert(document, known);
        }
        let (source, printed) = self.known.get(&document).cloned().unwrap_or_default();
        let figures = printed.iter().filter(|(id, _)| figures.contains(id)).map(|(_, quote)| quote.clone());
        Ok(Cause { document, source, how, figures: figures.collect() })
    }

    /// Reads the name of a document and every figure that was ever read in it.
    fn read(&self, document: Digest) -> Result<(String, BTreeMap<FigureId, String>), Failure> {
        let (mut source, mut printed) = (document.short(12), BTreeMap::new());
        for envelope in self.log.stream(StreamId::Document(document))? {
            match envelope.event {
                Event::DocumentReceived(received) => source = received.name,
                Event::FiguresExtracted(extracted) => {
                    printed.extend(
                        extracted.figures.into_iter().map(|figure| (figure.id, figure.quote.to_string())),
                    );
                }
                _ => {}
            }
        }
        Ok((source, printed))
    }
}
