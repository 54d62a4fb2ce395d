//! What a whole text is about: the date printed on it, the year it was written in, the time and the place that
//! its title, its opening and its agencies name.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::context::{Context, Said, is_base, is_passing};
use super::mention::period::{Part, TimeContext, Year};
use super::mention::place::InName;
use super::mention::{Mentions, PeriodMention};
use super::zones::{Zone, Zones};
use crate::model::Span;
use crate::model::period::Period;
use crate::model::segment::{Block, BlockKind};
use crate::stage::rules::RulePack;
use crate::stage::rules::bytes::marks;
use crate::stage::rules::cues::PhraseList;
use crate::stage::rules::ranking::Prevails;

/// What announces a text.
struct Announced {
    title: Span,
    /// The text is about industrial promotion.
    promotion: bool,
}

impl Context {
    /// Starts with what the whole document says: its printed date, the place that it is about, the times that its
    /// title and its opening name.
    pub(super) fn of_document(
        text: &str,
        lower: &str,
        blocks: &[Block],
        found: &Mentions,
        zones: &Zones,
        promotion: bool,
        rules: &RulePack,
    ) -> Self {
        let mut context = Self::default();
        context.date = printed_date(text, lower, blocks, found, rules);
        let title = title(text, blocks);
        context.written =
            context.date.map(|date| date.year()).or_else(|| written_in(lower, title, found, rules));
        context.year = context.written;
        let mut prose = blocks.iter().filter(|block| block.kind == BlockKind::Paragraph);
        let opening =
            prose.next().and_then(|block| block.sentences.first()).map_or(0, |first| first.span.end);
        let opening = super::layout::front(lower, opening);
        context.national = rules.ranking.words.national.occurs_in(opening);
        context.places_of_document(&Announced { title, promotion }, blocks, found, zones);
        context.periods_of_document(title, lower, blocks, found);
        context
    }

    fn places_of_document(&mut self, named: &Announced, blocks: &[Block], found: &Mentions, zones: &Zones) {
        let mut counts: BTreeMap<(u8, u8, u8), (usize, usize)> = BTreeMap::new();
        let mut prose = blocks.iter().filter(|block| block.kind == BlockKind::Paragraph);
        let opening = prose.next().map_or(Span::new(0, 0), |block| block.span);
        let (mut title, mut region, mut agency) = (None, None, None);
        let mut regions: Vec<Said<Zone>> = Vec::new();
        for (index, place) in found.places.iter().enumerate() {
            let Some(zone) = zones.of[index].filter(|_| place.in_name != InName::Other) else { continue };
            if zone == Zone::Nowhere {
                continue;
            }
            let here = Some(self.said(zone, Some(place.span)));
            if named.title.contains(place.span) {
                title = title.or(here);
            }
            if matches!(zone, Zone::Region(_)) {
                region = region.or(here.filter(|_| opening.contains(place.span)));
                if !regions.iter().any(|region| region.value == zone) {
                    regions.extend(here);
                }
            }
            if place.in_name == InName::Agency {
                agency = agency.or(here);
            }
            let first = if counts.is_empty() { 2 } else { 0 };
            let count = counts.entry(order(zone)).or_insert((0, index));
            count.0 += 1 + first;
            self.remember_first(zone);
        }
        let most = counts.values().copied().max_by_key(|(count, index)| (*count, usize::MAX - index));
        let all: usize = counts.values().map(|(count, _)| count).sum();
        self.prevails = match most {
            None => Prevails::None,
            Some((count, _)) if count * 2 > all => Prevails::One,
            Some(_) => Prevails::Several,
        };
        let most =
            most.and_then(|(_, index)| Some(self.said(zones.of[index]?, Some(found.places[index].span))));
        if let Some(most) = most {
            self.remember(most.value);
        }
        // A conference on a region is held in some province, and a body of the whole country speaks of all of it;
        // else a text is about the place that it names most, or that its own agency is of.
        let one = self.prevails == Prevails::One;
        let own = agency.is_some_and(|agency| most.is_some_and(|most| most.value == agency.value));
        // A text that names many provinces and one region is about the region.
        let only =
            regions.first().copied().filter(|_| regions.len() == 1 && self.prevails == Prevails::Several);
        let region = region.or(only);
        let scopes = [
            (title, "place.title"),
            (region.filter(|_| named.promotion), "place.opening"),
            (self.national.then(|| self.said(Zone::Country, None)), "place.country"),
            (most.filter(|_| one || own), "place.most_named"),
            (agency.filter(|_| named.promotion), "place.agency"),
        ];
        self.scope = scopes.into_iter().find_map(|(said, rule)| Some((said?, rule)));
        if let Some((scope, _)) = self.scope {
            self.remember(scope.value);
        }
    }

