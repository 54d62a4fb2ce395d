//! Joint contradictions: relations that hold one by one and cannot hold together.
//!
//! A whole may agree with its parts, and each part with its percentage, every time by the last digit of the
//! rounding, and yet no values make all of them true. What hangs together is asked as one system; where that has
//! no solution, QuickXplain (Junker 2004) halves the relations until none can be left out of those that are
//! left: a minimal conflict set. The work is bounded; a set that was not halved to the end says so.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Digest;
use crate::model::figure::{Figure, FigureId, Measure};
use crate::model::finding::{Explanation, Finding, Operand, Relation, Verdict};
use crate::model::interval::Interval;
use crate::model::rational::Rational;

use super::claim::Claim;
use super::quantity::{self, Reading};
use super::solve::{Corner, Row};
use super::suspects::{self, Support};
use super::system::{self, Bond, LEVELS_LIMIT, Level};

/// Systems that are asked for one conflict set at most.
const CHECKS_LIMIT: usize = 100;
/// Conflict sets of one component at most.
const SETS_LIMIT: usize = 4;
/// The code in a finding's assumptions where less than a unit of a last digit is missing.
const LAST_DIGITS: &str = "last_digits";
/// The code in a finding's assumptions of a set that was not halved to the end.
const NOT_MINIMAL: &str = "conflict_set_not_minimal";

/// The code in the assumptions of what hangs together with more levels than are solved as a whole.
pub(super) const TOO_LARGE: &str = "component_too_large";
/// The code in the assumptions of what hangs together with what is too hard to be solved as a whole.
pub(super) const TOO_HARD: &str = "component_too_hard";

/// A relation that holds, as lines over levels.
struct Tied<'c, 'f> {
    /// Among the relations given.
    place: usize,
    claim: &'c Claim<'f>,
    bond: Bond,
}

/// Relations that cannot hold together, none of them to be left out if `minimal`.
struct Set {
    members: Vec<usize>,
    minimal: bool,
}

/// Relations that hold one by one and were looked at together.
pub(super) struct Joint {
    /// The contradictions between them.
    pub(super) findings: Vec<Finding>,
    /// Of each component with more levels than are solved as a whole: its relations, by their places among those
    /// given, and how many levels there are.
    pub(super) too_large: Vec<(Vec<usize>, usize)>,
    /// Of each component that is too hard to be solved as a whole: its relations.
    pub(super) too_hard: Vec<Vec<usize>>,
}

/// That a relation was not looked at together with those that it hangs together with.
pub(super) struct Unseen {
    /// The code in the finding's assumptions.
    pub(super) code: &'static str,
    /// What the explanation says of it besides.
    pub(super) words: Explanation,
}

impl Joint {
    /// Returns what is to be said of the relations that were not looked at together, by their places.
    pub(super) fn unseen(&self) -> BTreeMap<usize, Unseen> {
        let large = |levels: usize| Unseen {
            code: TOO_LARGE,
            words: Explanation {
                vi: format!(
                    " (Phép tính này liên quan với {levels} số liệu; quá {LEVELS_LIMIT} số liệu nên chưa được xét cùng một lúc với các phép tính khác.)"
                ),
                en: format!(
                    " (It hangs together with {levels} figures; with more than {LEVELS_LIMIT} it was not looked at together with the others.)"
                ),
            },
        };
        let hard = || {
            Unseen {
            code: TOO_HARD,
            words: Explanation {
                vi: " (Các phép tính liên quan với phép tính này quá phức tạp nên chưa được xét cùng một lúc.)".to_owned(),
                en: " (What hangs together with it was too hard to be looked at together.)".to_owned(),
            },
        }
        };
        let too_large = self
            .too_large
            .iter()
            .flat_map(|(places, levels)| places.iter().map(|place| (*place, large(*levels))));
        let too_hard = self.too_hard.iter().flatten().map(|place| (*place, hard()));
        too_large.chain(too_hard).collect()
    }
}

