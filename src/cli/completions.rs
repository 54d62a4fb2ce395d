//! `socai completions SHELL`: completions for the shell.

use super::context::{Context, finish};
use crate::error::Failure;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  socai completions bash > ~/.local/share/bash-completion/completions/socai"
)]
pub struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the completions.
///
/// # Errors
/// As writing has them.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::description(), "socai", &mut script);
    let mut out = context.out();
    std::io::Write::write_all(&mut out, &script)?;
    finish(out)
}
