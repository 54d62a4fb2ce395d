//! Gathers what a stage reads: what its document's task made before, else what the log holds.

use std::sync::Arc;

use crate::event::kinds::Event;
use crate::model::Digest;
use crate::model::figure::Figure;
use crate::model::text::CleanText;
use crate::runtime::engine::{Engine, EngineError};
use crate::runtime::stages::{Input, Made};
use crate::runtime::work::{Answer, Progress};
use crate::stage::plan::{Plan, Stage};

impl Engine {
    /// Gathers what a stage reads: what this task made, or else what the log holds.
    pub(super) async fn input(
        self: &Arc<Self>,
        plan: &Plan,
        document: Digest,
        stage: Stage,
        progress: &Progress,
        texts: &mut Texts,
    ) -> Result<Input, EngineError> {
        let answers = progress.answers(document, plan);
        if stage == Stage::Clean {
            let bytes = match texts.original.take() {
                Some(bytes) => bytes,
                None => self.blob(document).await?.into(),
            };
            return Ok(Input::Clean(bytes));
        }
        self.load_texts(answers[Stage::Clean as usize], texts).await?;
        let lacks = |what: &str| EngineError::Lacks(format!("{what} of document {document}"));
        let (source, clean) = texts.texts.clone().ok_or_else(|| lacks("the text"))?;
        match stage {
            Stage::Clean | Stage::Segment => Ok(Input::Segment(clean)),
            Stage::Extract => {
                if texts.blocks.is_none()
                    && let Some(answer) = answers[Stage::Segment as usize]
                    && let Event::TextSegmented(segmented) = self.event_at(answer.position).await?
                {
                    texts.blocks = Some(Arc::new(segmented.blocks));
                }
                let blocks = texts.blocks.clone().ok_or_else(|| lacks("the blocks"))?;
                Ok(Input::Extract(source, clean, blocks))
            }
            Stage::Reconcile => {
                if texts.figures.is_none()
                    && let Some(answer) = answers[Stage::Extract as usize]
                    && let Event::FiguresExtracted(extracted) = self.event_at(answer.position).await?
                {
                    texts.figures = Some(Arc::new(extracted.figures));
                }
                let figures = texts.figures.clone().ok_or_else(|| lacks("the figures"))?;
                Ok(Input::Reconcile(source, figures))
            }
        }
    }

    async fn load_texts(
        self: &Arc<Self>,
        answer: Option<Answer>,
        texts: &mut Texts,
    ) -> Result<(), EngineError> {
        if texts.texts.is_none()
            && let Some(answer) = answer
            && let Event::TextCleaned(cleaned) = self.event_at(answer.position).await?
        {
            let text = |bytes: Vec<u8>, digest: Digest| {
                String::from_utf8(bytes)
                    .map_err(|_| EngineError::Lacks(format!("the text {digest} as UTF-8")))
            };
            let source = text(self.blob(cleaned.source).await?, cleaned.source)?;
            let clean = text(self.blob(cleaned.clean).await?, cleaned.clean)?;
            texts.texts = Some((source.into(), Arc::new(CleanText { text: clean, map: cleaned.map })));
        }
        Ok(())
    }

    async fn blob(self: &Arc<Self>, digest: Digest) -> Result<Vec<u8>, EngineError> {
        self.read(move |log| {
            log.blob(digest)?.ok_or_else(|| EngineError::Lacks(format!("the blob {digest}")))
        })
        .await
    }
}

/// What the stages so far made, kept while the document is at work.
#[derive(Debug, Default)]
pub(super) struct Texts {
    original: Option<Arc<[u8]>>,
    texts: Option<(Arc<str>, Arc<CleanText>)>,
    blocks: Option<Arc<Vec<crate::model::segment::Block>>>,
    figures: Option<Arc<Vec<Figure>>>,
}

impl Texts {
    /// Starts with the original, where it is at hand.
    pub(super) fn of(original: Option<Arc<[u8]>>) -> Self {
        Self { original, ..Self::default() }
    }

    /// Keeps what a stage made.
    pub(super) fn keep(&mut self, made: Made) {
        match made {
            Made::Texts(source, clean) => self.texts = Some((source, clean)),
            Made::Blocks(blocks) => self.blocks = Some(blocks),
            Made::Figures(figures) => self.figures = Some(figures),
            Made::Nothing => {}
        }
    }
}
