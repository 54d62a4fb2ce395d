//! What a sentence leaves out: the year, the period and the place spoken of.
//!
//! Everything that may be carried is kept here with how far away it was said: the figures before, what
//! was stated last, the list's head, the section's heading, the title, the opening, what the text names
//! most, the printed date. Which of them a figure takes is decided by [`super::ranking`].

use std::collections::BTreeMap;

use compact_str::CompactString;
use jiff::civil::Date;

use super::mention::period::{Part, TimeContext, Year};
use super::mention::place::{InName, Place};
use super::mention::{Mentions, PeriodMention};
use super::zones::{Zone, Zones};
use crate::model::Span;
use crate::model::figure::{Origin, Reach};
use crate::model::period::Period;
use crate::model::segment::{Block, BlockKind};
use crate::stage::rules::RulePack;
use crate::stage::rules::bytes::marks;
use crate::stage::rules::cues::find;
use crate::stage::rules::ranking::{Distance, Prevails};

/// The days of the shortest half of a month (`nửa cuối tháng 2`): that many are a time to report of.
const HALF_A_MONTH_DAYS: i16 = 13;

/// A slot's value and where it came from (clean offsets).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

impl<T> Bound<T> {
    pub(super) fn new(value: T, words: Option<Span>, rule: &str, reach: Reach) -> Self {
        Self { value, origin: Origin { words, rule: CompactString::new(rule), reach } }
    }

    pub(super) fn widened(mut self, reach: Reach) -> Self {
        self.origin.reach = self.origin.reach.max(reach);
        self
    }
}

/// A value that was said, by which words, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<V> {
    pub(super) value: V,
    pub(super) words: Option<Span>,
    pub(super) sentence: usize,
    pub(super) block: usize,
}

/// What was said of one slot so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thread<V> {
    /// By the last figure in the open, and by the last of all.
    pub(super) last: Option<Said<V>>,
    pub(super) previous: Option<Said<V>>,
    pub(super) sentence_first: Option<Said<V>>,
    pub(super) block_first: Option<Said<V>>,
    /// By a mention that is no base, in the sentences before.
    pub(super) stated: Option<Said<V>>,
    pub(super) list_head: Option<Said<V>>,
    pub(super) heading: Option<Said<V>>,
    /// By the last sentence that opened with one.
    pub(super) topic: Option<Said<V>>,
    pub(super) title: Option<Said<V>>,
    pub(super) opening: Option<Said<V>>,
    pub(super) most: Option<Said<V>>,
}

impl<V> Default for Thread<V> {
    fn default() -> Self {
        Self {
            last: None,
            previous: None,
            sentence_first: None,
            block_first: None,
            stated: None,
            list_head: None,
            heading: None,
            topic: None,
            title: None,
            opening: None,
            most: None,
        }
    }
}

/// What is spoken of at a place in the text.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    /// The document's printed date.
    pub(super) date: Option<Date>,
    /// The year that the text was written in.
    pub(super) written: Option<i16>,
    /// The year spoken of.
    pub(super) year: Option<i16>,
    pub(super) periods: Thread<Period>,
    pub(super) zones: Thread<Zone>,
    /// The place of the agency named first.
    pub(super) agency: Option<Said<Zone>>,
    /// Whether the opening names a body of the whole country.
    pub(super) national: bool,
    /// How much one place prevails in the text.
    pub(super) prevails: Prevails,
    region: Option<Zone>,
    province: Option<Zone>,
    sentence: usize,
    block: usize,
}

impl Context {
    /// Starts with what the whole document says: its printed date, what its title and its opening name,
    /// and what its text names most.
    pub(super) fn of_document(
        text: &str,
        lower: &str,
        blocks: &[Block],
        found: &Mentions,
        zones: &Zones,
        rules: &RulePack,
    ) -> Self {
        let mut context = Self { date: printed_date(text, blocks, found), ..Self::default() };
        context.written = context.date.map(|date| date.year()).or_else(|| written_in(found));
        context.year = context.written;
        let mut prose = blocks.iter().filter(|block| block.kind == BlockKind::Paragraph);
        let opening =
            prose.next().and_then(|block| block.sentences.first()).map_or(0, |first| first.span.end);
        let opening = super::layout::front(lower, opening);
        context.national = rules.ranking.words.national.occurs_in(opening);
        let title = title(text, blocks);
        context.places_of_document(title, blocks, found, zones);
        context.periods_of_document(title, lower, blocks, found);
        context
    }

