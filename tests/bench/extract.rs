//! Clean text to figures on one thread, in MB/s: one document of real reports repeated, at several sizes,
//! so that a cost per byte that grows with the text shows. Timed is the stage alone: what it reads is made before,
//! what it gives is dropped after; with segment the time from the clean text's bytes on.

use std::path::Path;

use socai::model::Digest;
use socai::stage::rules::RulePack;
use socai::stage::{clean, extract, segment};

use super::{Sizes, per_second, timed};

/// Under `cargo test` the smallest is all there is.
const STEPS: [u64; 4] = [1, 10, 50, 200];

pub(crate) fn run(sizes: &Sizes) {
    let (name, reports) = reports();
    for megabytes in STEPS.into_iter().filter(|step| *step <= sizes.megabytes) {
        let text = repeated(&reports, megabytes * 1_000_000);
        let document = Digest::of(text.as_bytes());
        let rules = RulePack::builtin();
        let made = clean::clean(text.as_bytes()).expect("reports are UTF-8");
        drop(text);
        let (blocks, segmenting) = timed(|| segment::segment(&made.clean.text, &rules.segment));
        let (found, extracting) =
            timed(|| extract::extract(document, &made.source, &made.clean, &blocks, rules));
        let bytes = made.clean.text.len() as u64;
        println!(
            "extract, {megabytes:>3} MB {name:<8}{:>12.2} MB/s ({} figures; with segment {:.2} MB/s)",
            per_second(bytes, extracting) / 1e6,
            found.figures.len(),
            per_second(bytes, extracting + segmenting) / 1e6
        );
    }
}

/// The real reports beside the project where they are, else the fixtures.
fn reports() -> (&'static str, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |folder: &Path| -> Option<String> {
        let mut files: Vec<_> =
            std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
        files.sort();
        let texts: Vec<String> = files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect();
        (!texts.is_empty()).then(|| texts.join("\n\n") + "\n\n")
    };
    match read(&root.join("../shared/seeds")) {
        Some(text) => ("seeds", text),
        None => ("fixtures", read(&root.join("tests/fixtures")).expect("the fixtures are there")),
    }
}

fn repeated(text: &str, bytes: u64) -> String {
    text.repeat(usize::try_from(bytes).expect("fits").div_ceil(text.len()))
}
