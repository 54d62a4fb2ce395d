//! `socai generations`: which generations there are, of which stages and rules, and which one is active.

use std::io::Write as _;

use serde::Serialize;

use super::context::{Context, finish, json_line};
use super::{moment, stores};
use crate::error::Failure;
use crate::event_log::{Generation, Generations};
use crate::ledger::{LedgerReader, ledger_path};
use crate::stage::plan::Stage;

/// List the generations, and say which one readers see
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai generations
  socai generations --json | jq 'select(.active)'

`socai replay` makes one, `socai diff N M` compares two, `socai activate N` and `socai rollback` choose.")]
pub struct Args {
    /// Print one JSON object a generation
    #[arg(long)]
    json: bool,
}

/// A generation as it is listed.
#[derive(Debug, Serialize)]
struct Row<'a> {
    generation: u64,
    active: bool,
    let_go: bool,
    started_at: String,
    reason: &'a str,
    /// Each stage's version; 0 where it was not recorded.
    versions: [u32; 4],
    /// The stages that are not those of the generation before.
    changed: Vec<&'static str>,
    activated_at: Vec<String>,
    /// Absent where the ledger's file is not there.
    figures: Option<u64>,
    findings: Option<u64>,
    documents: Option<u64>,
    /// Of these documents, those that it has read or given up.
    done: Option<u64>,
}

/// Lists them.
///
/// # Errors
/// What log and ledgers say.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let generations = Generations::read(&stores::log(&config)?)?;
    let mut out = context.out();
    let mut before: Option<&Generation> = None;
    for generation in generations.all() {
        let ledger = LedgerReader::open(&ledger_path(&config.data_dir, generation.number)).ok();
        let counts = ledger.and_then(|ledger| ledger.counts().ok());
        let row = Row {
            generation: generation.number,
            active: generations.active() == Some(generation.number),
            let_go: generation.let_go,
            started_at: generation.started_at.to_string(),
            reason: &generation.reason,
            versions: generation.versions,
            changed: before.map_or_else(Vec::new, |before| changed(before, generation)),
            activated_at: generation.activated.iter().map(|(_, at)| at.to_string()).collect(),
            figures: counts.as_ref().map(|counts| counts.figures),
            findings: counts.as_ref().map(|counts| counts.findings),
            documents: counts.as_ref().map(|counts| counts.documents),
            done: counts.as_ref().map(|counts| counts.reconciled + counts.parked),
        };
        before = Some(generation);
        if args.json {
            json_line(&mut out, &row)?;
            continue;
        }
        let holds = match &counts {
            // Made of some documents alone, or gone on with by nobody.
            Some(counts) if counts.reconciled + counts.parked < counts.documents && !generation.let_go => {
                format!(
                    "{} figures, {} findings of {} of {} documents",
                    counts.figures,
                    counts.findings,
                    counts.reconciled + counts.parked,
                    counts.documents
                )
            }
            Some(counts) => format!("{} figures, {} findings", counts.figures, counts.findings),
            None if generation.let_go => "nothing kept".to_owned(),
            None => "no ledger (`socai activate` makes it)".to_owned(),
        };
        let seen = if row.active {
            "active"
        } else if generation.let_go {
            "let go"
        } else if generation.activated.is_empty() {
            "never active"
        } else {
            "was active"
        };
        writeln!(
            out,
            "{:>3}  {seen:<12}  {}  {holds}  {}{}",
            generation.number,
            moment::show(generation.started_at),
            generation.reason,
            match row.changed.as_slice() {
                [] => String::new(),
                changed => format!(" (other {})", changed.join(", ")),
            }
        )?;
    }
    finish(out)
}

fn changed(before: &Generation, after: &Generation) -> Vec<&'static str> {
    let (Some(before), Some(after)) = (before.stages, after.stages) else { return Vec::new() };
    let differs = |stage: &Stage| before.of(*stage) != after.of(*stage);
    Stage::ALL.into_iter().filter(differs).map(Stage::name).collect()
}
