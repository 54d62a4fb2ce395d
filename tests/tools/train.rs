//! Trains the weights of `ranking.toml` on figures made by hand:
//!
//!     cargo run --example train -- [--out FILE] GOLD.jsonl TEXTS [GOLD.jsonl TEXTS]...
//!     cargo run --example train -- --cross-validate K --out FOLDER GOLD.jsonl TEXTS ...
//!
//! The first prints the file, or writes it. The second says how well the weights do on documents that
//! they were not trained on: the documents are dealt to K folds, and the figures of each fold are read
//! with weights trained on all others. It writes the figures of the Nth pair to `FOLDER/N.jsonl`, to be
//! scored against its gold. `--half 0|1` takes only the documents of one half (as `figures --half`).
//! `--penalty X` tries another penalty than the one found best.
//!
//! The same input gives the same weights: the order is that of the files, nothing is drawn by lot, and
//! sums are made in one order.
//!
//! The model is a choice among the candidates of a figure in proportion to `exp(score)`; the weights
//! make the right ones likely, a penalty on their squares keeps them small and what is rare unheard.
//! What a figure carries depends on what was chosen for those before it. So training goes in rounds,
//! each on the choices that the weights of the rounds before lead to, and those that led there: so a choice
//! is learned behind right ones and behind wrong ones. Since weights err less on what they were trained on
//! than they will on other documents, the choices are made in each part of the documents with weights trained
//! on the other parts.

#![allow(clippy::unwrap_used, reason = "a development tool: what goes wrong is shown as it is")]

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use socai::model::Digest;
use socai::model::figure::Slot;
use socai::model::record::FigureRecord;
use socai::stage::extract::Choice;
use socai::stage::rules::RulePack;
use socai::stage::rules::ranking::{Feature, Model};
use socai::stage::{clean, extract, segment};

/// Rounds of choosing and training.
const ROUNDS: usize = 4;
/// The parts of the documents of which each is chosen in with weights of the others.
const PARTS: u8 = 4;
/// Steps of descent in a round.
const STEPS: usize = 80;
/// The penalty on the square of a weight; of 0.5, 1.5, 3, 4 and 8 the one that held out best.
const PENALTY: f64 = 3.0;
/// Printed weights are hundredths.
const SCALE: f64 = 100.0;
const FILE: &str = "ranking.toml";

struct Document {
    name: String,
    /// The number of the pair of gold and texts that it is of.
    pair: usize,
    bytes: Vec<u8>,
    /// By the start of the figure: the answers of each slot that is scored.
    gold: BTreeMap<usize, (Answers, Answers)>,
}

/// The values that are right; `None` where the slot is not scored.
type Answers = Option<Vec<Value>>;

/// The candidates of one figure's slot: the features of each, and whether it is right.
type Example = Vec<(Vec<Feature>, bool)>;

/// The examples of the periods and of the areas.
#[derive(Default)]
struct Examples {
    period: Vec<Example>,
    area: Vec<Example>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| arguments.iter().position(|a| a == name).map(|at| arguments[at + 1].clone());
    let half = option("--half").map(|half| half.parse::<u8>().unwrap());
    let folds = option("--cross-validate").map(|folds| folds.parse::<u8>().unwrap());
    let penalty = option("--penalty").map_or(PENALTY, |penalty| penalty.parse().unwrap());
    let mut inputs: Vec<&String> = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument.starts_with("--") {
            rest.next();
        } else {
            inputs.push(argument)
        }
    }
    let pairs = inputs.chunks(2).enumerate();
    let documents: Vec<Document> = pairs.flat_map(|(at, pair)| documents(at, pair[0], pair[1])).collect();
    let of_half = |document: &&Document| half.is_none_or(|half| dealt(document, 2) == half);
    let all: Vec<&Document> = documents.iter().filter(of_half).collect();
    let Some(folds) = folds else {
        let text = train(&all, penalty, true);
        match option("--out") {
            Some(file) => std::fs::write(file, text).unwrap(),
            None => print!("{text}"),
        }
        return;
    };
    let folder = option("--out").unwrap();
    std::fs::create_dir_all(&folder).unwrap();
    let mut read: Vec<String> = vec![String::new(); inputs.len() / 2];
    for fold in 0..folds {
        let (held, trained): (Vec<&Document>, Vec<&Document>) =
            all.iter().partition(|document| dealt(document, folds) == fold);
        let rules = pack(&train(&trained, penalty, false));
        let examples = examples(&held, |_| &rules);
        eprintln!("fold {fold}: {} documents held out of {}", held.len(), all.len());
        report("period", &examples.period, &rules.ranking.period);
        report("area", &examples.area, &rules.ranking.area);
        for document in held {
            read[document.pair].push_str(&figures(document, &rules));
        }
    }
    for (at, figures) in read.iter().enumerate() {
        std::fs::write(format!("{folder}/{at}.jsonl"), figures).unwrap();
    }
}

