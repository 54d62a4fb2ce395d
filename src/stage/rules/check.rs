//! What is wrong with a pack that can be read: codes that are on no list, phrases that nothing can match.

use std::collections::BTreeSet;

use toml_edit::{Document, Item, TableLike, Value};

use super::guards::{Guard, RelationKind, Slot};
use super::mention::PlaceKind;
use super::{RuleError, RulePack};
use crate::model::figure::{Aspect, Fund, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::model::mention::MentionClass;

/// Files whose lists of phrases are compared with lower-case text.
const LOWER_CASE: &[&str] = &["across.toml", "frames.toml", "indicators.toml", "relations.toml"];
/// Keys of those files that hold no phrases.
const NO_PHRASES: &[&str] = &["none_for", "pair_units", "examples", "parts", "is", "stocks", "divisors"];

/// Lists what is wrong, in order of file and place. Patterns that cannot be read or overlap are found when the
/// pack is read.
pub fn check(pack: &RulePack) -> Vec<RuleError> {
    let mut errors = Vec::new();
    for file in LOWER_CASE {
        let text = pack.files.text(file);
        if let Ok(document) = text.parse::<Document<String>>() {
            phrases(document.as_table(), &mut |value, seen| phrase(file, text, value, seen, &mut errors));
        }
    }
    guards(pack, &mut errors);
    places(pack, &mut errors);
    codes(pack, &mut errors);
    named(pack, &mut errors);
    lists(pack, &mut errors);
    examples(pack, &mut errors);
    errors
}

/// Calls `each` with every string of every list, and the strings before it in its list.
fn phrases(table: &dyn TableLike, each: &mut impl FnMut(&Value, &BTreeSet<String>)) {
    for (key, item) in table.iter() {
        match item {
            Item::Table(table) => phrases(table, each),
            Item::ArrayOfTables(tables) => tables.iter().for_each(|table| phrases(table, each)),
            Item::Value(Value::Array(list)) if !NO_PHRASES.contains(&key) => {
                let mut seen = BTreeSet::new();
                for value in list.iter() {
                    each(value, &seen);
                    seen.extend(value.as_str().map(str::to_owned));
                }
            }
            _ => {}
        }
    }
}

fn phrase(file: &str, text: &str, value: &Value, seen: &BTreeSet<String>, errors: &mut Vec<RuleError>) {
    let Some(phrase) = value.as_str() else { return };
    let at = value.span().map_or(0, |span| span.start);
    let mut wrong = |message: String, hint: &str| errors.push(RuleError::at(file, text, at, message, hint));
    if phrase.trim().is_empty() {
        wrong("an empty phrase matches nothing".to_owned(), "remove it");
    } else if phrase.to_lowercase() != phrase {
        wrong(
            format!("`{phrase}` is unreachable: texts are compared in lower case"),
            "write it in lower case",
        );
    } else if phrase.contains("  ") {
        wrong(format!("`{phrase}` is unreachable: texts have single spaces"), "write one space");
    } else if seen.contains(phrase) {
        wrong(format!("`{phrase}` stands in this list twice"), "remove one of the two");
    }
}

/// A relation stands once, and each of its guards compares roles that it has, or one with codes of the slot.
fn guards(pack: &RulePack, errors: &mut Vec<RuleError>) {
    let (file, rules) = ("relations.toml", &pack.relations.relation);
    let text = pack.files.text(file);
    let Ok(document) = text.parse::<Document<String>>() else { return };
    let tables = document.get("relation").and_then(Item::as_array_of_tables);
    for (number, (rule, table)) in rules.iter().zip(tables.into_iter().flat_map(|all| all.iter())).enumerate()
    {
        let at = table.span().map_or(0, |span| span.start);
        if rules[..number].iter().any(|before| before.id == rule.id) {
            let message = "this relation stands twice: the second is never read";
            errors.push(RuleError::at(file, text, at, message, "put its guards into the first"));
        }
        let places = table.get("guards").and_then(Item::as_array);
        for (guard, value) in rule.guards.iter().zip(places.into_iter().flat_map(|all| all.iter())) {
            let at = value.span().map_or(at, |span| span.start);
            let told = guard_error(rule.id, guard);
            errors.extend(told.map(|(message, hint)| RuleError::at(file, text, at, message, hint)));
        }
    }
}

/// What is wrong with a guard of a relation, and what to do.
fn guard_error(kind: RelationKind, guard: &Guard) -> Option<(String, &'static str)> {
    let roles = kind.roles();
    let strange = [Some(guard.of), guard.with].into_iter().flatten().find(|role| !roles.contains(role));
    if let Some(role) = strange {
        let names: Vec<String> = roles.iter().map(|role| name(*role)).collect();
        let message = format!("no figure of this relation has the role `{}`", name(role));
        return Some((
            format!("{message}: it has {}", names.join(", ")),
            "name one of these in `of` and `with`",
        ));
    }
    if guard.with.is_some() != guard.is.is_empty() {
        return Some((
            "a guard compares a figure with another one or with codes".to_owned(),
            "give either `with`, a role, or `is`, a list of codes",
        ));
    }
    let known = |code: &String| match guard.slot {
        Slot::Aspect => Aspect::from_code(code).is_some(),
        Slot::Fund => Fund::from_code(code).is_some(),
        Slot::Capacity => matches!(code.as_str(), "intended" | "done"),
        _ => false,
    };
    if let Some(code) = guard.is.iter().find(|code| !known(code)) {
        return Some((
            format!("unknown code `{code}` of the slot {}", name(guard.slot)),
            "`is` takes codes of aspect and fund, and of capacity `intended` and `done`",
        ));
    }
    let points = (guard.same, guard.open, guard.other) != (0, 0, 0);
    let asked = [guard.must, guard.near, guard.sure, guard.scope].iter().any(Option::is_some);
    (!points && !asked).then(|| {
        let hint =
            "give points (`same`, `open`, `other`) or what has to hold (`must`, `near`, `sure`, `scope`)";
        ("a guard that asks for nothing changes nothing".to_owned(), hint)
    })
}

/// The name under which a pack has a role or slot.
fn name(value: impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A name that must be capitalised holds no word in lower case; a province is in a region.
fn places(pack: &RulePack, errors: &mut Vec<RuleError>) {
    let entries = pack.entries();
    let entries = entries.iter().filter(|entry| entry.file == "places.toml" && entry.section == "place");
    let regions = &pack.codes.region;
    for (place, entry) in pack.mention.places.iter().zip(entries) {
        let code = place.code.as_deref().filter(|_| place.kind == PlaceKind::Province);
        let in_none =
            |code: &&str| !regions.iter().any(|region| region.provinces.iter().any(|known| known == code));
        if let Some(code) = code.filter(in_none) {
            let message = format!("unknown code `{code}`: no region of codes.toml has the province");
            errors.push(entry.error(
                pack,
                message,
                "mend the code, or add it to the [[region]] that it is in",
            ));
        }
        for form in place.forms().filter(|_| place.capital) {
            let mut words = form.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            if words.any(|word| word.chars().next().is_some_and(char::is_lowercase)) {
                let message =
                    format!("`{form}` is unreachable: with `capital = true` each word begins with a capital");
                errors.push(entry.error(
                    pack,
                    message,
                    "write it with capitals, or as a place without `capital`",
                ));
            }
        }
    }
}

fn codes(pack: &RulePack, errors: &mut Vec<RuleError>) {
    let listed = pack.codes();
    let known = |list: &str, code: &str| listed.iter().any(|known| known.list == list && known.code == code);
    let entries = pack.entries();
    let indicators =
        entries.iter().filter(|entry| entry.file == "indicators.toml" && entry.section == "indicator");
    let mut caught: Vec<(&str, &str)> = Vec::new();
    for (indicator, entry) in pack.indicators.indicator.iter().zip(indicators) {
        let mut wrong = |message: String, hint: &str| errors.push(entry.error(pack, message, hint));
        if let Some(parent) = indicator.parent.as_deref().filter(|parent| !known("indicator", parent)) {
            wrong(
                format!("unknown code `{parent}`: no indicator to be the parent"),
                "name a `code` of this file",
            );
        }
        if !known("unit", &indicator.unit) {
            wrong(
                format!("unknown code `{}`: no unit", indicator.unit),
                "`socai export codes` lists the units",
            );
        }
        if let Some((_, before)) = caught.iter().find(|(unit, _)| *unit == indicator.unit) {
            let message = format!(
                "`{}` is unreachable: `{before}` above takes every figure of its unit",
                indicator.code
            );
            wrong(message, "give that one phrases, or stand before it");
        }
        if indicator.near.is_empty() && indicator.within.is_empty() && indicator.not.is_empty() {
            caught.push((&indicator.unit, &indicator.code));
        }
    }
    for code in pack.frames.funds.none_for.iter().filter(|code| !known("indicator", code)) {
        let entry =
            entries.iter().find(|entry| entry.file == "frames.toml" && entry.id() == "funds.none_for");
        errors.extend(entry.map(|entry| {
            entry.error(
                pack,
                format!("unknown code `{code}`: no indicator"),
                "name a `code` of indicators.toml",
            )
        }));
    }
}

/// Lists of indicators by their codes name those that there are.
fn named(pack: &RulePack, errors: &mut Vec<RuleError>) {
    for (file, key) in [("relations.toml", "stocks"), ("across.toml", "divisors")] {
        let text = pack.files.text(file);
        let Ok(document) = text.parse::<Document<String>>() else { continue };
        let list = document.get(key).and_then(Item::as_array);
        for value in list.into_iter().flat_map(|all| all.iter()) {
            let code = value.as_str().unwrap_or("");
            if !pack.indicators.indicator.iter().any(|known| known.code == code) {
                let at = value.span().map_or(0, |span| span.start);
                let message = format!("unknown code `{code}`: no indicator");
                errors.push(RuleError::at(file, text, at, message, "name a `code` of indicators.toml"));
            }
        }
    }
}

/// Every code that records may hold has its line in `codes.toml`: one without is an empty cell in an export.
fn lists(pack: &RulePack, errors: &mut Vec<RuleError>) {
    let file = "codes.toml";
    let mut missing = |list: &str, code: &str, hint: &str| {
        let message = format!("unknown code `{code}`: no line of the list {list} names it");
        errors.push(RuleError::of_file(file, message, hint));
    };
    let mut known: Vec<(&str, &str)> = Vec::new();
    known.extend(Measure::ALL.iter().map(|value| ("measure", value.code())));
    known.extend(Qualifier::ALL.iter().map(|value| ("qualifier", value.code())));
    known.extend(Aspect::ALL.iter().map(|value| ("aspect", value.code())));
    known.extend(Fund::ALL.iter().map(|value| ("fund", value.code())));
    known.extend(Verdict::ALL.iter().map(|value| ("verdict", value.code())));
    known.extend(Relation::ALL.iter().map(|value| ("relation", value.code())));
    known.extend(MentionClass::ALL.iter().map(|value| ("class", value.code())));
    let units = pack.mention.units.iter().map(|unit| unit.code.as_str());
    let units: BTreeSet<&str> =
        units.chain(pack.mention.nouns.iter().map(|noun| noun.unit.as_str())).collect();
    known.extend(units.into_iter().map(|code| ("unit", code)));
    for (list, code) in known {
        if !pack.codes.code.iter().any(|line| line.list == list && line.code == code) {
            missing(list, code, "add a [[code]] with its names");
        }
    }
    let regions = &pack.codes.region;
    for place in &pack.mention.places {
        let code = place.code.as_deref().unwrap_or("");
        match place.kind {
            PlaceKind::Region if !regions.iter().any(|region| region.code == code) => {
                missing("area", code, "add a [[region]] with its provinces");
            }
            _ => {}
        }
    }
    let after: BTreeSet<&str> =
        pack.mention.places.iter().filter_map(|place| place.after.as_deref()).collect();
    for code in after.into_iter().filter(|code| !pack.codes.names_34.contains_key(*code)) {
        missing("names_34", code, "add its name as of 1 July 2025");
    }
}

/// An example must name a rule that is there.
fn examples(pack: &RulePack, errors: &mut Vec<RuleError>) {
    let entries = pack.entries();
    let places = entries.iter().filter(|entry| entry.file == "examples.toml");
    for (example, place) in pack.examples.iter().zip(places) {
        if !entries.iter().any(|entry| entry.file != "examples.toml" && entry.id() == example.rule) {
            let message = format!("unknown rule `{}`", example.rule);
            errors.push(place.error(pack, message, "`socai rules show` lists the rules"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::rules::BUILT_IN;

    fn with(file: &str, from: &str, to: &str) -> Vec<String> {
        let text = BUILT_IN.iter().find(|known| known.name == file).unwrap().text;
        assert!(text.contains(from), "{file} holds {from}");
        let pack = RulePack::parse(&[(file.to_owned(), text.replacen(from, to, 1))]).unwrap();
        check(&pack).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_built_in_pack_has_nothing_wrong() {
        let wrong: Vec<String> = check(RulePack::builtin()).iter().map(ToString::to_string).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn an_unknown_code_is_told_with_its_place() {
        let errors = with("indicators.toml", "unit = \"VND\"", "unit = \"VNĐ\"");
        assert!(errors[0].starts_with("indicators.toml:"), "{errors:?}");
        assert!(errors[0].contains("unknown code `VNĐ`"), "{errors:?}");
    }

    #[test]
    fn a_list_of_indicators_names_those_that_there_are() {
        for file in ["relations.toml", "across.toml"] {
            let errors = with(file, "\"cum_cong_nghiep\"", "\"cum_cong_nghep\"");
            assert!(errors[0].starts_with(file) && errors[0].contains("`cum_cong_nghep`"), "{errors:?}");
        }
    }

    #[test]
    fn a_guard_that_cannot_be_is_told_with_its_place() {
        let from = "{ slot = \"breadth\", of = \"part\", with = \"whole\", scope = \"agree\" }";
        for (to, told) in [
            (
                "{ slot = \"breadth\", of = \"plan\", with = \"whole\", scope = \"agree\" }",
                "no figure of this relation has the role `plan`: it has part, whole",
            ),
            ("{ slot = \"breadth\", of = \"part\", scope = \"agree\" }", "with another one or with codes"),
            (
                "{ slot = \"aspect\", of = \"part\", is = [\"planed\"], near = \"agree\" }",
                "unknown code `planed` of the slot aspect",
            ),
            ("{ slot = \"breadth\", of = \"part\", with = \"whole\" }", "asks for nothing"),
        ] {
            let errors = with("relations.toml", from, to);
            assert_eq!(errors.len(), 1, "{errors:?}");
            let place = errors[0].split(':').skip(1).take(2).map(|part| part.parse::<usize>().unwrap());
            assert!(place.clone().next() > Some(100) && place.last() == Some(3), "{errors:?}");
            assert!(errors[0].contains(told), "{errors:?}");
        }
        let errors = with("relations.toml", "id = \"index\"", "id = \"growth\"");
        assert!(errors.iter().any(|error| error.contains("this relation stands twice")), "{errors:?}");
        // A slot that is none is an error of reading, at its own place.
        let text = BUILT_IN.iter().find(|known| known.name == "relations.toml").unwrap().text;
        let text = text.replacen("slot = \"breadth\"", "slot = \"bredth\"", 1);
        let errors = RulePack::parse(&[("relations.toml".to_owned(), text)]).unwrap_err();
        assert!(errors[0].to_string().contains("bredth") && errors[0].line > 100, "{}", errors[0]);
    }

    #[test]
    fn a_phrase_that_nothing_matches_is_told_with_its_place() {
        let errors = with("frames.toml", "\"tăng\"", "\"Tăng\"");
        assert!(errors.iter().any(|error| error.contains("`Tăng` is unreachable")), "{errors:?}");
        let errors = with("frames.toml", "\"tăng\"", "\"tăng\", \"tăng\"");
        assert!(errors.iter().any(|error| error.contains("twice")), "{errors:?}");
    }
}
