//! The page as the relations see it: figures in reading order, their lines, the words between.

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::model::figure::{Aspect, Figure, Measure, Qualifier};
use crate::stage::rules::bytes::each_of;
use crate::stage::rules::relations::RelationRules;

use super::reach::Reach;

/// How far back the bracket is looked for that a figure may stand in.
const BRACKET_REACH_BYTES: usize = 400;

/// How far after a rate the words that say what it is compared with are looked for.
const RATE_WORDS_CHARS: usize = 20;

/// How many bytes the words may take that `…` of a phrase stands for.
const GAP_BYTES: usize = 60;

/// The fewest letters by which two categories are recognised as the same words.
const WIDER_CHARS: usize = 12;

/// How many bytes after a figure can name a category; more than that is no name, whatever it is.
const CATEGORY_BYTES: usize = 400;

/// What ends a cell of a table's row.
const CELL_ENDS: [char; 2] = ['|', '\t'];

/// What begins the words that a wider part adds, as a text may print it.
const MORE: [&str; 4] = ["và", "Và", "VÀ", "vÀ"];

/// How many bytes each of them has.
const MORE_BYTES: usize = "và".len();

/// Figures in reading order over their source text.
pub(super) struct Page<'f> {
    pub(super) source: &'f str,
    pub(super) figures: Vec<&'f Figure>,
    pub(super) rules: &'f RelationRules,
    lines: Vec<usize>,
    /// Where cells of tables end.
    cells: Vec<usize>,
    /// The source as the rules spell words, byte for byte in the same places; `None` where a spelling has
    /// other lengths, so that every stretch is spelled by itself.
    spelled: Option<String>,
    /// Where the text says that figures are not counted alike: start and end of every phrase, in order. Empty
    /// where `spelled` is `None`.
    differing: Vec<(usize, usize)>,
    /// Where the text hands out numbers in turn, likewise.
    distributed: Vec<(usize, usize)>,
    /// Where it says that parts are all there are, likewise.
    complete: Vec<(usize, usize)>,
    /// Where what names a category ends, and where words may begin that widen it.
    stops: Vec<usize>,
    wider: Vec<usize>,
    /// The figures for which others stood out of reach.
    pub(super) reach: Reach,
}

impl<'f> Page<'f> {
    pub(super) fn new(source: &'f str, figures: &'f [Figure], rules: &'f RelationRules) -> Self {
        let mut ordered: Vec<&Figure> = figures.iter().collect();
        ordered.sort_by(|a, b| (a.span, &a.id).cmp(&(b.span, &b.id)));
        let places_of = |ends: &[char]| source.match_indices(ends).map(|(at, _)| at).collect();
        let (lines, cells) = (places_of(&['\n']), places_of(&CELL_ENDS));
        let spelled = spelled(source);
        // A page makes thousands of candidate sums, and all of them ask.
        let places = |phrases: &[String]| {
            let text = spelled.as_deref().unwrap_or("");
            let mut places: Vec<(usize, usize)> =
                phrases.iter().flat_map(|phrase| said(text, phrase)).collect();
            places.sort_unstable();
            places
        };
        let (differing, distributed) = (places(&rules.scope_differs), places(&rules.distributed));
        let complete = held(spelled.as_deref().unwrap_or(""), &rules.parts_complete);
        let (mut stops, mut wider) = (Vec::new(), Vec::new());
        each_of(source.as_bytes(), *b";.\n(:", |at, _| stops.push(at));
        for more in MORE {
            wider.extend(memchr::memmem::find_iter(source.as_bytes(), more));
        }
        wider.sort_unstable();
        Self {
            source,
            figures: ordered,
            rules,
            lines,
            cells,
            spelled,
            differing,
            distributed,
            complete,
            stops,
            wider,
            reach: Reach::default(),
        }
    }

    /// Returns the number of the line that the figure stands in, from 0.
    pub(super) fn line(&self, figure: &Figure) -> usize {
        self.lines.partition_point(|at| *at < figure.span.start)
    }

    /// Tells whether a figure stands in a row of a table.
    pub(super) fn in_table(&self, figure: &Figure) -> bool {
        let (start, end) = self.line_of(figure);
        let at = self.cells.partition_point(|cell| *cell < start);
        self.cells.get(at).is_some_and(|cell| *cell < end)
    }

    /// Returns how many cells of its line end before a figure.
    pub(super) fn column(&self, figure: &Figure) -> usize {
        let before = |place: usize| self.cells.partition_point(|cell| *cell < place);
        before(figure.span.start) - before(self.line_of(figure).0.min(figure.span.start))
    }

