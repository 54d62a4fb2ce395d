//! The rule pack: TOML files, compiled in, replaceable by a folder.
//!
//! Each stage has its own rule struct here, read from its own files: a change of a file changes the
//! identity of the stages that read it and of no other. A file given from outside replaces the
//! built-in one of the same name as a whole; files not given stay as built in.

pub mod across;
pub mod bytes;
pub mod check;
pub mod codes;
pub mod cues;
pub mod edits;
pub mod entries;
pub mod error;
pub mod frames;
pub mod guards;
pub mod indicators;
pub mod letters;
pub mod marks;
pub mod mention;
pub mod phrase;
pub mod ranking;
pub mod relations;
pub mod removal;
pub mod segment;
pub mod word;

use std::sync::OnceLock;

pub use error::{RuleError, read};
pub use word::{Token, TokenKind, Vocabulary, Whole, Word};

use crate::model::{Digest, Hasher};

/// A built-in file of the pack.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// Its name: `units.toml`.
    pub name: &'static str,
    /// Its contents.
    pub text: &'static str,
    /// The stages whose output depends on it.
    pub stages: &'static [&'static str],
}

/// Every file of the pack, in order of name.
pub const BUILT_IN: &[BuiltIn] = &[
    BuiltIn { name: "across.toml", text: include_str!("pack/across.toml"), stages: &["corpus"] },
    BuiltIn { name: "codes.toml", text: include_str!("pack/codes.toml"), stages: &["corpus"] },
    BuiltIn { name: "examples.toml", text: include_str!("pack/examples.toml"), stages: &[] },
    BuiltIn { name: "frames.toml", text: include_str!("pack/frames.toml"), stages: &["extract"] },
    BuiltIn { name: "hedges.toml", text: include_str!("pack/hedges.toml"), stages: &["extract"] },
    BuiltIn {
        name: "indicators.toml",
        text: include_str!("pack/indicators.toml"),
        stages: &["extract", "corpus"],
    },
    BuiltIn { name: "numbers.toml", text: include_str!("pack/numbers.toml"), stages: &["extract"] },
    BuiltIn { name: "periods.toml", text: include_str!("pack/periods.toml"), stages: &["extract"] },
    BuiltIn { name: "places.toml", text: include_str!("pack/places.toml"), stages: &["extract", "corpus"] },
    BuiltIn { name: "ranking.toml", text: include_str!("pack/ranking.toml"), stages: &["extract"] },
    BuiltIn {
        name: "relations.toml",
        text: include_str!("pack/relations.toml"),
        stages: &["reconcile", "corpus"],
    },
    BuiltIn { name: "segment.toml", text: include_str!("pack/segment.toml"), stages: &["segment"] },
    BuiltIn { name: "units.toml", text: include_str!("pack/units.toml"), stages: &["extract"] },
];

/// The contents of all files of a pack, in order of name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files(Vec<(&'static str, String)>);

impl Files {
    /// Lays the files given over the built-in ones.
    ///
    /// # Errors
    /// A file whose name is not one of the pack's.
    pub fn overlay(given: &[(String, String)]) -> Result<Self, Vec<RuleError>> {
        let known = |name: &str| BUILT_IN.iter().any(|file| file.name == name);
        let errors: Vec<RuleError> = given
            .iter()
            .filter(|(name, _)| !known(name))
            .map(|(name, _)| {
                let names: Vec<&str> = BUILT_IN.iter().map(|file| file.name).collect();
                RuleError::of_file(
                    name,
                    "not a file of the rule pack",
                    format!("its files are {}", names.join(", ")),
                )
            })
            .collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let text = |file: &BuiltIn| {
            let replaced = given.iter().find(|(name, _)| name == file.name);
            (file.name, replaced.map_or_else(|| file.text.to_owned(), |(_, text)| text.clone()))
        };
        Ok(Self(BUILT_IN.iter().map(text).collect()))
    }

    /// Returns every file's name and contents, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, text)| (*name, text.as_str()))
    }

    /// Returns a file's contents; empty for a name that is not one of the pack's.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(file, _)| *file == name).map_or("", |(_, text)| text)
    }

    /// Reads a file as `T`.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, RuleError> {
        read(name, self.text(name))
    }
}

/// `examples.toml`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleFile {
    example: Vec<Example>,
}

/// An example of a rule that carries none in its own file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The rule's id: `measures.up`.
    pub rule: String,
    /// A whole report in a few words.
    pub text: String,
    /// What a figure of it says: `measure growth`.
    pub is: Option<String>,
    /// What none of its figures says.
    pub is_not: Option<String>,
}

