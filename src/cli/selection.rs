//! Filters for people: an area, a year, an indicator by name, alias or code, with or without accents.

use crate::error::Failure;
use crate::ledger::LedgerReader;
use crate::ledger::catalogue::{Catalogue, Facet, Filter};
use crate::model::period::Period;
use crate::wording::Names;

use super::stores;

/// Conditions that all hold; one given several times holds where one of its values does.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Asked {
    /// Area: a name ("miền Nam", "Nam Dinh") or a code (VN63:36)
    #[arg(long, value_name = "NAME|CODE", help_heading = "Which")]
    area: Vec<String>,
    /// With an area, the provinces in it too
    #[arg(long, requires = "area", help_heading = "Which")]
    with_parts: bool,
    /// Periods within this year
    #[arg(long, value_parser = clap::value_parser!(i16).range(1900..2200), help_heading = "Which")]
    year: Vec<i16>,
    /// Exactly this period: 2023, 2017-S1, 2024-Q1, 2023-05, 2012-01-01/P9M
    #[arg(long, help_heading = "Which")]
    period: Vec<Period>,
    /// Indicator: a name ("kinh phi") or a code (kinh_phi)
    #[arg(long, value_name = "NAME|CODE", help_heading = "Which")]
    indicator: Vec<String>,
    /// Aspect: a name ("kế hoạch") or a code (plan, actual, estimate, disbursed, allocated, target)
    #[arg(long, value_name = "NAME|CODE", help_heading = "Which")]
    aspect: Vec<String>,
    /// Fund: a name or a code (total, national, local, counterpart)
    #[arg(long, value_name = "NAME|CODE", help_heading = "Which")]
    fund: Vec<String>,
    /// Measure: a name or a code (value, of_plan, growth, index, share, mean, difference)
    #[arg(long, value_name = "NAME|CODE", help_heading = "Which")]
    measure: Vec<String>,
    /// Verdict: a name ("mâu thuẫn") or a code (agrees, conflicts, …)
    #[arg(long, value_name = "NAME|CODE", help_heading = "Which")]
    verdict: Vec<String>,
    /// Only of this document: its file name, or the beginning of its digest
    #[arg(long, value_name = "NAME|DIGEST", help_heading = "Which")]
    document: Option<String>,
    /// Words that stand in what is measured, in the figure as printed, or in the file's name
    #[arg(long, value_name = "WORDS", help_heading = "Which")]
    text: Option<String>,
}

impl Asked {
    /// Tells whether nothing is asked.
    pub const fn is_empty(&self) -> bool {
        self.area.is_empty()
            && self.year.is_empty()
            && self.period.is_empty()
            && self.indicator.is_empty()
            && self.aspect.is_empty()
            && self.fund.is_empty()
            && self.measure.is_empty()
            && self.verdict.is_empty()
            && self.document.is_none()
            && self.text.is_none()
    }

    /// Returns what is asked in the words of the asker (`nam dinh, 2023`).
    pub fn in_words(&self) -> String {
        let years = self.year.iter().map(ToString::to_string);
        let periods = self.period.iter().map(ToString::to_string);
        let named = [&self.area, &self.indicator, &self.aspect, &self.fund, &self.measure, &self.verdict];
        let words = named.into_iter().flatten().cloned().chain(years).chain(periods);
        words.chain(self.document.clone()).chain(self.text.clone()).collect::<Vec<_>>().join(", ")
    }

    /// Returns the filter in the codes of the ledger.
    ///
    /// # Errors
    /// A name that no code list knows, with those that are like it; no such document.
    pub fn filter(
        &self,
        names: &Names,
        ledger: &LedgerReader,
        catalogue: &Catalogue,
    ) -> Result<Filter, Failure> {
        let mut filter = Filter::default();
        let lists = [
            (Facet::Indicator, &self.indicator),
            (Facet::Aspect, &self.aspect),
            (Facet::Fund, &self.fund),
            (Facet::Measure, &self.measure),
            (Facet::Verdict, &self.verdict),
            (Facet::Area, &self.area),
        ];
        for (facet, asked) in lists {
            for name in asked {
                filter.facets[facet as usize].extend(codes(names, facet.name(), name)?);
            }
        }
        let areas = &mut filter.facets[Facet::Area as usize];
        if self.with_parts {
            let mut at = 0;
            while let Some(whole) = areas.get(at).cloned() {
                let parts = names.records().iter().filter(|code| code.list == "area");
                let parts = parts.filter(|code| code.parent.as_deref() == Some(&whole));
                areas.extend(parts.map(|code| code.code.clone()));
                at += 1;
            }
        }
        if !(self.year.is_empty() && self.period.is_empty()) {
            filter.facets[Facet::Period as usize] = self.periods(catalogue);
        }
        filter.text = self.text.clone().unwrap_or_default();
        if let Some(name) = &self.document {
            filter.document = Some(stores::document(ledger, name)?.document.to_string());
        }
        Ok(filter)
    }

    /// Returns the periods asked for and those of the ledger that lie within the years; never none.
    fn periods(&self, catalogue: &Catalogue) -> Vec<String> {
        let mut periods: Vec<String> = self.period.iter().map(ToString::to_string).collect();
        periods.extend(self.year.iter().map(ToString::to_string));
        let known = catalogue.figures(&Filter::default()).counts;
        let within = |code: &&String| {
            let period: Option<Period> = code.parse().ok();
            let ends = period.and_then(|period| Some((period.first_day()?, period.last_day()?)));
            ends.is_some_and(|(first, last)| first.year() == last.year() && self.year.contains(&first.year()))
        };
        periods.extend(known[Facet::Period as usize].keys().filter(within).cloned());
        periods
    }
}

fn codes(names: &Names, list: &str, name: &str) -> Result<Vec<String>, Failure> {
    let found = names.find(list, name);
    if !found.is_empty() {
        return Ok(found);
    }
    let asked = crate::model::fold::fold(name);
    let mut near: Vec<(usize, &str, &str)> = names
        .records()
        .iter()
        .filter(|record| record.list == list)
        .map(|record| {
            let folded = crate::model::fold::fold(&record.name);
            let by_code = strsim::damerau_levenshtein(&record.code, name);
            (
                strsim::damerau_levenshtein(&folded, &asked).min(by_code),
                record.code.as_str(),
                record.name.as_str(),
            )
        })
        .collect();
    near.sort_unstable();
    let near: Vec<String> = near.iter().take(3).map(|(_, code, name)| format!("{code} ({name})")).collect();
    Err(Failure::usage(format!("no {list} is named {name:?}"))
        .next(format!("did you mean {}? `socai query --codes {list}` lists them all", near.join(", "))))
}
