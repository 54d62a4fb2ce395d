//! Every figure and finding of a ledger by what people filter and search, held in memory.
//!
//! A catalogue is made in one pass over the ledger and answers from then on without it: which rows a
//! filter admits, and how many each further choice would leave. It holds codes and folded words, no
//! bodies: those are read by id, for the rows that are shown.

mod level;
mod read;
mod select;

use std::collections::BTreeMap;

pub use level::{Level, Side};

use super::query::{DocumentRow, StageCounts};
use crate::model::Decimal;
use crate::model::finding::Verdict;
use crate::model::period::Period;

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
    /// Place in the list of units.
    unit: u16,
    value: Decimal,
    /// Places of the quote and of the label among the texts.
    texts: [u32; 2],
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
    /// The year in which the period begins.
    pub year: Option<i16>,
}

impl Filter {
    /// Tells whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.facets.iter().all(Vec::is_empty)
            && self.text.is_empty()
            && self.document.is_none()
            && self.year.is_none()
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
    /// How many of each the ledger held when it was made.
    pub counts: StageCounts,
    /// Every document, in order of file name.
    pub documents: Vec<DocumentRow>,
    figures: Vec<Entry>,
    findings: Vec<FindingEntry>,
    values: [Vec<String>; FACETS],
    /// The periods, parsed, in the order of their list; `None` for [`NONE`].
    periods: Vec<Option<Period>>,
    units: Vec<String>,
    /// Folded words: the figures' texts, each once, and the findings' sentences.
    words: String,
    /// Where each quote and label stands in the words.
    texts: Vec<(u32, u32)>,
    names: Vec<String>,
    /// What a filter that asks nothing admits: most lists begin with it.
    everything: Selection,
    /// See [`Catalogue::levels`]; in order of their places.
    levels: Vec<level::Held>,
    /// See [`Catalogue::findings_by_place`]; by place of the area among the values.
    findings_by_place: BTreeMap<(u16, i16), (u64, u64)>,
}

impl Catalogue {
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

    fn value(&self, entry: &Entry, facet: Facet) -> Option<&str> {
        self.values[facet as usize].get(usize::from(entry.keys[facet as usize])).map(String::as_str)
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

fn small(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
