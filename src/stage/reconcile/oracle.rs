//! The arithmetic against an independent exact method: ten thousand random relations and ten thousand
//! random systems, decided once more by a script with fractions alone (`tests/oracle/exact.py`).

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::model::Decimal;
use crate::model::figure::{Figure, Measure};
use crate::model::finding::{Relation, Verdict};
use crate::model::interval::Interval;
use crate::model::rational::Rational;

use super::claim::Claim;
use super::formula::Formula;
use super::quantity::{self, Reading};
use super::solve::{Corner, Row};
use super::term::Term;

/// How many relations, and how many systems.
const ROUNDS: usize = 10_000;

/// A row of numbers that look random and are the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn between(&mut self, low: i128, high: i128) -> i128 {
        low + i128::from(self.below(u64::try_from(high - low + 1).unwrap()))
    }
}

/// Asks the script; `None`, with a word, where there is no Python.
fn ask(questions: &str) -> Option<Vec<String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/exact.py");
    let child = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        println!("skipped: python3 is not installed, so that the arithmetic is not checked a second time");
        return None;
    };
    let mut pipe = child.stdin.take().unwrap();
    let lines = questions.to_owned();
    let writing = std::thread::Builder::new().spawn(move || pipe.write_all(lines.as_bytes())).unwrap();
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success(), "the script failed");
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

fn figure(numbers: &mut Numbers, at: usize, measure: Measure) -> Figure {
    let exact = measure == Measure::Value && numbers.below(4) == 0;
    let power = i32::try_from(numbers.below(4)).unwrap() - 1;
    let step = if exact { Decimal::ZERO } else { Decimal::whole(1).shift(power).unwrap() };
    let most = if measure == Measure::Value { 3_000 } else { 150 };
    let count = Decimal::whole(numbers.between(2, most));
    let value = if exact { count } else { count.shift(power).unwrap() };
    let negative = measure == Measure::Growth && numbers.below(3) == 0 && value < Decimal::whole(90);
    Figure {
        quote: value.to_string().into(),
        ..Figure::printed(at, measure, [if negative { value.negated().unwrap() } else { value }, step], "t")
    }
}

/// The measures of the operands of a kind of claim, the stated one last.
fn operands(kind: &str, numbers: &mut Numbers) -> Vec<Measure> {
    let value = Measure::Value;
    match kind {
        "sum" => vec![value; usize::try_from(numbers.below(4)).unwrap() + 3],
        "difference" => vec![value, value, Measure::Difference],
        "mean" => vec![value, value, Measure::Mean],
        "growth" => vec![value, value, Measure::Growth],
        "share" => vec![value, value, Measure::Share],
        "index" => vec![value, value, Measure::Index],
        "routes" => vec![value, Measure::OfPlan, Measure::Growth, value],
        "parts" => vec![value, value, Measure::OfPlan, value, Measure::OfPlan, Measure::OfPlan],
        _ => vec![value, value, Measure::OfPlan],
    }
}

fn claim<'f>(kind: &str, figures: &'f [Figure]) -> Option<Claim<'f>> {
    let last = figures.len() - 1;
    let stated = &figures[last];
    let rate = |relation| Some(Claim::of_rate(relation, &figures[0], &figures[1], stated));
    match kind {
        "sum" => {
            let parts: Vec<&Figure> = figures[..last].iter().collect();
            Some(Claim::of_sum(&parts, stated, "relation.sum"))
        }
        "difference" => rate(Relation::Difference),
        "mean" => rate(Relation::Mean),
        "growth" => rate(Relation::Growth),
        "share" => rate(Relation::Share),
        "index" => rate(Relation::Index),
        "routes" => Term::printed(&figures[0], "actual")
            .behind(Relation::OfPlan, &figures[1])
            .ahead(Relation::Growth, &figures[2])
            .claim(Relation::Growth, stated, "later", "relations.routes"),
        "parts" => {
            let part =
                |at: usize| Term::printed(&figures[at], "part").behind(Relation::OfPlan, &figures[at + 1]);
            let plans = part(1).with(part(3), Formula::plus);
            Term::printed(&figures[0], "actual").with(plans, Formula::percent).claim(
                Relation::OfPlan,
                stated,
                "rate",
                "relation.of_plan.parts",
            )
        }
        _ => rate(Relation::OfPlan),
    }
}

fn fraction(value: &Rational) -> String {
    let (numerator, denominator) = value.as_small().unwrap();
    format!("{numerator}/{denominator}")
}

fn text(interval: &Interval) -> String {
    let (low, high) = (interval.low.as_ref().unwrap(), interval.high.as_ref().unwrap());
    let (open, shut) = (if low.closed { '[' } else { '(' }, if high.closed { ']' } else { ')' });
    format!("{open}{},{}{shut}", fraction(&low.at), fraction(&high.at))
}

