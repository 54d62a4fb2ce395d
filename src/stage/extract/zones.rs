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

#[cfg(test)]
mod tests {
    use super::super::mention;
    use super::*;
    use crate::model::Span;
    use crate::stage::rules::RulePack;
    use crate::stage::rules::letters::lower_case;

    /// The codes of the places of `text` in a period, the document printed on a day.
    fn codes(text: &str, period: Option<Period>, date: Option<Date>) -> Vec<String> {
        let rules = RulePack::builtin();
        let found = mention::find(text, Span::new(0, text.len()), rules);
        let zones = Zones::of(&lower_case(text), &found.places, &rules.ranking.words, true);
        let told = |zone: &Option<Zone>| match zone {
            Some(zone) => zones.code(*zone, period, date).map_or("null".to_owned(), |code| code.to_string()),
            None => "spoken of".to_owned(),
        };
        zones.of.iter().map(told).collect()
    }

    fn day(year: i16, month: i8, day: i8) -> Option<Date> {
        Date::new(year, month, day).ok()
    }

    #[test]
    fn the_list_of_provinces_is_that_in_force_at_the_period() {
        let text = "tỉnh Phú Thọ";
        let told = |period, date| codes(text, period, date).join(" ");
        assert_eq!(told(Some(Period::Year(2024)), day(2026, 3, 15)), "VN63:25");
        assert_eq!(told(Some(Period::Quarter(2026, 1)), day(2026, 3, 15)), "VN34:25");
        assert_eq!(told(Some(Period::Half(2025, 1)), day(2025, 8, 1)), "VN63:25");
        // The year in which they were merged: by the day on which the report was printed.
        assert_eq!(told(Some(Period::Year(2025)), day(2025, 5, 30)), "VN63:25");
        assert_eq!(told(Some(Period::Year(2025)), day(2025, 12, 30)), "VN34:25");
        assert_eq!(told(Some(Period::Years(2021, 2025)), None), "VN63:25");
        assert_eq!(told(None, day(2026, 3, 15)), "VN34:25");
        assert_eq!(told(None, None), "VN63:25");
    }

    #[test]
    fn a_province_that_was_merged_has_the_code_of_the_new_one_unless_the_old_one_is_meant() {
        let told = |text| codes(text, Some(Period::Year(2026)), day(2026, 3, 15)).join(" ");
        assert_eq!(told("tỉnh Vĩnh Phúc"), "VN34:25");
        assert_eq!(told("tỉnh Vĩnh Phúc cũ"), "VN63:26");
        assert_eq!(told("tỉnh Hà Tây"), "null", "on neither list");
    }

    #[test]
    fn regions_the_country_and_what_has_no_code() {
        let told = |text| codes(text, Some(Period::Year(2020)), None).join(" ");
        assert_eq!(told("cả nước, khu vực phía Bắc, khu vực phía Nam"), "VN KC_N28 KC_S20");
        assert_eq!(told("Đồng bằng sông Hồng, Nhật Bản"), "null null");
        assert_eq!(told("toàn tỉnh, toàn vùng"), "spoken of spoken of");
        assert!([Zone::Nowhere.kind(), Zone::Country.kind()] == [Kind::Nothing, Kind::Country]);
    }
}