    /// Where the line of a figure begins and ends.
    fn line_of(&self, figure: &Figure) -> (usize, usize) {
        let line = self.line(figure);
        let start = line.checked_sub(1).and_then(|at| self.lines.get(at)).map_or(0, |at| at + 1);
        (start, self.lines.get(line).copied().unwrap_or(self.source.len()))
    }

    /// Returns the figures that begin after `low` and before `high`, in reading order.
    pub(super) fn among(&self, low: usize, high: usize) -> &[&'f Figure] {
        let from = self.figures.partition_point(|figure| figure.span.start <= low);
        let to = self.figures.partition_point(|figure| figure.span.start < high);
        self.figures.get(from..to).unwrap_or(&[])
    }

    /// Returns the figures within the window before and after `figure`.
    pub(super) fn near(&self, figure: &Figure) -> &[&'f Figure] {
        let at = self.figures.partition_point(|one| (one.span, &one.id) < (figure.span, &figure.id));
        let window = self.rules.window_figures;
        self.figures.get(at.saturating_sub(window)..self.figures.len().min(at + window)).unwrap_or(&[])
    }

    /// Returns the figure right before `figure`.
    pub(super) fn before(&self, figure: &Figure) -> Option<&'f Figure> {
        let at = self.figures.partition_point(|one| one.span.start < figure.span.start);
        at.checked_sub(1).map(|at| self.figures[at])
    }

    /// Tells whether `figure` stands in a bracket that is shut before `later`.
    pub(super) fn is_aside(&self, figure: &Figure, later: &Figure) -> bool {
        let shut = self.between(figure, later).find([')', '(']).map(|at| (at, ()));
        let after = self.source.get(figure.span.end..).unwrap_or("");
        shut.is_some_and(|(at, ())| after.get(at..).is_some_and(|rest| rest.starts_with(')')))
    }

    /// Tells whether a bounded figure only describes what the one before it counts: `4.325 doanh nghiệp có
    /// quy mô vốn dưới 10 tỷ đồng`.
    pub(super) fn is_attribute(&self, figure: &Figure) -> bool {
        let bounded =
            matches!(figure.qualifier, Qualifier::Lt | Qualifier::Le | Qualifier::Gt | Qualifier::Ge);
        bounded
            && self.before(figure).is_some_and(|counted| {
                counted.sentence == figure.sentence
                    && counted.measure == Measure::Value
                    && counted.unit != figure.unit
                    && counted.qualifier == Qualifier::Eq
                    && has(&self.between(counted, figure), &self.rules.described)
                    && !self.between(counted, figure).contains([',', ';', '(', ')', '.', ':'])
            })
    }

    /// Tells whether no word between the last comma before the rate and the rate names another subject:
    /// `…, tức tăng 40%` and not `…, tiền điện giảm 15%`.
    pub(super) fn is_bare(&self, rate: &Figure) -> bool {
        let lead = self.lead(rate);
        self.is_bare_lead(lead.rsplit([',', ';', ':', '.', ')']).next().unwrap_or(""))
    }

    /// Tells whether a rate stands right after the bracket that it opens, with words that name no other subject:
    /// `1.888 công ty (chiếm 40,3%)`.
    pub(super) fn is_bracketed_rate(&self, rate: &Figure) -> bool {
        let lead = self.lead(rate);
        lead.rsplit_once('(').is_some_and(|(_, inside)| self.is_bare_lead(inside))
    }

    fn is_bare_lead(&self, clause: &str) -> bool {
        let mut words = clause.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.all(|word| self.rules.rate_leads.iter().any(|bare| bare == word) || is_year(word))
    }

    /// Tells whether a figure stands in a bracket of its line.
    pub(super) fn in_bracket(&self, figure: &Figure) -> bool {
        let line = self.lines.partition_point(|at| *at < figure.span.start);
        let start = line.checked_sub(1).and_then(|at| self.lines.get(at)).map_or(0, |at| at + 1);
        let mut from = figure.span.start.saturating_sub(BRACKET_REACH_BYTES).max(start);
        while !self.source.is_char_boundary(from) {
            from += 1;
        }
        let before = self.source.get(from..figure.span.start).unwrap_or("");
        before.rfind('(').is_some_and(|open| before.rfind(')').is_none_or(|shut| shut < open))
    }

    /// Tells whether the sentence hands out its rates in turn (`lần lượt`): which one is whose is open.
    pub(super) fn is_distributed(&self, rate: &Figure) -> bool {
        let (start, end) = (rate.sentence.start, rate.sentence.end);
        match &self.spelled {
            Some(_) => stands_within(&self.distributed, start, end),
            None => has(&self.words(start, end), &self.rules.distributed),
        }
    }

    /// Tells whether words around a rate make it no rate between two printed levels.
    pub(super) fn is_excluded(&self, rate: &Figure) -> bool {
        let mut from = rate.span.start.saturating_sub(30).max(rate.sentence.start);
        while !self.source.is_char_boundary(from) {
            from += 1;
        }
        let mut to = (rate.span.end + 12).min(self.source.len());
        while !self.source.is_char_boundary(to) {
            to -= 1;
        }
        let around = self.words(from, rate.span.start) + &self.words(rate.span.end, to);
        has(&around, &self.rules.rate_excluded)
    }

    /// Returns the nearest level before the figure at `at`, in its sentence, that fits.
    pub(super) fn level_of(&self, at: usize, fits: impl Fn(&Figure) -> bool) -> Option<&'f Figure> {
        let rate = self.figures[at];
        let before = &self.figures[at.saturating_sub(self.rules.window_figures)..at];
        before.iter().rev().copied().find(|level| {
            level.measure == Measure::Value
                && !matches!(level.unit.as_str(), "percent" | "percentage_point")
                && level.sentence == rate.sentence
                && fits(level)
        })
    }

    /// Returns the words from the figure before `figure`, or the start of its sentence, up to it.
    pub(super) fn lead(&self, figure: &Figure) -> String {
        let at = self.figures.partition_point(|one| one.span.start < figure.span.start);
        let before = at.checked_sub(1).and_then(|at| self.figures.get(at)).map_or(0, |one| one.span.end);
        self.words(before.max(figure.sentence.start).min(figure.span.start), figure.span.start)
    }

    /// Returns the words after `figure` up to the next figure, the end of its clause or its sentence.
    pub(super) fn trail(&self, figure: &Figure) -> String {
        let at = self.figures.partition_point(|one| one.span.start <= figure.span.start);
        let next = self.figures.get(at).map_or(self.source.len(), |one| one.span.start);
        let end = next.min(figure.sentence.end).max(figure.span.end);
        let words = self.words(figure.span.end, end);
        let stop = words.find([';', ',', '.', '\n', '(', ':']).unwrap_or(words.len());
        words.get(..stop).unwrap_or("").to_owned()
    }

    /// Returns the words between two figures in either order, in lower case.
    pub(super) fn between(&self, a: &Figure, b: &Figure) -> String {
        let (first, second) = if a.span.start <= b.span.start { (a, b) } else { (b, a) };
        self.words(first.span.end, second.span.start)
    }

    /// Returns the words of a stretch in lower case; empty where it is no stretch of the text.
    pub(super) fn words(&self, start: usize, end: usize) -> String {
        match &self.spelled {
            Some(spelled) => spelled.get(start..end).unwrap_or("").to_owned(),
            None => lower(self.source.get(start..end).unwrap_or("")),
        }
    }

    /// Tells whether the words after `part` name what the words after `whole` name *and* something
    /// more: a part of another breadth than its whole.
    pub(super) fn is_wider(&self, part: &Figure, whole: &Figure) -> bool {
        // Most parts name nothing more, and that is told without reading the words of both.
        let end = self.category_end(part);
        let more = self.wider.partition_point(|at| *at < part.span.end);
        let more = self.wider.get(more).is_some_and(|at| at + MORE_BYTES <= end);
        if self.spelled.is_some() && !more {
            return false;
        }
        let tail = |figure: &Figure| {
            let words = self.source.get(figure.span.end..self.category_end(figure)).unwrap_or("");
            lower(words.trim())
        };
        let (part, whole) = (tail(part), tail(whole));
        whole.chars().count() >= WIDER_CHARS
            && part.strip_prefix(whole.as_str()).is_some_and(|more| more.starts_with(" và "))
    }

    /// Tells whether words between two figures, in their order, say that the parts are all there are.
    pub(super) fn completes(&self, first: &Figure, last: &Figure) -> bool {
        match &self.spelled {
            Some(_) => {
                let (a, b) = if first.span.start <= last.span.start { (first, last) } else { (last, first) };
                stands_within(&self.complete, a.span.end, b.span.start)
            }
            None => has(&self.between(first, last), &self.rules.parts_complete),
        }
    }

    /// Where the words after a figure end that may name a category.
    fn category_end(&self, figure: &Figure) -> usize {
        let start = figure.span.end.min(self.source.len());
        let stop = self.stops.partition_point(|at| *at < start);
        let stop = self.stops.get(stop).copied().unwrap_or(self.source.len());
        stop.min(self.source.floor_char_boundary(start + CATEGORY_BYTES))
    }

    /// Tells whether two figures are printed as one fraction: `15/28 tỉnh`.
    pub(super) fn is_fraction(&self, top: &Figure, level: &Figure) -> bool {
        level.span.start > top.span.start
            && level.span.start < top.span.end
            && self
                .source
                .get(top.span.start..level.span.start)
                .is_some_and(|words| words.trim_end().ends_with('/'))
    }

    /// Tells whether a rate may be compared with another rate, relatively or in points: it then
    /// neither contradicts nor determines a level.
    pub(super) fn is_of_rate(&self, rate: &Figure) -> bool {
        if self.is_against_rate(rate) {
            return true;
        }
        // `đạt 20% kế hoạch, cao hơn 10% so với cùng kỳ`: the level or the rate may be the higher.
        let at = self.figures.partition_point(|one| one.span.start < rate.span.start);
        let before = at.checked_sub(1).and_then(|at| self.figures.get(at));
        let follows_rate = before.is_some_and(|one| {
            one.sentence == rate.sentence && matches!(one.measure, Measure::OfPlan | Measure::Share)
        });
        follows_rate && rate.measure == Measure::Growth && has(&self.lead(rate), &self.rules.rate_compared)
    }

    /// Tells whether the words after a rate say that it compares a rate with a rate.
    pub(super) fn is_against_rate(&self, rate: &Figure) -> bool {
        let rest = self.source.get(rate.span.end..).unwrap_or("");
        let words: String = rest.chars().take(RATE_WORDS_CHARS).collect();
        has(&lower(&words), &self.rules.rate_of_rate)
    }

    /// Tells whether the words before a figure name the whole country where the level is not its.
    pub(super) fn is_of_country(&self, figure: &Figure, level: &Figure) -> bool {
        let lead = self.lead(figure);
        let near = lead.rsplit([';', ',', '.', ':']).next().unwrap_or("");
        self.rules.assumed_count.iter().any(|known| {
            has(near, &known.words) && level.area.as_ref().is_none_or(|area| *area.as_str() != *known.area)
        })
    }

    /// Tells whether a mean names what `counted` counts: `tỷ đồng/tỉnh` or `bình quân một tỉnh`
    /// beside `28 tỉnh, thành phố`.
    pub(super) fn is_per(&self, mean: &Figure, counted: &Figure) -> bool {
        let quote = lower(&counted.quote);
        let each_of = ["mỗi ", "một "].iter().any(|each| {
            let lead = self.lead(mean);
            let noun = lead.rsplit_once(each).map(|(_, noun)| noun.trim().to_owned());
            noun.is_some_and(|noun| noun.chars().count() > 2 && quote.ends_with(&noun))
        });
        if each_of {
            return true;
        }
        let mut words =
            quote.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().all(char::is_alphabetic));
        let Some(noun) = words.find(|word| !word.is_empty()) else { return false };
        let mut from = mean.span.start.saturating_sub(60);
        while !self.source.is_char_boundary(from) {
            from += 1;
        }
        let before = self.words(from, mean.span.start);
        lower(&mean.quote).contains(&format!("/{noun}"))
            || ["mỗi", "một"].iter().any(|each| before.contains(&format!("{each} {noun}")))
    }

    /// Tells whether the words after a share (`chiếm 71,4% tổng nợ đóng`) are words of the whole's own:
    /// two or more of them, and most of them, stand before the whole in its sentence.
    pub(super) fn names(&self, rate: &Figure, whole: &Figure) -> bool {
        let trail = self.trail(rate);
        let lead = self.words(whole.sentence.start.min(whole.span.start), whole.span.start);
        let its: Vec<&str> = lead.split(|c: char| !c.is_alphanumeric()).collect();
        let words: Vec<&str> =
            trail.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let shared = words.iter().filter(|word| its.contains(word)).count();
        words.len() >= 2 && words.len() <= 12 && shared * 4 >= words.len() * 3
    }

    /// Tells whether the text around the figures says that they are not counted alike.
    pub(super) fn differs(&self, figures: &[&Figure]) -> bool {
        let start = figures.iter().map(|f| f.sentence.start.min(f.span.start)).min().unwrap_or(0);
        let end = figures.iter().map(|f| f.sentence.end.max(f.span.end)).max().unwrap_or(0);
        self.says_that_it_differs(start, end)
    }

    /// Tells whether a stretch of the text says that figures are not counted alike.
    pub(super) fn says_that_it_differs(&self, start: usize, end: usize) -> bool {
        match &self.spelled {
            Some(_) => stands_within(&self.differing, start, end),
            None => says(&self.words(start, end), &self.rules.scope_differs),
        }
    }
}

