//! Tables: what the head and the caption say of a cell. A cell is a bare numeral; its unit and
//! scale come from its column's head (`Tỷ lệ (%)`), the caption (`ĐVT: triệu đồng`) or the head of the labels, what
//! it is from the row's label, the head and the caption.

use super::assembly::{Passed, Walk};
use super::context::Bound;
use super::frame::{self, Reading};
use super::label::Label;
use super::mention::{self, Mentions, NumberMention, Role};
use crate::model::figure::{Aspect, Fund, IndicatorCode, Measure, Reach, UnitCode};
use crate::model::mention::MentionClass;
use crate::model::period::Period;
use crate::model::segment::{Block, BlockKind, Sentence};
use crate::model::{Decimal, Span};
use crate::stage::rules::RulePack;
use crate::stage::rules::cues::PhraseList;
use crate::stage::rules::marks::Cued;

/// A unit that a head or a caption states, with what one of its numerals is worth.
#[derive(Debug, Clone)]
struct Stated {
    like: NumberMention,
}

/// A column: its head's words and the unit in them.
#[derive(Debug, Clone)]
struct Column {
    words: Span,
    unit: Option<Stated>,
}

/// The table that is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    caption: Span,
    unit: Option<Stated>,
    columns: Vec<Column>,
    /// Whether a column is of plans, and whether one is of places.
    planned: bool,
    by_place: bool,
    /// The column that tells each row's unit.
    units: Option<usize>,
    /// A row was read.
    begun: bool,
    /// The label of the last row that heads a group: `I | Khuyến công quốc gia`.
    group: Option<Span>,
}

/// A row: its cells by column, the number and the words of the first that has letters, and the unit that it
/// states for its figures.
#[derive(Debug, Clone)]
pub(super) struct Row {
    cells: Vec<Span>,
    label: Option<(usize, Span)>,
    unit: Option<(usize, Stated)>,
    /// The unit that its label states: `Kinh phí (triệu đồng)`, `Số đề án`.
    stated: Option<Stated>,
    /// A cell is missing, and which one is not told.
    uneven: bool,
}

impl Row {
    /// Tells whether a number that is a figure by itself is one here: within one cell, and not bare where
    /// its column cannot be told.
    pub(super) fn holds(&self, number: &NumberMention) -> bool {
        let at = self.cells.partition_point(|cell| cell.end <= number.span.start);
        let within = self.cells.get(at).is_some_and(|cell| number.span.end <= cell.end);
        within && !(self.uneven && number.bare)
    }
}

/// A cell of the table: its column and the label of its row.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    column: Span,
    row: Span,
    /// The label of the group that its row is in.
    group: Option<Span>,
    /// A minus stands before the numeral, or a bracket around it.
    negative: bool,
    /// The unit that its row states.
    own: Option<UnitCode>,
}

/// The sign of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Plus,
    Minus,
}

impl Sign {
    /// Reads what a cell has around its numeral: `-10`, `+10`, `(10)`.
    fn of(cell: Span, number: Span, lower: &str) -> Option<Self> {
        let before = lower.get(cell.start..number.start)?.trim_end();
        let behind = lower.get(number.end..cell.end)?.trim_start();
        match (before, behind) {
            ("-" | "–" | "−", "") | ("(" | "(-", ")") => Some(Self::Minus),
            ("+", "") => Some(Self::Plus),
            _ => None,
        }
    }
}

/// What a table tells of a cell.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) reading: Reading,
    pub(super) label: Label,
    pub(super) aspect: Bound<Option<Aspect>>,
    pub(super) indicator: Option<IndicatorCode>,
    pub(super) fund: Bound<Option<Fund>>,
    pub(super) period: Option<Bound<Period>>,
}

