//! Where the cue phrases of all lists stand in a stretch of text, found in one pass over it.
//!
//! 1. [`CueTree`] holds the phrases of every list of a pack that is looked for in running text.
//! 2. [`Marks`] leads a stretch (a sentence, a heading) through it once and keeps what it found by list, in
//!    order; [`Cued`] keeps only which lists have a phrase.
//! 3. Whoever asks a list about words of such a stretch looks that up by place: no byte is read again,
//!    however many lists are asked and however long the sentence is. Words that belong to no marked
//!    stretch are scanned as [`PhraseList`] does; the answers are the same.

mod tree;

use std::cell::Cell;

use smallvec::SmallVec;

use super::cues::{Cues, PhraseList, begins_word, ends_word};

pub use tree::CueTree;

/// Which lists of a tree have a phrase in some words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cued<'w> {
    /// The words.
    pub words: &'w str,
    /// A bit for each list: it has a phrase that stands there, and that stands there as whole words.
    anywhere: [u64; 4],
    whole: [u64; 4],
}

impl<'w> Cued<'w> {
    /// Looks for all phrases of `tree` in `words`.
    pub fn of(tree: &CueTree, words: &'w str) -> Self {
        let mut told = Self { words, ..Self::default() };
        tree.scan(words, |at, end, phrase| {
            let whole = begins_word(words, at) && ends_word(words, end);
            tree.phrases[phrase].1.iter().for_each(|(list, _)| told.note(*list, whole));
        });
        told
    }

    fn note(&mut self, list: u8, whole: bool) {
        let (place, bit) = (usize::from(list) / 64, 1 << (list % 64));
        self.anywhere[place] |= bit;
        self.whole[place] |= if whole { bit } else { 0 };
    }

    /// Tells whether a phrase of `list`, one of the tree's, stands in the words, as whole words or not.
    pub fn anywhere(&self, list: &PhraseList) -> bool {
        match list.number() {
            Some(number) => self.anywhere[usize::from(number) / 64] >> (number % 64) & 1 == 1,
            None => list.occurs_in(self.words),
        }
    }

    /// Tells whether a phrase of `list`, one of the tree's, stands anywhere in `part`; where that is cut out of the
    /// words and the words have none, no byte is read.
    pub fn anywhere_in(&self, part: &str, list: &PhraseList) -> bool {
        let within = cut_out(part, self.words).is_some();
        (!within || self.anywhere(list)) && list.occurs_in(part)
    }

    /// Tells whether a phrase of `list`, one of the tree's, stands in the words as whole words.
    pub fn whole(&self, list: &PhraseList) -> bool {
        match list.number() {
            Some(number) => self.whole[usize::from(number) / 64] >> (number % 64) & 1 == 1,
            None => list.last_fitting(self.words, |_| true).is_some(),
        }
    }
}

/// A phrase found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hit {
    /// Its first byte in the stretch and one past its last.
    at: usize,
    end: usize,
    /// Its number in the list.
    phrase: u16,
}

/// A stretch of text and what was found in it.
#[derive(Debug, Clone, Default)]
struct Stretch<'t> {
    text: &'t str,
    /// By list, in order of place.
    hits: Vec<Vec<Hit>>,
    /// The lists that have hits.
    touched: Vec<u8>,
}

