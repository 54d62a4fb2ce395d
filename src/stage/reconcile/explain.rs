//! One sentence in Vietnamese and one in English that an official can act on.

use crate::model::finding::{Explanation, Verdict};
use crate::model::interval::Interval;

use crate::stage::rules::relations::AssumedCount;

use super::claim::{Claim, Decision};
use super::quantity;

/// Digits in which an explanation prints a computed end.
const SHOWN_DIGITS: u32 = 6;

/// Says what was computed, what is printed and what follows.
pub(super) fn sentence(claim: &Claim<'_>, decision: &Decision) -> Explanation {
    let formula = claim.text();
    let printed = quantity::printed(claim.figures[claim.figures.len() - 1]);
    let (vi_range, en_range) =
        (range(&decision.computed, "đến", true), range(&decision.computed, "to", false));
    let (vi, en) = match decision.verdict {
        Verdict::Agrees => (
            format!("{formula} khớp với số đã in {printed}."),
            format!("{formula} agrees with the printed {printed}."),
        ),
        Verdict::AgreesIfTruncated => (
            format!(
                "{formula} cho {vi_range}; chỉ khớp với {printed} nếu chữ số cuối bị cắt bỏ thay vì làm tròn."
            ),
            format!(
                "{formula} gives {en_range}; it agrees with {printed} only if the digits were cut off, not rounded."
            ),
        ),
        Verdict::Conflicts => (
            format!("{formula} cho {vi_range}, không thể là {printed}; đề nghị kiểm tra lại các số này."),
            format!("{formula} gives {en_range}, which cannot be {printed}; please check these figures."),
        ),
        Verdict::DiffersInScope => (
            format!("{formula} khác {printed}, nhưng văn bản nêu rõ các số này không cùng phạm vi."),
            format!(
                "{formula} differs from {printed}, but the text itself says that they are not counted alike."
            ),
        ),
        Verdict::Undetermined => (
            format!(
                "{formula} chỉ khớp với {printed} nếu các số tròn đã được làm tròn; chưa đủ để kết luận."
            ),
            format!(
                "{formula} agrees with {printed} only if the round amounts were rounded; that cannot be decided."
            ),
        ),
    };
    // An assumption is a part of the sentence: whoever doubts it doubts the verdict.
    let assumed = |text: String, word: &str, name: fn(&AssumedCount) -> &str| {
        claim.assumptions.iter().fold(text, |text, known| format!("{text} ({word} {}.)", name(known)))
    };
    let vi = assumed(vi, "Giả định:", |known| &known.name);
    Explanation { vi, en: assumed(en, "Assumed:", |known| &known.code) }
}

fn range(interval: &Interval, to: &str, vietnamese: bool) -> String {
    let show = |end: Option<String>| {
        let text = end.unwrap_or_else(|| "…".to_owned());
        if vietnamese { text.replace('.', ",") } else { text }
    };
    let low = show(interval.low.as_ref().map(|end| end.at.to_text(SHOWN_DIGITS, false)));
    let high = show(interval.high.as_ref().map(|end| end.at.to_text(SHOWN_DIGITS, true)));
    if low == high { low } else { format!("{low} {to} {high}") }
}
