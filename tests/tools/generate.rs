//! Writes Vietnamese reports on industrial promotion from a grammar of its own, with arithmetic that
//! holds, for tests and benches: `generate --documents N --seed S [--conflicts PERCENT] DIR`.
//!
//! The same seed writes the same bytes. `DIR/manifest.jsonl` has one line a planted contradiction:
//! the file, the relation, the number that is printed and the one that would be right.

mod reports;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

struct Asked {
    documents: u64,
    seed: u64,
    conflicts: u64,
    folder: PathBuf,
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked { documents: 100, seed: 1, conflicts: 10, folder: PathBuf::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = |name: &str| {
            let text = arguments.next().ok_or_else(|| format!("{name} needs a number"))?;
            text.parse::<u64>().map_err(|_| format!("{name} needs a number, not {text:?}"))
        };
        match argument.as_str() {
            "--documents" => asked.documents = number("--documents")?,
            "--seed" => asked.seed = number("--seed")?,
            "--conflicts" => asked.conflicts = number("--conflicts")?.min(100),
            flag if flag.starts_with('-') => return Err(format!("unknown flag {flag}")),
            folder => asked.folder = PathBuf::from(folder),
        }
    }
    if asked.folder.as_os_str().is_empty() {
        return Err("name the folder to write into".to_owned());
    }
    Ok(asked)
}

fn write_all(asked: &Asked) -> std::io::Result<u64> {
    std::fs::create_dir_all(&asked.folder)?;
    let (mut manifest, mut planted) = (String::new(), 0);
    for number in 0..asked.documents {
        let report = reports::numbered(asked.seed, number, asked.conflicts);
        let name = format!("bao-cao-{number:06}.txt");
        std::fs::write(asked.folder.join(&name), &report.text)?;
        for one in report.planted {
            planted += 1;
            let _infallible = writeln!(
                manifest,
                "{{\"file\":\"{name}\",\"relation\":\"{}\",\"printed\":\"{}\",\"right\":\"{}\"}}",
                one.relation, one.printed, one.right
            );
        }
    }
    std::fs::write(asked.folder.join("manifest.jsonl"), manifest)?;
    Ok(planted)
}

fn main() -> ExitCode {
    let asked = match asked() {
        Ok(asked) => asked,
        Err(what) => {
            eprintln!("generate: {what}\nusage: generate --documents N --seed S [--conflicts PERCENT] DIR");
            return ExitCode::from(2);
        }
    };
    match write_all(&asked) {
        Ok(planted) => {
            eprintln!(
                "{} reports in {}, {planted} contradictions planted (manifest.jsonl)",
                asked.documents,
                asked.folder.display()
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("generate: cannot write into {}: {error}", asked.folder.display());
            ExitCode::from(69)
        }
    }
}
