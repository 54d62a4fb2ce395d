//! The rules of frames (`frames.toml`): what the words around a numeral say of it.

use serde::Deserialize;

use super::cues::PhraseList;

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

impl FrameRules {
    /// The lists whose phrases are looked for in running text; the others are compared with single words, or
    /// with what stands at one place.
    pub(super) fn looked_for(&mut self) -> impl Iterator<Item = &mut PhraseList> {
        let Self { measures, aspects, funds, tables, labels } = self;
        let Measures { up, down, share, equals, reaches, exceeds, mean, rates, to_level, .. } = measures;
        let change = [up, down, share, equals, reaches, exceeds, mean, rates, to_level];
        let Aspects { plan, actual, estimate, disbursed, allocated, target, announced, refers, .. } = aspects;
        let aspect = [plan, actual, estimate, disbursed, allocated, target, announced, refers];
        let Funds { total, national, local, counterpart, besides, whole, .. } = funds;
        let fund = [total, national, local, counterpart, besides, whole];
        let giver = [&mut funds.national_givers, &mut funds.local_givers, &mut funds.gives];
        let table = [&mut tables.plan, &mut tables.shares];
        let label = [&mut labels.joins, &mut labels.verbs];
        change.into_iter().chain(aspect).chain(fund).chain(giver).chain(table).chain(label)
    }
}

/// Words of tables' heads and rows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// A column of plans.
    pub plan: PhraseList,
    /// A column of shares in a whole.
    pub shares: PhraseList,
    /// The head of a column of places.
    pub places: PhraseList,
    /// The row of the sum.
    pub sums: PhraseList,
    /// The head of a column that tells each row's unit.
    pub units: PhraseList,
    /// What a head or a row's label begins with that names a thing counted.
    pub counts: PhraseList,
}

/// How a percentage or a change is stated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each list is explained in frames.toml, beside its phrases")]
pub struct Measures {
    pub up: PhraseList,
    pub down: PhraseList,
    pub share: PhraseList,
    pub equals: PhraseList,
    pub reaches: PhraseList,
    pub exceeds: PhraseList,
    pub mean: PhraseList,
    pub of_plan: PhraseList,
    pub of_plan_nouns: PhraseList,
    pub compared: PhraseList,
    pub to_level: PhraseList,
    pub rates: PhraseList,
    pub ratios: PhraseList,
    pub times: PhraseList,
}

/// In what capacity a value is stated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each list is named after the aspect that it tells")]
pub struct Aspects {
    pub plan: PhraseList,
    pub actual: PhraseList,
    pub estimate: PhraseList,
    pub disbursed: PhraseList,
    pub allocated: PhraseList,
    pub target: PhraseList,
    pub ahead: PhraseList,
    pub against: PhraseList,
    pub announced: PhraseList,
    pub continued: PhraseList,
    pub refers: PhraseList,
    pub weak: PhraseList,
    pub done: PhraseList,
    pub money: PhraseList,
    pub behind: PhraseList,
    pub pair_units: PhraseList,
}

/// Whose money it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each list is named after the fund that it tells")]
pub struct Funds {
    pub none_for: PhraseList,
    pub total: PhraseList,
    pub national: PhraseList,
    pub local: PhraseList,
    pub counterpart: PhraseList,
    pub besides: PhraseList,
    pub whole: PhraseList,
    pub national_givers: PhraseList,
    pub local_givers: PhraseList,
    pub gives: PhraseList,
    pub conjoined: PhraseList,
    pub paid_with: PhraseList,
    pub bare_national: PhraseList,
    pub bare_local: PhraseList,
    pub bodies: PhraseList,
}

/// Words that bound a label.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// Words that a label neither begins nor ends with.
    pub trim: PhraseList,
    /// What ends a label behind a counted thing.
    pub stop: PhraseList,
    /// What begins a clause of its own behind a comma.
    pub clause: PhraseList,
    /// What begins an adverbial, which is no part of a noun phrase behind its comma.
    pub adverbs: PhraseList,
    /// Words that join the clause of the number to one before it.
    pub joins: PhraseList,
    /// Words before a number that name nothing themselves: the figure before tells what is measured.
    pub weak: PhraseList,
    /// Words of administrative divisions and their wholes.
    pub divisions: PhraseList,
    /// Subjects that say only where or who.
    pub subjects: PhraseList,
    /// Nouns that only count: what is counted is named before them.
    pub classifiers: PhraseList,
    /// What a label may end with although its last word is one of `trim`.
    pub kept: PhraseList,
    /// Nouns of money that an amount is of.
    pub moneys: PhraseList,
    /// Prepositions and the like.
    pub prepositions: PhraseList,
    /// Verbs whose object a counted thing is.
    pub verbs: PhraseList,
}