impl Table {
    /// Goes on with `block`: a caption or head opens or widens the table, prose ends it.
    pub(super) fn enter(table: &mut Option<Self>, block: &Block, lower: &str, rules: &RulePack) {
        match block.kind {
            BlockKind::TableCaption => {
                let table = table.get_or_insert_with(|| Self { caption: block.span, ..Self::default() });
                table.caption = Span::new(table.caption.start, block.span.end);
                table.unit = stated(block.span.of(lower), rules).or(table.unit.take());
            }
            BlockKind::TableHead => {
                let table = table.get_or_insert_with(|| Self { caption: block.span, ..Self::default() });
                let cells = block.sentences.iter().flat_map(|sentence| cells(sentence, lower));
                table.columns =
                    cells.map(|words| Column { words, unit: stated(words.of(lower), rules) }).collect();
                let heads = || table.columns.iter().map(|column| column.words.of(lower));
                let words = &rules.frames.tables;
                table.planned = heads().any(|head| frame::last_of(head, &words.plan).is_some());
                table.by_place = heads().any(|head| words.places.has(head));
                table.units = heads().position(|head| words.units.has(head));
            }
            BlockKind::TableRow => {
                if let Some(table) = table {
                    table.begun = true;
                    table.group(block, lower, rules);
                }
            }
            // A blank line between the unit line and the head.
            BlockKind::Gap if table.as_ref().is_some_and(|table| !table.begun) => {}
            _ => *table = None,
        }
    }

    /// Notes the row that heads a group, by its letter or Roman number; a sum ends the group.
    fn group(&mut self, row: &Block, lower: &str, rules: &RulePack) {
        let cells: Vec<Span> = row.sentences.iter().flat_map(|sentence| cells(sentence, lower)).collect();
        let order = cells.first().map_or("", |cell| cell.of(lower));
        let label = cells.iter().skip(usize::from(is_order(order))).find(|cell| {
            let words = cell.of(lower);
            !is_order(words) && words.contains(char::is_alphabetic)
        });
        let sum = label.is_some_and(|label| rules.frames.tables.sums.begins(label.of(lower)));
        if sum {
            self.group = None;
        } else if is_order(order) && order.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.group = label.copied();
        }
    }

    /// The numeral of a cell with the unit that its column or the caption states, and the cell.
    pub(super) fn cell(
        &self,
        number: &NumberMention,
        row: &Row,
        lower: &str,
    ) -> Option<(NumberMention, Cell)> {
        let at = row.cells.partition_point(|cell| cell.end <= number.span.start);
        let printed = trimmed(*row.cells.get(at)?, lower);
        let sign = Sign::of(printed, number.span, lower);
        let whole = printed == number.span || number.bare && sign.is_some();
        if row.uneven || !whole {
            return None;
        }
        let column = self.columns.get(at)?;
        let (label_at, label) = row.label.filter(|(label, _)| *label < at)?;
        let counts = row.unit.as_ref().filter(|(units, _)| *units < at).map(|(_, unit)| unit);
        let own = counts.or(row.stated.as_ref());
        let cell = Cell {
            column: column.words,
            row: label,
            group: self.group.filter(|group| group.start != label.start),
            negative: sign == Some(Sign::Minus),
            own: own.map(|own| own.like.unit.clone()),
        };
        // `90%`, `4,5 tỷ đồng`: a cell with a unit of its own.
        if !number.bare {
            return number.figure.then(|| (number.clone(), cell));
        }
        // `Nội dung (ĐVT: triệu đồng) | Kế hoạch | Thực hiện`: said at the head of the labels, it holds for all.
        let labels = self.columns.get(label_at).and_then(|column| column.unit.as_ref());
        let Some(unit) = column.unit.as_ref().or(own).or(self.unit.as_ref()).or(labels) else {
            return Some((number.clone(), cell));
        };
        let value = number.value.checked_mul(unit.like.value)?;
        // A whole number is exact only where things are counted.
        let last = if number.step == Decimal::ZERO { Decimal::whole(1) } else { number.step };
        let step = last.checked_mul(unit.like.value)?;
        let number = NumberMention {
            value,
            step: if unit.like.class == MentionClass::Count { Decimal::ZERO } else { step },
            unit: unit.like.unit.clone(),
            class: unit.like.class,
            role: Role::Single,
            bare: false,
            figure: true,
            ..number.clone()
        };
        Some((number, cell))
    }
}

