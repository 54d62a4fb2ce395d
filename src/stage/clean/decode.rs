//! Bytes to text: UTF-8 with and without a mark, UTF-16, windows-1258.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1258};

/// Bytes that are no text in any encoding known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not text in UTF-8, UTF-16 or windows-1258: {why}; save the file as UTF-8 and drop it in again")]
pub struct Undecodable {
    /// What spoke against each.
    pub why: String,
}

/// Of the bytes of a UTF-16 text in Latin script, one in so many at least is zero at its parity.
const UTF_16_ZEROS: usize = 4;

/// Decodes `bytes`; the second is the encoding's name.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, &'static str), Undecodable> {
    if let Some((encoding, marks)) = Encoding::for_bom(bytes)
        && encoding != encoding_rs::UTF_8
    {
        return whole(encoding, &bytes[marks..]);
    }
    if let Some(encoding) = unmarked_utf_16(bytes) {
        return whole(encoding, bytes);
    }
    let invalid = match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => return Err(undecodable("it holds zero bytes")),
        Ok(text) => return Ok((text.to_owned(), "UTF-8")),
        Err(error) => error.valid_up_to(),
    };
    if let Some(at) = bytes.iter().position(|byte| is_control(*byte)) {
        return Err(undecodable(&format!("byte {at} is a control character")));
    }
    let (text, _, errors) = WINDOWS_1258.decode(bytes);
    if errors || !reads_as_vietnamese(&text) {
        return Err(undecodable(&format!(
            "byte {invalid} is not UTF-8, and as windows-1258 it does not read as Vietnamese"
        )));
    }
    Ok((text.into_owned(), WINDOWS_1258.name()))
}

fn whole(encoding: &'static Encoding, bytes: &[u8]) -> Result<(String, &'static str), Undecodable> {
    let (text, errors) = encoding.decode_without_bom_handling(bytes);
    if errors || text.contains('\0') {
        return Err(undecodable(&format!("it is not whole {}", encoding.name())));
    }
    Ok((text.into_owned(), encoding.name()))
}

fn undecodable(why: &str) -> Undecodable {
    Undecodable { why: why.to_owned() }
}

/// Spaces, digits and unaccented letters have a zero byte in UTF-16, always on the same side.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.len() < 4 || bytes.len() % 2 == 1 {
        return None;
    }
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let enough = bytes.len() / 2 / UTF_16_ZEROS;
    match (even, odd) {
        (0, odd) if odd > enough => Some(UTF_16LE),
        (even, 0) if even > enough => Some(UTF_16BE),
        _ => None,
    }
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)
}

/// windows-1258 writes most accented letters as a letter and a combining tone mark; text in it has
/// such marks or the letters đ, ơ, ư, and they follow letters.
fn reads_as_vietnamese(text: &str) -> bool {
    let mut own = 0usize;
    let mut other = 0usize;
    let mut previous = ' ';
    for letter in text.chars() {
        match letter {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => {
                if previous.is_alphabetic() {
                    own += 1
                } else {
                    other += 1
                }
            }
            'đ' | 'Đ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | 'ă' | 'Ă' | 'â' | 'ê' | 'ô' | 'Â' | 'Ê' | 'Ô' => {
                own += 1
            }
            _ if !letter.is_ascii() && !letter.is_alphabetic() => other += 1,
            _ => {}
        }
        previous = letter;
    }
    own > 0 && own >= other
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Kinh phí khuyến công đạt 77,228 tỷ đồng";

    #[test]
    fn utf_8_is_taken_byte_for_byte() {
        let marked = format!("\u{feff}{TEXT}");
        assert_eq!(decode(marked.as_bytes()), Ok((marked.clone(), "UTF-8")));
    }

    #[test]
    fn utf_16_is_read_with_and_without_a_mark() {
        let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&little), Ok((TEXT.to_owned(), "UTF-16LE")));
        assert_eq!(decode(&big), Ok((TEXT.to_owned(), "UTF-16BE")));
        let marked: Vec<u8> = [vec![0xff, 0xfe], little].concat();
        assert_eq!(decode(&marked), Ok((TEXT.to_owned(), "UTF-16LE")));
    }

    #[test]
    fn windows_1258_is_told_from_binary() {
        // "tỷ đồng" as windows-1258 writes it: y + hook (0xD2), ô (0xF4) + grave (0xCC).
        let bytes = [b"Kinh ph\xed 77 ty\xd2 ".as_slice(), b"\xf0\xf4\xccng".as_slice()].concat();
        let (text, encoding) = decode(&bytes).unwrap();
        assert_eq!((text.as_str(), encoding), ("Kinh phí 77 ty\u{309} đô\u{300}ng", "windows-1258"));
        assert!(decode(b"\x89PNG\r\n\x1a\n\x00\x00").is_err());
        assert!(decode(&[0xff; 40]).is_err());
        assert!(decode(b"abc\0def\xff").is_err());
    }
}
