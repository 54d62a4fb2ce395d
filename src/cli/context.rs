//! What every command shares: global flags, settings, stdout, colours.

use std::io::{BufWriter, IsTerminal as _, StdoutLock, Write as _};
use std::path::PathBuf;

use clap::ValueEnum;
use indicatif::{ProgressState, ProgressStyle};
use serde::Serialize;

use crate::config::{self, Loaded, Sources};
use crate::error::Failure;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Global {
    /// Read settings from this file instead of ./pipeline.toml
    #[arg(short, long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where log, ledgers and inbox lie [default: var]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Say more on stderr; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_enum)]
    color: Color,
    /// Draw no progress bars
    #[arg(long, global = true)]
    no_progress: bool,
}

/// What every command shares.
#[derive(Debug, Clone)]
pub struct Context {
    global: Global,
}

impl Context {
    /// Takes the global flags.
    pub const fn new(global: Global) -> Self {
        Self { global }
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// As [`config::load`].
    pub fn settings(&self) -> Result<Loaded, Failure> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let sources =
            Sources { file: self.global.config.clone(), data_dir: self.global.data_dir.clone(), environment };
        config::load(&sources)
    }

    /// Returns stdout, locked and buffered; flush it at the end with [`finish`].
    pub fn out(&self) -> BufWriter<StdoutLock<'static>> {
        BufWriter::with_capacity(1 << 16, std::io::stdout().lock())
    }

    /// Tells whether stdout gets colours.
    pub fn color_on_stdout(&self) -> bool {
        self.color(std::io::stdout().is_terminal())
    }

    /// Tells whether stderr gets colours.
    pub fn color_on_stderr(&self) -> bool {
        self.color(std::io::stderr().is_terminal())
    }

    fn color(&self, terminal: bool) -> bool {
        match self.global.color {
            Color::Always => true,
            Color::Never => false,
            // https://no-color.org: set and not empty.
            Color::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// Tells whether progress bars are drawn: only for a person at a terminal.
    pub fn progress(&self) -> bool {
        !self.global.no_progress && !self.global.quiet && std::io::stderr().is_terminal()
    }

    /// Returns how much is said on stderr: -1 with `--quiet`, 0, 1 with `-v`, 2 or more with `-vv`.
    pub fn loudness(&self) -> i8 {
        if self.global.quiet { -1 } else { i8::try_from(self.global.verbose).unwrap_or(i8::MAX) }
    }

    /// Says something to the person on stderr, unless told to be quiet.
    pub fn say(&self, text: &str) {
        if !self.global.quiet {
            // A closed stderr stops no work.
            let _unheard = writeln!(std::io::stderr(), "{text}");
        }
    }
}

/// Returns how a bar counts `what` (a word, or another key of the template): the bar, how many of how many, how
/// many a second in round numbers, and the time that is left.
pub fn bar_style(what: &str) -> ProgressStyle {
    let template = format!("{{bar:40}} {{pos}}/{{len}} {what}  {{rate}}  {{eta}} left");
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A line that cannot be drawn is drawn the next time.
        let _undrawn = out.write_str(&rate(state.per_sec()));
    };
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", rate)
}

/// Writes how many a second: whole from ten on, since more digits only flicker.
fn rate(per_second: f64) -> String {
    let decimals = usize::from(per_second < 10.0);
    format!("{per_second:.decimals$}/s")
}

/// Writes one JSON value and a newline.
///
/// # Errors
/// As writing has them.
pub fn json_line(out: &mut impl std::io::Write, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Writes out what is buffered: a full disk or a closed pipe shows here and not in a destructor.
///
/// # Errors
/// As writing has them.
pub fn finish(mut out: BufWriter<StdoutLock<'static>>) -> Result<(), Failure> {
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_has_the_digits_that_a_person_reads() {
        assert_eq!([0.0, 5.8072, 9.96, 347.91].map(rate), ["0.0/s", "5.8/s", "10.0/s", "348/s"]);
    }
}
