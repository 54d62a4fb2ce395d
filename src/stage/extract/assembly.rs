//! Slots to figures: walks the text in reading order, carrying what was spoken of.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Extraction;
use super::areas::Located;
use super::areas::Paired;
use super::context::{Bound, Context, is_base, is_passing};
use super::frame::{self, Around, Frames, Kind, Reading};
use super::label::Label;
use super::layout::{self, Layout, REACH_BYTES};
use super::mention::place::InName;
use super::mention::{Mentions, NumberMention, PeriodMention, PlaceMention, Role};
use super::periods::Outline;
use super::ranking::{Choice, Seen};
use super::slots::{Opening, Place};
use super::tables::{Cell, Table};
use super::times::Named;
use super::zones::Zones;
use crate::model::figure::{
    AreaCode, Aspect, Base, Figure, FigureId, Fund, IndicatorCode, Measure, Origin, Qualifier, Reach, Slot,
    UnitCode,
};
use crate::model::mention::MentionClass;
use crate::model::period::Period;
use crate::model::segment::{Block, BlockKind, Sentence};
use crate::model::text::CleanText;
use crate::model::{Decimal, Digest, Span};
use crate::stage::rules::RulePack;
use crate::stage::rules::cues::find;
use crate::stage::rules::marks::{Cued, Marked, Marks};
use crate::stage::rules::ranking::{Feature, Group, Kind as KindAxis, Setting, Told};

/// Puts the figures together. `choices` takes among what each period and area was chosen, where asked.
#[expect(clippy::too_many_arguments, reason = "the inputs of the stage and what the layers before read")]
pub(super) fn assemble(
    document: Digest,
    source: &str,
    clean: &CleanText,
    lower: &str,
    blocks: &[Block],
    found: &Mentions,
    rules: &RulePack,
    choices: Option<&mut Vec<Choice>>,
) -> Extraction {
    let text = &clean.text;
    let about_promotion = lower.contains("khuyến công");
    let zones = Zones::of(lower, &found.places, &rules.ranking.words, about_promotion);
    let mut walk = Walk {
        document,
        source,
        clean,
        lower,
        found,
        rules,
        about_promotion,
        context: Context::of_document(text, lower, blocks, found, &zones, rules),
        zones: &zones,
        choices,
        figures: Vec::new(),
        table: None,
        over: Over { opening: Opening::of(opening(blocks).of(lower), &rules.frames), ..Over::default() },
        marks: Marks::default(),
        within: Cued::default(),
        seen: Seen::default(),
    };
    let date = walk.context.date;
    for block in blocks {
        walk.context.enter(block, walk.over.list_head.is_none());
        walk.enter(block);
        Table::enter(&mut walk.table, block, lower, rules);
        if block.kind != BlockKind::DateLine {
            for sentence in &block.sentences {
                walk.sentence(sentence, block.kind);
                walk.over.previous = Some(sentence.span);
            }
        }
    }
    let figures = walk.figures;
    let mentions = super::timeline::mentions(clean, lower, date, found);
    Extraction { figures, mentions }
}

pub(super) struct Walk<'a> {
    document: Digest,
    source: &'a str,
    pub(super) clean: &'a CleanText,
    pub(super) lower: &'a str,
    found: &'a Mentions,
    pub(super) rules: &'a RulePack,
    pub(super) about_promotion: bool,
    pub(super) context: Context,
    pub(super) zones: &'a Zones,
    choices: Option<&'a mut Vec<Choice>>,
    figures: Vec<Figure>,
    /// The table that is read.
    table: Option<Table>,
    /// What stands over the sentence that is read.
    pub(super) over: Over,
    /// Where the cues of the rules stand in the sentence that is read, and in what stands over it.
    pub(super) marks: Marks<'a>,
    /// What indicators ask for in the sentence that is read.
    pub(super) within: Cued<'a>,
    /// For elections.
    pub(super) seen: Seen,
}

