//! The closed set of events and their payloads.

use serde::{Deserialize, Serialize};

use super::envelope::Position;
use crate::model::Digest;
use crate::model::figure::Figure;
use crate::model::finding::{Derived, Finding};
use crate::model::mention::Mention;
use crate::model::segment::Block;
use crate::model::text::OffsetMap;

/// A file came to rest in the inbox and its bytes were stored as the blob of its own digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentReceived {
    /// blake3 of the original bytes; also the blob's name.
    pub document: Digest,
    /// File name as first received, without folders.
    pub name: String,
    /// The inbox subfolders it lay in, outermost first.
    pub tags: Vec<String>,
    /// Bytes.
    pub size: u64,
    /// By content, never by name: `text/plain`.
    pub media_type: String,
}

/// The same bytes came again: a normal event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentSeenAgain {
    /// blake3 of the original bytes.
    pub document: Digest,
    /// File name this time.
    pub name: String,
    /// The inbox subfolders this time.
    pub tags: Vec<String>,
}

/// A file was looked at and not taken in, or its bytes turned out to be no text; its original stays
/// where it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRefused {
    /// blake3 of the original bytes.
    pub document: Digest,
    /// File name.
    pub name: String,
    /// The inbox subfolders it lies in.
    pub tags: Vec<String>,
    /// Bytes.
    pub size: u64,
    /// A code: `too_large`, `unknown_type`, `undecodable`.
    pub reason: String,
    /// What was wrong and what to do, for a person.
    pub message: String,
}

/// The clean stage's output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextCleaned {
    /// The blob of the source text; the document itself where that is UTF-8 text.
    pub source: Digest,
    /// The blob of the clean text.
    pub clean: Digest,
    /// The encoding read (`UTF-8`, `UTF-16LE`, `windows-1258`).
    pub encoding: String,
    /// From clean text to source text.
    pub map: OffsetMap,
}

/// The segment stage's output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextSegmented {
    /// Blocks that tile the clean text.
    pub blocks: Vec<Block>,
}

/// The extract stage's output, in order of their place in the source text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiguresExtracted {
    /// The figures.
    pub figures: Vec<Figure>,
    /// Every numeral, figures' own included.
    pub mentions: Vec<Mention>,
}

/// The reconcile stage's output for one document, in order of id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiguresReconciled {
    /// Relations decided.
    pub findings: Vec<Finding>,
    /// Figures that nobody printed.
    pub derived: Vec<Derived>,
}

/// Documents were taken into account across documents for the first time, and all that hangs together
/// with their figures was decided anew. What stood and still stands is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorpusReconciled {
    /// The documents, in order of digest.
    pub joined: Vec<JoinedDocument>,
    /// Documents known before whose witness is another now: they turned out to be copies.
    pub witnesses: Vec<Witness>,
    /// The components in which something changed, in order of their first cell.
    pub components: Vec<ComponentReconciled>,
}

/// A document taken into account across documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinedDocument {
    /// blake3 of the original bytes.
    pub document: Digest,
    /// The smallest digest of the documents that are copies of it, itself among them.
    pub witness: Digest,
    /// The sketch by which copies are told, in hex.
    pub sketch: String,
    /// Digest of its answers that were read; one of other answers is taken into account again. Null where
    /// it was not recorded (schema 1).
    pub basis: Option<Digest>,
    /// Indicator, area and period of what it states, as text, in order: where it is looked for when its
    /// answers are others. Empty where it was not recorded (schema 1).
    pub cells: Vec<String>,
    /// For each of `cells` a digest of what it states there, 16 hexadecimal digits: where it is the same in
    /// other answers, nothing is decided anew. Empty where it was not recorded (schema 1 to 3).
    pub stated: Vec<String>,
}

/// Whose copy a document is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// The document.
    pub document: Digest,
    /// The smallest digest of its copies.
    pub witness: Digest,
}

/// What changed in figures of several documents that hang together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentReconciled {
    /// Indicator, area and period of what it relates, as text, in order.
    pub cells: Vec<String>,
    /// Digest of the figures and witnesses that it was decided from.
    pub input: Digest,
    /// Why it was decided anew: the documents of `joined` and `witnesses` that state a figure in it.
    pub because: Vec<Digest>,
    /// Ids of the findings that stood and do not stand any more.
    pub superseded: Vec<String>,
    /// The findings that are new, or decided otherwise than they stood, in order of id.
    pub decided: Vec<Finding>,
    /// For each finding decided, the places in `cells` where its figures are. Empty where it was not
    /// recorded (schema 1).
    pub places: Vec<Vec<usize>>,
    /// Ids of the levels that stood as derived from several documents and do not stand any more.
    pub withdrawn: Vec<String>,
    /// Levels that no document prints and several lead to, which are new or tighter than they stood, in order
    /// of id.
    pub derived: Vec<Derived>,
}

