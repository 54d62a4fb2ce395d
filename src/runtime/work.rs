//! Says which stage is due for a document, from the document's own events alone.
//!
//! A piece of work is named by its key: the stage, its version, the rules it reads, and the digests of
//! its inputs. Nothing else goes in, so that equal work has equal keys on every machine; a stage whose
//! key is answered is not run again, and one whose inputs came out the same as before has the same key.

use std::collections::BTreeMap;

use crate::event::envelope::{Envelope, Position};
use crate::event::kinds::{DocumentReceived, Event, FiguresExtracted, TextCleaned, TextSegmented};
use crate::model::{Digest, Hasher};
use crate::stage::rules::RulePack;
use crate::stage::{clean, extract, reconcile, segment};

/// How often a stage is tried for a document before it is parked.
pub const ATTEMPTS: u32 = 3;

/// The stages in the order in which a document goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Bytes to clean text.
    Clean,
    /// Clean text to blocks.
    Segment,
    /// Blocks to figures.
    Extract,
    /// Figures to findings.
    Reconcile,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 4] = [Self::Clean, Self::Segment, Self::Extract, Self::Reconcile];

    /// Returns its name (`clean`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Segment => "segment",
            Self::Extract => "extract",
            Self::Reconcile => "reconcile",
        }
    }

    /// Returns the kind of event that holds its output.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Clean => "text-cleaned",
            Self::Segment => "text-segmented",
            Self::Extract => "figures-extracted",
            Self::Reconcile => "figures-reconciled",
        }
    }

    const fn version(self) -> u32 {
        match self {
            Self::Clean => clean::VERSION,
            Self::Segment => segment::VERSION,
            Self::Extract => extract::VERSION,
            Self::Reconcile => reconcile::VERSION,
        }
    }

    fn of_kind(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.kind() == kind)
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// What each stage is at present: its version and its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identities([Digest; 4]);

impl Identities {
    /// Identifies the stages of this program under these rules.
    pub fn of(rules: &RulePack) -> Self {
        Self(Stage::ALL.map(|stage| {
            Hasher::new()
                .field(stage.name().as_bytes())
                .field(&stage.version().to_le_bytes())
                .field(rules.digest_for(stage.name()).as_bytes())
                .finish()
        }))
    }

    /// Returns name and identity of each stage, in order, as `generation-started` records them.
    pub fn named(&self) -> Vec<(String, Digest)> {
        Stage::ALL.into_iter().zip(self.0).map(|(stage, digest)| (stage.name().to_owned(), digest)).collect()
    }

    fn key(&self, stage: Stage, inputs: &[Digest]) -> Digest {
        let start = Hasher::new().field(self.0[stage as usize].as_bytes());
        inputs.iter().fold(start, |hasher, input| hasher.field(input.as_bytes())).finish()
    }
}

/// What is to be done for a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Run this stage.
    Run(Task),
    /// Nothing: this stage gave it up under its present key.
    Parked {
        /// The stage.
        stage: Stage,
        /// What went wrong the last time.
        message: String,
    },
    /// Nothing: every stage answered; the last answer stands here.
    Done(Position),
    /// Nothing: the document was never received.
    Unknown,
}

/// One piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// The stage to run.
    pub stage: Stage,
    /// What identifies the work.
    pub key: Digest,
    /// The event that made it due.
    pub cause: Position,
    /// The try, from 1.
    pub attempt: u32,
}

#[derive(Debug, Clone)]
struct Answer<T> {
    position: Position,
    digest: Digest,
    payload: T,
}

/// A document's history, as far as it decides what is due.
#[derive(Debug, Default)]
pub struct Progress {
    received: Option<(Position, DocumentReceived)>,
    cleaned: BTreeMap<Digest, Answer<TextCleaned>>,
    segmented: BTreeMap<Digest, Answer<TextSegmented>>,
    extracted: BTreeMap<Digest, Answer<FiguresExtracted>>,
    reconciled: BTreeMap<Digest, Position>,
    failures: BTreeMap<(Stage, Digest), u32>,
    parked: BTreeMap<(Stage, Digest), String>,
    names: Vec<(String, Vec<String>)>,
}

impl Progress {
    /// Folds a document's events, in order of version.
    pub fn of(events: impl IntoIterator<Item = Envelope>) -> Self {
        let mut progress = Self::default();
        for envelope in events {
            progress.apply(envelope.position, envelope.stage_key, envelope.payload_digest, envelope.event);
        }
        progress
    }

