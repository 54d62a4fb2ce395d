//! The rules that tell whether figures of several reports are of one quantity (`across.toml`).

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::cues::PhraseList;

/// How many phrases of `loose` are told apart, a bit each.
pub const LOOSE: usize = 32;

/// What `across.toml` says; every key must be there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcrossRules {
    /// Words of a label that narrow nothing, in small letters without marks.
    pub neutral: Vec<String>,
    /// Phrases that narrow a label whatever its indicator is told by, in small letters without marks.
    pub narrowing: Vec<String>,
    /// Words that narrow nothing but for the number or letter behind them, likewise.
    pub numbered: Vec<String>,
    /// Phrases that may make one label a part of what another names, likewise; [`LOOSE`] at most.
    #[serde(deserialize_with = "loose")]
    pub loose: Vec<String>,
    /// Words of a sentence by which its figures are of less than their area.
    pub below: PhraseList,
    /// Words before a figure, no mean, by which it is of each of several.
    pub each: PhraseList,
    /// The indicators that count what a mean of money may be per.
    pub divisors: Vec<String>,
    /// Words before a figure by which it may be a part of what its label names.
    pub part: PhraseList,
    /// Words of a sentence that say that a figure was set anew.
    pub revised: PhraseList,
    /// Words of a sentence that say that its figures are counted in another way.
    pub scope_differs: PhraseList,
}

impl AcrossRules {
    /// Returns the lists that are looked for in a sentence.
    pub(super) fn looked_for(&mut self) -> [&mut PhraseList; 5] {
        [&mut self.below, &mut self.each, &mut self.part, &mut self.revised, &mut self.scope_differs]
    }
}

/// Reads the phrases of `loose`: one more than are told apart would be left out unsaid.
fn loose<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let phrases = Vec::<String>::deserialize(deserializer)?;
    if phrases.len() > LOOSE {
        let count = phrases.len();
        return Err(D::Error::custom(format!("{count} phrases, of which {LOOSE} at most are told apart")));
    }
    Ok(phrases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::rules::RulePack;

    #[test]
    fn more_loose_phrases_than_are_told_apart_are_refused() {
        let with = |count: usize| {
            let phrases: Vec<String> = (0..count).map(|number| format!("\"phan {number}\"")).collect();
            let text = include_str!("pack/across.toml");
            let start = text.find("\nloose = [").unwrap() + 1;
            let end = start + text[start..].find(']').unwrap() + 1;
            let text = format!("{}loose = [{}]{}", &text[..start], phrases.join(", "), &text[end..]);
            RulePack::parse(&[("across.toml".to_owned(), text)])
                .map(|_| ())
                .map_err(|errors| errors[0].to_string())
        };
        assert_eq!(with(LOOSE), Ok(()));
        let told = with(LOOSE + 1).unwrap_err();
        assert!(told.contains("across.toml:") && told.contains("33 phrases, of which 32 at most"), "{told}");
    }
}
