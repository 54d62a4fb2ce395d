//! Reconciles hand-made figures: `findings GOLD.jsonl TEXTS FIGURES_OUT FINDINGS_OUT`.
//!
//! GOLD holds one figure a line by the record contract, where a list means that several answers are
//! right (the first is taken); TEXTS is the folder of the source texts. The two outputs are what
//! `socai export figures` and `socai export findings` would print, ready for scoring.

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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [gold, texts, figures_out, findings_out] = arguments.as_slice() else {
        return Err("findings GOLD.jsonl TEXTS FIGURES_OUT FINDINGS_OUT".into());
    };
    let documents = gold::documents(Path::new(gold), Path::new(texts))?;
    let mut figures_file = std::fs::File::create(figures_out)?;
    let mut findings_file = std::fs::File::create(findings_out)?;
    for (name, source, figures) in documents {
        let document = Digest::of(source.as_bytes());
        for figure in &figures {
            let record = FigureRecord::printed(document, &name, figure, 1);
            writeln!(figures_file, "{}", serde_json::to_string(&record)?)?;
        }
        for finding in reconcile(document, &source, &figures, &RulePack::builtin().relations).findings {
            writeln!(findings_file, "{}", serde_json::to_string(&FindingRecord::new(&finding, 1))?)?;
        }
    }
    Ok(())
}
