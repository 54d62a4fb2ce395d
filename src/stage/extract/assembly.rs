//! Slots to figures: walks the text in reading order, carrying what was spoken of.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Extraction;
use super::context::{Bound, Context, is_base, is_passing};
use super::frame::{Around, Frames, Recent};
use super::layout::{self, Layout, REACH_BYTES};
use super::mention::place::InName;
use super::mention::{Mentions, NumberMention, PeriodMention, PlaceMention};
use super::pairs::{self, Listed, Member, Pairs};
use super::ranking::{Choice, Seen};
use super::reasons::Reasons;
use super::said::{Before, Funds, Said};
use super::slots::Opening;
use super::tables::{Cell, Table};
use super::times::Named;
use super::zones::Zones;
use crate::model::figure::{Figure, Fund, Reach, Slot};
use crate::model::period::Period;
use crate::model::segment::{Block, BlockKind, Sentence};
use crate::model::text::{CleanText, WayBack};
use crate::model::{Digest, Span};
use crate::stage::rules::RulePack;
use crate::stage::rules::bytes::marks;
use crate::stage::rules::marks::{Cued, Marked, Marks};
use crate::stage::rules::ranking::Feature;

/// Puts the figures together. `reasons` takes why each slot is filled as it is, where asked.
#[expect(clippy::too_many_arguments, reason = "the inputs of the stage and what the layers before read")]
pub(super) fn assemble(
    document: Digest,
    source: &str,
    clean: &CleanText,
    lower: &str,
    blocks: &[Block],
    found: &Mentions,
    rules: &RulePack,
    reasons: Option<&mut Reasons>,
) -> Extraction {
    let text = &clean.text;
    let about_promotion = lower.contains("khuyến công");
    let zones = Zones::of(lower, &found.places, &rules.ranking.words, about_promotion);
    let mut walk = Walk {
        document,
        source,
        clean,
        way: WayBack::new(&clean.map),
        way_far: WayBack::new(&clean.map),
        lower,
        found,
        passed: Default::default(),
        rules,
        about_promotion,
        context: Context::of_document(text, lower, blocks, found, &zones, about_promotion, rules),
        zones: &zones,
        reasons,
        figures: Vec::with_capacity(found.numbers.len()),
        table: None,
        over: Over { opening: Opening::of(opening(blocks).of(lower), &rules.frames), ..Over::default() },
        marks: Marks::default(),
        recent: Recent::of(lower),
        within: Cued::default(),
        seen: Seen::default(),
    };
    let date = walk.context.date;
    for block in blocks {
        walk.context.enter(block, walk.over.list_head.is_none());
        walk.enter(block);
        Table::enter(&mut walk.table, block, lower, rules);
        if block.kind != BlockKind::DateLine {
            for sentence in &block.sentences {
                walk.sentence(sentence, block.kind);
                walk.over.previous = Some(sentence.span);
            }
        }
    }
    let figures = walk.figures;
    let mentions = super::timeline::mentions(clean, lower, date, found);
    Extraction { figures, mentions }
}

pub(super) struct Walk<'a> {
    pub(super) document: Digest,
    pub(super) source: &'a str,
    pub(super) clean: &'a CleanText,
    /// The way back to the source text, of what stands in the sentence that is read and of what may stand far off.
    pub(super) way: WayBack<'a>,
    pub(super) way_far: WayBack<'a>,
    pub(super) lower: &'a str,
    pub(super) found: &'a Mentions,
    /// How far the numbers, the periods and the places have been read.
    passed: [Cursor; 3],
    pub(super) rules: &'a RulePack,
    pub(super) about_promotion: bool,
    pub(super) context: Context,
    pub(super) zones: &'a Zones,
    pub(super) reasons: Option<&'a mut Reasons>,
    pub(super) figures: Vec<Figure>,
    /// The table that is read.
    pub(super) table: Option<Table>,
    /// What stands over the sentence that is read.
    pub(super) over: Over,
    /// Where the cues of the rules stand in the sentence that is read, and in what stands over it.
    pub(super) marks: Marks<'a>,
    /// What was asked about last.
    recent: Recent<'a>,
    /// What indicators ask for in the sentence that is read.
    pub(super) within: Cued<'a>,
    /// For elections.
    pub(super) seen: Seen,
}