/// The number of the fold that a document is dealt to.
fn dealt(document: &Document, folds: u8) -> u8 {
    Digest::of(document.name.as_bytes()).as_bytes()[0] % folds
}

/// The number of the part of the documents trained on that a document is dealt to: not by what folds go by,
/// lest a fold leave a part empty.
fn part(document: &Document) -> u8 {
    Digest::of(document.name.as_bytes()).as_bytes()[1] % PARTS
}

fn pack(ranking: &str) -> RulePack {
    RulePack::parse(&[(FILE.to_owned(), ranking.to_owned())]).unwrap()
}

/// Returns the file with the weights trained on `documents`; with `loud`, says how well each round does.
fn train(documents: &[&Document], penalty: f64, loud: bool) -> String {
    let head = RulePack::builtin().files.text(FILE).split("\n[period").next().unwrap().to_owned();
    let empty = format!("{head}\n[period]\n\n[area]\n");
    // By part, the weights of all others; last, the weights of all.
    let mut packs: Vec<RulePack> = (0..=PARTS).map(|_| pack(&empty)).collect();
    let mut text = empty;
    // The choices of each round by part; those made without weights, in the first, teach no other.
    let mut rounds: Vec<Vec<Examples>> = Vec::new();
    for round in 0..ROUNDS {
        let by_part: Vec<Examples> = (0..PARTS)
            .map(|at| {
                let of_part: Vec<&Document> =
                    documents.iter().copied().filter(|document| part(document) == at).collect();
                examples(&of_part, |_| &packs[usize::from(at)])
            })
            .collect();
        if loud {
            eprintln!("round {round}: choices made in each part with weights of the others");
            for (examples, pack) in by_part.iter().zip(&packs) {
                report("period", &examples.period, &pack.ranking.period);
                report("area", &examples.area, &pack.ranking.area);
            }
        }
        if round == 1 {
            rounds.clear();
        }
        rounds.push(by_part);
        let penalty = penalty * rounds.len() as f64;
        packs = (0..=PARTS)
            .map(|without| {
                let parts = rounds.iter().flat_map(|by_part| by_part.iter().enumerate());
                let others: Vec<&Examples> =
                    parts.filter(|(at, _)| *at != usize::from(without)).map(|(_, of)| of).collect();
                let period: Vec<&Example> = others.iter().flat_map(|of| &of.period).collect();
                let area: Vec<&Example> = others.iter().flat_map(|of| &of.area).collect();
                let models = &packs[0].ranking;
                let mut written = head.clone();
                let weights = descend(&period, models.period.len(), penalty);
                write_model(&mut written, "period", &models.period, &weights);
                let weights = descend(&area, models.area.len(), penalty);
                write_model(&mut written, "area", &models.area, &weights);
                text = written;
                pack(&text)
            })
            .collect();
    }
    text
}

fn documents(pair: usize, gold: &str, texts: &str) -> Vec<Document> {
    let mut by_source: BTreeMap<String, Document> = BTreeMap::new();
    for line in std::fs::read_to_string(gold).unwrap().lines().filter(|line| !line.trim().is_empty()) {
        let row: Value = serde_json::from_str(line).unwrap();
        if row.get("optional").is_some_and(|optional| optional == true) {
            continue;
        }
        let name = row["source"].as_str().unwrap().to_owned();
        let document = by_source.entry(name.clone()).or_insert_with(|| Document {
            bytes: std::fs::read(format!("{texts}/{name}")).unwrap(),
            name,
            pair,
            gold: BTreeMap::new(),
        });
        let answers = |field: &str| {
            row.get(field).map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]))
        };
        let start = usize::try_from(row["start"].as_u64().unwrap()).unwrap();
        document.gold.insert(start, (answers("period"), answers("area")));
    }
    by_source.into_values().collect()
}

fn choices(document: &Document, rules: &RulePack) -> Vec<Choice> {
    let cleaned = clean::clean(&document.bytes).unwrap();
    let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
    extract::choices(Digest::of(&document.bytes), &cleaned.source, &cleaned.clean, &blocks, rules)
}

