//! A pack without one of its rules: what shows that a rule is missed by an example.

use toml::{Table, Value};

use super::RulePack;
use super::entries::Entry;
use super::phrase::Phrases;

impl RulePack {
    /// Returns the pack without `entry`: a table of a list is gone, a list of phrases is empty, a number of
    /// `relations.toml` is 0. `None` for what no removal is meant for: weights, examples.
    ///
    /// Rules of mentions are taken out of the trees in memory: reading all files again takes too long.
    pub fn without(&self, entry: &Entry) -> Option<Self> {
        let mut pack = self.clone();
        let number = u32::try_from(entry.number).ok()?;
        let mention = &mut pack.mention;
        match (entry.file, entry.section.as_str()) {
            ("units.toml", "scale") => mention.scale_words.remove(number),
            ("units.toml", "unit") => mention.unit_words.remove(number),
            ("units.toml", "noun") => mention.noun_words.remove(number),
            ("units.toml", "per") => mention.per_words = Phrases::default(),
            ("hedges.toml", _) => {
                mention.hedges_before.remove(number);
                mention.hedges_after.remove(number);
            }
            ("periods.toml", _) => mention.period_words.remove(number),
            ("places.toml", "place") => mention.place_words.remove(number),
            ("numbers.toml", "digits") => {
                let word = self.words.get(&entry.name);
                mention.digits.remove(word);
            }
            ("numbers.toml" | "places.toml", section) => {
                let tree = match section {
                    "ordinal" => &mut mention.ordinal_before,
                    "rank" => &mut mention.rank_before,
                    "law" => &mut mention.law_before,
                    "name" if entry.file == "numbers.toml" => &mut mention.name_before,
                    "multiple" => &mut mention.multiple_before,
                    "five" => &mut mention.five_before,
                    "stop" => &mut mention.stop,
                    "birth" => &mut mention.birth_before,
                    "level" => &mut mention.level_between,
                    "turn" => &mut mention.turn_before,
                    "clock" => &mut mention.clock_before,
                    "street" => &mut mention.street_after,
                    "part" => &mut mention.part_after,
                    "of" => &mut mention.of_between,
                    "prefix" => &mut mention.place_prefix,
                    "agency" => &mut mention.agency_before,
                    "name" => &mut mention.other_name_before,
                    _ => return None,
                };
                *tree = Phrases::default();
            }
            ("codes.toml" | "frames.toml" | "indicators.toml" | "relations.toml" | "segment.toml", _) => {
                pack.replace(entry)?;
            }
            _ => return None,
        }
        Some(pack)
    }

    /// Reads the entry's file again without it.
    fn replace(&mut self, entry: &Entry) -> Option<()> {
        let mut table: Table = toml::from_str(self.files.text(entry.file)).ok()?;
        let emptied = |value: &Value| match value {
            Value::Integer(_) => Value::Integer(0),
            _ => Value::Array(Vec::new()),
        };
        match table.get_mut(&entry.section)? {
            Value::Array(tables) if tables.first().is_some_and(Value::is_table) => {
                tables.remove(entry.number);
            }
            Value::Table(lists) if entry.file == "codes.toml" => {
                lists.remove(&entry.name)?;
            }
            Value::Table(lists) => {
                let list = lists.get_mut(&entry.name)?;
                *list = emptied(list);
            }
            list => *list = emptied(list),
        }
        match entry.file {
            "codes.toml" => self.codes = table.try_into().ok()?,
            "frames.toml" => self.frames = table.try_into().ok()?,
            "indicators.toml" => self.indicators = table.try_into().ok()?,
            // Its counts are wider than a TOML value holds; only reading text takes them.
            "relations.toml" => self.relations = toml::from_str(&toml::to_string(&table).ok()?).ok()?,
            "segment.toml" => self.segment = table.try_into().ok()?,
            _ => return None,
        }
        self.plant();
        Some(())
    }
}
