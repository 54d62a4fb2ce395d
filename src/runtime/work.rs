//! Says which stage is due for a document, from the outline of the document's own events alone.
//!
//! What names a piece of work is in [`crate::stage::plan`]; here a document's history is folded into
//! what was answered, what failed and what was parked under which key.

use std::collections::BTreeMap;

use crate::event::envelope::{Position, Version};
use crate::event_log::Outline;
use crate::model::Digest;
use crate::stage::plan::{Plan, Stage};

/// How often a stage is tried for a document before it is parked.
pub const ATTEMPTS: u32 = 3;

/// What is to be done for a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Run this stage.
    Run(Task),
    /// Nothing: this stage gave it up, or refused it, under its present key.
    Parked(Stage, Position),
    /// Nothing: a person set it aside.
    Dropped(Position),
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

/// Where an answer stands, and the digest of its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Place in the log.
    pub position: Position,
    /// blake3 of the canonical payload.
    pub digest: Digest,
}

/// A document's history, as far as it decides what is due.
#[derive(Debug, Default, Clone)]
pub struct Progress {
    received: Option<Position>,
    version: Version,
    answers: BTreeMap<(&'static str, Digest), Answer>,
    failures: BTreeMap<Digest, u32>,
    parked: BTreeMap<Digest, Position>,
    dropped: Option<Position>,
}

impl Progress {
    /// Folds one more event; events come in order of version.
    pub fn apply(&mut self, event: &Outline) {
        self.version = event.version;
        let position = event.position;
        match (event.kind.as_str(), event.stage_key) {
            ("document-received", _) => {
                self.received.get_or_insert(position);
            }
            ("stage-failed", Some(key)) => *self.failures.entry(key).or_default() += 1,
            ("stage-parked" | "document-refused", Some(key)) => {
                self.parked.insert(key, position);
            }
            // A person asked that what was given up be tried once more.
            ("document-retried", _) => {
                self.failures.clear();
                self.parked.clear();
                self.dropped = None;
            }
            ("document-dropped", _) => self.dropped = Some(position),
            (kind, Some(key)) => {
                if let Some(stage) = Stage::ALL.into_iter().find(|stage| stage.answer_kind() == kind) {
                    let answer = Answer { position, digest: event.payload_digest };
                    self.answers.entry((stage.name(), key)).or_insert(answer);
                    self.parked.remove(&key);
                }
            }
            _ => {}
        }
    }

    /// Returns the version of the last event folded; 0 for none.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns where the document was received; `None` where it was only refused.
    pub const fn received(&self) -> Option<Position> {
        self.received
    }

    /// Tells whether the document was received, and not only refused.
    pub const fn is_received(&self) -> bool {
        self.received.is_some()
    }

    /// Returns the answers reached under `plan`, in order of stage.
    pub fn answers(&self, document: Digest, plan: &Plan) -> [Option<Answer>; 4] {
        let mut answers: [Option<Answer>; 4] = [None; 4];
        for stage in Stage::ALL {
            let digests = answers.map(|answer| answer.map(|answer| answer.digest));
            let Some(key) = plan.key(stage, document, &digests) else { break };
            let Some(answer) = self.answers.get(&(stage.name(), key)) else { break };
            answers[stage as usize] = Some(*answer);
        }
        answers
    }

    /// Says what is due for `document` under `plan`.
    pub fn due(&self, document: Digest, plan: &Plan) -> Due {
        let Some(received) = self.received else { return Due::Unknown };
        let answers = self.answers(document, plan);
        if let Some(position) = self.dropped {
            return Due::Dropped(position);
        }
        let mut cause = received;
        for stage in Stage::ALL {
            if let Some(answer) = answers[stage as usize] {
                cause = answer.position;
                continue;
            }
            let digests = answers.map(|answer| answer.map(|answer| answer.digest));
            // Its inputs are the stages before it, which all answered.
            let Some(key) = plan.key(stage, document, &digests) else { return Due::Unknown };
            if let Some(position) = self.parked.get(&key) {
                return Due::Parked(stage, *position);
            }
            let failed = self.failures.get(&key).copied().unwrap_or_default();
            return Due::Run(Task { stage, key, cause, attempt: failed.saturating_add(1) });
        }
        Due::Done(cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::envelope::StreamId;
    use crate::stage::plan::Identities;

    fn digest(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    fn plan(version: u32) -> Plan {
        let stages =
            Identities::new([(1, digest("r")), (1, digest("r")), (version, digest("r")), (1, digest("r"))]);
        stages.into()
    }

    fn event(position: u64, kind: &str, stage_key: Option<Digest>) -> Outline {
        Outline {
            position: Position(position),
            stream: StreamId::Document(digest("d")),
            version: Version(position),
            kind: kind.to_owned(),
            stage_key,
            payload_digest: digest(kind),
        }
    }

    fn task(progress: &Progress, version: u32) -> Task {
        match progress.due(digest("d"), &plan(version)) {
            Due::Run(task) => task,
            other => panic!("work, not {other:?}"),
        }
    }

    /// Answers every stage up to and without `until`.
    fn answered(until: Stage) -> Progress {
        let mut progress = Progress::default();
        progress.apply(&event(1, "document-received", None));
        for position in 2.. {
            let task = task(&progress, 1);
            if task.stage == until {
                break;
            }
            progress.apply(&event(position, task.stage.answer_kind(), Some(task.key)));
        }
        progress
    }

    #[test]
    fn each_stage_becomes_due_when_the_one_before_answered() {
        assert_eq!(Progress::default().due(digest("d"), &plan(1)), Due::Unknown);
        let mut progress = answered(Stage::Reconcile);
        let last = task(&progress, 1);
        assert_eq!((last.stage, last.cause, last.attempt), (Stage::Reconcile, Position(4), 1));
        progress.apply(&event(5, "figures-reconciled", Some(last.key)));
        assert_eq!(progress.due(digest("d"), &plan(1)), Due::Done(Position(5)));
    }

    #[test]
    fn a_parked_document_is_taken_up_again_under_another_key() {
        let mut progress = answered(Stage::Extract);
        let first = task(&progress, 1);
        progress.apply(&event(4, "stage-failed", Some(first.key)));
        assert_eq!(task(&progress, 1).attempt, 2);
        progress.apply(&event(5, "stage-parked", Some(first.key)));
        assert_eq!(progress.due(digest("d"), &plan(1)), Due::Parked(Stage::Extract, Position(5)));
        assert_eq!(task(&progress, 2).attempt, 1, "a fixed extractor starts afresh");
        progress.apply(&event(6, "document-dropped", None));
        assert_eq!(progress.due(digest("d"), &plan(2)), Due::Dropped(Position(6)), "whatever the key");
        progress.apply(&event(7, "document-retried", None));
        let again = task(&progress, 1);
        assert_eq!((again.stage, again.attempt), (Stage::Extract, 1), "a person's word starts afresh");
    }
}
