//! The commands: one file each, with its arguments and what it does.
//!
//! To add a command, write its file with an `Args` (whose documentation is the help) and a
//! `run(Args, &Context) -> Result<(), Failure>`, name the file below, and add a line to `commands!`.
//! Records go to stdout, talk goes to stderr.

use std::ffi::OsString;
use std::io::Write as _;

use clap::{CommandFactory as _, Parser};

use crate::error::{Exit, Failure};

pub mod activate;
pub mod backup;
pub mod compact;
pub mod completions;
pub mod config;
pub mod context;
pub mod diff;
pub mod difference;
pub mod events;
pub mod explain;
pub mod export;
pub mod findings;
pub mod generations;
pub mod history;
pub mod ingest;
pub mod log;
pub mod logs;
pub mod man;
pub mod moment;
pub mod quarantine;
pub mod query;
pub mod rebuild;
pub mod replay;
pub mod report;
pub mod restore;
pub mod rollback;
pub mod rules;
pub mod run;
pub mod selection;
pub mod serve;
pub mod show;
mod sql;
pub mod status;
pub mod stores;
pub mod tail;
pub mod verify;
mod web;

use context::{Context, Global};

const EXAMPLES: &str = "\
Examples:
  socai run                                   watch var/inbox until stopped, and serve the page
  socai ingest reports/                       take given files in and wait for their figures
  socai export figures > figures.jsonl        every figure with the words it came from
  socai export findings --format csv          every relation that arithmetic decides
  socai status                                what is there, what is at work, what is parked

Exit codes: 0 done; 1 ran and found problems; 2 wrong usage; 69 something is not available;
70 a fault of socai's own or a damaged log; 78 wrong configuration, nothing was started.";

/// Turns Vietnamese reports on industrial promotion into a ledger of figures, checked by arithmetic.
#[derive(Debug, Parser)]
#[command(name = "socai", version, after_help = EXAMPLES, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident => $module:ident,)+) => {
        #[derive(Debug, clap::Subcommand)]
        enum Command {
            $($(#[$doc])* $name($module::Args),)+
        }

        impl Command {
            fn run(self, context: &Context) -> Result<(), Failure> {
                match self {
                    $(Self::$name(args) => $module::run(args, context),)+
                }
            }
        }
    };
}

commands! {
    Run => run,
    Serve => serve,
    Ingest => ingest,
    Status => status,
    Tail => tail,
    Events => events,
    Show => show,
    Explain => explain,
    Query => query,
    History => history,
    Export => export,
    Report => report,
    Findings => findings,
    Verify => verify,
    Replay => replay,
    Diff => diff,
    Generations => generations,
    Activate => activate,
    Rollback => rollback,
    Rebuild => rebuild,
    Compact => compact,
    Backup => backup,
    Restore => restore,
    Log => log,
    Quarantine => quarantine,
    Rules => rules,
    Config => config,
    Completions => completions,
    Man => man,
}

/// Runs the program with its arguments, its own name first, and says how it ended.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing can be said where stderr is closed.
            let _unheard = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok };
        }
    };
    let context = Context::new(cli.global);
    match cli.command.run(&context) {
        Ok(()) => Exit::Ok,
        Err(failure) => {
            if !failure.is_silent() {
                let shown = failure.render(context.color_on_stderr());
                let _unheard = std::io::stderr().write_all(shown.as_bytes());
            }
            failure.exit()
        }
    }
}

/// Returns the whole command line's description, for completions and manual pages.
pub fn description() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::description().debug_assert();
    }
}
