//! Which times a figure may take at all: what its own clause names comes before what its sentence goes on about,
//! and that before what is carried.

use super::assembly::{Passed, Walk};
use super::mention::NumberMention;
use super::mention::period::Part;
use super::periods::{BEFORE, BEHIND, Outline};
use crate::model::Span;
use crate::stage::rules::ranking::{Cue, Distance, Fresh, Group, Own, Setting, Where};

/// The times that a figure may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Eligible {
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

impl Walk<'_> {
    /// Tells whether a time is told right behind the figure before: `22 tỷ đồng năm 2011 lên 78 tỷ đồng`.
    fn is_of_other(&self, number: &NumberMention, passed: &Passed<'_>, at: usize) -> bool {
        let time = passed.periods[at].span;
        let Some(other) = passed.layout.figure_before(time).filter(|other| other.start != number.span.start)
        else {
            return false;
        };
        // `77 tỷ đồng (năm 2011 là 42 tỷ đồng)`: a bracket speaks of its own.
        let bracket = passed.layout.bracket(time.start).filter(|bracket| *bracket >= other.end);
        if bracket.is_some() && bracket == passed.layout.bracket(number.span.start) {
            return false;
        }
        let gap = self.lower.get(other.end..time.start).unwrap_or("");
        gap.trim() != "và" && passed.layout.place(self.lower, time, other) == Where::Behind
    }

    /// Tells which times a figure may take: what its own clause names comes before what its sentence goes on
    /// about, and that before what is carried.
    pub(super) fn eligible_times(
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
            let level = setting == Setting::Level || !matches!(outline.group, Group::Change | Group::Plan);
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
    pub(super) fn own_time(&self, number: &NumberMention, passed: &Passed<'_>) -> Own {
        let (layout, figure) = (passed.layout, number.span);
        let split = passed.periods.partition_point(|period| period.span.start < figure.start);
        // `đạt 53% dự toán năm 2020, giảm 16%`: the year of a plan is the plan's.
        let plain = |at: &usize| passed.named[*at].is_own() && passed.named[*at].cue != Cue::Plan;
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
    pub(super) fn fresh(&self, time: Span, figure: Span, passed: &Passed<'_>) -> Fresh {
        if time.start >= figure.end {
            return Fresh::Behind;
        }
        match passed.layout.last_open(figure) {
            Some(last) if time.start < last.end => Fresh::Stale,
            _ if passed.layout.claimed(self.lower, time, figure) => Fresh::Stale,
            _ => Fresh::Fresh,
        }
    }
}
