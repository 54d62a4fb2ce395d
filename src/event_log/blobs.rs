//! Large bytes under their own digest, compressed where that makes them smaller.

use std::cell::RefCell;

use rusqlite::{Connection, OptionalExtension, params};
use zstd::bulk::{Compressor, Decompressor};

use crate::model::Digest;

/// zstd's own default: half of the bytes of Vietnamese text at more than 200 MB/s.
const LEVEL: i32 = 3;

/// Below this many bytes a frame's header costs more than it saves.
const SMALLEST: usize = 128;

/// The most bytes that one stored payload or blob may unpack to; a damaged length asks for no more.
pub(super) const MOST_BYTES: usize = 1 << 30;

thread_local! {
    /// A context costs more to make than a page of text to compress.
    static PACK: RefCell<Option<Compressor<'static>>> = RefCell::new(Compressor::new(LEVEL).ok());
    static UNPACK: RefCell<Option<Decompressor<'static>>> = RefCell::new(Decompressor::new().ok());
}

fn compressed(bytes: &[u8]) -> Option<Vec<u8>> {
    PACK.with_borrow_mut(|pack| pack.as_mut()?.compress(bytes).ok())
}

/// Compresses where it pays; the second is the encoding's name.
pub(super) fn pack(bytes: &[u8]) -> (Vec<u8>, &'static str) {
    if bytes.len() >= SMALLEST
        && let Some(packed) = compressed(bytes)
        && packed.len() < bytes.len()
    {
        return (packed, "zstd");
    }
    (bytes.to_vec(), "plain")
}

/// Undoes [`pack`]; `None` where the bytes are damaged.
pub(super) fn unpack(bytes: Vec<u8>, encoding: &str) -> Option<Vec<u8>> {
    match encoding {
        "plain" => Some(bytes),
        "zstd" => {
            // A frame of `pack` tells its size: no more than that is set aside for it.
            let size = zstd::zstd_safe::get_frame_content_size(&bytes).ok().flatten()?;
            let size = usize::try_from(size).ok().filter(|size| *size <= MOST_BYTES)?;
            UNPACK.with_borrow_mut(|unpack| unpack.as_mut()?.decompress(&bytes, size).ok())
        }
        _ => None,
    }
}

/// Stores `bytes` under `digest` unless they are there.
pub(super) fn put(connection: &Connection, digest: Digest, bytes: &[u8]) -> rusqlite::Result<()> {
    let there = connection
        .prepare_cached("SELECT 1 FROM blobs WHERE digest = ?1")?
        .exists(params![digest.as_bytes().as_slice()])?;
    if there {
        return Ok(());
    }
    let (packed, encoding) = pack(bytes);
    connection
        .prepare_cached("INSERT INTO blobs (digest, size, encoding, bytes) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
        digest.as_bytes().as_slice(),
        i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        encoding,
        packed
    ])?;
    Ok(())
}

/// Reads what is stored under `digest`; `Some(None)` where it is there but damaged.
pub(super) fn get(connection: &Connection, digest: Digest) -> rusqlite::Result<Option<Option<Vec<u8>>>> {
    let row: Option<(String, Vec<u8>)> = connection
        .prepare_cached("SELECT encoding, bytes FROM blobs WHERE digest = ?1")?
        .query_row(params![digest.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row.map(|(encoding, bytes)| unpack(bytes, &encoding).filter(|plain| Digest::of(plain) == digest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacking_sets_aside_what_the_frame_tells_and_no_more() {
        let plain = "kinh phí khuyến công ".repeat(40).into_bytes();
        let (packed, encoding) = pack(&plain);
        assert_eq!(encoding, "zstd");
        let unpacked = unpack(packed.clone(), encoding).unwrap();
        assert_eq!(unpacked, plain);
        assert!(unpacked.capacity() < 2 * plain.len(), "{}", unpacked.capacity());
        assert_eq!(unpack(packed[..packed.len() - 3].to_vec(), encoding), None);
        assert_eq!(unpack(b"no frame".to_vec(), encoding), None);
    }
}
