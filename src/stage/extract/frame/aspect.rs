//! The aspect that words before a numeral tell: planned, done, estimated, disbursed, allocated, aimed at.

use smallvec::SmallVec;

use super::{Frames, is_whole};
use crate::model::figure::Aspect;
use crate::stage::rules::bytes::marks;
use crate::stage::rules::cues::last_whole;

/// What words tell of an aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stage::extract) struct AspectCue {
    pub(in crate::stage::extract) aspect: Aspect,
    /// The words say what was or will be done alike (`thực hiện`): a heading decides.
    pub(in crate::stage::extract) weak: bool,
}

/// Reads the aspect from the cues before the numeral; `None` where the words tell none. `money`: of an
/// amount or a project; what is said of funding alone (`bố trí`) tells nothing of other things.
pub(in crate::stage::extract) fn aspect(words: &str, money: bool, rules: Frames<'_>) -> Option<AspectCue> {
    rules.recent.told(&rules.recent.aspects, words, money, || read(words, money, rules))
}

fn read(words: &str, money: bool, rules: Frames<'_>) -> Option<AspectCue> {
    let aspects = &rules.aspects;
    let lists = [
        (&aspects.plan, Aspect::Plan),
        (&aspects.actual, Aspect::Actual),
        (&aspects.estimate, Aspect::Estimate),
        (&aspects.disbursed, Aspect::Disbursed),
        (&aspects.allocated, Aspect::Allocated),
        (&aspects.target, Aspect::Target),
    ];
    let mut cues: SmallVec<[(usize, usize, Aspect, bool); 8]> = SmallVec::new();
    for (list, aspect) in lists {
        let fits = |at: usize| match aspect {
            Aspect::Plan | Aspect::Target => !is_compared(words, at, rules),
            // `được giao 3 tỷ đồng để thực hiện 19 đề án`: what for, not what was done.
            Aspect::Actual => !words[..at].trim_end().ends_with(" để"),
            _ => true,
        };
        rules.marks.each_last(words, list, fits, |at, phrase| {
            if !money && aspects.money.has(phrase) {
                return;
            }
            let weak = aspects.weak.has(phrase) && {
                last_whole(marks!(",;.:").since(&words[..at]), "đã", &|_| true).is_none()
            };
            cues.push((at + phrase.len(), at, aspect, weak));
        });
    }
    if cues.len() <= 1 {
        return cues.first().map(|cue| AspectCue { aspect: cue.2, weak: cue.3 });
    }
    // `giao thực hiện` is one cue, not `thực hiện` too.
    let inside = |cue: &(usize, usize, Aspect, bool), other: &(usize, usize, Aspect, bool)| {
        other.1 <= cue.1 && cue.0 <= other.0 && (other.0 - other.1) > (cue.0 - cue.1)
    };
    let mut outer: SmallVec<[_; 8]> =
        cues.iter().filter(|cue| !cues.iter().any(|other| inside(cue, other))).collect();
    outer.sort_unstable_by_key(|cue| std::cmp::Reverse((cue.0, cue.0 - cue.1)));
    let &&(_, at, nearest, weak) = outer.first()?;
    // `ước thực hiện đạt`, `đã giải ngân được`, `giao kế hoạch`: the telling word stands before the
    // general one in the same clause.
    let same_clause = |other: usize| other <= at && !marks!(",;.").any(&words[other..at]);
    let telling: &[Aspect] = match nearest {
        // `dự kiến … theo kết quả đấu giá`
        Aspect::Actual if weak => &[Aspect::Estimate, Aspect::Disbursed, Aspect::Target, Aspect::Plan],
        Aspect::Actual => &[Aspect::Estimate, Aspect::Disbursed, Aspect::Target],
        Aspect::Allocated => &[Aspect::Estimate, Aspect::Disbursed, Aspect::Target, Aspect::Plan],
        Aspect::Disbursed => &[Aspect::Target],
        _ => &[],
    };
    let better = outer.iter().find(|cue| telling.contains(&cue.2) && same_clause(cue.1));
    Some(better.map_or(AspectCue { aspect: nearest, weak }, |cue| AspectCue { aspect: cue.2, weak: cue.3 }))
}

/// `so với kế hoạch`, `46% kế hoạch`, `Sở Kế hoạch`: a base or a name, not what the figure is.
fn is_compared(words: &str, at: usize, rules: Frames<'_>) -> bool {
    let before = words[..at].trim_end();
    let mut against = rules.aspects.against.ending(before);
    against.any(|word| word == "%" || is_whole(before, before.len() - word.len(), word.len()))
}
