//! Clean text and the map that leads every byte of it back to the source text.

use std::cell::Cell;

use serde::{Deserialize, Serialize};

use super::Span;

/// Where the pieces of a clean text stand in the source text.
///
/// A run maps `len` clean bytes from `clean` to `source_len` source bytes from `source`. A run with
/// `len == source_len` was kept as it was and maps byte by byte; any other run (composed letters, a
/// joined line) maps as a whole. Runs are in order, and together tile the clean text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OffsetMap {
    /// The runs, in order of both texts.
    pub runs: Vec<Run>,
}

/// One run of an [`OffsetMap`]; all fields in bytes. Serialized as `[clean, len, source, source_len]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(usize, usize, usize, usize)", into = "(usize, usize, usize, usize)")]
pub struct Run {
    /// First byte in the clean text.
    pub clean: usize,
    /// Bytes in the clean text.
    pub len: usize,
    /// First byte in the source text.
    pub source: usize,
    /// Bytes in the source text.
    pub source_len: usize,
}

impl From<(usize, usize, usize, usize)> for Run {
    fn from((clean, len, source, source_len): (usize, usize, usize, usize)) -> Self {
        Self { clean, len, source, source_len }
    }
}

impl From<Run> for (usize, usize, usize, usize) {
    fn from(run: Run) -> Self {
        (run.clean, run.len, run.source, run.source_len)
    }
}

impl OffsetMap {
    /// Returns the source bytes that the clean bytes `span` came from: from the first source byte of
    /// the first clean byte to the last source byte of the last one.
    pub fn to_source(&self, span: Span) -> Span {
        self.to_source_from(self.first_run(span.start), span)
    }

    /// As [`Self::to_source`], where the first byte's run is known.
    fn to_source_from(&self, first: usize, span: Span) -> Span {
        let start = self.start_in(first, span.start);
        if span.is_empty() {
            return Span::new(start, start);
        }
        // What begins in a run mostly ends in it, or a few runs on.
        let near = &self.runs[first.min(self.runs.len())..self.runs.len().min(first + NEAR_RUNS)];
        let runs = match near.last() {
            Some(run) if run.clean + run.len >= span.end => near,
            _ => &self.runs[first..],
        };
        let last = first + runs.partition_point(|run| run.clean + run.len < span.end);
        Span::new(start, self.end_in(last, span.end))
    }

    /// The first run that goes on behind `clean`.
    fn first_run(&self, clean: usize) -> usize {
        self.runs.partition_point(|run| run.clean + run.len <= clean)
    }

    fn start_in(&self, run: usize, clean: usize) -> usize {
        match self.runs.get(run) {
            Some(run) if run.len == run.source_len => run.source + (clean - run.clean),
            Some(run) => run.source,
            None => self.runs.last().map_or(0, |run| run.source + run.source_len),
        }
    }

    fn end_in(&self, run: usize, clean: usize) -> usize {
        match self.runs.get(run) {
            Some(run) if run.len == run.source_len => run.source + (clean - run.clean),
            Some(run) => run.source + run.source_len,
            None => self.runs.last().map_or(0, |run| run.source + run.source_len),
        }
    }
}

/// How many runs on from the one where a span begins its end is looked for first.
const NEAR_RUNS: usize = 4;

/// The way back to the source text for spans one after the other: what begins in the same run as the span before,
/// or in the next one, is led back without a search.
#[derive(Debug, Clone)]
pub struct WayBack<'m> {
    map: &'m OffsetMap,
    run: Cell<usize>,
}

impl<'m> WayBack<'m> {
    /// Starts at the beginning of the text.
    pub fn new(map: &'m OffsetMap) -> Self {
        Self { map, run: Cell::new(0) }
    }

    /// Returns what [`OffsetMap::to_source`] does.
    pub fn to_source(&self, span: Span) -> Span {
        let holds = |run: &usize| {
            let run = self.map.runs.get(*run);
            run.is_some_and(|run| run.clean <= span.start && span.start < run.clean + run.len)
        };
        let last = self.run.get();
        let run = [last, last + 1].into_iter().find(holds).unwrap_or_else(|| self.map.first_run(span.start));
        self.run.set(run);
        self.map.to_source_from(run, span)
    }
}

/// A document's text ready to be read: NFC, one kind of space, page furniture off, broken lines
/// joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CleanText {
    /// The text.
    pub text: String,
    /// The way back to the source text.
    pub map: OffsetMap,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Spans are led back the same one by one, one after the other, and by a walk through all runs.
        #[test]
        fn ways_back_agree(
            lengths in proptest::collection::vec((0usize..4, 0usize..4, 0usize..3), 1..9),
            spans in proptest::collection::vec((0usize..30, 0usize..12), 1..9),
        ) {
            let mut map = OffsetMap::default();
            let (mut clean, mut source) = (0, 0);
            for (len, source_len, gap) in lengths {
                map.runs.push(Run { clean, len, source: source + gap, source_len });
                (clean, source) = (clean + len, source + gap + source_len);
            }
            let way = WayBack::new(&map);
            for (start, len) in spans {
                let span = Span::new(start, start + len);
                let led = map.to_source(span);
                prop_assert_eq!(way.to_source(span), led);
                let first = map.runs.iter().position(|run| run.clean + run.len > start);
                let last = map.runs.iter().position(|run| run.clean + run.len >= start + len);
                let (first, last) = (first.unwrap_or(map.runs.len()), last.unwrap_or(map.runs.len()));
                prop_assert_eq!(led.start, map.start_in(first, start));
                if len > 0 {
                    prop_assert_eq!(led.end, map.end_in(last, start + len));
                }
            }
        }
    }
}
