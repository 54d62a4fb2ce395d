//! `socai rules check | test | show`: for whoever edits the rule pack.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::context::{Context, finish};
use super::stores;
use crate::error::{Exit, Failure};
use crate::stage::examples;
use crate::stage::rules::check::check;
use crate::stage::rules::entries::Entry;
use crate::stage::rules::{RuleError, RulePack};

/// Check, test or show the rules by which texts are read
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai rules check rules/                    file, line and column of what is wrong
  socai rules test                            every example that a rule carries
  socai rules test --mutate                   and whether an example misses each rule
  socai rules show von_doi_ung                a rule as it stands in its file
  socai rules show > rules.txt                the names of all rules

Exit codes: 78 for a pack that cannot be read; 1 for one that can, with something wrong in it.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Read the pack and say what is wrong: patterns, codes, phrases, examples
    Check {
        /// The folder of rule files [default: rules.path]
        path: Option<PathBuf>,
    },
    /// Run the examples that the rules carry
    Test {
        /// The folder of rule files [default: rules.path]
        path: Option<PathBuf>,
        /// Take each rule away in turn, and tell those that no example of theirs misses
        #[arg(long)]
        mutate: bool,
    },
    /// Print a rule as it stands in its file; without a code, the names of all
    Show {
        /// An indicator, unit, period, place, list of phrases, or what a figure or a finding cites:
        /// `von_doi_ung`, `unit.VND`, `measures.up`, `relation.growth.reading`
        code: Option<String>,
    },
}

/// Does what was asked.
///
/// # Errors
/// A pack that cannot be read; something wrong in one that can; a code that no rule has.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    match args.what {
        What::Check { path } => {
            let pack = pack(path.as_deref(), context)?;
            let mut wrong = check(&pack);
            wrong.extend(examples::one_sided(&pack).iter().map(|(entry, lack)| {
                let message = format!("{} has no {lack}", entry.id());
                entry.error(
                    &pack,
                    message,
                    "add `text => what is read` and `text != what is not` to its examples",
                )
            }));
            wrong.extend(examples::run(&pack).failed);
            report(context, &wrong, "wrong", path.as_deref())?;
            context.say(&format!("{} rules, nothing wrong", pack.entries().len()));
            Ok(())
        }
        What::Test { path, mutate } => {
            let pack = pack(path.as_deref(), context)?;
            let tried = examples::run(&pack);
            report(context, &tried.failed, "failed", path.as_deref())?;
            context.say(&format!("{} examples hold", tried.tried));
            if mutate {
                let unmissed: Vec<RuleError> =
                    examples::unmissed(&pack).iter().map(|entry| unmissed(entry, &pack)).collect();
                report(context, &unmissed, "not missed", path.as_deref())?;
                context.say("each rule is missed by an example when it is taken away");
            }
            Ok(())
        }
        What::Show { code } => show(code.as_deref(), &*pack(None, context)?, context),
    }
}

fn unmissed(entry: &Entry, pack: &RulePack) -> RuleError {
    let message = format!("{} can be taken away and no example of its own fails", entry.id());
    entry.error(pack, message, "add an example that fails without the rule, or remove the rule")
}

fn pack(path: Option<&Path>, context: &Context) -> Result<Arc<RulePack>, Failure> {
    match path {
        Some(folder) => stores::rules_in(folder),
        None => stores::rules(&context.settings()?.config),
    }
}

/// Prints what is wrong, one a line, with the folder before the file's name.
fn report(context: &Context, wrong: &[RuleError], what: &str, folder: Option<&Path>) -> Result<(), Failure> {
    if wrong.is_empty() {
        return Ok(());
    }
    let mut out = context.out();
    for error in wrong {
        match folder {
            Some(folder) => writeln!(out, "{}/{error}", folder.display())?,
            None => writeln!(out, "{error}")?,
        }
    }
    finish(out)?;
    Err(Failure::new(Exit::Found, format!("{} {what}", wrong.len())).next("mend the lines named above"))
}

fn show(code: Option<&str>, pack: &RulePack, context: &Context) -> Result<(), Failure> {
    let mut out = context.out();
    let Some(code) = code else {
        for entry in pack.entries() {
            writeln!(out, "{}: {}", entry.file, entry.id())?;
        }
        return finish(out);
    };
    let asked = pack.cited(code);
    if asked.is_empty() {
        let failure = Failure::new(Exit::Found, format!("no rule is named {code:?}"));
        return Err(failure.next("`socai rules show` lists all names"));
    }
    for entry in asked {
        let place = entry.error(pack, "", "");
        writeln!(out, "# {}:{}\n{}\n", entry.file, place.line, entry.text(pack))?;
    }
    finish(out)
}
