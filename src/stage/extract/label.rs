//! Labels: the words that name what a figure measures, cut out of its sentence as they are printed.
//!
//! 1. A counted thing is named from its noun on: `12 cơ sở | chuyển giao, ứng dụng máy móc`. Where nothing
//!    follows the noun, the words of a list before it tell whose it is: `thủ công mỹ nghệ 5 sản phẩm`.
//! 2. Money, physical amounts and rates are named before the number, from the last mark on; commas of one
//!    noun phrase (`huyện, thị xã, thành phố`) are no such mark. Periods, and places on their own, are cut out.
//! 3. What follows the unit at once (`86,4 tỷ đồng | kinh phí khuyến công`) belongs to the name.
//! 4. A rate without words of its own has its leader's label.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::assembly::{Passed, Walk};
use super::frame;
use super::layout::{floor, reach};
use super::mention::NumberMention;
use crate::model::Span;
use crate::model::figure::Measure;
use crate::model::mention::MentionClass;
use crate::model::segment::BlockKind;
use crate::stage::rules::bytes::{last_mark, marks};
use crate::stage::rules::cues::{PhraseList, find, rfind};
use crate::stage::rules::frames::Labels;

/// Bytes of a label's part at most; longer ones are a sentence that no rule could cut.
const LABEL_BYTES: usize = 160;
/// Words of a noun phrase's last member: more than that is a clause of its own behind the comma.
const MEMBER_WORDS: usize = 4;
/// Words of a noun phrase before its last comma, at most.
const HEAD_WORDS: usize = 12;
/// Words before an amount that stay beside what is named behind it, at most: a verb (`giải ngân`).
const LEAD_WORDS: usize = 3;

/// The parts of a label.
type Parts = SmallVec<[Span; 4]>;

/// A label's words and where they stand in the clean text; no span where the words are the leader's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Label {
    pub(super) text: String,
    pub(super) words: Option<Span>,
    /// The name in it that says whose, where the rest is the leader's.
    pub(super) name: String,
}

