//! Thresholds on a difference, as scripts and settings write them: `figures.removed > 0`.

use std::fmt;
use std::str::FromStr;

use super::diff::{Difference, Record};

/// A condition on a count; see [`Threshold::from_str`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    text: String,
    name: String,
    compare: Compare,
    number: u64,
    /// The number is in percent of how many there were before.
    percent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    Above,
    AtLeast,
    Below,
    AtMost,
    Equal,
    Other,
}

/// The comparisons, longer ones first.
const COMPARES: &[(&str, Compare)] = &[
    (">=", Compare::AtLeast),
    ("<=", Compare::AtMost),
    ("!=", Compare::Other),
    ("==", Compare::Equal),
    (">", Compare::Above),
    ("<", Compare::Below),
    ("=", Compare::Equal),
];

impl FromStr for Threshold {
    type Err = String;

    /// Reads `COUNT OP NUMBER`, where COUNT is `figures`, `findings` or `derived` with `.added`,
    /// `.removed`, `.changed`, `.changed.FIELD`, `.before` or `.after`; `conflicts.added`,
    /// `conflicts.removed` or `documents.changed`; OP is `>`, `>=`, `<`, `<=`, `=` or `!=`; and NUMBER may
    /// end with `%`: of how many there were before.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| {
            format!(
                "{what}; write COUNT OP NUMBER, as figures.removed > 0, figures.changed.period <= 5%, conflicts.added > 0"
            )
        };
        let found = COMPARES.iter().find_map(|(mark, compare)| Some((text.split_once(mark)?, *compare)));
        let ((name, number), compare) = found.ok_or_else(|| wrong("there is no comparison in it"))?;
        let (name, number) = (name.trim(), number.trim());
        if Difference::new(0, None, [0; 3], Vec::new()).count_of(name).is_none() {
            let (kind, field) = name.split_once(".changed.").unwrap_or((name, ""));
            return Err(match Record::from_plural(kind) {
                Some(record) if !field.is_empty() => {
                    format!("{kind} have no field {field:?}; their fields are {}", record.fields().join(", "))
                }
                _ => wrong(&format!("there is no count {name:?}")),
            });
        }
        let percent = number.ends_with('%');
        if percent && !["figures.", "findings.", "derived."].iter().any(|kind| name.starts_with(kind)) {
            return Err(wrong(&format!("{name} is a share of nothing")));
        }
        let digits = number.trim_end_matches('%').trim();
        let number = digits.parse().map_err(|_| wrong(&format!("{digits:?} is no whole number")))?;
        Ok(Self { text: text.trim().to_owned(), name: name.to_owned(), compare, number, percent })
    }
}

impl Threshold {
    /// Tells whether the condition holds of `difference`.
    pub fn holds(&self, difference: &Difference) -> bool {
        let count = u128::from(difference.count_of(&self.name).unwrap_or(0));
        let number = u128::from(self.number);
        let (count, number) = if self.percent {
            let kind = self.name.split('.').next().unwrap_or_default();
            let before = u128::from(difference.count_of(&format!("{kind}.before")).unwrap_or(0));
            (count * 100, number * before)
        } else {
            (count, number)
        };
        match self.compare {
            Compare::Above => count > number,
            Compare::AtLeast => count >= number,
            Compare::Below => count < number,
            Compare::AtMost => count <= number,
            Compare::Equal => count == number,
            Compare::Other => count != number,
        }
    }

    /// Says how the count stands.
    pub fn standing(&self, difference: &Difference) -> String {
        format!("{} (it is {})", self.text, difference.count_of(&self.name).unwrap_or(0))
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_and_hold_by_exact_arithmetic() {
        let mut difference = Difference::new(1, None, [200, 0, 0], Vec::new());
        difference.counts.get_mut("figures").unwrap().removed = 2;
        let holds = |text: &str| text.parse::<Threshold>().unwrap().holds(&difference);
        assert!(holds("figures.removed > 0") && holds("figures.removed>=2") && holds("figures.removed = 2"));
        assert!(!holds("figures.removed > 1%") && holds("figures.removed >= 1%"));
        assert!(holds("conflicts.added != 1") && holds("documents.changed < 1"));
        for wrong in
            ["", "figures.removed", "pictures.removed > 0", "figures.removed > many", "conflicts.added > 1%"]
        {
            assert!(wrong.parse::<Threshold>().unwrap_err().contains("COUNT OP NUMBER"), "{wrong}");
        }
        assert!(!holds("findings.changed.verdict > 0"));
        let typo = "figures.changed.indcator > 0".parse::<Threshold>().unwrap_err();
        assert!(typo.contains("no field \"indcator\"") && typo.contains(" indicator,"), "{typo}");
        assert!("findings.changed.period > 0".parse::<Threshold>().is_err(), "a field of figures");
    }
}
