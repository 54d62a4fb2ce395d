//! Canonical JSON: no white space, every object's keys in order, so that equal values are equal bytes.
//!
//! A value is printed once and its objects are sorted as each of them is shut, so that a payload takes a few
//! times its own bytes: as a tree of values it takes twenty times as much. Keys are the names of fields and of slots:
//! they need no escape, by which they would be ordered, and none stands twice in an object.

use std::io;
use std::ops::Range;

use serde::Serialize;

/// Prints `value`.
///
/// # Errors
/// Where a value cannot be JSON at all.
pub(super) fn print<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut sorted = Sorted::default();
    serde_json::to_writer(&mut sorted, value)?;
    // It waits for the writer in a queue.
    sorted.out.shrink_to_fit();
    Ok(sorted.out)
}

/// What has been printed, every object that is shut already in order. Takes compact JSON, in pieces as they come.
#[derive(Debug, Default)]
struct Sorted {
    out: Vec<u8>,
    open: Vec<Open>,
    /// Where the text stands in a string.
    string: Option<Escaped>,
    /// Room for an object in its new order.
    spare: Vec<u8>,
}

/// Whether the next byte of a string is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escaped {
    No,
    Yes,
}

/// An object or an array that is not shut.
#[derive(Debug)]
enum Open {
    Object(Object),
    Array,
}

/// An object's members so far: where each stands in what was printed, and the end of its key.
#[derive(Debug)]
struct Object {
    /// Behind its brace.
    start: usize,
    members: Vec<Member>,
    /// The end of the key of the member that is printed; `None` while it is the key that is printed.
    key_end: Option<usize>,
}

#[derive(Debug, Clone)]
struct Member {
    key: Range<usize>,
    end: usize,
}

impl Sorted {
    /// Takes a byte outside strings.
    fn mark(&mut self, byte: u8) {
        match byte {
            b'"' => self.string = Some(Escaped::No),
            b'[' => self.open.push(Open::Array),
            b'{' => {
                let start = self.out.len() + 1;
                self.open.push(Open::Object(Object { start, members: Vec::new(), key_end: None }));
            }
            b':' => {
                if let Some(Open::Object(object)) = self.open.last_mut() {
                    object.key_end = Some(self.out.len());
                }
            }
            b',' => {
                if let Some(Open::Object(object)) = self.open.last_mut() {
                    object.ends(self.out.len());
                }
            }
            b']' | b'}' => {
                if let Some(Open::Object(mut object)) = self.open.pop() {
                    object.ends(self.out.len());
                    self.sort(object);
                }
            }
            _ => {}
        }
        self.out.push(byte);
    }

    /// Puts the members of an object in order.
    fn sort(&mut self, mut object: Object) {
        let Self { out, spare, .. } = self;
        // Without its quotes: one key may begin another.
        let key = |member: &Member| &out[member.key.start + 1..member.key.end - 1];
        if object.members.is_sorted_by(|one, next| key(one) <= key(next)) {
            return;
        }
        object.members.sort_by(|one, other| key(one).cmp(key(other)));
        spare.clear();
        for (number, member) in object.members.iter().enumerate() {
            if number > 0 {
                spare.push(b',');
            }
            spare.extend_from_slice(&out[member.key.start..member.end]);
        }
        out.truncate(object.start);
        out.extend_from_slice(spare);
    }
}

impl Object {
    /// Notes the end of a member, of which there is none in an empty object.
    fn ends(&mut self, end: usize) {
        let start = self.members.last().map_or(self.start, |last| last.end + 1);
        if let Some(key_end) = self.key_end.take() {
            self.members.push(Member { key: start..key_end, end });
        }
    }
}

impl io::Write for Sorted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some((first, more)) = rest.split_first() {
            match self.string {
                None => {
                    self.mark(*first);
                    rest = more;
                }
                Some(Escaped::Yes) => {
                    self.out.push(*first);
                    self.string = Some(Escaped::No);
                    rest = more;
                }
                Some(Escaped::No) => {
                    let end = memchr::memchr2(b'"', b'\\', rest);
                    let (plain, tail) = rest.split_at(end.unwrap_or(rest.len()));
                    self.out.extend_from_slice(plain);
                    rest = tail;
                    if let Some((sign, more)) = tail.split_first() {
                        self.out.push(*sign);
                        self.string = (*sign == b'\\').then_some(Escaped::Yes);
                        rest = more;
                    }
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Debug, Clone, Serialize)]
    struct Record {
        zeta: String,
        alpha: Vec<Record>,
        middle: Option<i64>,
        beta: BTreeMap<String, u8>,
    }

    fn records() -> impl Strategy<Value = Record> {
        let leaf = ("[a\"\\\\{}\\[\\],:\n\u{1}ệ]{0,8}", any::<Option<i64>>(), any::<u8>());
        let leaf = leaf.prop_map(|(zeta, middle, value)| Record {
            beta: [("b".to_owned(), value), ("a".to_owned(), 0)].into(),
            zeta,
            alpha: Vec::new(),
            middle,
        });
        leaf.prop_recursive(3, 12, 3, |inner| {
            (proptest::collection::vec(inner, 0..3), "[a-c\"]{0,3}").prop_map(|(alpha, zeta)| Record {
                zeta,
                alpha,
                middle: None,
                beta: BTreeMap::new(),
            })
        })
    }

    proptest! {
        #[test]
        fn it_prints_what_a_tree_of_sorted_objects_does(record in records()) {
            let tree = serde_json::to_vec(&serde_json::to_value(&record).unwrap()).unwrap();
            prop_assert_eq!(String::from_utf8(print(&record).unwrap()), String::from_utf8(tree));
        }
    }

    #[test]
    fn an_object_is_sorted_however_it_is_nested() {
        let value = serde_json::json!([{"b": [{"d": 1, "c": {}}], "a": "}{"}, {}]);
        assert_eq!(print(&value).unwrap(), value.to_string().into_bytes());
    }
}
