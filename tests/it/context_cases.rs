//! The cases of `tests/cases/context/`: of which time and place each figure is, `quote | period area`, a dash for
//! null. `UPDATE_CASES=1 cargo test --test it context_cases` writes what is read now.

use super::report_cases::assert_read_as_written;

#[test]
fn every_figure_is_of_the_time_and_place_written() {
    assert_read_as_written("context", |figure| {
        let period = figure.period.map_or("-".to_owned(), |period| period.to_string());
        let area = figure.area.as_ref().map_or("-", |area| area.as_str());
        format!("{} | {period} {area}", figure.quote)
    });
}
