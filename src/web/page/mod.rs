//! The views, one file each: `view(&Site, &Ask)` answers as page and in the view's other forms.

pub(super) mod chart;
pub(super) mod document;
pub(super) mod documents;
pub(super) mod figure;
pub(super) mod figures;
pub(super) mod finding;
pub(super) mod findings;
mod inspector;
pub(super) mod overview;
