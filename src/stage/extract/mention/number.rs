//! Numbers: a numeral with its scale, unit, hedge and place in a range or pair.

use super::numeral::{self, Numeral};
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
    pub taken: Vec<bool>,
    pub rules: &'a MentionRules,
}

/// What follows a numeral.
#[derive(Debug, Clone)]
struct Tail {
    /// First token after it.
    next: usize,
    power: i32,
    /// What `500 triệu` adds in `3 tỷ 500 triệu`, and its last digit's unit.
    extra: Option<(Decimal, i32)>,
    unit: Option<(String, MentionClass)>,
    noun: Option<Span>,
    per: Option<Span>,
    rule: String,
}

impl Line<'_> {
    pub(crate) fn longest(&self, phrases: &Phrases, at: usize) -> Option<(usize, u32)> {
        let window = &self.tokens[at.min(self.tokens.len())..self.tokens.len().min(at + 12)];
        phrases.longest(self.text, window, &|_| None).map(|found| (found.tokens, found.rule))
    }

    /// Finds the phrase that ends right before token `at`: its first token and rule.
    pub(crate) fn ending_at(&self, phrases: &Phrases, at: usize, most: usize) -> Option<(usize, u32)> {
        (1..=most.min(at)).rev().find_map(|length| {
            let found = phrases.longest(self.text, &self.tokens[at - length..at], &|_| None)?;
            (found.tokens == length).then_some((at - length, found.rule))
        })
    }

    fn words(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.span.of(self.text))
    }

    fn is(&self, at: usize, word: Option<Word>) -> bool {
        word.is_some() && self.tokens.get(at).map(|token| token.word) == word
    }

    fn glued(&self, left: usize) -> bool {
        matches!(self.tokens.get(left..left + 2), Some([a, b]) if a.span.end == b.span.start)
    }

    fn numeral(&self, at: usize) -> Option<Numeral> {
        match self.tokens.get(at)?.kind {
            TokenKind::Digits => numeral::digits(self.text, &self.tokens[at..]),
            TokenKind::Letters => numeral::words(&self.tokens[at..], self.rules),
            TokenKind::Mark => None,
        }
    }

    /// Reads all numbers of the line.
    pub(crate) fn numbers(&self, out: &mut Mentions) {
        let mut at = 0;
        while at < self.tokens.len() {
            let token = &self.tokens[at];
            let candidate = !self.taken[at]
                && (token.kind == TokenKind::Digits
                    || (token.kind == TokenKind::Letters
                        && token.word != Word::UNKNOWN
                        && self.rules.digits.contains_key(&token.word)));
            at = if candidate { self.number(at, out).max(at + 1) } else { at + 1 };
        }
    }

    /// Reads the number, range or pair at token `at`; returns the first token after it.
    fn number(&self, at: usize, out: &mut Mentions) -> usize {
        let Some(first) = self.numeral(at) else { return at + 1 };
        let after = at + first.tokens;
        let digits = self.tokens[at].kind == TokenKind::Digits;
        if digits && self.no_figure(at, after, &first, out) {
            return after;
        }
        let tail = self.tail(after, digits);
        if let Some(next) = self.range_or_pair(at, &first, &tail, out) {
            return next;
        }
        let times = self.is(after, self.rules.fixed.lan)
            && (1..=3.min(at)).any(|back| self.is(at - back, self.rules.fixed.gap));
        if !digits && tail.unit.is_none() && !times {
            return after;
        }
        if (tail.unit.is_none() || tail.rule == "noun.unknown")
            && tail.power == 0
            && !times
            && let Some((start, ordinal)) = self.introduced(at)
        {
            let class = if ordinal { MentionClass::Ordinal } else { MentionClass::Other };
            let span = Span::new(self.tokens[if ordinal { start } else { at }].span.start, first.span.end);
            let rule = if ordinal { "number.ordinal" } else { "number.name" };
            out.others.push(OtherMention { span, class, value: first.value.to_string(), rule: rule.into() });
            return after;
        }
        let number = self.mention(at, &first, &tail, Role::Single);
        out.numbers.extend(number);
        tail.next
    }

    /// Reads what a numeral without a unit is introduced by; true for an order.
    fn introduced(&self, at: usize) -> Option<(usize, bool)> {
        self.ending_at(&self.rules.ordinal_before, at, 3)
            .map(|(start, _)| (start, true))
            .or_else(|| self.ending_at(&self.rules.name_before, at, 3).map(|(start, _)| (start, false)))
    }

    /// Tells whether the digits are part of a name, a clock time, a list number or a telephone number.
    fn no_figure(&self, at: usize, after: usize, numeral: &Numeral, out: &mut Mentions) -> bool {
        let before_glued = at > 0 && self.glued(at - 1);
        let named = before_glued
            && match self.tokens[at - 1].kind {
                TokenKind::Letters => self.words(at - 1).chars().last().is_some_and(char::is_uppercase),
                TokenKind::Mark => {
                    matches!(self.words(at - 1), "-" | "/" | "." | "_")
                        && at > 1
                        && self.glued(at - 2)
                        && self.tokens[at - 2].kind == TokenKind::Letters
                        && (self.tokens[at - 2].capital || self.tokens[at - 2].word == Word::UNKNOWN)
                }
                TokenKind::Digits => false,
            };
        let clock = self.glued(after.saturating_sub(1))
            && (matches!(self.words(after), "h" | "H" | "G" | "D")
                || (self.words(after) == ":"
                    && self.tokens.get(after + 1).is_some_and(|t| t.kind == TokenKind::Digits)));
        let clock_end =
            before_glued && matches!(self.words(at - 1), ":" | "h") && at > 1 && self.glued(at - 2);
        let list = at == 0
            && !numeral.marked
            && matches!(self.words(after), "." | ")" | "/" | "-")
            && self.glued(after - 1)
            && !self.glued(after);
        let printed = numeral.span.of(self.text);
        let telephone = printed.len() >= 8 && !numeral.marked
            || (printed.starts_with('0') && printed.len() >= 4 && !printed.contains(','));
        if !(named || clock || clock_end || list || telephone) {
            return false;
        }
        let class = if list { MentionClass::Ordinal } else { MentionClass::Other };
        let value = printed.to_owned();
        out.others.push(OtherMention { span: numeral.span, class, value, rule: "number.name".into() });
        true
    }

    fn tail(&self, mut next: usize, digits: bool) -> Tail {
        let mut tail = Tail {
            next,
            power: 0,
            extra: None,
            unit: None,
            noun: None,
            per: None,
            rule: "number.bare".into(),
        };
        let rules = self.rules;
        let mut money = false;
        if let Some((used, rule)) = self.longest(&rules.scale_words, next) {
            let scale = &rules.scales[rule as usize];
            // `1 triệu ha`, not `5 trăm` of a word numeral, which has read its hundreds itself.
            (tail.power, money) = (scale.power, scale.money);
            next += used;
            if self.is(next, rules.fixed.ruoi) {
                tail.extra =
                    Decimal::new(5, 1).and_then(|half| half.shift(tail.power)).map(|v| (v, tail.power - 1));
                next += 1;
            } else if digits
                && let Some(low) = self
                    .tokens
                    .get(next)
                    .filter(|t| t.kind == TokenKind::Digits)
                    .and_then(|_| self.numeral(next))
                && let Some((more, rule)) = self.longest(&rules.scale_words, next + low.tokens)
                && rules.scales[rule as usize].power < tail.power
            {
                let power = rules.scales[rule as usize].power;
                tail.extra = low.value.shift(power).map(|value| (value, power));
                next += low.tokens + more;
            }
        }
        if let Some((used, rule)) = self.longest(&rules.unit_words, next)
            && !(used == 1
                && self.words(next) == "m"
                && !self.glued(next - 1)
                && self.words(next + 1).is_empty())
        {
            let unit = &rules.units[rule as usize];
            tail.power += unit.power;
            tail.unit = Some((unit.code.clone(), unit.class));
            tail.rule = format!("unit.{}", unit.code);
            next += used;
            // `m 2` and `m 3`, as a web page's superscript comes out.
            if unit.code == "m" && matches!(self.words(next), "2" | "3") {
                let code = format!("m{}", self.words(next));
                tail.unit = Some((code, unit.class));
                next += 1;
            }
        } else if let Some((used, rule)) = self.longest(&rules.noun_words, next) {
            let noun = &rules.nouns[rule as usize];
            tail.noun = Some(Span::new(self.tokens[next].span.start, self.tokens[next + used - 1].span.end));
            tail.unit = Some((noun.unit.clone(), MentionClass::Count));
            tail.rule = format!("noun.{}", noun.unit);
            next += used;
        } else if money {
            tail.unit = Some(("VND".into(), MentionClass::Amount));
            tail.rule = "scale.money".into();
        } else if digits
            && let Some(token) = self.tokens.get(next)
            && token.kind == TokenKind::Letters
            && (!token.capital || (token.span.len() > 1 && self.words(next).chars().all(char::is_uppercase)))
            && !self.glued(next - 1)
            && !self.taken[next]
            && self.longest(&rules.stop, next).is_none()
        {
            tail.noun = Some(token.span);
            tail.unit = Some(("item".into(), MentionClass::Count));
            tail.rule = "noun.unknown".into();
            next += 1;
        }
        let start = next;
        while self.words(next) == "/"
            && let Some((used, _)) = self.longest(&rules.per_words, next + 1)
        {
            next += 1 + used;
        }
        if next > start && tail.unit.is_some() {
            tail.per = Some(Span::new(self.tokens[start].span.start, self.tokens[next - 1].span.end));
        } else {
            next = start;
        }
        tail.next = next;
        tail
    }

    /// Reads `A - B unit`, `từ A đến B unit`, `A/B unit`; returns the first token after it.
    fn range_or_pair(&self, at: usize, first: &Numeral, tail: &Tail, out: &mut Mentions) -> Option<usize> {
        let fixed = &self.rules.fixed;
        let join = tail.next;
        let sign = self.words(join);
        let from = at > 0 && self.is(at - 1, fixed.tu);
        let bare = tail.unit.is_none();
        let to = self.is(join, fixed.den) || self.is(join, fixed.toi);
        let pair = sign == "/" && bare && self.glued(join) && self.glued(join - 1);
        let dash = matches!(sign, "-" | "–" | "—");
        if !(pair || (dash && (bare || from || tail.rule == "unit.percent")) || (to && (bare || from))) {
            return None;
        }
        let mut second_at = join + 1;
        if pair && self.introduced(at).is_some() {
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
        let second_tail = self.tail(second_at + second.tokens, true);
        second_tail.unit.as_ref()?;
        let shared = Tail { next: second_tail.next, ..second_tail.clone() };
        let first_tail = if bare && tail.power == 0 {
            shared
        } else if bare {
            Tail { power: tail.power, extra: None, ..second_tail.clone() }
        } else {
            tail.clone()
        };
        let roles = if pair { (Role::PairPart, Role::PairWhole) } else { (Role::RangeLow, Role::RangeHigh) };
        out.numbers.extend(self.mention(at, first, &first_tail, roles.0));
        out.numbers.extend(self.mention(second_at, &second, &second_tail, roles.1));
        Some(second_tail.next)
    }

    fn mention(&self, at: usize, numeral: &Numeral, tail: &Tail, role: Role) -> Option<NumberMention> {
        let rules = self.rules;
        let after = at + numeral.tokens;
        let times = self.is(after, rules.fixed.lan);
        let multiplied = (1..=3.min(at)).any(|back| self.is(at - back, rules.fixed.gap));
        let multiple = times && multiplied;
        let half = self.is(after, rules.fixed.nua) && self.is(at, rules.fixed.mot);
        let (mut value, mut last) =
            (numeral.value.shift(tail.power)?, tail.power - i32::try_from(numeral.places).ok()?);
        if let Some((extra, power)) = tail.extra {
            value = value.checked_add(extra)?;
            last = power;
        }
        let (code, class) = tail.unit.clone().unwrap_or(("item".into(), MentionClass::Count));
        let (code, class) =
            if multiple || half { ("percent".to_owned(), MentionClass::Percent) } else { (code, class) };
        if multiple {
            (value, last) = (value.shift(2)?, last + 2);
        } else if half {
            (value, last) = (Decimal::whole(50), 0);
        }
        let exact = class == MentionClass::Count && last == 0;
        let step = if exact { Decimal::ZERO } else { Decimal::whole(1).shift(last)? };
        let (qualifier, hedge) = self.hedge(at, tail.next, role);
        let end = self.tokens.get(tail.next.wrapping_sub(1)).map_or(numeral.span.end, |token| token.span.end);
        let end = if times && tail.unit.is_none() {
            self.tokens[after].span.end
        } else {
            end.max(numeral.span.end)
        };
        let one = self.is(at, rules.fixed.mot) && numeral.tokens == 1;
        let bare = tail.unit.is_none() && !multiple;
        let mut names = vec![
            if self.tokens[at].kind == TokenKind::Digits { "number.digits" } else { "number.words" }
                .to_owned(),
        ];
        names.push(if multiple { "number.multiple".into() } else { tail.rule.clone() });
        if hedge.is_some() {
            names.push(format!("hedge.{}", qualifier.code()));
        }
        Some(NumberMention {
            span: Span::new(numeral.span.start, end),
            numeral: numeral.span,
            class,
            value,
            step,
            unit: UnitCode::new(code),
            bare,
            unit_words: Span::new(numeral.span.end, end),
            noun: tail.noun,
            per: tail.per,
            qualifier,
            hedge,
            role,
            multiple,
            figure: !(one && class == MentionClass::Count) && (!bare || numeral.marked || tail.power > 0),
            rules: names,
        })
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