/// What stands over a sentence: the text before it that it may go on about.
#[derive(Debug, Clone, Default)]
pub(super) struct Over {
    /// The last figure of the text so far.
    pub(super) last: Option<Rc<Before>>,
    /// The last figure of the sentence that opens the list, in an item of one.
    pub(super) head: Option<Rc<Before>>,
    /// Where the sentence begins, and its first figure.
    pub(super) start: usize,
    pub(super) first: Option<usize>,
    /// The fund that is told before the first figure of the sentence, once it was asked for.
    pub(super) first_fund: OnceCell<Option<Fund>>,
    /// The sentence before in the same block, and the one that opens the list.
    previous: Option<Span>,
    pub(super) list_head: Option<Span>,
    pub(super) heading: Option<Span>,
    /// The one fund of all figures of the sentence before in the same paragraph, where it named one.
    pub(super) funds: Option<Bound<Option<Fund>>>,
    /// The name that the last label was given beside what its leader measures.
    pub(super) name: String,
    pub(super) opening: Opening,
}

/// How many words stand before a time that opens a clause: `Tính đến hết`, `Riêng trong`.
const TOPIC_WORDS: usize = 3;

/// Title and first sentence of the prose: what announces a report.
fn opening(blocks: &[Block]) -> Span {
    let titles = blocks.iter().take_while(|block| block.kind != BlockKind::Paragraph).count();
    let first =
        blocks.get(titles).and_then(|block| block.sentences.first()).map(|sentence| sentence.span.end);
    let end = first.or_else(|| blocks.first().map(|block| block.span.end)).unwrap_or(0);
    Span::new(0, end)
}

