//! What the figures before said, for what the next ones leave out.

use std::rc::Rc;

use super::context::Bound;
use super::frame::Reading;
use super::mention::{NumberMention, Role};
use crate::model::figure::{Aspect, Fund, IndicatorCode, UnitCode};
use crate::model::mention::MentionClass;

/// What the number before in the same sentence was, for what the next one leaves out.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub(super) reading: Reading,
    pub(super) unit: UnitCode,
    pub(super) indicator: Option<IndicatorCode>,
    pub(super) label: String,
    pub(super) aspect: Bound<Option<Aspect>>,
    pub(super) fund: Bound<Option<Fund>>,
    /// It was a percentage.
    pub(super) rate: bool,
    /// Where its numeral begins and its unit ends.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The funds of a sentence so far.
#[derive(Debug, Clone)]
pub(super) enum Funds {
    None,
    One(Bound<Option<Fund>>),
    Several,
}

/// The figures of a sentence so far. What a bracket said leads nothing outside it.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// The last figure, and the last that is no percentage, outside brackets.
    open: (Option<Rc<Before>>, Option<Rc<Before>>),
    /// The same, brackets included.
    all: (Option<Rc<Before>>, Option<Rc<Before>>),
    /// Where the last figure ends.
    pub(super) end: Option<usize>,
}

impl Said {
    pub(super) fn leaders(&self, bracketed: bool) -> (Option<&Before>, Option<&Before>) {
        let said = if bracketed || self.open.0.is_none() { &self.all } else { &self.open };
        // What stood in brackets leads where nothing else does.
        let anchor = said.1.as_deref().or(self.all.1.as_deref());
        (said.0.as_deref(), anchor)
    }

    pub(super) fn take(&mut self, this: Rc<Before>, number: &NumberMention, bracketed: bool) {
        self.end = Some(this.end);
        // `12/14 đề án, đạt 85,7%`: the rate is of what was done.
        if number.role == Role::PairWhole {
            return;
        }
        let percent = number.class == MentionClass::Percent;
        let open = (!bracketed).then_some(&mut self.open);
        for said in open.into_iter().chain([&mut self.all]) {
            // Provinces counted are whom a rate is of, not what.
            if !percent && this.unit.as_str() != "province" {
                said.1 = Some(Rc::clone(&this));
            }
            said.0 = Some(Rc::clone(&this));
        }
    }
}
