//! Choosing one of several well-formed values of a slot: each source in the text that tells one brings
//! its features, equal values pool theirs, and the value with the highest sum of weights wins.

use compact_str::CompactString;
use smallvec::SmallVec;

use crate::model::Span;
use crate::model::figure::{Origin, Reach, Slot};
use crate::stage::rules::ranking::{Feature, Model, Places};

use super::context::Bound;

/// A place in the text that tells a value.
#[derive(Debug, Clone)]
struct Source<'r> {
    /// The number of its value in the ballot.
    value: usize,
    words: Option<Span>,
    rule: &'r str,
    reach: Reach,
    /// Where its features begin in the pool; they end where the next source's begin.
    features: usize,
    /// The sum of their weights.
    score: i64,
}

/// The sources of one slot of one figure, nearest first.
#[derive(Debug, Clone)]
pub(super) struct Ballot<'r, V> {
    model: &'r Model,
    /// Each value once, in order of its first source.
    values: SmallVec<[V; 16]>,
    sources: SmallVec<[Source<'r>; 32]>,
    pool: SmallVec<[Feature; 256]>,
}

/// Which features a candidate has had: the number of the candidate that had each last.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    last: Vec<u32>,
    candidate: u32,
}

impl Seen {
    fn next(&mut self, features: usize) {
        if self.last.len() < features || self.candidate == u32::MAX {
            self.last.clear();
            self.last.resize(features, 0);
            self.candidate = 0;
        }
        self.candidate += 1;
    }

    /// Tells whether the candidate has not had the feature yet, and notes that it has.
    fn is_new(&mut self, feature: Feature) -> bool {
        let last = &mut self.last[usize::from(feature.0)];
        std::mem::replace(last, self.candidate) != self.candidate
    }
}

/// What was chosen and among what: what training learns from and `choices` returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The figure's span in the source text.
    pub span: Span,
    /// `Period` or `Area`.
    pub slot: Slot,
    /// Every candidate: its value as the contract prints it and its features, sorted.
    pub candidates: Vec<(Option<String>, Vec<Feature>)>,
}

impl<'r, V: Copy + Eq> Ballot<'r, V> {
    pub(super) fn new(model: &'r Model) -> Self {
        Self { model, values: SmallVec::new(), sources: SmallVec::new(), pool: SmallVec::new() }
    }

    /// Adds a source; its features follow with [`Self::feature`].
    pub(super) fn source(&mut self, value: V, words: Option<Span>, rule: &'r str, reach: Reach) {
        let known = self.values.iter().position(|known| *known == value);
        let value = known.unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        });
        self.sources.push(Source { value, words, rule, reach, features: self.pool.len(), score: 0 });
    }

    /// Gives the source added last a feature.
    #[inline]
    pub(super) fn feature(&mut self, template: Places, values: &[usize]) {
        let feature = template.feature(values);
        self.pool.push(feature);
        if let Some(source) = self.sources.last_mut() {
            source.score += self.model.weight(feature);
        }
    }

    /// The features of each source of a value.
    fn features_of(&self, value: usize) -> impl Iterator<Item = &[Feature]> {
        let of = move |(at, source): (usize, &Source<'r>)| {
            let end = self.sources.get(at + 1).map_or(self.pool.len(), |next| next.features);
            (source.value == value).then(|| &self.pool[source.features..end])
        };
        self.sources.iter().enumerate().filter_map(of)
    }

    /// Returns the candidates: each value once, in order of its first source, with the features of all
    /// its sources and those that `of` gives the value itself.
    pub(super) fn candidates<const N: usize>(
        &self,
        of: impl Fn(V) -> [Feature; N],
    ) -> Vec<(V, Vec<Feature>)> {
        let candidate = |(number, value): (usize, &V)| {
            let mut features: Vec<Feature> = self.features_of(number).flatten().copied().collect();
            features.extend(of(*value));
            features.sort_unstable();
            features.dedup();
            (*value, features)
        };
        self.values.iter().enumerate().map(candidate).collect()
    }

    /// Returns the value that wins, with the source of it whose own features weigh most. A candidate has the
    /// features of all its sources, each once, and those that `of` gives the value itself, which are of
    /// templates of their own. Of equal scores the one added first wins.
    pub(super) fn elect<const N: usize>(
        &self,
        of: impl Fn(V) -> [Feature; N],
        seen: &mut Seen,
    ) -> Option<Bound<V>> {
        // Of one value nothing is counted.
        let number = if self.values.len() == 1 { 0 } else { self.best(of, seen)? };
        let mut told: Option<&Source<'r>> = None;
        for source in self.sources.iter().filter(|source| source.value == number) {
            if told.is_none_or(|told| source.score > told.score) {
                told = Some(source);
            }
        }
        let source = told?;
        let origin =
            Origin { words: source.words, rule: CompactString::new(source.rule), reach: source.reach };
        Some(Bound { value: self.values[number], origin })
    }

    /// The number of the value whose features weigh most.
    fn best<const N: usize>(&self, of: impl Fn(V) -> [Feature; N], seen: &mut Seen) -> Option<usize> {
        let mut best: Option<(i64, usize)> = None;
        for (number, value) in self.values.iter().enumerate() {
            let mut score: i64 = of(*value).into_iter().map(|feature| self.model.weight(feature)).sum();
            let mut sources = self.sources.iter().filter(|source| source.value == number);
            // A source has no feature twice.
            score += match (sources.next(), sources.next()) {
                (Some(only), None) => only.score,
                _ => self.pooled(number, seen),
            };
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, number));
            }
        }
        best.map(|(_, number)| number)
    }

    /// The sum of the weights of the features of a value's sources, each once.
    fn pooled(&self, value: usize, seen: &mut Seen) -> i64 {
        seen.next(self.model.len());
        let mut score = 0;
        for (at, source) in self.sources.iter().enumerate().filter(|(_, source)| source.value == value) {
            let end = self.sources.get(at + 1).map_or(self.pool.len(), |next| next.features);
            for feature in &self.pool[source.features..end] {
                if seen.is_new(*feature) {
                    score += self.model.weight(*feature);
                }
            }
        }
        score
    }
}
