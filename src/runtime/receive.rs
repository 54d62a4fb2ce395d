//! Reads a file once, digests it, and judges by content whether it can be taken in.

use std::io::{self, Read};
use std::path::Path;

use crate::model::Digest;
use crate::runtime::world::{Fingerprint, Found, World};

/// How much is read at a time from a file too large to hold.
const CHUNK: usize = 1 << 20;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// blake3 of the bytes.
    pub document: Digest,
    /// Bytes in the file.
    pub size: u64,
    /// The bytes and their media type, or why they are not taken in.
    pub verdict: Result<Accepted, Refusal>,
}

/// A document that can be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The original.
    pub bytes: Vec<u8>,
    /// By content.
    pub media_type: &'static str,
}

/// Why a document is not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `too_large`, `unknown_type`, `undecodable`.
    pub reason: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl Refusal {
    /// Refuses a document of `size` bytes under a limit of `limit` bytes.
    pub(super) fn too_large(size: u64, limit: u64) -> Self {
        let message = format!(
            "{size} bytes, and the limit is {limit}; split the document, or raise the limit in pipeline.toml"
        );
        Self { reason: "too_large", message }
    }
}

/// What came of reading a file of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// It was the same before and after.
    Whole(Received),
    /// It changed, or was another file, while it was read: nothing may be concluded from it.
    Changed,
}

/// Reads the file at `path` under `beneath`, which must have the fingerprint `expected` before and
/// after; `limit` in bytes. At most `limit` bytes are held.
///
/// # Errors
/// When it cannot be opened or read.
pub fn read_file(
    world: &World,
    beneath: &Path,
    path: &Path,
    expected: Option<Fingerprint>,
    limit: u64,
) -> io::Result<Reading> {
    let mut file = world.open(beneath, path)?;
    let before = file.fingerprint()?;
    if expected.is_some_and(|expected| expected != before) {
        return Ok(Reading::Changed);
    }
    let received = read(&mut file, limit)?;
    let same = file.fingerprint()? == before && world.look(path) == Found::File(before);
    // The size seen and the bytes read are two measurements of one thing.
    if !same || received.size != before.size {
        return Ok(Reading::Changed);
    }
    Ok(Reading::Whole(received))
}

/// Reads to the end. Beyond `limit` bytes it only digests, so that memory stays bounded.
///
/// # Errors
/// As the source has them.
pub fn read(source: &mut impl Read, limit: u64) -> io::Result<Received> {
    let mut bytes = Vec::new();
    source.by_ref().take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 <= limit {
        let document = Digest::of(&bytes);
        let size = bytes.len() as u64;
        let verdict = judge(&bytes).map(|media_type| Accepted { bytes, media_type });
        return Ok(Received { document, size, verdict });
    }
    let mut hasher = blake3::Hasher::new();
    let mut size = bytes.len() as u64;
    hasher.update(&bytes);
    bytes.resize(CHUNK, 0);
    loop {
        let read = match source.read(&mut bytes) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&bytes[..read]);
        size += read as u64;
    }
    Ok(Received {
        document: Digest::from_bytes(*hasher.finalize().as_bytes()),
        size,
        verdict: Err(Refusal::too_large(size, limit)),
    })
}

/// First bytes of formats that are not text; the list is for the message only, since any file with
/// control characters is refused whether it is named here or not.
const FORMATS: &[(&[u8], &str)] = &[
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "a rich text document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "a database"),
];

