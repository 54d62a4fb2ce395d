//! The fund that words tell: whose money it is, by its name or by the office that gives it.

use smallvec::SmallVec;

use super::{Frames, clause_start};
use crate::model::figure::Fund;
use crate::stage::rules::cues::{PhraseList, rfind};
use crate::stage::rules::frames::Funds;

/// Tells whose money an office gives: `Bộ Công Thương giao`, `UBND tỉnh thống nhất dành`.
pub(in crate::stage::extract) fn given_by(clause: &str, rules: Frames<'_>) -> Option<Fund> {
    let funds = &rules.funds;
    let givers = [(&funds.national_givers, Fund::National), (&funds.local_givers, Fund::Local)];
    let gives = rules.last_of(clause, &funds.gives)?;
    let found =
        givers.into_iter().filter_map(|(list, fund)| rules.last_of(clause, list).map(|at| (at, fund)));
    let found: SmallVec<[(usize, Fund); 2]> = found.filter(|(at, _)| *at < gives).collect();
    match found.as_slice() {
        [] => None,
        [(_, one)] => Some(*one),
        _ => Some(Fund::Total),
    }
}

/// Reads the fund from the cues in `words`, the last one winning; `None` where the words tell none.
/// A fund that is only set beside the figure (`ngoài vốn của tỉnh`) is none.
pub(in crate::stage::extract) fn fund(words: &str, rules: Frames<'_>) -> Option<Fund> {
    rules.recent.told(&rules.recent.funds, words, false, || read(words, rules))
}

fn read(words: &str, rules: Frames<'_>) -> Option<Fund> {
    let funds = &rules.funds;
    let lists = [
        (&funds.national, Fund::National),
        (&funds.local, Fund::Local),
        (&funds.counterpart, Fund::Counterpart),
        // Last, so that of two cues that begin at one place the sum of both sources wins.
        (&funds.total, Fund::Total),
    ];
    let beside = |at: usize| {
        let clause = clause_start(&words[..at]);
        rules.last_of(&words[clause..at], &funds.besides).is_some()
    };
    let cues = lists.into_iter().filter_map(|(list, fund)| rules.last_of(words, list).map(|at| (at, fund)));
    cues.filter(|(at, _)| !beside(*at) && !names_body(words, *at, funds))
        .max_by_key(|cue| cue.0)
        .map(|cue| cue.1)
}

/// Tells whether the cue at `at` is a part of what names those who did something, and not whose money it is: `các
/// địa phương hỗ trợ 520 đề án`.
pub(in crate::stage::extract) fn names_body(words: &str, at: usize, funds: &Funds) -> bool {
    let mut bodies = funds.bodies.iter();
    bodies.any(|body| rfind(words, body).is_some_and(|from| from < at && at < from + body.len()))
}

/// Reads the fund where `words` tell of one alone.
pub(in crate::stage::extract) fn only_fund(words: &str, rules: Frames<'_>) -> Option<Fund> {
    let funds = &rules.funds;
    let told = |list: &PhraseList| rules.last_of(words, list).is_some();
    match (told(&funds.national), told(&funds.local)) {
        (true, true) => None,
        _ => fund(words, rules),
    }
}
