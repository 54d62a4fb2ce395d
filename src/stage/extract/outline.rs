//! What is known of a figure before its period and place are chosen: what kind of figure it is and how it
//! stands in its sentence.

use super::assembly::{Passed, Walk};
use super::frame::{self, Around, Reading};
use super::layout;
use super::mention::NumberMention;
use super::periods::Outline;
use crate::model::figure::{Aspect, Measure};
use crate::model::mention::MentionClass;
use crate::model::segment::BlockKind;
use crate::stage::rules::bytes::marks;
use crate::stage::rules::cues::find;
use crate::stage::rules::ranking::{Group, Kind as KindAxis, Setting, Told};

impl Walk<'_> {
    /// What is known of a figure before its period and place.
    pub(super) fn outline(
        &self,
        number: &NumberMention,
        around: Around<'_>,
        passed: &Passed<'_>,
        reading: Reading,
    ) -> Outline {
        let group = match (reading.measure, number.class) {
            (Measure::OfPlan, _) => Group::Plan,
            (Measure::Growth | Measure::Index | Measure::Difference, _) => Group::Change,
            (Measure::Share, _) => Group::Share,
            (Measure::Mean, _) => Group::Mean,
            (Measure::Value, MentionClass::Amount) => Group::Amount,
            (Measure::Value, _) => Group::Count,
        };
        let money = number.class == MentionClass::Amount;
        let occasion = &self.rules.ranking.words.occasion;
        let behind = marks!(",;.(").until(around.right);
        let frames = self.frames();
        let at_occasion = number.class == MentionClass::Count
            && (frames.holds(around.near, occasion)
                || frames.holds(behind, occasion)
                || frames.holds(number.span.of(self.lower), occasion));
        let told = match frame::aspect(around.near, money, self.frames()).map(|cue| cue.aspect) {
            _ if at_occasion => Told::Occasion,
            None => Told::Nothing,
            Some(Aspect::Plan | Aspect::Target | Aspect::Allocated) => Told::Planned,
            Some(_) => Told::Done,
        };
        let kind = match passed.kind {
            BlockKind::Title => KindAxis::Title,
            BlockKind::Heading => KindAxis::Heading,
            BlockKind::ListItem => KindAxis::Item,
            BlockKind::TableRow | BlockKind::TableHead | BlockKind::TableCaption => KindAxis::Table,
            _ => KindAxis::Prose,
        };
        Outline { group, setting: self.setting(number, passed), told, kind }
    }

    /// How a figure stands in its sentence: in the open, or as what another one is set against.
    fn setting(&self, number: &NumberMention, passed: &Passed<'_>) -> Setting {
        let words = &self.rules.ranking.words;
        let frames = &self.rules.frames.measures;
        let Some(open) = passed.layout.bracket(number.span.start) else {
            let near = layout::tail(self.lower, passed.from, number.span.start);
            let near = marks!(",;:()").since(near);
            let level = self.within.anywhere_in(near, &words.level);
            return if level { Setting::Level } else { Setting::Open };
        };
        if passed.layout.figures(open, number.span.start) > 0 {
            return Setting::Bracket;
        }
        let before = layout::tail(self.lower, passed.from.min(open), open);
        let clause = marks!(",;)").since(before);
        let compared = self.within.anywhere_in(clause, &words.compared)
            || find(clause, "cùng kỳ").is_some()
            || layout::begins(clause, &frames.compared);
        if layout::begins(clause, &frames.of_plan) {
            Setting::BracketPlan
        } else if compared || passed.from > passed.span.start && find(clause, "năm").is_some() {
            Setting::BracketBase
        } else {
            Setting::Bracket
        }
    }
}
