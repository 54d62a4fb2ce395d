//! Reading stored documents again in memory, on several threads.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::event::envelope::Position;
use crate::event::kinds::{Event, FiguresExtracted, FiguresReconciled, TextCleaned};
use crate::event_log::LogReader;
use crate::ledger::diff::Records;
use crate::model::Digest;
use crate::model::figure::Figure;
use crate::model::record::{FigureRecord, FindingRecord};
use crate::model::text::CleanText;
use crate::runtime::line::Program;
use crate::runtime::work::Progress;
use crate::stage::plan::Plan;
use crate::stage::rules::{Files, RulePack};
use crate::stage::{clean, extract, reconcile, segment};

/// A stored document, ready to be read again.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) document: Digest,
    pub(super) source: String,
    pub(super) clean: CleanText,
}

/// What reading a document came to.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    extracted: FiguresExtracted,
    reconciled: FiguresReconciled,
}

/// Reads a clean text with every stage after cleaning.
pub(super) fn read(document: Digest, source: &str, clean: &CleanText, rules: &RulePack) -> Outcome {
    let extracted = extracted(document, source, clean, rules);
    let reconciled = reconciled(document, source, &extracted.figures, rules);
    Outcome { extracted, reconciled }
}

pub(super) fn extracted(
    document: Digest,
    source: &str,
    clean: &CleanText,
    rules: &RulePack,
) -> FiguresExtracted {
    let blocks = segment::segment(&clean.text, &rules.segment);
    let made = extract::extract(document, source, clean, &blocks, rules);
    FiguresExtracted { figures: made.figures, mentions: made.mentions }
}

pub(super) fn reconciled(
    document: Digest,
    source: &str,
    figures: &[Figure],
    rules: &RulePack,
) -> FiguresReconciled {
    let made = reconcile::reconcile(document, source, figures, &rules.relations);
    FiguresReconciled { findings: made.findings, derived: made.derived }
}

impl Outcome {
    pub(super) fn records(&self, document: Digest) -> Records {
        let figures = &self.extracted.figures;
        Records {
            figures: figures.iter().map(|figure| FigureRecord::printed(document, "", figure, 0)).collect(),
            findings: self.reconciled.findings.iter().map(|one| FindingRecord::new(one, 0)).collect(),
            derived: self.reconciled.derived.iter().map(|one| FigureRecord::derived(one, 0)).collect(),
        }
    }
}

/// Hears how many of how many documents are done.
pub type Tell<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Does `work` for every item on `threads` threads; the results are in the items' order.
pub(in crate::runtime) fn each<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    tell: Tell<'_>,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                let mut own = Vec::new();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(place) else { break };
                    own.push((place, work(item)));
                    tell(place + 1, items.len());
                }
                done.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

pub(in crate::runtime) fn files_of(program: &Program) -> Vec<(String, String)> {
    texts_of(&program.rules.files)
}

pub(super) fn texts_of(files: &Files) -> Vec<(String, String)> {
    files.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// Reads what a trial holds of a document; `again` cleans its text anew. `None` where the base has not done it,
/// or it cannot be read.
pub(super) fn stored(
    log: &LogReader,
    document: Digest,
    progress: &Progress,
    plan: &Plan,
    again: bool,
) -> Option<Stored> {
    let answers = progress.answers(document, plan);
    let [Some(cleaned), _, _, Some(_)] = answers else { return None };
    let text = |digest: Digest| String::from_utf8(log.blob(digest).ok()??).ok();
    let (source, clean) = if again {
        let made = clean::clean(&log.blob(document).ok()??).ok()?;
        (made.source, made.clean)
    } else {
        let before = Position(cleaned.position.0.saturating_sub(1));
        let event = log.after(before, 1).ok()?.pop()?;
        let Event::TextCleaned(TextCleaned { source, clean, map, .. }) = event.event else { return None };
        (text(source)?, CleanText { text: text(clean)?, map })
    };
    Some(Stored { document, source, clean })
}
