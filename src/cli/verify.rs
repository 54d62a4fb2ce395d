//! `socai verify`: walks the digest chain of the event log.

use std::io::Write as _;

use super::context::{Context, finish, json_line};
use super::stores;
use crate::error::Failure;

/// Check that no event was changed, removed, reordered or cut off
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  socai verify && echo sound\n\nExit code 1 where the log is damaged; the position is named."
)]
pub struct Args {
    /// First position to check
    #[arg(long, value_name = "POSITION", default_value_t = 1)]
    from: u64,
    /// Last position to check [default: the head]
    #[arg(long, value_name = "POSITION")]
    to: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Walks the chain.
///
/// # Errors
/// Exit code 1 where damage was found.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let to = args.to.unwrap_or(u64::MAX);
    if args.from > to {
        return Err(Failure::usage(format!("--from {} lies after --to {to}", args.from)));
    }
    let config = context.settings()?.config;
    let log = stores::log(&config)?;
    // The structured log has the head that was last written down: a log that ends before it was cut.
    let expected = args.to.is_none().then(|| super::logs::last_head(&config.log_dir())).flatten();
    let began = std::time::Instant::now();
    let answer = log.verify(args.from..=to, expected)?;
    let mut out = context.out();
    match &answer {
        Ok(sound) if args.json => json_line(
            &mut out,
            &serde_json::json!({"sound": true, "events": sound.events, "blobs": sound.blobs,
                "let_go": sound.let_go,
                "head": sound.head.0, "digest": sound.link}),
        )?,
        Ok(sound) => {
            let rate = sound.events as f64 / began.elapsed().as_secs_f64().max(1e-9);
            writeln!(
                out,
                "sound: {} events and {} blobs to position {}, digest {} ({rate:.0} events/s)",
                sound.events,
                sound.blobs,
                sound.head.0,
                sound.link.short(16)
            )?;
            if sound.let_go > 0 {
                writeln!(
                    out,
                    "of {} only the headers are kept: `socai compact` let their generation go",
                    sound.let_go
                )?;
            }
        }
        Err(damage) if args.json => json_line(
            &mut out,
            &serde_json::json!({"sound": false, "position": damage.position.0, "what": damage.what}),
        )?,
        Err(damage) => {
            writeln!(out, "damaged at position {}: {}", damage.position.0, damage.what)?;
            context.say("every event before that position is as it was written; restore a backup, or export what is left");
        }
    }
    finish(out)?;
    if answer.is_err() { Err(Failure::found()) } else { Ok(()) }
}
