//! The catalogue that pages and queries choose rows by: what it finds is what reading every record finds.

use std::collections::BTreeSet;

use socai::ledger::catalogue::{Catalogue, Facet, Filter, NONE};
use socai::ledger::{LedgerReader, ledger_path};
use socai::model::fold::fold;
use socai::model::record::FigureRecord;

use super::exports::ledger;

fn records(ledger: &LedgerReader) -> Vec<FigureRecord> {
    let mut records = Vec::new();
    ledger
        .figures(|record| {
            records.push(record);
            Ok::<_, socai::ledger::LedgerError>(())
        })
        .unwrap();
    records
}

#[test]
fn words_are_found_in_quote_label_and_file_name_however_they_are_written() {
    let folder = ledger();
    let ledger = LedgerReader::open(&ledger_path(&folder.path().join("var"), 1)).unwrap();
    let (catalogue, records) = (Catalogue::read(&ledger).unwrap(), records(&ledger));
    let mut found_any = 0;
    for text in
        ["", "dong", "ĐỒNG", "kinh phi", "tra vinh 2022", "lop tap huan", "24 đề án", "khong co", "a e i o u"]
    {
        let expected: Vec<&str> = records
            .iter()
            .filter(|record| {
                let quote = record.quote.as_deref().unwrap_or("");
                let source = record.source.as_deref().unwrap_or("");
                let own = [fold(quote), fold(&record.label), fold(source)];
                fold(text).split_whitespace().all(|word| own.iter().any(|text| text.contains(word)))
            })
            .map(|record| record.id.as_str())
            .collect();
        let filter = Filter { text: text.to_owned(), ..Filter::default() };
        let selection = catalogue.figures(&filter);
        let found: Vec<&str> = selection.rows.iter().map(|row| catalogue.figure_id(*row)).collect();
        let sorted = |mut ids: Vec<String>| {
            ids.sort();
            ids
        };
        let own = |ids: &[&str]| sorted(ids.iter().map(|id| (*id).to_owned()).collect());
        assert_eq!(own(&found), own(&expected), "{text:?}");
        found_any += usize::from(!found.is_empty() && found.len() < records.len());
    }
    assert!(found_any >= 4, "the words tell figures apart");
}

#[test]
fn each_count_is_what_its_choice_leaves() {
    let folder = ledger();
    let ledger = LedgerReader::open(&ledger_path(&folder.path().join("var"), 1)).unwrap();
    let catalogue = Catalogue::read(&ledger).unwrap();
    let mut filter = Filter::default();
    filter.facets[Facet::Indicator as usize] = vec!["kinh_phi".to_owned()];
    for narrowed in [Filter::default(), filter.clone(), Filter { text: "dong".to_owned(), ..filter }] {
        let counts = catalogue.figures(&narrowed).counts;
        for facet in Facet::ALL {
            for (value, count) in &counts[facet as usize] {
                let mut chosen = narrowed.clone();
                chosen.facets[facet as usize] = vec![value.clone()];
                let rows = catalogue.figures(&chosen).rows.len() as u64;
                assert_eq!(rows, *count, "{} = {value}", facet.name());
            }
        }
    }
}

#[test]
fn a_place_shows_the_level_that_is_stated_most_often() {
    let folder = ledger();
    let ledger = LedgerReader::open(&ledger_path(&folder.path().join("var"), 1)).unwrap();
    let catalogue = Catalogue::read(&ledger).unwrap();
    let mut stated = BTreeSet::new();
    for record in records(&ledger) {
        let known = record.area.is_some() && record.period.is_some() && record.aspect.is_some();
        if known && record.indicator.as_ref().is_some_and(|code| code.as_str() == "kinh_phi") {
            stated.extend(record.value);
        }
    }
    let levels: Vec<_> = catalogue.levels("kinh_phi", "VND").collect();
    assert!(!levels.is_empty());
    for level in &levels {
        assert!(stated.contains(&level.value), "{level:?} is printed somewhere");
        assert!(level.area != NONE && (1..=12).contains(&level.months) && level.statements > 0, "{level:?}");
    }
    assert_eq!(catalogue.levels("kinh_phi", "person").count(), 0);
    assert_eq!(catalogue.levels("khong_co", "VND").count(), 0);
}
