//! `socai run`: watches the inbox until stopped.

use std::sync::Arc;
use std::thread::JoinHandle;

use tracing_subscriber::filter::LevelFilter;

use super::context::Context;
use super::{logs, stores, web};
use crate::config::Config;
use crate::error::Failure;
use crate::runtime::{self, Shutdown};
use crate::stage::rules::RulePack;

/// Watch the inbox, and turn every report that comes into figures
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai run                        until Ctrl-C: once to finish what is at work, twice to stop at once
  socai run --once                 take in what lies in the inbox, and end
  socai run --data-dir /srv/socai  keep log, ledgers and inbox there")]
pub struct Args {
    /// Take in what lies in the inbox, and end; exit code 1 where a file was refused or failed
    #[arg(long)]
    once: bool,
    /// Print what was done as one JSON object at the end
    #[arg(long)]
    json: bool,
}

/// Runs until stopped.
///
/// # Errors
/// Wrong settings or rules; another program holds the data directory; what stopped the work.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let rules = stores::rules(&config)?;
    logs::start(&config, context, LevelFilter::INFO)?;
    let mut options = config.options();
    options.once = args.once;
    let data_dir = config.data_dir.display();
    if !args.once {
        context.say(&format!(
            "watching {inbox} (Ctrl-C to stop)\n\
             \x20 drop reports in:    cp tests/fixtures/*.txt {inbox}/\n\
             \x20 look from another terminal, with --data-dir {data_dir}:\n\
             \x20   socai status            what is there\n\
             \x20   socai export figures    every figure with the words it came from\n\
             \x20   socai tail -f           the structured log, in {log}",
            inbox = options.inbox.display(),
            log = config.log_dir().display(),
        ));
    }
    let shutdown = Shutdown::new();
    let page =
        if config.web.enabled && !args.once { beside(&config, &rules, &shutdown, context) } else { None };
    let ran = runtime::run(options, rules, &shutdown);
    shutdown.drain.cancel();
    if let Some(page) = page
        && page.join().is_err()
    {
        tracing::error!("the page's thread panicked; this is a bug");
    }
    let summary = ran?;
    if args.json {
        let mut out = context.out();
        super::context::json_line(&mut out, &summary)?;
        super::context::finish(out)?;
    }
    context.say(&format!(
        "{} received, {} seen again, {} refused, {} parked, {} failed",
        summary.received, summary.seen_again, summary.refused, summary.parked, summary.failed
    ));
    if args.once && summary.refused + summary.parked + summary.failed > 0 {
        return Err(Failure::found());
    }
    Ok(())
}

/// Starts the page on its own thread; one that cannot be served is told and stops nothing.
fn beside(
    config: &Config,
    rules: &Arc<RulePack>,
    shutdown: &Shutdown,
    context: &Context,
) -> Option<JoinHandle<()>> {
    let site = Arc::new(web::site(config, rules.clone()).with_retries());
    let heard = context.clone();
    let told = context.clone();
    let thread = web::beside(
        site,
        config.web.port,
        shutdown.drain.clone(),
        move |address| heard.say(&format!("the page: http://{address}/")),
        move |failure| {
            tracing::warn!(%failure, "no page");
            told.say(&format!("no page: {failure}"));
        },
    );
    match thread {
        Ok(thread) => Some(thread),
        Err(error) => {
            context.say(&format!("no page: cannot start its thread: {error}"));
            None
        }
    }
}
