//! Hand-made figures as the extractor would give them: a door for tests only.
//!
//! One figure a line by the record contract, where a list means that several answers are right (the
//! first is taken). The unit of the last printed digit is read from the quote.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use serde_json::Value;
use socai::model::figure::{Base, Figure, FigureId, Fund, Measure, Qualifier, UnitCode};
use socai::model::{Decimal, Digest, Span};
use socai::stage::rules::RulePack;
use socai::stage::{clean, extract, segment};

/// A document's file name, source text and figures.
pub(crate) type Document = (String, String, Vec<Figure>);

/// Reads the figures of `gold` and the texts that they stand in, in order of name.
pub(crate) fn documents(gold: &Path, texts: &Path) -> Result<Vec<Document>, Box<dyn Error>> {
    let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in std::fs::read_to_string(gold)?.lines() {
        let row: Value = serde_json::from_str(line)?;
        rows.entry(text(&row, "source").unwrap_or_default()).or_default().push(row);
    }
    let mut documents = Vec::new();
    for (name, rows) in rows {
        let source = std::fs::read_to_string(texts.join(&name))?;
        let document = Digest::of(source.as_bytes());
        let figures = rows.iter().filter_map(|row| figure(document, &source, row)).collect();
        documents.push((name, source, figures));
    }
    Ok(documents)
}

/// The figures that the extractor finds in the texts of a folder, in order of name.
pub(crate) fn extracted(texts: &Path) -> Result<Vec<Document>, Box<dyn Error>> {
    let rules = RulePack::builtin();
    let mut files =
        std::fs::read_dir(texts)?.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    files.sort();
    let mut documents = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(&file)?;
        let cleaned = clean::clean(&bytes)?;
        let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
        let found = extract::extract(Digest::of(&bytes), &cleaned.source, &cleaned.clean, &blocks, rules);
        documents.push((name, cleaned.source.clone(), found.figures));
    }
    Ok(documents)
}

/// The first right answer of a field.
fn first<'r>(row: &'r Value, field: &str) -> Option<&'r Value> {
    match row.get(field)? {
        Value::Array(several) => several.first(),
        one => Some(one),
    }
}

fn text(row: &Value, field: &str) -> Option<String> {
    first(row, field)?.as_str().map(str::to_owned)
}

fn figure(document: Digest, source: &str, row: &Value) -> Option<Figure> {
    let offset = |field: &str| row.get(field)?.as_u64().and_then(|at| usize::try_from(at).ok());
    let span = Span::new(offset("start")?, offset("end")?);
    let value: Decimal = text(row, "value").or_else(|| text(row, "low"))?.parse().ok()?;
    let unit = text(row, "unit").unwrap_or_else(|| "item".to_owned());
    let measure = measure(row, &unit);
    let quote = span.of(source).to_owned();
    Some(Figure {
        id: FigureId::of(document, span, measure),
        span,
        sentence: sentence(source, span),
        step: step(&quote, value, &unit),
        quote: quote.into(),
        indicator: text(row, "indicator").map(socai::model::figure::IndicatorCode::new),
        label: text(row, "label").unwrap_or_default(),
        measure,
        value,
        unit: UnitCode::new(unit),
        qualifier: text(row, "qualifier")
            .and_then(|code| Qualifier::from_code(&code))
            .unwrap_or(Qualifier::Eq),
        low: None,
        high: None,
        area: text(row, "area").map(socai::model::figure::AreaCode::new),
        period: text(row, "period").and_then(|period| period.parse().ok()),
        aspect: text(row, "aspect").and_then(|code| socai::model::figure::Aspect::from_code(&code)),
        fund: text(row, "fund").and_then(|code| Fund::from_code(&code)),
        base: first(row, "base").and_then(|base| serde_json::from_value::<Base>(base.clone()).ok()),
        rules: Vec::new(),
        origins: Default::default(),
    })
}

/// The first right measure; of several for a percentage, the one that is relative to something.
fn measure(row: &Value, unit: &str) -> Measure {
    let codes: Vec<&str> = match row.get("measure") {
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    };
    let measures: Vec<Measure> = codes.into_iter().filter_map(Measure::from_code).collect();
    let relative = measures.iter().find(|measure| unit == "percent" && **measure != Measure::Value);
    relative.or(measures.first()).copied().unwrap_or(Measure::Value)
}

/// The line's stretch between full stops around the figure.
fn sentence(source: &str, span: Span) -> Span {
    let before = source.get(..span.start).unwrap_or("");
    let start = [". ", "\n"].iter().filter_map(|mark| before.rfind(mark).map(|at| at + mark.len())).max();
    let after = source.get(span.end..).unwrap_or("");
    let end = [". ", "\n"].iter().filter_map(|mark| after.find(mark)).min();
    Span::new(start.unwrap_or(0), end.map_or(source.len(), |at| span.end + at))
}

/// One unit of the last printed digit: the value over the printed digits, as a power of ten.
fn step(quote: &str, value: Decimal, unit: &str) -> Decimal {
    let continuous = matches!(
        unit,
        "VND"
            | "USD"
            | "EUR"
            | "percent"
            | "percentage_point"
            | "ha"
            | "t"
            | "kWh"
            | "MW"
            | "m2"
            | "m3"
            | "km"
            | "kg"
            | "l"
    );
    let numeral: String =
        quote.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let decimals = numeral.split_once(',').map_or(0, |(_, part)| part.trim_end_matches(['.', ',']).len());
    let printed = numeral.replace('.', "").replace(',', ".");
    let Ok(printed) = printed.trim_end_matches('.').parse::<Decimal>() else {
        return if continuous { smallest(quote) } else { Decimal::ZERO };
    };
    if !continuous && decimals == 0 {
        return Decimal::ZERO;
    }
    // The scale word is the power of ten between the printed number and the value.
    let size = if value.is_negative() { value.negated().unwrap_or(value) } else { value };
    let power = (-3..=15).find(|power| printed.shift(*power) == Some(size)).unwrap_or(0);
    let least = i32::try_from(decimals).unwrap_or(0);
    Decimal::whole(1).shift(power - least).unwrap_or(Decimal::ZERO)
}

/// Number words and compound amounts: a unit of the last scale word.
fn smallest(quote: &str) -> Decimal {
    if quote.contains("triệu") { Decimal::whole(1_000_000) } else { Decimal::ZERO }
}
