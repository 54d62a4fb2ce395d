//! Patterns over tokens, and the tree that matches many of them at once.
//!
//! A pattern is words and marks as they are printed, with `(a|b c)` for a choice, `[x]` for what may
//! be left out, and a slot where a number stands: `{n}` (one or two digits, or a number word),
//! `{year}`, `{month}`, `{day}`, `{quarter}` (1 to 4 or I to IV), `{roman}`.

use smallvec::SmallVec;

use super::word::{Token, TokenKind, Vocabulary, Word};
use crate::model::Span;

/// A place in a pattern where a number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// One or two digits, or a number word up to twelve.
    N,
    /// Four digits, 1900 to 2199.
    Year,
    /// 1 to 12, digits or word.
    Month,
    /// 1 to 31, digits.
    Day,
    /// 1 to 4, or I to IV.
    Quarter,
    /// A Roman number below 40 in capitals.
    Roman,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Word(Word),
    Slot(Slot),
}

/// The largest number of plain sequences that one pattern may stand for.
pub const MAX_SEQUENCES: usize = 2000;

/// How deep brackets of a pattern may stand in brackets: they are read by recursion.
const MAX_DEPTH: usize = 16;

/// The tree of all patterns of one kind; each leads to the number of its rule.
#[derive(Debug, Clone)]
pub struct Phrases {
    nodes: Vec<Node>,
    /// By word: whether some pattern starts with it.
    starts: Vec<bool>,
    /// By word: whether it follows a slot that some pattern starts with; and whether another slot does.
    follows: Vec<bool>,
    slot_follows: bool,
    /// By word: whether some pattern ends with it; and whether one ends with a slot.
    ends: Vec<bool>,
    slot_ends: bool,
}

#[derive(Debug, Clone, Default)]
struct Node {
    words: Vec<(Word, u32)>,
    slots: Vec<(Slot, u32)>,
    rule: Option<u32>,
}

impl Node {
    /// The node that a word leads to.
    fn word(&self, word: Word) -> Option<u32> {
        if word == Word::UNKNOWN {
            return None;
        }
        let edge = self.words.binary_search_by_key(&word, |(known, _)| *known).ok()?;
        Some(self.words[edge].1)
    }
}

/// Where a pattern matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// How many tokens it took.
    pub tokens: usize,
    /// The rule's number.
    pub rule: u32,
    /// The slots' values, in order.
    pub values: Values,
}

/// What stands in the slots of a pattern, in order.
pub type Values = SmallVec<[(Slot, i32); 4]>;

impl Default for Phrases {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
            starts: Vec::new(),
            follows: Vec::new(),
            slot_follows: false,
            ends: Vec::new(),
            slot_ends: false,
        }
    }
}

