//! One number to a figure: asks every slot, and puts the record together with where each came from.

use compact_str::CompactString;

use super::areas::Located;
use super::assembly::{Passed, Walk};
use super::context::{Bound, is_base};
use super::frame::{self, Around, Kind, Reading};
use super::label::Label;
use super::mention::period::PeriodMention;
use super::mention::{NumberMention, Role};
use super::said::Before;
use super::slots::Place;
use super::zones::Zone;
use crate::model::figure::{
    AreaCode, Aspect, Base, Figure, FigureId, Fund, IndicatorCode, Measure, Origin, Origins, Qualifier,
    Reach, Slot,
};
use crate::model::mention::MentionClass;
use crate::model::period::Period;
use crate::model::segment::BlockKind;
use crate::model::{Decimal, Span};
use crate::stage::rules::bytes::marks;
use crate::stage::rules::cues::PhraseList;
use crate::stage::rules::ranking::Setting;

/// A figure's slots, in clean offsets.
struct Slots {
    reading: Reading,
    period: Option<Bound<Period>>,
    area: Option<Bound<AreaCode>>,
    label: Label,
    aspect: Bound<Option<Aspect>>,
    indicator: Option<IndicatorCode>,
    fund: Bound<Option<Fund>>,
    base: Option<Base>,
}

