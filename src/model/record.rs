//! The records that `socai export` promises, field by field and in this order (record contract 1, 2).

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::figure::{
    AreaCode, Aspect, Base, Figure, FigureId, Fund, IndicatorCode, Measure, Qualifier, UnitCode,
};
use super::finding::{
    Alternative, Bounds, Derived, Explanation, Finding, Operand, Relation, Suspect, Verdict,
};
use super::mention::{Mention, MentionClass};
use super::period::Period;
use super::{Decimal, Digest, Span};

/// One line of `socai export figures`; `socai export derived` has the same shape with `quote` null
/// and `from` set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the field names are the record contract's, documented at `Figure`")]
pub struct FigureRecord {
    pub id: FigureId,
    pub document: Option<Digest>,
    pub source: Option<String>,
    pub start: Option<usize>,
    pub end: Option<usize>,
    pub quote: Option<String>,
    pub sentence: Option<Span>,
    pub indicator: Option<IndicatorCode>,
    pub label: String,
    pub measure: Measure,
    pub value: Option<Decimal>,
    pub unit: UnitCode,
    pub qualifier: Option<Qualifier>,
    pub low: Option<String>,
    pub high: Option<String>,
    pub area: Option<AreaCode>,
    pub period: Option<Period>,
    pub aspect: Option<Aspect>,
    pub fund: Option<Fund>,
    pub base: Option<Base>,
    pub rules: Vec<CompactString>,
    pub generation: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Vec<FigureId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumptions: Option<Vec<String>>,
}

impl FigureRecord {
    /// Makes the record of a printed figure of `document`, first received as `source`.
    pub fn printed(document: Digest, source: &str, figure: &Figure, generation: u64) -> Self {
        let figure = figure.clone();
        Self {
            id: figure.id,
            document: Some(document),
            source: Some(source.to_owned()),
            start: Some(figure.span.start),
            end: Some(figure.span.end),
            quote: Some(figure.quote.into()),
            sentence: Some(figure.sentence),
            indicator: figure.indicator,
            label: figure.label,
            measure: figure.measure,
            value: Some(figure.value),
            unit: figure.unit,
            qualifier: Some(figure.qualifier),
            low: figure.low.map(|end| end.to_string()),
            high: figure.high.map(|end| end.to_string()),
            area: figure.area,
            period: figure.period,
            aspect: figure.aspect,
            fund: figure.fund,
            base: figure.base,
            rules: figure.rules,
            generation,
            from: None,
            formula: None,
            assumptions: None,
        }
    }

    /// Makes the record of a figure that nobody printed.
    pub fn derived(derived: &Derived, generation: u64) -> Self {
        let derived = derived.clone();
        Self {
            id: FigureId::new(derived.id),
            document: None,
            source: None,
            start: None,
            end: None,
            quote: None,
            sentence: None,
            indicator: derived.indicator,
            label: derived.label,
            measure: derived.measure,
            value: None,
            unit: derived.unit,
            qualifier: None,
            low: derived.low,
            high: derived.high,
            area: derived.area,
            period: derived.period,
            aspect: derived.aspect,
            fund: derived.fund,
            base: None,
            rules: derived.rules.into_iter().map(CompactString::from).collect(),
            generation,
            from: Some(derived.from),
            formula: Some(derived.formula),
            assumptions: Some(derived.assumptions),
        }
    }
}

/// One line of `socai export mentions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the field names are the record contract's, documented at `Mention`")]
pub struct MentionRecord {
    pub document: Digest,
    pub source: String,
    pub start: usize,
    pub end: usize,
    pub quote: String,
    pub class: MentionClass,
    pub value: String,
}

impl MentionRecord {
    /// Makes the record of a mention of `document`, first received as `source`, whose source text
    /// is `text`.
    pub fn new(document: Digest, source: &str, mention: &Mention, text: &str) -> Self {
        Self {
            document,
            source: source.to_owned(),
            start: mention.span.start,
            end: mention.span.end,
            quote: mention.span.of(text).to_owned(),
            class: mention.class,
            value: mention.value.to_string(),
        }
    }
}

/// One line of `socai export findings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the field names are the record contract's, documented at `Finding`")]
pub struct FindingRecord {
    pub id: String,
    pub verdict: Verdict,
    pub relation: Relation,
    pub figures: Vec<Operand>,
    pub formula: String,
    pub computed: Bounds,
    pub stated: Bounds,
    pub gap: String,
    pub suspects: Vec<Suspect>,
    pub documents: Vec<Digest>,
    pub explanation: Explanation,
    pub assumptions: Vec<String>,
    #[serde(default)]
    pub readings: Vec<Alternative>,
    pub rule: String,
    pub generation: u64,
}

impl FindingRecord {
    /// Makes the record of a finding.
    pub fn new(finding: &Finding, generation: u64) -> Self {
        let finding = finding.clone();
        Self {
            id: finding.id,
            verdict: finding.verdict,
            relation: finding.relation,
            figures: finding.figures,
            formula: finding.formula,
            computed: finding.computed,
            stated: finding.stated,
            gap: finding.gap,
            suspects: finding.suspects,
            documents: finding.documents,
            explanation: finding.explanation,
            assumptions: finding.assumptions,
            readings: finding.readings,
            rule: finding.rule,
            generation,
        }
    }
}
