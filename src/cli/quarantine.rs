//! `socai quarantine`: files that were refused and documents that a stage gave up.

use super::context::{Context, finish, json_line};
use super::{logs, stores, tail};
use crate::error::Failure;
use crate::ledger::{LedgerReader, RefusedRow, SetAsideRow, TroubleRow};
use crate::model::Digest;
use crate::runtime::quarantine::{Decision, decide};
use crate::runtime::{Outcome, Shutdown};
use tracing_subscriber::filter::LevelFilter;

/// List what was refused or parked; try it again, or set it aside
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai quarantine ls
  socai quarantine show 3fa2
  socai quarantine retry report.txt
  socai quarantine drop 3fa2 77c0

Nothing here is deleted: a refused file stays where it lies, and a document set aside stays in the
log (`ls --all` lists it, `retry` takes it up again). A parked document is taken up again by itself
when the stage that gave it up, its rules or its settings change. A file that was refused before
its bytes were stored is retried where it lies in the inbox, or by `socai ingest FILE`.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List all
    Ls {
        /// What was set aside, too
        #[arg(long)]
        all: bool,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show one with its whole message
    Show {
        /// The beginning of its digest, or its file name
        document: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Try documents once more
    Retry(Named),
    /// Set documents aside: nothing is tried any more
    Drop(Named),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// The beginning of a digest, or a file name
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    documents: Vec<String>,
    /// Everything in quarantine
    #[arg(long)]
    all: bool,
    /// Print one JSON object a document
    #[arg(long)]
    json: bool,
}

enum Row {
    Refused(RefusedRow),
    Trouble(TroubleRow, String),
    SetAside(SetAsideRow),
}

/// Lists, shows, retries or drops.
///
/// # Errors
/// What the ledger says; no such entry; what stopped the work.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    match args.what {
        What::Ls { all, json } => list(context, all, json),
        What::Show { document, json } => show(context, &document, json),
        What::Retry(named) => perform(context, named, Decision::Retry),
        What::Drop(named) => perform(context, named, Decision::Drop),
    }
}

fn list(context: &Context, all: bool, json: bool) -> Result<(), Failure> {
    let rows = rows(&stores::ledger(&context.settings()?.config)?)?;
    let rows = rows.into_iter().filter(|row| all || !matches!(row, Row::SetAside(_))).collect::<Vec<_>>();
    if rows.is_empty() {
        context.say("nothing was refused and nothing is parked");
    }
    let mut out = context.out();
    for row in &rows {
        row.print(&mut out, json, false)?;
    }
    finish(out)
}

fn show(context: &Context, name: &str, json: bool) -> Result<(), Failure> {
    let rows = rows(&stores::ledger(&context.settings()?.config)?)?;
    let mut out = context.out();
    for row in named(&rows, name)? {
        row.print(&mut out, json, true)?;
    }
    finish(out)
}

fn perform(context: &Context, args: Named, decision: Decision) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let rules = stores::rules(&config)?;
    let rows = rows(&stores::ledger(&config)?)?;
    let mut chosen: Vec<(Digest, String)> = Vec::new();
    let in_quarantine = rows.iter().filter(|row| !matches!(row, Row::SetAside(_)));
    let wanted = match args.all {
        true => in_quarantine.collect(),
        false => {
            let mut wanted = Vec::new();
            for name in &args.documents {
                wanted.extend(named(&rows, name)?);
            }
            wanted
        }
    };
    for row in wanted {
        let (digest, source) = row.name();
        if !chosen.iter().any(|(known, _)| *known == digest) {
            chosen.push((digest, source.to_owned()));
        }
    }
    if chosen.is_empty() {
        context.say("nothing was refused and nothing is parked");
        return Ok(());
    }
    logs::start(&config, context, LevelFilter::WARN)?;
    let documents: Vec<Digest> = chosen.iter().map(|(digest, _)| *digest).collect();
    let (mut out, mut broken, mut failed) = (context.out(), None, false);
    decide(config.options(), rules, &documents, decision, &Shutdown::new(), |document, outcome| {
        failed |= !outcome.is_success();
        let source = chosen.iter().find(|(digest, _)| *digest == document).map_or("", |(_, source)| source);
        if broken.is_none() {
            broken = told(&mut out, document, source, outcome, args.json).err();
        }
    })?;
    match broken {
        Some(failure) if !failure.is_silent() => return Err(failure),
        Some(_) => {}
        None => finish(out)?,
    }
    if failed { Err(Failure::found()) } else { Ok(()) }
}

