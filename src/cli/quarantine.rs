//! `socai quarantine`: files that were refused and documents that a stage gave up.

use super::context::{Context, finish, json_line};
use super::{stores, tail};
use crate::error::Failure;
use crate::ledger::{RefusedRow, TroubleRow};

/// List what was refused or parked, with the reason
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai quarantine ls
  socai quarantine show 3fa2

Nothing here is deleted: a refused file stays where it lies, and is looked at again by
`socai ingest FILE` once the setting that refused it was changed. A parked document is taken up
again by itself when the stage that gave it up, its rules or its settings change.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List all
    Ls {
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
}

enum Row {
    Refused(RefusedRow),
    Trouble(TroubleRow, String),
}

/// Lists or shows.
///
/// # Errors
/// What the ledger says; no such entry.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let ledger = stores::ledger(&context.settings()?.config)?;
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
    let mut out = context.out();
    let (json, whole) = match &args.what {
        What::Ls { json } => (*json, false),
        What::Show { document, json } => {
            rows.retain(|row| row.is_named(document));
            if rows.is_empty() {
                return Err(Failure::usage(format!("nothing in quarantine is named {document:?}"))
                    .next("`socai quarantine ls` lists what is"));
            }
            (*json, true)
        }
    };
    if rows.is_empty() {
        context.say("nothing was refused and nothing is parked");
    }
    for row in &rows {
        row.print(&mut out, json, whole)?;
    }
    finish(out)
}

impl Row {
    fn is_named(&self, name: &str) -> bool {
        let (digest, source) = match self {
            Self::Refused(row) => (row.document, &row.source),
            Self::Trouble(row, source) => (row.document, source),
        };
        source == name || (name.len() >= 4 && digest.to_string().starts_with(&name.to_lowercase()))
    }

    fn print(&self, out: &mut impl std::io::Write, json: bool, whole: bool) -> Result<(), Failure> {
        let (state, digest, source, what, message) = match self {
            Self::Refused(row) if json => return json_line(out, &with_state(row, "refused")?),
            Self::Trouble(row, _) if json => {
                return json_line(out, &with_state(row, if row.parked { "parked" } else { "failed" })?);
            }
            Self::Refused(row) => ("refused", row.document, &row.source, row.reason.clone(), &row.message),
            Self::Trouble(row, source) => {
                let state = if row.parked { "parked" } else { "failed" };
                let what = format!("{} ({}, {} tries)", row.stage, row.reason, row.attempts);
                (state, row.document, source, what, &row.message)
            }
        };
        let message = if whole { message.clone() } else { message.chars().take(100).collect() };
        let line = format!("{:<8} {}  {source}  {what}: {message}", state, digest.short(12));
        writeln!(out, "{}", tail::harmless(&line))?;
        Ok(())
    }
}

fn with_state(row: &impl serde::Serialize, state: &str) -> Result<serde_json::Value, Failure> {
    let mut value = serde_json::to_value(row)?;
    value["state"] = state.into();
    Ok(value)
}
