//! Every figure and finding of a ledger by what people filter and search, held in memory.
//!
//! A catalogue is made in one pass over the ledger and answers from then on without it: which rows a
//! filter admits, and how many each further choice would leave. It holds codes and folded words, no
//! bodies: those are read by id, for the rows that are shown.

use std::collections::BTreeMap;

use super::error::LedgerError;
use super::query::{DocumentRow, LedgerReader};
use crate::model::finding::Verdict;
use crate::model::fold::fold;

/// A property that figures are filtered and counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the record contract's field of its name")]
pub enum Facet {
    Verdict,
    Indicator,
    Area,
    Period,
    Aspect,
    Fund,
    Measure,
}

/// How many facets there are.
pub const FACETS: usize = 7;

impl Facet {
    /// Every facet, in the order in which pages show them.
    pub const ALL: [Facet; FACETS] = [
        Facet::Verdict,
        Facet::Indicator,
        Facet::Area,
        Facet::Period,
        Facet::Aspect,
        Facet::Fund,
        Facet::Measure,
    ];

    /// Returns its name in filters and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Indicator => "indicator",
            Self::Area => "area",
            Self::Period => "period",
            Self::Aspect => "aspect",
            Self::Fund => "fund",
            Self::Measure => "measure",
        }
    }
}

/// The value of a facet where a figure has none; for the verdict, that nothing checks it.
pub const NONE: &str = "none";

/// A figure's line in the catalogue.
#[derive(Debug, Clone, Copy)]
struct Entry {
    id: [u8; 24],
    document: u32,
    start: u32,
    end: u32,
    /// Places in the value lists, in the order of [`Facet::ALL`].
    keys: [u16; FACETS],
    words: (u32, u32),
}

/// A finding's line in the catalogue.
#[derive(Debug, Clone)]
struct FindingEntry {
    id: String,
    document: Option<u32>,
    verdict: Verdict,
    relation: String,
    figures: Vec<u32>,
    words: (u32, u32),
}

/// What is asked for: every condition holds; an empty one asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// For each facet, in the order of [`Facet::ALL`], the values of which the figure has one.
    pub facets: [Vec<String>; FACETS],
    /// Words that all stand in the label, the quote or the file's name, however written.
    pub text: String,
    /// Digest of the one document.
    pub document: Option<String>,
}

impl Filter {
    /// Tells whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.facets.iter().all(Vec::is_empty) && self.text.is_empty() && self.document.is_none()
    }

    /// Returns the values asked of a facet.
    pub fn of(&self, facet: Facet) -> &[String] {
        &self.facets[facet as usize]
    }
}

/// The rows that a filter admits, and what each further choice would leave.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Ids in order of file name, document and place.
    pub rows: Vec<u32>,
    /// For each facet, how many rows each value has among those that every other condition admits.
    pub counts: [BTreeMap<String, u64>; FACETS],
}

/// See the module.
#[derive(Debug)]
pub struct Catalogue {
    /// The ledger's generation.
    pub generation: u64,
    /// The last position folded when it was made.
    pub checkpoint: u64,
    /// Every document, in order of file name.
    pub documents: Vec<DocumentRow>,
    figures: Vec<Entry>,
    findings: Vec<FindingEntry>,
    values: [Vec<String>; FACETS],
    words: String,
    names: Vec<String>,
}