impl Walk<'_> {
    /// Cuts the label of a figure. `leader` is the label of the figure that it may repeat.
    pub(super) fn label(
        &self,
        number: &NumberMention,
        passed: &Passed<'_>,
        leader: Option<&str>,
        measure: Measure,
    ) -> Label {
        let labels = &self.rules.frames.labels;
        let before = self.words_before(number, passed);
        let times = number.noun.is_some_and(|noun| noun.of(self.lower) == "lần");
        if number.class == MentionClass::Count && passed.kind != BlockKind::TableRow && !times {
            let noun = self.counted(number, passed);
            let bare = number.noun.is_none_or(|own| own.end == noun.end);
            let to = self.lower[passed.from..number.span.start].trim_end();
            let classifier = labels.classifiers.has(noun.of(self.lower)) && !to.ends_with(" cho");
            if classifier && !before.is_empty() {
                return self.joined(&before);
            }
            let last = before.last().copied().filter(|_| bare);
            let said = last.and_then(|before| self.said_before(before, number, passed));
            return self.joined(&said.into_iter().chain([noun]).collect::<Parts>());
        }
        let behind = self.words_behind(number, passed, measure);
        let relative = number.class == MentionClass::Percent || times;
        // `tăng 5% về lượng`: of what is said behind.
        if let Some(respect) = behind.filter(|_| relative && measure != Measure::Share) {
            return self.joined(&[respect]);
        }
        let words = match before.as_slice() {
            [one] => Cow::Borrowed(one.of(self.lower)),
            parts => parts.iter().map(|part| part.of(self.lower)).collect::<Vec<_>>().join(" ").into(),
        };
        let telling = (!relative || words.split_ascii_whitespace().count() >= 2) && !labels.weak.has(&words);
        let mut own = if telling { before.clone() } else { Parts::new() };
        // `Trung Quốc đạt 1,9 tỷ USD`, after others: a name says whose, the figure before says what.
        let named = |span: &Span| {
            span.of(&self.clean.text).split(' ').all(|word| word.starts_with(char::is_uppercase))
        };
        if let (Some(leader), [name]) = (leader, own.as_slice())
            && passed.from > passed.span.start
            && named(name)
        {
            let head = leader.strip_suffix(self.over.name.as_str()).unwrap_or(leader).trim_end();
            let text = format!("{head} {}", name.of(&self.clean.text));
            return Label { text, words: Some(*name), name: name.of(&self.clean.text).to_owned() };
        }
        // `cơ sở thụ hưởng bỏ thêm 31 tỷ đồng vốn đối ứng`: what is named behind is the thing; a bare verb stays.
        let thing = behind.is_some_and(|behind| begins_with_one(behind.of(self.lower), &labels.moneys));
        if measure == Measure::Value && thing && words.split_ascii_whitespace().count() > LEAD_WORDS {
            own.clear();
        }
        own.extend(behind.filter(|_| !own.is_empty() || leader.is_none() || !relative));
        match leader.filter(|_| own.is_empty()) {
            Some(leader) => Label { text: leader.to_owned(), words: None, name: self.over.name.clone() },
            None => self.joined(if own.is_empty() { &before } else { &own }),
        }
    }

    /// The label of one of several things that are listed: `vốn trung ương và | vốn địa phương | lần lượt là`.
    pub(super) fn listed(&self, words: Span) -> Label {
        self.joined(&[words])
    }

    fn joined(&self, parts: &[Span]) -> Label {
        let mut text = String::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
        for part in parts {
            text.push_str(if text.is_empty() { "" } else { " " });
            text.push_str(part.of(&self.clean.text));
        }
        Label { text, words: parts.first().copied(), name: String::new() }
    }

    /// The counted noun and what is said of it behind.
    fn counted(&self, number: &NumberMention, passed: &Passed<'_>) -> Span {
        let labels = &self.rules.frames.labels;
        let start = number.noun.map_or(number.numeral.end, |noun| noun.start);
        let noun_end = number.noun.map_or(start, |noun| noun.end);
        let limit = passed.next.max(noun_end);
        let behind = self.lower.get(noun_end..limit).unwrap_or("");
        let end = noun_end + phrase_end(behind, labels, passed.next < passed.span.end);
        let end = end.max(noun_end).min(floor(self.lower, noun_end + LABEL_BYTES));
        let span = Span::new(start, end);
        let words = span.of(self.lower);
        let gap = words.len() - words.trim_start().len();
        Span::new(start + gap, start + words.trim_end().len().max(gap))
    }

    /// The words before a bare counted noun that belong to its label: `số cơ sở được hỗ trợ là`, `dạy nghề
    /// cho`, an item of a list (`kế đến là cơ khí`). Not the verb that the noun is the object of.
    fn said_before(&self, before: Span, number: &NumberMention, passed: &Passed<'_>) -> Option<Span> {
        let labels = &self.rules.frames.labels;
        let words = before.of(self.lower);
        if starts_with_word(words, "số") || starts_with_word(words, "tổng số") {
            return Some(before);
        }
        let to = &self.lower[before.start..number.span.start];
        let lead = self.lower[passed.span.start..before.start].trim_end();
        let opened = before.start == passed.span.start
            || passed.from == passed.span.start
            || lead.ends_with([';', ':', ',', '.']);
        if to.trim_end().ends_with(" cho") {
            let whole = Span::new(before.start, before.start + to.trim_end().len());
            return (opened && whole.len() <= LABEL_BYTES).then_some(whole);
        }
        let row = lead.ends_with([';', ':']) || passed.from > passed.span.start;
        let preposed =
            to.split_ascii_whitespace().next_back().is_some_and(|last| labels.prepositions.has(last));
        (row && !preposed && !self.frames().holds(to, &labels.verbs)).then_some(before)
    }

    /// The words before the number that name it: behind the last mark, or before a bracket that has shut.
    fn words_before(&self, number: &NumberMention, passed: &Passed<'_>) -> Parts {
        let labels = &self.rules.frames.labels;
        let mut end = number.span.start;
        let from = reach(self.lower, passed.from, end);
        loop {
            let near = &self.lower[from..end];
            let own = if end == number.span.start { self.own_near(near, number, passed) } else { near };
            let (cut, near) = (own.len() < near.len(), own);
            let from = end - near.len();
            let open = near.trim_end().trim_end_matches(['(', ',', ';', ':']);
            if number.class == MentionClass::Count && open.len() < near.trim_end().len() {
                return Parts::new();
            }
            let mut start = phrase_start(open, labels);
            if number.class != MentionClass::Count {
                start += self.last_cut(&open[start..]);
            }
            let span = Span::new(from + start, from + open.len());
            let found = self.without_periods(span, passed);
            if !found.is_empty() {
                return found;
            }
            // `giá trị sản xuất (giá so sánh 2010) đạt`
            let shut = open[..start].trim_end();
            if shut.is_empty() && number.class != MentionClass::Count {
                return if cut { Parts::new() } else { self.over_a_number(passed) };
            }
            if !shut.ends_with(')') {
                return Parts::new();
            }
            match shut.rfind('(').filter(|at| *at > 0) {
                Some(at) => end = from + at,
                None => return Parts::new(),
            }
        }
    }

    /// The words before a number that are not the number's before: those of a counted thing run on to the
    /// first mark (`6 cơ sở ứng dụng máy móc tiên tiến, | kinh phí`), those of a rate to `và`, too.
    fn own_near<'n>(&self, near: &'n str, number: &NumberMention, passed: &Passed<'_>) -> &'n str {
        if passed.from == passed.span.start || number.class == MentionClass::Count || near.len() > LABEL_BYTES
        {
            return near;
        }
        let last = passed.last.map_or("", |last| last.of(self.lower));
        let rate = last.ends_with('%');
        let mark = marks!(",;").first(near).map(|at| at + 1);
        let and = rate.then(|| rfind(near, " và ").map(|at| at + " và ".len())).flatten();
        // `102% kế hoạch trung ương giao và | 98%`: nothing is left of what a rate before is of.
        let and = and.or_else(|| (rate && near.trim_end().ends_with(" và")).then_some(near.len()));
        let told = |at: &usize| rate || near[*at..].contains(char::is_alphabetic);
        &near[mark.or(and).filter(told).unwrap_or(0)..]
    }

    /// Behind the last word that joins a clause to the one that the number stands in: `được cấp phép với |
    /// tổng vốn`; 0 where there is none, or nothing behind it.
    fn last_cut(&self, words: &str) -> usize {
        let labels = &self.rules.frames.labels;
        let mut last = 0;
        self.marks.each_last(
            words,
            &labels.joins,
            |_| true,
            |at, join| {
                let cut = at + join.len();
                if cut > last && trimmed_words(&words[cut..], labels).next().is_some() {
                    last = cut;
                }
            },
        );
        last
    }

    /// `kinh phí thực hiện của | 15 tỉnh, thành phố đạt`: the words before the number that is a part of the phrase.
    fn over_a_number(&self, passed: &Passed<'_>) -> Parts {
        let Some(last) = passed.last.filter(|last| last.end == passed.from) else { return Parts::new() };
        let from = reach(self.lower, passed.span.start, last.start);
        let left = &self.lower[from..last.start];
        let labels = &self.rules.frames.labels;
        if ![" của", " cho", " ở", " tại"].iter().any(|word| left.trim_end().ends_with(word)) {
            return Parts::new();
        }
        let start = from + phrase_start(left, labels);
        self.without_periods(Span::new(start, last.start), passed)
    }

    /// The parts of `span` around the periods in it that name something.
    fn without_periods(&self, span: Span, passed: &Passed<'_>) -> Parts {
        let mut start = span.start;
        let mut parts = Parts::new();
        let first = passed.periods.partition_point(|period| period.span.end <= span.start);
        let inside = passed.periods[first..].iter().take_while(|period| period.span.start < span.end);
        let inside = inside.filter(|period| period.span.overlaps(span));
        let cuts = inside.map(|period| period.span).chain([Span::new(span.end, span.end)]);
        for cut in cuts {
            let part = Span::new(start, cut.start.max(start));
            start = cut.end.clamp(start, span.end);
            let part = self.trimmed_part(part);
            if !part.is_empty() && part.len() <= LABEL_BYTES && !self.is_place(part, passed) {
                parts.push(part);
            }
        }
        parts
    }

    /// A part without what no label begins or ends with, and without a subject that says only where.
    fn trimmed_part(&self, part: Span) -> Span {
        let frames = &self.rules.frames;
        let trimmed = |part: Span| {
            let (from, to) = frame::trim_label(part.of(self.lower), frames);
            Span::new(part.start + from, part.start + to)
        };
        let part = trimmed(part);
        let words = part.of(self.lower);
        match frames.labels.subjects.standing_first(words).map(str::len).max() {
            Some(subject) => trimmed(Span::new(part.start + subject, part.end)),
            None => part,
        }
    }

    /// Tells whether nothing is left of the words when places and what ends no label are off.
    fn is_place(&self, span: Span, passed: &Passed<'_>) -> bool {
        let labels = &self.rules.frames.labels;
        let mut at = span.start;
        let mut named = false;
        let empty = |words: &str| {
            words
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .all(|word| labels.trim.has(word) || labels.divisions.has(word))
        };
        let first = passed.places.partition_point(|place| place.span.end <= span.start);
        let inside = passed.places[first..].iter().take_while(|place| place.span.start < span.end);
        for place in inside.filter(|place| place.span.overlaps(span) && place.area(None).is_some()) {
            named = true;
            if place.span.start > at && !empty(&self.lower[at..place.span.start.min(span.end)]) {
                return false;
            }
            at = place.span.end.clamp(at, span.end);
        }
        named && empty(&self.lower[at..span.end])
    }

    /// The words right behind the unit, where they are the noun phrase that the amount is of.
    fn words_behind(&self, number: &NumberMention, passed: &Passed<'_>, measure: Measure) -> Option<Span> {
        let labels = &self.rules.frames.labels;
        if passed.kind == BlockKind::TableRow {
            return None;
        }
        let behind = self.lower.get(number.span.end..passed.next)?;
        let words = behind.trim_start();
        // `dự kiến dành 3 tỷ đồng cho khuyến công`
        let lead = self.lower[passed.from..number.span.start].trim_end();
        let given = starts_with_word(words, "cho")
            && self.rules.frames.funds.gives.iter().any(|gives| lead.ends_with(gives.as_str()));
        if !behind.starts_with(' ') || !words.starts_with(char::is_alphabetic) {
            return None;
        }
        let of_whole = matches!(measure, Measure::Share | Measure::Value | Measure::Mean);
        if !of_whole && !starts_with_word(words, "về") {
            return None;
        }
        let mut stops = [&labels.verbs, &labels.stop, &labels.prepositions].into_iter();
        // `tăng 27,8% về vốn`
        let respect = !of_whole;
        if !given && !respect && stops.any(|stops| begins_with_one(words, stops)) {
            return None;
        }
        let to = if given { behind.len() - words.len() + "cho".len() } else { 0 };
        let end = to + phrase_end(&behind[to..], labels, passed.next < passed.span.end);
        let span = Span::new(number.span.end, number.span.end + end);
        let next = passed.periods.partition_point(|period| period.span.start <= span.start);
        let cut = passed.periods.get(next).map(|period| period.span.start).filter(|at| *at < span.end);
        let span = Span::new(span.start, cut.unwrap_or(span.end));
        let (from, to) = frame::trim_label(span.of(self.lower), &self.rules.frames);
        if given && to <= from.max("cho".len() + 1) {
            return None;
        }
        let from = if given { behind.len() - words.len() } else { from };
        let span = Span::new(span.start + from.min(to), span.start + to);
        (!span.is_empty() && span.len() <= LABEL_BYTES && !self.is_place(span, passed)).then_some(span)
    }
}

