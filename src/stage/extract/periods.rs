//! The period of a figure: every time named in its sentence, in each way it may be meant, and every
//! time carried from before, put to the vote.

use super::assembly::{Passed, Walk};
use super::context::{Bound, Said, is_passing, year_of};
use super::layout::tail;
use super::mention::period::{Part, TimeRole, Year};
use super::mention::{NumberMention, PeriodMention};
use super::ranking::Ballot;
use crate::model::Span;
use crate::model::figure::Reach;
use crate::model::period::Period;
use crate::stage::rules::ranking::{
    Between, Carried, Claim, Cue, Distance, Feature, Fresh, Group, Kind, Order, Own, Part as PartAxis, Role,
    Setting, Shape, Time, Told, Variant, Versus, Where, period as template,
};

/// How many times before a figure, and behind it, are put to the vote.
const BEFORE: usize = 6;
const BEHIND: usize = 4;

/// The times that a figure may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Eligible {
    /// The one told right beside it, by its number in the sentence.
    Only(usize),
    /// Those named for it.
    Named,
    /// The year of the figure before: a plan is of its year.
    Planned,
    /// Those named for it and that of the figure before, with its year.
    GoingOn,
    /// Those of the sentence and all that are carried.
    All,
}

/// What is known of a figure before its period and place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline {
    pub(super) group: Group,
    pub(super) setting: Setting,
    pub(super) told: Told,
    pub(super) kind: Kind,
}

/// A time named in a sentence.
#[derive(Debug, Clone)]
pub(super) struct Named {
    cue: Cue,
    part: PartAxis,
    role: Role,
    /// What it comes to; what `cùng kỳ` comes to depends on the figure.
    values: Vec<(Period, Variant)>,
}

impl Named {
    /// Returns what the time comes to by itself, where it is no base of a comparison.
    pub(super) fn stated(&self) -> Option<Period> {
        let plain = matches!(self.cue, Cue::No | Cue::Plan) && self.part != PartAxis::Duration;
        self.values.first().filter(|_| plain).map(|(period, _)| *period)
    }
}

