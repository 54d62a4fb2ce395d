//! `socai status`: what is there, what is at work, what is parked.

use std::io::Write as _;

use super::context::{Context, finish, json_line};
use super::{moment, stores, tail};
use crate::error::Failure;

/// Say what is there, what is at work and what is parked
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  socai status\n  socai status --documents\n  socai status --json | jq .ledger.figures"
)]
pub struct Args {
    /// List every document
    #[arg(long)]
    documents: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Prints the status.
///
/// # Errors
/// What log and ledger say.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let log = stores::log(&config)?;
    let ledger = stores::ledger(&config)?;
    let (head, counts) = (log.head()?, ledger.counts()?);
    let documents = if args.documents { ledger.documents()? } else { Vec::new() };
    let mut out = context.out();
    if args.json {
        let mut value = serde_json::json!({
            "data_dir": config.data_dir, "inbox": config.inbox_path(), "head": head.0,
            "behind": head.0.saturating_sub(counts.checkpoint), "ledger": counts,
        });
        if args.documents {
            value["documents"] = serde_json::to_value(&documents)?;
        }
        json_line(&mut out, &value)?;
        return finish(out);
    }
    let behind = match head.0.saturating_sub(counts.checkpoint) {
        0 => "the ledger has them all".to_owned(),
        some => format!("the ledger lacks the last {some}"),
    };
    writeln!(out, "inbox       {}", config.inbox_path().display())?;
    writeln!(out, "event log   {} events in {}; {behind}", head.0, config.event_log_path().display())?;
    writeln!(out, "generation  {}", counts.generation)?;
    writeln!(
        out,
        "documents   {} received, {} copies seen again, {} refused, {} parked",
        counts.documents, counts.copies, counts.refused, counts.parked
    )?;
    writeln!(
        out,
        "stages      {} cleaned, {} segmented, {} extracted, {} reconciled",
        counts.cleaned, counts.segmented, counts.extracted, counts.reconciled
    )?;
    writeln!(
        out,
        "figures     {} ({} mentions, {} derived)",
        counts.figures, counts.mentions, counts.derived
    )?;
    writeln!(out, "findings    {}, of which {} conflict", counts.findings, counts.conflicts)?;
    for row in documents {
        writeln!(
            out,
            "{}  {}  {:>4} figures  {:>2} conflicts  {}{}",
            row.document.short(12),
            moment::show_micros(row.received_at),
            row.figures,
            row.conflicts,
            tail::harmless(&row.source),
            if row.done { "" } else { "  (at work)" }
        )?;
    }
    finish(out)
}