/// Puts the stated figure near what is computed, so that agreement hangs by the last digit.
fn near(figures: &mut [Figure], kind: &str, numbers: &mut Numbers) {
    let last = figures.len() - 1;
    let Some(middle) = claim(kind, figures).and_then(|claim| {
        let computed = claim.implied(last, Reading::Rounded);
        let (low, high) = (computed.low?.at, computed.high?.at);
        low.add(&high).div(&Rational::whole(2))
    }) else {
        return;
    };
    let step = if figures[last].step == Decimal::ZERO { Decimal::whole(1) } else { figures[last].step };
    let Some((numerator, denominator)) = middle.div(&step.into()).and_then(|count| count.as_small()) else {
        return;
    };
    let count = numerator.div_euclid(denominator) + numbers.between(-1, 2);
    if let Some(value) = step.checked_mul(Decimal::whole(count)) {
        figures[last].value = value;
    }
}

#[test]
fn ten_thousand_relations_are_decided_as_by_fractions_alone() {
    let kinds = ["sum", "difference", "mean", "growth", "share", "index", "of_plan", "routes", "parts"];
    let mut numbers = Numbers(20_260_711);
    let (mut questions, mut found) = (String::new(), Vec::new());
    while found.len() < ROUNDS {
        let kind = kinds[usize::try_from(numbers.below(9)).unwrap()];
        let measures = operands(kind, &mut numbers);
        let mut figures: Vec<Figure> =
            measures.into_iter().enumerate().map(|(at, measure)| figure(&mut numbers, at, measure)).collect();
        near(&mut figures, kind, &mut numbers);
        let Some(claim) = claim(kind, &figures) else { continue };
        questions.push_str(&format!("claim\t{kind}"));
        for figure in &figures {
            questions.push('\t');
            questions.push_str(&text(&quantity::interval(figure, Reading::Rounded)));
        }
        questions.push('\n');
        found.push(if claim.decide().verdict == Verdict::Agrees { "yes" } else { "no" });
    }
    let Some(answers) = ask(&questions) else { return };
    assert_eq!(answers.len(), found.len());
    let agreed = found.iter().filter(|answer| **answer == "yes").count();
    assert!(agreed > ROUNDS / 4 && agreed < ROUNDS * 3 / 4, "one-sided questions: {agreed} agree");
    for ((question, found), answer) in questions.lines().zip(&found).zip(&answers) {
        assert_eq!(found, answer, "{question}");
    }
}

#[test]
fn ten_thousand_systems_are_solved_as_by_fractions_alone() {
    let mut numbers = Numbers(19_450_902);
    let (mut questions, mut found) = (String::new(), Vec::new());
    for _ in 0..ROUNDS {
        let count = usize::try_from(numbers.below(2)).unwrap() + 2;
        let lines = usize::try_from(numbers.below(4)).unwrap() + 1;
        questions.push_str(&format!("system\t{count}"));
        let mut rows = Vec::new();
        let mut add = |factors: Vec<i128>, bound: i128, strict: bool| {
            let words: Vec<String> = factors.iter().map(i128::to_string).collect();
            let sign = if strict { "<" } else { "<=" };
            questions.push_str(&format!("\t{} {sign} {bound}", words.join(" ")));
            let terms = factors.iter().enumerate().map(|(at, f)| (at, Rational::whole(*f))).collect();
            rows.push(Row { terms, bound: Rational::whole(bound), strict });
        };
        for _ in 0..lines {
            let factors = (0..count).map(|_| numbers.between(-9, 9)).collect();
            let bound = numbers.between(-40, 60);
            add(factors, bound, numbers.below(2) == 0);
        }
        // Most unknowns are bounded, as printed figures are.
        for at in 0..count {
            if numbers.below(5) > 0 {
                let factors = (0..count).map(|other| i128::from(other == at)).collect();
                let bound = numbers.between(1, 50);
                add(factors, bound, numbers.below(2) == 0);
            }
        }
        questions.push('\n');
        found.push(Corner::of(count, &rows).map_or_else(
            || "none".to_owned(),
            |corner| {
                let ends = (0..count).map(|at| bounds(&corner.bounds(at).unwrap()));
                ends.collect::<Vec<String>>().join(" ")
            },
        ));
    }
    let Some(answers) = ask(&questions) else { return };
    assert_eq!(answers.len(), found.len());
    for ((question, found), answer) in questions.lines().zip(&found).zip(&answers) {
        assert_eq!(found, answer, "{question}");
    }
}

/// An interval as the script prints it: a fraction in lowest terms, nothing where there is no end.
fn bounds(interval: &Interval) -> String {
    let show = |end: Option<&Rational>| {
        end.map_or(String::new(), |value| match value.as_small().unwrap() {
            (numerator, 1) => numerator.to_string(),
            (numerator, denominator) => format!("{numerator}/{denominator}"),
        })
    };
    let low_closed = interval.low.as_ref().is_none_or(|end| end.closed);
    let high_closed = interval.high.as_ref().is_none_or(|end| end.closed);
    format!(
        "{}{},{}{}",
        if low_closed { '[' } else { '(' },
        show(interval.low.as_ref().map(|end| &end.at)),
        show(interval.high.as_ref().map(|end| &end.at)),
        if high_closed { ']' } else { ')' }
    )
}
