//! Relations between few reports, one kind after the other.

use super::*;

#[test]
fn the_plan_of_one_report_is_set_against_the_outturn_of_the_next() {
    let rate = Stated { measure: Measure::OfPlan, value: 96, unit: "percent", ..OUTTURN };
    let plan = report(1, &[PLAN]);
    assert_eq!(
        verdicts(&[plan.clone(), report(2, &[OUTTURN, rate.clone()])]),
        [(Relation::OfPlan, Verdict::Agrees)]
    );
    let wrong = Stated { value: 86, ..rate.clone() };
    let found = findings(&[plan.clone(), report(2, &[OUTTURN, wrong])]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].verdict, found[0].documents.len()), (Verdict::Conflicts, 2));
    assert!(found[0].explanation.vi.starts_with("Đối chiếu 2 báo cáo"), "{}", found[0].explanation.vi);
    // A report that states the plan itself needs no other's.
    let own = verdicts(&[plan, report(2, &[PLAN, OUTTURN, rate])]);
    assert_eq!(own, [(Relation::Restated, Verdict::Agrees)]);
}

#[test]
fn two_reports_of_one_quantity_agree_or_contradict_each_other() {
    let other = Stated { value: 861, ..OUTTURN };
    assert_eq!(
        verdicts(&[report(1, &[OUTTURN]), report(2, &[OUTTURN])]),
        [(Relation::Restated, Verdict::Agrees)]
    );
    let found =
        findings(&[report(1, &[OUTTURN]), report(2, std::slice::from_ref(&other)), report(3, &[OUTTURN])]);
    let conflict = found.iter().find(|finding| finding.verdict == Verdict::Conflicts).unwrap();
    let suspected = &conflict.suspects[0].id;
    assert_eq!(*suspected, figure(document(2), 0, &other).id, "two reports uphold the other");
}

#[test]
fn an_estimate_is_replaced_and_not_contradicted() {
    let estimate = Stated { aspect: Aspect::Estimate, value: 800, ..OUTTURN };
    assert_eq!(
        verdicts(&[report(1, &[estimate]), report(2, &[OUTTURN])]),
        [(Relation::Restated, Verdict::DiffersInScope)]
    );
}

#[test]
fn figures_of_other_words_funds_or_of_a_report_of_two_minds_are_not_compared() {
    let machines = Stated { label: "kinh phí hỗ trợ máy móc", value: 500, ..OUTTURN };
    let national = Stated { fund: Fund::National, value: 500, ..OUTTURN };
    let other = Stated { value: 820, ..OUTTURN };
    for another in [machines, national] {
        assert_eq!(verdicts(&[report(1, &[OUTTURN]), report(2, &[another])]), []);
    }
    assert_eq!(verdicts(&[report(1, &[OUTTURN]), report(2, &[OUTTURN, other])]), []);
    // So far apart that they are of two things, told apart by words that were not read.
    let far = Stated { value: 31, ..OUTTURN };
    assert_eq!(verdicts(&[report(1, &[OUTTURN]), report(2, &[far])]), []);
}

#[test]
fn copies_are_one_witness_but_do_not_hide_a_changed_figure() {
    let copy = |stated: &Stated| Report { copy_of: 1, ..report(2, std::slice::from_ref(stated)) };
    assert_eq!(verdicts(&[report(1, &[OUTTURN]), copy(&OUTTURN)]), []);
    let changed = Stated { value: 861, ..OUTTURN };
    assert_eq!(
        verdicts(&[report(1, &[OUTTURN]), copy(&changed)]),
        [(Relation::Restated, Verdict::Conflicts)]
    );
    let third = report(3, &[OUTTURN]);
    assert_eq!(
        verdicts(&[report(1, &[OUTTURN]), copy(&OUTTURN), third]),
        [(Relation::Restated, Verdict::Agrees)]
    );
}

