//! Deciding all that hangs together with the cells that changed.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use crate::model::figure::FigureId;
use crate::model::finding::{Derived, Finding};
use crate::model::period::Period;
use crate::model::{Digest, Hasher};

use super::CELL_LIMIT;
use super::decide;
use super::lists::CodeLists;
use super::series::{self, Series, SeriesKey, Sorted};
use super::sites::Site;
use super::statement::{Cell, Statement};
use super::unprinted::{self, Unprinted};

/// Statements that are held from one component to the next, about 1 kB each.
const LOADED_LIMIT: usize = 20_000;

/// The statements of the cells looked at so far, in order of figure id.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    cells: BTreeMap<Cell, Held>,
    statements: usize,
}

/// The statements of one cell, and how they fall into series, once somebody has asked: every site that reads
/// the cell does.
#[derive(Debug, Clone, Default)]
struct Held {
    statements: Vec<Statement>,
    sorted: OnceCell<Vec<Sorted>>,
}

impl Loaded {
    /// Sorts statements into their cells.
    pub fn of(statements: impl IntoIterator<Item = Statement>) -> Self {
        let mut cells: BTreeMap<Cell, Vec<Statement>> = BTreeMap::new();
        for statement in statements {
            if let Some(cell) = Cell::of(&statement.figure) {
                cells.entry(cell).or_default().push(statement);
            }
        }
        let mut loaded = Self::default();
        for (cell, mut all) in cells {
            all.sort_by(|a, b| a.figure.id.cmp(&b.figure.id));
            all.truncate(CELL_LIMIT + 1);
            loaded.put(cell, all);
        }
        loaded
    }

    /// Returns the statements of a cell; none where it was not looked at.
    pub fn get(&self, cell: &Cell) -> &[Statement] {
        self.cells.get(cell).map_or(&[], |held| held.statements.as_slice())
    }

    /// Returns the series of a cell; none where it is empty or crowded.
    pub(super) fn series(&self, cell: &Cell) -> BTreeMap<SeriesKey<'_>, Series<'_>> {
        let Some(held) = self.cells.get(cell).filter(|held| held.statements.len() <= CELL_LIMIT) else {
            return BTreeMap::new();
        };
        let sorted = held.sorted.get_or_init(|| series::sort(&held.statements));
        sorted.iter().map(|one| one.series(&held.statements)).collect()
    }

    fn holds(&self, cell: &Cell) -> bool {
        self.cells.contains_key(cell)
    }

    fn put(&mut self, cell: Cell, statements: Vec<Statement>) {
        self.statements += statements.len();
        self.cells.insert(cell, Held { statements, sorted: OnceCell::new() });
    }
}

/// A finding across documents as it stands, with the cells of its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The finding.
    pub finding: Finding,
    /// The cells of its figures.
    pub cells: BTreeSet<Cell>,
}

/// What stands across documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stood {
    /// Findings.
    pub findings: Vec<Standing>,
    /// Levels that no report prints.
    pub derived: Vec<Derived>,
}

/// Cells that relations join, and what was decided of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The cells.
    pub cells: BTreeSet<Cell>,
    /// Digest of the statements that were looked at and of whose witnesses they are.
    pub input: Digest,
    /// Everything decided of it, in order of id.
    pub now: Stood,
    /// What stood before, in order of id.
    pub before: Stood,
}

/// What a change of some cells leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// In order of their first cell.
    pub components: Vec<Component>,
}

impl Region {
    /// Adds the region of another part; what hangs together with both parts is in both.
    pub fn join(&mut self, other: Self) {
        let own: BTreeSet<BTreeSet<Cell>> = self.components.iter().map(|one| one.cells.clone()).collect();
        self.components.extend(other.components.into_iter().filter(|one| !own.contains(&one.cells)));
        self.components.sort_by(|a, b| a.cells.cmp(&b.cells));
    }
}

