//! The indicator of a figure: by its own words, then by the row that it stands in, the figure that leads, the
//! text before; a report that is not on industrial promotion has none.

use super::assembly::Walk;
use super::frame::{self, Reading};
use super::said::Before;
use super::slots::Place;
use crate::model::figure::{IndicatorCode, Measure};
use crate::model::mention::MentionClass;
use crate::stage::rules::cues::find;
use crate::stage::rules::indicators::Indicator;
use crate::stage::rules::letters::lower_case;
use crate::stage::rules::marks::Cued;

impl Walk<'_> {
    pub(super) fn indicator(&self, place: &Place<'_>, label: &str) -> Option<IndicatorCode> {
        if !self.about_promotion {
            return None;
        }
        let own = self.own_words(place, label);
        let mut own = Cued::of(&self.rules.own_cues, &own);
        // The names of offices tell nothing.
        let names = &self.rules.indicators.names;
        let nameless: String;
        if own.anywhere(names) {
            let words = own.words.to_owned();
            nameless = names.iter().fold(words, |own, name| own.replace(name.as_str(), " "));
            own = Cued::of(&self.rules.own_cues, &nameless);
        }
        let indicator = if place.relative {
            self.indicator_of_rate(place, &own)
        } else {
            self.indicator_of_level(place, &own)
        };
        indicator.map(IndicatorCode::new)
    }

    /// The words of the figure's own.
    fn own_words(&self, place: &Place<'_>, label: &str) -> String {
        // `tập huấn 2 đề án với 130 triệu đồng`: what the projects were is what the money is for.
        let counted = place.leader.is_some_and(|leader| leader.unit.as_str() == "project");
        let money = place.number.class == MentionClass::Amount && counted;
        let bare = money
            && place.near().split_whitespace().count() <= 3
            && place.comma_clause().len() > place.near().len();
        let near = frame::without_brackets(if bare { place.comma_clause() } else { place.own_near() });
        [&near, " ", &lower_case(label), " ", place.behind()].concat()
    }

    fn rule_of(&self, code: &IndicatorCode) -> Option<&Indicator> {
        self.rules.indicators.indicator.with_code(code.as_str())
    }

    /// A percentage is of the indicator that its own words name, else of that of its leader, else of what was
    /// spoken of last.
    fn indicator_of_rate<'s>(&'s self, place: &Place<'s>, own: &Cued<'_>) -> Option<&'s str> {
        let near = place.wide();
        let told = |unit: &str, words: &Cued<'_>| frame::indicator(unit, words, &self.within, self.rules);
        if let Some(rule) = told("percent", own) {
            return Some(&rule.code);
        }
        let foreign = self.foreign(place.clause()) || self.foreign(place.clause_behind());
        let spoken_of =
            || self.over.last.as_ref().filter(|last| last.unit.as_str() == "VND" && !self.foreign(own.words));
        let leader =
            place.leader.and_then(|leader| leader.indicator.as_ref()).and_then(|code| self.rule_of(code));
        if place.leader.is_none() {
            // `Số đề án cao hơn 21%`: of whatever unit, named in the words before; else what was spoken of.
            let words = format!("{near} {}", place.clause_behind());
            let words = Cued::of(&self.rules.own_cues, &words);
            let mut rules = self.rules.indicators.indicator.iter();
            let named = rules.find(|rule| !rule.near.is_empty() && frame::suits(rule, &words, &self.within));
            let before = || spoken_of().and_then(|last| last.indicator.as_ref()).map(IndicatorCode::as_str);
            return named.map(|rule| rule.code.as_str()).or_else(before).filter(|_| !foreign);
        }
        let unit = leader.map_or_else(
            || place.leader.map_or("", |leader| leader.unit.as_str()),
            |rule| rule.unit.as_str(),
        );
        let words = place.near().split_ascii_whitespace().count();
        if !foreign && near.split_ascii_whitespace().count() > 4 {
            let near = Cued::of(&self.rules.own_cues, near);
            if let Some(rule) = told(unit, &near) {
                return Some(&rule.code);
            }
        }
        // `số đề án tăng 1,4 lần, kinh phí tăng 2,1 lần`: a thing of its own that begins its clause.
        if !foreign && let Some(rule) = self.opened_by(place.clause()) {
            return Some(&rule.code);
        }
        let leader = leader.filter(|_| !foreign)?;
        // `đào tạo nghề chiếm 60%; xúc tiến thương mại chiếm 10%`: another part of the same whole.
        let part = leader.unit == "VND" && words > 3 && place.around.near.contains(';');
        Some(leader.parent.as_deref().filter(|_| part).unwrap_or(&leader.code))
    }

    /// The indicator whose name a clause of a rate opens with: `kinh phí tăng 2,1 lần`.
    fn opened_by(&self, clause: &str) -> Option<&Indicator> {
        let words = clause.trim_start();
        let words = words.strip_prefix("và ").unwrap_or(words);
        let mut rules = self.rules.indicators.indicator.iter();
        rules.find(|rule| rule.subject.standing_first(words).next().is_some())
    }

    fn foreign(&self, words: &str) -> bool {
        self.frames().holds(words, &self.rules.indicators.foreign)
    }

    fn indicator_of_level<'s>(&'s self, place: &Place<'s>, own: &Cued<'_>) -> Option<&'s str> {
        let Place { number, around, leader, .. } = *place;
        let unit = number.unit.as_str();
        let rule = |words: &Cued<'_>| frame::indicator(unit, words, &self.within, self.rules);
        let told = |words: &str| rule(&Cued::of(&self.rules.own_cues, words)).map(|rule| rule.code.as_str());
        let same_unit = leader.filter(|leader| leader.unit == number.unit);
        let repeat = |leader: &'s Before| leader.indicator.as_ref().map(IndicatorCode::as_str);
        if place.bracketed
            && place.compared().is_some()
            && let Some(leader) = same_unit
        {
            return repeat(leader);
        }
        // What a kilogram or a month costs is nobody's funding.
        let per = number.per.map_or("", |per| per.of(self.lower)).trim_start_matches(['/', ' ']);
        let per = per.split(['/', ' ']).next().unwrap_or("");
        if number.class == MentionClass::Amount
            && self.rules.indicators.prices.iter().any(|price| price == per)
        {
            return None;
        }
        if let Some(code) = self.divided(place) {
            return Some(code);
        }
        let own_foreign = self.foreign(place.clause()) || self.foreign(place.clause_behind());
        let named = rule(own).filter(|rule| !(rule.otherwise && own_foreign));
        if let Some(rule) = named.filter(|rule| !rule.near.is_empty()) {
            return Some(&rule.code);
        }
        // `tạo ra 200 sản phẩm, năm 2023 có 173 sản phẩm`: the same thing counted again is of the same kind.
        if let Some(leader) = same_unit.filter(|_| self.counts_again(place)) {
            return repeat(leader);
        }
        if let Some(leader) = self.goes_on_from(place).filter(|leader| leader.unit == number.unit)
            && self.counts_again(place)
        {
            return repeat(leader);
        }
        if let Some(rule) = named {
            return Some(&rule.code);
        }
        // `bình chọn 342 sản phẩm tiêu biểu cho 239 lượt`: the thing counted before says of what.
        let since = leader.map_or(around.left, |leader| {
            let from = around.left.len() - (number.span.start - leader.start).min(around.left.len());
            around.left.get(from..).unwrap_or("")
        });
        let counted = number.class == MentionClass::Count && !since.contains(';');
        if let Some(code) = counted.then(|| told(since)).flatten() {
            return Some(code);
        }
        let foreign = own_foreign || self.foreign(own.words);
        if let Some(code) = self.repeated(place, same_unit).filter(|_| !foreign) {
            return Some(code);
        }
        // `đào tạo nghề 1 tỷ đồng, hội chợ 2 tỷ đồng`: another part of the same whole.
        let whole = same_unit.and_then(|leader| self.rule_of(leader.indicator.as_ref()?));
        if let Some(whole) =
            whole.filter(|_| !foreign && unit == "VND").and_then(|rule| rule.parent.as_deref())
        {
            return Some(whole);
        }
        let segment = || [place.segment(), " ", place.behind()].concat();
        if let Some(code) = (!foreign).then(|| told(&segment())).flatten() {
            return Some(code);
        }
        if let Some(code) = self.repeated(place, self.goes_on_from(place)).filter(|_| !foreign) {
            return Some(code);
        }
        // Money has its own last resort below; what else was named in the sentence is only of one kind.
        if let Some(code) = (unit != "VND" && !foreign).then(|| told(around.left)).flatten() {
            return Some(code);
        }
        let mut rules = self.rules.indicators.indicator.of_unit(unit);
        let otherwise = rules.find(|rule| rule.otherwise && frame::suits_sentence(rule, own, &self.within));
        otherwise.filter(|_| !foreign).map(|rule| rule.code.as_str())
    }

    /// An amount that the words behind it divide into what was given and what was not is what the whole costs:
    /// `đầu tư 3,2 tỷ đồng, trong đó khuyến công hỗ trợ 300 triệu đồng`.
    fn divided<'s>(&'s self, place: &Place<'s>) -> Option<&'s str> {
        let rules = &self.rules.indicators;
        let Place { number, around, .. } = *place;
        let right = around.right.trim_start_matches([' ', ',', '(', ';']);
        if number.class != MentionClass::Amount || right.len() == around.right.len() {
            return None;
        }
        let own = place.near();
        let cut = around.right.find([',', '(', ';']);
        let clause = cut.map_or(around.right, |at| &around.right[at + 1..]);
        let rule = rules.indicator.iter().find(|rule| {
            let whole = !rule.whole.is_empty() && rule.unit == number.unit.as_str();
            let whole = whole && frame::last_of(own, &rule.whole).is_some();
            whole && cut.is_some() && frame::last_of(clause, &rule.part).is_some()
        })?;
        let funded = frame::fund(own, self.frames()).is_some() || find(own, "khuyến công").is_some();
        (!funded && !self.foreign(own)).then_some(rule.code.as_str())
    }

    /// Tells whether a counted thing stands bare (`173 sản phẩm`) or with no more than whose it is, in one row
    /// with the same thing before.
    fn counts_again(&self, place: &Place<'_>) -> bool {
        let behind = place.clause_behind();
        let bare =
            behind.split_ascii_whitespace().count() <= 1 || frame::fund(behind, self.frames()).is_some();
        let row = !place.around.near.contains(';');
        place.number.class == MentionClass::Count && bare && row
    }

    /// The indicator of a figure before in the same unit. A part of the funding is not repeated by money
    /// that has words of its own: `đào tạo nghề 5 tỷ đồng; xúc tiến thương mại 3 tỷ đồng`.
    fn repeated<'b>(&self, place: &Place<'_>, leader: Option<&'b Before>) -> Option<&'b str> {
        let leader = leader.filter(|leader| leader.unit == place.number.unit)?;
        let code = leader.indicator.as_ref()?;
        let part = self.rule_of(code).is_some_and(|rule| rule.parent.is_some() && rule.unit == "VND");
        let worded = place.near().split_ascii_whitespace().filter(|word| word.len() > 2).count() > 2;
        (!part || !worded).then_some(code.as_str())
    }

    /// A rate that is an indicator itself is a level, not a share of something.
    pub(super) fn levelled(&self, reading: Reading, indicator: Option<&IndicatorCode>) -> Reading {
        let own_rate =
            indicator.and_then(|code| self.rule_of(code)).is_some_and(|rule| rule.unit == "percent");
        if reading.measure == Measure::Share && own_rate {
            return Reading { measure: Measure::Value, ..reading };
        }
        reading
    }
}
