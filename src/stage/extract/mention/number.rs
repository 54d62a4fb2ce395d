//! Numbers: a numeral with its scale, unit, hedge and place in a range or pair.

use compact_str::{CompactString, ToCompactString};
use smallvec::SmallVec;

use super::numeral::{self, Numeral};
use super::tail::{SCALE_MONEY, Tail, UNKNOWN_NOUN};
use super::{Mentions, NumberMention, OtherMention, Role};
use crate::model::figure::{Qualifier, UnitCode};
use crate::model::mention::MentionClass;
use crate::model::{Decimal, Span};
use crate::stage::rules::mention::MentionRules;
use crate::stage::rules::phrase::Phrases;
use crate::stage::rules::{Token, TokenKind, Word};

/// One line of a text, being read.
pub(crate) struct Line<'a> {
    pub text: &'a str,
    pub tokens: &'a [Token],
    /// Tokens that a period or a legal reference took.
    pub taken: &'a mut [bool],
    pub rules: &'a MentionRules,
}

/// Words between one that pairs numerals off and the first of them, at most.
const TURN_TOKENS: usize = 4;
/// How many numerals are paired off in one row, at most.
const MOST_IN_TURN: usize = 16;

impl<'a> Line<'a> {
    pub(crate) fn longest(&self, phrases: &Phrases, at: usize) -> Option<(usize, u32)> {
        let window = &self.tokens[at.min(self.tokens.len())..self.tokens.len().min(at + 12)];
        phrases.longest(self.text, window, &|_| None).map(|found| (found.tokens, found.rule))
    }

    /// Finds the phrase that ends right before token `at`: its first token and rule.
    pub(crate) fn ending_at(&self, phrases: &Phrases, at: usize, most: usize) -> Option<(usize, u32)> {
        if !phrases.may_end_with(self.tokens[at.checked_sub(1)?].word) {
            return None;
        }
        (1..=most.min(at)).rev().find_map(|length| {
            let found = phrases.longest(self.text, &self.tokens[at - length..at], &|_| None)?;
            (found.tokens == length).then_some((at - length, found.rule))
        })
    }

