//! Where the cue phrases of all lists stand in a stretch of text, found in one pass over it.
//!
//! 1. [`CueTree`] holds the phrases of every list of a pack that is asked for whole words, byte by byte.
//! 2. [`Marks`] walks it from each beginning of a word of a stretch (a sentence, a heading), once, and
//!    keeps what it found by list, in order.
//! 3. Whoever asks a list about words of such a stretch looks that up by place: no byte is read again,
//!    however many lists are asked and however long the sentence is. Words that belong to no marked
//!    stretch are scanned as [`PhraseList`] does; the answers are the same.

use super::cues::{Cues, PhraseList, begins_word, ends_word};
use super::letters::latin;

/// Lists of one tree at most: a list beyond is scanned for, as words without marks are.
const MAX_LISTS: usize = 250;
/// No transition.
const NONE: u16 = 0;

/// The phrases of all lists that were taken in.
#[derive(Debug, Clone, Default)]
pub struct CueTree {
    /// The class of each byte; 0 for bytes of no phrase.
    classes: Vec<u8>,
    /// How many classes there are: the length of a node's row.
    width: usize,
    /// The rows of all nodes: the next node by class. Node 0 is the root, which nothing leads to.
    rows: Vec<u16>,
    /// By node: the phrase that ends there, counted from 1.
    ends: Vec<u16>,
    /// By phrase: the lists that have it, each with the phrase's number there.
    lists: Vec<Vec<(u8, u16)>>,
    /// How many lists there are.
    count: usize,
}