#[test]
fn years_are_chained_by_growth() {
    let before = Stated { period: "2023", value: 729, ..OUTTURN };
    let rate = Stated { measure: Measure::Growth, value: 12, unit: "percent", ..OUTTURN };
    let now = report(2, &[OUTTURN, rate.clone()]);
    assert_eq!(
        verdicts(&[report(1, std::slice::from_ref(&before)), now.clone()]),
        [(Relation::Growth, Verdict::Agrees)]
    );
    let wrong = report(2, &[OUTTURN, Stated { value: 21, ..rate }]);
    assert_eq!(
        verdicts(&[report(1, std::slice::from_ref(&before)), wrong]),
        [(Relation::Growth, Verdict::Conflicts)]
    );
    // What was only estimated a year before does not contradict.
    let estimate = Stated { aspect: Aspect::Estimate, value: 700, ..before };
    assert_eq!(verdicts(&[report(1, &[estimate]), now]), [(Relation::Growth, Verdict::DiffersInScope)]);
}

#[test]
fn years_of_which_only_the_rates_are_printed_are_a_chain() {
    let level = |period, value| Stated { period, value, ..OUTTURN };
    let rate =
        |period, value| Stated { measure: Measure::Growth, value, unit: "percent", ..level(period, 0) };
    let first = report(1, &[level("2021", 500)]);
    let between = report(2, &[rate("2022", 10)]);
    let more = report(3, &[rate("2023", 20)]);
    let last = |value| report(4, &[level("2024", value), rate("2024", 10)]);
    let all = |value| verdicts(&[first.clone(), between.clone(), more.clone(), last(value)]);
    assert_eq!(all(726), [(Relation::Growth, Verdict::Agrees)]);
    assert_eq!(all(926), [(Relation::Growth, Verdict::Conflicts)]);
    assert_eq!(all(3000), [], "no digit makes it fit: a level between may have been set anew");
    // Without one of the links nothing is told, but what each report leads to.
    assert_eq!(verdicts(&[first.clone(), more.clone(), last(726)]), []);
    // The level of the year whose rate alone is printed follows from the year before.
    let found = derived(&[first.clone(), between.clone()]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].period, found[0].from.len()), ("2022".parse().ok(), 2));
    // A rate alone is of the level that another report states.
    let now = |value| report(5, &[level("2022", value)]);
    assert_eq!(verdicts(&[first.clone(), between.clone(), now(550)]), [(Relation::Growth, Verdict::Agrees)]);
    assert_eq!(verdicts(&[first, between, now(580)]), [(Relation::Growth, Verdict::Conflicts)]);
}

#[test]
fn a_stock_and_what_is_held_at_a_moment_may_be_less_later() {
    let of =
        |period, value, indicator| Stated { period, value, indicator, unit: "person", step: 0, ..OUTTURN };
    let both =
        |indicator| [report(1, &[of("2024-S1", 164, indicator)]), report(2, &[of("2024", 152, indicator)])];
    assert_eq!(verdicts(&both("lao_dong_dao_tao_nghe")), [(Relation::Order, Verdict::Conflicts)]);
    assert_eq!(verdicts(&both("cong_tac_vien")), []);
}

#[test]
fn what_lies_in_a_year_is_no_more_than_the_year() {
    let by = |period, value| Stated { period, value, ..OUTTURN };
    let year = report(1, &[by("2024", 816)]);
    let quarter = |value| report(2, &[by("2024-Q2", value)]);
    assert_eq!(verdicts(&[year.clone(), quarter(300)]), [(Relation::Order, Verdict::Agrees)]);
    assert_eq!(verdicts(&[year, quarter(900)]), [(Relation::Order, Verdict::Conflicts)]);
    let half = report(3, &[by("2024-S1", 200)]);
    assert_eq!(verdicts(&[half, report(2, &[by("2024-Q3", 300)])]), []);
}