impl Walk<'_> {
    /// The rules of frames, read in what is marked.
    pub(super) fn frames(&self) -> Frames<'_> {
        Frames { rules: &self.rules.frames, marks: &self.marks, recent: &self.recent }
    }

    /// Notes what stands over a block: its heading, the sentence that opens its list.
    fn enter(&mut self, block: &Block) {
        let (lower, cues) = (self.lower, &self.rules.cues);
        let over = &mut self.over;
        if block.kind == BlockKind::ListItem {
            if over.list_head.is_none() {
                over.list_head =
                    over.previous.map(|head| Span::new(layout::reach(lower, head.start, head.end), head.end));
                if let Some(head) = over.list_head {
                    self.marks.mark(cues, Marked::ListHead, head.of(lower));
                }
                over.head = over
                    .last
                    .clone()
                    .filter(|last| over.previous.is_some_and(|span| span.start <= last.start));
            }
        } else {
            over.list_head = None;
            over.head = None;
            over.previous = None;
            over.funds = None;
        }
        if block.kind == BlockKind::Heading {
            let heading = block.span;
            let heading = Span::new(layout::reach(lower, heading.start, heading.end), heading.end);
            over.heading = Some(heading);
            self.marks.mark(cues, Marked::Heading, heading.of(lower));
        }
    }

    fn sentence(&mut self, sentence: &Sentence, kind: BlockKind) {
        let span = sentence.span;
        let [passed_numbers, passed_periods, passed_places] = &mut self.passed;
        let (_, numbers) = passed_numbers.within(&self.found.numbers, span, |number| number.span);
        let (_, periods) = passed_periods.within(&self.found.periods, span, |period| period.span);
        let (first_place, places) = passed_places.within(&self.found.places, span, |place| place.span);
        if !numbers.is_empty() {
            self.within = self.marks.mark(&self.rules.cues, Marked::Sentence, span.of(self.lower));
        }
        let mut said = Said::default();
        let mut funds = Funds::None;
        // A sentence that opens with a time, or sums up, begins a new statement.
        let front =
            Span::new(span.start, numbers.iter().find(|n| n.figure).map_or(span.end, |n| n.span.start));
        let dated =
            || periods.iter().any(|period| front.contains(period.span) && !is_base(self.lower, period));
        if self.over.funds.is_some()
            && (dated() || self.frames().holds(front.of(self.lower), &self.rules.frames.funds.whole))
        {
            self.over.funds = None;
        }
        self.over.first = None;
        self.over.start = span.start;
        self.over.first_fund = OnceCell::new();
        self.context.begin();
        let table = self.table.as_ref().filter(|_| kind == BlockKind::TableRow);
        let row = table.map(|table| table.row(sentence, self.lower, self.rules));
        let cell = |number: &NumberMention| {
            let celled = table.zip(row.as_ref()).and_then(|(table, row)| table.cell(number, row, self.lower));
            celled.is_some_and(|(cell, _)| cell.figure)
        };
        let whole = |number: &NumberMention| row.as_ref().is_none_or(|row| row.holds(number));
        let counted = self.counted_in_turn(span, numbers, periods, places);
        let given = numbers
            .iter()
            .map(|number| counted.iter().find(|given| given.span == number.span).unwrap_or(number));
        let figures = given.filter(|number| (number.figure && whole(number)) || cell(number));
        let numbers: Vec<&NumberMention> = figures.collect();
        // Of a sentence without figures nothing is asked.
        let layout =
            if numbers.is_empty() { Layout::default() } else { Layout::of(self.lower, span, &numbers) };
        let mut all: Vec<Rc<Before>> = Vec::new();
        let named = self.name_times(span, periods);
        let pairs = self.pairs(span, &numbers, periods, places, &layout);
        let opening = span.of(self.lower).trim_start_matches(|c: char| !c.is_alphanumeric());
        let nation = (!numbers.is_empty()).then(|| self.first_nation(span)).flatten();
        for (index, number) in numbers.iter().copied().enumerate() {
            let table = self.table.as_ref().filter(|_| kind == BlockKind::TableRow);
            let celled = table.zip(row.as_ref()).and_then(|(table, row)| table.cell(number, row, self.lower));
            let cell = celled.as_ref().map(|(_, cell)| cell.clone());
            let number = celled.as_ref().map_or(number, |(number, _)| number);
            let next = numbers.get(index + 1).map_or(span.end, |next| next.span.start);
            let from = said.end.unwrap_or(span.start).min(number.span.start);
            let bracketed = layout.bracket(number.span.start).is_some();
            let left = layout::reach(self.lower, span.start, number.span.start).min(from);
            let on = layout::floor(self.lower, span.end.min(next.saturating_add(REACH_BYTES)));
            let around = Around {
                near: &self.lower[from..number.span.start],
                left: &self.lower[left..number.span.start],
                right: self.lower.get(number.span.end..next).unwrap_or(""),
                on: self.lower.get(number.span.end..on).unwrap_or(""),
                opening,
            };
            let passed = Passed {
                span,
                from,
                last: index.checked_sub(1).and_then(|last| numbers.get(last)).map(|last| last.span),
                next,
                periods,
                places,
                kind,
                cell,
                bracketed,
                layout: &layout,
                named: &named,
                first_place,
                paired: pairs.told(index),
                nation,
            };
            let (before, anchor) = said.leaders(bracketed);
            let pair = pairs.get(index);
            let beside = pair.and_then(|pair| match pair.of {
                Member::Figure(at) | Member::Beside(at) => all.get(at).map(Rc::clone),
                _ => None,
            });
            let anchor = beside.as_deref().or(anchor);
            let first = pair.filter(|pair| pair.first < index).and_then(|pair| all.get(pair.first));
            let first = first.map(Rc::clone);
            let this = Rc::new(self.figure(number, around, &passed, [before, anchor, first.as_deref()]));
            if !pairs.is_empty() {
                all.push(Rc::clone(&this));
            }
            self.over.first.get_or_insert(this.start);
            if let Some(fund) = this.fund.value.filter(|fund| *fund != Fund::Counterpart) {
                let named = !matches!(this.fund.origin.reach, Reach::Title | Reach::Default);
                funds = match funds {
                    Funds::None if named && fund != Fund::Total => Funds::One(this.fund.clone()),
                    Funds::One(one) if one.value == Some(fund) => Funds::One(one),
                    _ => Funds::Several,
                };
            }
            if kind != BlockKind::Title && !bracketed {
                self.over.last = Some(Rc::clone(&this));
            }
            said.take(this, number, bracketed);
        }
        match funds {
            Funds::None => {}
            Funds::One(fund) => self.over.funds = Some(fund),
            Funds::Several => self.over.funds = None,
        }
        let first = numbers.first().map_or(span.end, |number| number.span.start);
        let topic = self.topic(span, first, &named, periods);
        self.state(kind, &named, periods, places, first_place, topic, !numbers.is_empty());
    }

    /// The figures of a sentence that are paired off with what it lists.
    fn pairs(
        &self,
        span: Span,
        numbers: &[&NumberMention],
        periods: &[PeriodMention],
        places: &[PlaceMention],
        layout: &Layout,
    ) -> Pairs {
        if numbers.len() < 2 || !self.pairs_off(span) {
            return Pairs::default();
        }
        let (text, lower, rules) = (self.clean.text.as_str(), self.lower, self.rules);
        pairs::pairs(&Listed { text, lower, span, numbers, periods, places, layout, rules })
    }

    /// The bare numbers of a sentence whose units are told by the things that they are paired off with.
    fn counted_in_turn(
        &self,
        span: Span,
        numbers: &[NumberMention],
        periods: &[PeriodMention],
        places: &[PlaceMention],
    ) -> Vec<NumberMention> {
        if !numbers.iter().any(|number| number.bare && !number.figure) || !self.pairs_off(span) {
            return Vec::new();
        }
        let numbers: Vec<&NumberMention> = numbers.iter().collect();
        let layout = Layout::of(self.lower, span, &numbers);
        let (text, lower, rules) = (self.clean.text.as_str(), self.lower, self.rules);
        let (numbers, layout) = (numbers.as_slice(), &layout);
        pairs::counted(&Listed { text, lower, span, numbers, periods, places, layout, rules })
    }

    /// Tells whether a word of a sentence pairs figures off with what is listed.
    fn pairs_off(&self, span: Span) -> bool {
        self.marks.last_of(span.of(self.lower), &self.rules.ranking.words.pairs).is_some()
    }

    /// The periods that begin within `span`.
    pub(super) fn periods_within(&self, span: Span) -> &[PeriodMention] {
        within(&self.found.periods, span, |period| period.span)
    }

    /// Where a body of the whole country is first named in a sentence.
    fn first_nation(&self, span: Span) -> Option<usize> {
        let national = &self.rules.ranking.words.national;
        let named = self.within.anywhere(national).then(|| national.first_in(span.of(self.lower))).flatten();
        named.map(|at| span.start + at)
    }

    /// The time that a sentence opens with, before its first figure: what the ones that follow go on about.
    fn topic(
        &self,
        span: Span,
        first: usize,
        named: &[Named],
        periods: &[PeriodMention],
    ) -> Option<(Period, Span)> {
        named.iter().zip(periods).take_while(|(_, period)| period.span.end <= first).find_map(
            |(named, period)| {
                let before = layout::tail(self.lower, span.start, period.span.start);
                let clause = marks!(",;:(").since(before);
                let mut words = clause.split_ascii_whitespace();
                let opens =
                    words.by_ref().take(TOPIC_WORDS).all(|word| self.rules.ranking.words.leads.has(word));
                let opens = opens && words.next().is_none();
                let value = named.stated().filter(|value| opens && !matches!(value, Period::Day(_)))?;
                Some((value, period.span))
            },
        )
    }

    /// What a sentence states stays spoken of in the ones that follow.
    #[expect(clippy::too_many_arguments, reason = "what a sentence states, of each slot")]
    fn state(
        &mut self,
        kind: BlockKind,
        named: &[Named],
        periods: &[PeriodMention],
        places: &[PlaceMention],
        first_place: usize,
        topic: Option<(Period, Span)>,
        figures: bool,
    ) {
        let mut times = named.iter().zip(periods);
        let time = times.find_map(|(named, period)| {
            let value = named.stated().filter(|value| !is_passing(*value))?;
            Some((value, period.span))
        });
        let mut zone = None;
        for (at, place) in places.iter().enumerate() {
            if place.in_name == InName::Other {
                continue;
            }
            let named = self.zones.of.get(first_place + at).copied().flatten();
            let Some(here) = self.context.zone(&place.place, named) else { continue };
            if place.in_name == InName::No && zone.is_none() {
                zone = Some((here, place.span));
                self.context.name(here);
            }
        }
        self.context.state(kind, time, zone, topic, figures);
    }

    /// Notes among what a slot's value was chosen, where that is asked for.
    #[cold]
    #[inline(never)]
    pub(super) fn record<V>(
        &mut self,
        number: &NumberMention,
        slot: Slot,
        candidates: impl FnOnce() -> Vec<(V, Vec<Feature>)>,
        print: impl Fn(V) -> Option<String>,
    ) {
        if let Some(reasons) = &mut self.reasons {
            let span = self.clean.map.to_source(number.span);
            let candidates = candidates().into_iter().map(|(value, features)| (print(value), features));
            reasons.choices.push(Choice { span, slot, candidates: candidates.collect() });
        }
    }
}

