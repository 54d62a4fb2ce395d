//! Figures for statistical exchange: SDMX-CSV 2.1 and the structure that its codes and columns obey.
//!
//! An observation is a figure at its key; the statement's id is a dimension too, since one quantity is
//! printed in many places. What the text leaves open is `_X`; codes have `_` where the ledger's have `:`
//! (`VN63_36`). A figure without a period is no observation and is left out.

use std::io::Write;

use serde_json::{Value, json};

use super::Rows;
use super::cell::safe;
use super::error::ExportError;
use super::rows::Source;
use crate::model::period::Period;
use crate::wording::Names;

/// Who maintains the structure.
const AGENCY: &str = "SOCAI";
/// The dataflow.
const FLOW: &str = "FIGURES";
/// Its version.
const VERSION: &str = "1.0.0";
/// The code of what the text leaves open.
const OPEN: &str = "_X";

/// The coded dimensions and attributes: the column and the code list of its name in small letters.
const CODED: [&str; 6] = ["INDICATOR", "AREA", "MEASURE", "UNIT", "ASPECT", "FUND"];

/// Returns a code as SDMX admits it.
fn id(code: &str) -> String {
    let admitted = |letter: char| letter.is_ascii_alphanumeric() || "_@$-".contains(letter);
    let mut id = String::new();
    for letter in code.chars() {
        match letter {
            letter if admitted(letter) => id.push(letter),
            ':' => id.push('_'),
            '/' => id.push_str("_PER_"),
            '%' => id.push_str("PERCENT"),
            // Units of no list keep their letters: each other sign by its number.
            other => id.push_str(&format!("_U{:04X}", u32::from(other))),
        }
    }
    id
}

/// Returns a period as SDMX writes it: several years are a stretch from the first of January.
fn time(period: Period) -> String {
    match period {
        Period::Years(from, to) => format!("{from}-01-01/P{}Y", i32::from(to) - i32::from(from) + 1),
        other => other.to_string(),
    }
}

/// Writes the observations.
pub(super) fn data(source: &Source<'_>, rows: Rows<'_>, out: impl Write) -> Result<(), ExportError> {
    let mut writer = csv::Writer::from_writer(out);
    let heads = ["STRUCTURE", "STRUCTURE_ID", "ACTION"].into_iter().chain(CODED);
    writer.write_record(heads.chain([
        "STATEMENT",
        "TIME_PERIOD",
        "OBS_VALUE",
        "QUALIFIER",
        "LOW",
        "HIGH",
        "QUOTE",
        "SOURCE_FILE",
        "DOCUMENT",
    ]))?;
    let flow = format!("{AGENCY}:{FLOW}({VERSION})");
    source.figures(rows, |row| {
        let figure = &row.figure;
        let Some(period) = figure.period else { return Ok(()) };
        let open = || OPEN.to_owned();
        let end =
            |value: Option<crate::model::Decimal>| value.map_or_else(String::new, |end| end.to_string());
        Ok(writer.write_record([
            "dataflow".to_owned(),
            flow.clone(),
            "I".to_owned(),
            figure.indicator.as_ref().map_or_else(open, |code| id(code.as_str())),
            figure.area.as_ref().map_or_else(open, |code| id(code.as_str())),
            id(figure.measure.code()),
            id(figure.unit.as_str()),
            figure.aspect.map_or_else(open, |aspect| id(aspect.code())),
            figure.fund.map_or_else(open, |fund| id(fund.code())),
            figure.id.to_string(),
            time(period),
            figure.value.to_string(),
            id(figure.qualifier.code()),
            end(figure.low),
            end(figure.high),
            safe(&figure.quote).into_owned(),
            safe(&row.source).into_owned(),
            row.document.to_string(),
        ])?)
    })?;
    Ok(writer.flush()?)
}

fn urn(class: &str, package: &str, id: &str) -> String {
    format!("urn:sdmx:org.sdmx.infomodel.{package}.{class}={AGENCY}:{id}({VERSION})")
}

fn text(id: &str) -> Value {
    json!({ "textType": if matches!(id, "OBS_VALUE" | "LOW" | "HIGH") { "Decimal" } else { "String" } })
}

