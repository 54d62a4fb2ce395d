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

/// Finds the last place of an ASCII mark in `words`.
pub fn last_mark(words: &str, mark: u8) -> Option<usize> {
    memchr::memrchr(mark, words.as_bytes())
}

/// How many bytes are looked at at a time: as many as a processor compares with one instruction.
const LANE: usize = 16;

/// Calls `found` with the place of each byte that is one of `marks`, in order.
pub fn each_of<const N: usize>(bytes: &[u8], marks: [u8; N], mut found: impl FnMut(usize, u8)) {
    let (lanes, rest) = bytes.as_chunks::<LANE>();
    for (number, lane) in lanes.iter().enumerate() {
        // A byte of the number for each byte of the lane.
        let mut marked = u128::from_le_bytes(are(lane, &marks));
        while marked != 0 {
            let place = (marked.trailing_zeros() / 8) as usize;
            found(number * LANE + place, lane[place]);
            marked &= !(0xff << (place * 8));
        }
    }
    let start = lanes.len() * LANE;
    let standing = rest.iter().enumerate().filter(|(_, byte)| marks.contains(byte));
    standing.for_each(|(at, byte)| found(start + at, *byte));
}

/// Marks with a one the bytes that are one of `marks`: all at once where the function is one of its own.
#[inline(never)]
fn are<const N: usize>(lane: &[u8; LANE], marks: &[u8; N]) -> [u8; LANE] {
    let mut are = [0; LANE];
    for (is, byte) in are.iter_mut().zip(lane) {
        *is = marks.iter().fold(0, |is, mark| is | u8::from(byte == mark));
    }
    are
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

        #[test]
        fn each_of_some_marks_is_found_in_order(words in "[aệ,;.( “]{0,60}") {
            let mut found = Vec::new();
            each_of(words.as_bytes(), *b",;(", |at, byte| found.push((at, char::from(byte))));
            let slowly = words.char_indices().filter(|(_, letter)| matches!(letter, ',' | ';' | '('));
            prop_assert_eq!(found, slowly.collect::<Vec<_>>());
        }
    }
}
