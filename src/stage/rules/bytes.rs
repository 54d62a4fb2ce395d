//! Sets of marks, looked for byte by byte: much faster than letter by letter, and the same for marks of ASCII, which
//! no other letter holds as a byte.

/// A set of ASCII marks.
#[derive(Debug, Clone, Copy)]
pub struct MarkSet([bool; 256]);

impl MarkSet {
    /// Makes the set of `marks`; bytes beyond ASCII are left out.
    pub const fn of(marks: &str) -> Self {
        let mut set = [false; 256];
        let mut at = 0;
        while at < marks.len() {
            let byte = marks.as_bytes()[at];
            set[byte as usize] = byte.is_ascii();
            at += 1;
        }
        Self(set)
    }

    /// Finds the first of the marks in `words`.
    pub fn first(&self, words: &str) -> Option<usize> {
        words.bytes().position(|byte| self.0[usize::from(byte)])
    }

    /// Finds the last of the marks in `words`.
    pub fn last(&self, words: &str) -> Option<usize> {
        words.as_bytes().iter().rposition(|byte| self.0[usize::from(*byte)])
    }

    /// Tells whether one of the marks stands in `words`.
    pub fn any(&self, words: &str) -> bool {
        self.first(words).is_some()
    }

    /// Returns the words before the first of the marks.
    pub fn until<'w>(&self, words: &'w str) -> &'w str {
        &words[..self.first(words).unwrap_or(words.len())]
    }

    /// Returns the words behind the last of the marks.
    pub fn since<'w>(&self, words: &'w str) -> &'w str {
        &words[self.last(words).map_or(0, |at| at + 1)..]
    }
}

/// The set of some marks, made once: `marks!(",;").since(words)`.
macro_rules! marks {
    ($marks:literal) => {{
        static SET: $crate::stage::rules::bytes::MarkSet = $crate::stage::rules::bytes::MarkSet::of($marks);
        &SET
    }};
}
pub(crate) use marks;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marks_are_found_as_letters_are(words in "[aệ,;.( “]{0,12}") {
            let (set, marks) = (MarkSet::of(",;(“"), [',', ';', '(']);
            prop_assert_eq!(set.first(&words), words.find(marks));
            prop_assert_eq!(set.last(&words), words.rfind(marks));
            prop_assert_eq!(set.any(&words), words.contains(marks));
            prop_assert_eq!(Some(set.until(&words)), words.split(marks).next());
            prop_assert_eq!(Some(set.since(&words)), words.rsplit(marks).next());
        }
    }
}