/// Finds the contradictions between relations that hold one by one; `document` tells whose a figure is.
pub(super) fn findings<'c, 'f: 'c>(
    document: impl Fn(&FigureId) -> Digest,
    holding: impl Iterator<Item = &'c Claim<'f>>,
    support: &Support,
) -> Joint {
    let tied: Vec<Tied<'c, 'f>> = holding
        .enumerate()
        .filter_map(|(place, claim)| Some(Tied { place, claim, bond: system::of_claim(claim)? }))
        .collect();
    let bonds: Vec<&Bond> = tied.iter().map(|one| &one.bond).collect();
    let mut joint = Joint { findings: Vec::new(), too_large: Vec::new(), too_hard: Vec::new() };
    for mut group in system::components(&bonds) {
        let levels: BTreeSet<&Level> = group.iter().flat_map(|at| &tied[*at].bond.levels).collect();
        if group.len() < 2 {
            continue;
        }
        if levels.len() > LEVELS_LIMIT {
            joint.too_large.push((group.iter().map(|at| tied[*at].place).collect(), levels.len()));
            continue;
        }
        for _ in 0..SETS_LIMIT {
            let set = match is_possible(&tied, &group, None) {
                Some(true) => break,
                Some(false) => minimal(&tied, &group),
                None => {
                    joint.too_hard.push(group.iter().map(|at| tied[*at].place).collect());
                    break;
                }
            };
            // What is left may hold another one, of another cause.
            group.retain(|at| !set.members.contains(at));
            joint.findings.extend(finding(&document, &tied, &set, support));
        }
    }
    joint
}

/// Finds a minimal conflict set of a group that cannot hold.
fn minimal(tied: &[Tied<'_, '_>], group: &[usize]) -> Set {
    let mut search = Search { tied, checks: 0, minimal: true };
    let members = search.explain(&[], false, group);
    Set { members, minimal: search.minimal }
}

/// One search for a minimal set.
struct Search<'t, 'c, 'f> {
    tied: &'t [Tied<'c, 'f>],
    checks: usize,
    minimal: bool,
}

impl Search<'_, '_, '_> {
    /// Returns what of `rest` is needed to contradict `background`; `grown` where that has something new.
    fn explain(&mut self, background: &[usize], grown: bool, rest: &[usize]) -> Vec<usize> {
        if grown && !self.is_possible(background) {
            return Vec::new();
        }
        let [first, .., _] = rest else { return rest.to_vec() };
        debug_assert!(!background.contains(first));
        let (a, b) = rest.split_at(rest.len() / 2);
        let second = self.explain(&[background, a].concat(), true, b);
        let first = self.explain(&[background, &second].concat(), !second.is_empty(), a);
        [first, second].concat()
    }

    /// Where the work is at its end, or a system is too hard, nothing is left out any more.
    fn is_possible(&mut self, some: &[usize]) -> bool {
        self.checks += 1;
        let told = if self.checks > CHECKS_LIMIT { None } else { is_possible(self.tied, some, None) };
        self.minimal &= told.is_some();
        told != Some(false)
    }
}

/// The rows of some relations and of the printed digits of their levels, but of `without`; and the levels.
fn rows<'t>(
    tied: &'t [Tied<'_, '_>],
    some: &[usize],
    without: Option<&FigureId>,
) -> (Vec<&'t Level>, Vec<Row>) {
    let levels: BTreeSet<&Level> = some.iter().flat_map(|at| &tied[*at].bond.levels).collect();
    let names: Vec<&Level> = levels.into_iter().collect();
    let place = |level: &Level| names.binary_search(&level).unwrap_or(0);
    let mut rows = Vec::new();
    let mut printed: BTreeMap<usize, &Figure> = BTreeMap::new();
    for one in some.iter().map(|at| &tied[*at]) {
        for (terms, bound, strict) in &one.bond.lines {
            let terms =
                terms.iter().map(|(at, factor)| (place(&one.bond.levels[*at]), factor.clone())).collect();
            rows.push(Row { terms, bound: bound.clone(), strict: *strict });
        }
        let levels = one.claim.figures.iter().filter(|figure| figure.measure == Measure::Value);
        printed.extend(levels.map(|figure| (place(&Level::Printed(figure.id.clone())), *figure)));
    }
    for (at, figure) in printed {
        if Some(&figure.id) != without {
            rows.extend(system::within(at, &admitted(figure)));
        }
    }
    (names, rows)
}