impl Table {
    /// Cuts a row into its cells. Where they stand one a line, a row without a number has no cell for it; of
    /// one that lacks another cell no figure's column can be told.
    pub(super) fn row(&self, row: &Sentence, lower: &str, rules: &RulePack) -> Row {
        let mut cells = cells(row, lower);
        let lines = row.span.of(lower).trim().contains('\n');
        let missing = self.columns.len().saturating_sub(cells.len());
        let mut uneven = false;
        if lines && missing > 0 {
            let letters = |cell: &Span| cell.of(lower).chars().filter(|c| c.is_alphabetic()).count();
            uneven = cells.first().is_none_or(|first| letters(first) < 2);
            if let Some(first) = cells.first().copied().filter(|_| !uneven) {
                cells.splice(1..1, std::iter::repeat_n(Span::new(first.end, first.end), missing));
            }
        }
        let mut named = cells.iter().map(|cell| trimmed(*cell, lower)).enumerate();
        let label = named.find(|(_, cell)| {
            let words = cell.of(lower);
            words.contains(char::is_alphabetic) && !is_order(words)
        });
        let unit = self.units.and_then(|units| {
            let words = cells.get(units)?.of(lower);
            Some((units, stated(&format!("({words})"), rules)?))
        });
        let of_label = |(_, label): (usize, Span)| {
            let words = label.of(lower);
            let bracket = words.ends_with(')').then(|| stated(words, rules)).flatten();
            bracket.or_else(|| counted(words, rules))
        };
        Row { cells, label, unit, stated: label.and_then(of_label), uneven }
    }
}

/// Tells whether a cell numbers its row: `3`, `2.1`, `iv`, `b`.
fn is_order(words: &str) -> bool {
    let words = words.trim_end_matches(['.', ')']);
    let digits = words.len() <= 5 && words.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let roman = words.len() <= 5 && words.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x'));
    !words.is_empty() && (digits || roman || words.len() == 1 && words.as_bytes()[0].is_ascii_alphabetic())
}

/// The unit that words state: behind `ĐVT:`, in a bracket, or a percent sign.
fn stated(words: &str, rules: &RulePack) -> Option<Stated> {
    let words = words.trim().trim_end_matches(['|', ' ']);
    let bracket = words.rfind('(').map(|at| words[at + 1..].trim_end_matches([')', ' ', '.']));
    let behind = |words: &str| words.rfind(':').map(|at| words[at + 1..].trim().to_owned());
    let percent = words.contains('%').then(|| "%".to_owned());
    let unit = match bracket {
        Some(inner) => behind(inner).unwrap_or_else(|| inner.to_owned()),
        None => match behind(words).or(percent) {
            Some(unit) => unit,
            None => return counted(words, rules),
        },
    };
    let unit = unit.trim_end_matches([')', '.', ' ']);
    let text = if unit == "%" { "1%".to_owned() } else { format!("1 {unit}") };
    let found: Mentions = mention::find(&text, Span::new(0, text.len()), rules);
    let like =
        found.numbers.into_iter().next().filter(|like| {
            (!like.bare || like.class == MentionClass::Percent) && like.span.end == text.len()
        })?;
    Some(Stated { like })
}

/// The thing that words count: `số đề án`, `tổng số lao động`.
fn counted(words: &str, rules: &RulePack) -> Option<Stated> {
    let thing = rules.frames.tables.counts.standing_first(words).map(str::len).max()?;
    let text = format!("1 {}", words[thing..].trim_start());
    let found: Mentions = mention::find(&text, Span::new(0, text.len()), rules);
    let like = found
        .numbers
        .into_iter()
        .next()
        .filter(|like| like.numeral.start == 0 && like.noun.is_some() && like.unit.as_str() != "item")?;
    Some(Stated { like })
}

