//! Trains the weights of `ranking.toml` on figures made by hand:
//!
//!     cargo run --example train -- [--half 0|1] [--out FILE] GOLD.jsonl TEXTS [GOLD.jsonl TEXTS]...
//!
//! `--half` takes only the documents of one half (as `figures --half`) and reports the other one as held
//! out. Without `--out` the file is printed. The same input gives the same weights: the order is that of
//! the files, nothing is drawn by lot, and sums are made in one order.
//!
//! `--penalty X` tries another penalty than the one found best.
//!
//! The model is a choice among the candidates of a figure in proportion to `exp(score)`; the weights
//! make the right ones likely, a penalty on their squares keeps them small and what is rare unheard.
//! What a figure carries depends on what was chosen for those before it, so training goes in rounds,
//! each on the choices that the weights of the round before lead to.

#![allow(clippy::unwrap_used, reason = "a development tool: what goes wrong is shown as it is")]

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use socai::model::Digest;
use socai::model::figure::Slot;
use socai::stage::extract::Choice;
use socai::stage::rules::RulePack;
use socai::stage::rules::ranking::{Feature, Model};
use socai::stage::{clean, extract, segment};

/// Rounds of choosing and training.
const ROUNDS: usize = 4;
/// Steps of descent in a round.
const STEPS: usize = 80;
/// The penalty on the square of a weight; of 0.6, 1.5 and 3 the one that held out best.
const PENALTY: f64 = 1.5;
/// Printed weights are hundredths.
const SCALE: f64 = 100.0;
const FILE: &str = "ranking.toml";

struct Document {
    name: String,
    bytes: Vec<u8>,
    /// By the start of the figure: the answers of each slot that is scored.
    gold: BTreeMap<usize, (Answers, Answers)>,
}

/// The values that are right; `None` where the slot is not scored.
type Answers = Option<Vec<Value>>;

/// The candidates of one figure's slot: the features of each, and whether it is right.
type Example = Vec<(Vec<Feature>, bool)>;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| arguments.iter().position(|a| a == name).map(|at| arguments[at + 1].clone());
    let half = option("--half").map(|half| half.parse::<u8>().unwrap());
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
    let documents: Vec<Document> = inputs.chunks(2).flat_map(|pair| documents(pair[0], pair[1])).collect();
    let of_half = |document: &&Document| half.is_none_or(|half| half_of(&document.name) == half);
    let (trained, held): (Vec<&Document>, Vec<&Document>) = documents.iter().partition(of_half);
    let head = RulePack::builtin().files.text(FILE).split("\n[period").next().unwrap().to_owned();
    let mut text = format!("{head}\n[period]\n\n[area]\n");
    for round in 0..ROUNDS {
        let rules = RulePack::parse(&[(FILE.to_owned(), text.clone())]).unwrap();
        let mut written = head.clone();
        for (slot, name, model) in
            [(Slot::Period, "period", &rules.ranking.period), (Slot::Area, "area", &rules.ranking.area)]
        {
            let examples = examples(&trained, &rules, slot);
            report(round, name, "trained", &examples, model);
            if half.is_some() {
                report(round, name, "held out", &self::examples(&held, &rules, slot), model);
            }
            write_model(&mut written, name, model, &train(&examples, model.len(), penalty));
        }
        text = written;
    }
    match option("--out") {
        Some(file) => std::fs::write(file, text).unwrap(),
        None => print!("{text}"),
    }
}

fn half_of(name: &str) -> u8 {
    Digest::of(name.as_bytes()).as_bytes()[0] % 2
}

fn documents(gold: &str, texts: &str) -> Vec<Document> {
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

fn examples(documents: &[&Document], rules: &RulePack, slot: Slot) -> Vec<Example> {
    let mut examples = Vec::new();
    for document in documents {
        for choice in choices(document, rules).into_iter().filter(|choice| choice.slot == slot) {
            let Some((period, area)) = document.gold.get(&choice.span.start) else { continue };
            let Some(answers) = (if slot == Slot::Period { period } else { area }) else { continue };
            let right = |value: &Option<String>| match value {
                Some(value) => answers.iter().any(|answer| answer.as_str() == Some(value)),
                None => answers.iter().any(Value::is_null),
            };
            let candidates = choice.candidates;
            examples.push(candidates.into_iter().map(|(value, f)| (f, right(&value))).collect());
        }
    }
    examples
}

/// Says how many choices are right, and how many could be.
fn report(round: usize, slot: &str, set: &str, examples: &[Example], model: &Model) {
    let score = |features: &[Feature]| features.iter().map(|f| model.weight(*f)).sum::<i64>();
    let chosen = |example: &&Example| {
        let best = example.iter().rev().max_by_key(|(features, _)| score(features));
        best.is_some_and(|(_, right)| *right)
    };
    let right = examples.iter().filter(chosen).count();
    let possible = examples.iter().filter(|example| example.iter().any(|(_, right)| *right)).count();
    eprintln!("round {round} {slot:6} {set:8}: {right} right, {possible} possible, of {}", examples.len());
}

/// Finds the weights by descent with a step of its own for each.
fn train(examples: &[Example], features: usize, penalty: f64) -> Vec<f64> {
    let useful: Vec<&Example> = examples
        .iter()
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
