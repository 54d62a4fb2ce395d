//! The cases of `tests/cases/reports/`: whole reports, and all of every figure but its label, `quote | measure value
//! unit [qualifier] | period area | indicator aspect fund`, a dash for null. They were written before they were read.
//! `UPDATE_CASES=1 cargo test --test it whole_cases` writes what is read now.

use socai::model::figure::Qualifier;

use super::report_cases::assert_read_as_written;

#[test]
fn every_report_is_read_in_full_as_written() {
    assert_read_as_written("reports", |figure| {
        let period = figure.period.map_or("-".to_owned(), |period| period.to_string());
        let area = figure.area.as_ref().map_or("-", |area| area.as_str());
        let indicator = figure.indicator.as_ref().map_or("-", |code| code.as_str());
        let aspect = figure.aspect.map_or("-", |aspect| aspect.code());
        let fund = figure.fund.map_or("-", |fund| fund.code());
        let hedge = match figure.qualifier {
            Qualifier::Eq => String::new(),
            qualifier => format!(" {}", qualifier.code()),
        };
        let read = format!("{} {} {}{hedge}", figure.measure.code(), figure.value, figure.unit);
        format!("{} | {read} | {period} {area} | {indicator} {aspect} {fund}", figure.quote)
    });
}