/// What stands over a sentence: the text before it that it may go on about.
#[derive(Debug, Clone, Default)]
pub(super) struct Over {
    /// The last figure of the text so far.
    pub(super) last: Option<Rc<Before>>,
    /// The last figure of the sentence that opens the list, in an item of one.
    pub(super) head: Option<Rc<Before>>,
    /// Where the sentence begins, and its first figure.
    pub(super) start: usize,
    pub(super) first: Option<usize>,
    /// The fund that is told before the first figure of the sentence, once it was asked for.
    pub(super) first_fund: OnceCell<Option<Fund>>,
    /// The sentence before in the same block, and the one that opens the list.
    previous: Option<Span>,
    pub(super) list_head: Option<Span>,
    pub(super) heading: Option<Span>,
    /// The one fund of all figures of the sentence before in the same paragraph, where it named one.
    pub(super) funds: Option<Bound<Option<Fund>>>,
    /// The name that the last label was given beside what its leader measures.
    pub(super) name: String,
    pub(super) opening: Opening,
}

/// What the number before in the same sentence was, for what the next one leaves out.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub(super) reading: Reading,
    pub(super) unit: UnitCode,
    pub(super) indicator: Option<IndicatorCode>,
    label: String,
    pub(super) aspect: Bound<Option<Aspect>>,
    pub(super) fund: Bound<Option<Fund>>,
    /// Where its numeral begins and its unit ends.
    pub(super) start: usize,
    end: usize,
}

/// The funds of a sentence so far.
#[derive(Debug, Clone)]
enum Funds {
    None,
    One(Bound<Option<Fund>>),
    Several,
}

/// How many words stand before a time that opens a clause: `Tính đến hết`, `Riêng trong`.
const TOPIC_WORDS: usize = 3;

/// Title and first sentence of the prose: what announces a report.
fn opening(blocks: &[Block]) -> Span {
    let titles = blocks.iter().take_while(|block| block.kind != BlockKind::Paragraph).count();
    let first =
        blocks.get(titles).and_then(|block| block.sentences.first()).map(|sentence| sentence.span.end);
    let end = first.or_else(|| blocks.first().map(|block| block.span.end)).unwrap_or(0);
    Span::new(0, end)
}

