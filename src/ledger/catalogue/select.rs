//! What a filter admits of a catalogue, and what each further choice would leave.

use memchr::memmem::Finder;

use super::{Catalogue, Entry, FACETS, Facet, Filter, Selection, small};
use crate::ledger::query::DocumentRow;
use crate::model::finding::Verdict;
use crate::model::fold::fold;

impl Catalogue {
    /// Returns the figures that fit, with counts.
    pub fn figures(&self, filter: &Filter) -> Selection {
        if filter.is_empty() { self.everything.clone() } else { self.select(filter) }
    }

    pub(super) fn select(&self, filter: &Filter) -> Selection {
        let test = Test::new(self, filter);
        let mut selection = Selection::default();
        let mut counts: [Vec<u64>; FACETS] = std::array::from_fn(|at| vec![0; self.values[at].len()]);
        for (place, entry) in self.figures.iter().enumerate() {
            let Some(failed) = test.failed(entry) else { continue };
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
        let words = Words::new(&filter.text);
        let named: Vec<u64> = self.names.iter().map(|name| words.found_in(name)).collect();
        let verdicts = filter.of(Facet::Verdict);
        let mut selection = Selection::default();
        let mut counts = [0_u64; Verdict::ALL.len()];
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
            let has_words = || {
                let text = self.words.get(entry.words.0 as usize..entry.words.1 as usize).unwrap_or("");
                let name = entry.document.and_then(|at| named.get(at as usize)).copied().unwrap_or(0);
                words.is_empty() || words.are_all(name | words.found_in(text))
            };
            let of_relation = relations.is_empty() || relations.contains(&entry.relation);
            if !(in_document && of_relation && has_key() && has_words()) {
                continue;
            }
            let code = entry.verdict.code();
            counts[entry.verdict as usize] += 1;
            if verdicts.is_empty() || verdicts.iter().any(|asked| asked == code) {
                selection.rows.push(small(place));
            }
        }
        let counted = Verdict::ALL.iter().zip(counts).filter(|(_, count)| *count > 0);
        selection.counts[Facet::Verdict as usize] =
            counted.map(|(verdict, count)| (verdict.code().to_owned(), count)).collect();
        selection
    }

    /// Returns the documents in whose names all of the words stand, however written, in order.
    pub fn documents_with(&self, text: &str) -> Vec<&DocumentRow> {
        let words = Words::new(text);
        let tags = |row: &DocumentRow| {
            row.tags.iter().map(|tag| words.found_in(&fold(tag))).fold(0, |found, more| found | more)
        };
        let named = self.documents.iter().zip(&self.names);
        named
            .filter(|(row, name)| words.is_empty() || words.are_all(words.found_in(name) | tags(row)))
            .map(|(row, _)| row)
            .collect()
    }
}

/// A filter in the catalogue's own numbers.
struct Test {
    /// For each facet that something is asked of, the places in its list that fit.
    facets: Vec<(usize, Vec<bool>)>,
    words: Words,
    /// Which of the words stand in each text and in each document's name.
    in_texts: Vec<u64>,
    in_names: Vec<u64>,
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
        let asked = filter.facets.iter().enumerate().filter(|(_, asked)| !asked.is_empty());
        let facets = asked.map(|(at, asked)| {
            (at, catalogue.values[at].iter().map(|value| asked.contains(value)).collect())
        });
        let facets = facets.collect();
        let words = Words::new(&filter.text);
        let text = |(from, to): &(u32, u32)| {
            words.found_in(catalogue.words.get(*from as usize..*to as usize).unwrap_or(""))
        };
        let (in_texts, in_names) = if words.is_empty() {
            (Vec::new(), Vec::new())
        } else {
            (
                catalogue.texts.iter().map(text).collect(),
                catalogue.names.iter().map(|name| words.found_in(name)).collect(),
            )
        };
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
        Self { facets, words, in_texts, in_names, document, in_year }
    }

    fn admits(&self, keys: &[u16; FACETS]) -> bool {
        self.facets.iter().all(|(at, fits)| fits_at(fits, keys[*at])) && self.is_in_year(keys)
    }

    fn is_in_year(&self, keys: &[u16; FACETS]) -> bool {
        let place = usize::from(keys[Facet::Period as usize]);
        self.in_year.as_ref().is_none_or(|years| years.get(place).copied().unwrap_or(false))
    }

    /// Tells which facet alone shuts the entry out; `None` where more does.
    fn failed(&self, entry: &Entry) -> Option<Failed> {
        if self.document.is_some_and(|document| document != Some(entry.document))
            || !self.is_in_year(&entry.keys)
        {
            return None;
        }
        let mut failed = Failed::None;
        for (at, fits) in &self.facets {
            if !fits_at(fits, entry.keys[*at]) {
                if matches!(failed, Failed::One(_)) {
                    return None;
                }
                failed = Failed::One(*at);
            }
        }
        if !self.words.is_empty() {
            let found = |list: &[u64], at: u32| list.get(at as usize).copied().unwrap_or(0);
            let [quote, label] = entry.texts.map(|at| found(&self.in_texts, at));
            if !self.words.are_all(quote | label | found(&self.in_names, entry.document)) {
                return None;
            }
        }
        Some(failed)
    }
}

fn fits_at(fits: &[bool], key: u16) -> bool {
    fits.get(usize::from(key)).copied().unwrap_or(false)
}

/// The words that are looked for, folded. What is found of them is a bit a word, so that each text is
/// searched once however many figures it stands in.
struct Words(Vec<Finder<'static>>);

impl Words {
    /// Takes the words of a text: the first [`u64::BITS`] of them, which is more than anybody types.
    fn new(text: &str) -> Self {
        let folded = fold(text);
        let words = folded.split(' ').filter(|word| !word.is_empty()).take(u64::BITS as usize);
        Self(words.map(|word| Finder::new(word).into_owned()).collect())
    }

    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn found_in(&self, text: &str) -> u64 {
        let found = self.0.iter().enumerate().filter(|(_, word)| word.find(text.as_bytes()).is_some());
        found.fold(0, |found, (at, _)| found | 1 << at)
    }

    fn are_all(&self, found: u64) -> bool {
        found.count_ones() as usize == self.0.len()
    }
}