/// Returns words as the rules spell them: composed, in small letters, every space but a line's end plain.
pub(super) fn lower(text: &str) -> String {
    let plain = |letter: char| if letter.is_whitespace() && letter != '\n' { ' ' } else { letter };
    if text.is_ascii() {
        return text.chars().map(|letter| plain(letter.to_ascii_lowercase())).collect();
    }
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize_iter(text.chars());
    composed.flat_map(char::to_lowercase).map(plain).collect()
}

/// Spells a whole text as the rules spell words, where that moves no byte of it.
fn spelled(source: &str) -> Option<String> {
    if !ComposingNormalizerBorrowed::new_nfc().is_normalized(source) {
        return None;
    }
    let small = source.to_lowercase();
    let aligned = source.char_indices().zip(small.char_indices()).all(|((a, _), (b, _))| a == b);
    (aligned && small.len() == source.len() && !small.contains('\u{a0}')).then_some(small)
}

/// Finds where `text` holds each of the words, in order of start; what begins within another place counts as well.
fn held(text: &str, words: &[String]) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        let finder = memchr::memmem::Finder::new(word.as_bytes());
        let mut from = 0;
        while let Some(at) = finder.find(&text.as_bytes()[from..]).map(|at| from + at) {
            places.push((at, at + word.len()));
            from = at + 1;
        }
    }
    places.sort_unstable();
    places
}