impl Walk<'_> {
    /// The rules of frames, read in what is marked.
    pub(super) fn frames(&self) -> Frames<'_> {
        Frames { rules: &self.rules.frames, marks: &self.marks }
    }

    /// Notes what stands over a block: its heading, the sentence that opens its list.
    fn enter(&mut self, block: &Block) {
        let (lower, cues) = (self.lower, &self.rules.cues);
        let over = &mut self.over;
        if block.kind == BlockKind::ListItem {
            if over.list_head.is_none() {
                over.list_head =
                    over.previous.map(|head| Span::new(layout::reach(lower, head.start, head.end), head.end));
                if let Some(head) = over.list_head {
                    self.marks.mark(cues, Marked::ListHead, head.of(lower));
                }
                over.head = over
                    .last
                    .clone()
                    .filter(|last| over.previous.is_some_and(|span| span.start <= last.start));
            }
        } else {
            over.list_head = None;
            over.head = None;
            over.previous = None;
            over.funds = None;
        }
        if block.kind == BlockKind::Heading {
            let heading = block.span;
            let heading = Span::new(layout::reach(lower, heading.start, heading.end), heading.end);
            over.heading = Some(heading);
            self.marks.mark(cues, Marked::Heading, heading.of(lower));
        }
    }

    fn sentence(&mut self, sentence: &Sentence, kind: BlockKind) {
        let span = sentence.span;
        let numbers = within(&self.found.numbers, span, |number| number.span);
        let periods = within(&self.found.periods, span, |period| period.span);
        let places = within(&self.found.places, span, |place| place.span);
        let first_place = self.found.places.partition_point(|place| place.span.start < span.start);
        if !numbers.is_empty() {
            self.marks.mark(&self.rules.cues, Marked::Sentence, span.of(self.lower));
            self.within = Cued::of(&self.rules.sentence_cues, span.of(self.lower));
        }
        let mut said = Said::default();
        let mut funds = Funds::None;
        // A sentence that opens with a time, or sums up, begins a new statement.
        let front =
            Span::new(span.start, numbers.iter().find(|n| n.figure).map_or(span.end, |n| n.span.start));
        let dated =
            || periods.iter().any(|period| front.contains(period.span) && !is_base(self.lower, period));
        if self.over.funds.is_some()
            && (dated() || self.frames().holds(front.of(self.lower), &self.rules.frames.funds.whole))
        {
            self.over.funds = None;
        }
        self.over.first = None;
        self.over.start = span.start;
        self.over.first_fund = OnceCell::new();
        self.context.begin();
        let table = self.table.as_ref().filter(|_| kind == BlockKind::TableRow);
        let row = table.map(|table| table.row(sentence, self.lower, self.rules));
        let cell = |number: &NumberMention| {
            let celled = table.zip(row.as_ref()).and_then(|(table, row)| table.cell(number, row, self.lower));
            celled.is_some_and(|(cell, _)| cell.figure)
        };
        let whole = |number: &NumberMention| row.as_ref().is_none_or(|row| row.holds(number));
        let figures = numbers.iter().filter(|number| (number.figure && whole(number)) || cell(number));
        let numbers: Vec<&NumberMention> = figures.collect();
        let layout = Layout::of(self.lower, span, &numbers);
        let named = self.name_times(span, periods);
        let pairs = || self.marks.last_of(span.of(self.lower), &self.rules.ranking.words.pairs);
        let pairs = (!numbers.is_empty()).then(pairs).flatten().map(|at| span.start + at);
        let pairs = pairs.map(|at| self.paired(places, at));
        let opening = span.of(self.lower).trim_start_matches(|c: char| !c.is_alphanumeric());
        let nation = (!numbers.is_empty()).then(|| self.first_nation(span)).flatten();
        for (index, number) in numbers.iter().copied().enumerate() {
            let table = self.table.as_ref().filter(|_| kind == BlockKind::TableRow);
            let celled = table.zip(row.as_ref()).and_then(|(table, row)| table.cell(number, row, self.lower));
            let cell = celled.as_ref().map(|(_, cell)| *cell);
            let number = celled.as_ref().map_or(number, |(number, _)| number);
            let next = numbers.get(index + 1).map_or(span.end, |next| next.span.start);
            let from = said.end.unwrap_or(span.start).min(number.span.start);
            let bracketed = layout.bracket(number.span.start).is_some();
            let left = layout::reach(self.lower, span.start, number.span.start).min(from);
            let on = layout::floor(self.lower, span.end.min(next.saturating_add(REACH_BYTES)));
            let around = Around {
                near: &self.lower[from..number.span.start],
                left: &self.lower[left..number.span.start],
                right: self.lower.get(number.span.end..next).unwrap_or(""),
                on: self.lower.get(number.span.end..on).unwrap_or(""),
                opening,
            };
            let passed = Passed {
                span,
                from,
                last: index.checked_sub(1).and_then(|last| numbers.get(last)).map(|last| last.span),
                next,
                periods,
                places,
                kind,
                cell,
                bracketed,
                layout: &layout,
                named: &named,
                first_place,
                pairs,
                nation,
            };
            let (before, anchor) = said.leaders(bracketed);
            let this = Rc::new(self.figure(number, around, &passed, before, anchor));
            self.over.first.get_or_insert(this.start);
            if let Some(fund) = this.fund.value.filter(|fund| *fund != Fund::Counterpart) {
                let named = !matches!(this.fund.origin.reach, Reach::Title | Reach::Default);
                funds = match funds {
                    Funds::None if named && fund != Fund::Total => Funds::One(this.fund.clone()),
                    Funds::One(one) if one.value == Some(fund) => Funds::One(one),
                    _ => Funds::Several,
                };
            }
            if kind != BlockKind::Title && !bracketed {
                self.over.last = Some(Rc::clone(&this));
            }
            said.take(this, number, bracketed);
        }
        match funds {
            Funds::None => {}
            Funds::One(fund) => self.over.funds = Some(fund),
            Funds::Several => self.over.funds = None,
        }
        let first = numbers.first().map_or(span.end, |number| number.span.start);
        let topic = self.topic(span, first, &named, periods);
        self.state(kind, &named, periods, places, first_place, topic, !numbers.is_empty());
    }

    /// The periods that begin within `span`.
    pub(super) fn periods_within(&self, span: Span) -> &[PeriodMention] {
        within(&self.found.periods, span, |period| period.span)
    }

    /// Where a body of the whole country is first named in a sentence.
    fn first_nation(&self, span: Span) -> Option<usize> {
        let national = &self.rules.ranking.words.national;
        let named = self.within.anywhere(national).then(|| national.first_in(span.of(self.lower))).flatten();
        named.map(|at| span.start + at)
    }

    /// The time that a sentence opens with, before its first figure: what the ones that follow go on about.
    fn topic(
        &self,
        span: Span,
        first: usize,
        named: &[Named],
        periods: &[PeriodMention],
    ) -> Option<(Period, Span)> {
        named.iter().zip(periods).take_while(|(_, period)| period.span.end <= first).find_map(
            |(named, period)| {
                let before = layout::tail(self.lower, span.start, period.span.start);
                let clause = &before[before.rfind([',', ';', ':', '(']).map_or(0, |at| at + 1)..];
                let opens = clause.split_whitespace().count() <= TOPIC_WORDS;
                let value = named.stated().filter(|value| opens && !matches!(value, Period::Day(_)))?;
                Some((value, period.span))
            },
        )
    }

    /// What a sentence states stays spoken of in the ones that follow.
    #[expect(clippy::too_many_arguments, reason = "what a sentence states, of each slot")]
    fn state(
        &mut self,
        kind: BlockKind,
        named: &[Named],
        periods: &[PeriodMention],
        places: &[PlaceMention],
        first_place: usize,
        topic: Option<(Period, Span)>,
        figures: bool,
    ) {
        let mut times = named.iter().zip(periods);
        let time = times.find_map(|(named, period)| {
            let value = named.stated().filter(|value| !is_passing(*value))?;
            Some((value, period.span))
        });
        let mut zone = None;
        for (at, place) in places.iter().enumerate() {
            if place.in_name == InName::Other {
                continue;
            }
            let named = self.zones.of.get(first_place + at).copied().flatten();
            let Some(here) = self.context.zone(&place.place, named) else { continue };
            if place.in_name == InName::No && zone.is_none() {
                zone = Some((here, place.span));
                self.context.name(here);
            }
        }
        self.context.state(kind, time, zone, topic, figures);
    }

    /// Notes among what a slot's value was chosen, where that is asked for.
    pub(super) fn record<V>(
        &mut self,
        number: &NumberMention,
        slot: Slot,
        candidates: impl FnOnce() -> Vec<(V, Vec<Feature>)>,
        print: impl Fn(V) -> Option<String>,
    ) {
        if let Some(choices) = &mut self.choices {
            let span = self.clean.map.to_source(number.span);
            let candidates = candidates().into_iter().map(|(value, features)| (print(value), features));
            choices.push(Choice { span, slot, candidates: candidates.collect() });
        }
    }

    /// What is known of a figure before its period and place.
    fn outline(
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
        let behind = around.right.split([',', ';', '.', '(']).next().unwrap_or("");
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
            let near = &near[near.rfind([',', ';', ':', '(', ')']).map_or(0, |at| at + 1)..];
            let level = words.level.occurs_in(near);
            return if level { Setting::Level } else { Setting::Open };
        };
        if passed.layout.figures(open, number.span.start) > 0 {
            return Setting::Bracket;
        }
        let before = layout::tail(self.lower, passed.from.min(open), open);
        let clause = &before[before.rfind([',', ';', ')']).map_or(0, |at| at + 1)..];
        let compared = words.compared.occurs_in(clause)
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

    fn figure(
        &mut self,
        number: &NumberMention,
        around: Around<'_>,
        passed: &Passed<'_>,
        before: Option<&Before>,
        anchor: Option<&Before>,
    ) -> Before {
        let per = number.per.map(|per| per.of(self.lower));
        let kind = Kind {
            class: number.class,
            unit: number.unit.as_str(),
            multiple: number.multiple,
            per,
            range_end: number.role == Role::RangeHigh,
        };
        let reading = frame::measure(kind, around, before.map(|before| before.reading), self.frames());
        let relative = number.class == MentionClass::Percent;
        let leader = if relative { anchor.or(before) } else { before };
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
        let area = area.map(|value| Bound { value, origin: zone.origin });
        let label = self.label(number, passed, leader.map(|leader| leader.label.as_str()), reading.measure);
        let place = Place::of(number, around, leader, relative, passed.bracketed);
        // The upper end of a range is what its lower end is.
        let (aspect, indicator, fund) = match before.filter(|_| number.role == Role::RangeHigh) {
            Some(low) => (low.aspect.clone(), low.indicator.clone(), low.fund.clone()),
            None => {
                let aspect = self.aspect(&place, reading, period.as_ref().map(|period| period.value));
                let indicator = self.indicator(&place, &label.text);
                let fund = self.fund(&place, indicator.as_ref());
                (aspect, indicator, fund)
            }
        };
        let reading = self.levelled(reading, indicator.as_ref());
        let told = self
            .table
            .as_ref()
            .zip(passed.cell)
            .map(|(table, cell)| self.told_by_table(table, cell, number, passed, period.clone()));
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
            start: number.span.start,
            end: number.span.end,
        };
        let slots = Slots {
            reading,
            period,
            area,
            label,
            aspect,
            indicator,
            fund,
            base: self.base(reading, passed, number),
        };
        if let Some(figure) = self.build(number, passed.span, slots) {
            self.figures.push(figure);
        }
        this
    }

    /// What a relative measure is compared with: the first base period behind the number.
    fn base(&self, reading: Reading, passed: &Passed<'_>, number: &NumberMention) -> Option<Base> {
        let (aspect, open) = match reading.measure {
            Measure::OfPlan => (Some(Aspect::Plan), true),
            Measure::Growth | Measure::Index | Measure::Difference => (None, true),
            Measure::Share => (None, true),
            Measure::Value | Measure::Mean => (None, false),
        };
        if !open {
            return None;
        }
        let first = passed.periods.partition_point(|period| period.span.start < number.span.end);
        let mut behind = passed.periods[first..].iter().take_while(|period| period.span.end <= passed.next);
        let behind = behind.find(|period| is_base(self.lower, period));
        let period = behind.and_then(|period| self.context.resolve(period));
        Some(Base { period, aspect, area: None })
    }

    fn build(&self, number: &NumberMention, sentence: Span, slots: Slots) -> Option<Figure> {
        let map = &self.clean.map;
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
        let mut rules = number.rules.clone();
        rules.insert(0, slots.reading.rule.to_owned());
        rules.extend(slots.period.iter().map(|period| period.origin.rule.clone()));
        rules.extend(slots.area.iter().map(|area| area.origin.rule.clone()));
        let quote = span.of(self.source).to_owned();
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

    fn origins(&self, number: &NumberMention, slots: &Slots) -> BTreeMap<Slot, Origin> {
        let map = &self.clean.map;
        let own = |words: Span, rule: &str, reach: Reach| Origin {
            words: Some(map.to_source(words)),
            rule: rule.to_owned(),
            reach,
        };
        let led_back = |origin: &Origin| Origin {
            words: origin.words.map(|words| map.to_source(words)),
            ..origin.clone()
        };
        let rule = number.rules.first().map_or("number", String::as_str);
        let mut origins = BTreeMap::from([
            (Slot::Value, own(number.numeral, rule, Reach::Numeral)),
            (Slot::Unit, own(number.span, rule, Reach::Numeral)),
            (Slot::Measure, own(number.span, slots.reading.rule, Reach::Clause)),
        ]);
        if let Some(hedge) = number.hedge {
            origins.insert(Slot::Qualifier, own(hedge, "number.hedge", Reach::Numeral));
        }
        if let Some(period) = &slots.period {
            origins.insert(Slot::Period, led_back(&period.origin));
        }
        if let Some(area) = &slots.area {
            origins.insert(Slot::Area, led_back(&area.origin));
        }
        if let Some(label) = slots.label.words {
            origins.insert(Slot::Label, own(label, "label.words", Reach::Clause));
        }
        origins.insert(Slot::Aspect, slots.aspect.origin.clone());
        if slots.fund.value.is_some() {
            origins.insert(Slot::Fund, slots.fund.origin.clone());
        }
        origins
    }
}

