//! The examples of the rule pack, run: each says what is read of a few words.
//!
//! A rule of numbers, hedges, periods and places carries its own (`text => what is read`, where `!=` says
//! what is not); all others have theirs in `examples.toml`, a table each. A rule is missed when an example
//! of its own fails without it: one that nothing misses is dead, or its examples show nothing.

use jiff::civil::Date;

use super::extract::mention::{TimeContext, find};
use super::rules::check::check;
use super::rules::entries::Entry;
use super::rules::{Example, RuleError, RulePack};
use super::{clean, extract, reconcile, segment};
use crate::model::figure::Figure;
use crate::model::{Digest, Span};

/// An example with the rule that carries it.
#[derive(Debug, Clone)]
struct Case {
    /// The rule's id: `unit.VND`.
    rule: String,
    file: &'static str,
    /// Its first byte in the file.
    at: usize,
    text: String,
    /// What is read, or is not.
    expected: String,
    negative: bool,
    reader: Reader,
}

/// What is compared of an example's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// `value unit` of the first number.
    Number,
    /// The qualifier of the first number.
    Hedge,
    /// The first period.
    Period,
    /// The ids of the places.
    Place,
    /// `class value` of what is no figure, and `value unit` of the first number.
    Name,
    /// Any fact of a text that stands for a whole report.
    Report,
}

/// How an example came out.
pub struct Tried {
    /// How many there are.
    pub tried: usize,
    /// Those that did not come out as written.
    pub failed: Vec<RuleError>,
}

/// Runs every example of the pack.
pub fn run(pack: &RulePack) -> Tried {
    let cases = cases(pack);
    let failed = cases.iter().filter_map(|case| failure(case, pack)).collect();
    Tried { tried: cases.len(), failed }
}

/// The rules that can be taken away without an example of their own failing: rules without one, too.
pub fn unmissed(pack: &RulePack) -> Vec<Entry> {
    let cases = cases(pack);
    let missed = |entry: &Entry| {
        let Some(without) = pack.without(entry) else { return false };
        // A code list holds names: what misses one of them is the check, no text.
        if entry.file == "codes.toml" {
            return !check(&without).is_empty();
        }
        let id = entry.id();
        cases.iter().filter(|case| case.rule == id).any(|case| failure(case, &without).is_some())
    };
    pack.entries().into_iter().filter(|entry| carries_examples(entry, pack) && !missed(entry)).collect()
}

/// The rules that carry no example of what they read, or none of what they must not, with what is missing. A
/// list of codes has no words to be read.
pub fn one_sided(pack: &RulePack) -> Vec<(Entry, &'static str)> {
    let cases = cases(pack);
    let lacks = |entry: &Entry| {
        let id = entry.id();
        let has = |negative| cases.iter().any(|case| case.rule == id && case.negative == negative);
        match (has(false), has(true)) {
            (false, _) => Some("example of what it reads"),
            (_, false) => Some("example of what it must not read"),
            _ => None,
        }
    };
    let rules = pack.entries().into_iter();
    rules
        .filter(|entry| entry.file != "codes.toml" && carries_examples(entry, pack))
        .filter_map(|entry| lacks(&entry).map(|lack| (entry, lack)))
        .collect()
}

/// Tells whether an entry is a rule that a few words can show. What is not: the weights of `ranking.toml` and
/// the words that its features ask for, of which none decides alone (training on the gold and its
/// cross-validation stand for them), and the words of `across.toml`, which are read of several reports
/// together (the tests of `stage/reconcile/across` do). The numbers of `relations.toml` are limits of a search,
/// no rules; its own tests and the gold findings hold them.
fn carries_examples(entry: &Entry, pack: &RulePack) -> bool {
    let line = entry.text(pack).lines().next().unwrap_or("");
    let limit = entry.file == "relations.toml" && line.ends_with(|c: char| c.is_ascii_digit());
    !limit && !matches!(entry.file, "across.toml" | "examples.toml" | "ranking.toml")
}

fn cases(pack: &RulePack) -> Vec<Case> {
    let mut cases = Vec::new();
    let entries = pack.entries();
    for entry in &entries {
        let reader = match entry.file {
            "units.toml" => Reader::Number,
            "hedges.toml" => Reader::Hedge,
            "periods.toml" => Reader::Period,
            "places.toml" => Reader::Place,
            _ => Reader::Name,
        };
        for (example, at) in &entry.examples {
            let (text, expected, negative) = match (example.split_once(" != "), example.split_once(" => ")) {
                (Some((text, other)), _) => (text, other.to_owned(), true),
                (None, Some((text, expected))) => (text, expected.to_owned(), false),
                (None, None) => (example.as_str(), entry.id(), false),
            };
            let (rule, text, at) = (entry.id(), text.to_owned(), *at);
            cases.push(Case { rule, file: entry.file, at, text, expected, negative, reader });
        }
    }
    let places = entries.iter().filter(|entry| entry.file == "examples.toml");
    for (example, entry) in pack.examples.iter().zip(places) {
        let Example { rule, text, .. } = example.clone();
        let told = [(example.is.clone(), false), (example.is_not.clone(), true)];
        for (expected, negative) in told {
            cases.extend(expected.map(|expected| Case {
                rule: rule.clone(),
                file: "examples.toml",
                at: entry.span.start,
                text: text.clone(),
                expected,
                negative,
                reader: Reader::Report,
            }));
        }
    }
    cases
}