/// Decides everything at once, gives each finding to `each`, in order of id, and returns the levels that no
/// report prints. No figure is upheld by relations of its own document.
pub fn decide_all(cells: &Loaded, lists: &CodeLists, mut each: impl FnMut(Finding)) -> Vec<Derived> {
    let (mut related, mut unprinted) = (Vec::new(), Vec::new());
    // The cells of an indicator and an area stand together: sites of several of them are looked at once.
    let all: Vec<&Cell> = cells.cells.keys().collect();
    for row in all.chunk_by(|a, b| a.indicator == b.indicator && a.area == b.area) {
        let rates = row.iter().flat_map(|cell| cells.series(cell).into_keys().map(move |key| (cell, key)));
        // A change leads down to the year before, and from there up to its own.
        let led_to: BTreeSet<Period> = rates
            .filter_map(|(cell, key)| Some([unprinted::target(&key, cell)?.1, cell.period]))
            .flatten()
            .collect();
        let mut sites: BTreeSet<Site> = row.iter().flat_map(|cell| Site::of(cell, lists)).collect();
        sites.retain(|site| !matches!(site, Site::Unprinted(cell) if !led_to.contains(&cell.period)));
        related.extend(sites.iter().flat_map(|site| site.relations(cells, lists)));
        unprinted.extend(sites.iter().flat_map(|site| site.unprinted(cells, lists)));
    }
    let none = |_: &FigureId| Ok::<_, Infallible>(0);
    let Ok(derived) = decide::for_each(&related, &unprinted, none, |_, finding| each(finding));
    derived
}

/// Decides anew what hangs together with `changed`, one component after the other. `load` returns all
/// statements of a cell as they are now, up to [`super::CELL_LIMIT`] and one more, smallest figure id first;
/// `standing` the findings that stand with a figure in a cell and the levels that stand there, those that it
/// returned before or not; `upheld` how many relations of its own
/// document a figure stands in that hold.
///
/// # Errors
/// As `load`, `standing` and `upheld`.
pub fn decide_region<E>(
    changed: impl IntoIterator<Item = Cell>,
    lists: &CodeLists,
    load: impl FnMut(&Cell) -> Result<Vec<Statement>, E>,
    standing: impl FnMut(&Cell) -> Result<Stood, E>,
    upheld: impl FnMut(&FigureId) -> Result<usize, E>,
) -> Result<Region, E> {
    let changed: BTreeSet<Cell> = changed.into_iter().collect();
    decide_part(&changed, changed.clone(), lists, load, standing, upheld)
}

/// As [`decide_region`] of `changed`, but only what hangs together with `part` of it. Regions of parts that are
/// `changed` together are, [joined](Region::join), the region of `changed`.
///
/// # Errors
/// As [`decide_region`].
pub fn decide_part<E>(
    changed: &BTreeSet<Cell>,
    part: BTreeSet<Cell>,
    lists: &CodeLists,
    load: impl FnMut(&Cell) -> Result<Vec<Statement>, E>,
    standing: impl FnMut(&Cell) -> Result<Stood, E>,
    mut upheld: impl FnMut(&FigureId) -> Result<usize, E>,
) -> Result<Region, E> {
    let mut walk = Walk {
        lists,
        load,
        standing,
        loaded: Loaded::default(),
        waiting: part,
        seen: BTreeSet::new(),
        changed,
    };
    let mut components = Vec::new();
    while let Some(first) = walk.waiting.pop_first() {
        if walk.seen.contains(&first) {
            continue;
        }
        let found = walk.component(first)?;
        let joined = found.sites.iter().filter(|(_, joins)| !joins.is_empty()).map(|(site, _)| site);
        let related: Vec<_> = joined
            .clone()
            .flat_map(|site| site.relations(&walk.loaded, lists))
            .filter(|related| related.cells().any(|cell| found.cells.contains(&cell)))
            .collect();
        let unprinted: Vec<_> = joined
            .flat_map(|site| site.unprinted(&walk.loaded, lists))
            .filter(|one| found.cells.contains(&one.cell))
            .collect();
        let mut findings = Vec::new();
        let derived = decide::for_each(&related, &unprinted, &mut upheld, |cells, finding| {
            findings.push(Standing { finding, cells });
        })?;
        components.push(Component {
            input: input(&found.cells, &walk.loaded),
            cells: found.cells,
            now: Stood { findings, derived },
            before: Stood {
                findings: found.before.into_values().collect(),
                derived: found.derived.into_values().collect(),
            },
        });
        if walk.loaded.statements > LOADED_LIMIT {
            walk.loaded = Loaded::default();
        }
    }
    components.sort_by(|a, b| a.cells.cmp(&b.cells));
    Ok(Region { components })
}

