//! Where the cue phrases of all lists stand in a stretch of text, found in one pass over it.
//!
//! 1. [`CueTree`] holds the phrases of every list of a pack that is looked for in running text.
//! 2. [`Marks`] leads a stretch (a sentence, a heading) through it once and keeps what it found by list, in
//!    order; [`Cued`] keeps only which lists have a phrase.
//! 3. Whoever asks a list about words of such a stretch looks that up by place: no byte is read again,
//!    however many lists are asked and however long the sentence is. Words that belong to no marked
//!    stretch are scanned as [`PhraseList`] does; the answers are the same.

use std::cell::Cell;

use smallvec::SmallVec;

use super::cues::{Cues, PhraseList, begins_word, ends_word};

/// Lists of one tree at most: a list beyond is scanned for, as words without marks are.
const MAX_LISTS: usize = 250;
/// No transition.
const NONE: u16 = 0;
/// Nodes of one tree at most.
const MAX_NODES: usize = 1 << 15;

/// The phrases of all lists that were taken in: an automaton that goes on by one table entry a byte (Aho and
/// Corasick's).
#[derive(Debug, Clone)]
pub struct CueTree {
    /// The class of each byte; 0 for bytes of no phrase.
    classes: Box<[u8; 256]>,
    /// A node's row in `next` has `1 << shift` entries.
    shift: u32,
    /// By node and class: the node of the longest end of the text so far that begins a phrase. Node 0 is the root.
    next: Vec<u16>,
    /// The first node where a phrase ends: in a finished tree one ends at all behind it, at none before.
    ends: u16,
    /// By node: the longest phrase that ends there, as its node; 0 for none.
    longest: Vec<u16>,
    /// By node: the next shorter phrase that ends there, as its node; 0 for none.
    shorter: Vec<u16>,
    /// By node: the phrase that it is, counted from 1.
    phrase: Vec<u16>,
    /// By phrase: its bytes, and the lists that have it, each with the phrase's number there.
    phrases: Vec<(usize, Vec<(u8, u16)>)>,
    /// How many lists there are.
    count: usize,
}

