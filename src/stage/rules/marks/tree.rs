//! The phrases of all lists as one automaton, which a text is led through once.

use crate::stage::rules::cues::PhraseList;

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
    /// By node: how many bytes the beginning of a phrase has that it is.
    depth: Vec<u16>,
    /// By node: the phrase that it is, counted from 1.
    phrase: Vec<u16>,
    /// By phrase: its bytes, and the lists that have it, each with the phrase's number there.
    pub(super) phrases: Vec<(usize, Vec<(u8, u16)>)>,
    /// How many lists there are.
    pub(super) count: usize,
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
            depth: vec![0],
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
        self.depth = vec![0; nodes];
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
                    self.depth[place] = self.depth[usize::from(node)] + 1;
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
        self.depth = order.iter().map(|node| self.depth[usize::from(*node)]).collect();
        self.phrase = order.iter().map(|node| self.phrase[usize::from(*node)]).collect();
    }

    /// Finds every phrase in `text`, as whole words or not: where it begins and ends, and its number. Those that
    /// begin at one place come shortest first.
    ///
    /// A step of the automaton waits for the entry that the step before has read. So a long text is read in
    /// [`LANES`] parts at a time, which do not wait for each other; each goes on into the next one as far as
    /// phrases do that begin in it.
    #[inline]
    pub(super) fn scan(&self, text: &str, mut found: impl FnMut(usize, usize, usize)) {
        let bytes = text.as_bytes();
        let part = bytes.len() / LANES;
        let mut nodes = [0; LANES];
        let mut done = 0;
        if part >= PART_BYTES {
            let parts: [&[u8]; LANES] = std::array::from_fn(|lane| &bytes[lane * part..(lane + 1) * part]);
            for at in 0..part {
                let mut ending = false;
                for (node, part) in nodes.iter_mut().zip(parts) {
                    *node = self.step(*node, part[at]);
                    ending |= *node >= self.ends;
                }
                if ending {
                    for (lane, node) in nodes.into_iter().enumerate().filter(|(_, node)| *node >= self.ends) {
                        self.ending(node, lane * part + at + 1, &mut found);
                    }
                }
            }
            for (lane, node) in nodes[..LANES - 1].iter().enumerate() {
                self.go_on(*node, bytes, (lane + 1) * part, &mut found);
            }
            done = LANES * part;
        }
        let mut node = nodes[LANES - 1];
        for (at, byte) in bytes.iter().enumerate().skip(done) {
            node = self.step(node, *byte);
            if node >= self.ends {
                self.ending(node, at + 1, &mut found);
            }
        }
    }

    #[inline]
    fn step(&self, node: u16, byte: u8) -> u16 {
        self.next[self.edge(node, byte)]
    }

    /// The phrases that end at `end`, where `node` was reached.
    #[inline]
    fn ending(&self, node: u16, end: usize, found: &mut impl FnMut(usize, usize, usize)) {
        let mut standing = usize::from(self.longest[usize::from(node)]);
        while standing != 0 {
            let phrase = usize::from(self.phrase[standing]) - 1;
            found(end - self.phrases[phrase].0, end, phrase);
            standing = usize::from(self.shorter[standing]);
        }
    }

    /// Goes on from `node` behind `start`, for the phrases that begin before it.
    fn go_on(&self, mut node: u16, bytes: &[u8], start: usize, found: &mut impl FnMut(usize, usize, usize)) {
        for (past, byte) in bytes[start..].iter().enumerate() {
            if usize::from(self.depth[usize::from(node)]) <= past {
                return;
            }
            node = self.step(node, *byte);
            if node >= self.ends {
                self.ending(node, start + past + 1, &mut |at, end, phrase| {
                    if at < start {
                        found(at, end, phrase);
                    }
                });
            }
        }
    }
}

/// In how many parts a long text is read at a time.
const LANES: usize = 4;

/// The fewest bytes of a part: of less most would be read twice.
const PART_BYTES: usize = 24;
