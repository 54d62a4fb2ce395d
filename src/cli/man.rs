//! `socai man`: manual pages.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::context::{Context, finish};
use crate::error::Failure;

/// Print the manual page, or write one page a command
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  socai man | man -l -\n  socai man --output ~/.local/share/man/man1")]
pub struct Args {
    /// Write socai.1 and a page for each command into this folder
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Prints or writes the pages.
///
/// # Errors
/// As writing has them.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let render = |command: clap::Command| -> Result<Vec<u8>, Failure> {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        Ok(page)
    };
    let root = super::description();
    let Some(folder) = args.output else {
        let mut out = context.out();
        out.write_all(&render(root)?)?;
        return finish(out);
    };
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file("make", &folder, &error))?;
    let write = |path: &Path, page: &[u8]| {
        std::fs::write(path, page).map_err(|error| Failure::file("write", path, &error))
    };
    for command in root.get_subcommands() {
        let name = format!("socai-{}", command.get_name());
        write(&folder.join(format!("{name}.1")), &render(command.clone().name(name))?)?;
    }
    write(&folder.join("socai.1"), &render(root)?)
}
