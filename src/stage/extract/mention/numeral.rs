//! Numerals alone: digits with Vietnamese separators, and number words.

use compact_str::CompactString;
use smallvec::{SmallVec, smallvec};

use crate::model::{Decimal, Span};
use crate::stage::rules::mention::MentionRules;
use crate::stage::rules::{Token, TokenKind, Word};

/// A numeral: its value as printed, without scale or unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numeral {
    /// Where it stands.
    pub span: Span,
    /// How many tokens it took.
    pub tokens: usize,
    /// Its value.
    pub value: Decimal,
    /// Digits after the mark, trailing zeros included: one unit of the last is `10^-places`.
    pub places: u32,
    /// Whether it was printed with a separator.
    pub marked: bool,
}

/// Reads the digits that start at the first of `tokens`.
///
/// A comma is the decimal mark and a dot separates thousands, whatever the length of the groups;
/// only where that reading is impossible (`1.5`, `1,234,567`, `1,234.5`) the other is taken. `None`
/// where there are more digits than a [`Decimal`] holds.
pub(crate) fn digits(text: &str, tokens: &[Token]) -> Option<Numeral> {
    let first = tokens.first().filter(|token| token.kind == TokenKind::Digits)?;
    let mut groups: SmallVec<[&str; 4]> = smallvec![first.span.of(text)];
    let mut marks: SmallVec<[&str; 4]> = SmallVec::new();
    let mut used = 1;
    let mut end = first.span.end;
    while let [mark, group, ..] = &tokens[used.min(tokens.len())..] {
        let sign = mark.span.of(text);
        let glued = mark.span.end == group.span.start && group.kind == TokenKind::Digits;
        let printed = group.span.of(text);
        let near =
            mark.span.start == end || (sign == "." && mark.span.start == end + 1 && printed.len() == 3);
        if !(glued && near && matches!(sign, "." | ",")) || groups.len() > 12 {
            break;
        }
        groups.push(printed);
        marks.push(sign);
        used += 2;
        end = group.span.end;
    }
    let triple = |group: &&str| group.len() == 3;
    let commas = marks.iter().filter(|mark| **mark == ",").count();
    let dots = marks.len() - commas;
    // How many groups belong to the whole part; the next one is the decimal part.
    let whole = match (dots, commas) {
        (0, 0) => 1,
        (0, 1) => 1,
        (0, _) if groups[1..].iter().all(triple) => groups.len(),
        (0, _) => 1,
        (1, 0) if !triple(&groups[1]) => 1,
        (_, 0) => 1 + groups[1..].iter().take_while(|group| triple(group)).count(),
        _ if marks[0] == "," && commas == 1 && dots == 1 => 2,
        _ => {
            1 + marks
                .iter()
                .zip(&groups[1..])
                .take_while(|(mark, group)| **mark == "." && triple(group))
                .count()
        }
    };
    let decimal_follows = match (dots, commas) {
        (0, 1) | (1, 0) => whole == 1,
        (0, 0) | (_, 0) => false,
        (0, _) => false,
        _ => whole < groups.len(),
    };
    let taken = (whole + usize::from(decimal_follows)).min(groups.len());
    let part = if decimal_follows { groups[whole] } else { "" };
    let joined: CompactString = groups[..whole].iter().copied().chain([part]).collect();
    let places = u32::try_from(part.len()).ok()?;
    if joined.len() > 30 {
        return None;
    }
    let value = Decimal::new(joined.parse().ok()?, places)?;
    let last = if taken == 1 { first } else { &tokens[2 * taken - 2] };
    let span = Span::new(first.span.start, last.span.end);
    Some(Numeral { span, tokens: 2 * taken - 1, value, places, marked: taken > 1 })
}

/// Reads the number words that start at the first of `tokens`: below a million (`một nghìn không trăm mười
/// ba`). A scale that nothing below it follows (`ba trăm triệu`) is left to be read like that of digits.
pub(crate) fn words(tokens: &[Token], rules: &MentionRules) -> Option<Numeral> {
    let spelt = Spelt { tokens, rules };
    let fixed = &rules.fixed;
    if spelt.is(0, fixed.tu4) {
        return None;
    }
    let (mut total, mut at) = spelt.hundreds(0)?;
    if (spelt.is(at, fixed.nghin) || spelt.is(at, fixed.ngan))
        && let Some((rest, end)) = spelt.below_a_thousand(at + 1)
    {
        (total, at) = (total * 1000 + rest, end);
    }
    let span = Span::new(tokens[0].span.start, tokens[at - 1].span.end);
    Some(Numeral { span, tokens: at, value: Decimal::whole(total.into()), places: 0, marked: false })
}

