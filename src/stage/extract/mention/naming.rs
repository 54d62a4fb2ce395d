//! Numerals that are no quantity: parts of names, ordinals, list numbers, telephone numbers, clock times,
//! numbers of laws that are named without their letters.

use compact_str::{CompactString, ToCompactString};

use super::number::Line;
use super::numeral::{self, Numeral};
use super::tail::Tail;
use super::{Mentions, OtherMention};
use crate::model::Span;
use crate::model::mention::MentionClass;
use crate::stage::rules::phrase::{Phrases, roman};
use crate::stage::rules::{TokenKind, Word};

/// Digits of a telephone number, its first zero included.
const TELEPHONE_DIGITS: std::ops::RangeInclusive<usize> = 9..=11;
/// Digits without a separator that no report prints as a quantity.
const NAME_DIGITS: usize = 8;

impl Line<'_> {
    /// Finds what introduces the numeral at `at` as no quantity: the introduction's first token, and the
    /// class that it makes.
    pub(super) fn introducer(&self, at: usize) -> Option<(usize, MentionClass)> {
        let found =
            |phrases: &Phrases, class| self.ending_at(phrases, at, 4).map(|(start, _)| (start, class));
        let rules = self.rules;
        found(&rules.law_before, MentionClass::LegalReference)
            .or_else(|| found(&rules.ordinal_before, MentionClass::Ordinal))
            .or_else(|| found(&rules.name_before, MentionClass::Other))
    }

    /// Finds the times of day (`8h30`, `lúc 14 giờ 30 phút`), which begin at some of the tokens `digits`, and
    /// takes their tokens, before their minutes are read as a number of days.
    pub(crate) fn clocks(&mut self, digits: &[usize], out: &mut Vec<OtherMention>) {
        for at in digits.iter().copied() {
            let Some(end) = self.clock_end(at).filter(|_| !self.taken[at]) else { continue };
            let span = Span::new(self.tokens[at].span.start, self.tokens[end - 1].span.end);
            let (class, value) = (MentionClass::Other, CompactString::new(span.of(self.text)));
            out.push(OtherMention { span, class, value, rule: "number.clock".into() });
            self.taken[at..end].fill(true);
        }
    }

    fn clock_end(&self, at: usize) -> Option<usize> {
        let number = |at: usize, most: u8| {
            let token = self.tokens.get(at).filter(|token| token.kind == TokenKind::Digits)?;
            let value = token.span.of(self.text).parse::<u8>().ok()?;
            (token.span.len() <= 2 && value <= most).then_some(())
        };
        number(at, 24)?;
        if matches!(self.words(at + 1), "h" | "H") && self.glued(at) && self.glued(at + 1) {
            number(at + 2, 59)?;
            return Some(at + 3);
        }
        let word = self.words(at + 1);
        let hours = word.len() == "giờ".len() && word.to_lowercase() == "giờ";
        if !hours || self.ending_at(&self.rules.clock_before, at, 3).is_none() {
            return None;
        }
        let minutes = number(at + 2, 59).is_some();
        Some(match self.words(at + 3) {
            "phút" if minutes => at + 4,
            _ => at + 2,
        })
    }

    /// The first token after the number of a house that goes on at `after`: `12 đường Lê Lợi`, `125 Nguyễn
    /// Trãi`, `45A/3 Trần Phú`.
    fn house_end(&self, after: usize) -> Option<usize> {
        let is = |at: usize, kind: TokenKind| self.tokens.get(at).is_some_and(|token| token.kind == kind);
        let named = |at: usize| is(at, TokenKind::Letters) && self.tokens[at].capital;
        if let Some((used, _)) = self.longest(&self.rules.street_after, after) {
            return named(after + used).then_some(after);
        }
        let mut end = after;
        if named(end) && self.glued(end - 1) && self.tokens[end].span.len() == 1 {
            end += 1;
        }
        while self.words(end) == "/"
            && self.glued(end - 1)
            && self.glued(end)
            && is(end + 1, TokenKind::Digits)
        {
            end += 2;
        }
        // A street is named after a person: words that each begin with a capital, and are none by themselves.
        let name = |at: usize| named(at) && self.words(at).chars().any(char::is_lowercase);
        let street = name(end) && name(end + 1) && !self.glued(end - 1);
        (street && !self.counts(end) && self.longest(&self.rules.place_words, end).is_none()).then_some(end)
    }

    /// `2/3 kế hoạch`: a part of what is named behind it; the first token after it.
    pub(super) fn fraction(&self, at: usize, out: &mut Mentions) -> Option<usize> {
        let whole = at + 2;
        let number = |at: usize| {
            let token = self.tokens.get(at).filter(|token| token.kind == TokenKind::Digits)?;
            token.span.of(self.text).parse::<u8>().ok()
        };
        let glued = self.words(at + 1) == "/" && self.glued(at) && self.glued(at + 1);
        let small = number(at)? < number(whole)? && number(whole)? <= 10;
        self.longest(&self.rules.part_after, whole + 1).filter(|_| glued && small && !self.taken[whole])?;
        let span = Span::new(self.tokens[at].span.start, self.tokens[whole].span.end);
        let (class, value) = (MentionClass::Other, CompactString::new(span.of(self.text)));
        out.others.push(OtherMention { span, class, value, rule: "number.fraction".into() });
        Some(whole + 1)
    }

    /// Reads a numeral without a unit that its introduction makes no quantity; the first token after it.
    pub(super) fn introduced(&self, at: usize, numeral: &Numeral, out: &mut Mentions) -> Option<usize> {
        let (start, class) = self.introducer(at).filter(|_| !self.parted(at))?;
        // `tổng số 2.451`: how many there are.
        let fixed = &self.rules.fixed;
        let summed =
            start > 0 && self.is(start - 1, fixed.tong) && start + 1 == at && self.is(start, fixed.so);
        if summed {
            return None;
        }
        let (from, rule) = match class {
            MentionClass::Ordinal => (start, "number.ordinal"),
            MentionClass::LegalReference => (at, "legal.named"),
            _ => (at, "number.name"),
        };
        // `đường 3/2`, `tỷ lệ 1/5.000`: what is named goes on.
        let (slash, second) = (at + numeral.tokens, at + numeral.tokens + 1);
        let goes_on = class == MentionClass::Other
            && self.words(slash) == "/"
            && self.glued(slash - 1)
            && self.glued(slash)
            && self.tokens[second].kind == TokenKind::Digits;
        let part = if goes_on { numeral::digits(self.text, &self.tokens[second..]) } else { None };
        let next = part.as_ref().map_or(slash, |part| second + part.tokens);
        let span = Span::new(self.tokens[from].span.start, self.tokens[next - 1].span.end);
        let value = if part.is_some() {
            CompactString::new(span.of(self.text))
        } else {
            numeral.value.to_compact_string()
        };
        out.others.push(OtherMention { span, class, value, rule: rule.into() });
        Some(next)
    }

    /// `lần thứ hai`, `đứng thứ ba`: a spelt rank. `thứ hai` by itself is a Monday.
    pub(super) fn ordinal_word(&self, at: usize, numeral: &Numeral, out: &mut Mentions) -> Option<usize> {
        let (start, _) = self.ending_at(&self.rules.rank_before, at, 3)?;
        let span = Span::new(self.tokens[start].span.start, numeral.span.end);
        let value = numeral.value.to_compact_string();
        out.others.push(OtherMention {
            span,
            class: MentionClass::Ordinal,
            value,
            rule: "number.ordinal".into(),
        });
        Some(at + numeral.tokens)
    }

    /// `lần thứ XVIII`, `khóa XI`, and a heading's `II.`; the first token after it.
    pub(super) fn roman(&self, at: usize, out: &mut Mentions) -> Option<usize> {
        let value = roman(self.words(at))?;
        let heads = at == 0 && matches!(self.words(1), "." | ")" | "/") && self.glued(0) && !self.glued(1);
        let start = if heads { at } else { self.ending_at(&self.rules.ordinal_before, at, 4)?.0 };
        let span = Span::new(self.tokens[start].span.start, self.tokens[at].span.end);
        out.others.push(OtherMention {
            span,
            class: MentionClass::Ordinal,
            value: value.to_compact_string(),
            rule: "number.roman".into(),
        });
        Some(at + 1)
    }

    /// `0243.825.3845`, `024 3825 3845`, `(0283) 829 6301`: groups of digits that begin with a zero and are
    /// as many as a telephone number has.
    pub(super) fn telephone(&self, at: usize, out: &mut Mentions) -> Option<usize> {
        let first = self.words(at);
        // `+84` stands for the zero.
        let abroad = first == "84" && at > 0 && self.words(at - 1) == "+" && self.glued(at - 1);
        if !abroad && (!first.starts_with('0') || first.len() < 2) {
            return None;
        }
        let mut digits = if abroad { 1 } else { first.len() };
        let mut next = at + 1;
        while digits < *TELEPHONE_DIGITS.start() {
            let mark = matches!(self.words(next), "." | "-" | ")");
            let group = next + usize::from(mark);
            let token = self.tokens.get(group).filter(|token| token.kind == TokenKind::Digits)?;
            // One space or one mark between the groups; a mark and a space at most. The code of a province that
            // has two digits is followed by long groups.
            let short = token.span.len() < 3 && first.len() < 3 && !(abroad && next == at + 1);
            if token.span.start - self.tokens[next - 1].span.end > 2 || short {
                return None;
            }
            digits += token.span.len();
            next = group + 1;
        }
        let ends = self.tokens.get(next).is_none_or(|token| {
            token.kind != TokenKind::Digits || token.span.start > self.tokens[next - 1].span.end + 1
        });
        if !TELEPHONE_DIGITS.contains(&digits) || !ends {
            return None;
        }
        let from = if abroad { at - 1 } else { at };
        let span = Span::new(self.tokens[from].span.start, self.tokens[next - 1].span.end);
        let value = self.tokens[at..next].iter().filter(|token| token.kind == TokenKind::Digits);
        out.others.push(OtherMention {
            span,
            class: MentionClass::Other,
            value: value.map(|token| token.span.of(self.text)).collect(),
            rule: "number.telephone".into(),
        });
        Some(next)
    }

    /// Reads digits that are part of a name, a clock time, a list number or a code; the first token after.
    pub(super) fn no_figure(&self, at: usize, numeral: &Numeral, out: &mut Mentions) -> Option<usize> {
        let mut after = at + numeral.tokens;
        let list = at == 0 && self.lists(&mut after, numeral);
        let printed = numeral.span.of(self.text);
        let many = printed.len() >= NAME_DIGITS && !numeral.marked;
        let zeros = printed.starts_with('0') && printed.len() >= 4 && !printed.contains(',');
        let coded = (many || zeros) && !self.counts(after);
        let named = self.is_named(at);
        let house = self.house_end(after).filter(|_| !list && !numeral.marked);
        after = house.unwrap_or(after);
        let named = named || house.is_some();
        if !(list || coded || named || self.is_clock(at, after) || self.is_version(at, after)) {
            return None;
        }
        let class = if list { MentionClass::Ordinal } else { MentionClass::Other };
        let span = Span::new(numeral.span.start, self.tokens[after - 1].span.end);
        let value = CompactString::new(span.of(self.text));
        out.others.push(OtherMention { span, class, value, rule: "number.name".into() });
        Some(after)
    }

    /// Tells whether a scale, a unit or a known counted noun stands at `at`.
    fn counts(&self, at: usize) -> bool {
        let rules = self.rules;
        [&rules.scale_words, &rules.unit_words, &rules.noun_words]
            .into_iter()
            .any(|phrases| self.longest(phrases, at).is_some())
    }

    /// `CNC-350`, `VF8`, `9001:2015`: letters or a code stand right before the digits.
    pub(super) fn is_named(&self, at: usize) -> bool {
        if at == 0 || !self.glued(at - 1) {
            return false;
        }
        match self.tokens[at - 1].kind {
            TokenKind::Letters => self.words(at - 1).chars().last().is_some_and(char::is_uppercase),
            TokenKind::Mark => {
                let mark = self.words(at - 1);
                let glued = at > 1 && self.glued(at - 2);
                let before = |token: usize| &self.tokens[token];
                glued
                    && match before(at - 2).kind {
                        TokenKind::Letters => {
                            matches!(mark, "-" | "/" | "." | "_")
                                && (before(at - 2).capital || before(at - 2).word == Word::UNKNOWN)
                        }
                        // `9001:2015`, `Km 12+300`, `S7-1200`
                        TokenKind::Digits => {
                            let lettered = at > 2 && self.glued(at - 3);
                            matches!(mark, ":" | "+")
                                || mark == "-" && lettered && before(at - 3).kind == TokenKind::Letters
                        }
                        TokenKind::Mark => false,
                    }
            }
            TokenKind::Digits => false,
        }
    }

    /// `8h30`, `08:15`, and what is written like them (`5G`, `3D`).
    fn is_clock(&self, at: usize, after: usize) -> bool {
        let before_glued = at > 0 && self.glued(at - 1);
        let begins = self.glued(after - 1)
            && (matches!(self.words(after), "h" | "H" | "G" | "D" | "S")
                || (self.words(after) == ":"
                    && self.glued(after)
                    && self.tokens.get(after + 1).is_some_and(|token| token.kind == TokenKind::Digits)));
        let ends = before_glued && self.words(at - 1) == "h" && at > 1 && self.glued(at - 2);
        begins || ends
    }

    /// `4.0`, `2.0` with nothing counted behind it.
    fn is_version(&self, at: usize, after: usize) -> bool {
        let printed = Span::new(self.tokens[at].span.start, self.tokens[after - 1].span.end).of(self.text);
        printed.len() == 3 && printed.ends_with(".0") && !self.counts(after)
    }

    /// `2)`, `2.1.`, `3/` at a line's beginning; `after` moves past the groups of the list number.
    fn lists(&self, after: &mut usize, numeral: &Numeral) -> bool {
        let mut end = 1;
        while self.words(end) == "."
            && self.glued(end - 1)
            && self.glued(end)
            && self.tokens.get(end + 1).is_some_and(|t| t.kind == TokenKind::Digits && t.span.len() <= 2)
        {
            end += 2;
        }
        let closed =
            matches!(self.words(end), "." | ")" | "/" | "-") && self.glued(end - 1) && !self.glued(end);
        let short = self.tokens[0].span.len() <= 2;
        if closed && short && (end > 1 || !numeral.marked) {
            *after = end;
            return true;
        }
        false
    }

    /// Tells whether the counted thing is an age: `35 tuổi`.
    pub(super) fn aged(&self, tail: &Tail<'_>) -> bool {
        tail.noun.is_some_and(|noun| matches!(noun.of(self.text), "tuổi" | "Tuổi" | "tháng tuổi"))
    }

    /// An age: its numeral, and the words behind it up to `end`.
    pub(super) fn age(&self, numeral: &Numeral, end: usize) -> OtherMention {
        OtherMention {
            span: Span::new(numeral.span.start, end.max(numeral.span.end)),
            class: MentionClass::Other,
            value: numeral.value.to_compact_string(),
            rule: "number.age".into(),
        }
    }
}
