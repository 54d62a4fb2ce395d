//! The times that a sentence names, in order: how each stands in its clause, and in which ways it may be meant.

use smallvec::SmallVec;

use super::assembly::Walk;
use super::context::{is_passing, year_of};
use super::layout::{ends, tail};
use super::mention::PeriodMention;
use super::mention::period::{Part, TimeRole, Year};
use crate::model::Span;
use crate::model::period::Period;
use crate::stage::rules::bytes::marks;
use crate::stage::rules::cues::rfind;
use crate::stage::rules::ranking::{Cue, Part as PartAxis, Role, Variant};

/// The ways a time may be meant, the likeliest first.
type Meanings = SmallVec<[(Period, Variant); 4]>;

/// A time named in a sentence.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) cue: Cue,
    /// What a figure is compared with: `so với năm 2018`, `so với cùng kỳ`.
    pub(super) base: bool,
    /// Nothing stands before it in its clause.
    opens: bool,
    pub(super) part: PartAxis,
    pub(super) role: Role,
    /// What it comes to; what `cùng kỳ` comes to depends on the figure.
    pub(super) values: Meanings,
}

impl Named {
    /// Returns what the time comes to by itself, where it is no base of a comparison.
    pub(super) fn stated(&self) -> Option<Period> {
        let plain = matches!(self.cue, Cue::No | Cue::Plan) && self.part != PartAxis::Duration;
        self.values.first().filter(|_| plain).map(|(period, _)| *period)
    }

    /// Tells whether the time is what is spoken of, though what it comes to depends on the figure: `Cùng kỳ năm
    /// trước chỉ làm được 4,5 tỷ đồng`.
    pub(super) fn is_own(&self) -> bool {
        self.stated().is_some() || self.cue == Cue::Same && self.opens
    }
}

impl Walk<'_> {
    /// Reads the times of a sentence in order, the year of one carried to the next.
    pub(super) fn name_times(&self, sentence: Span, periods: &[PeriodMention]) -> Vec<Named> {
        let mut year = self.context.year;
        // What `năm trước` counts from: not another `năm trước`.
        let mut counted = year;
        let mut from = sentence.start;
        let mut since: Option<i16> = None;
        let mut named = Vec::with_capacity(periods.len());
        for period in periods {
            let before = tail(self.lower, from, period.span.start);
            let clause = clause(before);
            let cue = self.cue(period, clause);
            let base = matches!(cue, Cue::Same | Cue::Compared)
                && (self.rules.ranking.words.base.occurs_in(clause) || self.is_rated(clause));
            let relative = matches!(period.expression.part, Part::Whole)
                && matches!(period.expression.year, Year::Relative(_));
            let values = self.values(period, clause, if relative { counted } else { year }, since);
            if let Some((value, _)) = values.first()
                && matches!(cue, Cue::No | Cue::Plan)
                && !matches!(period.expression.part, Part::Duration)
                && self.context.may_speak_of(*value)
            {
                year = Some(year_of(*value));
                counted = if relative { counted } else { year };
            }
            let begins = period.role == TimeRole::Since || before.trim_end().ends_with("từ đầu");
            since = values.first().map(|(value, _)| value.year()).filter(|_| begins);
            let role = match period.role {
                TimeRole::Plain => Role::In,
                TimeRole::Until => Role::Until,
                TimeRole::Since => Role::Since,
            };
            let opens = clause.trim().is_empty();
            named.push(Named { cue, base, opens, part: part_of(period), role, values });
            from = period.span.end;
        }
        named
    }

    fn cue(&self, period: &PeriodMention, clause: &str) -> Cue {
        let words = &self.rules.ranking.words;
        // `cao nhất trong 8 năm qua`: how long it is the highest says nothing of when.
        let reached = matches!(period.expression.part, Part::PastYears(_) | Part::Duration | Part::Years(..))
            && words.superlative.occurs_in(clause);
        if matches!(period.expression.part, Part::Same) {
            Cue::Same
        } else if reached || self.frames().holds(clause, &words.law) || clause.trim_end().ends_with("số") {
            Cue::Law
        } else if self.within.anywhere_in(clause, &words.compared) || self.is_rated(clause) {
            Cue::Compared
        } else if clause.contains(|c: char| c == '%' || c.is_ascii_digit())
            && self.frames().holds(clause, &words.plan)
        {
            Cue::Plan
        } else {
            Cue::No
        }
    }

    /// Tells whether what stands before a time in its clause is a rate of it: `bằng 120% | năm 2021`, `gấp 1,5 lần
    /// thực hiện | năm 2021`.
    pub(super) fn is_rated(&self, clause: &str) -> bool {
        let Some(rate) =
            clause.rfind('%').map(|at| at + 1).or_else(|| rfind(clause, "lần").map(|at| at + "lần".len()))
        else {
            return false;
        };
        let behind = clause[rate..].trim();
        let words = &self.rules.ranking.words;
        let of = behind.is_empty() || words.levels.has(behind);
        of && self.frames().holds(&clause[..rate], &self.rules.frames.measures.equals)
    }

    /// Returns the ways a time may be meant, the likeliest first.
    fn values(
        &self,
        period: &PeriodMention,
        clause: &str,
        year: Option<i16>,
        since: Option<i16>,
    ) -> Meanings {
        let mut values = Meanings::new();
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
        let rule = period.rule.as_str();
        let past_year = rule == "period.past_year";
        match period.expression.part {
            Part::Same => return values,
            // `năm qua`: the year that is behind where the text is written, or nearly so.
            Part::Whole if past_year && self.context.date.is_some() => {
                let date = self.context.date.filter(|date| date.month() < 11);
                add(document.map(|year| Period::Year(year - i16::from(date.is_some()))), Variant::Document);
                return values;
            }
            // `Chỉ số sản xuất 5 tháng tăng 5,7%`: from January.
            // `kéo dài 3 tháng`: how long something is says nothing of when.
            Part::Duration if ends(clause, &self.rules.ranking.words.lengths) => return values,
            Part::Duration => {
                let months = period.months();
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
        // The last day of a year closes all of it.
        let closed = |value: Period| match value {
            Period::Day(day) if (day.month(), day.day()) == (12, 31) => Period::Year(day.year()),
            other => other,
        };
        // `năm ngoái` counts from the day of writing, `năm trước` from the year spoken of.
        let today = matches!(period.expression.year, Year::Relative(0)) || rule == "period.last_year";
        let only = matches!(rule, "period.year_before" | "period.year_after" | "period.whole_year")
            && year.is_some();
        let spoken = resolve(if today { document.or(year) } else { year }).map(closed);
        // `đến hết tháng 9`, `đến cuối tháng 9`: from January on.
        if let Some(Period::Month(year, month)) = spoken
            && self.runs_up(clause)
        {
            add(Period::from_january(year, month), Variant::Cumulative);
            return values;
        }
        add(spoken, Variant::Spoken);
        if !matches!(period.expression.year, Year::Stated(_)) && document.is_some() && !only {
            add(resolve(document).map(closed), Variant::Document);
            add(resolve(document.map(|year| year + 1)).map(closed), Variant::Next);
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

    /// Tells whether a month is the end of what is told: `hết tháng 9`, `đến cuối tháng 9`.
    fn runs_up(&self, clause: &str) -> bool {
        let words = &self.rules.ranking.words;
        ends(clause, &words.up_to)
    }
}

/// The clause that words end.
fn clause(before: &str) -> &str {
    marks!(",;.(:").since(before)
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