/// The cells of a row, without the bars, tabs or runs of spaces between them.
fn cells(row: &Sentence, lower: &str) -> Vec<Span> {
    let (words, start) = (row.span.of(lower), row.span.start);
    let lines = words.trim().contains('\n').then_some("\n");
    let mark = lines.or_else(|| ["|", "\t"].into_iter().find(|mark| words.contains(mark))).unwrap_or("  ");
    let mut at = start;
    let cells = words.split(mark).map(|cell| {
        let span = Span::new(at, at + cell.len());
        at = span.end + mark.len();
        trimmed(span, lower)
    });
    cells.filter(|cell| !matches!(mark, "  " | "\n") || !cell.is_empty()).collect()
}

fn trimmed(cell: Span, lower: &str) -> Span {
    let words = cell.of(lower);
    let edge = |c: char| c.is_whitespace() || c == '|';
    let start = cell.start + (words.len() - words.trim_start_matches(edge).len());
    Span::new(start, (start + words.trim_matches(edge).len()).max(start))
}

impl Walk<'_> {
    /// What the table tells of a cell whose number is `number`.
    #[inline(never)]
    pub(super) fn told_by_table(
        &self,
        table: &Table,
        cell: Cell,
        number: &NumberMention,
        passed: &Passed<'_>,
        period: Option<Bound<Period>>,
    ) -> Told {
        let frames = self.frames();
        let head = cell.column.of(self.lower);
        let row = cell.row.of(self.lower);
        let caption = table.caption.of(self.lower);
        let percent = number.class == MentionClass::Percent;
        let aspect_of = |words: &str| {
            let planned = frames.holds(words, &frames.tables.plan);
            let aspect = frame::aspect(words, true, frames).map(|cue| cue.aspect);
            if planned { Some(Aspect::Plan) } else { aspect }
        };
        // `Bảng 4. Kế hoạch kinh phí | Năm 2022`: the caption tells where no head does.
        let captioned = || {
            let told = !table.planned && !frames.holds(caption, &frames.aspects.actual);
            told.then(|| aspect_of(caption)).flatten()
        };
        let aspect = aspect_of(head).or_else(captioned).filter(|_| !percent).unwrap_or(Aspect::Actual);
        let money = table.unit.as_ref().map_or("VND", |unit| unit.like.unit.as_str());
        let own = cell.own.as_ref().map(|own| own.as_str());
        let unit = if percent { own.unwrap_or(money) } else { number.unit.as_str() };
        let group = cell.group.map_or("", |group| group.of(self.lower));
        let indicator = self.indicator_of_cell(unit, [row, group, head, caption]);
        let fund = self.fund_of_cell(indicator.as_ref(), [row, group, head, caption]);
        // A row of a place or of the sum is told apart by its column, other rows by their own labels.
        let first = passed.places.partition_point(|place| place.span.end <= cell.row.start);
        let mut places = passed.places[first..].iter().take_while(|place| place.span.start < cell.row.end);
        let place = places.any(|place| cell.row.contains(place.span));
        let sum = table.by_place && frames.tables.sums.iter().any(|sum| row == sum);
        let words = if place || sum { unbracketed(cell.column, self.lower) } else { cell.row };
        let text = words.of(&self.clean.text).to_owned();
        let found = Reach::Table;
        Told {
            reading: Reading { negative: cell.negative, ..self.reading_of_cell(head, percent, table) },
            label: Label { text, words: Some(words), ..Label::default() },
            aspect: Bound::new(Some(aspect), Some(cell.column), "table.aspect", found),
            indicator,
            fund,
            period: self.period_of_cell(&cell, aspect).or(period),
        }
    }

    fn reading_of_cell(&self, head: &str, percent: bool, table: &Table) -> Reading {
        let measures = &self.rules.frames.measures;
        let says = |list: &PhraseList| self.frames().holds(head, list);
        let (measure, rule) = match percent {
            false if measures.up.begins(head) || measures.down.begins(head) => {
                (Measure::Difference, "table.difference")
            }
            false => (Measure::Value, "table.value"),
            true if says(&measures.up) || says(&measures.down) => (Measure::Growth, "table.growth"),
            true if says(&self.rules.frames.tables.plan) => (Measure::OfPlan, "table.of_plan"),
            true if says(&measures.compared) => (Measure::Index, "table.index"),
            true if says(&self.rules.frames.tables.shares) || !table.planned => {
                (Measure::Share, "table.share")
            }
            true => (Measure::OfPlan, "table.of_plan"),
        };
        Reading { measure, negative: false, on_top: false, rule }
    }

    fn indicator_of_cell(&self, unit: &str, [row, group, head, caption]: [&str; 4]) -> Option<IndicatorCode> {
        if !self.about_promotion {
            return None;
        }
        let all = format!("{row} {group} {head} {caption}");
        let all = Cued::of(&self.rules.cues, &all);
        let told =
            |words: &str| frame::indicator(unit, &Cued::of(&self.rules.own_cues, words), &all, self.rules);
        let by_phrase = |words: &str| told(words).filter(|rule| !rule.near.is_empty());
        let otherwise = || self.rules.indicators.indicator.of_unit(unit).find(|rule| rule.otherwise);
        let found = by_phrase(row)
            .or_else(|| by_phrase(group))
            .or_else(|| by_phrase(head))
            .or_else(|| told(caption))
            .or_else(otherwise)?;
        Some(IndicatorCode::new(found.code.as_str()))
    }

    fn fund_of_cell(&self, indicator: Option<&IndicatorCode>, words: [&str; 4]) -> Bound<Option<Fund>> {
        let frames = self.frames();
        let Some(_) =
            indicator.filter(|code| !frames.funds.none_for.iter().any(|none| none == code.as_str()))
        else {
            return Bound::new(None, None, "fund.none", Reach::Default);
        };
        let told = words.into_iter().find_map(|words| frame::fund(words, frames));
        match told {
            Some(fund) => Bound::new(Some(fund), None, "table.fund", Reach::Table),
            None => Bound::new(Some(Fund::Total), None, "fund.default", Reach::Default),
        }
    }

    /// The period that a column's head names; a plan without one is the year's.
    fn period_of_cell(&self, cell: &Cell, aspect: Aspect) -> Option<Bound<Period>> {
        let periods = self.periods_within(cell.column);
        let named = periods.iter().find_map(|period| {
            // `Thực hiện 9 tháng`: from January.
            let value = self
                .context
                .resolve(period)
                .or_else(|| Period::from_january(self.context.year?, period.months()?))?;
            Some(Bound::new(value, Some(period.span), &period.rule, Reach::Table))
        });
        let year = self.context.year.filter(|_| aspect == Aspect::Plan);
        named.or_else(|| {
            Some(Bound::new(Period::Year(year?), Some(cell.column), "table.plan_year", Reach::Table))
        })
    }
}

/// The words before a bracket.
fn unbracketed(words: Span, lower: &str) -> Span {
    let end = words.of(lower).find('(').map_or(words.end, |at| words.start + at);
    trimmed(Span::new(words.start, end), lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(words: &str) -> Option<(String, String)> {
        let stated = stated(words, RulePack::builtin())?;
        Some((stated.like.unit.as_str().to_owned(), stated.like.value.to_string()))
    }

    #[test]
    fn a_head_or_a_caption_states_unit_and_scale() {
        let told = |code: &str, one: &str| Some((code.to_owned(), one.to_owned()));
        assert_eq!(unit("bảng 1 (đvt: triệu đồng)"), told("VND", "1000000"));
        assert_eq!(unit("đơn vị tính: tỷ đồng"), told("VND", "1000000000"));
        assert_eq!(unit("tỷ lệ (%)"), told("percent", "1"));
        assert_eq!(unit("% kế hoạch"), told("percent", "1"));
        assert_eq!(unit("kế hoạch năm"), None);
    }
}
