//! Features by number and by name, and their weights.

use super::{FILE, Tables};
use crate::stage::rules::error::RuleError;

/// A kind of feature: its name in the file, and the names of the values of its axes.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// The table in the file: `[period.NAME]`.
    pub name: &'static str,
    /// The values of each axis; a key in the table names one of each, in this order.
    pub axes: &'static [&'static [&'static str]],
}

impl Template {
    const fn len(&self) -> usize {
        let mut length = 1;
        let mut axis = 0;
        while axis < self.axes.len() {
            length *= self.axes[axis].len();
            axis += 1;
        }
        length
    }

    /// Returns the number within the template of the feature that `key` names.
    fn index(&self, key: &str) -> Option<usize> {
        let mut words = key.split(' ');
        let mut index = 0;
        for axis in self.axes {
            let word = words.next()?;
            index = index * axis.len() + axis.iter().position(|value| *value == word)?;
        }
        words.next().is_none().then_some(index)
    }

    fn key(&self, mut index: usize) -> String {
        let mut words = Vec::new();
        for axis in self.axes.iter().rev() {
            words.push(axis[index % axis.len()]);
            index /= axis.len();
        }
        words.reverse();
        words.join(" ")
    }
}

/// A feature, numbered through all templates of its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Feature(pub u16);

/// The weights of one slot's candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    templates: &'static [Template],
    offsets: Vec<usize>,
    weights: Vec<i32>,
}

/// Where the features of a template are among all of its model, and how its values number them. A template has three
/// axes at most.
///
/// It is made where the program is compiled, so that a feature's number is a few additions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    offset: usize,
    axes: usize,
    second: usize,
    third: usize,
}

impl Places {
    /// Of the template numbered `at` in `templates`.
    pub(super) const fn of(templates: &[Template], at: usize) -> Self {
        let mut offset = 0;
        let mut before = 0;
        while before < at {
            offset += templates[before].len();
            before += 1;
        }
        let axes = templates[at].axes;
        let second = if axes.len() > 1 { axes[1].len() } else { 1 };
        let third = if axes.len() > 2 { axes[2].len() } else { 1 };
        Self { offset, axes: axes.len(), second, third }
    }

    /// Returns the feature with these values of the template's axes.
    #[inline]
    pub fn feature(self, values: &[usize]) -> Feature {
        debug_assert_eq!(self.axes, values.len());
        let index = match *values {
            [a] => a,
            [a, b] => a * self.second + b,
            [a, b, c] => (a * self.second + b) * self.third + c,
            _ => 0,
        };
        Feature((self.offset + index) as u16)
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Template {}

impl Model {
    pub(super) fn of(templates: &'static [Template]) -> Self {
        let mut offsets = Vec::with_capacity(templates.len());
        let mut end = 0;
        for template in templates {
            offsets.push(end);
            end += template.len();
        }
        Self { templates, offsets, weights: vec![0; end] }
    }

    /// Returns the weight of a feature.
    #[inline]
    pub fn weight(&self, feature: Feature) -> i64 {
        self.weights.get(usize::from(feature.0)).copied().unwrap_or(0).into()
    }

    /// Returns how many features there are.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Tells whether there are no features.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// Returns the table and the key under which the file names a feature.
    pub fn name(&self, feature: Feature) -> (&'static str, String) {
        let index = usize::from(feature.0);
        let template = self.offsets.partition_point(|offset| *offset <= index).saturating_sub(1);
        (self.templates[template].name, self.templates[template].key(index - self.offsets[template]))
    }

    pub(super) fn load(&mut self, slot: &str, tables: &Tables, text: &str) -> Result<(), RuleError> {
        for (name, weights) in tables {
            let Some(at) = self.templates.iter().position(|template| template.name == name) else {
                let known: Vec<&str> = self.templates.iter().map(|template| template.name).collect();
                return Err(misfit(text, name, &format!("the tables of {slot} are {}", known.join(", "))));
            };
            for (key, weight) in weights {
                let Some(index) = self.templates[at].index(key) else {
                    let axes = self.templates[at].axes.iter().map(|axis| axis.join("|"));
                    let hint = format!("a key of {slot}.{name} is {}", axes.collect::<Vec<_>>().join(" "));
                    return Err(misfit(text, key, &hint));
                };
                self.weights[self.offsets[at] + index] = *weight;
            }
        }
        Ok(())
    }
}

fn misfit(text: &str, words: &str, hint: &str) -> RuleError {
    let at = text.find(words).unwrap_or(0);
    RuleError::at(FILE, text, at, format!("no feature is named {words:?}"), hint)
}

macro_rules! templates {
    ($(#[$doc:meta])* $list:ident, $module:ident { $($name:ident = $word:literal [$($axis:ident),*],)+ }) => {
        $(#[$doc])*
        pub const $list: &[Template] =
            &[$(Template { name: $word, axes: &[$($axis::NAMES),*] }),+];

        /// The features of each template.
        #[allow(missing_docs, non_camel_case_types, reason = "each is named as in the list")]
        pub mod $module {
            use crate::stage::rules::ranking::Places;

            #[derive(Clone, Copy)]
            enum Number { $($name),+ }
            $(
                #[allow(non_upper_case_globals, reason = "each is named as in the list")]
                pub const $name: Places = Places::of(super::$list, Number::$name as usize);
            )+
        }
    };
}
pub(super) use templates;

#[cfg(test)]
mod tests {
    use super::super::{AREA, PERIOD};
    use super::*;

    #[test]
    fn every_feature_is_found_again_by_its_name() {
        for templates in [PERIOD, AREA] {
            let model = Model::of(templates);
            for at in 0..model.len() {
                let feature = Feature(u16::try_from(at).unwrap());
                let (table, key) = model.name(feature);
                let template = templates.iter().position(|template| template.name == table).unwrap();
                let index = templates[template].index(&key).unwrap();
                assert_eq!(model.offsets[template] + index, at, "{table} {key}");
            }
        }
    }
}
