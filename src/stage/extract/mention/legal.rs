//! Legal references: `45/2012/NĐ-CP`, `01/NQ-CP`, `942/QĐ-UBND`.

use compact_str::CompactString;

use super::OtherMention;
use super::number::Line;
use crate::model::Span;
use crate::model::mention::MentionClass;
use crate::stage::rules::TokenKind;

/// Tokens of years between the number and its letters, at most.
const YEARS: usize = 8;

impl Line<'_> {
    /// Finds the numbers of laws, decrees and decisions, which begin at some of the tokens `digits`, and takes
    /// their tokens.
    pub(crate) fn legal_references(&mut self, digits: &[usize], out: &mut Vec<OtherMention>) {
        let mut next = 0;
        for at in digits.iter().copied() {
            let Some(end) = self.legal_end(at).filter(|_| at >= next) else { continue };
            let span = Span::new(self.tokens[at].span.start, self.tokens[end - 1].span.end);
            let value = CompactString::new(span.of(self.text));
            let class = MentionClass::LegalReference;
            out.push(OtherMention { span, class, value, rule: "legal.number".into() });
            self.taken[at..end].fill(true);
            next = end;
        }
    }

    /// Number, a year or none, then capitals, all glued with `/` and `-`.
    fn legal_end(&self, at: usize) -> Option<usize> {
        let mut end = at + 1;
        let mut capitals = 0;
        while let Some([mark, part]) = self.tokens.get(end..end + 2) {
            let before = self.tokens[end - 1].span.end;
            let sign = mark.span.of(self.text);
            if mark.span.start != before
                || part.span.start != mark.span.end
                || !matches!(sign, "/" | "-" | "&" | ".")
            {
                break;
            }
            let capital = part.kind == TokenKind::Letters && part.capital;
            let year = part.kind == TokenKind::Digits && sign == "/" && part.span.len() == 4;
            if !(capital || (year && capitals == 0) || (part.kind == TokenKind::Digits && capitals > 0)) {
                break;
            }
            if capitals == 0 && !capital && end - at > YEARS {
                return None;
            }
            capitals += usize::from(capital);
            end += 2;
            // `QĐ-TTg`, `NĐ-CP`: letters glued to letters were cut only at marks.
        }
        // `67/2014/QH13`: the number of the assembly.
        let session = capitals > 0
            && matches!(self.tokens.get(end - 1..=end), Some([body, number])
                if body.kind == TokenKind::Letters
                    && number.kind == TokenKind::Digits
                    && body.span.end == number.span.start
                    && body.span.of(self.text).chars().all(char::is_uppercase));
        (capitals > 0).then_some(end + usize::from(session))
    }
}