/// Writes the structure: code lists, concepts, data structure and dataflow, as SDMX-JSON.
pub(super) fn structure(names: &Names, mut out: impl Write) -> Result<(), ExportError> {
    let coded: Vec<&str> = CODED.into_iter().chain(["QUALIFIER"]).collect();
    let lists: Vec<Value> = coded.iter().map(|list| code_list(names, list)).collect();
    let uncoded =
        ["STATEMENT", "TIME_PERIOD", "OBS_VALUE", "LOW", "HIGH", "QUOTE", "SOURCE_FILE", "DOCUMENT"];
    let concepts: Vec<Value> = coded
        .iter()
        .chain(&uncoded)
        .map(|name| json!({ "id": name, "name": name, "names": { "en": name } }))
        .collect();
    let concept = |name: &str| {
        format!("urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={AGENCY}:CONCEPTS({VERSION}).{name}")
    };
    let enumerated =
        |name: &str| json!({ "enumeration": urn("Codelist", "codelist", &format!("CL_{name}")) });
    let mut dimensions: Vec<Value> = (1..)
        .zip(CODED)
        .map(|(at, name)| {
            json!({ "id": name, "position": at, "conceptIdentity": concept(name), "localRepresentation": enumerated(name) })
        })
        .collect();
    dimensions.push(json!({ "id": "STATEMENT", "position": dimensions.len() + 1,
        "conceptIdentity": concept("STATEMENT"), "localRepresentation": { "format": text("STATEMENT") } }));
    let attribute = |name: &str, representation: Value| {
        json!({ "id": name, "usage": "optional", "conceptIdentity": concept(name),
            "attributeRelationship": { "observation": {} }, "localRepresentation": representation })
    };
    let mut attributes = vec![attribute("QUALIFIER", enumerated("QUALIFIER"))];
    for name in ["LOW", "HIGH", "QUOTE", "SOURCE_FILE", "DOCUMENT"] {
        attributes.push(attribute(name, json!({ "format": text(name) })));
    }
    let artefact = |id: &str, name: &str| json!({ "id": id, "agencyID": AGENCY, "version": VERSION, "name": name, "names": { "en": name }, "isExternalReference": false });
    let with = |mut one: Value, key: &str, value: Value| {
        one[key] = value;
        one
    };
    let components = json!({
        "dimensionList": { "id": "DimensionDescriptor", "dimensions": dimensions,
            "timeDimension": { "id": "TIME_PERIOD", "conceptIdentity": concept("TIME_PERIOD"),
                "localRepresentation": { "format": { "textType": "ObservationalTimePeriod" } } } },
        "attributeList": { "id": "AttributeDescriptor", "attributes": attributes },
        "measureList": { "id": "MeasureDescriptor", "measures": [{ "id": "OBS_VALUE", "usage": "mandatory",
            "conceptIdentity": concept("OBS_VALUE"), "localRepresentation": { "format": text("OBS_VALUE") } }] },
    });
    let meta = json!({
            "schema": "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message/tools/schemas/2.0.0/sdmx-json-structure-schema.json",
            "id": "SOCAI", "prepared": "2000-01-01T00:00:00Z", "test": false, "contentLanguages": ["vi", "en"],
            "sender": { "id": AGENCY },
    });
    let data = json!({
            "codelists": lists,
            "conceptSchemes": [with(artefact("CONCEPTS", "Concepts"), "concepts", json!(concepts))],
            "dataStructures": [with(artefact("DSD_FIGURES", "Figures"), "dataStructureComponents", components)],
            "dataflows": [with(artefact(FLOW, "Figures"), "structure", json!(urn("DataStructure", "datastructure", "DSD_FIGURES")))],
    });
    // Readers look for the schema's name in the first lines.
    writeln!(out, "{{\"meta\":{meta},\n\"data\":{data}}}")?;
    Ok(out.flush()?)
}

fn code_list(names: &Names, list: &str) -> Value {
    let of_list = list.to_ascii_lowercase();
    let records = names.records().iter().filter(|record| record.list == of_list);
    let mut codes: Vec<Value> = records
        .map(|record| {
            json!({ "id": id(&record.code), "name": record.name_en,
                "names": { "vi": record.name, "en": record.name_en } })
        })
        .collect();
    codes
        .push(json!({ "id": OPEN, "name": "Not stated", "names": { "vi": "Không rõ", "en": "Not stated" } }));
    json!({ "id": format!("CL_{list}"), "agencyID": AGENCY, "version": VERSION, "name": list,
        "names": { "en": list }, "isExternalReference": false, "codes": codes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_periods_are_as_sdmx_admits_them() {
        assert_eq!(id("VN63:36"), "VN63_36");
        assert_eq!(id("t/năm"), "t_PER_n_U0103m");
        assert_eq!(time("2013/2020".parse().unwrap()), "2013-01-01/P8Y");
        assert_eq!(time("2017-S1".parse().unwrap()), "2017-S1");
    }
}