/// The figures of a document as the record contract has them, one a line.
fn figures(document: &Document, rules: &RulePack) -> String {
    let digest = Digest::of(&document.bytes);
    let cleaned = clean::clean(&document.bytes).unwrap();
    let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
    let extraction = extract::extract(digest, &cleaned.source, &cleaned.clean, &blocks, rules);
    let mut lines = String::new();
    for figure in &extraction.figures {
        let record = FigureRecord::printed(digest, &document.name, figure, 1);
        writeln!(lines, "{}", serde_json::to_string(&record).unwrap()).unwrap();
    }
    lines
}

fn examples<'r>(documents: &[&Document], rules: impl Fn(&Document) -> &'r RulePack) -> Examples {
    let mut examples = Examples::default();
    for document in documents {
        for choice in choices(document, rules(document)) {
            let Some((period, area)) = document.gold.get(&choice.span.start) else { continue };
            let (answers, list) = match choice.slot {
                Slot::Period => (period, &mut examples.period),
                _ => (area, &mut examples.area),
            };
            let Some(answers) = answers else { continue };
            let right = |value: &Option<String>| match value {
                Some(value) => answers.iter().any(|answer| answer.as_str() == Some(value)),
                None => answers.iter().any(Value::is_null),
            };
            list.push(choice.candidates.into_iter().map(|(value, f)| (f, right(&value))).collect());
        }
    }
    examples
}

/// Says how many choices are right, and how many could be.
fn report(slot: &str, examples: &[Example], model: &Model) {
    let score = |features: &[Feature]| features.iter().map(|f| model.weight(*f)).sum::<i64>();
    let chosen = |example: &&Example| {
        let best = example.iter().rev().max_by_key(|(features, _)| score(features));
        best.is_some_and(|(_, right)| *right)
    };
    let right = examples.iter().filter(chosen).count();
    let possible = examples.iter().filter(|example| example.iter().any(|(_, right)| *right)).count();
    eprintln!("  {slot:6}: {right} right, {possible} possible, of {}", examples.len());
}

/// Finds the weights by descent with a step of its own for each.
fn descend(examples: &[&Example], features: usize, penalty: f64) -> Vec<f64> {
    let useful: Vec<&Example> = examples
        .iter()
        .copied()
        .filter(|example| example.iter().any(|(_, right)| *right) && example.iter().any(|(_, right)| !*right))
        .collect();
    let mut weights = vec![0.0_f64; features];
    let mut squares = vec![1e-6_f64; features];
    for _ in 0..STEPS {
        let mut gradient: Vec<f64> = weights.iter().map(|weight| -2.0 * penalty * weight).collect();
        for example in &useful {
            let scores: Vec<f64> =
                example.iter().map(|(f, _)| f.iter().map(|f| weights[usize::from(f.0)]).sum()).collect();
            let most = scores.iter().copied().fold(f64::MIN, f64::max);
            let odds: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
            let all: f64 = odds.iter().sum();
            let right: f64 =
                odds.iter().zip(*example).filter(|(_, (_, right))| *right).map(|(odds, _)| odds).sum();
            for (odds, (features, is_right)) in odds.iter().zip(*example) {
                let wanted = if *is_right { odds / right.max(1e-300) } else { 0.0 };
                let step = wanted - odds / all;
                for feature in features {
                    gradient[usize::from(feature.0)] += step;
                }
            }
        }
        for (at, slope) in gradient.iter().enumerate() {
            squares[at] += slope * slope;
            weights[at] += 0.5 * slope / squares[at].sqrt();
        }
    }
    weights
}

fn write_model(text: &mut String, slot: &str, model: &Model, weights: &[f64]) {
    let mut tables: BTreeMap<&str, Vec<(String, i64)>> = BTreeMap::new();
    for (at, weight) in weights.iter().enumerate() {
        let rounded = (weight * SCALE).round() as i64;
        if rounded != 0 {
            let (table, key) = model.name(Feature(u16::try_from(at).unwrap()));
            tables.entry(table).or_default().push((key, rounded));
        }
    }
    writeln!(text, "\n[{slot}]").unwrap();
    for (table, weights) in tables {
        writeln!(text, "\n[{slot}.{table}]").unwrap();
        for (key, weight) in weights {
            writeln!(text, "{key:?} = {weight}").unwrap();
        }
    }
}
