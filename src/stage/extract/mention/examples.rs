//! The examples that every rule of mentions carries, run against the whole grammar.

use jiff::civil::Date;

use super::{TimeContext, find};
use crate::model::Span;
use crate::stage::rules::RulePack;

/// Runs the pack's examples of numbers, hedges, periods and places; returns a line for each that does
/// not come out as written.
pub fn failing(pack: &RulePack) -> Vec<String> {
    let rules = &pack.mention;
    let mut failed = Vec::new();
    let mut check = |example: &str, read: &dyn Fn(&str) -> String| {
        let (text, expected) = example.split_once(" => ").unwrap_or((example, ""));
        let got = read(text);
        if got != expected {
            failed.push(format!("`{text}` gives `{got}`, the example says `{expected}`"));
        }
    };
    let all = |text: &str| find(text, Span::new(0, text.len()), pack);
    let number = |text: &str| {
        all(text)
            .numbers
            .first()
            .map_or("nothing".to_owned(), |number| format!("{} {}", number.value, number.unit))
    };
    let hedge = |text: &str| {
        all(text).numbers.first().map_or("nothing".to_owned(), |number| number.qualifier.code().to_owned())
    };
    let context = TimeContext { document_date: Date::new(2017, 8, 3).ok(), ..TimeContext::default() };
    let period = |text: &str| match all(text).periods.first() {
        Some(found) => {
            found.expression.resolve(&context).map_or("null".to_owned(), |period| period.to_string())
        }
        None => "nothing".to_owned(),
    };
    let numbers = rules.scales.iter().map(|rule| &rule.examples);
    let numbers = numbers.chain(rules.units.iter().map(|rule| &rule.examples));
    for example in numbers.chain(rules.nouns.iter().map(|rule| &rule.examples)).flatten() {
        check(example, &number);
    }
    for example in rules.hedges.iter().flat_map(|rule| &rule.examples) {
        check(example, &hedge);
    }
    for example in rules.periods.iter().flat_map(|rule| &rule.examples) {
        check(example, &period);
    }
    for rule in &rules.places {
        for example in &rule.examples {
            let named = all(example).places.first().map(|place| place.rule.clone());
            if named.as_deref() != Some(&format!("place.{}", rule.id)) {
                failed.push(format!("`{example}` gives {named:?}, not place.{}", rule.id));
            }
        }
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_of_the_pack_comes_out_as_written() {
        let failed = failing(RulePack::builtin());
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }
}
