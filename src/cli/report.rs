//! `socai report`: figures, contradictions and sources as a page, a Word document or a PDF.

use std::path::PathBuf;

use super::context::Context;
use super::selection::Asked;
use super::{export, stores};
use crate::error::Failure;
use crate::export::{Source, Texts};
use crate::ledger::catalogue::Catalogue;
use crate::report::{self, PdfError};
use crate::wording::{Lang, Names};

/// Write a report to send on: the figures, the contradictions with their sentences, the sources
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai report -o khuyen-cong.html
  socai report --area \"nam dinh\" --year 2023 -o nam-dinh-2023.docx
  socai report --year 2022 -o nam-2022.pdf        printed by Chromium, Chrome or Edge where one is installed")]
pub struct Args {
    #[command(flatten)]
    asked: Asked,
    /// The file; its ending says what it is: .html, .docx or .pdf
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// In English
    #[arg(long)]
    english: bool,
}

impl From<PdfError> for Failure {
    fn from(error: PdfError) -> Self {
        let failure = Self::unavailable(error.to_string());
        match error {
            PdfError::Io(_) => failure,
            _ => failure.next(
                "write .html and print it from any browser, or .docx; Debian: apt-get install chromium",
            ),
        }
    }
}

/// Writes the report.
///
/// # Errors
/// An ending that is none of the three; names that no list knows; no browser for a PDF; what the ledger
/// says.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let ending =
        args.output.extension().and_then(|ending| ending.to_str()).unwrap_or("").to_ascii_lowercase();
    if !matches!(ending.as_str(), "html" | "docx" | "pdf") {
        return Err(Failure::usage(format!("{} is no .html, .docx or .pdf", args.output.display()))
            .next("the file's ending says what is written"));
    }
    let names = Names::new(&*stores::rules(&config)?);
    let (log, ledger) = (stores::log(&config)?, stores::ledger(&config)?);
    ledger.hold()?;
    let lang = if args.english { Lang::En } else { Lang::Vi };
    let catalogue = Catalogue::read(&ledger)?;
    let filter = args.asked.filter(&names, &ledger, &catalogue)?;
    let source = Source { ledger: &ledger, texts: Texts::new(&log), names: &names, lang };
    let report = report::gather(&source, &catalogue, &filter, &args.asked.in_words())?;
    if ending == "pdf" {
        let path = std::env::var_os("PATH").unwrap_or_default();
        report::pdf(&report::html(&report), &args.output, &path)?;
    } else {
        let mut bytes = std::io::Cursor::new(Vec::new());
        if ending == "docx" {
            report::docx(&report, &mut bytes)?;
        } else {
            bytes.get_mut().extend_from_slice(report::html(&report).as_bytes());
        }
        export::to(Some(&args.output), |out| Ok(out.write_all(bytes.get_ref())?))?;
    }
    context.say(&format!("{} {}", args.output.display(), report.summary));
    Ok(())
}