/// Number words being read; each reader returns a value and the first token after it.
struct Spelt<'a> {
    tokens: &'a [Token],
    rules: &'a MentionRules,
}

impl Spelt<'_> {
    fn digit(&self, at: usize) -> Option<i32> {
        let token = self.tokens.get(at).filter(|token| token.kind == TokenKind::Letters)?;
        self.rules.digits.get(token.word)
    }

    fn is(&self, at: usize, word: Option<Word>) -> bool {
        word.is_some() && self.tokens.get(at).map(|token| token.word) == word
    }

    /// `năm trăm linh ba`, `hai mươi mốt`, `mười lăm`, `bảy`.
    fn hundreds(&self, at: usize) -> Option<(i32, usize)> {
        let fixed = &self.rules.fixed;
        let lead = self.digit(at)?;
        if !self.is(at + 1, fixed.tram) {
            return Some(self.tens(at + 1, lead));
        }
        let mut next = at + 2;
        if self.is(next, fixed.linh) || self.is(next, fixed.le) {
            next += 1;
        }
        // `một trăm năm 2016`: a year, not a five.
        let five = self.is(next, fixed.nam) && !self.is(next + 1, fixed.muoi);
        match self.digit(next).filter(|_| !five || next > at + 2) {
            Some(rest) => {
                let (rest, end) = self.tens(next + 1, rest);
                Some((lead * 100 + rest, end))
            }
            None => Some((lead * 100, at + 2)),
        }
    }

    /// What stands between `lead` and the hundreds: `at` is the token after `lead`.
    fn tens(&self, mut at: usize, lead: i32) -> (i32, usize) {
        let fixed = &self.rules.fixed;
        let mut value = lead;
        if self.is(at, fixed.muoi) && lead < 10 {
            value = lead * 10;
            at += 1;
        }
        if value >= 10
            && let Some(ones) = self.digit(at).filter(|ones| *ones < 10)
            && !(self.is(at, fixed.nam) && value > 10)
        {
            value += ones;
            at += 1;
        }
        (value, at)
    }

    /// What follows a thousand: `không trăm mười ba`, `hai trăm`, `lẻ năm`; a digit alone does not.
    fn below_a_thousand(&self, at: usize) -> Option<(i32, usize)> {
        let fixed = &self.rules.fixed;
        if self.is(at, fixed.linh) || self.is(at, fixed.le) {
            return self.digit(at + 1).map(|ones| (ones, at + 2));
        }
        if self.is(at, fixed.khong) && self.is(at + 1, fixed.tram) {
            let next = at + 2 + usize::from(self.is(at + 2, fixed.linh) || self.is(at + 2, fixed.le));
            return self.digit(next).map(|lead| self.tens(next + 1, lead));
        }
        let grouped = self.is(at + 1, fixed.tram) || self.is(at + 1, fixed.muoi);
        self.hundreds(at).filter(|_| grouped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::rules::Vocabulary;

    #[test]
    fn separators_are_read_by_kind_and_not_by_group_length() {
        let read = |text: &str| {
            let mut tokens = Vec::new();
            Vocabulary::default().tokenize(text, Span::new(0, text.len()), &mut tokens);
            let numeral = digits(text, &tokens).unwrap();
            format!("{} in {}", numeral.value, numeral.span.of(text))
        };
        let cases = [
            ("77,228 tỷ", "77.228 in 77,228"),
            ("64.710 triệu", "64710 in 64.710"),
            ("1.012,5", "1012.5 in 1.012,5"),
            ("1.5 ha", "1.5 in 1.5"),
            ("1,234,567", "1234567 in 1,234,567"),
            ("08 lớp", "8 in 08"),
            ("5,5%, 6", "5.5 in 5,5"),
            ("64 .000", "64000 in 64 .000"),
            ("2,3,4", "2 in 2"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