/// What stands around a number in its sentence.
pub(super) struct Passed<'a> {
    /// The sentence.
    pub(super) span: Span,
    /// Where the number before ends.
    pub(super) from: usize,
    /// The number before.
    pub(super) last: Option<Span>,
    /// Where the next number begins.
    pub(super) next: usize,
    pub(super) periods: &'a [PeriodMention],
    pub(super) places: &'a [PlaceMention],
    pub(super) kind: BlockKind,
    /// The cell that the number is, in a table with a head.
    pub(super) cell: Option<Cell>,
    /// The number stands in a bracket of the sentence.
    bracketed: bool,
    pub(super) layout: &'a Layout,
    /// What each of `periods` says.
    pub(super) named: &'a [Named],
    /// The number of the first of `places` among all of the text's.
    pub(super) first_place: usize,
    /// The places that pair off with figures.
    pub(super) pairs: Option<Paired>,
    /// Where a body of the whole country is first named in the sentence.
    pub(super) nation: Option<usize>,
}

/// The figures of a sentence so far. What a bracket said leads nothing outside it.
#[derive(Debug, Default)]
struct Said {
    /// The last figure, and the last that is no percentage, outside brackets.
    open: (Option<Rc<Before>>, Option<Rc<Before>>),
    /// The same, brackets included.
    all: (Option<Rc<Before>>, Option<Rc<Before>>),
    /// Where the last figure ends.
    end: Option<usize>,
}

