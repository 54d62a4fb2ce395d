//! Places without their codes: what a place names, before the period tells which list of provinces is
//! in force.

use compact_str::{CompactString, format_compact};
use jiff::civil::Date;

use super::layout::{begins, head};
use super::mention::PlaceMention;
use super::mention::place::Place;
use crate::model::figure::AreaCode;
use crate::model::period::Period;
use crate::stage::rules::ranking::{Cues, Zone as Kind};

/// A place that figures may be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Country,
    /// By its number in [`Zones::regions`].
    Region(u8),
    /// By its codes before and after 1 July 2025.
    Province {
        before: Option<u8>,
        after: Option<u8>,
    },
    /// No place with a code: abroad, a stretch of country, or none told.
    Nowhere,
}

/// The zones of a text's places, in their order; `None` for words that stand for one spoken of before.
#[derive(Debug, Clone, Default)]
pub(super) struct Zones {
    pub(super) of: Vec<Option<Zone>>,
    regions: Vec<AreaCode>,
}

impl Zones {
    /// `promotion`: the text is about industrial promotion, whose regions are those with a code; elsewhere
    /// `miền Bắc` is a stretch of country.
    pub(super) fn of(lower: &str, places: &[PlaceMention], words: &Cues, promotion: bool) -> Self {
        let mut zones = Self::default();
        for place in places {
            let number =
                |code: &Option<CompactString>| code.as_ref().and_then(|code| code.parse::<u8>().ok());
            let zone = match &place.place {
                Place::Country => Some(Zone::Country),
                Place::Region(_) if !promotion => Some(Zone::Nowhere),
                Place::Region(code) => Some(zones.region(code)),
                Place::Province { before, after } | Place::Below { before, after } => {
                    // `địa bàn Bến Tre cũ`: the province that was.
                    let former =
                        before.is_some() && begins(head(lower, place.span.end, lower.len()), &words.former);
                    let after = if former { None } else { number(after) };
                    Some(Zone::Province { before: number(before), after })
                }
                Place::Uncoded | Place::Foreign => Some(Zone::Nowhere),
                Place::ThisRegion | Place::ThisProvince => None,
            };
            zones.of.push(zone);
        }
        zones
    }

    fn region(&mut self, code: &AreaCode) -> Zone {
        let known = self.regions.iter().position(|region| region == code);
        let at = known.unwrap_or_else(|| {
            self.regions.push(code.clone());
            self.regions.len() - 1
        });
        // More regions than a byte counts are in no pack.
        u8::try_from(at).map_or(Zone::Nowhere, Zone::Region)
    }

    /// Returns the code of `zone` in `period`, of the list of provinces then in force: the 34 from
    /// 1 July 2025 on. A period that had begun when the document was written counts by that day.
    pub(super) fn code(&self, zone: Zone, period: Option<Period>, date: Option<Date>) -> Option<AreaCode> {
        match zone {
            Zone::Country => Some(AreaCode::new("VN")),
            Zone::Region(at) => self.regions.get(usize::from(at)).cloned(),
            Zone::Province { before, after } => {
                let merged = match period {
                    Some(period) => is_merged(period, date),
                    None => date.is_some_and(|date| date >= MERGER),
                };
                match (before, after) {
                    (_, Some(after)) if merged => Some(AreaCode::new(format_compact!("VN34:{after:02}"))),
                    (Some(before), _) => Some(AreaCode::new(format_compact!("VN63:{before:02}"))),
                    (None, Some(after)) => Some(AreaCode::new(format_compact!("VN34:{after:02}"))),
                    (None, None) => None,
                }
            }
            Zone::Nowhere => None,
        }
    }
}

/// The day from which on there are 34 provinces.
const MERGER: Date = jiff::civil::date(2025, 7, 1);

fn is_merged(period: Period, date: Option<Date>) -> bool {
    let (first, last) = (period.first_day(), period.last_day());
    last.is_some_and(|last| last >= MERGER)
        && (first.is_some_and(|first| first >= MERGER)
            || date.map_or(!matches!(period, Period::Years(..)), |date| date >= MERGER))
}

impl Zone {
    pub(super) fn kind(self) -> Kind {
        match self {
            Zone::Country => Kind::Country,
            Zone::Region(_) => Kind::Region,
            Zone::Province { .. } => Kind::Province,
            Zone::Nowhere => Kind::Nothing,
        }
    }
}
