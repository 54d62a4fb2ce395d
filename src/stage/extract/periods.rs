//! The period of a figure: every time named in its sentence, in each way it may be meant, and every
//! time carried from before, put to the vote.

use jiff::civil::Date;
use smallvec::SmallVec;

use super::assembly::{Passed, Walk};
use super::context::{Bound, Said};
use super::eligible::Eligible;
use super::mention::NumberMention;
use super::mention::period::Part;
use super::pairs::Member;
use super::ranking::Ballot;
use crate::model::figure::{Reach, Slot};
use crate::model::period::Period;
use crate::stage::rules::ranking::{
    Between, Carried, Claim, Distance, Feature, Fresh, Group, Kind, Order, Own, Setting, Shape, Time, Told,
    Variant, Versus, Where, period as template,
};

/// How many times before a figure, and behind it, are put to the vote.
pub(super) const BEFORE: usize = 6;
pub(super) const BEHIND: usize = 4;

/// What is known of a figure before its period and place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline {
    pub(super) group: Group,
    pub(super) setting: Setting,
    pub(super) told: Told,
    pub(super) kind: Kind,
}

impl Walk<'_> {
    /// Chooses the period of a figure.
    pub(super) fn period(
        &mut self,
        number: &NumberMention,
        passed: &Passed<'_>,
        outline: Outline,
    ) -> Option<Bound<Period>> {
        let rules = self.rules;
        if let Some(paired) = paired_time(passed) {
            return Some(paired);
        }
        let mut ballot: Ballot<'_, Option<Period>> = Ballot::new(&rules.ranking.period);
        let own = self.own_time(number, passed);
        let main = self.main_time(number, passed);
        let split = passed.periods.partition_point(|period| period.span.start < number.span.start);
        let before = (0..split).rev().take(BEFORE);
        let behind = (split..passed.periods.len()).take(BEHIND);
        let eligible = self.eligible_times(number, passed, outline, own);
        for side in [before.collect::<SmallVec<[usize; BEFORE]>>(), behind.collect()] {
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
                // A base is a figure's only where the figure is one.
                let base = passed.named[at].base
                    && eligible != Eligible::Only(at)
                    && matches!(outline.setting, Setting::Open | Setting::BracketPlan);
                if may && !base {
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
        let last = last.map(|last| (last, days(last)));
        let (told, group) = (outline.told as usize, outline.group as usize);
        let (setting, own, distance) = (outline.setting as usize, own as usize, distance as usize);
        let features = |value: Option<Period>| -> [Feature; 7] {
            let days = value.and_then(days);
            let shape = shape(value) as usize;
            let versus = versus(value.map(|value| (value, days)), last) as usize;
            let time = time(days, date.filter(|_| value.is_some())) as usize;
            [
                template::ShapeTold.feature(&[shape, told]),
                template::ShapeGroup.feature(&[shape, group]),
                template::VersusLast.feature(&[versus, setting, group]),
                template::VersusSetting.feature(&[versus, setting]),
                template::VersusOwn.feature(&[versus, own, distance]),
                template::TimeTold.feature(&[time, told]),
                template::TimeShape.feature(&[time, shape]),
            ]
        };
        let chosen = ballot.elect(features, &mut self.seen);
        let print = |value: Option<Period>| value.map(|period| period.to_string());
        if self.reasons.is_some() {
            self.record(number, Slot::Period, || ballot.candidates(features), print);
        }
        let Bound { value, origin } = chosen?;
        Some(Bound { value: value?, origin })
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
        let same: Option<(Period, Variant)>;
        let values = if matches!(period.expression.part, Part::Same) {
            let value = main.and_then(|main| self.context.resolve_by(period, Some(main.year()), Some(main)));
            same = value.map(|value| (value, Variant::Spoken));
            same.as_slice()
        } else {
            named.values.as_slice()
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

/// The time that the figure is paired off with.
fn paired_time(passed: &Passed<'_>) -> Option<Bound<Period>> {
    let Some(Member::Period(at)) = passed.paired.filter(|_| !passed.bracketed) else { return None };
    let (value, _) = passed.named.get(at)?.values.first()?;
    Some(Bound::new(*value, Some(passed.periods[at].span), "period.paired", Reach::Clause))
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

/// The first and the last day of a period.
type Days = (Date, Date);

fn days(period: Period) -> Option<Days> {
    period.first_day().zip(period.last_day())
}

fn versus(value: Option<(Period, Option<Days>)>, last: Option<(Period, Option<Days>)>) -> Versus {
    let (Some((value, of_value)), Some((last, of_last))) = (value, last) else { return Versus::Alone };
    if value == last {
        return Versus::Same;
    }
    let (Some(of_value), Some(of_last)) = (of_value, of_last) else { return Versus::Other };
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

fn time(days: Option<Days>, date: Option<Date>) -> Time {
    let Some(date) = date else { return Time::Unknown };
    match days {
        Some((first, _)) if first > date => Time::Future,
        Some((_, last)) if last >= date => Time::Current,
        _ => Time::Past,
    }
}