impl<'t> Stretch<'t> {
    fn mark(&mut self, tree: &CueTree, text: &'t str) -> Cued<'t> {
        for list in self.touched.drain(..) {
            self.hits[usize::from(list)].clear();
        }
        self.hits.resize(tree.count, Vec::new());
        self.text = text;
        let Self { hits, touched, .. } = self;
        let mut told = Cued { words: text, ..Cued::default() };
        tree.scan(text, |at, end, phrase| {
            let whole = ends_word(text, end) && begins_word(text, at);
            for (list, phrase) in &tree.phrases[phrase].1 {
                told.note(*list, whole);
                if !whole {
                    continue;
                }
                // A list that did not fit into the tree as a whole has no number.
                let Some(hits) = hits.get_mut(usize::from(*list)) else { continue };
                if hits.is_empty() {
                    touched.push(*list);
                }
                // Phrases come in the order in which they end, within a part; one within another begins later.
                let behind = hits.iter().rev().take_while(|hit| hit.at > at).count();
                hits.insert(hits.len() - behind, Hit { at, end, phrase: *phrase });
            }
        });
        told
    }
}

/// Where `words` stands in `text`, if it is cut out of it.
pub fn cut_out(words: &str, text: &str) -> Option<usize> {
    let at = (words.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    (at + words.len() <= text.len()).then_some(at)
}

/// Where words that were asked about stand: what answers any list, found once for all lists.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    /// The stretch that they are cut out of, by its number; `None` for none of them.
    stretch: Option<u8>,
    /// Where they begin in it.
    from: usize,
    /// A letter or digit stands right before them, so that a phrase at their very beginning is no hit.
    cut: bool,
    /// No letter or digit follows them, or they end with none themselves: no phrase ends with them that goes on
    /// in the stretch; the second holds for lists alone whose phrases all end with a letter or digit.
    whole: bool,
    closed: bool,
}

/// How many words are remembered at a time: about as many as are asked about in turn.
const REMEMBERED: usize = 8;

/// The stretches that are marked at a time: the sentence that is read and what stands over it.
#[derive(Debug, Clone, Default)]
pub struct Marks<'t> {
    stretches: [Stretch<'t>; 3],
    /// Words that were asked about last, by their first byte's address and their length, each at the place that
    /// these give.
    asked: [Cell<(usize, usize)>; REMEMBERED],
    /// Where each of them stands.
    standing: [Cell<Standing>; REMEMBERED],
}

/// A stretch that may be marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// The sentence that is read.
    Sentence = 0,
    /// The sentence that opens the list.
    ListHead = 1,
    /// The heading.
    Heading = 2,
}

