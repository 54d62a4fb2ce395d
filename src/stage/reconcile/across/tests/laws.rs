//! What holds whatever the reports are and in whatever order they come.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::*;

/// A level, with what its report says of plan and year before: mostly so that all of it fits together.
fn any_block() -> impl Strategy<Value = Vec<Stated>> {
    let areas = prop::sample::select(vec![("VN", 3), ("KC_N28", 1), ("KC_C15", 1), ("KC_S20", 1)]);
    let years = prop::sample::select(vec![("2022", 1000), ("2023", 1100), ("2024", 1210), ("2024-S1", 1150)]);
    let aspects = prop::sample::select(vec![Aspect::Plan, Aspect::Actual, Aspect::Actual, Aspect::Estimate]);
    let funds = prop::sample::select(vec![
        (Fund::Total, 10),
        (Fund::Total, 10),
        (Fund::National, 4),
        (Fund::Local, 6),
    ]);
    let noise = prop::sample::select(vec![10, 10, 10, 11]);
    let rates = (
        prop::sample::select(vec![None, Some(90), Some(90), Some(95)]),
        prop::sample::select(vec![None, Some(10), Some(10), Some(16)]),
        prop::sample::select(vec![None, None, Some(10), Some(13)]),
    );
    let hedges = prop::sample::select(vec![Qualifier::Eq, Qualifier::Eq, Qualifier::Eq, Qualifier::Gt]);
    (areas, years, aspects, funds, noise, rates, hedges).prop_map(
        |(
            (area, times),
            (period, plan),
            aspect,
            (fund, tenths),
            noise,
            (of_plan, growth, rise),
            qualifier,
        )| {
            let share = if aspect == Aspect::Plan { 10 } else { 9 };
            let value = plan * times * tenths * share * noise;
            let level = Stated { area, period, aspect, fund, value, step: 100, qualifier, ..PLAN };
            let mut block = vec![level.clone()];
            if aspect != Aspect::Plan && qualifier == Qualifier::Eq {
                let rate =
                    |measure, value| Stated { measure, value, step: 1, unit: "percent", ..level.clone() };
                block.extend(of_plan.map(|value| rate(Measure::OfPlan, value)));
                block.extend(growth.map(|value| rate(Measure::Growth, value)));
                // A level rises by an eleventh of itself; a fund has as many tenths of the whole.
                let rise = rise.map(|tenths| value * tenths / 110);
                block.extend(rise.map(|value| Stated {
                    measure: Measure::Difference,
                    value,
                    ..level.clone()
                }));
                block.extend((fund != Fund::Total).then(|| rate(Measure::Share, tenths * 10)));
            }
            block
        },
    )
}

fn any_reports() -> impl Strategy<Value = Vec<Report>> {
    let one = (0..4_u32, prop::collection::vec(any_block(), 1..4));
    prop::collection::vec(one, 1..10).prop_map(|reports| {
        let of = |(name, (copy_of, blocks)): (u32, (u32, Vec<Vec<Stated>>))| {
            let numbered = blocks.into_iter().enumerate();
            let stated = numbered
                .flat_map(|(sentence, block)| block.into_iter().map(move |one| Stated { sentence, ..one }))
                .collect();
            // Few are copies: neighbours of one number.
            Report { name, copy_of: copy_of + 4 * (name / 2), stated }
        };
        (0..).zip(reports).map(of).collect()
    })
}

/// A third region makes of two that were more than the country what no longer says anything of it.
#[test]
fn what_a_new_report_takes_away_stands_no_more() {
    let level = |area, value| Stated { area, value, aspect: Aspect::Actual, step: 1, ..PLAN };
    let first = [level("KC_N28", 60), level("KC_S20", 55), level("VN", 100)];
    let first: Vec<Report> =
        (1..).zip(&first).map(|(name, one)| report(name, std::slice::from_ref(one))).collect();
    let third = report(4, &[level("KC_C15", 77)]);
    let before: Vec<&Report> = first.iter().collect();
    let stood = verdicts(&first);
    assert!(stood.contains(&(Relation::Sum, Verdict::Conflicts)), "{stood:?}");
    let (findings, derived) = stepwise(&[before.clone(), vec![&third]], rules());
    let all: Vec<&Report> = before.into_iter().chain([&third]).collect();
    assert_eq!((findings.into_values().collect(), derived.into_values().collect()), scratch(&all, rules()));
}

/// The random reports below are worth something: they contradict each other, and agree.
#[test]
fn random_reports_are_related_in_every_way() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: BTreeMap<(Relation, Verdict), usize> = BTreeMap::new();
    for _ in 0..400 {
        let reports = any_reports().new_tree(&mut runner).unwrap().current();
        for relation in verdicts(&reports) {
            *seen.entry(relation).or_default() += 1;
        }
    }
    for relation in [
        Relation::Restated,
        Relation::OfPlan,
        Relation::Growth,
        Relation::Difference,
        Relation::Order,
        Relation::Share,
        Relation::Sum,
    ] {
        for verdict in [Verdict::Agrees, Verdict::Conflicts] {
            assert!(
                seen.get(&(relation, verdict)).is_some_and(|times| *times >= 3),
                "{relation} {verdict}: {seen:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_order_of_documents_does_not_matter(reports in any_reports(), seed in any::<u64>()) {
        let rules = rules();
        let straight: Vec<&Report> = reports.iter().collect();
        let mut turned = straight.clone();
        turned.sort_by_key(|report| Digest::of(&(seed ^ u64::from(report.name)).to_le_bytes()));
        prop_assert_eq!(scratch(&straight, rules), scratch(&turned, rules));
    }

    #[test]
    fn step_by_step_gives_what_deciding_everything_gives(
        reports in any_reports(), seed in any::<u64>(), size in 1usize..4,
    ) {
        let rules = rules();
        let mut turned: Vec<&Report> = reports.iter().collect();
        turned.sort_by_key(|report| Digest::of(&(seed ^ u64::from(report.name)).to_le_bytes()));
        let batches: Vec<Vec<&Report>> = turned.chunks(size).map(<[&Report]>::to_vec).collect();
        let (findings, derived) = stepwise(&batches, rules);
        let stands = (findings.into_values().collect(), derived.into_values().collect());
        prop_assert_eq!(stands, scratch(&turned, rules));
    }
}
