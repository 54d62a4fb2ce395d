//! Clean text to figures on one thread, in MB/s.

use socai::model::Digest;
use socai::stage::rules::RulePack;
use socai::stage::{clean, extract, segment};

use super::{Sizes, per_second, reports, timed};

pub(crate) fn run(sizes: &Sizes) {
    let rules = RulePack::builtin();
    let mut cleaned = Vec::new();
    let (mut bytes, mut number) = (0, 0);
    while bytes < sizes.megabytes * 1_000_000 {
        let text = reports::numbered(sizes.seed, number, 10).text;
        number += 1;
        bytes += text.len() as u64;
        let made = clean::clean(text.as_bytes()).expect("generated reports are UTF-8");
        let blocks = segment::segment(&made.clean.text, &rules.segment);
        cleaned.push((Digest::of(text.as_bytes()), made, blocks));
    }
    let (figures, time) = timed(|| {
        let mut figures = 0;
        for (document, made, blocks) in &cleaned {
            figures += extract::extract(*document, &made.source, &made.clean, blocks, rules).figures.len();
        }
        figures
    });
    println!("extract               {:>12.2} MB/s ({figures} figures)", per_second(bytes, time) / 1e6);
}