#[test]
fn regions_make_up_the_country_and_some_of_them_can_only_be_too_much() {
    let of = |area: &'static str, value: i128| Stated { area, value, ..OUTTURN };
    let north = report(1, &[of("KC_N28", 300)]);
    let centre = report(2, &[of("KC_C15", 200)]);
    let south = report(3, &[of("KC_S20", 316)]);
    let country = |value: i128| report(4, &[of("VN", value)]);
    let all = |value: i128| vec![north.clone(), centre.clone(), south.clone(), country(value)];
    assert_eq!(verdicts(&all(816)), [(Relation::Sum, Verdict::Agrees)]);
    assert_eq!(verdicts(&all(861)), [(Relation::Sum, Verdict::Conflicts)]);
    let some = |value: i128| vec![north.clone(), south.clone(), country(value)];
    assert_eq!(verdicts(&some(816)), [], "the third may be anything");
    assert_eq!(verdicts(&some(600)), [(Relation::Sum, Verdict::Conflicts)]);
}

#[test]
fn funds_of_several_reports_make_up_the_total() {
    let of = |fund: Fund, value: i128| Stated { fund, value, ..OUTTURN };
    let reports =
        [report(1, &[of(Fund::National, 300)]), report(2, &[of(Fund::Local, 516)]), report(3, &[OUTTURN])];
    assert_eq!(verdicts(&reports), [(Relation::Sum, Verdict::Agrees)]);
}

#[test]
fn a_difference_is_set_against_the_level_that_another_report_states_of_the_year_before() {
    let before = report(1, &[Stated { period: "2023", value: 729, ..OUTTURN }]);
    let rise = |value| Stated { measure: Measure::Difference, value, ..OUTTURN };
    let now = |value| report(2, &[OUTTURN, rise(value)]);
    assert_eq!(verdicts(&[before.clone(), now(87)]), [(Relation::Difference, Verdict::Agrees)]);
    assert_eq!(verdicts(&[before, now(78)]), [(Relation::Difference, Verdict::Conflicts)]);
}

#[test]
fn what_was_done_by_june_is_no_more_than_what_was_done_by_september() {
    let by = |period, value| Stated { period, value, ..OUTTURN };
    let june = report(1, &[by("2024-S1", 400)]);
    let september = |value| report(2, &[by("2024-01-01/P9M", value)]);
    assert_eq!(verdicts(&[june.clone(), september(612)]), [(Relation::Order, Verdict::Agrees)]);
    assert_eq!(verdicts(&[june.clone(), september(300)]), [(Relation::Order, Verdict::Conflicts)]);
    // Each is set against the next that is stated: the year against September, not against June.
    let year = report(3, &[by("2024", 816)]);
    let all = findings(&[june.clone(), september(612), year]);
    assert_eq!(all.len(), 2, "{all:?}");
    // The second half holds nothing of the first, and a plan may be cut.
    assert_eq!(verdicts(&[june, report(2, &[by("2024-S2", 300)])]), []);
    let planned = |period, value| Stated { aspect: Aspect::Plan, ..by(period, value) };
    let cut = [report(1, &[planned("2024-S1", 400)]), report(2, &[planned("2024", 300)])];
    assert_eq!(verdicts(&cut), []);
}

#[test]
fn a_share_is_set_against_the_whole_that_another_report_states() {
    let national = Stated { fund: Fund::National, value: 300, ..OUTTURN };
    let share = |value| Stated { measure: Measure::Share, value, unit: "percent", ..national.clone() };
    let whole = report(1, &[OUTTURN]);
    let part = |value| report(2, &[national.clone(), share(value)]);
    assert_eq!(verdicts(&[whole.clone(), part(37)]), [(Relation::Share, Verdict::Agrees)]);
    assert_eq!(verdicts(&[whole.clone(), part(87)]), [(Relation::Share, Verdict::Conflicts)]);
    // No digit makes it one of this whole: it is of another.
    assert_eq!(verdicts(&[whole, part(55)]), []);
}

