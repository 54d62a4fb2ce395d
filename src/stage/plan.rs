//! The order of the stages and what identifies a piece of work (its stage key).
//!
//! A key digests the stage's identity (name, version, rules and settings it reads) and the digests
//! of its inputs, each length-prefixed. Inputs are the payload digests of earlier outputs, so a new
//! `clean` that gives the same payload leaves every later key, and so every later answer, as it was.

use crate::event::kinds::Event;
use crate::model::{Digest, Hasher};

/// A stage, in the order of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// Every stage, first to last.
    pub const ALL: [Stage; 4] = [Stage::Clean, Stage::Segment, Stage::Extract, Stage::Reconcile];

    /// Returns the stage's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Segment => "segment",
            Self::Extract => "extract",
            Self::Reconcile => "reconcile",
        }
    }

    /// Reads a stage's name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// Returns the kind of event in which the stage answers.
    pub const fn answer_kind(self) -> &'static str {
        match self {
            Self::Clean => "text-cleaned",
            Self::Segment => "text-segmented",
            Self::Extract => "figures-extracted",
            Self::Reconcile => "figures-reconciled",
        }
    }

    /// Returns the stage that answers in `event`; `None` for what no stage says. A document refused
    /// by the clean stage (text that cannot be decoded) is that stage's answer too.
    pub const fn of_answer(event: &Event) -> Option<Self> {
        match event {
            Event::TextCleaned(_) => Some(Self::Clean),
            Event::TextSegmented(_) => Some(Self::Segment),
            Event::FiguresExtracted(_) => Some(Self::Extract),
            Event::FiguresReconciled(_) => Some(Self::Reconcile),
            _ => None,
        }
    }

    /// Returns the digests that the stage's key takes besides its identity: `document` and the
    /// payload digests of the answers so far (in the order of [`Stage::ALL`]); `None` while an
    /// answer that it needs is missing.
    pub fn inputs(self, document: Digest, answers: &[Option<Digest>; 4]) -> Option<Vec<Digest>> {
        let of = |stage: Stage| answers[stage as usize];
        match self {
            Self::Clean => Some(vec![document]),
            Self::Segment => Some(vec![of(Self::Clean)?]),
            Self::Extract => Some(vec![of(Self::Clean)?, of(Self::Segment)?]),
            Self::Reconcile => Some(vec![of(Self::Clean)?, of(Self::Extract)?]),
        }
    }
}

/// The name under which the identity of what is decided across documents is recorded.
const CORPUS: &str = "corpus";

/// What identifies each stage of a generation, and what is decided across documents: name, version,
/// digest of its rules and settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identities {
    stages: [Digest; 4],
    corpus: Option<Digest>,
}

impl Identities {
    /// Makes them from each stage's version and the digest of what it reads, first to last.
    pub fn new(stages: [(u32, Digest); 4]) -> Self {
        let mut identities = [Digest::from_bytes([0; 32]); 4];
        for (stage, (version, rules)) in Stage::ALL.into_iter().zip(stages) {
            identities[stage as usize] = identity(stage.name(), version, rules);
        }
        Self { stages: identities, corpus: None }
    }

    /// Adds what decides across documents: its version and the digest of what it reads.
    #[must_use]
    pub fn with_corpus(self, version: u32, rules: Digest) -> Self {
        Self { corpus: Some(identity(CORPUS, version, rules)), ..self }
    }

    /// Returns the key of what is decided across documents when `joined` are taken into account in
    /// `generation`; a document joins a generation's corpus once.
    pub fn corpus_key(&self, generation: u64, joined: &[Digest]) -> Digest {
        let identity = self.corpus.unwrap_or(Digest::from_bytes([0; 32]));
        let hasher =
            Hasher::new().field(b"corpus-key").field(identity.as_bytes()).field(&generation.to_le_bytes());
        joined.iter().fold(hasher, |hasher, document| hasher.field(document.as_bytes())).finish()
    }

    /// Reads what `generation-started` recorded; `None` where a stage is missing. A generation of before
    /// documents were related to each other has no identity for that.
    pub fn from_recorded(stages: &[(String, Digest)]) -> Option<Self> {
        let mut identities = [Digest::from_bytes([0; 32]); 4];
        for stage in Stage::ALL {
            identities[stage as usize] = stages.iter().find(|(name, _)| name == stage.name())?.1;
        }
        let corpus = stages.iter().find(|(name, _)| name == CORPUS).map(|(_, identity)| *identity);
        Some(Self { stages: identities, corpus })
    }

    /// Returns what `generation-started` records.
    pub fn to_recorded(&self) -> Vec<(String, Digest)> {
        let stages = Stage::ALL.into_iter().map(|stage| (stage.name().to_owned(), self.of(stage)));
        stages.chain(self.corpus.map(|corpus| (CORPUS.to_owned(), corpus))).collect()
    }

    /// Returns one stage's identity.
    pub const fn of(&self, stage: Stage) -> Digest {
        self.stages[stage as usize]
    }

    /// Returns the key of `stage`'s work on `document`, given the payload digests of the answers so
    /// far; `None` while an answer that it needs is missing.
    pub fn key(&self, stage: Stage, document: Digest, answers: &[Option<Digest>; 4]) -> Option<Digest> {
        let mut hasher = Hasher::new().field(b"stage-key").field(self.of(stage).as_bytes());
        for input in stage.inputs(document, answers)? {
            hasher = hasher.field(input.as_bytes());
        }
        Some(hasher.finish())
    }
}

fn identity(name: &str, version: u32, rules: Digest) -> Digest {
    Hasher::new().field(name.as_bytes()).field(&version.to_le_bytes()).field(rules.as_bytes()).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_stage_reads_changes_its_key() {
        let d = |text: &str| Digest::of(text.as_bytes());
        let rules = [(1, d("r0")), (1, d("r1")), (1, d("r2")), (1, d("r3"))];
        let one = Identities::new(rules);
        let mut changed = rules;
        changed[2] = (2, d("r2"));
        let two = Identities::new(changed);
        let answers = [Some(d("cleaned")), Some(d("segmented")), Some(d("extracted")), None];
        let same = |stage| one.key(stage, d("x"), &answers) == two.key(stage, d("x"), &answers);
        assert!(same(Stage::Clean) && same(Stage::Segment) && !same(Stage::Extract));
        assert!(same(Stage::Reconcile), "early cut-off: the same figures leave reconcile as it was");
        assert_eq!(one.key(Stage::Segment, d("x"), &[None; 4]), None);
        assert_eq!(Identities::from_recorded(&one.to_recorded()), Some(one));
        let across = one.with_corpus(1, d("r4"));
        assert_eq!(Identities::from_recorded(&across.to_recorded()), Some(across));
        assert_ne!(one, across);
    }
}