impl Said {
    fn leaders(&self, bracketed: bool) -> (Option<&Before>, Option<&Before>) {
        let said = if bracketed || self.open.0.is_none() { &self.all } else { &self.open };
        (said.0.as_deref(), said.1.as_deref())
    }

    fn take(&mut self, this: Rc<Before>, number: &NumberMention, bracketed: bool) {
        self.end = Some(this.end);
        // `12/14 đề án, đạt 85,7%`: the rate is of what was done.
        if number.role == Role::PairWhole {
            return;
        }
        let percent = number.class == MentionClass::Percent;
        let open = (!bracketed).then_some(&mut self.open);
        for said in open.into_iter().chain([&mut self.all]) {
            // Provinces counted are whom a rate is of, not what.
            if !percent && this.unit.as_str() != "province" {
                said.1 = Some(Rc::clone(&this));
            }
            said.0 = Some(Rc::clone(&this));
        }
    }
}

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

/// The closed interval that digits and hedge admit: half a unit of the last printed digit to each
/// side; a bound is open on its other side; `khoảng` bounds nothing.
fn interval(value: Decimal, step: Decimal, qualifier: Qualifier) -> (Option<Decimal>, Option<Decimal>) {
    let half = Decimal::new(5, 1).and_then(|half| step.checked_mul(half)).unwrap_or(Decimal::ZERO);
    match qualifier {
        Qualifier::Eq => (value.checked_sub(half), value.checked_add(half)),
        Qualifier::Gt | Qualifier::Ge => (Some(value), None),
        Qualifier::Lt | Qualifier::Le => (None, Some(value)),
        Qualifier::Approx => (None, None),
    }
}

/// The items of a sorted list that begin within `span`.
fn within<T>(items: &[T], span: Span, of: impl Fn(&T) -> Span) -> &[T] {
    let from = items.partition_point(|item| of(item).start < span.start);
    let to = items.partition_point(|item| of(item).start < span.end);
    &items[from..to.max(from)]
}

fn trimmed(text: &str, span: Span) -> Span {
    let words = span.of(text);
    let start = span.start + (words.len() - words.trim_start().len());
    Span::new(start, (start + words.trim().len()).max(start))
}