#[test]
fn a_region_has_its_share_of_the_country() {
    let north = Stated { area: "KC_N28", value: 300, ..OUTTURN };
    let share = |value| Stated { measure: Measure::Share, value, unit: "percent", ..north.clone() };
    let country = report(1, &[Stated { area: "VN", ..OUTTURN }]);
    let region = |value| report(2, &[north.clone(), share(value)]);
    // The whole is told by the base alone.
    assert_eq!(verdicts(&[country.clone(), region(37)]), []);
    let mut of_country = statements(&[&country, &region(37)], rules());
    for one in of_country.iter_mut().filter(|one| one.figure.measure == Measure::Share) {
        let base = Some(Base { period: None, aspect: None, area: Some(AreaCode::new("VN")) });
        one.figure = std::sync::Arc::new(Figure { base, ..(*one.figure).clone() });
        one.share_of = Some(AreaCode::new("VN"));
    }
    let mut found = Vec::new();
    decide_all(&Loaded::of(of_country), &rules().lists, |finding| found.push(finding));
    let found: Vec<_> = found.iter().map(|finding| (finding.relation, finding.verdict)).collect();
    assert_eq!(found, [(Relation::Share, Verdict::Agrees)]);
}

#[test]
fn a_percentage_of_the_plan_of_the_year_is_set_against_that_plan_in_another_report() {
    let nine = Stated { period: "2024-01-01/P9M", value: 612, ..OUTTURN };
    let rate = |value| Stated { measure: Measure::OfPlan, value, unit: "percent", ..nine.clone() };
    let plan = report(1, &[PLAN]);
    let of = |value| verdicts(&[plan.clone(), report(2, &[nine.clone(), rate(value)])]);
    assert_eq!(of(72), [(Relation::OfPlan, Verdict::Agrees)]);
    assert_eq!(of(82), [(Relation::OfPlan, Verdict::Conflicts)]);
}

/// The plan of 2023 that nobody prints: behind the outturn of 2023, and behind the plan of 2024.
fn two_ways(growth: i128) -> [Report; 2] {
    let done = Stated { period: "2023", value: 720, ..OUTTURN };
    let rate = Stated { measure: Measure::OfPlan, value: 90, unit: "percent", ..done.clone() };
    let rise = Stated { measure: Measure::Growth, value: growth, unit: "percent", ..PLAN };
    [report(1, &[done, rate]), report(2, &[Stated { value: 850, ..PLAN }, rise])]
}

#[test]
fn two_reports_fix_a_plan_that_neither_prints() {
    let reports = two_ways(6);
    assert_eq!(verdicts(&reports), [(Relation::OfPlan, Verdict::Agrees)]);
    let found = derived(&reports);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].aspect, found[0].from.len()), (Some(Aspect::Plan), 4));
    // Either alone admits more: 795,0 to 805,1 by the one, 797,6 to 806,2 by the other.
    let end = |text: &Option<String>| text.as_deref().unwrap().parse::<f64>().unwrap();
    let (low, high) = (end(&found[0].low), end(&found[0].high));
    assert!((797.5..797.8).contains(&low) && (804.9..805.2).contains(&high), "{low} {high}");
    // One report alone, copies of it too, derive nothing across documents; nor does what contradicts itself.
    assert_eq!(derived(&reports[..1]), []);
    assert_eq!(derived(&[reports[0].clone(), Report { name: 3, ..reports[0].clone() }]), []);
    let odd = two_ways(9);
    assert_eq!((derived(&odd), verdicts(&odd)), (vec![], vec![(Relation::OfPlan, Verdict::Conflicts)]));
    // As soon as somebody prints it, it is no more derived.
    let printed = report(4, &[Stated { period: "2023", value: 801, ..PLAN }]);
    assert_eq!(derived(&[reports[0].clone(), reports[1].clone(), printed]), []);
}

