//! Clean text and the map that leads every byte of it back to the source text.

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
        if span.is_empty() {
            let at = self.start_in(self.first_run(span.start), span.start);
            return Span::new(at, at);
        }
        let first = self.first_run(span.start);
        // What begins in a run mostly ends in it.
        let last = match self.runs.get(first) {
            Some(run) if run.clean + run.len >= span.end => first,
            _ => first + self.runs[first..].partition_point(|run| run.clean + run.len < span.end),
        };
        Span::new(self.start_in(first, span.start), self.end_in(last, span.end))
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

/// A document's text ready to be read: NFC, one kind of space, page furniture off, broken lines
/// joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CleanText {
    /// The text.
    pub text: String,
    /// The way back to the source text.
    pub map: OffsetMap,
}