    pub(super) fn words(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.span.of(self.text))
    }

    pub(super) fn is(&self, at: usize, word: Option<Word>) -> bool {
        word.is_some() && self.tokens.get(at).map(|token| token.word) == word
    }

    pub(super) fn glued(&self, left: usize) -> bool {
        matches!(self.tokens.get(left..left + 2), Some([a, b]) if a.span.end == b.span.start)
    }

    pub(super) fn numeral(&self, at: usize) -> Option<Numeral> {
        match self.tokens.get(at)?.kind {
            TokenKind::Digits => numeral::digits(self.text, &self.tokens[at..]),
            TokenKind::Letters => numeral::words(&self.tokens[at..], self.rules),
            TokenKind::Mark => None,
        }
    }

    /// Tells whether the border of two cells stands before the token at `at`: a tab, or a run of spaces.
    pub(super) fn parted(&self, at: usize) -> bool {
        let Some([left, right]) = at.checked_sub(1).and_then(|left| self.tokens.get(left..left + 2)) else {
            return false;
        };
        let gap = self.text.as_bytes().get(left.span.end..right.span.start).unwrap_or_default();
        gap.len() > 2 || gap.contains(&b'\t')
    }

    /// Reads all numbers of the line, which begin at some of the tokens `candidates`.
    pub(crate) fn numbers(&self, candidates: &[usize], out: &mut Mentions) {
        let mut next = 0;
        for at in candidates.iter().copied() {
            if at < next || self.taken[at] {
                continue;
            }
            next = if self.tokens[at].kind == TokenKind::Digits || self.spells(at) {
                self.number(at, out).max(at + 1)
            } else {
                self.roman(at, out).unwrap_or(at + 1)
            };
        }
    }

    /// Tells whether a number word, `nửa` or `gấp` stands at `at`.
    fn spells(&self, at: usize) -> bool {
        self.rules.digits.get(self.tokens[at].word).is_some()
            || self.is(at, self.rules.fixed.nua)
            || self.is(at, self.rules.fixed.gap)
    }

    /// Reads the number, range or pair at token `at`; returns the first token after it.
    fn number(&self, at: usize, out: &mut Mentions) -> usize {
        if self.is(at, self.rules.fixed.gap) {
            return self.times_as_much(at, out).unwrap_or(at + 1);
        }
        if let Some(next) = self.half(at, out) {
            return next;
        }
        let Some(first) = self.numeral(at) else { return at + 1 };
        let after = self.said_again(at + first.tokens, &first);
        let digits = self.tokens[at].kind == TokenKind::Digits;
        if digits && let Some(next) = self.fraction(at, out) {
            return next;
        }
        if digits && let Some(next) = self.telephone(at, out).or_else(|| self.no_figure(at, &first, out)) {
            return next;
        }
        let mut tail = self.tail(after, true);
        if let Some(next) = self.range_or_pair(at, &first, &tail, out) {
            return next;
        }
        if tail.is_bare()
            && let Some(next) = self.in_turn(at, &first, out)
        {
            return next;
        }
        tail.multiple = self.is(after, self.rules.fixed.lan) && self.multiplies(at, digits, first.marked);
        if tail.multiple {
            tail.next = after + 1;
        }
        if !digits && (tail.unit.is_none() || tail.rule == UNKNOWN_NOUN) && !tail.multiple {
            return self.ordinal_word(at, &first, out).unwrap_or(after);
        }
        let five = first.tokens == 1 && self.is(at, self.rules.fixed.nam);
        if five && tail.power == 0 && (at == 0 || self.ending_at(&self.rules.five_before, at, 2).is_none()) {
            return after; // `năm` is a year far more often than a five
        }
        if (tail.unit.is_none() || tail.rule == UNKNOWN_NOUN)
            && tail.power == 0
            && !tail.multiple
            && let Some(next) = self.introduced(at, &first, out)
        {
            return next;
        }
        if tail.unit.is_none()
            && tail.power == 0
            && let Some(value) = super::period::length(&first.value.to_compact_string(), self.words(after))
        {
            out.others.push(OtherMention {
                span: Span::new(first.span.start, self.tokens[after].span.end),
                class: MentionClass::Duration,
                value,
                rule: "number.duration".into(),
            });
            return after + 1;
        }
        if tail.unit.is_some() && self.aged(&tail) {
            out.others.push(self.age(&first, self.tokens[tail.next - 1].span.end));
            return tail.next;
        }
        let number = self.mention(at, &first, &tail, Role::Single);
        out.numbers.extend(number);
        tail.next
    }

    /// The first token behind the bracket that says the same number in words: `300 (ba trăm) triệu đồng`.
    fn said_again(&self, after: usize, first: &Numeral) -> usize {
        let spelt = |at: usize| numeral::words(self.tokens.get(at..)?, self.rules);
        match spelt(after + 1).filter(|_| self.words(after) == "(") {
            Some(words) if words.value == first.value && self.words(after + 1 + words.tokens) == ")" => {
                after + words.tokens + 2
            }
            _ => after,
        }
    }

    /// Tells whether `lần` behind the numeral multiplies: a decimal does, a whole number where a verb of
    /// comparison stands before it.
    fn multiplies(&self, at: usize, digits: bool, marked: bool) -> bool {
        let hedged = self.ending_at(&self.rules.hedges_before, at, 5).map_or(at, |(start, _)| start);
        let told = |at| self.ending_at(&self.rules.multiple_before, at, 3).is_some();
        let gap = (1..=3.min(at)).any(|back| self.is(at - back, self.rules.fixed.gap));
        gap || digits && (marked || told(at) || told(hedged))
    }

    /// `gấp đôi`, `gấp rưỡi`, `gấp ba`: what no `lần` follows. Where one does, the numeral is read alone.
    fn times_as_much(&self, at: usize, out: &mut Mentions) -> Option<usize> {
        let fixed = &self.rules.fixed;
        let next = at + 1;
        let percent = if self.is(next, fixed.doi) {
            200
        } else if self.is(next, fixed.ruoi) {
            150
        } else {
            let spelt = self.tokens.get(next).and_then(|token| self.rules.digits.get(token.word))?;
            let alone = self.tokens.get(next + 1).is_none_or(|after| {
                after.kind == TokenKind::Mark || self.longest(&self.rules.stop, next + 1).is_some()
            });
            (alone && self.tokens[next].kind == TokenKind::Letters).then_some(spelt * 100)?
        };
        let span = Span::new(self.tokens[at].span.start, self.tokens[next].span.end);
        out.numbers.push(self.percentage(at, span, percent, "number.multiple"));
        Some(next + 1)
    }

    /// `một nửa` is 50 percent; `nửa tỷ đồng` is read with its scale.
    fn half(&self, at: usize, out: &mut Mentions) -> Option<usize> {
        let fixed = &self.rules.fixed;
        let one = self.is(at, fixed.mot) && self.is(at + 1, fixed.nua);
        if one {
            let span = Span::new(self.tokens[at].span.start, self.tokens[at + 1].span.end);
            out.numbers.push(self.percentage(at, span, 50, "number.half"));
            return Some(at + 2);
        }
        if !self.is(at, fixed.nua) {
            return None;
        }
        let tail = self.tail(at + 1, true);
        if tail.power > 0 && tail.unit.is_some() {
            let span = self.tokens[at].span;
            let half = Numeral { span, tokens: 1, value: Decimal::new(5, 1)?, places: 1, marked: false };
            out.numbers.extend(self.mention(at, &half, &tail, Role::Single));
            return Some(tail.next);
        }
        Some(at + 1)
    }

    /// A percentage that words alone tell: `một nửa`, `gấp đôi`.
    fn percentage(&self, at: usize, span: Span, percent: i32, rule: &'static str) -> NumberMention {
        let tokens = self.tokens[at..].iter().take_while(|token| token.span.end <= span.end).count();
        let (qualifier, hedge) = self.hedge(at, at + tokens, Role::Single);
        NumberMention {
            span,
            numeral: span,
            class: MentionClass::Percent,
            value: Decimal::whole(percent.into()),
            step: Decimal::whole(1),
            unit: UnitCode::new("percent"),
            bare: false,
            unit_words: Span::new(span.end, span.end),
            noun: None,
            per: None,
            qualifier,
            hedge,
            role: Role::Single,
            multiple: rule == "number.multiple",
            figure: true,
            read_by: "number.words",
            unit_by: CompactString::const_new(rule),
            hedge_counts: false,
        }
    }

    /// Reads `A - B unit`, `từ A đến B unit`, `A/B unit`; returns the first token after it.
    fn range_or_pair(
        &self,
        at: usize,
        first: &Numeral,
        tail: &Tail<'a>,
        out: &mut Mentions,
    ) -> Option<usize> {
        let fixed = &self.rules.fixed;
        let join = tail.next;
        let sign = self.words(join);
        let from = at > 0 && self.is(at - 1, fixed.tu);
        let bare = tail.unit.is_none();
        let to = self.is(join, fixed.den) || self.is(join, fixed.toi);
        let of = self.longest(&self.rules.of_between, join).filter(|_| bare && tail.power == 0);
        let of = of.map_or(0, |(used, _)| used);
        let pair = of > 0 || sign == "/" && bare && self.glued(join) && self.glued(join - 1);
        let dash = matches!(sign, "-" | "–" | "—");
        // `tăng từ 20 lên 35 cơ sở`: a level and the one that it came to.
        let level = self.longest(&self.rules.level_between, join).filter(|_| bare && from);
        let level = level.map_or(0, |(used, _)| used);
        if !(pair
            || level > 0
            || (dash && (bare || from || tail.rule == ("unit.", "percent")))
            || (to && (bare || from)))
        {
            return None;
        }
        let mut second_at = join + of.max(level).max(1);
        if pair && self.introducer(at).is_some() {
            return None;
        }
        if self.taken.get(second_at) != Some(&false) {
            return None;
        }
        if to && self.tokens[second_at].kind != TokenKind::Digits {
            let (used, _) = self.longest(&self.rules.hedges_before, second_at)?;
            second_at += used;
        }
        let token = self.tokens.get(second_at).filter(|token| token.kind == TokenKind::Digits)?;
        debug_assert!(token.kind == TokenKind::Digits);
        let second = self.numeral(second_at)?;
        let behind = second_at + second.tokens;
        let mut second_tail = self.tail(behind, true);
        let marked = first.marked || second.marked;
        second_tail.multiple = self.is(behind, fixed.lan) && self.multiplies(at, true, marked);
        if second_tail.multiple {
            second_tail.next = behind + 1;
        } else if second_tail.unit.is_none() && second_tail.power == 0 {
            return None;
        }
        let first_tail = if bare && tail.power == 0 {
            second_tail.clone()
        } else if bare {
            Tail { power: tail.power, extra: None, ..second_tail.clone() }
        } else {
            tail.clone()
        };
        // `từ 18 đến 35 tuổi`
        if second_tail.unit.is_some() && self.aged(&second_tail) {
            out.others.push(self.age(first, first.span.end));
            out.others.push(self.age(&second, self.tokens[second_tail.next - 1].span.end));
            return Some(second_tail.next);
        }
        // `2 trong số 5 dự án`: both are counted; of `2/5 đề án` the second is what was to be done.
        let roles = match (of + level > 0, pair) {
            (true, _) => (Role::Single, Role::Single),
            (false, true) => (Role::PairPart, Role::PairWhole),
            (false, false) => (Role::RangeLow, Role::RangeHigh),
        };
        out.numbers.extend(self.mention(at, first, &first_tail, roles.0));
        out.numbers.extend(self.mention(second_at, &second, &second_tail, roles.1));
        Some(second_tail.next)
    }

    fn mention(&self, at: usize, numeral: &Numeral, tail: &Tail<'a>, role: Role) -> Option<NumberMention> {
        let rules = self.rules;
        let multiple = tail.multiple;
        let (mut value, mut last) =
            (numeral.value.shift(tail.power)?, tail.power - i32::try_from(numeral.places).ok()?);
        if let Some((extra, power)) = tail.extra {
            value = value.checked_add(extra)?;
            last = power;
        }
        let (mut code, mut class) = tail.unit.unwrap_or(("item", MentionClass::Count));
        if multiple {
            (code, class) = ("percent", MentionClass::Percent);
            (value, last) = (value.shift(2)?, last + 2);
        } else if self.dollars(at, tail) {
            (code, class) = ("USD", MentionClass::Amount);
        }
        let exact = class == MentionClass::Count && last == 0;
        let step = if exact { Decimal::ZERO } else { Decimal::whole(1).shift(last)? };
        let (qualifier, hedge) = self.hedge(at, tail.next, role);
        let end = self.tokens.get(tail.next.wrapping_sub(1)).map_or(numeral.span.end, |token| token.span.end);
        let end = end.max(numeral.span.end);
        let one = self.is(at, rules.fixed.mot) && numeral.tokens == 1 && tail.power == 0;
        let bare = tail.unit.is_none() && !multiple && class == MentionClass::Count;
        let digits = self.tokens[at].kind == TokenKind::Digits;
        let (section, rule) = if multiple { ("number.", "multiple") } else { tail.rule };
        Some(NumberMention {
            span: Span::new(numeral.span.start, end),
            numeral: numeral.span,
            class,
            value,
            step,
            unit: UnitCode::new(code),
            bare,
            unit_words: Span::new(numeral.span.end, end),
            noun: tail.noun.filter(|_| !multiple),
            per: tail.per,
            qualifier,
            hedge,
            role,
            multiple,
            figure: !(one && class == MentionClass::Count) && (!bare || numeral.marked || tail.power > 0),
            read_by: if digits { "number.digits" } else { "number.words" },
            unit_by: CompactString::const_new(section) + rule,
            hedge_counts: hedge.is_some(),
        })
    }

    /// `lần lượt đạt | 5, 6 và 7 tỷ đồng`: numerals that share the unit behind the last; the first token after it.
    fn in_turn(&self, at: usize, first: &Numeral, out: &mut Mentions) -> Option<usize> {
        if !matches!(self.words(at + first.tokens), "," | ";" | "và") {
            return None;
        }
        let words = |at: usize| self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Letters);
        let told = |back: usize| self.ending_at(&self.rules.turn_before, at - back, 3).is_some();
        let open = (0..=TURN_TOKENS.min(at)).take_while(|back| *back == 0 || words(at - back));
        open.into_iter().find(|back| told(*back))?;
        let mut numerals: SmallVec<[(usize, Numeral); 8]> = SmallVec::from_slice(&[(at, *first)]);
        let mut next = at + first.tokens;
        let tail = loop {
            let comma = matches!(self.words(next), "," | ";");
            let and = self.words(next + usize::from(comma)) == "và";
            let second = next + usize::from(comma) + usize::from(and);
            if second == next || numerals.len() > MOST_IN_TURN || self.taken.get(second) != Some(&false) {
                return None;
            }
            let numeral = self.numeral(second)?;
            next = second + numeral.tokens;
            numerals.push((second, numeral));
            let tail = self.tail(next, true);
            if !tail.is_bare() {
                break tail;
            }
        };
        let (last, numeral) = numerals.pop()?;
        let last = self.mention(last, &numeral, &tail, Role::Single)?;
        for (at, numeral) in numerals {
            let own = Tail { next: at + numeral.tokens, extra: None, ..tail.clone() };
            let number = self.mention(at, &numeral, &own, Role::Single)?;
            out.numbers.push(NumberMention { unit_words: last.unit_words, ..number });
        }
        out.numbers.push(last);
        Some(tail.next)
    }

    /// `$12`, `$5 triệu`: the sign stands before the numeral.
    fn dollars(&self, at: usize, tail: &Tail<'_>) -> bool {
        let alone = tail.unit.is_none() || tail.rule == SCALE_MONEY || tail.rule == UNKNOWN_NOUN;
        alone && at > 0 && self.words(at - 1) == "$" && self.glued(at - 1)
    }

    fn hedge(&self, at: usize, next: usize, role: Role) -> (Qualifier, Option<Span>) {
        let rules = self.rules;
        let skip = usize::from(at > 0 && self.is(at - 1, rules.fixed.tu));
        let before = self.ending_at(&rules.hedges_before, at - skip, 5);
        let after = self.longest(&rules.hedges_after, next);
        let span =
            |from: usize, to: usize| Span::new(self.tokens[from].span.start, self.tokens[to - 1].span.end);
        if let Some((used, rule)) = after
            && let Some(bound) = rules.hedges[rule as usize].bound
        {
            return (bound, Some(span(next, next + used)));
        }
        if let Some((start, rule)) = before
            && let Some(bound) = rules.hedges[rule as usize].bound
            && !matches!((role, bound), (Role::RangeLow, Qualifier::Approx))
        {
            return (bound, Some(span(start, at - skip)));
        }
        match role {
            Role::RangeLow => (Qualifier::Ge, None),
            Role::RangeHigh => (Qualifier::Le, None),
            _ => (Qualifier::Eq, None),
        }
    }
}