/// What printed digits admit, rounded or cut off: what only a few digits cut off would explain contradicts nothing.
fn admitted(figure: &Figure) -> Interval {
    let read = |reading| quantity::interval(figure, reading);
    read(Reading::Rounded).hull(&read(Reading::Truncated))
}

/// Tells whether relations can all hold; `None` where that is too hard to say.
fn is_possible(tied: &[Tied<'_, '_>], some: &[usize], without: Option<&FigureId>) -> Option<bool> {
    let (names, rows) = rows(tied, some, without);
    Corner::is_feasible(names.len(), &rows)
}

/// What the relations and all other figures of a set admit for a level; empty where even without its digits
/// nothing fits.
fn implied(tied: &[Tied<'_, '_>], set: &Set, figure: &Figure) -> Option<Interval> {
    let (names, rows) = rows(tied, &set.members, Some(&figure.id));
    let at = names.binary_search(&&Level::Printed(figure.id.clone())).ok()?;
    Corner::of(names.len(), &rows)?.bounds(at)
}

/// `None` where no level of the set can be computed from the others.
fn finding(
    document: &impl Fn(&FigureId) -> Digest,
    tied: &[Tied<'_, '_>],
    set: &Set,
    support: &Support,
) -> Option<Finding> {
    let claims: Vec<&Claim<'_>> = set.members.iter().map(|at| tied[*at].claim).collect();
    let mut figures: Vec<&Figure> = Vec::new();
    let mut operands: Vec<Operand> = Vec::new();
    for claim in &claims {
        for (figure, role) in claim.figures.iter().zip(&claim.roles) {
            if !figures.iter().any(|known| known.id == figure.id) {
                figures.push(figure);
                operands.push(Operand { id: figure.id.clone(), role: (*role).to_owned() });
            }
        }
    }
    let levels = figures.iter().filter(|figure| figure.measure == Measure::Value);
    let told: Vec<(&Figure, Interval)> =
        levels.filter_map(|figure| Some((*figure, implied(tied, set, figure)?))).collect();
    let suspects = suspects::rank_jointly(&told, support);
    let first = suspects.first()?;
    let (figure, computed) = told.iter().find(|(figure, _)| figure.id == first.id)?;
    let stated = quantity::interval(figure, Reading::Rounded);
    let text = |claim: &&Claim<'_>| match claim.relation {
        // It has both numbers in it.
        Relation::Restated => claim.text(),
        _ => format!("{} = {}", claim.text(), quantity::printed(claim.stated())),
    };
    let documents: BTreeSet<Digest> = figures.iter().map(|figure| document(&figure.id)).collect();
    let formula = claims.iter().map(text).collect::<Vec<_>>().join("; ");
    let (vi_more, en_more) = if set.minimal {
        ("", "")
    } else {
        (
            " (Có thể còn bớt được phép tính; giới hạn tìm kiếm đã hết.)",
            " (Some may be left out; the search was bounded.)",
        )
    };
    let named = quantity::printed(figure);
    // A last digit that was rounded another way is no reason to contradict.
    let small = computed.gap(&admitted(figure)) <= Rational::from(figure.step);
    let verdict = if small { Verdict::Undetermined } else { Verdict::Conflicts };
    let (vi_small, en_small) = if small {
        (" (chỉ lệch ở chữ số cuối)", " (by their last digits only)")
    } else {
        ("", "")
    };
    let codes = [(!set.minimal, NOT_MINIMAL), (small, LAST_DIGITS)];
    Some(Finding {
        id: Finding::id_of(claims[0].relation, &operands),
        verdict,
        relation: claims[0].relation,
        figures: operands,
        computed: computed.bounds(),
        stated: stated.bounds(),
        gap: computed.gap(&stated).to_text(12, true),
        suspects: if small { Vec::new() } else { suspects.clone() },
        documents: documents.into_iter().collect(),
        explanation: Explanation {
            vi: format!(
                "Từng phép tính sau đều khớp nhưng không thể cùng đúng{vi_small}: {formula}; đề nghị kiểm tra trước hết {named}.{vi_more}"
            ),
            en: format!(
                "Each of these holds, but they cannot all be right{en_small}: {formula}; please check {named} first.{en_more}"
            ),
        },
        formula,
        assumptions: codes.iter().filter(|(holds, _)| *holds).map(|(_, code)| (*code).to_owned()).collect(),
        readings: Vec::new(),
        rule: "relations.joint".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::model::Decimal;

    fn figure(at: usize, tenths: i128, measure: Measure) -> Figure {
        Figure {
            quote: tenths.to_string().into(),
            ..Figure::printed(
                at,
                measure,
                [tenths, 1].map(|number| Decimal::whole(number).shift(-1).unwrap()),
                if measure == Measure::Value { "VND" } else { "percent" },
            )
        }
    }

    /// Five levels: each step up agrees by rounding alone, all of them together do not.
    fn chain(last: i128) -> Vec<Figure> {
        [10, 10, 10, 10, last]
            .iter()
            .enumerate()
            .map(|(at, tenths)| figure(at, *tenths, Measure::Value))
            .collect()
    }

    fn claims<'f>(levels: &'f [Figure], rate: &'f Figure) -> Vec<Claim<'f>> {
        let step = |pair: &'f [Figure]| Claim::of_rate(Relation::Growth, &pair[1], &pair[0], rate);
        levels.windows(2).map(step).collect()
    }

    fn found(claims: &[Claim<'_>]) -> Vec<Finding> {
        assert!(claims.iter().all(Claim::holds));
        let none = Support::of(std::iter::empty(), &[]);
        findings(|_| Digest::of(b"joint"), claims.iter(), &none).findings
    }

    #[test]
    fn relations_that_hold_one_by_one_but_not_together_are_a_minimal_set() {
        // Up 5 % four times is 21,6 %: 1,0 may be 0,95, and no more than 1,1 where digits were cut off.
        let rate = figure(9, 50, Measure::Growth);
        let (fits, odd) = (chain(11), chain(10));
        assert!(found(&claims(&fits, &rate)).is_empty());
        let findings = found(&claims(&odd, &rate));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].verdict, Verdict::Undetermined);
        // Three steps fit: all four are needed.
        assert_eq!(findings[0].formula.matches(';').count(), 3, "{}", findings[0].formula);
        assert_eq!(findings[0].assumptions, [LAST_DIGITS]);
    }

    #[test]
    fn what_is_not_looked_at_together_is_told() {
        let rate = figure(99, 50, Measure::Growth);
        let told = |count: usize| {
            let levels: Vec<Figure> = (0..count).map(|at| figure(at, 10, Measure::Value)).collect();
            let claims = claims(&levels, &rate);
            assert!(claims.iter().all(Claim::holds));
            let none = Support::of(std::iter::empty(), &[]);
            let joint = findings(|_| Digest::of(b"joint"), claims.iter(), &none);
            (joint.findings.len(), joint.unseen())
        };
        let (found, unseen) = told(LEVELS_LIMIT);
        assert!(found > 0 && unseen.is_empty());
        let (found, unseen) = told(LEVELS_LIMIT + 1);
        assert_eq!((found, unseen.len()), (0, LEVELS_LIMIT), "each of its relations");
        for one in unseen.values() {
            assert_eq!(one.code, TOO_LARGE);
            assert!(one.words.vi.contains("25 số liệu") && one.words.en.contains("25 figures"));
        }
        let joint = Joint { findings: Vec::new(), too_large: Vec::new(), too_hard: vec![vec![3, 5]] };
        let hard: Vec<(usize, &str)> = joint.unseen().iter().map(|(place, one)| (*place, one.code)).collect();
        assert_eq!(hard, [(3, TOO_HARD), (5, TOO_HARD)]);
    }
}
