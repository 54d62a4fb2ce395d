//! Ties: how closely the words of the page bind parts to the whole that they are said to make up.

use crate::model::figure::{Figure, Measure};

use super::page::{Page, has};

/// How far before its first part a whole may stand whose parts are announced, in bytes.
pub(super) const LEAD_BYTES: usize = 900;

/// How the words tie parts to their whole, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tie {
    /// They stand in different lines.
    Apart,
    /// They stand in one line.
    Line,
    /// They stand in one sentence, other figures of their kind between them.
    Passed,
    /// They stand in one sentence.
    Sentence,
    /// They are all that one sentence names of their kind, the whole first.
    Alone,
    /// Words between them say that parts follow, or that a total is drawn.
    Announced,
    /// The same, and every part after the first is said to come on top: `ngoài ra còn có`.
    Added,
}

impl Tie {
    /// In one case of how many figures that have nothing to do with each other may add up.
    pub(super) const fn chance(self, parts: usize) -> i128 {
        match self {
            // Beside its neighbours in the same list.
            Self::Passed => 200,
            Self::Apart => 500,
            Self::Line => 200,
            // A list of three and more in one sentence is hardly of anything else.
            Self::Sentence if parts > 2 => 10,
            Self::Sentence => 40,
            Self::Alone => 10,
            Self::Announced | Self::Added => 3,
        }
    }

    /// In one case of how many such figures may be one digit away from adding up.
    pub(super) const fn chance_of_miss(self) -> i128 {
        match self {
            Self::Apart => 1_000,
            Self::Line => 300,
            Self::Passed => 300,
            Self::Sentence => 100,
            Self::Alone => 25,
            Self::Announced => 8,
            Self::Added => 3,
        }
    }

    fn of_place(page: &Page<'_>, whole: &Figure, parts: &[&Figure]) -> Self {
        if parts.iter().all(|part| part.sentence == whole.sentence) {
            Self::Sentence
        } else if parts.iter().all(|part| page.line(part) == page.line(whole)) {
            Self::Line
        } else {
            Self::Apart
        }
    }

    /// Of parts that follow their whole; `run` are the figures of one kind, `first` the place of the first
    /// part in it.
    pub(super) fn following(
        page: &Page<'_>,
        whole: &Figure,
        run: &[&Figure],
        first: usize,
        count: usize,
    ) -> Self {
        let parts = &run[first..first + count];
        let reach = page.between(whole, parts[0]).len();
        // What stands before a figure that is passed over announces that one.
        let lead = page.between(run[first - 1], parts[0]);
        let near = last_sentence(&lead);
        // Words that announce a figure of the kind before the first part announce that one.
        let own = page.among(run[first - 1].span.start, parts[0].span.start).iter().all(|one| {
            one.unit != whole.unit || one.sentence != parts[0].sentence || one.measure != Measure::Value
        });
        let said = near.contains(':')
            || (own && has(near, &page.rules.parts_follow))
            || has(near, &page.rules.parts_complete)
            || page.completes(parts[0], parts[count - 1])
            || (run[first - 1].id == whole.id && is_named_whole(page, whole));
        let place = Self::of_place(page, whole, parts);
        // A list that goes on has other parts as well.
        let goes_on = goes_on(page, run, first, count);
        let begins = first == 1 || run[first - 2].sentence != whole.sentence;
        let alone = place == Self::Sentence && run[first - 1].id == whole.id && begins && !goes_on;
        match (said && reach <= LEAD_BYTES && !goes_on, alone) {
            (true, _) if count > 2 && is_added(page, parts) => Self::Added,
            (true, _) => Self::Announced,
            (false, true) => Self::Alone,
            (false, false) if place == Self::Sentence && run[first - 1].id != whole.id => Self::Passed,
            (false, false) => place,
        }
    }

    /// Of parts that stand before their whole.
    pub(super) fn preceding(page: &Page<'_>, whole: &Figure, parts: &[&Figure]) -> Self {
        let words = page.between(parts[parts.len() - 1], whole);
        let said = has(&words, &page.rules.parts_complete);
        if said && words.len() <= LEAD_BYTES { Self::Announced } else { Self::of_place(page, whole, parts) }
    }
}

/// Tells whether the list goes on after `count` parts from `first` on: the next figure of the run stands in the
/// sentence of the last part, and no new verb opens there that the parts have not (`và đã xuất khẩu 4.520 tấn`).
pub(super) fn goes_on(page: &Page<'_>, run: &[&Figure], first: usize, count: usize) -> bool {
    let parts = &run[first..first + count];
    let last = parts[count - 1];
    let Some(next) = run.get(first + count).filter(|next| next.sentence == last.sentence) else {
        return false;
    };
    let is_verb = |words: &str| has(words, &page.rules.new_verb);
    let among = parts.windows(2).any(|pair| is_verb(&page.between(pair[0], pair[1])));
    among || is_verb(&page.lead(parts[0])) || !is_verb(&page.between(last, next))
}

/// Tells whether words right before every part after the first say that it comes on top of those before.
fn is_added(page: &Page<'_>, parts: &[&Figure]) -> bool {
    parts.windows(2).all(|pair| has(&page.between(pair[0], pair[1]), &page.rules.parts_added))
}

/// The words after the last full stop; the stop after the number of an item is none.
fn last_sentence(words: &str) -> &str {
    let is_item = |before: &str| {
        let rest = before.trim_end_matches(|c: char| c.is_ascii_digit());
        rest.len() < before.len() && (rest.is_empty() || rest.ends_with('\n'))
    };
    let mut stops = words.rmatch_indices(". ").filter(|(at, _)| !is_item(&words[..*at]));
    stops.next().map_or(words, |(at, stop)| &words[at + stop.len()..])
}

/// `Trong số 3.000 tỉ đồng, tỉnh A nhận …`: tells whether the words before a whole open its parts.
pub(super) fn is_named_whole(page: &Page<'_>, whole: &Figure) -> bool {
    let lead = page.lead(whole);
    let clause = lead.rsplit([',', ';', ':', '.']).next().unwrap_or("").trim();
    clause == "trong" || page.rules.of_whole.iter().any(|words| clause.starts_with(words.as_str()))
}
