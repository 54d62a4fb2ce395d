//! The page as the relations see it: figures in reading order, their lines, the words between.

use crate::model::figure::Figure;
use crate::stage::rules::relations::RelationRules;

/// Figures in reading order over their source text.
pub(super) struct Page<'f> {
    pub(super) source: &'f str,
    pub(super) figures: Vec<&'f Figure>,
    pub(super) rules: &'f RelationRules,
    lines: Vec<usize>,
}

impl<'f> Page<'f> {
    pub(super) fn new(source: &'f str, figures: &'f [Figure], rules: &'f RelationRules) -> Self {
        let mut ordered: Vec<&Figure> = figures.iter().collect();
        ordered.sort_by(|a, b| (a.span, &a.id).cmp(&(b.span, &b.id)));
        let lines = source.match_indices('\n').map(|(at, _)| at).collect();
        Self { source, figures: ordered, rules, lines }
    }

    /// Returns the number of the line that the figure stands in, from 0.
    pub(super) fn line(&self, figure: &Figure) -> usize {
        self.lines.partition_point(|at| *at < figure.span.start)
    }

    /// Returns the words between two figures in either order, in lower case.
    pub(super) fn between(&self, a: &Figure, b: &Figure) -> String {
        let (first, second) = if a.span.start <= b.span.start { (a, b) } else { (b, a) };
        self.words(first.span.end, second.span.start)
    }

    /// Returns the words of a stretch in lower case; empty where it is no stretch of the text.
    pub(super) fn words(&self, start: usize, end: usize) -> String {
        self.source.get(start..end).unwrap_or("").to_lowercase()
    }

    /// Returns the words of the lines from the first figure's to the last one's.
    pub(super) fn around(&self, figures: &[&Figure]) -> String {
        let first = figures.iter().map(|f| f.span.start).min().unwrap_or(0);
        let last = figures.iter().map(|f| f.span.end).max().unwrap_or(0);
        let line = self.lines.partition_point(|at| *at < first);
        let start = line.checked_sub(1).and_then(|at| self.lines.get(at)).map_or(0, |at| at + 1);
        let end = self.lines.iter().copied().find(|at| *at >= last).unwrap_or(self.source.len());
        self.words(start, end)
    }

    /// Tells whether the text around the figures says that they are not counted alike.
    pub(super) fn differs(&self, figures: &[&Figure]) -> bool {
        has(&self.around(figures), &self.rules.scope_differs)
    }
}

/// Tells whether `text` holds one of the words.
pub(super) fn has(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| text.contains(word.as_str()))
}

/// Scores how well two slots fit: equal, open, or at odds.
pub(super) fn fit<T: PartialEq>(a: Option<&T>, b: Option<&T>, equal: i32, odds: i32) -> i32 {
    match (a, b) {
        (Some(a), Some(b)) if a == b => equal,
        (Some(_), Some(_)) => odds,
        _ => 0,
    }
}