/// What stands around a number in its sentence.
pub(super) struct Passed<'a> {
    /// The sentence.
    pub(super) span: Span,
    /// Where the number before ends.
    pub(super) from: usize,
    /// The number before.
    pub(super) last: Option<Span>,
    /// Where the next number begins.
    pub(super) next: usize,
    pub(super) periods: &'a [PeriodMention],
    pub(super) places: &'a [PlaceMention],
    pub(super) kind: BlockKind,
    /// The cell that the number is, in a table with a head.
    pub(super) cell: Option<Cell>,
    /// The number stands in a bracket of the sentence.
    pub(super) bracketed: bool,
    pub(super) layout: &'a Layout,
    /// What each of `periods` says.
    pub(super) named: &'a [Named],
    /// The number of the first of `places` among all of the text's.
    pub(super) first_place: usize,
    /// What the figure is paired off with.
    pub(super) paired: Option<Member>,
    /// Where a body of the whole country is first named in the sentence.
    pub(super) nation: Option<usize>,
}

impl Passed<'_> {
    /// The words of the thing that the figure is paired off with.
    pub(super) fn thing(&self) -> Option<Span> {
        match self.paired {
            Some(Member::Words(words)) if !self.bracketed => Some(words),
            _ => None,
        }
    }
}

/// How far a sorted list has been read by spans that come one behind the other.
#[derive(Debug, Default)]
struct Cursor(usize);

impl Cursor {
    /// Returns the items that begin within the next span, with the number of the first.
    fn within<'i, T>(&mut self, items: &'i [T], span: Span, of: impl Fn(&T) -> Span) -> (usize, &'i [T]) {
        let before = |from: usize, end: usize| {
            from + items[from..].iter().take_while(|item| of(item).start < end).count()
        };
        let from = before(self.0, span.start);
        self.0 = before(from, span.end);
        (from, &items[from..self.0])
    }
}

/// The items of a sorted list that begin within `span`.
fn within<T>(items: &[T], span: Span, of: impl Fn(&T) -> Span) -> &[T] {
    let from = items.partition_point(|item| of(item).start < span.start);
    let to = items.partition_point(|item| of(item).start < span.end);
    &items[from..to.max(from)]
}