impl<'t> Marks<'t> {
    /// Marks `text` in the place of what was marked as `stretch` before, and tells which lists have a phrase
    /// in it.
    pub fn mark(&mut self, tree: &CueTree, stretch: Marked, text: &'t str) -> Cued<'t> {
        self.asked = Default::default();
        self.stretches[stretch as usize].mark(tree, text)
    }

    /// Finds the last place where a phrase of `list` stands in `words` as whole words.
    #[inline]
    pub fn last_of(&self, words: &str, list: &PhraseList) -> Option<usize> {
        match self.hits(words, list) {
            Some(([], _, false)) => None,
            Some((hits, from, cut)) => Self::last_hit(hits, from, cut, words, list),
            None => list.last_fitting(words, |_| true),
        }
    }

    fn last_hit(hits: &[Hit], from: usize, cut: bool, words: &str, list: &PhraseList) -> Option<usize> {
        let end = from + words.len();
        let hits = hits[..hits.partition_point(|hit| hit.at < end)].iter().rev();
        let mut hits = hits.take_while(|hit| hit.at >= from).filter(|hit| hit.end <= end);
        hits.next()
            .map(|hit| hit.at - from)
            .or_else(|| cut.then(|| list.standing_first(words).next()).flatten().map(|_| 0))
    }

    /// Gives `found` for each phrase of `list` the last place where it stands in `words` as whole words and
    /// `fits`, the last place first.
    #[inline]
    pub fn each_last<'l>(
        &self,
        words: &str,
        list: &'l PhraseList,
        fits: impl Fn(usize) -> bool,
        mut found: impl FnMut(usize, &'l str),
    ) {
        match self.hits(words, list) {
            Some(([], _, false)) => {}
            Some((hits, from, cut)) => Self::each_hit(hits, from, cut, words, list, fits, found),
            None => list.each_last(words, fits).into_iter().for_each(|(at, phrase)| found(at, phrase)),
        }
    }

    fn each_hit<'l>(
        hits: &[Hit],
        from: usize,
        cut: bool,
        words: &str,
        list: &'l PhraseList,
        fits: impl Fn(usize) -> bool,
        mut found: impl FnMut(usize, &'l str),
    ) {
        let end = from + words.len();
        let hits = hits[..hits.partition_point(|hit| hit.at < end)].iter().rev();
        let hits = hits.take_while(|hit| hit.at >= from).filter(|hit| hit.end <= end);
        let hits = hits.map(|hit| (hit.at - from, list[usize::from(hit.phrase)].as_str()));
        let first = cut.then(|| list.standing_first(words)).into_iter().flatten();
        let mut known: SmallVec<[&str; 8]> = SmallVec::new();
        for (at, phrase) in hits.chain(first.map(|phrase| (0, phrase))) {
            if !known.contains(&phrase) && fits(at) {
                known.push(phrase);
                found(at, phrase);
            }
        }
    }

    /// The hits of `list` in the stretch that `words` is cut out of, where it begins there, and whether it is
    /// cut off a letter or digit before it, so that a phrase at its very beginning is no hit. `None` where it
    /// is cut out of no stretch, or where a phrase may end with it that goes on in the stretch.
    #[inline]
    fn hits(&self, words: &str, list: &PhraseList) -> Option<(&[Hit], usize, bool)> {
        let number = list.number()?;
        let standing = self.standing(words);
        let stretch = &self.stretches[usize::from(standing.stretch?)];
        let hits = stretch.hits.get(usize::from(number))?;
        (standing.whole || standing.closed && !list.ends_open()).then_some((
            hits.as_slice(),
            standing.from,
            standing.cut,
        ))
    }

    #[inline]
    fn standing(&self, words: &str) -> Standing {
        let key = (words.as_ptr() as usize, words.len());
        let place = (key.0 ^ key.1) % REMEMBERED;
        // No words are at address 0: what was never asked is none.
        if self.asked[place].get() != key {
            self.standing[place].set(self.find(words));
            self.asked[place].set(key);
        }
        self.standing[place].get()
    }

    #[inline(never)]
    fn find(&self, words: &str) -> Standing {
        let found = self
            .stretches
            .iter()
            .zip(0..)
            .find_map(|(stretch, number)| Some((number, cut_out(words, stretch.text)?)));
        let Some((number, from)) = found else { return Standing::default() };
        let text = self.stretches[usize::from(number)].text;
        Standing {
            stretch: Some(number),
            from,
            cut: !begins_word(text, from),
            whole: ends_word(text, from + words.len()),
            closed: begins_word(words, words.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What is looked up is what a scan of the same words finds, wherever they are cut out.
        #[test]
        fn marks_are_what_a_scan_finds(
            one in proptest::collection::vec("[aă%][bđ ]?[aă]{0,2}", 0..5),
            two in proptest::collection::vec("[aă%][bđ ]?[aă]{0,2}", 0..5),
            text in "[abăđ×ạ %“,]{0,24}|[aăđ %]{90,120}",
            from in 0usize..120,
            length in 0usize..120,
        ) {
            let (mut one, mut two) = (PhraseList::new(one), PhraseList::new(two));
            let tree = CueTree::new([&mut one, &mut two]);
            let mut marks = Marks::default();
            marks.mark(&tree, Marked::Heading, "a aă ab");
            marks.mark(&tree, Marked::Heading, &text);
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = starts[from.min(starts.len() - 1)];
            let to = *starts.iter().find(|at| **at >= from + length).unwrap_or(&text.len());
            let words = &text[from..to];
            for list in [&one, &two] {
                prop_assert_eq!(marks.last_of(words, list), list.last_fitting(words, |_| true));
                let fits = |at: usize| !at.is_multiple_of(3);
                let sorted = |mut found: Vec<(usize, &str)>| {
                    found.sort_unstable();
                    found.iter().map(|(at, phrase)| (*at, (*phrase).to_owned())).collect::<Vec<_>>()
                };
                let each = sorted(list.each_last(words, fits));
                let mut found = Vec::new();
                marks.each_last(words, list, fits, |at, phrase| found.push((at, phrase)));
                prop_assert_eq!(sorted(found), each);
                let told = Cued::of(&tree, words);
                prop_assert_eq!(told.anywhere(list), list.occurs_in(words));
                prop_assert_eq!(told.whole(list), list.last_fitting(words, |_| true).is_some());
            }
        }
    }

    #[test]
    fn words_of_another_text_are_scanned() {
        let mut list = PhraseList::new(vec!["tăng".to_owned()]);
        let tree = CueTree::new([&mut list]);
        let mut marks = Marks::default();
        marks.mark(&tree, Marked::Sentence, "giảm 5%");
        assert_eq!(marks.last_of("lại tăng", &list), Some("lại ".len()));
        assert_eq!(Marks::default().last_of("tăng", &list), Some(0));
    }
}
