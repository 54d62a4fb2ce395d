//! Bytes to figures: whatever comes in, the stages end, every span lies within its text, and a figure's
//! quote is what stands there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socai::model::Digest;
use socai::stage::rules::RulePack;
use socai::stage::{clean, extract, reconcile, segment};

fuzz_target!(|bytes: &[u8]| {
    let rules = RulePack::builtin();
    let Ok(cleaned) = clean::clean(bytes) else { return };
    let text = &cleaned.clean.text;
    let blocks = segment::segment(text, &rules.segment);
    let mut at = 0;
    for block in &blocks {
        assert_eq!(block.span.start, at, "blocks tile the text");
        at = block.span.end;
    }
    assert_eq!(at, text.len(), "blocks tile the text");
    let document = Digest::of(bytes);
    let found = extract::extract(document, &cleaned.source, &cleaned.clean, &blocks, rules);
    for mention in &found.mentions {
        assert!(cleaned.source.get(mention.span.start..mention.span.end).is_some(), "{mention:?}");
    }
    for figure in &found.figures {
        let quote = cleaned.source.get(figure.span.start..figure.span.end);
        assert_eq!(quote, Some(figure.quote.as_str()), "{figure:?}");
        assert!(cleaned.source.get(figure.sentence.start..figure.sentence.end).is_some(), "{figure:?}");
    }
    if bytes.len() < 4096 {
        reconcile::reconcile(document, &cleaned.source, &found.figures, &rules.relations);
    }
});