/// A try of a stage failed; it will be tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageFailed {
    /// The stage's name.
    pub stage: String,
    /// What identifies the work.
    pub key: Digest,
    /// What went wrong.
    pub message: String,
}

/// A stage gave a document up under its present key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageParked {
    /// The stage's name.
    pub stage: String,
    /// What identifies the work; another key takes it up again.
    pub key: Digest,
    /// Why, as a code: `failed_three_times`, `cannot_change`, `non_deterministic`, `too_slow`.
    pub reason: String,
    /// What went wrong the last time.
    pub message: String,
    /// Where a stage was found not to be deterministic: the blob of the answer that is not the stored one.
    pub output: Option<Digest>,
}

/// A person asked that what was given up be tried once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRetried {
    /// blake3 of the original bytes.
    pub document: Digest,
}

/// A person set a document in quarantine aside: nothing is due for it until it is retried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentDropped {
    /// blake3 of the original bytes.
    pub document: Digest,
}

/// A new generation began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationStarted {
    /// Its number, from 1.
    pub number: u64,
    /// Name and identity of each stage, in order.
    pub stages: Vec<(String, Digest)>,
    /// Why, for a person.
    pub reason: String,
    /// Name and version of each stage, in order; empty where it was not recorded (schema 1).
    pub versions: Vec<(String, u32)>,
    /// The files of its rule pack, in order of name, each with the blob of its text: what the
    /// generation goes on with whatever the settings say, and what tells two generations apart rule by
    /// rule. Empty where it was not recorded (schema 1).
    pub files: Vec<(String, Digest)>,
    /// The generation whose decisions across documents hold in it until it decides otherwise; null where it
    /// follows none (and in schema 1 and 2).
    pub follows: Option<Follows>,
    /// The documents that its edits of the rules cannot touch (none in schema 1 and 2).
    pub untouched: Vec<Untouched>,
}

/// What a generation goes on from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follows {
    /// The number of the generation before.
    pub generation: u64,
    /// The last position of what it had decided.
    pub until: Position,
    /// Codes of the indicators that are told by other words than there, in order: a document that states one
    /// of them is taken into account anew.
    pub anew: Vec<String>,
}

/// Documents whose extract answers are those of an earlier stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untouched {
    /// The identity of that extract stage.
    pub extract: Digest,
    /// The blob of their digests, 32 bytes each, in order.
    pub documents: Digest,
}

/// A generation became the one that readers see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationActivated {
    /// Its number.
    pub number: u64,
}

/// A generation was let go: what only it had answered is not kept any more, but for the headers of those
/// events, over which the chain goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationLetGo {
    /// Its number.
    pub number: u64,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is named after the payload it carries, which is documented")]
pub enum Event {
    DocumentReceived(DocumentReceived),
    DocumentSeenAgain(DocumentSeenAgain),
    DocumentRefused(DocumentRefused),
    TextCleaned(TextCleaned),
    TextSegmented(TextSegmented),
    FiguresExtracted(FiguresExtracted),
    FiguresReconciled(FiguresReconciled),
    CorpusReconciled(CorpusReconciled),
    StageFailed(StageFailed),
    StageParked(StageParked),
    DocumentRetried(DocumentRetried),
    DocumentDropped(DocumentDropped),
    GenerationStarted(GenerationStarted),
    GenerationActivated(GenerationActivated),
    GenerationLetGo(GenerationLetGo),
}

impl Event {
    /// Returns the name under which it is stored (`document-received`).
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::DocumentReceived(_) => "document-received",
            Self::DocumentSeenAgain(_) => "document-seen-again",
            Self::DocumentRefused(_) => "document-refused",
            Self::TextCleaned(_) => "text-cleaned",
            Self::TextSegmented(_) => "text-segmented",
            Self::FiguresExtracted(_) => "figures-extracted",
            Self::FiguresReconciled(_) => "figures-reconciled",
            Self::CorpusReconciled(_) => "corpus-reconciled",
            Self::StageFailed(_) => "stage-failed",
            Self::StageParked(_) => "stage-parked",
            Self::DocumentRetried(_) => "document-retried",
            Self::DocumentDropped(_) => "document-dropped",
            Self::GenerationStarted(_) => "generation-started",
            Self::GenerationActivated(_) => "generation-activated",
            Self::GenerationLetGo(_) => "generation-let-go",
        }
    }
}