fn told(
    out: &mut impl std::io::Write,
    document: Digest,
    source: &str,
    outcome: &Outcome,
    json: bool,
) -> Result<(), Failure> {
    if json {
        let mut value = serde_json::to_value(outcome)?;
        value["document"] = document.to_string().into();
        value["source"] = source.into();
        return json_line(out, &value);
    }
    let what = match outcome {
        Outcome::Received { figures, .. } => format!("{figures} figures"),
        Outcome::SeenAgain { .. } => "nothing to do: every stage answered".to_owned(),
        Outcome::Refused { message, .. } => format!("refused again: {message}"),
        Outcome::Parked { stage, message, .. } => format!("parked again by {stage}: {message}"),
        Outcome::Dropped { .. } => "set aside".to_owned(),
        Outcome::Failed { message } => format!("failed: {message}"),
    };
    writeln!(out, "{}", tail::harmless(&format!("{}  {source}  {what}", document.short(12))))?;
    Ok(())
}

/// Everything refused, failed, parked or set aside.
fn rows(ledger: &LedgerReader) -> Result<Vec<Row>, Failure> {
    let documents = ledger.documents()?;
    let name_of = |row: &TroubleRow| {
        let found = documents.iter().find(|document| document.document == row.document);
        found.map_or_else(String::new, |document| document.source.clone())
    };
    let mut rows: Vec<Row> = ledger.refused()?.into_iter().map(Row::Refused).collect();
    rows.extend(ledger.troubles()?.into_iter().map(|row| {
        let name = name_of(&row);
        Row::Trouble(row, name)
    }));
    rows.extend(ledger.set_aside()?.into_iter().map(Row::SetAside));
    Ok(rows)
}

fn named<'r>(rows: &'r [Row], name: &str) -> Result<Vec<&'r Row>, Failure> {
    let found: Vec<&Row> = rows.iter().filter(|row| row.is_named(name)).collect();
    if found.is_empty() {
        return Err(Failure::usage(format!("nothing in quarantine is named {name:?}"))
            .next("`socai quarantine ls --all` lists what is"));
    }
    Ok(found)
}

impl Row {
    fn name(&self) -> (Digest, &str) {
        match self {
            Self::Refused(row) => (row.document, &row.source),
            Self::Trouble(row, source) => (row.document, source),
            Self::SetAside(row) => (row.document, &row.source),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        let (digest, source) = self.name();
        source == name || (name.len() >= 4 && digest.to_string().starts_with(&name.to_lowercase()))
    }

    fn state(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Trouble(row, _) if row.parked => "parked",
            Self::Trouble(..) => "failed",
            Self::SetAside(_) => "dropped",
        }
    }

    fn print(&self, out: &mut impl std::io::Write, json: bool, whole: bool) -> Result<(), Failure> {
        let (digest, source) = self.name();
        if json {
            let mut value = match self {
                Self::Refused(row) => serde_json::to_value(row)?,
                Self::Trouble(row, _) => serde_json::to_value(row)?,
                Self::SetAside(row) => serde_json::to_value(row)?,
            };
            value["source"] = source.into();
            value["state"] = self.state().into();
            return json_line(out, &value);
        }
        let (what, message) = match self {
            Self::Refused(row) => (row.reason.clone(), row.message.as_str()),
            Self::Trouble(row, _) => {
                (format!("{} ({}, {} tries)", row.stage, row.reason, row.attempts), row.message.as_str())
            }
            Self::SetAside(_) => ("set aside".to_owned(), "`socai quarantine retry` takes it up again"),
        };
        let message = if whole { message.to_owned() } else { message.chars().take(100).collect() };
        let line = format!("{:<8} {}  {source}  {what}: {message}", self.state(), digest.short(12));
        writeln!(out, "{}", tail::harmless(&line))?;
        Ok(())
    }
}