    fn said<V>(&self, value: V, words: Option<Span>) -> Said<V> {
        Said { value, words, sentence: self.sentence, block: self.block }
    }

    fn places_of_document(&mut self, title: Span, blocks: &[Block], found: &Mentions, zones: &Zones) {
        let mut counts: BTreeMap<(u8, u8, u8), (usize, usize)> = BTreeMap::new();
        let mut prose = blocks.iter().filter(|block| block.kind == BlockKind::Paragraph);
        let opening = prose.next().map_or(Span::new(0, 0), |block| block.span);
        for (index, place) in found.places.iter().enumerate() {
            let Some(zone) = zones.of[index].filter(|_| place.in_name != InName::Other) else { continue };
            if zone == Zone::Nowhere {
                continue;
            }
            let here = Some(self.said(zone, Some(place.span)));
            if title.contains(place.span) && self.zones.title.is_none() {
                self.zones.title = here;
            }
            if opening.contains(place.span) && place.in_name == InName::No && self.zones.opening.is_none() {
                self.zones.opening = here;
            }
            if place.in_name == InName::Agency && self.agency.is_none() {
                self.agency = here;
            }
            let first = if counts.is_empty() { 2 } else { 0 };
            let count = counts.entry(order(zone)).or_insert((0, index));
            count.0 += 1 + first;
            self.remember_first(zone);
        }
        let most = counts.values().copied().max_by_key(|(count, index)| (*count, usize::MAX - index));
        if let Some((_, index)) = most
            && let Some(zone) = zones.of[index]
        {
            self.zones.most = Some(self.said(zone, Some(found.places[index].span)));
            self.remember(zone);
        }
        let all: usize = counts.values().map(|(count, _)| count).sum();
        self.prevails = match most {
            None => Prevails::None,
            Some((count, _)) if count * 2 > all => Prevails::One,
            Some(_) => Prevails::Several,
        };
        if let Some(title) = self.zones.title {
            self.remember(title.value);
        }
    }

    fn periods_of_document(&mut self, title: Span, lower: &str, blocks: &[Block], found: &Mentions) {
        let mut counts: BTreeMap<Period, (usize, usize)> = BTreeMap::new();
        let lines = blocks.iter().filter(|block| block.kind == BlockKind::DateLine);
        let lines: Vec<Span> = lines.map(|block| block.span).collect();
        for (index, period) in found.periods.iter().enumerate() {
            let dated = lines.partition_point(|line| line.end <= period.span.start);
            if lines.get(dated).is_some_and(|line| line.contains(period.span)) || is_base(lower, period) {
                continue;
            }
            let Some(value) = self.resolve(period) else { continue };
            if is_passing(value) {
                continue;
            }
            let here = Some(self.said(value, Some(period.span)));
            if title.contains(period.span) {
                self.periods.title = self.periods.title.or(here);
            } else {
                self.periods.opening = self.periods.opening.or(here);
            }
            counts.entry(value).or_insert((0, index)).0 += 1;
        }
        let most = counts.iter().max_by_key(|(_, (count, index))| (*count, usize::MAX - index));
        self.periods.most =
            most.map(|(value, (_, index))| self.said(*value, Some(found.periods[*index].span)));
    }

    fn remember(&mut self, zone: Zone) {
        match zone {
            Zone::Region(_) => self.region = Some(zone),
            Zone::Province { .. } => self.province = Some(zone),
            Zone::Country | Zone::Nowhere => {}
        }
    }

    fn remember_first(&mut self, zone: Zone) {
        if matches!(zone, Zone::Region(_)) && self.region.is_none()
            || matches!(zone, Zone::Province { .. }) && self.province.is_none()
        {
            self.remember(zone);
        }
    }

    /// Resolves a time expression by the year and the period spoken of.
    pub(super) fn resolve(&self, period: &PeriodMention) -> Option<Period> {
        self.resolve_by(period, self.year, self.periods.last.map(|said| said.value))
    }

    /// Resolves a time expression by another year or period.
    pub(super) fn resolve_by(
        &self,
        period: &PeriodMention,
        year: Option<i16>,
        spoken: Option<Period>,
    ) -> Option<Period> {
        period.expression.resolve(&TimeContext { document_date: self.date, year, period: spoken })
    }