/// What hangs together with a cell.
struct Found {
    cells: BTreeSet<Cell>,
    /// With the cells that each relation there joins.
    sites: BTreeMap<Site, Vec<BTreeSet<Cell>>>,
    before: BTreeMap<String, Standing>,
    derived: BTreeMap<String, Derived>,
}

/// The walk from the cells that changed over all that hangs together with them.
struct Walk<'a, L, S> {
    lists: &'a CodeLists,
    load: L,
    standing: S,
    loaded: Loaded,
    changed: &'a BTreeSet<Cell>,
    /// Cells whose components are to be decided.
    waiting: BTreeSet<Cell>,
    /// Cells of components that were.
    seen: BTreeSet<Cell>,
}

impl<L, S> Walk<'_, L, S> {
    fn component<E>(&mut self, first: Cell) -> Result<Found, E>
    where
        L: FnMut(&Cell) -> Result<Vec<Statement>, E>,
        S: FnMut(&Cell) -> Result<Stood, E>,
    {
        let mut found = Found {
            cells: BTreeSet::new(),
            sites: BTreeMap::new(),
            before: BTreeMap::new(),
            derived: BTreeMap::new(),
        };
        let mut queue = BTreeSet::from([first]);
        while let Some(cell) = queue.pop_first() {
            if !found.cells.insert(cell.clone()) {
                continue;
            }
            let stood = (self.standing)(&cell)?;
            found.derived.extend(stood.derived.into_iter().map(|one| (one.id.clone(), one)));
            for stood in stood.findings {
                queue.extend(stood.cells.iter().filter(|other| !found.cells.contains(*other)).cloned());
                found.before.insert(stood.finding.id.clone(), stood);
            }
            for site in Site::around(&cell, self.lists) {
                if !found.sites.contains_key(&site) {
                    let joins = self.joins(&site)?;
                    found.sites.insert(site.clone(), joins);
                }
                if self.changed.contains(&cell) && site.is_undone_from_outside() {
                    let read = site.reads(self.lists).into_iter();
                    self.waiting.extend(read.filter(|read| !self.loaded.get(read).is_empty()));
                }
                for cells in found.sites.get(&site).into_iter().flatten() {
                    if cells.contains(&cell) {
                        queue.extend(cells.iter().filter(|other| !found.cells.contains(*other)).cloned());
                    } else if self.changed.contains(&cell) {
                        // What this cell says no more may be what makes others hold.
                        self.waiting.extend(cells.iter().cloned());
                    }
                }
            }
        }
        self.seen.extend(found.cells.iter().cloned());
        Ok(found)
    }

    /// Returns the cells that each relation of a site joins.
    fn joins<E>(&mut self, site: &Site) -> Result<Vec<BTreeSet<Cell>>, E>
    where
        L: FnMut(&Cell) -> Result<Vec<Statement>, E>,
    {
        for read in site.reads(self.lists) {
            if !self.loaded.holds(&read) {
                let statements = (self.load)(&read)?;
                self.loaded.put(read, statements);
            }
        }
        let related = site.relations(&self.loaded, self.lists);
        let mut joins: Vec<BTreeSet<Cell>> = related.iter().map(|one| one.cells().collect()).collect();
        if let Site::Counted(_) = site {
            // A report that changes which count is the one of its part may leave no relation at all: whatever is
            // counted here hangs together.
            let counted = site.reads(self.lists).into_iter().filter(|cell| !self.loaded.get(cell).is_empty());
            joins.push(counted.collect());
        }
        joins.extend(site.unprinted(&self.loaded, self.lists).iter().map(Unprinted::cells));
        joins.sort_unstable();
        joins.dedup();
        Ok(joins)
    }
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