impl Catalogue {
    /// Reads a ledger whole.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn read(ledger: &LedgerReader) -> Result<Self, LedgerError> {
        let counts = ledger.counts()?;
        let mut made = Self {
            generation: counts.generation,
            checkpoint: counts.checkpoint,
            documents: ledger.documents()?,
            figures: Vec::with_capacity(usize::try_from(counts.figures).unwrap_or(0)),
            findings: Vec::new(),
            values: std::array::from_fn(|_| vec![NONE.to_owned()]),
            words: String::new(),
            names: Vec::new(),
        };
        made.names = made.documents.iter().map(|row| fold(&row.source)).collect();
        let places: BTreeMap<String, u32> = made
            .documents
            .iter()
            .enumerate()
            .map(|(place, row)| (row.document.to_string(), small(place)))
            .collect();
        made.read_figures(ledger, &places)?;
        made.read_findings(ledger, &places)?;
        Ok(made)
    }

    fn read_figures(
        &mut self,
        ledger: &LedgerReader,
        places: &BTreeMap<String, u32>,
    ) -> Result<(), LedgerError> {
        let sql = "SELECT id, document, \"start\", \"end\", quote, label, indicator, area, period, aspect, fund, measure
                   FROM figures";
        let mut interned: [BTreeMap<String, u16>; FACETS] =
            std::array::from_fn(|_| BTreeMap::from([(NONE.to_owned(), 0)]));
        // Labels repeat from report to report: each is folded and held once.
        let mut known: BTreeMap<String, (u32, u32)> = BTreeMap::new();
        ledger.for_each(sql, [], |row| {
            let text = |at: usize| row.get_ref(at).ok().and_then(|value| value.as_str().ok()).unwrap_or("");
            let Some(document) = places.get(text(1)).copied() else { return Ok(()) };
            let mut keys = [0; FACETS];
            for (facet, at) in [
                (Facet::Indicator, 6),
                (Facet::Area, 7),
                (Facet::Period, 8),
                (Facet::Aspect, 9),
                (Facet::Fund, 10),
                (Facet::Measure, 11),
            ] {
                let value = text(at);
                if !value.is_empty() {
                    keys[facet as usize] =
                        intern(&mut interned[facet as usize], &mut self.values[facet as usize], value);
                }
            }
            let words = format!("{} {}", text(4), text(5));
            let words = match known.get(&words) {
                Some(place) => *place,
                None => {
                    let from = small(self.words.len());
                    self.words.push_str(&fold(&words));
                    let place = (from, small(self.words.len()));
                    known.insert(words, place);
                    place
                }
            };
            let mut id = [b'0'; 24];
            for (to, from) in id.iter_mut().zip(text(0).bytes()) {
                *to = from;
            }
            let offset = |at: usize| row.get::<_, u32>(at).unwrap_or(0);
            self.figures.push(Entry { id, document, start: offset(2), end: offset(3), keys, words });
            Ok::<_, LedgerError>(())
        })?;
        self.figures.sort_unstable_by_key(|entry| (entry.document, entry.start, entry.end, entry.id));
        Ok(())
    }

    fn read_findings(
        &mut self,
        ledger: &LedgerReader,
        places: &BTreeMap<String, u32>,
    ) -> Result<(), LedgerError> {
        let mut by_id: Vec<([u8; 24], u32)> =
            self.figures.iter().enumerate().map(|(place, entry)| (entry.id, small(place))).collect();
        by_id.sort_unstable();
        let find = |id: &str| {
            let at = by_id.binary_search_by(|(other, _)| other.as_slice().cmp(id.as_bytes())).ok()?;
            by_id.get(at).map(|(_, place)| *place)
        };
        let verdicts: Vec<u16> = {
            let list = &mut self.values[Facet::Verdict as usize];
            list.extend(Verdict::ALL.iter().map(|verdict| verdict.code().to_owned()));
            (0..list.len()).map(|place| u16::try_from(place).unwrap_or(0)).collect()
        };
        let mut taking_part: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        ledger.for_each(
            "SELECT finding, figure FROM finding_figures ORDER BY finding, place",
            [],
            |row| {
                let (finding, figure) =
                    ledger.read(row, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
                if let Some(place) = find(&figure) {
                    taking_part.entry(finding).or_default().push(place);
                }
                Ok::<_, LedgerError>(())
            },
        )?;
        ledger.for_each("SELECT id, document, verdict, relation, vi FROM findings", [], |row| {
            let (id, document, verdict, relation, vi) = ledger.read(row, |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, Option<String>>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, String>(3)?,
                    row.get::<_, String>(4)?,
                ))
            })?;
            let Some(verdict) = Verdict::from_code(&verdict) else { return Ok(()) };
            let figures = taking_part.remove(&id).unwrap_or_default();
            for place in &figures {
                if let Some(entry) = self.figures.get_mut(*place as usize) {
                    let held = &mut entry.keys[Facet::Verdict as usize];
                    let place = verdicts.get(verdict as usize + 1).copied().unwrap_or(0);
                    if severity_of(place) > severity_of(*held) {
                        *held = place;
                    }
                }
            }
            let from = small(self.words.len());
            self.words.push_str(&fold(&vi));
            let words = (from, small(self.words.len()));
            let document = document.and_then(|document| places.get(&document).copied());
            self.findings.push(FindingEntry { id, document, verdict, relation, figures, words });
            Ok::<_, LedgerError>(())
        })?;
        let order = |entry: &FindingEntry| {
            (std::cmp::Reverse(severity(entry.verdict)), entry.document.unwrap_or(u32::MAX))
        };
        self.findings
            .sort_unstable_by(|one, other| order(one).cmp(&order(other)).then_with(|| one.id.cmp(&other.id)));
        Ok(())
    }

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
        let keyed = without_verdict.facets.iter().any(|values| !values.is_empty());
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

    /// Returns the id of a selected figure; empty for a place that is not the catalogue's.
    pub fn figure_id(&self, row: u32) -> &str {
        let entry = self.figures.get(row as usize);
        entry.and_then(|entry| std::str::from_utf8(&entry.id).ok()).unwrap_or("")
    }

    /// Returns the document of a selected figure.
    pub fn document_of(&self, row: u32) -> Option<&DocumentRow> {
        self.documents.get(self.figures.get(row as usize)?.document as usize)
    }

    /// Returns the verdict of a selected figure: the worst of the findings that it takes part in.
    pub fn verdict_of(&self, row: u32) -> Option<Verdict> {
        let key = self.figures.get(row as usize)?.keys[Facet::Verdict as usize];
        self.values[Facet::Verdict as usize].get(usize::from(key)).and_then(|code| Verdict::from_code(code))
    }

    /// Returns the id of a selected finding; empty for a place that is not the catalogue's.
    pub fn finding_id(&self, row: u32) -> &str {
        self.findings.get(row as usize).map_or("", |entry| entry.id.as_str())
    }

    /// Returns the document whose finding it is; `None` for one across documents.
    pub fn document_of_finding(&self, row: u32) -> Option<&DocumentRow> {
        self.documents.get(self.findings.get(row as usize)?.document? as usize)
    }

    /// Returns how many figures there are.
    pub fn figure_count(&self) -> usize {
        self.figures.len()
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
        Self { facets, words: words_of(&filter.text), document }
    }

    fn admits(&self, keys: &[u16; FACETS]) -> bool {
        self.facets
            .iter()
            .zip(keys)
            .all(|(asked, key)| asked.as_ref().is_none_or(|places| places.contains(key)))
    }

    /// Tells which facet alone shuts the entry out; `None` where more does.
    fn failed(&self, catalogue: &Catalogue, entry: &Entry) -> Option<Failed> {
        if self.document.is_some_and(|document| document != Some(entry.document)) {
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

/// Orders verdicts by how much a reader must know of them; what nothing checks comes before all.
pub const fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Undetermined => 1,
        Verdict::DiffersInScope => 2,
        Verdict::Agrees => 3,
        Verdict::AgreesIfTruncated => 4,
        Verdict::Conflicts => 5,
    }
}

/// As [`severity`], for a place in the list of verdicts.
fn severity_of(place: u16) -> u8 {
    let at = usize::from(place).checked_sub(1);
    at.and_then(|at| Verdict::ALL.get(at)).map_or(0, |verdict| severity(*verdict))
}

fn words_of(text: &str) -> Vec<String> {
    fold(text).split(' ').filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect()
}

fn intern(places: &mut BTreeMap<String, u16>, list: &mut Vec<String>, value: &str) -> u16 {
    if let Some(place) = places.get(value) {
        return *place;
    }
    // A facet of more values than fit is no facet that anybody chooses from: the rest counts as none.
    let Ok(place) = u16::try_from(list.len()) else { return 0 };
    list.push(value.to_owned());
    places.insert(value.to_owned(), place);
    place
}

fn small(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