impl Walk<'_> {
    /// Reads the times of a sentence in order, the year of one carried to the next.
    pub(super) fn name_times(&self, sentence: Span, periods: &[PeriodMention]) -> Vec<Named> {
        let mut year = self.context.year;
        let mut from = sentence.start;
        let mut since: Option<i16> = None;
        let mut named = Vec::with_capacity(periods.len());
        for period in periods {
            let before = tail(self.lower, from, period.span.start);
            let cue = self.cue(period, before);
            let values = self.values(period, year, since);
            if let Some((value, _)) = values.first()
                && matches!(cue, Cue::No | Cue::Plan)
                && !matches!(period.expression.part, Part::Duration)
            {
                year = Some(year_of(*value));
            }
            let begins = period.role == TimeRole::Since || before.trim_end().ends_with("từ đầu");
            since = values.first().map(|(value, _)| value.year()).filter(|_| begins);
            let role = match period.role {
                TimeRole::Plain => Role::In,
                TimeRole::Until => Role::Until,
                TimeRole::Since => Role::Since,
            };
            named.push(Named { cue, part: part_of(period), role, values });
            from = period.span.end;
        }
        named
    }

    fn cue(&self, period: &PeriodMention, before: &str) -> Cue {
        let words = &self.rules.ranking.words;
        let clause = &before[before.rfind([',', ';', '.', '(', ':']).map_or(0, |at| at + 1)..];
        if matches!(period.expression.part, Part::Same) {
            Cue::Same
        } else if self.frames().holds(clause, &words.law) || clause.trim_end().ends_with("số") {
            Cue::Law
        } else if words.compared.occurs_in(clause) {
            Cue::Compared
        } else if clause.contains('%') && self.frames().holds(clause, &words.plan) {
            Cue::Plan
        } else {
            Cue::No
        }
    }

    /// Returns the ways a time may be meant, the likeliest first.
    fn values(
        &self,
        period: &PeriodMention,
        year: Option<i16>,
        since: Option<i16>,
    ) -> Vec<(Period, Variant)> {
        let mut values: Vec<(Period, Variant)> = Vec::new();
        let mut add = |value: Option<Period>, variant| {
            if let Some(value) = value
                && !values.iter().any(|(known, _)| *known == value)
            {
                values.push((value, variant));
            }
        };
        let last = self.context.periods.last.map(|said| said.value);
        let resolve = |year: Option<i16>| self.context.resolve_by(period, year, last);
        let document = self.context.written;
        let past_year = period.rule == "period.past_year";
        match period.expression.part {
            Part::Same => return values,
            // `năm qua`: the year that is behind where the text is written, or nearly so.
            Part::Whole if past_year && self.context.date.is_some() => {
                let date = self.context.date.filter(|date| date.month() < 11);
                add(document.map(|year| Period::Year(year - i16::from(date.is_some()))), Variant::Document);
                return values;
            }
            // `Chỉ số sản xuất 5 tháng tăng 5,7%`: from January.
            Part::Duration => {
                let months =
                    period.length.as_ref().and_then(|length| length.strip_prefix('P')?.strip_suffix('M'));
                let months = months.and_then(|months| months.parse::<i8>().ok());
                let told = |year: Option<i16>| Period::from_january(year?, months?);
                add(told(document), Variant::Document);
                add(told(year), Variant::Spoken);
                return values;
            }
            Part::Now => {
                if let (Some(first), Some(last)) = (since, document)
                    && first < last
                {
                    add(Some(Period::Years(first, last)), Variant::Span);
                }
                add(document.map(Period::Year), Variant::Whole);
                return values;
            }
            _ => {}
        }
        let today = matches!(period.expression.year, Year::Relative(0));
        // The last day of a year closes all of it.
        let closed = |value: Period| match value {
            Period::Day(day) if (day.month(), day.day()) == (12, 31) => Period::Year(day.year()),
            other => other,
        };
        let spoken = resolve(if today { document.or(year) } else { year }).map(closed);
        add(spoken, Variant::Spoken);
        if !matches!(period.expression.year, Year::Stated(_)) && document.is_some() {
            add(resolve(document), Variant::Document);
            add(resolve(document.map(|year| year + 1)), Variant::Next);
        }
        for (value, _) in values.clone() {
            let cumulative = match value {
                Period::Month(year, month) => Period::from_january(year, month),
                Period::Quarter(year, quarter) => Period::from_january(year, quarter * 3),
                Period::Day(day) if day.day() >= 28 => Period::from_january(day.year(), day.month()),
                _ => None,
            };
            let mut add = |value: Option<Period>, variant| {
                if let Some(value) = value
                    && !values.iter().any(|(known, _)| *known == value)
                {
                    values.push((value, variant));
                }
            };
            add(cumulative, Variant::Cumulative);
            if let (Some(first), Some(end)) = (since, Some(year_of(value)))
                && first < end
            {
                add(Some(Period::Years(first, end)), Variant::Span);
            }
            if is_passing(value) {
                add(Some(Period::Year(value.year())), Variant::Whole);
            }
        }
        values
    }

    /// Chooses the period of a figure.
    pub(super) fn period(
        &mut self,
        number: &NumberMention,
        passed: &Passed<'_>,
        outline: Outline,
    ) -> Option<Bound<Period>> {
        let rules = self.rules;
        let mut ballot: Ballot<'_, Option<Period>> = Ballot::new(&rules.ranking.period);
        let own = self.own_time(number, passed);
        let main = self.main_time(number, passed);
        let split = passed.periods.partition_point(|period| period.span.start < number.span.start);
        let before = (0..split).rev().take(BEFORE);
        let behind = (split..passed.periods.len()).take(BEHIND);
        let eligible = self.eligible_times(number, passed, outline, own);
        for side in [before.collect::<Vec<_>>(), behind.collect()] {
            // Times that are no base are counted off.
            let mut rank = 0;
            for at in side {
                let fresh = self.fresh(passed.periods[at].span, number.span, passed);
                let may = match eligible {
                    Eligible::All => true,
                    Eligible::Only(only) => only == at,
                    Eligible::Planned => false,
                    Eligible::Named | Eligible::GoingOn => fresh != Fresh::Stale,
                };
                if may {
                    self.time(&mut ballot, number, passed, outline, (at, rank, fresh), main);
                }
                rank += usize::from(passed.named[at].stated().is_some());
            }
        }
        self.carried_times(&mut ballot, outline, own, eligible);
        let last = self.context.periods.last;
        let distance = last.map_or(Distance::Far, |last| self.context.distance(&last));
        let last = last.map(|said| said.value);
        let date = self.context.date;
        let model = &rules.ranking.period;
        let features = |value: Option<Period>, features: &mut Vec<Feature>| {
            let shape = shape(value);
            let versus = versus(value, last);
            let time = time(value, date);
            let mut add = |template: usize, values: &[usize]| features.push(model.feature(template, values));
            add(template::ShapeTold, &[shape as usize, outline.told as usize]);
            add(template::ShapeGroup, &[shape as usize, outline.group as usize]);
            add(template::VersusLast, &[versus as usize, outline.setting as usize, outline.group as usize]);
            add(template::VersusSetting, &[versus as usize, outline.setting as usize]);
            add(template::VersusOwn, &[versus as usize, own as usize, distance as usize]);
            add(template::TimeTold, &[time as usize, outline.told as usize]);
            add(template::TimeShape, &[time as usize, shape as usize]);
        };
        let chosen = ballot.elect(features, &mut self.seen);
        let print = |value: Option<Period>| value.map(|period| period.to_string());
        self.record(number, crate::model::figure::Slot::Period, || ballot.candidates(features), print);
        let Bound { value, origin } = chosen?;
        Some(Bound { value: value?, origin })
    }

    /// Tells whether a time is told right behind the figure before: `22 tỷ đồng năm 2011 lên 78 tỷ đồng`.
    fn is_of_other(&self, number: &NumberMention, passed: &Passed<'_>, at: usize) -> bool {
        let time = passed.periods[at].span;
        let Some(other) = passed.layout.figure_before(time).filter(|other| other.start != number.span.start)
        else {
            return false;
        };
        let gap = self.lower.get(other.end..time.start).unwrap_or("");
        gap.trim() != "và" && passed.layout.place(self.lower, time, other) == Where::Behind
    }

    /// Tells which times a figure may take: what its own clause names comes before what its sentence goes on
    /// about, and that before what is carried.
    fn eligible_times(
        &self,
        number: &NumberMention,
        passed: &Passed<'_>,
        outline: Outline,
        own: Own,
    ) -> Eligible {
        let setting = outline.setting;
        let split = passed.periods.partition_point(|period| period.span.start < number.span.start);
        let place = |at: usize| passed.layout.place(self.lower, passed.periods[at].span, number.span);
        let tells = |at: usize| {
            !passed.named[at].values.is_empty() || passed.periods[at].expression.part == Part::Same
        };
        // `năm 2008 705 người`, `so với năm 2018 (60 đề án)`: told right before the figure.
        if let Some(at) = split.checked_sub(1).filter(|at| tells(*at) && place(*at) == Where::Beside) {
            let gap = self.lower.get(passed.periods[at].span.end..number.span.start).unwrap_or("");
            let own = passed.named[at].stated().is_some() && !self.is_of_other(number, passed, at);
            if gap.contains('(') || own && !gap.contains(')') {
                return Eligible::Only(at);
            }
        }
        // `lên 15% vào năm 2020`, `so với mức 9 tỷ đồng của năm trước`: told right behind a level.
        let joined = |at: usize| {
            let gap = self.lower.get(number.span.end..passed.periods[at].span.start).unwrap_or("");
            gap.trim() == "và"
        };
        if split < passed.periods.len() && tells(split) && place(split) == Where::Behind && !joined(split) {
            let level = !matches!(outline.group, Group::Change | Group::Plan);
            let shut = passed.layout.shut(passed.periods[split].span, number.span);
            if level && !shut && (passed.named[split].stated().is_some() || setting == Setting::Level) {
                return Eligible::Only(split);
            }
        }
        let last = self.context.periods.last;
        let goes_on = last.is_some_and(|last| self.context.distance(&last) == Distance::Sentence);
        let named = || {
            let mut near = (0..split).rev().take(BEFORE);
            near.any(|at| {
                tells(at) && self.fresh(passed.periods[at].span, number.span, passed) == Fresh::Fresh
            })
        };
        match (setting, own) {
            (Setting::Open | Setting::Bracket, Own::Before) => Eligible::Named,
            (Setting::Open, Own::Stale | Own::No) if goes_on => Eligible::GoingOn,
            (Setting::BracketPlan, Own::Stale | Own::No) if goes_on => Eligible::Planned,
            (Setting::BracketBase, _) if named() => Eligible::Named,
            _ => Eligible::All,
        }
    }

    /// Tells whether the sentence itself names a time for the figure.
    fn own_time(&self, number: &NumberMention, passed: &Passed<'_>) -> Own {
        let (layout, figure) = (passed.layout, number.span);
        let split = passed.periods.partition_point(|period| period.span.start < figure.start);
        let plain = |at: &usize| passed.named[*at].stated().is_some();
        let place = |at: usize| layout.place(self.lower, passed.periods[at].span, figure);
        let mut before = (0..split)
            .rev()
            .take(BEFORE)
            .filter(|at| plain(at) && !layout.shut(passed.periods[*at].span, figure));
        let behind = (split..passed.periods.len()).take(BEHIND).find(plain);
        let nearest = before.next();
        if nearest.is_some_and(|at| self.fresh(passed.periods[at].span, figure, passed) == Fresh::Fresh) {
            Own::Before
        } else if behind.is_some_and(|at| place(at) == Where::Behind) {
            Own::Behind
        } else if nearest.is_some() {
            Own::Stale
        } else if behind.is_some_and(|at| place(at) == Where::BehindClause) {
            Own::Behind
        } else {
            Own::No
        }
    }

    /// Tells whether a time is named for the figure, or was so for one before it: `năm 2011 đạt 22 tỷ đồng,
    /// tăng 5%`; `từ 22 tỷ đồng năm 2011 lên 78 tỷ đồng`.
    fn fresh(&self, time: Span, figure: Span, passed: &Passed<'_>) -> Fresh {
        if time.start >= figure.end {
            return Fresh::Behind;
        }
        match passed.layout.last_open(figure) {
            Some(last) if time.start < last.end => Fresh::Stale,
            _ if passed.layout.claimed(self.lower, time, figure) => Fresh::Stale,
            _ => Fresh::Fresh,
        }
    }

    /// Returns the period that `cùng kỳ` refers to: that of the last figure of the sentence, else the
    /// nearest one named in it, else the one carried.
    fn main_time(&self, number: &NumberMention, passed: &Passed<'_>) -> Option<Period> {
        if let Some(said) = self.context.periods.sentence_first {
            return Some(said.value);
        }
        let split = passed.periods.partition_point(|period| period.span.start < number.span.start);
        let named = (0..split).rev().take(BEFORE).find_map(|at| passed.named[at].stated());
        let carried = self.context.periods.last.or(self.context.periods.stated);
        named.or_else(|| carried.map(|said| said.value))
    }

    fn time<'r>(
        &self,
        ballot: &mut Ballot<'r, Option<Period>>,
        number: &NumberMention,
        passed: &Passed<'r>,
        outline: Outline,
        (at, rank, fresh): (usize, usize, Fresh),
        main: Option<Period>,
    ) {
        let period = &passed.periods[at];
        let named = &passed.named[at];
        let place = passed.layout.place(self.lower, period.span, number.span);
        let between = passed.layout.between(period.span, number.span);
        let order = [Order::First, Order::Second, Order::Farther][rank.min(2)];
        let reach = if between == Between::None && !matches!(place, Where::Commas | Where::Parted) {
            Reach::Clause
        } else {
            Reach::Sentence
        };
        let shut = passed.layout.shut(period.span, number.span);
        let claim = if passed.layout.claimed(self.lower, period.span, number.span) {
            Claim::Taken
        } else {
            Claim::Free
        };
        let fresh = fresh as usize;
        let same: Vec<(Period, Variant)>;
        let values = if matches!(period.expression.part, Part::Same) {
            let value = main.and_then(|main| self.context.resolve_by(period, Some(main.year()), Some(main)));
            same = value.map(|value| (value, Variant::Spoken)).into_iter().collect();
            &same
        } else {
            &named.values
        };
        for (value, variant) in values {
            ballot.source(Some(*value), Some(period.span), &period.rule, reach);
            let (place, cue, part) = (place as usize, named.cue as usize, named.part as usize);
            let (group, setting) = (outline.group as usize, outline.setting as usize);
            ballot.feature(template::Place, &[place, between as usize, group]);
            ballot.feature(template::PlaceBetween, &[place, between as usize]);
            ballot.feature(template::PlaceClaim, &[place, claim as usize]);
            ballot.feature(template::PlacePart, &[place, part]);
            ballot.feature(template::PlaceCue, &[place, cue, setting]);
            ballot.feature(template::GroupCue, &[cue, group, between as usize]);
            ballot.feature(template::PartGroup, &[part, group]);
            ballot.feature(template::FreshClaim, &[fresh, cue, claim as usize]);
            ballot.feature(template::FreshGroup, &[fresh, group, setting]);
            ballot.feature(template::OrderCue, &[order as usize, cue]);
            ballot.feature(template::PartRole, &[part, named.role as usize, *variant as usize]);
            ballot.feature(template::PlaceVariant, &[place, *variant as usize]);
            if shut {
                ballot.feature(template::Bracketed, &[cue, setting]);
            }
        }
    }

    fn carried_times<'r>(
        &self,
        ballot: &mut Ballot<'r, Option<Period>>,
        outline: Outline,
        own: Own,
        eligible: Eligible,
    ) {
        let context = &self.context;
        if matches!(eligible, Eligible::Named | Eligible::Only(_)) {
            return;
        }
        let mut add = |said: Option<Said<Period>>, from: Carried, rule: &'static str, reach: Reach| {
            let Some(said) = said else { return };
            let distance = context.distance(&said);
            let nearer = match distance {
                Distance::Sentence => Reach::Sentence,
                Distance::Next | Distance::Block => Reach::Paragraph,
                _ => Reach::Section,
            };
            let reach = if reach == Reach::Paragraph { nearer } else { reach };
            ballot.source(Some(said.value), said.words, rule, reach);
            carried(ballot, from, distance, outline, own);
            ballot.feature(template::CarriedShape, &[from as usize, shape(Some(said.value)) as usize]);
        };
        let thread = &context.periods;
        if eligible != Eligible::Planned {
            add(thread.last, Carried::Last, "period.carried", Reach::Paragraph);
        }
        let year_of_last = thread.last.map(|said| Said { value: plan_year(said.value), ..said });
        add(year_of_last, Carried::YearOfLast, "period.year_of_it", Reach::Paragraph);
        if matches!(eligible, Eligible::GoingOn | Eligible::Planned) {
            return;
        }
        add(thread.previous, Carried::Previous, "period.carried", Reach::Paragraph);
        add(thread.sentence_first, Carried::SentenceFirst, "period.carried", Reach::Paragraph);
        add(thread.block_first, Carried::BlockFirst, "period.carried", Reach::Paragraph);
        add(thread.stated, Carried::Stated, "period.carried", Reach::Paragraph);
        add(thread.list_head, Carried::ListHead, "period.list_head", Reach::ListHead);
        add(thread.heading, Carried::Heading, "period.heading", Reach::Section);
        add(thread.topic, Carried::Topic, "period.topic", Reach::Section);
        // A section that names its own time is not of the title's.
        let section = thread.heading.is_some();
        if !section {
            add(thread.title, Carried::Title, "period.title", Reach::Title);
            add(thread.opening, Carried::Opening, "period.opening", Reach::Section);
            add(thread.most, Carried::Most, "period.most_named", Reach::Section);
        }
        if let Some(date) = context.date.filter(|_| !section) {
            ballot.source(Some(Period::Year(date.year())), None, "period.document_year", Reach::DocumentDate);
            carried(ballot, Carried::Document, Distance::Far, outline, own);
            let before = Period::Year(date.year() - 1);
            ballot.source(Some(before), None, "period.year_before", Reach::DocumentDate);
            carried(ballot, Carried::YearBefore, Distance::Far, outline, own);
        }
        ballot.source(None, None, "period.open", Reach::Default);
        carried(ballot, Carried::Nothing, Distance::Far, outline, own);
    }
}

