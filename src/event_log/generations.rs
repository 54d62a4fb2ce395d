//! The generations of a log: begun when, of which stages and rules, activated when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::error::LogError;
use super::read::LogReader;
use crate::event::envelope::{Position, StreamId};
use crate::event::kinds::{Event, Follows, Untouched};
use crate::model::Digest;
use crate::stage::plan::{Followed, Identities, Plan, Stage};

/// One generation, as the log tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Its number, from 1.
    pub number: u64,
    /// Where it began in the log.
    pub position: Position,
    /// When it began.
    pub started_at: Timestamp,
    /// Why, for a person.
    pub reason: String,
    /// What identifies its stages; `None` where the record lacks one of this program's stages.
    pub stages: Option<Identities>,
    /// Each stage's version, in order of [`Stage::ALL`]; 0 where none was recorded.
    pub versions: [u32; 4],
    /// The files of its rule pack with the blobs of their texts; empty where none were recorded.
    pub files: Vec<(String, Digest)>,
    /// The generation whose decisions across documents it goes on from.
    pub follows: Option<Follows>,
    /// The documents that its rules cannot touch.
    pub untouched: Vec<Untouched>,
    /// When it was activated, first to last; empty for one that readers never saw.
    pub activated: Vec<(Position, Timestamp)>,
    /// What only it had answered is not kept any more: it can be listed, and not activated.
    pub let_go: bool,
}

/// Every generation of a log, in order of number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Generations {
    list: Vec<Generation>,
    activations: Vec<u64>,
}

impl Generations {
    /// Reads them as they stand.
    ///
    /// # Errors
    /// What the log says.
    pub fn read(log: &LogReader) -> Result<Self, LogError> {
        Self::read_until(log, Position(u64::MAX))
    }

    /// Reads them as they stood when `until` was the last position.
    ///
    /// # Errors
    /// What the log says.
    pub fn read_until(log: &LogReader, until: Position) -> Result<Self, LogError> {
        let mut generations = Self::default();
        for envelope in log.stream(StreamId::Generations)? {
            if envelope.position > until {
                break;
            }
            let (position, at) = (envelope.position, envelope.recorded_at);
            match envelope.event {
                Event::GenerationStarted(started) => {
                    let version = |stage: Stage| {
                        let found = started.versions.iter().find(|(name, _)| name == stage.name());
                        found.map_or(0, |(_, version)| *version)
                    };
                    generations.list.push(Generation {
                        number: started.number,
                        position,
                        started_at: at,
                        stages: Identities::from_recorded(&started.stages),
                        versions: Stage::ALL.map(version),
                        reason: started.reason,
                        files: started.files,
                        follows: started.follows,
                        untouched: started.untouched,
                        activated: Vec::new(),
                        let_go: false,
                    });
                }
                Event::GenerationActivated(activated) => {
                    generations.activations.push(activated.number);
                    let number = activated.number;
                    if let Some(one) = generations.list.iter_mut().find(|one| one.number == number) {
                        one.activated.push((position, at));
                    }
                }
                Event::GenerationLetGo(gone) => {
                    if let Some(one) = generations.list.iter_mut().find(|one| one.number == gone.number) {
                        one.let_go = true;
                    }
                }
                _ => {}
            }
        }
        generations.list.sort_by_key(|generation| generation.number);
        Ok(generations)
    }

    /// Returns every generation, in order of number.
    pub fn all(&self) -> &[Generation] {
        &self.list
    }

    /// Returns the number of the one that readers see; `None` before any was activated.
    pub fn active(&self) -> Option<u64> {
        self.activations.last().copied()
    }

    /// Returns one generation.
    pub fn get(&self, number: u64) -> Option<&Generation> {
        self.list.iter().find(|generation| generation.number == number)
    }

    /// Returns what a generation goes by; `None` where there is none of that number, or where its record
    /// lacks one of this program's stages.
    ///
    /// # Errors
    /// What the log says; [`LogError::Damaged`] where it lacks a blob that the generation names.
    pub fn plan(&self, log: &LogReader, number: u64) -> Result<Option<Plan>, LogError> {
        let Some(generation) = self.get(number) else { return Ok(None) };
        let Some(identities) = generation.stages else { return Ok(None) };
        let mut untouched = BTreeMap::new();
        for one in &generation.untouched {
            let documents = log.blob(one.documents)?.ok_or_else(|| LogError::Damaged {
                position: generation.position,
                what: format!("blob {} is missing", one.documents),
            })?;
            let (documents, _) = documents.as_chunks::<32>();
            untouched.extend(documents.iter().map(|bytes| (Digest::from_bytes(*bytes), one.extract)));
        }
        let mut follows = Vec::new();
        let mut next = generation.follows.clone();
        let mut changed = BTreeSet::new();
        while let Some(Follows { generation, until, anew }) = next {
            // What was told by other words anywhere on the way.
            changed.extend(anew);
            follows.push(Followed { generation, until, anew: changed.clone() });
            // A generation follows one that began before it.
            let earlier = self.get(generation).filter(|one| one.position <= until);
            next = earlier.and_then(|one| one.follows.clone()).filter(|one| one.until < until);
        }
        Ok(Some(Plan::new(identities, untouched, follows)))
    }

    /// Returns the newest generation of these stages that was not let go.
    pub fn of(&self, identities: &Identities) -> Option<&Generation> {
        let mut kept = self.list.iter().rev().filter(|generation| !generation.let_go);
        kept.find(|generation| generation.stages.as_ref() == Some(identities))
    }

    /// Returns the number that the next generation gets.
    pub fn next_number(&self) -> u64 {
        self.list.last().map_or(0, |generation| generation.number) + 1
    }

    /// Returns the generation that was active before the active one, as steps are undone: going back
    /// twice goes back two steps and not forth again.
    pub fn before_active(&self) -> Option<u64> {
        let mut steps: Vec<u64> = Vec::new();
        let gone = |number: &u64| self.get(*number).is_some_and(|generation| generation.let_go);
        for number in self.activations.iter().filter(|number| !gone(number)) {
            match steps.iter().position(|known| known == number) {
                Some(place) => steps.truncate(place + 1),
                None => steps.push(*number),
            }
        }
        steps.len().checked_sub(2).and_then(|place| steps.get(place).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_undoes_one_step_after_the_other() {
        let back = |activations: &[u64]| {
            Generations { list: Vec::new(), activations: activations.to_vec() }.before_active()
        };
        assert_eq!(back(&[]), None);
        assert_eq!(back(&[1]), None);
        assert_eq!(back(&[1, 2, 3]), Some(2));
        assert_eq!(back(&[1, 2, 3, 2]), Some(1), "not forth again");
        assert_eq!(back(&[1, 2, 3, 2, 1]), None);
        assert_eq!(back(&[1, 2, 1, 4]), Some(1));
    }
}
