//! A report that can be sent on: the figures of an area and a year, what contradicts with the sentences it
//! stands in, and the documents it all comes from; as a page, a Word document or a PDF.
//!
//! [`gather`] puts everything into words once; `html` and `docx` only lay it out, and `pdf` prints the page
//! with a browser that is installed.

mod docx;
pub(crate) mod html;
mod pdf;

pub use docx::write as docx;
pub use html::page as html;
pub use pdf::{PdfError, print as pdf};

use std::collections::BTreeMap;

use crate::export::{ExportError, Source};
use crate::ledger::catalogue::{Catalogue, Filter, severity};
use crate::ledger::views::FigureRow;
use crate::model::Digest;
use crate::model::figure::Measure;
use crate::model::finding::{Finding, Suspect, Verdict};
use crate::wording::lang::sign;
use crate::wording::{Lang, numbers, visible};

/// Figures in one report; the rest is counted and left to a spreadsheet.
pub const FIGURES: usize = 1_000;

/// Suspects of one contradiction that are named: beyond the likeliest few a reader looks at every number.
const SUSPECTS: usize = 3;

/// A report in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its language.
    pub lang: Lang,
    /// Its title.
    pub title: String,
    /// What it covers, in a sentence.
    pub summary: String,
    /// The figures, in the order of indicators, areas and periods.
    pub figures: Vec<Line>,
    /// How many figures fit and are not listed.
    pub unlisted: usize,
    /// The conflicts.
    pub conflicts: Vec<Conflict>,
    /// The documents, in the order of their numbers from 1.
    pub sources: Vec<Origin>,
}

/// A figure in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What is measured.
    pub what: String,
    /// The value with its unit.
    pub value: String,
    /// As printed.
    pub quote: String,
    /// Where, when, and in what capacity; `–` where the text leaves it open.
    pub area: String,
    /// See [`Line::area`].
    pub period: String,
    /// See [`Line::area`].
    pub aspect: String,
    /// Sign and word of the verdict.
    pub verdict: String,
    /// The number of the document.
    pub source: usize,
}

/// A contradiction in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// One sentence that says what contradicts.
    pub explanation: String,
    /// The formula in the printed numbers.
    pub formula: String,
    /// The sentences: before, the figure, after, in turn; and the number of their document.
    pub sentences: Vec<(Vec<Part>, usize)>,
    /// What may be wrong, likeliest first.
    pub suspects: Vec<String>,
}

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The words.
    pub words: String,
    /// Whether they are a figure that takes part.
    pub is_figure: bool,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its file's name.
    pub file: String,
    /// blake3 of its bytes, hex.
    pub digest: String,
}

/// The documents by number, as they come up.
#[derive(Default)]
struct Sources {
    numbers: BTreeMap<Digest, usize>,
    list: Vec<Origin>,
}

impl Sources {
    fn number(&mut self, document: Digest, file: &str) -> usize {
        let next = self.list.len() + 1;
        let number = *self.numbers.entry(document).or_insert(next);
        if number == next {
            self.list.push(Origin { file: visible(file).into_owned(), digest: document.to_string() });
        }
        number
    }
}

/// Gathers the report of the figures that fit `filter`; `scope` names in words what was asked for.
///
/// # Errors
/// What ledger and log say.
pub fn gather(
    source: &Source<'_>,
    catalogue: &Catalogue,
    filter: &Filter,
    scope: &str,
) -> Result<Report, ExportError> {
    let lang = source.lang;
    let mut sources = Sources::default();
    let mut rows = Vec::new();
    let selection = catalogue.figures(filter).rows;
    for place in &selection {
        rows.extend(source.ledger.figure(catalogue.figure_id(*place))?.map(|row| (*place, row)));
    }
    // What is on the list of indicators comes first, in the list's order.
    let order: BTreeMap<&str, usize> = (0..)
        .zip(source.names.records().iter().filter(|record| record.list == "indicator"))
        .map(|(at, record)| (record.code.as_str(), at))
        .collect();
    let key = |row: &FigureRow| {
        let figure = &row.figure;
        let listed = figure.indicator.as_ref().and_then(|code| order.get(code.as_str()).copied());
        (listed.unwrap_or(usize::MAX), figure.area.clone(), figure.period, figure.aspect, figure.measure)
    };
    rows.sort_by_cached_key(|(place, row)| (key(row), *place));
    let unlisted = rows.len().saturating_sub(FIGURES);
    let mut figures = Vec::new();
    for (place, row) in rows.iter().take(FIGURES) {
        let number = sources.number(row.document, &row.source);
        figures.push(line(source, row, catalogue.verdict_of(*place), number));
    }
    let mut of_conflicts = filter.clone();
    of_conflicts.facets[crate::ledger::catalogue::Facet::Verdict as usize] =
        vec![Verdict::Conflicts.code().to_owned()];
    let mut conflicts = Vec::new();
    for place in catalogue.findings(&of_conflicts, &[]).rows {
        if let Some(row) = source.ledger.finding(catalogue.finding_id(place))? {
            conflicts.push(conflict(source, &row.finding, &mut sources)?);
        }
    }
    let title = lang.t("Số liệu khuyến công", "Figures on industrial promotion");
    let title = if scope.is_empty() { title.to_owned() } else { format!("{title}: {}", visible(scope)) };
    let (count, documents) = (selection.len(), sources.list.len());
    let number = |count: usize| numbers::grouped(&count.to_string());
    let summary = match lang {
        Lang::Vi => format!(
            "{} số liệu từ {} tài liệu; {} mâu thuẫn cần kiểm tra lại.",
            number(count),
            number(documents),
            number(conflicts.len())
        ),
        Lang::En => {
            let some = |count: usize, one: &str| {
                format!("{} {one}{}", number(count), if count == 1 { "" } else { "s" })
            };
            format!(
                "{} of {}; {} to look at again.",
                some(count, "figure"),
                some(documents, "document"),
                some(conflicts.len(), "contradiction")
            )
        }
    };
    Ok(Report { lang, title, summary, figures, unlisted, conflicts, sources: sources.list })
}