#[test]
fn what_holds_pair_by_pair_across_reports_and_cannot_hold_together_is_a_joint_contradiction() {
    // Up 5 % four times is 21,6 %, which 10 and 10 are not, although every step holds by rounding.
    let years = ["2020", "2021", "2022", "2023", "2024"];
    let level = |period| Stated { period, value: 10, ..OUTTURN };
    let rate = |period| Stated { measure: Measure::Growth, value: 5, unit: "percent", ..level(period) };
    let of = |at: usize| report(at as u32, &[level(years[at]), rate(years[at])]);
    let found = findings(&(0..5).map(of).collect::<Vec<_>>());
    let joint: Vec<&Finding> = found.iter().filter(|one| one.rule == "relations.joint").collect();
    assert_eq!(joint.len(), 1, "{found:?}");
    assert!(joint[0].documents.len() >= 4, "{joint:?}");
    assert!(
        found.iter().filter(|one| one.rule != "relations.joint").all(|one| one.verdict == Verdict::Agrees)
    );
}

#[test]
fn relations_that_are_too_many_to_be_looked_at_together_say_so() {
    const YEARS: [&str; 30] = [
        "1991", "1992", "1993", "1994", "1995", "1996", "1997", "1998", "1999", "2000", "2001", "2002",
        "2003", "2004", "2005", "2006", "2007", "2008", "2009", "2010", "2011", "2012", "2013", "2014",
        "2015", "2016", "2017", "2018", "2019", "2020",
    ];
    let of = |at: usize| {
        let level = Stated { period: YEARS[at], value: 800, ..OUTTURN };
        let rate = Stated { measure: Measure::Growth, value: 0, unit: "percent", ..level.clone() };
        report(at as u32, &[level, rate])
    };
    let found = findings(&(0..30).map(of).collect::<Vec<_>>());
    assert_eq!(found.len(), 29, "each of the relations is decided all the same");
    assert!(found.iter().all(|one| one.verdict == Verdict::Agrees), "{found:?}");
    assert!(found.iter().all(|one| one.assumptions == ["component_too_large"]), "{found:?}");
    // Fewer are looked at together.
    let few = findings(&(0..20).map(of).collect::<Vec<_>>());
    assert!(few.iter().all(|one| one.assumptions.is_empty()), "{few:?}");
}

#[test]
fn two_shares_or_means_of_one_key_are_held_against_each_other_where_one_digit_tells_them_apart() {
    for measure in [Measure::Share, Measure::Mean, Measure::Difference] {
        let of = |value| Stated { measure, value, ..OUTTURN };
        let against = |value| verdicts(&[report(1, &[of(358)]), report(2, &[of(value)])]);
        assert_eq!(against(358), [(Relation::Restated, Verdict::Agrees)]);
        assert_eq!(against(858), [(Relation::Restated, Verdict::Conflicts)]);
        assert_eq!(against(421), [], "they may be of two wholes");
    }
}

#[test]
fn a_key_shared_by_everything_says_so_and_is_not_compared() {
    let reports: Vec<Report> =
        (0..600).map(|name| report(name, &[Stated { value: 800 + i128::from(name), ..OUTTURN }])).collect();
    let found = findings(&reports);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].verdict, Verdict::Undetermined);
    assert_eq!(found[0].assumptions, ["too_many_statements"]);
    assert!(found[0].explanation.vi.contains("Hơn 512 số liệu"), "{}", found[0].explanation.vi);
}

#[test]
fn a_table_of_many_narrower_rows_does_not_hide_the_totals_of_its_cell() {
    const ROWS: [&str; 8] = [
        "kinh phí xay xát",
        "kinh phí dệt may",
        "kinh phí mây tre",
        "kinh phí gốm sứ",
        "kinh phí cơ khí",
        "kinh phí chế biến",
        "kinh phí thêu ren",
        "kinh phí đúc đồng",
    ];
    let rows = |name: u32| ROWS.map(|label| Stated { label, value: 30 + i128::from(name), ..OUTTURN });
    let mut reports: Vec<Report> = (0..100).map(|name| report(name, &rows(name))).collect();
    reports.push(report(500, &[OUTTURN]));
    reports.push(report(501, &[Stated { value: 861, ..OUTTURN }]));
    let found = findings(&reports);
    assert!(
        found.iter().any(|one| one.verdict == Verdict::Conflicts
            && one.figures.iter().any(|operand| { operand.id == figure(document(500), 0, &OUTTURN).id })),
        "800 rows are told apart by their words"
    );
}
