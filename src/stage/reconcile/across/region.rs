//! Deciding all that hangs together with the cells that changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::finding::Finding;
use crate::model::{Digest, Hasher};

use super::area::AreaTree;
use super::decide;
use super::sites::Site;
use super::statement::{Cell, Statement};

/// The statements of the cells looked at so far, in order of figure id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded(BTreeMap<Cell, Vec<Statement>>);

impl Loaded {
    /// Sorts statements into their cells.
    pub fn of(statements: impl IntoIterator<Item = Statement>) -> Self {
        let mut cells: BTreeMap<Cell, Vec<Statement>> = BTreeMap::new();
        for statement in statements {
            if let Some(cell) = Cell::of(&statement.figure) {
                cells.entry(cell).or_default().push(statement);
            }
        }
        for all in cells.values_mut() {
            all.sort_by(|a, b| a.figure.id.cmp(&b.figure.id));
            all.truncate(super::CELL_LIMIT + 1);
        }
        Self(cells)
    }

    /// Returns the statements of a cell; none where it was not looked at.
    pub fn get(&self, cell: &Cell) -> &[Statement] {
        self.0.get(cell).map_or(&[], Vec::as_slice)
    }

    fn holds(&self, cell: &Cell) -> bool {
        self.0.contains_key(cell)
    }

    fn put(&mut self, cell: Cell, mut statements: Vec<Statement>) {
        statements.sort_by(|a, b| a.figure.id.cmp(&b.figure.id));
        self.0.insert(cell, statements);
    }
}

/// A finding across documents as it stands, with the cells of its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The finding.
    pub finding: Finding,
    /// The cells of its figures.
    pub cells: Vec<Cell>,
}

/// Cells that relations join, and what was decided of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The cells.
    pub cells: BTreeSet<Cell>,
    /// Digest of the statements that were looked at and of whose witnesses they are.
    pub input: Digest,
    /// Every finding of it, in order of id.
    pub findings: Vec<Finding>,
    /// The findings that stood before.
    pub before: Vec<Finding>,
}

/// What a change of some cells leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// In order of their first cell.
    pub components: Vec<Component>,
}

/// Decides everything at once and gives each finding to `each`, in order of id.
pub fn decide_all(cells: &Loaded, areas: &AreaTree, mut each: impl FnMut(Finding)) {
    let sites = cells.0.keys().flat_map(|cell| Site::of(cell, areas));
    let related: Vec<_> = sites.flat_map(|site| site.relations(cells, areas)).collect();
    decide::for_each(&related, |_, finding| each(finding));
}

/// Decides anew what hangs together with `changed`. `load` returns all statements of a cell as they are
/// now, up to [`super::CELL_LIMIT`] and one more, smallest figure id first; `standing` the findings that
/// stand with a figure in a cell.
///
/// # Errors
/// As `load` and `standing`.
pub fn decide_region<E>(
    changed: impl IntoIterator<Item = Cell>,
    areas: &AreaTree,
    mut load: impl FnMut(&Cell) -> Result<Vec<Statement>, E>,
    mut standing: impl FnMut(&Cell) -> Result<Vec<Standing>, E>,
) -> Result<Region, E> {
    let mut loaded = Loaded::default();
    let mut queue: BTreeSet<Cell> = changed.into_iter().collect();
    let mut seen: BTreeSet<Cell> = BTreeSet::new();
    let mut sites: BTreeSet<Site> = BTreeSet::new();
    let mut before: BTreeMap<String, Standing> = BTreeMap::new();
    let mut joined = Joined::default();
    while let Some(cell) = queue.pop_first() {
        if !seen.insert(cell.clone()) {
            continue;
        }
        joined.join(std::slice::from_ref(&cell));
        for stood in standing(&cell)? {
            joined.join(&stood.cells);
            queue.extend(stood.cells.iter().filter(|other| !seen.contains(*other)).cloned());
            before.insert(stood.finding.id.clone(), stood);
        }
        for site in Site::around(&cell, areas) {
            if !sites.insert(site.clone()) {
                continue;
            }
            for read in site.reads(areas) {
                if !loaded.holds(&read) {
                    let statements = load(&read)?;
                    loaded.put(read, statements);
                }
            }
            for related in site.relations(&loaded, areas) {
                let cells: Vec<Cell> =
                    related.statements.iter().filter_map(|one| Cell::of(&one.figure)).collect();
                joined.join(&cells);
                queue.extend(cells.into_iter().filter(|other| !seen.contains(other)));
            }
        }
    }
    let related: Vec<_> = sites.iter().flat_map(|site| site.relations(&loaded, areas)).collect();
    let mut components: BTreeMap<Cell, Component> = BTreeMap::new();
    for cell in &seen {
        let root = joined.root(cell);
        let component = components.entry(root).or_insert_with(|| Component {
            cells: BTreeSet::new(),
            input: Digest::from_bytes([0; 32]),
            findings: Vec::new(),
            before: Vec::new(),
        });
        component.cells.insert(cell.clone());
    }
    decide::for_each(&related, |one, finding| {
        let cell = one.statements.first().and_then(|statement| Cell::of(&statement.figure));
        let component = cell.and_then(|cell| components.get_mut(&joined.root(&cell)));
        if let Some(component) = component {
            component.findings.push(finding);
        }
    });
    for stood in before.into_values() {
        let cell = stood.cells.first();
        if let Some(component) = cell.and_then(|cell| components.get_mut(&joined.root(cell))) {
            component.before.push(stood.finding);
        }
    }
    let finish = |mut component: Component| {
        component.input = input(&component.cells, &loaded);
        component
    };
    Ok(Region { components: components.into_values().map(finish).collect() })
}

/// Digests what a component was decided from.
fn input(cells: &BTreeSet<Cell>, loaded: &Loaded) -> Digest {
    let mut hasher = Hasher::new().field(b"component").field(&super::VERSION.to_le_bytes());
    for cell in cells {
        hasher = hasher.field(cell.to_string().as_bytes());
        for statement in loaded.get(cell) {
            hasher =
                hasher.field(statement.figure.id.as_str().as_bytes()).field(statement.witness.as_bytes());
        }
    }
    hasher.finish()
}

/// Union-find over cells; the root of a set is its first cell.
#[derive(Debug, Default)]
struct Joined(BTreeMap<Cell, Cell>);

impl Joined {
    fn root(&mut self, cell: &Cell) -> Cell {
        let mut path = Vec::new();
        let mut at = cell.clone();
        while let Some(up) = self.0.get(&at) {
            if *up == at {
                break;
            }
            path.push(at);
            at = up.clone();
        }
        for passed in path {
            self.0.insert(passed, at.clone());
        }
        at
    }

    fn join(&mut self, cells: &[Cell]) {
        let roots: BTreeSet<Cell> = cells.iter().map(|cell| self.root(cell)).collect();
        let Some(first) = roots.first().cloned() else { return };
        for root in roots {
            self.0.insert(root, first.clone());
        }
    }
}