    /// Folds one more event; `digest` is that of its canonical payload.
    pub fn apply(&mut self, position: Position, key: Option<Digest>, digest: Digest, event: Event) {
        if let (Some(stage), Some(key)) = (Stage::of_kind(event.kind()), key) {
            // An answer after a parking (a retry that a person asked for) ends the parking.
            self.parked.remove(&(stage, key));
        }
        match (event, key) {
            (Event::DocumentReceived(payload), _) => {
                self.names.push((payload.name.clone(), payload.tags.clone()));
                self.received.get_or_insert((position, payload));
            }
            (Event::DocumentSeenAgain(payload), _) => self.names.push((payload.name, payload.tags)),
            (Event::DocumentRefused(payload), _) => self.names.push((payload.name, payload.tags)),
            (Event::TextCleaned(payload), Some(key)) => {
                self.cleaned.insert(key, Answer { position, digest, payload });
            }
            (Event::TextSegmented(payload), Some(key)) => {
                self.segmented.insert(key, Answer { position, digest, payload });
            }
            (Event::FiguresExtracted(payload), Some(key)) => {
                self.extracted.insert(key, Answer { position, digest, payload });
            }
            (Event::FiguresReconciled(_), Some(key)) => {
                self.reconciled.insert(key, position);
            }
            (Event::StageFailed(payload), _) => {
                if let Some(stage) = Stage::of_name(&payload.stage) {
                    *self.failures.entry((stage, payload.key)).or_default() += 1;
                }
            }
            (Event::StageParked(payload), _) => {
                if let Some(stage) = Stage::of_name(&payload.stage) {
                    self.parked.insert((stage, payload.key), payload.message);
                }
            }
            _ => {}
        }
    }

    /// Forgets what was parked, so that a person can have it tried again.
    pub fn unpark(&mut self) {
        self.parked.clear();
        self.failures.clear();
    }

    /// Tells whether the log has these bytes under this name and these folders already.
    pub fn is_named(&self, name: &str, tags: &[String]) -> bool {
        self.names.iter().any(|(known, known_tags)| known == name && known_tags == tags)
    }

    /// Tells whether the document was received, and not only refused.
    pub const fn is_received(&self) -> bool {
        self.received.is_some()
    }

    /// Says what is due under the present identities.
    pub fn due(&self, identities: &Identities) -> Due {
        let Some((received, document)) = &self.received else { return Due::Unknown };
        let document = document.document;
        let key = identities.key(Stage::Clean, &[document]);
        let Some(cleaned) = self.cleaned.get(&key) else { return self.run(Stage::Clean, key, *received) };
        let key = identities.key(Stage::Segment, &[cleaned.payload.clean]);
        let Some(segmented) = self.segmented.get(&key) else {
            return self.run(Stage::Segment, key, cleaned.position);
        };
        let key = identities.key(Stage::Extract, &[document, cleaned.digest, segmented.digest]);
        let Some(extracted) = self.extracted.get(&key) else {
            return self.run(Stage::Extract, key, segmented.position);
        };
        let key = identities.key(Stage::Reconcile, &[document, cleaned.payload.source, extracted.digest]);
        match self.reconciled.get(&key) {
            Some(position) => Due::Done(*position),
            None => self.run(Stage::Reconcile, key, extracted.position),
        }
    }

    fn run(&self, stage: Stage, key: Digest, cause: Position) -> Due {
        match self.parked.get(&(stage, key)) {
            Some(message) => Due::Parked { stage, message: message.clone() },
            None => {
                let failed = self.failures.get(&(stage, key)).copied().unwrap_or_default();
                Due::Run(Task { stage, key, cause, attempt: failed.saturating_add(1) })
            }
        }
    }

    /// Returns the answer of the clean stage under the present identities.
    pub fn cleaned(&self, identities: &Identities) -> Option<&TextCleaned> {
        let document = self.received.as_ref()?.1.document;
        Some(&self.cleaned.get(&identities.key(Stage::Clean, &[document]))?.payload)
    }

    /// Returns the answer of the segment stage under the present identities.
    pub fn segmented(&self, identities: &Identities) -> Option<&TextSegmented> {
        let cleaned = self.cleaned(identities)?;
        Some(&self.segmented.get(&identities.key(Stage::Segment, &[cleaned.clean]))?.payload)
    }

    /// Returns the answer of the extract stage under the present identities.
    pub fn extracted(&self, identities: &Identities) -> Option<&FiguresExtracted> {
        let document = self.received.as_ref()?.1.document;
        let cleaned = self.cleaned.get(&identities.key(Stage::Clean, &[document]))?;
        let segmented = self.segmented.get(&identities.key(Stage::Segment, &[cleaned.payload.clean]))?;
        let key = identities.key(Stage::Extract, &[document, cleaned.digest, segmented.digest]);
        Some(&self.extracted.get(&key)?.payload)
    }
}