    /// Returns the zone of a place here: what the words stand for, for those that only point.
    pub(super) fn zone(&self, place: &Place, zone: Option<Zone>) -> Option<Zone> {
        match place {
            Place::ThisRegion => self.region,
            Place::ThisProvince => self.province,
            _ => zone,
        }
    }

    /// Tells how far away something was said.
    pub(super) fn distance<V>(&self, said: &Said<V>) -> Distance {
        match (self.sentence.saturating_sub(said.sentence), self.block.saturating_sub(said.block)) {
            (0, _) => Distance::Sentence,
            (1, 0) => Distance::Next,
            (_, 0) => Distance::Block,
            (_, 1) => Distance::NextBlock,
            _ => Distance::Far,
        }
    }

    /// Goes on to the next block. An item of a list starts from what its head says.
    pub(super) fn enter(&mut self, block: &Block, first_item: bool) {
        self.block += 1;
        self.periods.block_first = None;
        self.zones.block_first = None;
        if block.kind == BlockKind::ListItem {
            if first_item {
                self.periods.list_head = self.periods.last.or(self.periods.stated);
                self.zones.list_head = self.zones.last.or(self.zones.stated);
            }
        } else {
            self.periods.list_head = None;
            self.zones.list_head = None;
        }
    }

    /// Goes on to the next sentence.
    pub(super) fn begin(&mut self) {
        self.sentence += 1;
        self.periods.sentence_first = None;
        self.zones.sentence_first = None;
    }

    /// Takes what a figure was found to be of. A figure in a bracket or of a base is not gone on from.
    pub(super) fn take(
        &mut self,
        period: (Option<Period>, Option<Span>),
        zone: (Zone, Option<Span>),
        open: bool,
    ) {
        let said_zone = Some(self.said(zone.0, zone.1));
        self.zones.previous = said_zone;
        if open {
            self.zones.last = said_zone;
            self.zones.sentence_first = self.zones.sentence_first.or(said_zone);
            self.zones.block_first = self.zones.block_first.or(said_zone);
        }
        let Some(value) = period.0 else { return };
        let said = Some(self.said(value, period.1));
        self.periods.previous = said;
        if open {
            self.periods.last = said;
            self.periods.sentence_first = self.periods.sentence_first.or(said);
            self.periods.block_first = self.periods.block_first.or(said);
            self.year = Some(year_of(value));
        }
    }

    /// Takes what a sentence states, whether or not a figure took it.
    pub(super) fn state(
        &mut self,
        kind: BlockKind,
        period: Option<(Period, Span)>,
        zone: Option<(Zone, Span)>,
        topic: Option<(Period, Span)>,
        figures: bool,
    ) {
        if let Some((value, words)) = topic {
            self.periods.topic = Some(self.said(value, Some(words)));
        }
        if let Some((value, words)) = period {
            self.periods.stated = Some(self.said(value, Some(words)));
            if !figures {
                self.year = Some(year_of(value));
            }
        }
        if let Some((value, words)) = zone {
            self.zones.stated = Some(self.said(value, Some(words)));
        }
        if kind == BlockKind::Heading {
            // A section that names its own time or place begins anew.
            if period.is_some() {
                (self.periods.last, self.periods.previous, self.periods.topic) = (None, None, None);
            }
            if zone.is_some() {
                (self.zones.last, self.zones.previous) = (None, None);
            }
            self.periods.heading = period.map(|(value, words)| self.said(value, Some(words)));
            self.zones.heading = zone.map(|(value, words)| self.said(value, Some(words)));
        }
    }

    /// Takes a place that is named as the one that words such as `toàn tỉnh` stand for. A report of one
    /// province speaks of that one so, whatever others it names in passing.
    pub(super) fn name(&mut self, zone: Zone) {
        let province = |zone: Zone| matches!(zone, Zone::Province { .. });
        let of_one =
            self.prevails == Prevails::One && self.zones.most.is_some_and(|most| province(most.value));
        if !(of_one && province(zone)) {
            self.remember(zone);
        }
    }
}

/// The year in which a period ends.
pub(super) fn year_of(period: Period) -> i16 {
    match period {
        Period::Years(_, last) => last,
        other => other.year(),
    }
}

/// How many blocks a title has at most: office, name of the report, what it is of.
const TITLE_BLOCKS: usize = 8;

