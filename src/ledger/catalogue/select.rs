//! What a filter admits of a catalogue, and what each further choice would leave.

use super::{Catalogue, Entry, FACETS, Facet, Filter, Selection, small};
use crate::ledger::query::DocumentRow;
use crate::model::fold::fold;

impl Catalogue {
    /// Returns the figures that fit, with counts.
    pub fn figures(&self, filter: &Filter) -> Selection {
        let test = Test::new(self, filter);
        let mut selection = Selection::default();
        let mut counts: [Vec<u64>; FACETS] = std::array::from_fn(|at| vec![0; self.values[at].len()]);
        for (place, entry) in self.figures.iter().enumerate() {
            let Some(failed) = test.failed(self, entry) else { continue };
            match failed {
                Failed::None => {
                    selection.rows.push(small(place));
                    for (counts, key) in counts.iter_mut().zip(entry.keys) {
                        if let Some(count) = counts.get_mut(usize::from(key)) {
                            *count += 1;
                        }
                    }
                }
                Failed::One(facet) => {
                    if let Some(count) = counts[facet].get_mut(usize::from(entry.keys[facet])) {
                        *count += 1;
                    }
                }
            }
        }
        for (at, counts) in counts.into_iter().enumerate() {
            let named = self.values[at].iter().cloned().zip(counts);
            selection.counts[at] = named.filter(|(_, count)| *count > 0).collect();
        }
        selection
    }

    /// Returns the findings that fit, worst first: those of a document among whose figures one has
    /// the filter's codes, or whose sentence has its words; the filter's verdicts are the finding's own.
    pub fn findings(&self, filter: &Filter, relations: &[String]) -> Selection {
        let mut without_verdict = filter.clone();
        without_verdict.facets[Facet::Verdict as usize].clear();
        without_verdict.text.clear();
        let keyed =
            without_verdict.facets.iter().any(|values| !values.is_empty()) || without_verdict.year.is_some();
        let test = Test::new(self, &without_verdict);
        let words = words_of(&filter.text);
        let verdicts = filter.of(Facet::Verdict);
        let mut selection = Selection::default();
        for (place, entry) in self.findings.iter().enumerate() {
            let in_document = test.document.is_none_or(|document| {
                entry.document == document
                    || entry
                        .figures
                        .iter()
                        .any(|at| self.figures.get(*at as usize).map(|figure| figure.document) == document)
            });
            let has_key = || {
                let figures = entry.figures.iter().filter_map(|at| self.figures.get(*at as usize));
                !keyed || figures.into_iter().any(|figure| test.admits(&figure.keys))
            };
            let text = || self.words.get(entry.words.0 as usize..entry.words.1 as usize).unwrap_or("");
            let name =
                || entry.document.and_then(|at| self.names.get(at as usize)).map_or("", String::as_str);
            let has_words = words.iter().all(|word| text().contains(word) || name().contains(word));
            let of_relation = relations.is_empty() || relations.contains(&entry.relation);
            if !(in_document && of_relation && has_words && has_key()) {
                continue;
            }
            let code = entry.verdict.code();
            *selection.counts[Facet::Verdict as usize].entry(code.to_owned()).or_default() += 1;
            if verdicts.is_empty() || verdicts.iter().any(|asked| asked == code) {
                selection.rows.push(small(place));
            }
        }
        selection
    }

    /// Returns the documents in whose names all of the words stand, however written, in order.
    pub fn documents_with(&self, text: &str) -> Vec<&DocumentRow> {
        let words = words_of(text);
        let named = self.documents.iter().zip(&self.names);
        named
            .filter(|(row, name)| {
                words
                    .iter()
                    .all(|word| name.contains(word) || row.tags.iter().any(|tag| fold(tag).contains(word)))
            })
            .map(|(row, _)| row)
            .collect()
    }
}

/// A filter in the catalogue's own numbers.
struct Test {
    facets: [Option<Vec<u16>>; FACETS],
    words: Vec<String>,
    document: Option<Option<u32>>,
    /// For each place in the list of periods, whether it begins in the year asked for.
    in_year: Option<Vec<bool>>,
}

enum Failed {
    None,
    One(usize),
}

impl Test {
    fn new(catalogue: &Catalogue, filter: &Filter) -> Self {
        let facets = std::array::from_fn(|at| {
            let asked = &filter.facets[at];
            let place = |value: &String| catalogue.values[at].iter().position(|known| known == value);
            let places = asked.iter().filter_map(place).filter_map(|at| u16::try_from(at).ok());
            (!asked.is_empty()).then(|| places.collect())
        });
        let document = filter.document.as_ref().map(|asked| {
            let at = catalogue.documents.iter().position(|row| row.document.to_string() == *asked);
            at.map(small)
        });
        let in_year = filter.year.map(|year| {
            catalogue
                .periods
                .iter()
                .map(|period| period.is_some_and(|period| period.year() == year))
                .collect()
        });
        Self { facets, words: words_of(&filter.text), document, in_year }
    }

    fn admits(&self, keys: &[u16; FACETS]) -> bool {
        self.facets
            .iter()
            .zip(keys)
            .all(|(asked, key)| asked.as_ref().is_none_or(|places| places.contains(key)))
            && self.is_in_year(keys)
    }

    fn is_in_year(&self, keys: &[u16; FACETS]) -> bool {
        let place = usize::from(keys[Facet::Period as usize]);
        self.in_year.as_ref().is_none_or(|years| years.get(place).copied().unwrap_or(false))
    }

    /// Tells which facet alone shuts the entry out; `None` where more does.
    fn failed(&self, catalogue: &Catalogue, entry: &Entry) -> Option<Failed> {
        if self.document.is_some_and(|document| document != Some(entry.document))
            || !self.is_in_year(&entry.keys)
        {
            return None;
        }
        let mut failed = Failed::None;
        for (at, asked) in self.facets.iter().enumerate() {
            if asked.as_ref().is_some_and(|places| !places.contains(&entry.keys[at])) {
                if matches!(failed, Failed::One(_)) {
                    return None;
                }
                failed = Failed::One(at);
            }
        }
        if !self.words.is_empty() {
            let text = catalogue.words.get(entry.words.0 as usize..entry.words.1 as usize).unwrap_or("");
            let name = catalogue.names.get(entry.document as usize).map_or("", String::as_str);
            if !self.words.iter().all(|word| text.contains(word.as_str()) || name.contains(word.as_str())) {
                return None;
            }
        }
        Some(failed)
    }
}

fn words_of(text: &str) -> Vec<String> {
    fold(text).split(' ').filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect()
}
