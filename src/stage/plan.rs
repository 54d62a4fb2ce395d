//! The order of the stages and what identifies a piece of work (its stage key).
//!
//! A key digests the stage's identity (name, version, rules and settings it reads) and the digests
//! of its inputs, each length-prefixed. Inputs are the payload digests of earlier outputs, so a new
//! `clean` that gives the same payload leaves every later key, and so every later answer, as it was.
//!
//! A [`Plan`] is what one generation goes by. It has the identities of its stages, and two things that were
//! settled when it began: the documents that its edits of the rules cannot touch, whose extract answers keep
//! the key that they have in the generation before (see [`super::extract::reach`]), and up to where it goes on
//! from what that generation had decided across documents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::event::envelope::Position;
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
    /// `generation`, each with the digest of the answers that were read of it: a document joins a generation's
    /// corpus once with the same answers.
    pub fn corpus_key(&self, generation: u64, joined: impl IntoIterator<Item = (Digest, Digest)>) -> Digest {
        let identity = self.corpus.unwrap_or(Digest::from_bytes([0; 32]));
        let hasher =
            Hasher::new().field(b"corpus-key").field(identity.as_bytes()).field(&generation.to_le_bytes());
        let field = |hasher: Hasher, (document, basis): (Digest, Digest)| {
            hasher.field(document.as_bytes()).field(basis.as_bytes())
        };
        joined.into_iter().fold(hasher, field).finish()
    }

    /// Tells whether both decide alike across documents.
    pub fn relates_as(&self, other: &Self) -> bool {
        self.corpus.is_some() && self.corpus == other.corpus
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
}

/// A generation whose decisions across documents another one goes on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// Its number.
    pub generation: u64,
    /// The last position of what it had decided.
    pub until: Position,
    /// Codes of the indicators that are told by other words by now.
    pub anew: BTreeSet<String>,
}

/// What one generation goes by; see the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What identifies its stages.
    pub identities: Identities,
    untouched: Arc<BTreeMap<Digest, Digest>>,
    follows: Vec<Followed>,
}

impl From<Identities> for Plan {
    /// Makes the plan of a generation that follows none.
    fn from(identities: Identities) -> Self {
        Self { identities, untouched: Arc::default(), follows: Vec::new() }
    }
}

impl Plan {
    /// Makes one of the documents that its rules cannot touch, each with the identity of the extract stage
    /// whose answer stays, and of the generations whose decisions across documents it goes on from.
    pub fn new(identities: Identities, untouched: BTreeMap<Digest, Digest>, follows: Vec<Followed>) -> Self {
        Self { identities, untouched: Arc::new(untouched), follows }
    }

    /// Returns how many documents its rules cannot touch.
    pub fn untouched(&self) -> usize {
        self.untouched.len()
    }

    /// Returns the identity of a stage for one document.
    pub fn of(&self, stage: Stage, document: Digest) -> Digest {
        let kept = if stage == Stage::Extract { self.untouched.get(&document) } else { None };
        kept.copied().unwrap_or_else(|| self.identities.of(stage))
    }

    /// Tells whether what `generation` decided across documents at `position` holds in generation `own`,
    /// whose plan this is.
    pub fn takes(&self, own: u64, generation: u64, position: Position) -> bool {
        own == generation || self.followed(generation, position).is_some()
    }

    /// Returns the generation that it goes on from, where `position` is one of its decisions.
    pub fn followed(&self, generation: u64, position: Position) -> Option<&Followed> {
        self.follows.iter().find(|one| one.generation == generation && position <= one.until)
    }

    /// Returns the generation that it goes on from itself.
    pub fn nearest(&self) -> Option<&Followed> {
        self.follows.first()
    }

    /// Tells whether it goes on from another generation's decisions across documents.
    pub fn is_follower(&self) -> bool {
        !self.follows.is_empty()
    }

    /// Returns the key of `stage`'s work on `document`, given the payload digests of the answers so
    /// far; `None` while an answer that it needs is missing.
    pub fn key(&self, stage: Stage, document: Digest, answers: &[Option<Digest>; 4]) -> Option<Digest> {
        let mut hasher = Hasher::new().field(b"stage-key").field(self.of(stage, document).as_bytes());
        for input in stage.inputs(document, answers)? {
            hasher = hasher.field(input.as_bytes());
        }
        Some(hasher.finish())
    }
}

/// Digests what a generation reads of a document across documents otherwise than the one before, though its
/// answers are the same: no document has this basis.
pub fn stale(basis: Digest) -> Digest {
    Hasher::new().field(b"stale-basis").field(basis.as_bytes()).finish()
}

/// Digests the answers of a document that are read where documents are related to each other: its text,
/// figures and findings. `None` where one is missing.
pub fn basis(answers: &[Option<Digest>; 4]) -> Option<Digest> {
    let of = |stage: Stage| answers[stage as usize];
    let read = [of(Stage::Clean)?, of(Stage::Extract)?, of(Stage::Reconcile)?];
    let hasher = Hasher::new().field(b"corpus-basis");
    Some(read.iter().fold(hasher, |hasher, answer| hasher.field(answer.as_bytes())).finish())
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
        let of = |stages| Plan::from(Identities::new(stages));
        let one = of(rules);
        let mut changed = rules;
        changed[2] = (2, d("r2"));
        let two = of(changed);
        let answers = [Some(d("cleaned")), Some(d("segmented")), Some(d("extracted")), None];
        let same = |stage| one.key(stage, d("x"), &answers) == two.key(stage, d("x"), &answers);
        assert!(same(Stage::Clean) && same(Stage::Segment) && !same(Stage::Extract));
        assert!(same(Stage::Reconcile), "early cut-off: the same figures leave reconcile as it was");
        assert_eq!(one.key(Stage::Segment, d("x"), &[None; 4]), None);
        let untouched = BTreeMap::from([(d("x"), one.identities.of(Stage::Extract))]);
        let kept = Plan::new(two.identities, untouched, Vec::new());
        let key = |plan: &Plan, document| plan.key(Stage::Extract, document, &answers);
        assert_eq!(key(&kept, d("x")), key(&one, d("x")), "what its rules cannot touch keeps its key");
        assert_eq!(key(&kept, d("y")), key(&two, d("y")));
        let one = one.identities;
        assert_eq!(Identities::from_recorded(&one.to_recorded()), Some(one));
        let across = one.with_corpus(1, d("r4"));
        assert_eq!(Identities::from_recorded(&across.to_recorded()), Some(across));
        assert_ne!(one, across);
    }
}
