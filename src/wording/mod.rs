//! How codes, numbers, periods and text from documents read to people, in Vietnamese and English: the
//! one wording of pages, tables and reports.

pub mod lang;
pub mod names;
pub mod numbers;

pub use lang::Lang;
pub use names::Names;

use std::borrow::Cow;

/// Tells whether a character changes how those around it are shown, without being seen: control
/// characters but white space, and those that turn the reading direction.
pub const fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}' | '\u{feff}')
}

/// Returns a document's text as it may be shown among other text: what [`is_unseen`] becomes `�`, so that
/// nothing reads in another order than it is written.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.contains(is_unseen) {
        Cow::Owned(text.replace(is_unseen, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_turns_the_reading_direction_is_seen() {
        assert_eq!(super::visible("a\u{202e}b\u{0}"), "a\u{fffd}b\u{fffd}");
        assert_eq!(super::visible("7.450 triệu\n đồng"), "7.450 triệu\n đồng");
    }
}
