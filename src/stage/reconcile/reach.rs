//! What was not looked at because it stands too far off, said of the relations that it bears on: a text that no person
//! writes has more figures than each can be compared with.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::model::figure::{Figure, FigureId};
use crate::model::finding::Finding;

/// The code in a finding's assumptions.
const CODE: &str = "figures_out_of_reach";

/// What was looked at alone, and how many figures that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looked {
    /// The nearest figures before.
    Before(usize),
    /// The first figures of the first line.
    Headline(usize),
}

/// The figures for which others stood out of reach.
#[derive(Debug, Default)]
pub(super) struct Reach(RefCell<BTreeMap<FigureId, Looked>>);

impl Reach {
    /// Notes that no more than `looked` was looked at for `figure`.
    pub(super) fn note(&self, figure: &Figure, looked: Looked) {
        self.0.borrow_mut().insert(figure.id.clone(), looked);
    }

    /// Says so in a finding in which such a figure takes part.
    pub(super) fn tell(&self, finding: &mut Finding) {
        let noted = self.0.borrow();
        let Some(looked) = finding.figures.iter().find_map(|operand| noted.get(&operand.id)) else { return };
        finding.assumptions.push(CODE.to_owned());
        let (vi, en) = match looked {
            Looked::Before(count) => (
                format!(" (Chỉ {count} số liệu gần nhất phía trước được xét; số liệu xa hơn chưa được xét.)"),
                format!(" (Only the nearest {count} figures before it were looked at, none farther off.)"),
            ),
            Looked::Headline(count) => (
                format!(
                    " (Chỉ {count} số liệu đầu của dòng đầu được xét; các số liệu sau đó chưa được xét.)"
                ),
                format!(
                    " (Only the first {count} figures of the first line were looked at, none behind them.)"
                ),
            ),
        };
        finding.explanation.vi.push_str(&vi);
        finding.explanation.en.push_str(&en);
    }
}