impl Walk<'_> {
    /// Reads one figure: `before` is the figure before it in its sentence, `anchor` the one that a rate is of,
    /// `first` the first of the row that it is paired off in.
    pub(super) fn figure(
        &mut self,
        number: &NumberMention,
        around: Around<'_>,
        passed: &Passed<'_>,
        [before, anchor, first]: [Option<&Before>; 3],
    ) -> Before {
        let per = number.per.map(|per| per.of(self.lower));
        let relative = number.class == MentionClass::Percent;
        // The words before the first of a row say of all of it how it is measured.
        let row = first.filter(|first| first.rate == relative);
        let kind = Kind {
            class: number.class,
            unit: number.unit.as_str(),
            multiple: number.multiple,
            per,
            repeats: number.role == Role::RangeHigh || row.is_some(),
            planned: anchor.or(before).is_some_and(|leader| {
                let done = matches!(
                    leader.aspect.value,
                    Some(Aspect::Actual | Aspect::Disbursed | Aspect::Estimate)
                );
                done && matches!(leader.unit.as_str(), "VND" | "project")
            }),
        };
        let repeated = row.or(before).map(|before| before.reading);
        let reading = frame::measure(kind, around, repeated, self.frames());
        // `vốn trung ương chiếm 59,7%; so với Sơn La (2,1 tỷ đồng)`: money is set against money.
        let share = |before: &&Before| before.rate && before.reading.measure == Measure::Share;
        let percent = before.filter(|before| passed.bracketed && !relative && share(before));
        let same = percent.and(anchor).filter(|anchor| anchor.unit == number.unit);
        let leader = if relative { anchor.or(before) } else { same.or(before) };
        let outline = self.outline(number, around, passed, reading);
        let period = self.period(number, passed, outline);
        let located = self.area(number, passed, outline, period.as_ref().map(|period| period.value));
        let when = (
            period.as_ref().map(|period| period.value),
            period.as_ref().and_then(|period| period.origin.words),
        );
        let open = matches!(outline.setting, Setting::Open) && passed.kind != BlockKind::Title;
        self.context.take(when, (located.zone.value, located.zone.origin.words), open);
        let Located { zone, area } = located;
        let located_zone = zone.value;
        let area = area.map(|value| Bound { value, origin: zone.origin });
        let thing = passed.thing();
        let leader = leader.filter(|_| thing.is_none());
        let label = match thing {
            Some(thing) => self.listed(thing),
            None => self.label(number, passed, leader.map(|leader| leader.label.as_str()), reading.measure),
        };
        let place = Place::of(number, around, leader, relative, passed.bracketed);
        // The upper end of a range is what its lower end is.
        let (aspect, indicator, fund) = match before.filter(|_| number.role == Role::RangeHigh) {
            Some(low) => (low.aspect.clone(), low.indicator.clone(), low.fund.clone()),
            None => {
                let aspect = match first.filter(|_| thing.is_some()) {
                    Some(first) => first.aspect.clone(),
                    None => self.aspect(&place, reading, period.as_ref().map(|period| period.value)),
                };
                // Of things that are listed each has words of its own.
                let own = thing.map(|thing| thing.of(self.lower));
                let around = own.map_or(around, |own| Around { near: own, left: own, ..around });
                let place = Place::of(number, around, leader, relative, passed.bracketed);
                let indicator = self.indicator(&place, &label.text);
                let fund = self.fund(&place, indicator.as_ref());
                if self.reasons.is_some() {
                    self.give_reasons(&place, &label, indicator.as_ref(), [&aspect.origin, &fund.origin]);
                }
                (aspect, indicator, fund)
            }
        };
        let reading = self.levelled(reading, indicator.as_ref());
        let told = self
            .table
            .as_ref()
            .zip(passed.cell.clone())
            .map(|(table, cell)| self.told_by_table(table, cell, number, passed, period.clone()));
        if let Some(period) = told.as_ref().and_then(|told| told.period.as_ref()) {
            self.context.take_cell(period.value, period.origin.words);
        }
        let (reading, period, label, aspect, indicator, fund) = match told {
            Some(told) => (told.reading, told.period, told.label, told.aspect, told.indicator, told.fund),
            None => (reading, period, label, aspect, indicator, fund),
        };
        self.over.name = label.name.clone();
        let this = Before {
            reading,
            unit: if relative {
                leader.map_or(number.unit.clone(), |leader| leader.unit.clone())
            } else {
                number.unit.clone()
            },
            indicator: indicator.clone(),
            label: label.text.clone(),
            aspect: aspect.clone(),
            fund: fund.clone(),
            rate: relative,
            start: number.span.start,
            end: number.span.end,
        };
        if self.reasons.is_some()
            && let Some(period) = self.base_period(passed, number)
        {
            let (words, rule) = (period.span, period.rule.clone());
            self.give_reason(number, Slot::Base, Some(words), rule, Reach::Clause);
        }
        let slots = Slots {
            reading,
            period,
            area,
            label,
            aspect,
            indicator,
            fund,
            base: self.base(reading, passed, number, located_zone, when.0),
        };
        if let Some(figure) = self.build(number, passed.span, slots) {
            self.figures.push(figure);
        }
        this
    }

    /// What a relative measure is compared with: the first base period behind the number, and the place that is
    /// named as another one's.
    fn base(
        &self,
        reading: Reading,
        passed: &Passed<'_>,
        number: &NumberMention,
        zone: Zone,
        when: Option<Period>,
    ) -> Option<Base> {
        let aspect = match reading.measure {
            Measure::OfPlan => Some(Aspect::Plan),
            Measure::Growth | Measure::Index | Measure::Difference => self.base_aspect(passed, number),
            Measure::Share => None,
            Measure::Value | Measure::Mean => return None,
        };
        let period = self.base_period(passed, number).and_then(|period| self.context.resolve(period));
        let area = self.base_place(reading.measure, passed, number).filter(|base| *base != zone);
        let area = area.and_then(|base| self.zones.code(base, period.or(when), self.context.date));
        Some(Base { period, aspect, area })
    }

    /// In what capacity the level is stated that a change is set against: `so với kế hoạch`, `so với thực hiện`.
    fn base_aspect(&self, passed: &Passed<'_>, number: &NumberMention) -> Option<Aspect> {
        let behind = self.lower.get(number.span.end..passed.next).unwrap_or("");
        let clause = marks!(",;.:()").until(behind);
        let frames = &self.rules.frames;
        // `gấp 1,5 lần kế hoạch`
        if number.multiple && frames.tables.plan.standing_first(clause.trim_start()).next().is_some() {
            return Some(Aspect::Plan);
        }
        let clause = clause.trim_start().strip_prefix("so")?;
        let (plan, done) = (&frames.tables.plan, &frames.aspects.done);
        let at = |list: &PhraseList| frame::last_of(clause, list);
        match (at(plan), at(done)) {
            (Some(_), None) => Some(Aspect::Plan),
            (None, Some(_)) => Some(Aspect::Actual),
            _ => None,
        }
    }

    fn base_period<'p>(&self, passed: &Passed<'p>, number: &NumberMention) -> Option<&'p PeriodMention> {
        let first = passed.periods.partition_point(|period| period.span.start < number.span.end);
        let mut behind = passed.periods[first..].iter().take_while(|period| period.span.end <= passed.next);
        behind.find(|period| is_base(self.lower, period) || self.is_rated_by(number, period))
    }

    /// Tells whether a number is a rate of the time behind it: `bằng 120% năm 2021`.
    fn is_rated_by(&self, number: &NumberMention, period: &PeriodMention) -> bool {
        let before = super::layout::tail(self.lower, 0, number.span.start);
        let from = before.rfind([';', '(', '\n']).map_or(before, |at| &before[at + 1..]);
        let start = period.span.start.min(number.span.start) - from.len();
        number.class == MentionClass::Percent
            && self.lower.get(start..period.span.start).is_some_and(|words| self.is_rated(words))
    }

    fn build(&self, number: &NumberMention, sentence: Span, slots: Slots) -> Option<Figure> {
        let map = &self.way;
        let span = map.to_source(number.span);
        let mut value = number.value;
        if slots.reading.on_top {
            value = value.checked_add(Decimal::whole(100))?;
        }
        if slots.reading.negative {
            value = value.negated()?;
        }
        // A bound turns with the sign: `giảm hơn 8%` is below -8.
        let qualifier = match (slots.reading.negative, number.qualifier) {
            (true, Qualifier::Gt) => Qualifier::Lt,
            (true, Qualifier::Lt) => Qualifier::Gt,
            (true, Qualifier::Ge) => Qualifier::Le,
            (true, Qualifier::Le) => Qualifier::Ge,
            (_, qualifier) => qualifier,
        };
        let qualifier =
            if number.role == Role::Single || !slots.reading.negative { qualifier } else { number.qualifier };
        let (low, high) = interval(value, number.step, qualifier);
        let period = slots.period.as_ref().map(|period| &period.origin.rule);
        let area = slots.area.as_ref().map(|area| &area.origin.rule);
        let told = [period.is_some(), area.is_some(), number.hedge_counts];
        let mut rules = Vec::with_capacity(3 + told.into_iter().filter(|told| *told).count());
        rules.push(CompactString::const_new(slots.reading.rule));
        rules.extend(number.rules().chain(period.into_iter().chain(area).cloned()));
        let quote = CompactString::new(span.of(self.source));
        (!quote.is_empty()).then_some(())?;
        Some(Figure {
            id: FigureId::of(self.document, span, slots.reading.measure),
            span,
            sentence: map.to_source(trimmed(&self.clean.text, sentence)),
            quote,
            origins: self.origins(number, &slots),
            indicator: slots.indicator,
            label: slots.label.text,
            measure: slots.reading.measure,
            value,
            step: number.step,
            unit: number.unit.clone(),
            qualifier,
            low,
            high,
            area: slots.area.map(|area| area.value),
            period: slots.period.map(|period| period.value),
            aspect: slots.aspect.value,
            fund: slots.fund.value,
            base: slots.base,
            rules,
        })
    }

    fn origins(&self, number: &NumberMention, slots: &Slots) -> Origins {
        let map = &self.way;
        let told = |words: Span, rule: CompactString, reach: Reach| Origin {
            words: Some(map.to_source(words)),
            rule,
            reach,
        };
        let own = |words: Span, rule: &'static str, reach: Reach| {
            told(words, CompactString::const_new(rule), reach)
        };
        let led_back = |origin: &Origin| Origin {
            words: origin.words.map(|words| self.way_far.to_source(words)),
            ..origin.clone()
        };
        // In the order of slots, so that nothing is sorted.
        let label = slots.label.words.map(|words| own(words, "label.words", Reach::Clause));
        let unit = if number.unit_words.is_empty() { number.span } else { number.unit_words };
        let hedge = number.hedge.map(|hedge| own(hedge, "number.hedge", Reach::Numeral));
        let fund = slots.fund.value.is_some().then(|| slots.fund.origin.clone());
        let origins = [
            (Slot::Label, label),
            (Slot::Measure, Some(own(number.span, slots.reading.rule, Reach::Clause))),
            (Slot::Value, Some(own(number.numeral, number.read_by, Reach::Numeral))),
            (Slot::Unit, Some(told(unit, number.unit_by.clone(), Reach::Numeral))),
            (Slot::Qualifier, hedge),
            (Slot::Area, slots.area.as_ref().map(|area| led_back(&area.origin))),
            (Slot::Period, slots.period.as_ref().map(|period| led_back(&period.origin))),
            (Slot::Aspect, Some(slots.aspect.origin.clone())),
            (Slot::Fund, fund),
        ];
        origins.into_iter().filter_map(|(slot, origin)| Some((slot, origin?))).collect()
    }
}

/// The closed interval that digits and hedge admit: half a unit of the last printed digit to each
/// side; a bound is open on its other side; `khoảng` bounds nothing.
fn interval(value: Decimal, step: Decimal, qualifier: Qualifier) -> (Option<Decimal>, Option<Decimal>) {
    // A count is what it is.
    if step == Decimal::ZERO && qualifier == Qualifier::Eq {
        return (Some(value), Some(value));
    }
    let half = Decimal::new(5, 1).and_then(|half| step.checked_mul(half)).unwrap_or(Decimal::ZERO);
    match qualifier {
        Qualifier::Eq => (value.checked_sub(half), value.checked_add(half)),
        Qualifier::Gt | Qualifier::Ge => (Some(value), None),
        Qualifier::Lt | Qualifier::Le => (None, Some(value)),
        Qualifier::Approx => (None, None),
    }
}

fn trimmed(text: &str, span: Span) -> Span {
    let words = span.of(text);
    let start = span.start + (words.len() - words.trim_start().len());
    Span::new(start, (start + words.trim().len()).max(start))
}
