//! Making a catalogue: one pass over a ledger's figures and findings.

use std::collections::BTreeMap;

use super::{
    Catalogue, Entry, FACETS, Facet, Filter, FindingEntry, NONE, Selection, severity, severity_of, small,
};
use crate::ledger::error::LedgerError;
use crate::ledger::query::LedgerReader;
use crate::model::Decimal;
use crate::model::finding::Verdict;
use crate::model::fold::fold;

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
            counts,
            values: std::array::from_fn(|_| vec![NONE.to_owned()]),
            periods: Vec::new(),
            units: vec![NONE.to_owned()],
            words: String::new(),
            texts: Vec::new(),
            names: Vec::new(),
            everything: Selection::default(),
            levels: Vec::new(),
            findings_by_place: BTreeMap::new(),
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
        made.everything = made.select(&Filter::default());
        made.levels = made.choose_levels();
        made.findings_by_place = made.count_by_place();
        Ok(made)
    }

    fn read_figures(
        &mut self,
        ledger: &LedgerReader,
        places: &BTreeMap<String, u32>,
    ) -> Result<(), LedgerError> {
        let sql = "SELECT id, document, \"start\", \"end\", quote, label, indicator, area, period, aspect, fund, measure,
                          unit, value
                   FROM figures";
        let mut interned: [BTreeMap<String, u16>; FACETS] =
            std::array::from_fn(|_| BTreeMap::from([(NONE.to_owned(), 0)]));
        // Labels and quotes repeat from report to report: each is folded and held once.
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        let mut known_units = BTreeMap::from([(NONE.to_owned(), 0)]);
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
            let texts = [text(4), text(5)].map(|text| match known.get(text) {
                Some(place) => *place,
                None => {
                    let (from, place) = (small(self.words.len()), small(self.texts.len()));
                    self.words.push_str(&fold(text));
                    self.texts.push((from, small(self.words.len())));
                    known.insert(text.to_owned(), place);
                    place
                }
            });
            let mut id = [b'0'; 24];
            for (to, from) in id.iter_mut().zip(text(0).bytes()) {
                *to = from;
            }
            let offset = |at: usize| row.get::<_, u32>(at).unwrap_or(0);
            let unit = intern(&mut known_units, &mut self.units, text(12));
            let value = text(13).parse().unwrap_or(Decimal::ZERO);
            let (start, end) = (offset(2), offset(3));
            self.figures.push(Entry { id, document, start, end, keys, unit, value, texts });
            Ok::<_, LedgerError>(())
        })?;
        self.periods = self.values[Facet::Period as usize].iter().map(|code| code.parse().ok()).collect();
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
