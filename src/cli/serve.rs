//! `socai serve`: the page over what is there, read only.

use std::sync::Arc;

use super::context::Context;
use super::{stores, web};
use crate::error::Failure;

/// Serve the page of what is there, without watching for more
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai serve                    http://127.0.0.1:8470/ until Ctrl-C
  socai serve --port 0           on any free port; the address is printed
  socai serve --data-dir /srv/socai")]
pub struct Args {
    /// The port of the loopback address, 0 for a free one [default: web.port]
    #[arg(long)]
    port: Option<u16>,
}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// Wrong settings or rules; the port is taken.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let site = Arc::new(web::site(&config, stores::rules(&config)?));
    let stop = tokio_util::sync::CancellationToken::new();
    web::serve(site, args.port.unwrap_or(config.web.port), &stop, true, |address| {
        context.say(&format!("the page: http://{address}/ (Ctrl-C to stop)"));
    })
}
