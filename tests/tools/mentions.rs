//! Prints the mentions of the text files of a folder, as JSON lines: what the mention layer alone
//! makes of them, with no clean stage before it and no frame after it.
//!
//! `cargo run --example mentions FOLDER`: numbers carry `value`, `unit`, `qualifier`; periods and other
//! numerals carry `class` and `value`.

use std::path::Path;

use serde_json::json;
use socai::model::Span;
use socai::stage::extract::mention::{self, TimeContext};
use socai::stage::rules::RulePack;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: mentions FOLDER")?;
    let mut paths: Vec<_> = std::fs::read_dir(Path::new(&folder))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths.iter().filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(path)?;
        let source = path.file_name().unwrap_or_default().to_string_lossy();
        let found = mention::find(&text, Span::new(0, text.len()), RulePack::builtin());
        for number in found.numbers {
            println!(
                "{}",
                json!({"source": source, "start": number.span.start, "end": number.span.end,
                    "quote": number.span.of(&text), "class": number.class, "value": number.value,
                    "unit": number.unit, "qualifier": number.qualifier, "figure": number.figure,
                    "bare": number.bare, "rules": number.rules().collect::<Vec<_>>()})
            );
        }
        for period in found.periods {
            let value = period.expression.resolve(&TimeContext::default()).map(|period| period.to_string());
            println!(
                "{}",
                json!({"source": source, "start": period.span.start, "end": period.span.end,
                    "quote": period.span.of(&text), "class": period.class, "value": value, "rules": [period.rule]})
            );
        }
        for other in found.others {
            println!(
                "{}",
                json!({"source": source, "start": other.span.start, "end": other.span.end,
                    "quote": other.span.of(&text), "class": other.class, "value": other.value, "rules": [other.rule]})
            );
        }
        for place in found.places {
            println!(
                "{}",
                json!({"source": source, "start": place.span.start, "end": place.span.end,
                    "quote": place.span.of(&text), "class": "place", "value": place.area(None), "rules": [place.rule]})
            );
        }
    }
    Ok(())
}
