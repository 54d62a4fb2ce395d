//! How codes, numbers, periods and text from documents read to people, in Vietnamese and English: the
//! one wording of pages, tables and reports.

pub mod difference;
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

/// Returns why a generation began, where the program itself said so; a person's words as they are.
pub fn reason(lang: Lang, reason: &str) -> Cow<'_, str> {
    if lang == Lang::En {
        return reason.into();
    }
    match reason {
        "the first" => "thế hệ đầu tiên".into(),
        "this socai has other stages" => "phiên bản socai khác".into(),
        "replay" => "chạy lại".into(),
        _ => match reason.strip_prefix("replay with the rules of ") {
            Some(folder) => format!("chạy lại với quy tắc ở {folder}").into(),
            None => reason.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_reason_of_the_program_is_worded_and_a_person_s_is_not() {
        use super::{Lang, reason};
        assert_eq!(reason(Lang::Vi, "the first"), "thế hệ đầu tiên");
        assert_eq!(reason(Lang::Vi, "replay with the rules of mine"), "chạy lại với quy tắc ở mine");
        assert_eq!(reason(Lang::En, "the first"), "the first");
        assert_eq!(reason(Lang::Vi, "sau khi sửa từ"), "sau khi sửa từ");
    }

    #[test]
    fn what_turns_the_reading_direction_is_seen() {
        assert_eq!(super::visible("a\u{202e}b\u{0}"), "a\u{fffd}b\u{fffd}");
        assert_eq!(super::visible("7.450 triệu\n đồng"), "7.450 triệu\n đồng");
    }
}
