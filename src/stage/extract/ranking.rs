//! Choosing one of several well-formed values of a slot: each source in the text that tells one brings
//! its features, equal values pool theirs, and the value with the highest sum of weights wins.

use crate::model::Span;
use crate::model::figure::{Origin, Reach, Slot};
use crate::stage::rules::ranking::{Feature, Model};

use super::context::Bound;

/// A place in the text that tells a value.
#[derive(Debug, Clone)]
struct Source<'r, V> {
    value: V,
    words: Option<Span>,
    rule: &'r str,
    reach: Reach,
    /// Where its features begin in the pool; they end where the next source's begin.
    features: usize,
}

/// The sources of one slot of one figure, nearest first.
#[derive(Debug, Clone)]
pub(super) struct Ballot<'r, V> {
    model: &'r Model,
    sources: Vec<Source<'r, V>>,
    pool: Vec<Feature>,
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
        Self { model, sources: Vec::with_capacity(16), pool: Vec::with_capacity(128) }
    }

    /// Adds a source; its features follow with [`Self::feature`].
    pub(super) fn source(&mut self, value: V, words: Option<Span>, rule: &'r str, reach: Reach) {
        self.sources.push(Source { value, words, rule, reach, features: self.pool.len() });
    }

    /// Gives the source added last a feature.
    pub(super) fn feature(&mut self, template: usize, values: &[usize]) {
        self.pool.push(self.model.feature(template, values));
    }

    fn features(&self, source: usize) -> &[Feature] {
        let end = self.sources.get(source + 1).map_or(self.pool.len(), |next| next.features);
        &self.pool[self.sources[source].features..end]
    }

    /// Returns the candidates: each value once, in order of its first source, with the features of all
    /// its sources and those that `of` gives the value itself.
    pub(super) fn candidates(&self, of: impl Fn(V, &mut Vec<Feature>)) -> Vec<(V, Vec<Feature>)> {
        let mut candidates: Vec<(V, Vec<Feature>)> = Vec::with_capacity(self.sources.len());
        for (at, source) in self.sources.iter().enumerate() {
            match candidates.iter_mut().find(|(value, _)| *value == source.value) {
                Some((_, features)) => features.extend_from_slice(self.features(at)),
                None => {
                    let mut features = self.features(at).to_vec();
                    of(source.value, &mut features);
                    candidates.push((source.value, features));
                }
            }
        }
        for (_, features) in &mut candidates {
            features.sort_unstable();
            features.dedup();
        }
        candidates
    }

    /// Returns the value that wins, with the source of it whose own features weigh most. Of equal
    /// scores the one added first wins.
    pub(super) fn elect(&self, candidates: &[(V, Vec<Feature>)]) -> Option<Bound<V>> {
        let sum = |features: &[Feature]| features.iter().map(|f| self.model.weight(*f)).sum::<i64>();
        let mut best: Option<(i64, V)> = None;
        for (value, features) in candidates {
            let score = sum(features);
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, *value));
            }
        }
        let (_, value) = best?;
        let mut told: Option<(i64, &Source<'r, V>)> = None;
        for (at, source) in self.sources.iter().enumerate().filter(|(_, source)| source.value == value) {
            let score = sum(self.features(at));
            if told.is_none_or(|(most, _)| score > most) {
                told = Some((score, source));
            }
        }
        let (_, source) = told?;
        let origin = Origin { words: source.words, rule: source.rule.to_owned(), reach: source.reach };
        Some(Bound { value, origin })
    }
}
