//! The rules of frames (`frames.toml`): what the words around a numeral say of it.

use serde::Deserialize;

/// What the words around a numeral say of it. Every list holds lower-case phrases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameRules {
    /// How a percentage or a change is stated.
    pub measures: Measures,
    /// In what capacity a value is stated.
    pub aspects: Aspects,
    /// Whose money it is.
    pub funds: Funds,
    /// Words of tables' heads and rows.
    pub tables: Tables,
    /// Words that bound a label.
    pub labels: Labels,
}

/// Words of tables' heads and rows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// A column of plans.
    pub plan: Vec<String>,
    /// A column of shares in a whole.
    pub shares: Vec<String>,
    /// The head of a column of places.
    pub places: Vec<String>,
    /// The row of the sum.
    pub sums: Vec<String>,
}

/// How a percentage or a change is stated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each list is explained in frames.toml, beside its phrases")]
pub struct Measures {
    pub up: Vec<String>,
    pub down: Vec<String>,
    pub share: Vec<String>,
    pub equals: Vec<String>,
    pub reaches: Vec<String>,
    pub exceeds: Vec<String>,
    pub mean: Vec<String>,
    pub of_plan: Vec<String>,
    pub compared: Vec<String>,
    pub to_level: Vec<String>,
    pub rates: Vec<String>,
    pub times: Vec<String>,
}

/// In what capacity a value is stated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each list is named after the aspect that it tells")]
pub struct Aspects {
    pub plan: Vec<String>,
    pub actual: Vec<String>,
    pub estimate: Vec<String>,
    pub disbursed: Vec<String>,
    pub allocated: Vec<String>,
    pub target: Vec<String>,
    pub against: Vec<String>,
    pub announced: Vec<String>,
    pub continued: Vec<String>,
    pub refers: Vec<String>,
    pub weak: Vec<String>,
    pub money: Vec<String>,
    pub behind: Vec<String>,
    pub pair_units: Vec<String>,
}

/// Whose money it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each list is named after the fund that it tells")]
pub struct Funds {
    pub none_for: Vec<String>,
    pub total: Vec<String>,
    pub national: Vec<String>,
    pub local: Vec<String>,
    pub counterpart: Vec<String>,
    pub besides: Vec<String>,
    pub whole: Vec<String>,
    pub national_givers: Vec<String>,
    pub local_givers: Vec<String>,
    pub gives: Vec<String>,
    pub conjoined: Vec<String>,
    pub bare_national: Vec<String>,
    pub bare_local: Vec<String>,
}

/// Words that bound a label.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// Words that a label neither begins nor ends with.
    pub trim: Vec<String>,
    /// What ends a label behind a counted thing.
    pub stop: Vec<String>,
    /// What begins a clause of its own behind a comma.
    pub clause: Vec<String>,
    /// What begins an adverbial, which is no part of a noun phrase behind its comma.
    pub adverbs: Vec<String>,
    /// Words that join the clause of the number to one before it.
    pub joins: Vec<String>,
    /// Words before a number that name nothing themselves: the figure before tells what is measured.
    pub weak: Vec<String>,
    /// Words of administrative divisions and their wholes.
    pub divisions: Vec<String>,
    /// Subjects that say only where or who.
    pub subjects: Vec<String>,
    /// Nouns that only count: what is counted is named before them.
    pub classifiers: Vec<String>,
    /// What a label may end with although its last word is one of `trim`.
    pub kept: Vec<String>,
    /// Nouns of money that an amount is of.
    pub moneys: Vec<String>,
    /// Prepositions and the like.
    pub prepositions: Vec<String>,
    /// Verbs whose object a counted thing is.
    pub verbs: Vec<String>,
}
