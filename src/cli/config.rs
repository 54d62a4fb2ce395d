//! `socai config check | show | init`: what is set, where, and whether it is right.

use std::io::Write as _;
use std::path::PathBuf;

use super::context::{Context, finish, json_line};
use crate::config::{FILE_NAME, TEMPLATE};
use crate::error::Failure;

/// Check, show or write the settings
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai config init                           write pipeline.toml with every default
  socai config check                          exit 78 and a place where something is wrong
  SOCAI__INBOX__SETTLE_MS=500 socai config show --origin")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Read all settings and say what is wrong
    Check,
    /// Print the settings that hold
    Show {
        /// Say where each was set
        #[arg(long)]
        origin: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write the commented file with every default
    Init {
        /// The file to write; one that exists is left alone
        #[arg(value_name = "FILE", default_value = FILE_NAME)]
        path: PathBuf,
    },
}

/// Does what was asked.
///
/// # Errors
/// Wrong settings; a file that exists already.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    match args.what {
        What::Check => {
            let loaded = context.settings()?;
            let from =
                loaded.file.map_or("no file, so the defaults".into(), |path| path.display().to_string());
            context.say(&format!("the settings are sound ({from})"));
            Ok(())
        }
        What::Show { origin, json } => show(context, origin, json),
        What::Init { path } => {
            let file = std::fs::File::create_new(&path);
            let mut file = file.map_err(|error| {
                let failure = Failure::file("write", &path, &error);
                if error.kind() == std::io::ErrorKind::AlreadyExists {
                    return failure.next("name another file, or remove this one first");
                }
                failure
            })?;
            file.write_all(TEMPLATE.as_bytes()).map_err(|error| Failure::file("write", &path, &error))?;
            context.say(&format!("wrote {}", path.display()));
            Ok(())
        }
    }
}

fn show(context: &Context, origin: bool, json: bool) -> Result<(), Failure> {
    let loaded = context.settings()?;
    let value = serde_json::to_value(&loaded.config)?;
    let mut out = context.out();
    if json {
        let settings: Vec<_> = loaded
            .origins
            .iter()
            .map(|(key, origin)| {
                let value = value.pointer(&format!("/{}", key.replace('.', "/")));
                serde_json::json!({ "key": key, "value": value, "origin": origin.to_string() })
            })
            .collect();
        json_line(&mut out, &settings)?;
        return finish(out);
    }
    for (key, from) in &loaded.origins {
        let value = value.pointer(&format!("/{}", key.replace('.', "/"))).unwrap_or(&serde_json::Value::Null);
        if origin {
            writeln!(out, "{:<40} # {from}", format!("{key} = {value}"))?;
        } else {
            writeln!(out, "{key} = {value}")?;
        }
    }
    finish(out)
}
