//! Prints the figures of a folder of texts as the record contract has them, through the pure stages
//! alone: `cargo run --example figures -- DIR > figures.jsonl`. `--half 0|1` takes only the files of one
//! half, for cross-validation; `--ranking FILE` puts other weights in the place of the pack's.

#![allow(clippy::unwrap_used, reason = "a development tool: what goes wrong is shown as it is")]

use socai::model::Digest;
use socai::model::record::FigureRecord;
use socai::stage::rules::RulePack;
use socai::stage::{clean, extract, segment};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let half =
        arguments.iter().position(|a| a == "--half").map(|at| arguments[at + 1].parse::<u8>().unwrap());
    let ranking = arguments.iter().position(|a| a == "--ranking").map(|at| &arguments[at + 1]);
    let given: Vec<(String, String)> = ranking
        .map(|file| ("ranking.toml".to_owned(), std::fs::read_to_string(file).unwrap()))
        .into_iter()
        .collect();
    let rules = &RulePack::parse(&given).unwrap();
    let mut files: Vec<_> =
        std::fs::read_dir(&arguments[0]).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if half.is_some_and(|half| Digest::of(name.as_bytes()).as_bytes()[0] % 2 != half) {
            continue;
        }
        let bytes = std::fs::read(&file).unwrap();
        let document = Digest::of(&bytes);
        let cleaned = clean::clean(&bytes).unwrap();
        let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
        let extraction = extract::extract(document, &cleaned.source, &cleaned.clean, &blocks, rules);
        for figure in &extraction.figures {
            println!(
                "{}",
                serde_json::to_string(&FigureRecord::printed(document, &name, figure, 1)).unwrap()
            );
        }
    }
}