/// Tells whether one of the places, in order, lies between `start` and `end`.
fn stands_within(places: &[(usize, usize)], start: usize, end: usize) -> bool {
    let from = places.partition_point(|(at, _)| *at < start);
    places[from..].iter().take_while(|(at, _)| *at < end).any(|(_, to)| *to <= end)
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tells whether `text` holds one of the words.
pub(super) fn has(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| text.contains(word.as_str()))
}

/// Tells whether `text` says by one of `held` what there is at a moment, and not by the end of one of `verbs`.
pub(super) fn says_held(text: &str, held: &[String], verbs: &[String]) -> bool {
    held.iter().flat_map(|phrase| text.match_indices(phrase.as_str())).any(|(at, _)| {
        let in_verb = |verb: &String| {
            verb.rsplit_once(' ').is_some_and(|(stem, last)| {
                text[at..].starts_with(last) && text[..at].trim_end().ends_with(stem)
            })
        };
        !verbs.iter().any(in_verb)
    })
}

/// Tells whether `text` holds one of the phrases; `…` in a phrase stands for a few words of one clause.
pub(super) fn says(text: &str, phrases: &[String]) -> bool {
    phrases.iter().any(|phrase| said(text, phrase).next().is_some())
}

/// Finds where `text` holds a phrase: start and end, in order of start.
fn said<'t>(text: &'t str, phrase: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
    let (first, rest) = phrase.split_once(" … ").unwrap_or((phrase, ""));
    text.match_indices(first).filter_map(move |(at, _)| {
        let after = &text[at + first.len()..];
        // What lies farther is no part of the phrase, and is not searched.
        let after = &after[..after.floor_char_boundary(GAP_BYTES + rest.len())];
        let gap = after.find(rest)?;
        let close = gap <= GAP_BYTES && !after[..gap].contains(['.', ';', ':', '\n']);
        close.then_some((at, at + first.len() + gap + rest.len()))
    })
}

/// Tells whether two aspects can be of one quantity: intended with intended, done with done.
pub(super) fn aspects_meet(a: Option<Aspect>, b: Option<Aspect>) -> bool {
    a.zip(b).is_none_or(|(a, b)| is_intended(a) == is_intended(b))
}

/// Tells whether an aspect is of something intended, not yet done.
pub(super) const fn is_intended(aspect: Aspect) -> bool {
    matches!(aspect, Aspect::Plan | Aspect::Target | Aspect::Allocated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_may_leave_out_a_few_words_of_its_clause() {
        let phrases = ["vừa được … vừa".to_owned(), "kể cả".to_owned()];
        assert!(says("có cơ sở vừa được hỗ trợ máy móc vừa được hỗ trợ nhãn hiệu", &phrases));
        assert!(says("tổng kinh phí (kể cả vốn đối ứng)", &phrases));
        assert!(!says("đề án vừa được duyệt. doanh nghiệp vừa và nhỏ", &phrases));
        assert!(!says("vừa được duyệt", &phrases));
    }
}