impl Phrases {
    /// Adds a pattern that leads to `rule`.
    ///
    /// # Errors
    /// Why the pattern cannot be read, or that another rule has a sequence of it already.
    pub fn add(&mut self, pattern: &str, rule: u32, words: &mut Vocabulary) -> Result<(), String> {
        let mut rest = pattern;
        let sequences = choice(&mut rest, words, 0)?;
        if !rest.is_empty() {
            return Err(format!("`{rest}` closes nothing"));
        }
        for sequence in &sequences {
            if sequence.is_empty() {
                return Err("the pattern matches no word at all".to_owned());
            }
            let end = self.insert(sequence);
            match self.nodes[end].rule.replace(rule) {
                Some(other) if other != rule => {
                    return Err(format!("overlaps with rule number {} of this file", other + 1));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn insert(&mut self, sequence: &[Step]) -> usize {
        match sequence {
            [Step::Word(word), ..] => note(&mut self.starts, *word),
            [Step::Slot(_), Step::Word(word), ..] => note(&mut self.follows, *word),
            [Step::Slot(_), Step::Slot(_), ..] => self.slot_follows = true,
            _ => {}
        }
        match sequence.last() {
            Some(Step::Word(word)) => note(&mut self.ends, *word),
            Some(Step::Slot(_)) => self.slot_ends = true,
            None => {}
        }
        let mut at = 0;
        for step in sequence {
            let next = match step {
                Step::Word(word) => self.nodes[at].words.iter().find(|(w, _)| w == word).map(|(_, n)| *n),
                Step::Slot(slot) => self.nodes[at].slots.iter().find(|(s, _)| s == slot).map(|(_, n)| *n),
            };
            at = match next {
                Some(node) => node as usize,
                None => {
                    let node = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
                    self.nodes.push(Node::default());
                    match step {
                        Step::Word(word) => {
                            let edges = &mut self.nodes[at].words;
                            let place = edges.partition_point(|(w, _)| w < word);
                            edges.insert(place, (*word, node));
                        }
                        Step::Slot(slot) => self.nodes[at].slots.push((*slot, node)),
                    }
                    node as usize
                }
            };
        }
        at
    }

    /// Takes a rule's patterns out.
    pub(crate) fn remove(&mut self, rule: u32) {
        for node in self.nodes.iter_mut().filter(|node| node.rule == Some(rule)) {
            node.rule = None;
        }
    }

    /// Tells whether some pattern starts with this word (slots apart).
    pub fn starts_with(&self, word: Word) -> bool {
        self.starts.get(word.index()).is_some_and(|starts| *starts)
    }

    /// Tells whether some pattern may end with this word.
    pub fn may_end_with(&self, word: Word) -> bool {
        self.slot_ends || self.ends.get(word.index()).is_some_and(|ends| *ends)
    }

    /// Finds the longest pattern that matches from the first of `tokens` on.
    #[inline]
    pub fn longest(
        &self,
        text: &str,
        tokens: &[Token],
        number: &impl Fn(Word) -> Option<i32>,
    ) -> Option<Found> {
        let first = tokens.first()?;
        if self.nodes[0].slots.is_empty() && !self.starts_with(first.word) {
            return None;
        }
        self.longest_from(first, text, tokens, number)
    }

    /// As [`Self::longest`], where some pattern may start with the first token.
    fn longest_from(
        &self,
        first: &Token,
        text: &str,
        tokens: &[Token],
        number: &impl Fn(Word) -> Option<i32>,
    ) -> Option<Found> {
        // A number that nothing follows which may is told by itself or not at all.
        let follows = |token: &Token| self.follows.get(token.word.index()).is_some_and(|follows| *follows);
        if !(self.starts_with(first.word) || self.slot_follows || tokens.get(1).is_some_and(follows)) {
            return self.nodes[0].slots.iter().find_map(|(slot, next)| {
                let rule = self.nodes[*next as usize].rule?;
                let value = slot_value(*slot, text, first, number)?;
                Some(Found { tokens: 1, rule, values: Values::from_slice(&[(*slot, value)]) })
            });
        }
        // As far as no slots are, one way leads on.
        let mut best: Option<Found> = None;
        let mut node = &self.nodes[0];
        for (at, token) in tokens.iter().enumerate() {
            if !node.slots.is_empty() {
                self.walk(node, text, tokens, at, number, &mut Values::new(), &mut best);
                return best;
            }
            let Some(next) = node.word(token.word) else { break };
            node = &self.nodes[next as usize];
            if let Some(rule) = node.rule {
                best = Some(Found { tokens: at + 1, rule, values: Values::new() });
            }
        }
        best
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one recursive walk")]
    fn walk(
        &self,
        here: &Node,
        text: &str,
        tokens: &[Token],
        at: usize,
        number: &impl Fn(Word) -> Option<i32>,
        values: &mut Values,
        best: &mut Option<Found>,
    ) {
        if let Some(rule) = here.rule
            && best.as_ref().is_none_or(|found| found.tokens < at)
        {
            *best = Some(Found { tokens: at, rule, values: values.clone() });
        }
        let Some(token) = tokens.get(at) else { return };
        if let Some(next) = here.word(token.word) {
            self.walk(&self.nodes[next as usize], text, tokens, at + 1, number, values, best);
        }
        for (slot, next) in &here.slots {
            if let Some(value) = slot_value(*slot, text, token, number) {
                values.push((*slot, value));
                self.walk(&self.nodes[*next as usize], text, tokens, at + 1, number, values, best);
                values.pop();
            }
        }
    }
}

/// Sets a word's entry.
fn note(table: &mut Vec<bool>, word: Word) {
    table.resize(table.len().max(word.index() + 1), false);
    table[word.index()] = true;
}

fn slot_value(slot: Slot, text: &str, token: &Token, number: &impl Fn(Word) -> Option<i32>) -> Option<i32> {
    let printed = token.span.of(text);
    let digits = |most: usize| -> Option<i32> {
        // Four at most: they fit.
        let value = || printed.bytes().fold(0, |value, digit| value * 10 + i32::from(digit - b'0'));
        (token.kind == TokenKind::Digits && printed.len() <= most).then(value)
    };
    let spelt = || (token.kind == TokenKind::Letters).then(|| number(token.word)).flatten();
    match slot {
        Slot::N => digits(2).or_else(spelt),
        Slot::Year => digits(4).filter(|year| printed.len() == 4 && (1900..2200).contains(year)),
        Slot::Month => digits(2).or_else(spelt).filter(|month| (1..=12).contains(month)),
        Slot::Day => digits(2).filter(|day| (1..=31).contains(day)),
        Slot::Quarter => digits(1).or_else(|| roman(printed)).or_else(spelt).filter(|q| (1..=4).contains(q)),
        Slot::Roman => roman(printed),
    }
}

/// Reads a Roman number from 1 to 39 in capitals.
pub fn roman(text: &str) -> Option<i32> {
    const ONES: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    let tens = text.bytes().take_while(|b| *b == b'X').count();
    let ones = ONES.iter().position(|ones| *ones == text.get(tens..).unwrap_or("?"))?;
    let value = i32::try_from(tens * 10 + ones).ok()?;
    (1..40).contains(&value).then_some(value)
}

/// Tells at a glance whether a text may be a Roman number that [`roman`] reads.
pub fn may_be_roman(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X'))
}

type Sequences = Vec<Vec<Step>>;

fn choice(rest: &mut &str, words: &mut Vocabulary, depth: usize) -> Result<Sequences, String> {
    if depth > MAX_DEPTH {
        return Err(format!("brackets stand in brackets more than {MAX_DEPTH} deep"));
    }
    let mut all = sequence(rest, words, depth)?;
    while let Some(after) = rest.strip_prefix('|') {
        *rest = after;
        all.extend(sequence(rest, words, depth)?);
    }
    Ok(all)
}

fn sequence(rest: &mut &str, words: &mut Vocabulary, depth: usize) -> Result<Sequences, String> {
    let mut so_far: Sequences = vec![Vec::new()];
    while let Some(first) = rest.chars().next() {
        let piece: Sequences = match first {
            '|' | ')' | ']' => break,
            '(' | '[' => {
                *rest = &rest[1..];
                let mut inner = choice(rest, words, depth + 1)?;
                let close = if first == '(' { ')' } else { ']' };
                *rest = rest.strip_prefix(close).ok_or_else(|| format!("`{first}` is not closed"))?;
                if first == '[' {
                    inner.push(Vec::new());
                }
                inner
            }
            '{' => {
                let end = rest.find('}').ok_or("`{` is not closed")?;
                let slot = match &rest[1..end] {
                    "n" => Slot::N,
                    "year" => Slot::Year,
                    "month" => Slot::Month,
                    "day" => Slot::Day,
                    "quarter" => Slot::Quarter,
                    "roman" => Slot::Roman,
                    other => {
                        return Err(format!(
                            "`{{{other}}}` is no slot; there are {{n}}, {{year}}, {{month}}, {{day}}, {{quarter}}, {{roman}}"
                        ));
                    }
                };
                *rest = &rest[end + 1..];
                vec![vec![Step::Slot(slot)]]
            }
            _ => {
                let end = rest.find(['|', '(', ')', '[', ']', '{']).unwrap_or(rest.len());
                let (plain, after) = rest.split_at(end);
                *rest = after;
                vec![spell(plain, words)]
            }
        };
        if piece.len() * so_far.len() > MAX_SEQUENCES {
            return Err(format!("stands for more than {MAX_SEQUENCES} sequences"));
        }
        so_far = so_far
            .iter()
            .flat_map(|left| piece.iter().map(move |right| [left.as_slice(), right.as_slice()].concat()))
            .collect();
    }
    Ok(so_far)
}

fn spell(plain: &str, words: &mut Vocabulary) -> Vec<Step> {
    let mut tokens = Vec::new();
    Vocabulary::default().tokenize(plain, Span::new(0, plain.len()), &mut tokens);
    tokens.iter().map(|token| Step::Word(words.intern(token.span.of(plain)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(pattern: &str, text: &str) -> Option<(usize, Vec<i32>)> {
        let mut words = Vocabulary::default();
        let mut phrases = Phrases::default();
        phrases.add(pattern, 0, &mut words).unwrap();
        let mut tokens = Vec::new();
        words.tokenize(text, Span::new(0, text.len()), &mut tokens);
        phrases
            .longest(text, &tokens, &|_| None)
            .map(|found| (found.tokens, found.values.iter().map(|(_, value)| *value).collect()))
    }

    #[test]
    fn the_longest_reading_wins() {
        let pattern = "{n} tháng đầu năm [{year}]";
        assert_eq!(matched(pattern, "9 tháng đầu năm 2012"), Some((5, vec![9, 2012])));
        assert_eq!(matched(pattern, "9 tháng đầu năm, 2012"), Some((4, vec![9])));
        assert_eq!(matched(pattern, "9 tháng cuối năm"), None);
        assert_eq!(matched("quý {quarter}[/{year}]", "Quý III/2016"), Some((4, vec![3, 2016])));
    }

    #[test]
    fn a_pattern_that_cannot_be_read_says_why() {
        let add = |pattern: &str| Phrases::default().add(pattern, 0, &mut Vocabulary::default());
        assert!(add("a (b").unwrap_err().contains("not closed"));
        assert!(add("{x}").unwrap_err().contains("is no slot"));
        assert!(add("[a]").unwrap_err().contains("no word"));
        assert!(add(&"(".repeat(100_000)).unwrap_err().contains("deep"));
    }
}
