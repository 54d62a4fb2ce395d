//! The cases of `tests/cases/figures/`: what is read of each figure beside its time and place, `quote | measure value
//! unit | indicator aspect fund | label`, a dash for null. `UPDATE_CASES=1 cargo test --test it figure_cases` writes
//! what is read now.

use super::report_cases::assert_read_as_written;

#[test]
fn every_report_is_read_as_written() {
    assert_read_as_written("figures", |figure| {
        let indicator = figure.indicator.as_ref().map_or("-", |code| code.as_str());
        let aspect = figure.aspect.map_or("-", |aspect| aspect.code());
        let fund = figure.fund.map_or("-", |fund| fund.code());
        let (measure, label) = (figure.measure.code(), &figure.label);
        let read = format!("{measure} {} {}", figure.value, figure.unit);
        format!("{} | {read} | {indicator} {aspect} {fund} | {label}", figure.quote)
    });
}