/// What stands over the text: its first lines, as far as none ends a sentence.
fn title(text: &str, blocks: &[Block]) -> Span {
    let ends = |block: &&Block| block.span.of(text).trim_end().ends_with(['.', ';', '!', '?', ':']);
    let lines = blocks.iter().filter(|block| block.kind != BlockKind::Gap).take(TITLE_BLOCKS);
    let end = lines.take_while(|block| !ends(block)).last().map_or(0, |block| block.span.end);
    let first = blocks.iter().find(|block| block.kind == BlockKind::Title).map_or(0, |block| block.span.end);
    Span::new(0, end.max(first))
}

/// The year that a text without a printed date was written in: that of the latest part of a year that is
/// printed with it, or the one after that of a `cùng kỳ`; else the whole year named most.
fn written_in(found: &Mentions) -> Option<i16> {
    let parts =
        found.periods.iter().filter_map(|period| match (period.expression.part, period.expression.year) {
            (Part::Same, Year::Stated(year)) => Some(year + 1),
            (Part::Whole | Part::Years(..), _) => None,
            (_, Year::Stated(year)) => Some(year),
            _ => None,
        });
    parts.max().or_else(|| {
        let mut counts: BTreeMap<i16, usize> = BTreeMap::new();
        for period in &found.periods {
            if let (Part::Whole, Year::Stated(year)) = (period.expression.part, period.expression.year) {
                *counts.entry(year).or_default() += 1;
            }
        }
        counts.into_iter().max_by_key(|(year, count)| (*count, *year)).map(|(year, _)| year)
    })
}

/// A zone as a key of a sorted map.
fn order(zone: Zone) -> (u8, u8, u8) {
    match zone {
        Zone::Country => (0, 0, 0),
        Zone::Region(at) => (1, at, 0),
        Zone::Province { before, after } => (2, before.unwrap_or(0), after.unwrap_or(0)),
        Zone::Nowhere => (3, 0, 0),
    }
}

/// Tells whether a time is a day or a few of them: something was held then, and what follows is not of it.
pub(super) fn is_passing(value: Period) -> bool {
    matches!(value, Period::Day(_)) || matches!(value, Period::Days(_, days) if days < HALF_A_MONTH_DAYS)
}

/// The first whole date in a date line, else near the head of the text.
fn printed_date(text: &str, blocks: &[Block], found: &Mentions) -> Option<Date> {
    let whole = |span: Span| {
        let from = found.periods.partition_point(|period| period.span.start < span.start);
        let within = found.periods[from..].iter().take_while(move |period| span.contains(period.span));
        within
            .filter_map(|period| {
                match (period.expression.part, period.expression.resolve(&TimeContext::default())) {
                    (Part::Day { .. }, Some(Period::Day(date))) => Some(date),
                    (Part::DayRange { last, .. }, Some(Period::Days(first, _))) => {
                        Date::new(first.year(), first.month(), last).ok()
                    }
                    _ => None,
                }
            })
            .next()
    };
    let lines = blocks.iter().filter(|block| block.kind == BlockKind::DateLine);
    let dated = lines.filter_map(|block| whole(block.span)).next();
    let filed = || blocks.iter().take(6).find_map(|block| filed_date(block.span.of(text)));
    dated.or_else(filed).or_else(|| {
        // `Ngày 27-12-2022, Trung tâm …`: the first sentence of a report dates what it reports.
        let head = blocks.iter().filter(|block| !block.span.of(text).trim().is_empty()).take(4);
        head.filter_map(|block| block.sentences.first()).find_map(|sentence| whole(sentence.span))
    })
}

/// `# date = 20201001`: the date in the head of a text that was filed.
fn filed_date(line: &str) -> Option<Date> {
    let (key, value) = line.trim_start_matches('#').split_once(['=', ':'])?;
    let digits: String = value.trim().chars().filter(|c| *c != '-').collect();
    let date = key.trim().eq_ignore_ascii_case("date") && digits.len() == 8;
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|digits| digits.parse::<i16>().ok());
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    date.then(|| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()).flatten()
}

/// Tells whether a period mention stands for what a figure is compared with.
pub(super) fn is_base(lower: &str, period: &PeriodMention) -> bool {
    if matches!(period.expression.part, Part::Same) {
        return true;
    }
    // `so với tổng kinh phí thực hiện năm 2018`: a comparison opened before it in its clause.
    let before = super::layout::tail(lower, 0, period.span.start);
    let clause = marks!(",;.:(\n").since(before).trim_end();
    find(clause, "so với").is_some() || clause.ends_with("so") || clause.ends_with("so cùng kỳ")
}