fn line(source: &Source<'_>, row: &FigureRow, verdict: Option<Verdict>, number: usize) -> Line {
    let (lang, names, figure) = (source.lang, source.names, &row.figure);
    let unit = names.name(lang, "unit", figure.unit.as_str());
    let what = figure.indicator.as_ref().map(|code| names.name(lang, "indicator", code.as_str()).to_owned());
    let what = what.unwrap_or_else(|| visible(&figure.label).into_owned());
    let measure = names.name(lang, "measure", figure.measure.code()).to_lowercase();
    let open = || "–".to_owned();
    let worth_saying = verdict.filter(|verdict| severity(*verdict) >= severity(Verdict::Agrees));
    Line {
        what: if figure.measure == Measure::Value { what } else { format!("{what} ({measure})") },
        value: numbers::with_unit(&figure.value.to_string(), figure.unit.as_str(), unit),
        quote: visible(&figure.quote).into_owned(),
        area: figure.area.as_ref().map_or_else(open, |area| names.area(lang, area.as_str())),
        period: figure.period.map_or_else(open, |period| numbers::period(lang, &period.to_string())),
        aspect: figure
            .aspect
            .map_or_else(open, |aspect| names.name(lang, "aspect", aspect.code()).to_owned()),
        verdict: worth_saying
            .map_or_else(open, |verdict| format!("{} {}", sign(Some(verdict)), lang.verdict(Some(verdict)))),
        source: number,
    }
}

fn conflict(source: &Source<'_>, finding: &Finding, sources: &mut Sources) -> Result<Conflict, ExportError> {
    let lang = source.lang;
    let mut rows: Vec<FigureRow> = Vec::new();
    for operand in &finding.figures {
        rows.extend(source.ledger.figure(operand.id.as_str())?);
    }
    let suspects = finding.suspects.iter().take(SUSPECTS).map(|suspect| suspected(source, suspect, &rows));
    let suspects = suspects.collect();
    rows.sort_by_key(|row| (row.source.clone(), row.document, row.figure.sentence, row.figure.span));
    let mut sentences: Vec<(Vec<Part>, usize)> = Vec::new();
    for group in rows
        .chunk_by(|one, other| (one.document, one.figure.sentence) == (other.document, other.figure.sentence))
    {
        let Some(first) = group.first() else { continue };
        let number = sources.number(first.document, &first.source);
        let span = first.figure.sentence;
        let parts = source.texts.of(source.ledger, first.document, |text| {
            let mut parts = Vec::new();
            let mut at = span.start;
            let piece = |from: usize, to: usize, is_figure: bool| Part {
                words: visible(text.get(from..to).unwrap_or("")).replace(['\n', '\r', '\t'], " "),
                is_figure,
            };
            for figure in group.iter().map(|row| &row.figure).filter(|figure| span.contains(figure.span)) {
                if figure.span.start >= at {
                    parts.push(piece(at, figure.span.start, false));
                    parts.push(piece(figure.span.start, figure.span.end, true));
                    at = figure.span.end;
                }
            }
            parts.push(piece(at, span.end, false));
            parts
        })?;
        sentences.push((parts, number));
    }
    Ok(Conflict {
        explanation: visible(lang.sentence(&finding.explanation)).into_owned(),
        formula: visible(&finding.formula).into_owned(),
        sentences,
        suspects,
    })
}

/// Says which number may be wrong, and between what it would have to lie for the others to hold.
fn suspected(source: &Source<'_>, suspect: &Suspect, rows: &[FigureRow]) -> String {
    let lang = source.lang;
    let Some(row) = rows.iter().find(|row| row.figure.id == suspect.id) else {
        return suspect.id.as_str().to_owned();
    };
    let code = row.figure.unit.as_str();
    let unit = source.names.name(lang, "unit", code);
    let quote = visible(&row.figure.quote);
    let Some(implied) = &suspect.implied else { return quote.into_owned() };
    let implied = numbers::bounds(lang, implied, code, unit);
    format!("{quote} ({} {implied})", lang.t("các số khác cho", "the others give"))
}

impl Report {
    /// Returns the heads of the table of figures.
    fn heads(&self) -> [&'static str; 7] {
        let t = |vi, en| self.lang.t(vi, en);
        [
            t("Nội dung", "What"),
            t("Giá trị", "Value"),
            t("Địa bàn", "Area"),
            t("Kỳ", "Period"),
            t("Tính chất", "Aspect"),
            t("Kết luận", "Verdict"),
            t("Nguồn", "Source"),
        ]
    }

    /// Says how many figures are left out; `None` where all are listed.
    fn unlisted_words(&self) -> Option<String> {
        let more = self.lang.t(
            "số liệu nữa không in ở đây; lấy đủ bằng `socai export figures --format xlsx`",
            "more figures are not printed here; `socai export figures --format xlsx` has them all",
        );
        (self.unlisted > 0).then(|| format!("{} {more}.", numbers::grouped(&self.unlisted.to_string())))
    }
}
