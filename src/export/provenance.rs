//! Where each figure stands and what made it: W3C Web Annotations with PROV, as one JSON-LD document,
//! an annotation a line.

use std::io::Write;

use serde_json::{Value, json};

use super::Rows;
use super::error::ExportError;
use super::rows::{Source, record};
use crate::ledger::views::FigureRow;

/// Fields of a record that say where it stands and what made it: they are the annotation's target and
/// activity, the others its body.
const TARGET: [&str; 9] =
    ["id", "document", "source", "start", "end", "quote", "sentence", "rules", "generation"];

/// Writes the annotations.
pub(super) fn write(source: &Source<'_>, rows: Rows<'_>, mut out: impl Write) -> Result<(), ExportError> {
    let context = json!([
        "http://www.w3.org/ns/anno.jsonld",
        { "prov": "http://www.w3.org/ns/prov#", "socai": "urn:socai:" }
    ]);
    write!(out, "{{\"@context\":{context},\"@graph\":[")?;
    let mut first = true;
    source.figures(rows, |row| {
        out.write_all(if first { b"\n" } else { b",\n" })?;
        first = false;
        Ok(serde_json::to_writer(&mut out, &annotation(source, &row)?)?)
    })?;
    out.write_all(b"\n]}\n")?;
    Ok(out.flush()?)
}

fn annotation(source: &Source<'_>, row: &FigureRow) -> Result<Value, ExportError> {
    let figure = &row.figure;
    // The selector counts characters, the record bytes.
    let (start, end) = source.texts.of(source.ledger, row.document, |text| {
        let characters = |bytes: usize| text.get(..bytes).map(|before| before.chars().count());
        (characters(figure.span.start), characters(figure.span.end))
    })?;
    let body = serde_json::to_value(record(row))?;
    let body = body.as_object().into_iter().flatten();
    let stated: serde_json::Map<String, Value> = body
        .filter(|(key, _)| !TARGET.contains(&key.as_str()))
        .map(|(key, value)| (format!("socai:{key}"), value.clone()))
        .collect();
    let document = format!("urn:blake3:{}", row.document);
    let mut selectors = vec![json!({ "type": "TextQuoteSelector", "exact": figure.quote })];
    if let (Some(start), Some(end)) = (start, end) {
        selectors.push(json!({ "type": "TextPositionSelector", "start": start, "end": end }));
    }
    Ok(json!({
        "id": format!("urn:socai:figure:{}", figure.id),
        "type": ["Annotation", "prov:Entity"],
        "motivation": "identifying",
        "body": stated,
        "target": { "source": document, "selector": selectors },
        "prov:wasDerivedFrom": { "id": document, "type": "prov:Entity", "socai:source": row.source },
        "prov:wasGeneratedBy": {
            "id": format!("urn:socai:generation:{}", row.generation),
            "type": "prov:Activity",
            "socai:rules": figure.rules,
        },
    }))
}
