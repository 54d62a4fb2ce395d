//! What follows a numeral: its scale, its unit or counted noun, what it is divided by.

use super::number::Line;
use crate::model::mention::MentionClass;
use crate::model::{Decimal, Span};
use crate::stage::rules::TokenKind;

/// Rules that are asked for again: any noun after a numeral, and a scale that is money by itself.
pub(super) const UNKNOWN_NOUN: (&str, &str) = ("noun.", "unknown");
pub(super) const SCALE_MONEY: (&str, &str) = ("scale.", "money");

/// What follows a numeral.
#[derive(Debug, Clone)]
pub(super) struct Tail<'r> {
    /// First token after it.
    pub(super) next: usize,
    /// `lần` behind it multiplies.
    pub(super) multiple: bool,
    pub(super) power: i32,
    /// What `500 triệu` adds in `3 tỷ 500 triệu`, and its last digit's unit.
    pub(super) extra: Option<(Decimal, i32)>,
    pub(super) unit: Option<(&'r str, MentionClass)>,
    pub(super) noun: Option<Span>,
    pub(super) per: Option<Span>,
    /// The rule that read it: its section with a dot, and its name.
    pub(super) rule: (&'static str, &'r str),
}

impl Tail<'_> {
    /// Tells whether neither scale nor unit follows.
    pub(super) fn is_bare(&self) -> bool {
        self.unit.is_none() && self.power == 0
    }
}

impl<'a> Line<'a> {
    /// Reads what follows the numeral that ends before `next`; with `nouns`, any word there is a counted thing.
    pub(super) fn tail(&self, mut next: usize, nouns: bool) -> Tail<'a> {
        let mut tail = Tail {
            next,
            multiple: false,
            power: 0,
            extra: None,
            unit: None,
            noun: None,
            per: None,
            rule: ("number.", "bare"),
        };
        if self.parted(next) {
            return tail;
        }
        let rules = self.rules;
        let mut money = false;
        if let Some((used, rule)) = self.longest(&rules.scale_words, next) {
            let scale = &rules.scales[rule as usize];
            (tail.power, money) = (scale.power, scale.money);
            next += used;
            // `5 trăm triệu`: a scale of a scale.
            if tail.power <= 4
                && let Some((used, rule)) = self.longest(&rules.scale_words, next)
            {
                tail.power += rules.scales[rule as usize].power;
                money = rules.scales[rule as usize].money;
                next += used;
            }
            if self.is(next, rules.fixed.ruoi) {
                tail.extra =
                    Decimal::new(5, 1).and_then(|half| half.shift(tail.power)).map(|v| (v, tail.power - 1));
                next += 1;
            } else {
                next = self.lesser(next, &mut tail);
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
            tail.unit = Some((&unit.code, unit.class));
            tail.rule = ("unit.", &unit.code);
            next += used;
            // `m 2` and `m 3`, as a web page's superscript comes out.
            if unit.code == "m" && matches!(self.words(next), "2" | "3") {
                let code = if self.words(next) == "2" { "m2" } else { "m3" };
                tail.unit = Some((code, unit.class));
                next += 1;
            }
        } else if let Some((used, rule)) = self.longest(&rules.noun_words, next) {
            let noun = &rules.nouns[rule as usize];
            tail.noun = Some(Span::new(self.tokens[next].span.start, self.tokens[next + used - 1].span.end));
            tail.unit = Some((&noun.unit, MentionClass::Count));
            tail.rule = ("noun.", &noun.unit);
            next += used;
        } else if money {
            tail.unit = Some(("VND", MentionClass::Amount));
            tail.rule = SCALE_MONEY;
        } else if nouns
            && let Some(token) = self.tokens.get(next)
            && token.kind == TokenKind::Letters
            && token.span.len() > 1
            && (!token.capital || (token.span.len() > 1 && self.words(next).chars().all(char::is_uppercase)))
            && !self.glued(next - 1)
            && !self.taken[next]
            && self.longest(&rules.stop, next).is_none()
        {
            tail.noun = Some(token.span);
            tail.unit = Some(("item", MentionClass::Count));
            tail.rule = UNKNOWN_NOUN;
            next += 1;
        }
        let physical =
            matches!(&tail.unit, Some((code, MentionClass::Amount)) if !matches!(*code, "VND" | "USD"));
        let start = if physical { self.substance_end(next) } else { next };
        let unit_end = next;
        next = start;
        while self.words(next) == "/"
            && let Some((used, _)) = self.longest(&rules.per_words, next + 1)
        {
            next += 1 + used;
        }
        if next > start && tail.unit.is_some() {
            tail.per = Some(Span::new(self.tokens[start].span.start, self.tokens[next - 1].span.end));
        } else {
            next = unit_end;
        }
        tail.next = next;
        tail
    }

    /// The power of ten at `at`, and how many tokens name it: a scale, or a scale of one (`trăm triệu`).
    fn scale(&self, at: usize) -> Option<(usize, i32)> {
        let power = |rule: u32| self.rules.scales[rule as usize].power;
        let (used, rule) = self.longest(&self.rules.scale_words, at)?;
        let second = self.longest(&self.rules.scale_words, at + used).filter(|_| power(rule) <= 4);
        let (more, second) = second.map_or((0, 0), |(more, second)| (more, power(second)));
        Some((used + more, power(rule) + second))
    }

    /// Reads what smaller scales add: `3 tỷ 500 triệu`, `hai triệu ba trăm nghìn`; returns the first token
    /// after it.
    fn lesser(&self, mut next: usize, tail: &mut Tail<'_>) -> usize {
        let mut above = tail.power;
        while self.taken.get(next) == Some(&false)
            && let Some(low) = self.numeral(next)
            && let Some((used, power)) = self.scale(next + low.tokens)
            && power < above
            && let Some(value) = low.value.shift(power)
            && let Some(sum) = value.checked_add(tail.extra.map_or(Decimal::ZERO, |extra| extra.0))
        {
            tail.extra = Some((sum, power));
            above = power;
            next += low.tokens + used;
        }
        next
    }

    /// The token after `thép` in `2 triệu tấn thép/năm`: of what a quantity is, where a `/` follows.
    fn substance_end(&self, at: usize) -> usize {
        let word = |at: usize| {
            self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Letters && !token.capital)
        };
        let end = (at..at + 3).find(|at| !word(*at)).unwrap_or(at);
        let divided = self.words(end) == "/" && self.longest(&self.rules.per_words, end + 1).is_some();
        if divided { end } else { at }
    }
}