fn begins_with_one(words: &str, list: &PhraseList) -> bool {
    list.standing_first(words).next().is_some()
}

fn starts_with_word(words: &str, word: &str) -> bool {
    words.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Where the noun phrase at the end of `words` begins: behind the last mark, save for commas between the
/// members of one phrase.
fn phrase_start(words: &str, labels: &Labels) -> usize {
    let quoted = rfind(words, "“").max(rfind(words, "”")).map_or(0, |at| at + "”".len());
    let hard = marks!(";:()").last(words).map_or(0, |at| at + 1).max(quoted);
    let hard = hard.max(rfind(words, ". ").map_or(0, |at| at + 1)).max(dash(words));
    let Some(comma) = last_mark(&words[hard..], b',').map(|at| hard + at) else { return hard };
    let member = trimmed_words(&words[comma + 1..], labels).take(MEMBER_WORDS + 1).count();
    if member == 0 || member > MEMBER_WORDS || begins_clause(&words[comma + 1..], labels) {
        return comma + 1;
    }
    let mut start = comma + 1;
    let mut end = comma;
    loop {
        let begin = last_mark(&words[hard..end], b',').map_or(hard, |at| hard + at + 1);
        let chunk = &words[begin..end];
        let count = chunk.split_ascii_whitespace().take(HEAD_WORDS + 1).count();
        if count == 0
            || count > HEAD_WORDS
            || is_adverbial(chunk.trim_start().trim_start_matches("trong đó "), labels)
            || chunk.contains(|c: char| c.is_ascii_digit())
        {
            return start;
        }
        start = begin;
        if begin == hard || count > MEMBER_WORDS {
            return start;
        }
        end = begin - 1;
    }
}

/// Behind the last dash that parts clauses; the one between two nouns (`công nghiệp - xây dựng`) is of their phrase.
fn dash(words: &str) -> usize {
    let Some(at) = rfind(words, " - ") else { return 0 };
    let before = marks!(".;:,(").since(&words[..at]).trim();
    let joins = words[at + 3..].split(' ').next().is_some_and(|word| word.chars().all(char::is_lowercase));
    let paired = joins && before.split(' ').count() <= MEMBER_WORDS && !before.is_empty();
    if paired { 0 } else { at + 3 }
}

/// The words of `words` that are left when what ends no label is off.
fn trimmed_words<'w>(words: &'w str, labels: &Labels) -> impl Iterator<Item = &'w str> {
    words.split_ascii_whitespace().filter(|word| !labels.trim.has(word))
}