/// Judges bytes by content: `text/plain` for UTF-8, UTF-16 and windows-1258 text.
///
/// # Errors
/// `unknown_type` for anything binary; `undecodable` for text in no encoding that the clean stage
/// reads.
pub fn judge(bytes: &[u8]) -> Result<&'static str, Refusal> {
    let unknown = |what: &str| Refusal {
        reason: "unknown_type",
        message: format!("{what}, not a text; save the document as plain text (UTF-8) and drop that in"),
    };
    if let Some((_, what)) = FORMATS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(unknown(what));
    }
    if is_utf16(bytes) {
        return Ok("text/plain");
    }
    if let Some(at) = bytes.iter().position(|&byte| is_control(byte)) {
        return Err(unknown(&format!("binary (control character {:#04x} at byte {at})", bytes[at])));
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Ok("text/plain");
    }
    match bytes.iter().position(|&byte| is_undefined_in_windows_1258(byte)) {
        None => Ok("text/plain"),
        Some(at) => Err(Refusal {
            reason: "undecodable",
            message: format!(
                "neither UTF-8, UTF-16 nor windows-1258 (byte {:#04x} at {at}); convert it to UTF-8 and drop that in",
                bytes[at]
            ),
        }),
    }
}

const fn is_control(byte: u8) -> bool {
    // Tab, line feed, vertical tab, form feed, return; 0x1a ends old DOS texts.
    matches!(byte, 0..=8 | 14..=25 | 27..=31 | 127)
}

/// The code page's unassigned bytes (Unicode's CP1258.TXT).
const fn is_undefined_in_windows_1258(byte: u8) -> bool {
    matches!(byte, 0x81 | 0x8a | 0x8d..=0x90 | 0x9a | 0x9d | 0x9e)
}

/// By its mark, or by every second byte of the beginning being zero where the text is ASCII.
fn is_utf16(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return bytes.len().is_multiple_of(2);
    }
    let head = &bytes[..bytes.len().min(1024)];
    let pairs = head.len() / 2;
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    pairs > 1 && bytes.len().is_multiple_of(2) && even.min(odd) == 0 && even.max(odd) * 3 > pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(bytes: &[u8]) -> Option<&'static str> {
        judge(bytes).err().map(|refusal| refusal.reason)
    }

    #[test]
    fn texts_are_taken_in_whatever_their_encoding() {
        assert_eq!(reason(b""), None, "an empty file is a document");
        assert_eq!(reason("Kinh phí 77,228 tỷ đồng".as_bytes()), None);
        assert_eq!(reason(b"\xef\xbb\xbfKinh ph\xc3\xad"), None, "UTF-8 with its mark");
        let utf16: Vec<u8> = "Kinh phí".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(reason(&utf16), None, "UTF-16 without a mark");
        assert_eq!(reason(&[b"\xff\xfe".as_slice(), &utf16].concat()), None);
        assert_eq!(reason(b"Kinh ph\xed 77,228 t\xfb \xf0\xb0ng"), None, "windows-1258");
    }

    #[test]
    fn what_is_no_text_is_refused_with_what_it_is() {
        assert_eq!(reason(b"%PDF-1.7 ..."), Some("unknown_type"));
        assert_eq!(reason(b"\x00\x01\x02\x03\x04"), Some("unknown_type"));
        assert_eq!(reason(b"caf\x81 x\xe9"), Some("undecodable"));
        assert!(judge(b"%PDF-1.7").unwrap_err().message.contains("a PDF"));
    }

    #[test]
    fn a_file_over_the_limit_is_digested_and_refused() {
        let bytes = vec![b'a'; 3 << 20];
        let received = read(&mut bytes.as_slice(), 1000).unwrap();
        assert_eq!((received.document, received.size), (Digest::of(&bytes), 3 << 20));
        assert_eq!(received.verdict.unwrap_err().reason, "too_large");
        assert!(read(&mut &bytes[..1000], 1000).unwrap().verdict.is_ok(), "the limit itself is allowed");
    }

    #[test]
    fn a_file_that_is_not_the_one_seen_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, "một").unwrap();
        let world = World::real();
        let Found::File(before) = world.look(&path) else { panic!("a file") };
        std::fs::write(&path, "một hai").unwrap();
        assert_eq!(read_file(&world, folder.path(), &path, Some(before), 100).unwrap(), Reading::Changed);
    }
}
