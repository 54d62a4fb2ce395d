//! Places: provinces of both lists, regions, the country, and the words that stand for them.

use compact_str::{CompactString, format_compact};

use super::number::Line;
use crate::model::Span;
use crate::model::figure::AreaCode;
use crate::model::period::Period;
use crate::stage::rules::TokenKind;
use crate::stage::rules::mention::PlaceKind;

/// A place named, or a word that stands for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceMention {
    /// The whole expression: `tỉnh Bắc Giang`, `khu vực phía Bắc`, `toàn vùng`.
    pub span: Span,
    /// What it names.
    pub place: Place,
    /// Whether it is only a part of another name and no scope by itself: an agency (`Sở Công Thương Hà
    /// Nội`), a firm, a person, a product, a road.
    pub in_name: InName,
    /// The rule that read it: `place.province`.
    pub rule: CompactString,
}

/// What is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `cả nước`, `Việt Nam`, `toàn quốc`.
    Country,
    /// A region of industrial promotion, by its code (`KC_N28`).
    Region(AreaCode),
    /// A stretch of country with no code (`miền Bắc`, `Đồng bằng sông Hồng`): it limits the scope and
    /// has no area.
    Uncoded,
    /// A foreign country or town: its figures have no area here.
    Foreign,
    /// A province by its code before and after 1 July 2025 (`24`); `None` where it was not or is no
    /// more on that list.
    Province {
        /// Code of the 63.
        before: Option<CompactString>,
        /// Code of the 34.
        after: Option<CompactString>,
    },
    /// A district, town or commune whose province the rules know; the codes are the province's.
    Below {
        /// Code of the 63.
        before: Option<CompactString>,
        /// Code of the 34.
        after: Option<CompactString>,
    },
    /// `toàn vùng`, `khu vực`: the region spoken of.
    ThisRegion,
    /// `toàn tỉnh`, `tỉnh`, `thành phố`: the province spoken of.
    ThisProvince,
}

/// Of what other name a place is a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InName {
    /// Of none: a scope.
    No,
    /// Of a provincial agency's (`Sở Công Thương Hà Nội`): no scope of the figure, but the agency speaks
    /// of its province, which context may use.
    Agency,
    /// Of a firm's, person's, product's or road's.
    Other,
}

impl PlaceMention {
    /// Returns the area's code: of the 63 provinces for periods that end before 1 July 2025 and where
    /// no period is known, of the 34 for later ones. `None` for what has no code, and for words that
    /// stand for a place spoken of before.
    pub fn area(&self, period: Option<Period>) -> Option<AreaCode> {
        match &self.place {
            Place::Country => Some(AreaCode::new("VN")),
            Place::Region(code) => Some(code.clone()),
            Place::Province { before, after } | Place::Below { before, after } => {
                let merged = period
                    .and_then(|period| period.last_day())
                    .is_some_and(|day| day.year() > 2025 || (day.year() == 2025 && day.month() >= 7));
                match (before, after) {
                    (_, Some(after)) if merged => Some(AreaCode::new(format_compact!("VN34:{after}"))),
                    (Some(before), _) => Some(AreaCode::new(format_compact!("VN63:{before}"))),
                    (None, Some(after)) => Some(AreaCode::new(format_compact!("VN34:{after}"))),
                    (None, None) => None,
                }
            }
            Place::Uncoded | Place::Foreign | Place::ThisRegion | Place::ThisProvince => None,
        }
    }
}

impl Line<'_> {
    /// Finds the line's places, which begin at some of the tokens `candidates`.
    pub(crate) fn places(&self, candidates: &[usize], out: &mut Vec<PlaceMention>) {
        let mut from = 0;
        for at in candidates.iter().copied() {
            if at < from {
                continue;
            }
            if let Some((next, mention)) = self.place(at) {
                out.push(mention);
                from = next;
            }
        }
    }

    fn place(&self, at: usize) -> Option<(usize, PlaceMention)> {
        let (used, number) = self.longest(&self.rules.place_words, at)?;
        let rule = &self.rules.places[number as usize];
        let next = at + used;
        let letters = |token: &&crate::stage::rules::Token| token.kind == TokenKind::Letters;
        if rule.capital && !self.tokens[at..next].iter().filter(letters).all(|token| token.capital) {
            return None;
        }
        // A name that goes on with a capital is another name: `Hà Nam Ninh`, `Bình Định Vương`.
        let start = self.ending_at(&self.rules.place_prefix, at, 3).map_or(at, |(start, _)| start);
        let in_name = if self.ending_at(&self.rules.agency_before, at, 10).is_some() {
            InName::Agency
        } else if self.ending_at(&self.rules.other_name_before, at, 6).is_some() || self.ends_name(start) {
            InName::Other
        } else {
            InName::No
        };
        let code = |code: &Option<String>| code.as_deref().map(CompactString::new);
        let (before, after) = (code(&rule.code), code(&rule.after));
        let place = match rule.kind {
            PlaceKind::Country => Place::Country,
            PlaceKind::Region => Place::Region(AreaCode::new(before.unwrap_or_default())),
            PlaceKind::Uncoded => Place::Uncoded,
            PlaceKind::Foreign => Place::Foreign,
            PlaceKind::Province => Place::Province { before, after },
            PlaceKind::Below => Place::Below { before, after },
            PlaceKind::ThisRegion => Place::ThisRegion,
            PlaceKind::ThisProvince => Place::ThisProvince,
        };
        let span = Span::new(self.tokens[start].span.start, self.tokens[next - 1].span.end);
        Some((
            next,
            PlaceMention {
                span,
                place,
                in_name,
                rule: CompactString::const_new("place.") + rule.id.as_str(),
            },
        ))
    }

    /// Tells whether a name that begins before the token at `at` goes on with it: `Gang thép Hòa Phát Hưng Yên`.
    fn ends_name(&self, at: usize) -> bool {
        let Some(last) = at.checked_sub(1).map(|at| &self.tokens[at]) else { return false };
        let letters = last.span.of(self.text);
        let upper = letters.chars().all(|letter| !letter.is_lowercase());
        // The first word of a sentence has a capital, whatever it is.
        let within = at > 1 && self.tokens[at - 2].kind == TokenKind::Letters;
        last.kind == TokenKind::Letters && last.capital && !upper && within
    }
}