fn is_adverbial(words: &str, labels: &Labels) -> bool {
    begins_with_one(words.trim_start(), &labels.adverbs)
}

fn begins_clause(words: &str, labels: &Labels) -> bool {
    begins_with_one(words.trim_start(), &labels.clause)
}

/// Where the noun phrase at the beginning of `words` ends. Where a number follows (`numbered`), what runs
/// up to it is the next figure's.
fn phrase_end(words: &str, labels: &Labels, numbered: bool) -> usize {
    let quote = ["“", "”"].iter().filter_map(|quote| find(words, quote)).min();
    let hard = marks!(";.:()").until(&words[..quote.unwrap_or(words.len())]).len();
    let words = &words[..hard];
    let reaches = numbered && hard == words.len();
    let mut at = 0;
    let mut first = true;
    loop {
        let comma = words[at..].find(',').map_or(words.len(), |found| at + found);
        let chunk = &words[at..comma];
        let stop = stop_at(chunk, labels);
        let stopped = stop < chunk.len();
        if !first {
            let open = reaches && comma == words.len();
            if open
                || begins_clause(chunk, labels)
                || chunk.trim().is_empty()
                || stop == 0
                || chunk[..stop].trim().is_empty()
            {
                return at.saturating_sub(1).min(words.len());
            }
        }
        if stopped || comma == words.len() {
            return at + chunk[..stop].trim_end().len();
        }
        at = comma + 1;
        first = false;
    }
}

/// Where the first stop word of `chunk` begins; its end where there is none.
fn stop_at(chunk: &str, labels: &Labels) -> usize {
    word_starts(chunk).find(|(_, word)| labels.stop.has(word)).map_or(chunk.len(), |(at, _)| at)
}

fn word_starts(words: &str) -> impl Iterator<Item = (usize, &str)> {
    words.split(' ').scan(0, |at, word| {
        let start = *at;
        *at += word.len() + 1;
        Some((start, word))
    })
}
