//! What a sentence leaves out: the year, the period and the place spoken of.
//!
//! Everything that may be carried is kept here with how far away it was said: the figures before, what
//! was stated last, the list's head, the section's heading, the title, the opening, the place that the text is
//! about, the printed date. Which of them a figure takes is decided by [`super::ranking`].

use compact_str::CompactString;
use jiff::civil::Date;

use super::mention::PeriodMention;
use super::mention::period::{Part, TimeContext};
use super::mention::place::Place;
use super::zones::Zone;
use crate::model::Span;
use crate::model::figure::{Origin, Reach};
use crate::model::period::Period;
use crate::model::segment::{Block, BlockKind};
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
    /// The place that the whole text is about, and the rule that tells it.
    pub(super) scope: Option<(Said<Zone>, &'static str)>,
    /// Whether the opening names a body of the whole country.
    pub(super) national: bool,
    /// How much one place prevails in the text.
    pub(super) prevails: Prevails,
    /// What was spoken of before the sentence, and whether its figures are of several places.
    whole: Option<Said<Zone>>,
    listed: bool,
    region: Option<Zone>,
    province: Option<Zone>,
    sentence: usize,
    block: usize,
}

impl Context {
    pub(super) fn said<V>(&self, value: V, words: Option<Span>) -> Said<V> {
        Said { value, words, sentence: self.sentence, block: self.block }
    }

    pub(super) fn remember(&mut self, zone: Zone) {
        match zone {
            Zone::Region(_) => self.region = Some(zone),
            Zone::Province { .. } => self.province = Some(zone),
            Zone::Country | Zone::Nowhere => {}
        }
    }

    pub(super) fn remember_first(&mut self, zone: Zone) {
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

    /// Tells whether what leaves its year out may be of the year of `value`: `đạt 8 tỷ USD vào năm 2030` says
    /// nothing of which year the next quarter named is of.
    pub(super) fn may_speak_of(&self, value: Period) -> bool {
        let title = self.periods.title.map(|said| year_of(said.value));
        // Without a printed date the year of writing is a guess.
        let last = self.date.map(|date| date.year()).or_else(|| self.written.map(|written| written + 1));
        last.is_none_or(|last| year_of(value) <= title.unwrap_or(last).max(last))
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
        // Behind a list of places the text goes on about what it spoke of before.
        if self.listed && self.whole.is_some() {
            (self.zones.last, self.zones.previous) = (self.whole, self.whole);
        }
        (self.whole, self.listed) = (self.zones.last, false);
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
            self.listed |= self.zones.sentence_first.is_some_and(|first| first.value != zone.0);
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
            if self.may_speak_of(value) {
                self.year = Some(year_of(value));
            }
        }
    }

    /// Takes the time that a table tells of a cell: what its row goes on about.
    pub(super) fn take_cell(&mut self, period: Period, words: Option<Span>) {
        let said = Some(self.said(period, words));
        (self.periods.last, self.periods.previous) = (said, said);
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
            if !figures && self.may_speak_of(value) {
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
            self.prevails == Prevails::One && self.scope.is_some_and(|(scope, _)| province(scope.value));
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

/// Tells whether a time is a day or a few of them: something was held then, and what follows is not of it.
pub(super) fn is_passing(value: Period) -> bool {
    matches!(value, Period::Day(_)) || matches!(value, Period::Days(_, days) if days < HALF_A_MONTH_DAYS)
}

/// Tells whether a period mention stands for what a figure is compared with.
pub(super) fn is_base(lower: &str, period: &PeriodMention) -> bool {
    if matches!(period.expression.part, Part::Same) {
        return true;
    }
    // `so với tổng kinh phí thực hiện năm 2018`: a comparison opened before it in its clause.
    let before = super::layout::tail(lower, 0, period.span.start);
    let clause = marks!(",;.:(\n").since(before).trim_end();
    // `bằng 120% năm 2018`, `gấp 1,5 lần năm 2018`
    let rated = (clause.ends_with('%') || clause.ends_with(" lần"))
        && (find(clause, "bằng").is_some() || find(clause, "gấp").is_some());
    rated || find(clause, "so với").is_some() || clause.ends_with("so") || clause.ends_with("so cùng kỳ")
}
