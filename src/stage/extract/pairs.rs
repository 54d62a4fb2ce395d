//! Figures in a row that a word such as `lần lượt` pairs off, one each, with what is listed before it.
//!
//! A list is paired where it has as many members as the row has figures:
//! 1. figures of one kind, of which the row tells percentages: `54 đề án và 412 đề án, chiếm lần lượt 11,59% và
//!    88,41%`; a row of percentages right behind a paired one is told of it, too;
//! 2. places: `Cao Bằng, Lai Châu mới đạt lần lượt 22% và 31,5%`;
//! 3. times: `năm 2016, 2017 và 2018 lần lượt là 3, 4 và 5 tỷ đồng`;
//! 4. things, each with words of its own: `vốn trung ương và vốn địa phương lần lượt là 52 và 128 tỷ đồng`.

use compact_str::CompactString;
use smallvec::SmallVec;

use super::frame;
use super::layout::{Layout, reach};
use super::mention::place::InName;
use super::mention::{NumberMention, PeriodMention, PlaceMention, Role};
use crate::model::Span;
use crate::model::figure::UnitCode;
use crate::model::mention::MentionClass;
use crate::stage::rules::RulePack;
use crate::stage::rules::bytes::marks;
use crate::stage::rules::cues::rfind;

/// Words that may stand behind a figure of a row before the next one, at most: `17 cơ sở | được hỗ trợ máy móc, và`.
const BEHIND_WORDS: usize = 6;
/// Words of a thing that is listed, at most; more are no noun phrase.
const MEMBER_WORDS: usize = 14;

/// What a figure of a row is paired with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    /// A figure, by its number in the sentence.
    Figure(usize),
    /// The figure before its bracket.
    Beside(usize),
    /// A place, by its number in the sentence.
    Place(usize),
    /// A time, by its number in the sentence.
    Period(usize),
    /// A thing: the words that name it.
    Words(Span),
}

/// A figure of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paired {
    /// Its number in the sentence.
    number: usize,
    /// That of the first of the row.
    pub(super) first: usize,
    pub(super) of: Member,
}

/// The paired figures of a sentence, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pairs(SmallVec<[Paired; 8]>);

impl Pairs {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, number: usize) -> Option<Paired> {
        let at = self.0.binary_search_by_key(&number, |paired| paired.number).ok()?;
        self.0.get(at).copied()
    }

    /// What a figure is paired with, told by the figure that it is paired with itself where that is one.
    pub(super) fn told(&self, number: usize) -> Option<Member> {
        let own = self.get(number)?.of;
        let mut of = own;
        while let Member::Figure(before) | Member::Beside(before) = of {
            of = self.get(before).filter(|paired| paired.number < number)?.of;
        }
        // A thing names what is counted beside it alone; a rate of that has its label.
        let of = if matches!(of, Member::Words(_)) { own } else { of };
        Some(of)
    }
}

/// A sentence and what it names.
#[derive(Clone, Copy)]
pub(super) struct Listed<'a> {
    pub(super) text: &'a str,
    pub(super) lower: &'a str,
    pub(super) span: Span,
    pub(super) numbers: &'a [&'a NumberMention],
    pub(super) periods: &'a [PeriodMention],
    pub(super) places: &'a [PlaceMention],
    pub(super) layout: &'a Layout,
    pub(super) rules: &'a RulePack,
}

/// Pairs the figures of a sentence off.
pub(super) fn pairs(listed: &Listed<'_>) -> Pairs {
    let mut pairs = Pairs::default();
    let mut at = 0;
    while at < listed.numbers.len() {
        let row = listed.row(at);
        let paired = row.len() > 1 && listed.pair(&row, &mut pairs);
        at = match (paired, row.last()) {
            (true, Some(last)) => listed.row_behind(&row, last + 1, &mut pairs).unwrap_or(last + 1),
            _ => at + 1,
        };
    }
    pairs.0.sort_unstable_by_key(|paired| paired.number);
    pairs
}

/// Gives the bare numbers of rows the units that the things tell which they are paired off with: `số lao động, số mô
/// hình và số đề án lần lượt là 240, 3 và 17`.
pub(super) fn counted(listed: &Listed<'_>) -> Vec<NumberMention> {
    let pairs = pairs(listed);
    let given = pairs.0.iter().filter_map(|paired| {
        let number = listed.numbers[paired.number];
        let Member::Words(words) = paired.of else { return None };
        (number.bare && !number.figure).then(|| listed.counted(number, words)).flatten()
    });
    given.collect()
}

/// The numbers of a row's figures.
type Row = SmallVec<[usize; 8]>;

