//! What a document states in its cells, as digests: where the digest is what it was, nothing is to be decided anew.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Hasher;
use crate::model::figure::FigureId;
use crate::stage::reconcile::across::{Cell, Statement};

/// Hexadecimal digits of a digest that are kept: two readings of one document's cell are told apart by them.
const DIGITS: usize = 16;

/// How many relations of its own document that hold each figure stands in; none are left out.
pub(super) type Upheld = BTreeMap<FigureId, usize>;

/// A document's cells, each with the digest of what it states there; `None` where it was not recorded.
pub(super) type Stated = BTreeMap<Cell, Option<String>>;

/// Digests all that is read of a document where its cells are decided: its statements, in order of figure id, and
/// what upholds them.
pub(super) fn of(own: &[Statement], upheld: &Upheld) -> Stated {
    let mut hashers: BTreeMap<Cell, Hasher> = BTreeMap::new();
    for statement in own {
        let Some(cell) = Cell::of(&statement.figure) else { continue };
        let hasher = hashers.entry(cell).or_default();
        hasher.add(statement.digest().as_bytes());
        let count = upheld.get(&statement.figure.id).copied().unwrap_or(0);
        hasher.add(&(count as u64).to_le_bytes());
    }
    hashers.into_iter().map(|(cell, hasher)| (cell, Some(hasher.finish().short(DIGITS)))).collect()
}

/// Returns the cells in which a document states something else than before.
pub(super) fn differing(before: &Stated, now: &Stated) -> BTreeSet<Cell> {
    let same = |cell: &&Cell| match (before.get(*cell), now.get(*cell)) {
        (Some(Some(before)), Some(Some(now))) => before == now,
        _ => false,
    };
    before.keys().chain(now.keys()).filter(|cell| !same(cell)).cloned().collect()
}
