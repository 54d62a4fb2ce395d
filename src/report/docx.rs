//! The report as a Word document.

use std::io::{Seek, Write};

use docx_rs::{Docx, Paragraph, Run, RunFonts, Shading, Style, StyleType, Table, TableCell, TableRow};

use super::{Line, Report};
use crate::export::ExportError;

/// A font that has every Vietnamese letter wherever Word runs.
const FONT: &str = "Times New Roman";

/// Writes the report.
///
/// # Errors
/// As writing has them.
pub fn write(report: &Report, out: impl Write + Seek) -> Result<(), ExportError> {
    let lang = report.lang;
    let mut document = Docx::new()
        .default_fonts(RunFonts::new().ascii(FONT).hi_ansi(FONT).cs(FONT).east_asia(FONT))
        .default_size(22)
        .add_style(Style::new("Title1", StyleType::Paragraph).name("Title 1").size(36).bold())
        .add_style(
            Style::new("Heading1", StyleType::Paragraph).name("heading 1").size(28).bold().outline_lvl(0),
        )
        .add_paragraph(plain(&report.title).style("Title1"))
        .add_paragraph(plain(&report.summary))
        .add_paragraph(plain(lang.t("Mâu thuẫn", "Contradictions")).style("Heading1"));
    if report.conflicts.is_empty() {
        document = document.add_paragraph(plain(lang.t("Không có.", "None.")));
    }
    for (at, conflict) in (1..).zip(&report.conflicts) {
        let head = Run::new().add_text(format!("{at}. {}", conflict.explanation)).bold();
        document = document.add_paragraph(Paragraph::new().add_run(head).keep_next(true));
        for (parts, number) in &conflict.sentences {
            let mut sentence = Paragraph::new().indent(Some(400), None, None, None);
            for part in parts {
                let run = Run::new().add_text(&part.words);
                sentence =
                    sentence.add_run(if part.is_figure { run.bold().highlight("yellow") } else { run });
            }
            document = document.add_paragraph(sentence.add_run(Run::new().add_text(format!(" [{number}]"))));
        }
        if !conflict.suspects.is_empty() {
            let look = lang.t("Nên kiểm tra: ", "Look at: ");
            document = document.add_paragraph(plain(&format!("{look}{}", conflict.suspects.join("; "))));
        }
    }
    document = document
        .add_paragraph(plain(lang.t("Số liệu", "Figures")).style("Heading1"))
        .add_table(table(report));
    if let Some(more) = report.unlisted_words() {
        document = document.add_paragraph(plain(&more));
    }
    document = document.add_paragraph(plain(lang.t("Nguồn", "Sources")).style("Heading1"));
    for (at, origin) in (1..).zip(&report.sources) {
        document =
            document.add_paragraph(plain(&format!("[{at}] {} (blake3 {})", origin.file, origin.digest)));
    }
    document
        .build()
        .pack(out)
        .map_err(|error| ExportError::Format { format: "DOCX", what: error.to_string() })
}

fn plain(text: &str) -> Paragraph {
    Paragraph::new().add_run(Run::new().add_text(text))
}

fn table(report: &Report) -> Table {
    let head = report.heads().map(|head| {
        let run = Run::new().add_text(head).bold().size(20);
        TableCell::new().shading(Shading::new().fill("E8EDF2")).add_paragraph(Paragraph::new().add_run(run))
    });
    let mut rows = vec![TableRow::new(head.into())];
    rows.extend(report.figures.iter().map(row));
    // In twentieths of a point: the width of an upright A4 page between its margins.
    Table::new(rows).set_grid(vec![2500, 1500, 1300, 1300, 1000, 1100, 700])
}

fn row(line: &Line) -> TableRow {
    let number = format!("[{}]", line.source);
    let cells = [&line.what, &line.value, &line.area, &line.period, &line.aspect, &line.verdict, &number];
    let cell = |text: &String| {
        let run = Run::new().add_text(text).size(20);
        TableCell::new().add_paragraph(Paragraph::new().add_run(run))
    };
    TableRow::new(cells.map(cell).into()).cant_split()
}