impl Listed<'_> {
    fn words(&self, from: usize, to: usize) -> &str {
        self.lower.get(from..to).unwrap_or("")
    }

    /// Where the figure before ends, or the sentence begins.
    fn since(&self, number: usize) -> usize {
        let before = number.checked_sub(1).and_then(|before| self.numbers.get(before));
        let from = before.map_or(self.span.start, |before| before.span.end);
        reach(self.lower, from, self.numbers[number].span.start.max(from))
    }

    /// Where the word stands before a figure that pairs it and those behind it off.
    fn word(&self, number: usize) -> Option<usize> {
        let from = self.since(number);
        let before = self.words(from, self.numbers[number].span.start);
        frame::last_of(before, &self.rules.ranking.words.pairs).map(|at| from + at)
    }

    /// A bare number of the things that `words` count: `số lao động`.
    fn counted(&self, number: &NumberMention, words: Span) -> Option<NumberMention> {
        let told = words.of(self.lower);
        let counts = self.rules.frames.tables.counts.standing_first(told).map(str::len).max()?;
        let behind = told[counts..].len() - told[counts..].trim_start().len();
        let mut tokens = Vec::new();
        let noun = Span::new(words.start + counts + behind, words.end);
        self.rules.words.tokenize(self.text, noun, &mut tokens);
        let mention = &self.rules.mention;
        let found = mention.noun_words.longest(self.text, &tokens, &|_| None)?;
        let last = tokens.get(found.tokens.checked_sub(1)?)?;
        let unit = &mention.nouns.get(found.rule as usize)?.unit;
        Some(NumberMention {
            unit: UnitCode::new(unit),
            class: MentionClass::Count,
            bare: false,
            figure: true,
            noun: Some(Span::new(noun.start, last.span.end)),
            unit_words: Span::new(noun.start, last.span.end),
            unit_by: CompactString::const_new("noun.") + unit.as_str(),
            hedge_counts: false,
            ..number.clone()
        })
    }

    /// The figures from `first` on that stand in one row, those in brackets apart.
    fn row(&self, first: usize) -> Row {
        let mut row = Row::from_slice(&[first]);
        if self.word(first).is_some() {
            self.go_on(&mut row);
        }
        row
    }

    fn go_on(&self, row: &mut Row) {
        let Some(mut last) = row.last().copied() else { return };
        let bracket = |at: usize| self.layout.bracket(self.numbers[at].span.start);
        let within = bracket(last);
        for next in last + 1..self.numbers.len() {
            if bracket(next) != within && bracket(next).is_some() {
                continue;
            }
            let gap = self.words(self.numbers[last].span.end, self.numbers[next].span.start);
            if bracket(next) != within || !joins(&frame::without_brackets(gap)) {
                return;
            }
            row.push(next);
            last = next;
        }
    }

    /// Pairs a row off with what is listed before its word.
    fn pair(&self, row: &Row, pairs: &mut Pairs) -> bool {
        let first = row[0];
        let Some(word) = self.word(first) else { return false };
        let from = self.since(first);
        let members: Option<SmallVec<[Member; 8]>> = self
            .figures(row)
            .or_else(|| self.places(from, word, row.len()))
            .or_else(|| self.times(from, word, row.len()))
            .or_else(|| self.things(from, word, row.len()));
        let Some(members) = members else { return false };
        pairs.0.extend(row.iter().zip(members).map(|(number, of)| Paired { number: *number, first, of }));
        self.beside(row, pairs);
        true
    }

    /// `… đạt 5 tỷ đồng (tăng 3%) và 6 tỷ đồng (tăng 4%)`: what a bracket tells is of the figure before it.
    fn beside(&self, row: &Row, pairs: &mut Pairs) {
        let last = row.last().copied().unwrap_or(0);
        let mut owner = row[0];
        for number in row[0] + 1..self.numbers.len() {
            if row.contains(&number) {
                owner = number;
                continue;
            }
            let opened = self.layout.bracket(self.numbers[number].span.start);
            let own = opened.is_some_and(|open| open >= self.numbers[owner].span.end);
            if !own {
                if number > last {
                    return;
                }
                continue;
            }
            pairs.0.push(Paired { number, first: number, of: Member::Beside(owner) });
        }
    }

    /// As many percentages right behind a paired row are told of it; the first figure behind them.
    fn row_behind(&self, row: &Row, next: usize, pairs: &mut Pairs) -> Option<usize> {
        let percent = |at: &usize| self.numbers[*at].class == MentionClass::Percent;
        if next >= self.numbers.len() || row.iter().any(percent) || self.word(next).is_some() {
            return None;
        }
        let mut behind = Row::from_slice(&[next]);
        self.go_on(&mut behind);
        let apart = self.words(self.numbers[next - 1].span.end, self.numbers[next].span.start);
        let fits = behind.len() == row.len() && behind.iter().all(percent) && !marks!(".;:()").any(apart);
        let first = next;
        fits.then(|| {
            let of = row.iter().map(|number| Member::Figure(*number));
            pairs.0.extend(behind.iter().zip(of).map(|(number, of)| Paired { number: *number, first, of }));
            behind.last().map_or(next, |last| last + 1)
        })
    }

    /// As many figures of one kind as there are percentages in the row, right before it.
    fn figures(&self, row: &Row) -> Option<SmallVec<[Member; 8]>> {
        let percent = |at: usize| self.numbers[at].class == MentionClass::Percent;
        let first = row[0].checked_sub(row.len()).filter(|_| row.iter().all(|at| percent(*at)))?;
        let last = self.numbers[row[0] - 1];
        let like = |number: &&NumberMention| {
            number.unit == last.unit
                && number.class != MentionClass::Percent
                && !matches!(number.role, Role::RangeHigh | Role::PairWhole)
        };
        let all = self.numbers[first..row[0]].iter().all(like);
        all.then(|| (first..row[0]).map(Member::Figure).collect())
    }

    fn places(&self, from: usize, word: usize, count: usize) -> Option<SmallVec<[Member; 8]>> {
        let end = self.places.partition_point(|place| place.span.end <= word);
        let spans = |at: usize| self.places[at].span;
        let plain = |at: usize| self.places[at].in_name != InName::Other && spans(at).end > from;
        let list = self.list(end, count, spans).filter(|first| (*first..end).all(plain));
        list.map(|first| (first..end).map(Member::Place).collect())
    }

    fn times(&self, from: usize, word: usize, count: usize) -> Option<SmallVec<[Member; 8]>> {
        let end = self.periods.partition_point(|period| period.span.end <= word);
        let spans = |at: usize| self.periods[at].span;
        let list = self.list(end, count, spans).filter(|first| spans(*first).start >= from);
        list.map(|first| (first..end).map(Member::Period).collect())
    }

    /// The first of the mentions that are listed one behind the other up to `end`, where there are `count`.
    fn list(&self, end: usize, count: usize, span: impl Fn(usize) -> Span) -> Option<usize> {
        let listed = |at: usize| {
            let gap = self.lower.get(span(at - 1).end..span(at).start).unwrap_or("?").trim();
            matches!(gap, "," | "và" | ", và" | ";")
        };
        let first = (1..end).rev().find(|at| !listed(*at)).unwrap_or(0);
        (end - first == count).then_some(first)
    }

    /// The things that are listed in the clause before the word: each has words of its own, and is no mere name.
    fn things(&self, from: usize, word: usize, count: usize) -> Option<SmallVec<[Member; 8]>> {
        let labels = &self.rules.frames.labels;
        let clause = self.words(from, word);
        let start = from + marks!(".;:()").last(clause).map_or(0, |at| at + 1);
        let mut things: SmallVec<[Span; 8]> = SmallVec::new();
        let mut at = start;
        for part in self.words(start, word).split(',') {
            things.push(Span::new(at, at + part.len()));
            at += part.len() + 1;
        }
        if let Some(last) = things.pop() {
            match rfind(last.of(self.lower), " và ") {
                Some(and) => {
                    things.push(Span::new(last.start, last.start + and));
                    things.push(Span::new(last.start + and + " và ".len(), last.end));
                }
                None => things.push(last),
            }
        }
        let outside = things.len().checked_sub(count)?;
        let adverbial = |thing: &Span| {
            let words = thing.of(self.lower).trim_start();
            words.is_empty() || labels.adverbs.standing_first(words).next().is_some()
        };
        if !things[..outside].iter().all(adverbial) {
            return None;
        }
        things.drain(..outside);
        let trimmed = |thing: &Span| {
            let (start, end) = frame::trim_label(thing.of(self.lower), &self.rules.frames);
            Span::new(thing.start + start, thing.start + end)
        };
        let things: SmallVec<[Span; 8]> = things.iter().map(trimmed).collect();
        let named = |thing: &Span| {
            let mut words = thing.of(self.text).split_ascii_whitespace();
            words.all(|word| word.starts_with(|letter: char| !letter.is_lowercase()))
        };
        let short = |thing: &Span| {
            let words = thing.of(self.lower).split_ascii_whitespace().count();
            (1..=MEMBER_WORDS).contains(&words)
        };
        let fit = things.iter().all(short) && !things.iter().any(named);
        fit.then(|| things.into_iter().map(Member::Words).collect())
    }
}

/// Tells whether the words between two figures join them in one row: `, `, ` và `, and little else before.
fn joins(gap: &str) -> bool {
    let gap = gap.trim();
    let and = gap.strip_suffix("và").map(str::trim_end);
    let rest = and.unwrap_or(gap);
    let comma = rest.strip_suffix([',', ';']);
    let rest = comma.unwrap_or(rest);
    (and.is_some() || comma.is_some())
        && !marks!(",;.:").any(rest)
        && rest.split_ascii_whitespace().count() <= BEHIND_WORDS
}
