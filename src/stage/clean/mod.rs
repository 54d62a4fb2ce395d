//! The clean stage: bytes to source text, source text to clean text.
//!
//! 1. [`decode`](decode::decode) tells the encoding and gives the source text. UTF-8 is taken as it
//!    is, byte for byte, so that offsets into it are offsets into the file.
//! 2. [`normalize`](normalize::normalize) composes letters (NFC), makes one kind of space and of
//!    line end, and drops what has no width, with a map back for every byte kept.
//! 3. A line broken in the middle of a sentence is joined with the next: the line end becomes a
//!    space, which moves no offset.

mod decode;
mod normalize;

pub use decode::Undecodable;

use crate::model::text::CleanText;

/// Changes whenever the stage's output may; a part of its identity.
pub const VERSION: u32 = 1;

/// A line shorter than this many bytes was ended on purpose: it is not joined with the next.
const WRAPPED_LINE_BYTES: usize = 60;

/// What the stage gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The decoded text, into which all exported offsets point.
    pub source: String,
    /// The text ready to be read, with its way back.
    pub clean: CleanText,
    /// The encoding read.
    pub encoding: &'static str,
}

/// Cleans the bytes of one document.
///
/// # Errors
/// [`Undecodable`] for bytes that are no text in any encoding known here.
pub fn clean(bytes: &[u8]) -> Result<Cleaned, Undecodable> {
    let (source, encoding) = decode::decode(bytes)?;
    let mut clean = normalize::normalize(&source);
    join_wrapped_lines(&mut clean);
    Ok(Cleaned { source, clean, encoding })
}

/// Turns the line ends inside sentences to spaces, in place and byte for byte.
fn join_wrapped_lines(clean: &mut CleanText) {
    let mut joins = Vec::new();
    let mut start = 0;
    for (at, _) in clean.text.match_indices('\n') {
        let line = &clean.text[start..at];
        let next = clean.text[at + 1..].chars().next();
        let table = line.contains(['|', '\t']);
        let open = !line.trim_end().ends_with(['.', '!', '?', ':', ';', '…', '"', '”']);
        if line.len() >= WRAPPED_LINE_BYTES && !table && open && next.is_some_and(char::is_lowercase) {
            joins.push(at);
        }
        start = at + 1;
    }
    if joins.is_empty() {
        return;
    }
    let mut bytes = std::mem::take(&mut clean.text).into_bytes();
    for at in joins {
        bytes[at] = b' ';
    }
    // One ASCII byte took the place of another: the text is as valid as it was.
    clean.text = String::from_utf8(bytes).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_line_is_joined_and_offsets_stay() {
        let text = "Tổng kinh phí khuyến công thực hiện năm 2019 của các tỉnh\nlà 64,47 tỷ đồng.\nHết.";
        let cleaned = clean(text.as_bytes()).unwrap();
        assert_eq!(cleaned.clean.text, text.replacen('\n', " ", 1));
        assert_eq!(cleaned.source, text);
    }
}
