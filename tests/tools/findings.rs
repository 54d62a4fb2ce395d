//! Reconciles the figures of a folder of texts, ready for scoring: what `socai export figures` and
//! `socai export findings` would print, through the pure stages alone.
//!
//! `findings GOLD.jsonl TEXTS FIGURES_OUT FINDINGS_OUT` takes hand-made figures (one a line by the record
//! contract, where a list means that several answers are right: the first is taken);
//! `findings --own TEXTS FIGURES_OUT FINDINGS_OUT` takes the extractor's. `--show` prints both findings
//! and derived figures to be read.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;

use socai::model::Digest;
use socai::model::record::{FigureRecord, FindingRecord};
use socai::stage::reconcile::reconcile;
use socai::stage::rules::RulePack;

#[path = "../it/gold.rs"]
mod gold;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let show = arguments.iter().position(|a| a == "--show").map(|at| arguments.remove(at)).is_some();
    let [gold, texts, figures_out, findings_out] = arguments.as_slice() else {
        return Err("findings GOLD.jsonl|--own TEXTS FIGURES_OUT FINDINGS_OUT [--show]".into());
    };
    let texts = Path::new(texts);
    let documents =
        if gold == "--own" { gold::extracted(texts)? } else { gold::documents(Path::new(gold), texts)? };
    let mut figures_file = std::fs::File::create(figures_out)?;
    let mut findings_file = std::fs::File::create(findings_out)?;
    for (name, source, figures) in documents {
        let document = Digest::of(source.as_bytes());
        for figure in &figures {
            let record = FigureRecord::printed(document, &name, figure, 1);
            writeln!(figures_file, "{}", serde_json::to_string(&record)?)?;
        }
        let found = reconcile(document, &source, &figures, &RulePack::builtin().relations);
        for finding in &found.findings {
            writeln!(findings_file, "{}", serde_json::to_string(&FindingRecord::new(finding, 1))?)?;
            if show {
                println!(
                    "{name} {} {} [{}] {:?} ~ {:?} {:?}",
                    finding.verdict,
                    finding.relation,
                    finding.formula,
                    finding.computed,
                    finding.stated,
                    finding.assumptions
                );
                for suspect in &finding.suspects {
                    let quote = figures.iter().find(|f| f.id == suspect.id).map(|f| f.quote.as_str());
                    println!(
                        "    {} {quote:?} {:?} {:?} {:?}",
                        suspect.rank, suspect.implied, suspect.repair, suspect.reasons
                    );
                }
            }
        }
        for unknown in found.derived.iter().filter(|_| show) {
            println!(
                "{name} derived {:?} {:?} {:?} {:?} [{}] {:?} {:?}",
                unknown.indicator,
                unknown.period,
                unknown.aspect,
                unknown.fund,
                unknown.formula,
                unknown.low,
                unknown.high
            );
        }
    }
    Ok(())
}