impl CueTree {
    /// Makes the tree of `lists`, and tells each list its number in it.
    pub fn new<'l>(lists: impl IntoIterator<Item = &'l mut PhraseList>) -> Self {
        let mut lists: Vec<&mut PhraseList> = lists.into_iter().collect();
        lists.truncate(MAX_LISTS);
        let mut used = [false; 256];
        for byte in lists.iter().flat_map(|list| list.iter()).flat_map(|phrase| phrase.bytes()) {
            used[usize::from(byte)] = true;
        }
        let mut tree = Self { classes: vec![0; 256], width: 1, ..Self::default() };
        for (byte, _) in used.iter().enumerate().filter(|(_, used)| **used) {
            // At most 255: no text holds the byte 0xff.
            tree.classes[byte] = u8::try_from(tree.width).unwrap_or(u8::MAX);
            tree.width += 1;
        }
        tree.node();
        for list in lists {
            let Ok(number) = u8::try_from(tree.count) else { break };
            if tree.add(list, number).is_none() {
                break;
            }
            list.numbered(number);
            tree.count += 1;
        }
        tree
    }

    /// Adds a node; `None` where there are too many.
    fn node(&mut self) -> Option<u16> {
        let node = u16::try_from(self.ends.len()).ok()?;
        self.rows.resize(self.rows.len() + self.width, NONE);
        self.ends.push(0);
        Some(node)
    }

    fn add(&mut self, list: &PhraseList, number: u8) -> Option<()> {
        for (place, phrase) in list.iter().enumerate().filter(|(_, phrase)| !phrase.is_empty()) {
            let mut at = 0;
            for byte in phrase.bytes() {
                let edge = at * self.width + usize::from(self.classes[usize::from(byte)]);
                if self.rows[edge] == NONE {
                    self.rows[edge] = self.node()?;
                }
                at = usize::from(self.rows[edge]);
            }
            if self.ends[at] == 0 {
                self.lists.push(Vec::new());
                self.ends[at] = u16::try_from(self.lists.len()).ok()?;
            }
            self.lists[usize::from(self.ends[at]) - 1].push((number, u16::try_from(place).ok()?));
        }
        Some(())
    }

    /// Tells whether some phrase may begin with these two bytes.
    #[inline]
    fn may_begin(&self, first: u8, second: u8) -> bool {
        let node = usize::from(self.rows[usize::from(self.classes[usize::from(first)])]);
        let next = node * self.width + usize::from(self.classes[usize::from(second)]);
        node != 0 && (self.ends[node] != 0 || self.rows[next] != NONE)
    }

    /// Finds every phrase that stands at `at` of `text`: where it ends, and its number.
    #[inline]
    fn walk(&self, text: &str, at: usize, mut found: impl FnMut(usize, u16)) {
        let mut node = 0;
        let mut next = at;
        for byte in &text.as_bytes()[at..] {
            node = usize::from(self.rows[node * self.width + usize::from(self.classes[usize::from(*byte)])]);
            if node == 0 {
                return;
            }
            next += 1;
            if self.ends[node] != 0 {
                found(next, self.ends[node] - 1);
            }
        }
    }
}

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
        let bytes = words.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            if !tree.may_begin(*byte, bytes.get(at + 1).copied().unwrap_or(0)) {
                continue;
            }
            tree.walk(words, at, |end, phrase| {
                let whole = begins_word(words, at) && ends_word(words, end);
                for (list, _) in &tree.lists[usize::from(phrase)] {
                    let (place, bit) = (usize::from(*list) / 64, 1 << (list % 64));
                    told.anywhere[place] |= bit;
                    told.whole[place] |= if whole { bit } else { 0 };
                }
            });
        }
        told
    }

    /// Tells whether a phrase of `list`, one of the tree's, stands in the words, as whole words or not.
    pub fn anywhere(&self, list: &PhraseList) -> bool {
        match list.number() {
            Some(number) => self.anywhere[usize::from(number) / 64] >> (number % 64) & 1 == 1,
            None => list.occurs_in(self.words),
        }
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
    fn mark(&mut self, tree: &CueTree, text: &'t str) {
        for list in self.touched.drain(..) {
            self.hits[usize::from(list)].clear();
        }
        self.hits.resize(tree.count, Vec::new());
        self.text = text;
        let Self { hits, touched, .. } = self;
        for_each_beginning(text, |at| {
            tree.walk(text, at, |end, phrase| {
                if !ends_word(text, end) {
                    return;
                }
                for (list, phrase) in &tree.lists[usize::from(phrase)] {
                    let hits = &mut hits[usize::from(*list)];
                    if hits.is_empty() {
                        touched.push(*list);
                    }
                    hits.push(Hit { at, end, phrase: *phrase });
                }
            });
        });
    }

    /// Where `words` stands in the stretch, if it is cut out of it.
    fn place(&self, words: &str) -> Option<usize> {
        let at = (words.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (at + words.len() <= self.text.len()).then_some(at)
    }
}

/// Calls `found` for every place of `text` before which no letter or digit stands.
fn for_each_beginning(text: &str, mut found: impl FnMut(usize)) {
    let bytes = text.as_bytes();
    let mut inside = false;
    let mut at = 0;
    while at < bytes.len() {
        if !inside {
            found(at);
        }
        let byte = bytes[at];
        let wide = if byte.is_ascii() { 0 } else { latin(bytes, at) };
        (inside, at) = if byte.is_ascii() {
            (byte.is_ascii_alphanumeric(), at + 1)
        } else if wide > 0 {
            (true, at + wide)
        } else {
            let letter = text[at..].chars().next();
            (letter.is_some_and(char::is_alphanumeric), at + letter.map_or(1, char::len_utf8))
        };
    }
}

/// The stretches that are marked at a time: the sentence that is read and what stands over it.
#[derive(Debug, Clone, Default)]
pub struct Marks<'t> {
    stretches: [Stretch<'t>; 3],
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
    /// Marks `text` in the place of what was marked as `stretch` before.
    pub fn mark(&mut self, tree: &CueTree, stretch: Marked, text: &'t str) {
        self.stretches[stretch as usize].mark(tree, text);
    }

    /// Finds the last place where a phrase of `list` stands in `words` as whole words.
    pub fn last_of(&self, words: &str, list: &PhraseList) -> Option<usize> {
        let Some((hits, from, cut)) = self.hits(words, list) else {
            return list.last_fitting(words, |_| true);
        };
        if hits.is_empty() && !cut {
            return None;
        }
        let end = from + words.len();
        let hits = hits[..hits.partition_point(|hit| hit.at < end)].iter().rev();
        let mut hits = hits.take_while(|hit| hit.at >= from).filter(|hit| hit.end <= end);
        hits.next()
            .map(|hit| hit.at - from)
            .or_else(|| cut.then(|| list.standing_first(words).next()).flatten().map(|_| 0))
    }

    /// Gives `found` for each phrase of `list` the last place where it stands in `words` as whole words and
    /// `fits`, the last place first.
    pub fn each_last<'l>(
        &self,
        words: &str,
        list: &'l PhraseList,
        fits: impl Fn(usize) -> bool,
        mut found: impl FnMut(usize, &'l str),
    ) {
        let Some((hits, from, cut)) = self.hits(words, list) else {
            list.each_last(words, fits).into_iter().for_each(|(at, phrase)| found(at, phrase));
            return;
        };
        if hits.is_empty() && !cut {
            return;
        }
        let end = from + words.len();
        let hits = hits[..hits.partition_point(|hit| hit.at < end)].iter().rev();
        let hits = hits.take_while(|hit| hit.at >= from).filter(|hit| hit.end <= end);
        let hits = hits.map(|hit| (hit.at - from, list[usize::from(hit.phrase)].as_str()));
        let first = cut.then(|| list.standing_first(words)).into_iter().flatten();
        let mut known: Vec<&str> = Vec::new();
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
    fn hits(&self, words: &str, list: &PhraseList) -> Option<(&[Hit], usize, bool)> {
        let number = list.number()?;
        for stretch in &self.stretches {
            let Some(from) = stretch.place(words) else { continue };
            let hits = stretch.hits.get(usize::from(number))?;
            let whole = ends_word(stretch.text, from + words.len())
                || !list.ends_open() && begins_word(words, words.len());
            return whole.then(|| (hits.as_slice(), from, !begins_word(stretch.text, from)));
        }
        None
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
            text in "[abăđ×ạ %“,]{0,24}",
            from in 0usize..24,
            length in 0usize..24,
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