impl Default for CueTree {
    fn default() -> Self {
        Self {
            classes: Box::new([0; 256]),
            shift: 0,
            next: vec![NONE],
            ends: 1,
            longest: vec![0],
            shorter: vec![0],
            phrase: Vec::new(),
            phrases: Vec::new(),
            count: 0,
        }
    }
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
        let mut tree = Self::default();
        let mut width: u8 = 1;
        for (byte, _) in used.iter().enumerate().filter(|(_, used)| **used) {
            // No text holds all 255 bytes.
            tree.classes[byte] = width;
            width = width.saturating_add(1);
        }
        tree.next.clear();
        tree.shift = usize::from(width).next_power_of_two().trailing_zeros();
        tree.node();
        for list in lists {
            let Ok(number) = u8::try_from(tree.count) else { break };
            if tree.add(list, number).is_none() {
                break;
            }
            list.numbered(number);
            tree.count += 1;
        }
        tree.link();
        tree
    }

    /// Adds a node; `None` where there are too many.
    fn node(&mut self) -> Option<u16> {
        let node = u16::try_from(self.phrase.len()).ok().filter(|_| self.phrase.len() < MAX_NODES)?;
        self.next.resize(self.next.len() + (1 << self.shift), NONE);
        self.phrase.push(0);
        Some(node)
    }

    #[inline]
    fn edge(&self, node: u16, byte: u8) -> usize {
        (usize::from(node) << self.shift) + usize::from(self.classes[usize::from(byte)])
    }

    fn add(&mut self, list: &PhraseList, number: u8) -> Option<()> {
        for (place, phrase) in list.iter().enumerate().filter(|(_, phrase)| !phrase.is_empty()) {
            let mut at = 0;
            for byte in phrase.bytes() {
                let edge = self.edge(at, byte);
                if self.next[edge] == NONE {
                    self.next[edge] = self.node()?;
                }
                at = self.next[edge];
            }
            let at = usize::from(at);
            if self.phrase[at] == 0 {
                self.phrases.push((phrase.len(), Vec::new()));
                self.phrase[at] = u16::try_from(self.phrases.len()).ok()?;
            }
            self.phrases[usize::from(self.phrase[at]) - 1].1.push((number, u16::try_from(place).ok()?));
        }
        Some(())
    }

    /// Leads every node on for every byte, nodes nearer to the root first.
    fn link(&mut self) {
        let nodes = self.phrase.len();
        let mut fallback = vec![0u16; nodes];
        (self.longest, self.shorter) = (vec![0; nodes], vec![0; nodes]);
        let mut queue = vec![0u16];
        let mut done = 0;
        while let Some(node) = queue.get(done).copied() {
            done += 1;
            let back = fallback[usize::from(node)];
            for class in 0..1usize << self.shift {
                let edge = (usize::from(node) << self.shift) + class;
                // What the fallback leads to; from the root and its children, the root.
                let on = if node == 0 { 0 } else { self.next[(usize::from(back) << self.shift) + class] };
                let child = self.next[edge];
                if child == NONE {
                    self.next[edge] = on;
                } else {
                    let place = usize::from(child);
                    fallback[place] = on;
                    self.shorter[place] = self.longest[usize::from(on)];
                    self.longest[place] = if self.phrase[place] == 0 { self.shorter[place] } else { child };
                    queue.push(child);
                }
            }
        }
        self.sort();
    }

    /// Numbers the nodes anew, those where a phrase ends behind the others.
    fn sort(&mut self) {
        let mut order: Vec<u16> = (0..).take(self.phrase.len()).collect();
        order.sort_by_key(|node| self.longest[usize::from(*node)] != 0);
        let mut renamed = vec![0u16; order.len()];
        for (name, node) in (0..).zip(&order) {
            renamed[usize::from(*node)] = name;
        }
        let ending = self.longest.iter().filter(|longest| **longest != 0).count();
        self.ends = u16::try_from(order.len() - ending).unwrap_or(u16::MAX);
        let rename = |node: &u16| renamed[usize::from(*node)];
        let row = |node: &u16| usize::from(*node) << self.shift..(usize::from(*node) + 1) << self.shift;
        self.next = order.iter().flat_map(|node| self.next[row(node)].iter().map(rename)).collect();
        self.longest = order.iter().map(|node| rename(&self.longest[usize::from(*node)])).collect();
        self.shorter = order.iter().map(|node| rename(&self.shorter[usize::from(*node)])).collect();
        self.phrase = order.iter().map(|node| self.phrase[usize::from(*node)]).collect();
    }

    /// Finds every phrase in `text`, as whole words or not: where it begins and ends, and its number.
    #[inline]
    fn scan(&self, text: &str, mut found: impl FnMut(usize, usize, usize)) {
        let (classes, next, shift) = (&self.classes, &self.next[..], self.shift);
        let mut node = 0;
        for (at, byte) in text.bytes().enumerate() {
            node = next[(usize::from(node) << shift) + usize::from(classes[usize::from(byte)])];
            if node < self.ends {
                continue;
            }
            let mut standing = usize::from(self.longest[usize::from(node)]);
            while standing != 0 {
                let phrase = usize::from(self.phrase[standing]) - 1;
                found(at + 1 - self.phrases[phrase].0, at + 1, phrase);
                standing = usize::from(self.shorter[standing]);
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
        let cut_out = place(part, self.words).is_some();
        (!cut_out || self.anywhere(list)) && list.occurs_in(part)
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
                // Phrases are found in the order in which they end; one within another begins later.
                let behind = hits.iter().rev().take_while(|hit| hit.at > at).count();
                hits.insert(hits.len() - behind, Hit { at, end, phrase: *phrase });
            }
        });
        told
    }
}

/// Where `words` stands in `text`, if it is cut out of it.
fn place(words: &str, text: &str) -> Option<usize> {
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
            .find_map(|(stretch, number)| Some((number, place(words, stretch.text)?)));
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