    fn periods_of_document(&mut self, title: Span, lower: &str, blocks: &[Block], found: &Mentions) {
        let lines = blocks.iter().filter(|block| block.kind == BlockKind::DateLine);
        let lines: Vec<Span> = lines.map(|block| block.span).collect();
        for period in &found.periods {
            if self.periods.opening.is_some() && period.span.start >= title.end {
                break;
            }
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
        }
    }
}

/// How many blocks a title has at most: office, name of the report, what it is of.
const TITLE_BLOCKS: usize = 8;

/// How many bytes a line of it has at most.
const TITLE_BYTES: usize = 320;

/// What stands over the text: its first lines, as far as none ends a sentence.
fn title(text: &str, blocks: &[Block]) -> Span {
    let ends = |block: &&Block| {
        let line = block.span.of(text).trim_end();
        line.len() > TITLE_BYTES || line.ends_with(['.', ';', '!', '?', ':'])
    };
    let lines = blocks.iter().filter(|block| block.kind != BlockKind::Gap).take(TITLE_BLOCKS);
    let end = lines.take_while(|block| !ends(block)).last().map_or(0, |block| block.span.end);
    let first = blocks.iter().find(|block| block.kind == BlockKind::Title);
    let first = first.filter(|block| block.span.len() <= TITLE_BYTES).map_or(0, |block| block.span.end);
    Span::new(0, end.max(first))
}

/// The year that a text without a printed date was written in: that of the latest part of a year that is
/// printed with it, or the one after that of a `cùng kỳ`, or the one that the title reports of where that is
/// later; else the whole year named most. The day of a decree says nothing of it.
fn written_in(lower: &str, title: Span, found: &Mentions, rules: &RulePack) -> Option<i16> {
    let words = &rules.ranking.words;
    let whole = |period: &PeriodMention| match (period.expression.part, period.expression.year) {
        (Part::Whole, Year::Stated(year)) => Some(year),
        _ => None,
    };
    let parts =
        found.periods.iter().filter_map(|period| match (period.expression.part, period.expression.year) {
            (Part::Same, Year::Stated(year)) => Some(year + 1),
            (Part::Whole | Part::Years(..), _) => None,
            (_, Year::Stated(year)) if !is_of_law(lower, period.span, &words.law) => Some(year),
            _ => None,
        });
    let titled = found.periods.iter().take_while(|period| period.span.end <= title.end);
    let titled = titled.filter(|_| !words.plan.occurs_in(title.of(lower))).filter_map(whole).max();
    let latest = parts.max().map(|latest| titled.map_or(latest, |titled| titled.max(latest)));
    latest.or_else(|| {
        let mut counts: BTreeMap<i16, usize> = BTreeMap::new();
        for year in found.periods.iter().filter_map(whole) {
            *counts.entry(year).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(year, count)| (*count, *year)).map(|(year, _)| year)
    })
}

/// How many bytes before a date are looked at for the law that it is the date of: `Quyết định số 1881/QĐ-TTg của
/// Thủ tướng Chính phủ ngày`.
const LAW_BYTES: usize = 96;

/// Tells whether a date is that of a law named before it in its clause.
fn is_of_law(lower: &str, date: Span, law: &PhraseList) -> bool {
    let from = super::layout::floor(lower, date.start.saturating_sub(LAW_BYTES));
    let clause = marks!(",;.(:\n").since(&lower[from..date.start]);
    law.occurs_in(clause) || clause.trim_end().ends_with("số")
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

/// The first whole date in a date line, else near the head of the text.
fn printed_date(
    text: &str,
    lower: &str,
    blocks: &[Block],
    found: &Mentions,
    rules: &RulePack,
) -> Option<Date> {
    let whole = |span: Span| {
        let from = found.periods.partition_point(|period| period.span.start < span.start);
        let within = found.periods[from..].iter().take_while(move |period| span.contains(period.span));
        let within = within.filter(|period| !is_of_law(lower, period.span, &rules.ranking.words.law));
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