fn failure(case: &Case, pack: &RulePack) -> Option<RuleError> {
    let read = read(case, pack);
    let holds = read.contains(&case.expected) != case.negative;
    let said = if case.negative { "may not be" } else { "says" };
    let message = format!(
        "{}: `{}` gives `{}`, the example {said} `{}`",
        case.rule,
        case.text,
        read.join(", "),
        case.expected
    );
    let hint = "change the example, or the rule that reads it";
    (!holds).then(|| RuleError::at(case.file, pack.files.text(case.file), case.at, message, hint))
}

fn read(case: &Case, pack: &RulePack) -> Vec<String> {
    if case.reader == Reader::Report {
        return facts(&case.text, pack);
    }
    let found = find(&case.text, Span::new(0, case.text.len()), pack);
    let number = found.numbers.first();
    let context = TimeContext { document_date: Date::new(2017, 8, 3).ok(), ..TimeContext::default() };
    let nothing = || "nothing".to_owned();
    let amount = number.map(|number| format!("{} {}", number.value, number.unit));
    match case.reader {
        Reader::Number => vec![amount.unwrap_or_else(nothing)],
        Reader::Hedge => vec![number.map_or_else(nothing, |number| number.qualifier.code().to_owned())],
        Reader::Period => {
            let period = found.periods.first().map(|period| {
                let value = period.expression.resolve(&context).map(|value| value.to_string());
                value
                    .or_else(|| period.length.as_ref().map(ToString::to_string))
                    .unwrap_or_else(|| "null".to_owned())
            });
            vec![period.unwrap_or_else(nothing)]
        }
        Reader::Place => found.places.iter().map(|place| place.rule.to_string()).collect(),
        Reader::Name | Reader::Report => {
            let others = found.others.iter().map(|other| format!("{} {}", code(other.class), other.value));
            others.chain(amount.filter(|_| number.is_some_and(|number| !number.bare))).collect()
        }
    }
}

/// The name under which records have a kind or class.
fn code(value: impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// What is read of a text that stands for a whole report: what each line and sentence is, the places, the
/// slots of the figures, and what arithmetic says of them.
pub fn facts(text: &str, pack: &RulePack) -> Vec<String> {
    let Ok(cleaned) = clean::clean(text.as_bytes()) else { return Vec::new() };
    let text = &cleaned.clean.text;
    let blocks = segment::segment(text, &pack.segment);
    let document = Digest::of(text.as_bytes());
    let figures = extract::extract(document, &cleaned.source, &cleaned.clean, &blocks, pack).figures;
    let mut facts: Vec<String> = figures.iter().flat_map(slots).collect();
    for block in &blocks {
        facts.push(format!("{} {}", code(block.kind), block.span.of(text).trim()));
        let sentences = block.sentences.iter().map(|sentence| sentence.span.of(text).trim());
        facts.extend(sentences.map(|sentence| format!("sentence {sentence}")));
    }
    let found = find(text, Span::new(0, text.len()), pack);
    let places = found.places.iter();
    facts.extend(places.map(|place| format!("{} {:?} {}", place.rule, place.in_name, place.span.of(text))));
    let decided = reconcile::reconcile(document, &cleaned.source, &figures, &pack.relations);
    facts.extend(decided.findings.iter().map(|finding| {
        format!("{} {} {}", finding.verdict.code(), finding.relation.code(), finding.formula)
    }));
    facts
}

/// What a figure's record says, slot by slot.
fn slots(figure: &Figure) -> Vec<String> {
    let code = |slot: &str, code: Option<String>| format!("{slot} {}", code.unwrap_or_else(|| "null".into()));
    vec![
        format!("value {} {}", figure.value, figure.unit),
        format!("measure {}", figure.measure.code()),
        format!("{} {}", figure.measure.code(), figure.value),
        code("indicator", figure.indicator.as_ref().map(ToString::to_string)),
        code("aspect", figure.aspect.map(|aspect| aspect.code().to_owned())),
        code("fund", figure.fund.map(|fund| fund.code().to_owned())),
        code("period", figure.period.map(|period| period.to_string())),
        code("base", figure.base.as_ref().and_then(|base| base.period).map(|period| period.to_string())),
        code(
            "base_aspect",
            figure.base.as_ref().and_then(|base| base.aspect).map(|aspect| aspect.code().to_owned()),
        ),
        code("base_area", figure.base.as_ref().and_then(|base| base.area.as_ref()).map(ToString::to_string)),
        format!("qualifier {}", figure.qualifier.code()),
        code("area", figure.area.as_ref().map(ToString::to_string)),
        format!("label {}", figure.label),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_of_the_pack_comes_out_as_written() {
        let failed: Vec<String> = run(RulePack::builtin()).failed.iter().map(ToString::to_string).collect();
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }

    /// A rule with nothing that it must not read may grow until it reads everything.
    #[test]
    fn every_rule_has_an_example_of_either_kind() {
        let one_sided = one_sided(RulePack::builtin());
        let one_sided: Vec<String> = one_sided
            .iter()
            .map(|(entry, kind)| format!("{}: {}: no {kind}", entry.file, entry.id()))
            .collect();
        assert!(one_sided.is_empty(), "{}", one_sided.join("\n"));
    }

    /// Removing any one rule fails at least one of its examples: no rule is there for nothing, and no
    /// example holds by accident.
    #[test]
    fn a_rule_removed_fails_an_example() {
        let unmissed = unmissed(RulePack::builtin());
        let unmissed: Vec<String> =
            unmissed.iter().map(|entry| format!("{}: {}", entry.file, entry.id())).collect();
        assert!(unmissed.is_empty(), "removed and not missed: {}", unmissed.join(", "));
    }
}
