//! Runs one stage as a function from what the log holds to the event that answers it.

use std::sync::Arc;

use crate::event::envelope::Blob;
use crate::event::kinds::{Event, FiguresExtracted, FiguresReconciled, TextCleaned, TextSegmented};
use crate::model::Digest;
use crate::model::figure::Figure;
use crate::model::segment::Block;
use crate::model::text::CleanText;
use crate::stage::rules::RulePack;
use crate::stage::{clean, extract, reconcile, segment};

/// What a stage needs.
#[derive(Debug, Clone)]
pub enum Input {
    /// The original bytes.
    Clean(Arc<[u8]>),
    /// The clean text.
    Segment(Arc<CleanText>),
    /// Source text, clean text, blocks.
    Extract(Arc<str>, Arc<CleanText>, Arc<Vec<Block>>),
    /// Source text and figures.
    Reconcile(Arc<str>, Arc<Vec<Figure>>),
}

/// What a stage gave: the event, the blobs it names, and the same in the form that the next stage
/// reads, so that it need not be read back.
#[derive(Debug)]
pub struct Output {
    /// The answer.
    pub event: Event,
    /// What the answer names by digest.
    pub blobs: Vec<Blob>,
    /// For the stages after.
    pub made: Made,
}

/// A stage's output as values.
#[derive(Debug)]
pub enum Made {
    /// Source text and clean text.
    Texts(Arc<str>, Arc<CleanText>),
    /// Blocks.
    Blocks(Arc<Vec<Block>>),
    /// Figures.
    Figures(Arc<Vec<Figure>>),
    /// Nothing that a stage reads.
    Nothing,
}

/// Runs the stage that `input` is for.
///
/// # Errors
/// What is wrong with the document, for a reason that cannot change under the present key.
pub fn run(document: Digest, input: Input, rules: &RulePack) -> Result<Output, String> {
    match input {
        Input::Clean(bytes) => run_clean(document, &bytes),
        Input::Segment(clean) => {
            let blocks = segment::segment(&clean.text, &rules.segment);
            let event = Event::TextSegmented(TextSegmented { blocks: blocks.clone() });
            Ok(Output { event, blobs: Vec::new(), made: Made::Blocks(Arc::new(blocks)) })
        }
        Input::Extract(source, clean, blocks) => {
            let extraction = extract::extract(document, &source, &clean, &blocks, rules);
            let figures = Arc::new(extraction.figures.clone());
            let event = Event::FiguresExtracted(FiguresExtracted {
                figures: extraction.figures,
                mentions: extraction.mentions,
            });
            Ok(Output { event, blobs: Vec::new(), made: Made::Figures(figures) })
        }
        Input::Reconcile(source, figures) => {
            let reconciled = reconcile::reconcile(document, &source, &figures, &rules.relations);
            let event = Event::FiguresReconciled(FiguresReconciled {
                findings: reconciled.findings,
                derived: reconciled.derived,
            });
            Ok(Output { event, blobs: Vec::new(), made: Made::Nothing })
        }
    }
}

fn run_clean(document: Digest, bytes: &[u8]) -> Result<Output, String> {
    let cleaned = clean::clean(bytes).map_err(|error| error.to_string())?;
    let mut blobs = vec![Blob::new(cleaned.clean.text.clone().into_bytes())];
    let clean_digest = blobs[0].digest;
    // The original is stored already; where it is the source text, byte for byte, it is not stored twice.
    let source_digest = if cleaned.source.as_bytes() == bytes {
        document
    } else {
        let blob = Blob::new(cleaned.source.clone().into_bytes());
        let digest = blob.digest;
        blobs.push(blob);
        digest
    };
    let event = Event::TextCleaned(TextCleaned {
        source: source_digest,
        clean: clean_digest,
        encoding: cleaned.encoding.to_owned(),
        map: cleaned.clean.map.clone(),
    });
    let made = Made::Texts(cleaned.source.into(), Arc::new(cleaned.clean));
    Ok(Output { event, blobs, made })
}
