//! The mentions of the real reports beside the project, where they are there: every one of `seeds.mentions.jsonl` is
//! found with its class and value, and at least 980 of 1000 that are exported are among them. For the count and the
//! precision: `cargo test --locked --test it -- mentions:: --nocapture`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use socai::model::Digest;
use socai::stage::rules::RulePack;
use socai::stage::{clean, extract, segment};

/// Start in bytes, class, value.
type Told = (u64, String, String);

fn read(bytes: &[u8]) -> Vec<(Told, String)> {
    let rules = RulePack::builtin();
    let cleaned = clean::clean(bytes).unwrap();
    let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
    let found = extract::extract(Digest::of(bytes), &cleaned.source, &cleaned.clean, &blocks, rules);
    let told = |mention: &socai::model::mention::Mention| {
        let class = serde_json::to_value(mention.class).unwrap().as_str().unwrap().to_owned();
        (mention.span.start as u64, class, mention.value.to_string())
    };
    let words = |mention: &socai::model::mention::Mention| mention.span.of(&cleaned.source).to_owned();
    found.mentions.iter().map(|mention| (told(mention), words(mention))).collect()
}

#[test]
fn the_mentions_of_real_reports_are_found_with_class_and_value() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let gold = shared.join("gold/seeds.mentions.jsonl");
    let Ok(gold) = std::fs::read_to_string(&gold) else {
        println!("skipped: {} is not there", gold.display());
        return;
    };
    let mut wanted: BTreeMap<String, Vec<(Told, String)>> = BTreeMap::new();
    for line in gold.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        let told = (row["start"].as_u64().unwrap(), text("class"), text("value"));
        wanted.entry(text("source")).or_default().push((told, text("quote")));
    }
    let (mut missed, mut printed, mut right) = (Vec::new(), 0, 0);
    for (source, wanted) in wanted {
        let found = read(&std::fs::read(shared.join("seeds").join(&source)).unwrap());
        printed += found.len();
        for (told, quote) in wanted {
            if found.iter().any(|(found, _)| *found == told) {
                right += 1;
            } else {
                let near = found.iter().filter(|((start, ..), words)| {
                    *start < told.0 + quote.len() as u64 && told.0 < start + words.len() as u64
                });
                missed.push(format!("{source}: {told:?} {quote:?}; read {:?}", near.collect::<Vec<_>>()));
            }
        }
    }
    println!("{right} found with class and value, {} missed, {printed} printed", missed.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    let precision = right * 1000 / printed.max(1);
    assert!(precision >= 980, "{right} of {printed} mentions are right");
}
