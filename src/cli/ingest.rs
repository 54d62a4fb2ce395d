//! `socai ingest`: takes given files in and waits for their figures.

use std::path::PathBuf;

use indicatif::ProgressBar;
use tracing_subscriber::filter::LevelFilter;

use super::context::{Context, bar_style, finish, json_line};
use super::{logs, stores, tail};
use crate::error::Failure;
use crate::runtime::ingest::{Source, ingest};
use crate::runtime::{FileResult, Outcome, Shutdown};

/// Take given files and folders in, and wait until the ledger holds their figures
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai ingest reports/ extra.txt
  curl -s https://example.org/report.txt | socai ingest -
  socai --data-dir /tmp/one ingest report.txt && socai --data-dir /tmp/one export figures

A daemon that holds the data directory is handed the files. Exit code 1 where a file was refused,
parked or could not be read.")]
pub struct Args {
    /// Files and folders; - is standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print one JSON object a file
    #[arg(long)]
    json: bool,
}

/// Takes them in.
///
/// # Errors
/// Wrong settings or rules; what stopped the work; exit code 1 where a file was not taken in.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let rules = stores::rules(&config)?;
    let options = config.options();
    let sources = Source::find(&args.paths, &options.ignore)?;
    logs::start(&config, context, LevelFilter::WARN)?;
    let bar = bar(context, sources.len() as u64);
    let (mut out, mut broken) = (context.out(), None);
    let summary = ingest(options, rules, sources, &Shutdown::new(), |result| {
        bar.inc(1);
        // The work goes on when nobody reads its results any more.
        if broken.is_none() {
            broken = bar.suspend(|| print(&mut out, result, args.json)).err();
        }
    })?;
    bar.finish_and_clear();
    match broken {
        Some(failure) if !failure.is_silent() => return Err(failure),
        Some(_) => {}
        None => finish(out)?,
    }
    context.say(&format!(
        "{} received, {} seen again, {} refused, {} parked, {} failed",
        summary.received, summary.seen_again, summary.refused, summary.parked, summary.failed
    ));
    if summary.refused + summary.parked + summary.failed > 0 { Err(Failure::found()) } else { Ok(()) }
}

fn bar(context: &Context, files: u64) -> ProgressBar {
    if !context.progress() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(files);
    bar.set_style(bar_style("files"));
    bar
}

fn print(out: &mut impl std::io::Write, result: &FileResult, json: bool) -> Result<(), Failure> {
    if json {
        json_line(out, result)?;
    } else {
        let what = match &result.outcome {
            Outcome::Received { document, figures } => format!("{}  {figures} figures", document.short(12)),
            Outcome::SeenAgain { document } => format!("{}  seen before", document.short(12)),
            Outcome::Refused { document, message, .. } => {
                format!("{}  refused: {message}", document.short(12))
            }
            Outcome::Parked { document, stage, message } => {
                format!("{}  parked by {stage}: {message}", document.short(12))
            }
            Outcome::Dropped { document } => {
                format!("{}  set aside; `socai quarantine retry` takes it up again", document.short(12))
            }
            Outcome::Failed { message } => format!("failed: {message}"),
        };
        writeln!(out, "{}", tail::harmless(&format!("{}  {what}", result.path.display())))?;
    }
    Ok(out.flush()?)
}