fn carried<V: Copy + Eq>(
    ballot: &mut Ballot<'_, V>,
    from: Carried,
    distance: Distance,
    outline: Outline,
    own: Own,
) {
    let from = from as usize;
    ballot.feature(template::CarriedFrom, &[from, distance as usize, own as usize]);
    ballot.feature(template::CarriedGroup, &[from, outline.group as usize]);
    ballot.feature(template::CarriedSetting, &[from, outline.setting as usize]);
    ballot.feature(template::CarriedTold, &[from, outline.told as usize]);
    ballot.feature(template::CarriedKind, &[from, outline.kind as usize]);
}

/// The time that a plan for `period` is made for: its year, or all its years.
fn plan_year(period: Period) -> Period {
    match period {
        Period::Years(..) => period,
        other => Period::Year(other.year()),
    }
}

fn part_of(period: &PeriodMention) -> PartAxis {
    match period.expression.part {
        Part::Whole if matches!(period.expression.year, Year::Relative(_)) => PartAxis::Relative,
        Part::Whole => PartAxis::Year,
        Part::Half(_) | Part::Quarter(_) => PartAxis::Quarter,
        Part::FirstMonths(_) => PartAxis::FirstMonths,
        Part::Month(_) => PartAxis::Month,
        Part::Day { .. } | Part::DayRange { .. } => PartAxis::Day,
        Part::Years(..) => PartAxis::Years,
        Part::Same => PartAxis::Same,
        Part::RelativeMonth(_) | Part::RelativeQuarter(_) => PartAxis::Relative,
        Part::PastYears(_) => PartAxis::Past,
        Part::Now => PartAxis::Now,
        Part::Duration => PartAxis::Duration,
        _ => PartAxis::Other,
    }
}

