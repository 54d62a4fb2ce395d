//! Reading ahead of a fold that begins at the log's start: on a thread of its own, what each event shows is
//! found, unpacked and parsed, while the events before it are written.
//!
//! From the first event on, all that a chain of stage keys needs is at hand, so that the ledger need not be
//! asked what it shows by now.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::error::LedgerError;
use crate::event::envelope::{Envelope, Position};
use crate::event::kinds::Event;
use crate::event_log::{LogReader, Outline};
use crate::model::Digest;
use crate::stage::plan::{Plan, Stage, basis};

/// Events handed over together at the most.
const PAGE: usize = 500;
/// About the bytes in memory of what is handed over together: with those that wait and those in the making
/// four times as much is held, and one event more, however large.
const PAGE_BYTES: usize = 16 << 20;
/// Bytes that a figure or a finding takes in memory, about, and a numeral or a block.
const RECORD_BYTES: usize = 2_048;
const MARK_BYTES: usize = 128;
/// Pages that wait to be written.
const WAITING: usize = 2;

/// An event of the log as a ledger folds it.
#[derive(Debug)]
pub(super) struct Ahead {
    pub(super) outline: Outline,
    /// The event itself, where it is no stage's answer.
    pub(super) event: Option<Envelope>,
    /// The answers that are shown from this event on, in order of stage: its own, and those of later stages
    /// that were there before it.
    pub(super) shown: Vec<(Stage, Envelope)>,
    /// The source text, where figures are shown.
    pub(super) text: String,
    /// What is read of the document across documents, where its last stage is shown.
    pub(super) basis: Option<Digest>,
}

impl Ahead {
    /// Returns about how many bytes it takes in memory.
    fn weight(&self) -> usize {
        let events = self.shown.iter().map(|(_, envelope)| envelope).chain(&self.event);
        let weight = |envelope: &Envelope| match &envelope.event {
            Event::TextSegmented(segmented) => segmented.blocks.len() * MARK_BYTES,
            Event::FiguresExtracted(extracted) => {
                extracted.figures.len() * RECORD_BYTES + extracted.mentions.len() * MARK_BYTES
            }
            Event::FiguresReconciled(reconciled) => {
                (reconciled.findings.len() + reconciled.derived.len()) * RECORD_BYTES
            }
            Event::CorpusReconciled(reconciled) => {
                let decided = reconciled.components.iter().map(|component| component.decided.len());
                decided.sum::<usize>() * RECORD_BYTES
            }
            _ => 0,
        };
        RECORD_BYTES + self.text.len() + events.map(weight).sum::<usize>()
    }
}

/// What a document's chain of keys has reached.
#[derive(Debug, Default)]
struct Chain {
    answers: BTreeMap<(Stage, Digest), (Position, Digest)>,
    digests: [Option<Digest>; 4],
    /// How many stages are shown.
    reached: usize,
    source: Option<Digest>,
}

impl Chain {
    /// Takes an answer in, and returns the stages that are shown from now on with their positions.
    fn take(
        &mut self,
        document: Digest,
        stage: Stage,
        key: Digest,
        outline: &Outline,
        plan: &Plan,
    ) -> Vec<(Stage, Position)> {
        self.answers.entry((stage, key)).or_insert((outline.position, outline.payload_digest));
        let mut shown = Vec::new();
        while let Some(next) = Stage::ALL.get(self.reached) {
            let Some(key) = plan.key(*next, document, &self.digests) else { break };
            let Some((position, digest)) = self.answers.get(&(*next, key)) else { break };
            self.digests[self.reached] = Some(*digest);
            self.reached += 1;
            shown.push((*next, *position));
        }
        shown
    }
}

/// Reads all events up to `until` and hands them to `fold`, page by page; reading goes on meanwhile.
///
/// # Errors
/// What the log says, or `fold`.
pub(super) fn pages(
    log: &Path,
    plan: &Plan,
    until: Position,
    mut fold: impl FnMut(Vec<Ahead>) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let (sender, pages): (SyncSender<_>, Receiver<Result<Vec<Ahead>, LedgerError>>) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let read_all = || -> Result<(), LedgerError> {
                let log = LogReader::open(log)?;
                let mut chains = BTreeMap::new();
                let mut after = Position(0);
                while after < until {
                    let left = usize::try_from(until.0 - after.0).unwrap_or(usize::MAX);
                    let mut outlines = log.outlines_after(after, PAGE.min(left))?;
                    // Where a generation was let go positions are missing, and as many events reach further.
                    outlines.retain(|outline| outline.position <= until);
                    let Some(last) = outlines.last() else { break };
                    after = last.position;
                    let (mut page, mut weight) = (Vec::new(), 0);
                    for outline in outlines {
                        let ahead = read(&log, outline, &mut chains, plan)?;
                        weight += ahead.weight();
                        page.push(ahead);
                        if weight < PAGE_BYTES {
                            continue;
                        }
                        weight = 0;
                        // The one who folds gave up: nobody wants more.
                        if sender.send(Ok(std::mem::take(&mut page))).is_err() {
                            return Ok(());
                        }
                    }
                    if sender.send(Ok(page)).is_err() {
                        return Ok(());
                    }
                }
                Ok(())
            };
            if let Err(error) = read_all() {
                let _gone = sender.send(Err(error));
            }
        });
        // A page that cannot be folded ends the loop, and with it the receiver, and so the thread.
        pages.into_iter().try_for_each(|page| fold(page?))
    })
}

fn read(
    log: &LogReader,
    outline: Outline,
    chains: &mut BTreeMap<Digest, Chain>,
    plan: &Plan,
) -> Result<Ahead, LedgerError> {
    let Some((document, stage, key)) = answer(&outline) else {
        let event = Some(log.event(outline.position)?);
        return Ok(Ahead { outline, event, shown: Vec::new(), text: String::new(), basis: None });
    };
    let chain = chains.entry(document).or_default();
    let mut shown = Vec::new();
    let mut text = String::new();
    for (stage, position) in chain.take(document, stage, key, &outline, plan) {
        let envelope = log.event(position)?;
        if let Event::TextCleaned(cleaned) = &envelope.event {
            chain.source = Some(cleaned.source);
        }
        if let (Event::FiguresExtracted(_), Some(source)) = (&envelope.event, chain.source) {
            text = String::from_utf8(log.blob(source)?.unwrap_or_default()).unwrap_or_default();
        }
        shown.push((stage, envelope));
    }
    let basis = basis(&chain.digests);
    Ok(Ahead { outline, event: None, shown, text, basis })
}

/// Tells of which document, stage and key an event is the answer; `None` for any other event.
pub(super) fn answer(outline: &Outline) -> Option<(Digest, Stage, Digest)> {
    let stage = Stage::ALL.into_iter().find(|stage| stage.answer_kind() == outline.kind)?;
    Some((outline.stream.document()?, stage, outline.stage_key?))
}