/// All rules of all stages, checked and ready for use.
#[derive(Debug, Clone)]
pub struct RulePack {
    /// The files it was read from.
    pub files: Files,
    /// The words of all rules.
    pub words: Vocabulary,
    /// What numerals, periods and places are.
    pub mention: mention::MentionRules,
    /// What tells whether figures of several reports are of one quantity.
    pub across: across::AcrossRules,
    /// The names of codes, and the regions.
    pub codes: codes::CodeRules,
    /// Examples of the rules of indicators and frames.
    pub examples: Vec<Example>,
    /// What the words around a numeral say of it.
    pub frames: frames::FrameRules,
    /// The indicators and the words that tell them.
    pub indicators: indicators::IndicatorRules,
    /// By what one of several periods or places is chosen.
    pub ranking: ranking::RankingRules,
    /// What joins figures into relations.
    pub relations: relations::RelationRules,
    /// The phrases of the lists of cues that are looked for in running text, and of what indicators ask for in a
    /// figure's sentence.
    pub cues: marks::CueTree,
    /// What indicators ask for in a figure's own words.
    pub own_cues: marks::CueTree,
    /// What is asked for in the sentence of a figure that several reports may state.
    pub across_cues: marks::CueTree,
    /// How a text divides.
    pub segment: segment::SegmentRules,
}

impl RulePack {
    /// Returns the pack that is compiled in.
    pub fn builtin() -> &'static RulePack {
        static PACK: OnceLock<RulePack> = OnceLock::new();
        PACK.get_or_init(|| {
            #[expect(clippy::expect_used, reason = "a test reads the built-in pack")]
            RulePack::parse(&[]).expect("the built-in rule pack is sound")
        })
    }

    /// Reads a pack: the files given by name and contents, and the built-in ones for the rest.
    ///
    /// # Errors
    /// Every mistake found, in order of file.
    pub fn parse(given: &[(String, String)]) -> Result<RulePack, Vec<RuleError>> {
        let files = Files::overlay(given)?;
        let mut words = Vocabulary::default();
        let mention = mention::MentionRules::load(&files, &mut words)?;
        let across = files.read("across.toml").map_err(|error| vec![error])?;
        let codes = files.read("codes.toml").map_err(|error| vec![error])?;
        let relations = files.read("relations.toml").map_err(|error| vec![error])?;
        let segment = files.read("segment.toml").map_err(|error| vec![error])?;
        let examples: ExampleFile = files.read("examples.toml").map_err(|error| vec![error])?;
        let frames = files.read("frames.toml").map_err(|error| vec![error])?;
        let indicators = files.read("indicators.toml").map_err(|error| vec![error])?;
        let ranking = ranking::RankingRules::load(&files).map_err(|error| vec![error])?;
        let mut pack = Self {
            examples: examples.example,
            files,
            words,
            mention,
            across,
            codes,
            frames,
            indicators,
            ranking,
            relations,
            cues: marks::CueTree::default(),
            own_cues: marks::CueTree::default(),
            across_cues: marks::CueTree::default(),
            segment,
        };
        pack.plant();
        Ok(pack)
    }

    /// Makes the trees of the lists that are looked for in running text, and tells each list its number.
    fn plant(&mut self) {
        let (frames, words) = (&mut self.frames, &mut self.ranking.words);
        let ranking = [
            &mut words.pairs,
            &mut words.law,
            &mut words.plan,
            &mut words.occasion,
            &mut words.national,
            &mut words.compared,
            &mut words.level,
            &mut words.against,
        ];
        let rules = self.indicators.indicator.lists();
        let within = rules.iter_mut().map(|rule| &mut rule.within);
        let others = ranking.into_iter().chain([&mut self.indicators.foreign]).chain(within);
        self.cues = marks::CueTree::new(frames.looked_for().chain(others));
        self.own_cues = marks::CueTree::new(
            rules
                .iter_mut()
                .flat_map(|rule| [&mut rule.near, &mut rule.not])
                .chain([&mut self.indicators.names]),
        );
        self.across_cues = marks::CueTree::new(self.across.looked_for());
    }

    /// Digests the files that a stage (`clean`, `segment`, `extract`, `reconcile`, `corpus`) reads: a part of
    /// that stage's key.
    pub fn digest_for(&self, stage: &str) -> Digest {
        let mut hasher = Hasher::new().field(stage.as_bytes());
        for file in BUILT_IN.iter().filter(|file| file.stages.contains(&stage)) {
            hasher = hasher.field(file.name.as_bytes()).field(self.files.text(file.name).as_bytes());
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_pack_is_sound() {
        if let Err(errors) = RulePack::parse(&[]) {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            panic!("{}", lines.join("\n"));
        }
    }

    #[test]
    fn a_file_of_another_name_is_refused() {
        let errors = RulePack::parse(&[("unit.toml".to_owned(), String::new())]).unwrap_err();
        assert!(errors[0].to_string().contains("not a file of the rule pack"), "{}", errors[0]);
    }
}