fn shape(value: Option<Period>) -> Shape {
    match value {
        None => Shape::Nothing,
        Some(Period::Year(_)) => Shape::Year,
        Some(Period::Years(..)) => Shape::Years,
        Some(Period::Half(..) | Period::Quarter(..) | Period::Months(..)) => Shape::Months,
        Some(Period::Month(..)) => Shape::Month,
        Some(Period::Day(_) | Period::Days(..)) => Shape::Day,
    }
}

fn versus(value: Option<Period>, last: Option<Period>) -> Versus {
    let (Some(value), Some(last)) = (value, last) else { return Versus::Alone };
    if value == last {
        return Versus::Same;
    }
    let days = |period: Period| period.first_day().zip(period.last_day());
    let (Some(of_value), Some(of_last)) = (days(value), days(last)) else { return Versus::Other };
    if of_value.0 <= of_last.0 && of_last.1 <= of_value.1 {
        Versus::Holds
    } else if of_last.0 <= of_value.0 && of_value.1 <= of_last.1 {
        Versus::Held
    } else if value.year() == last.year() {
        Versus::Kin
    } else {
        Versus::Other
    }
}

fn time(value: Option<Period>, date: Option<jiff::civil::Date>) -> Time {
    let (Some(value), Some(date)) = (value, date) else { return Time::Unknown };
    match (value.first_day(), value.last_day()) {
        (Some(first), _) if first > date => Time::Future,
        (_, Some(last)) if last >= date => Time::Current,
        _ => Time::Past,
    }
}
