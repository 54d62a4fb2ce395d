//! The digest that names documents, blobs and work: blake3, 32 bytes, printed as 64 hex digits.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A blake3 digest: the name of a document, a blob or a piece of work.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

/// Bytes of a few short fields that are digested at once.
const FIELDS_BYTES: usize = 192;

/// A digest text that is not 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 hexadecimal digits, not {0:?}")]
pub struct BadDigest(String);

impl Digest {
    /// Digests one run of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Digests a few short fields as [`Hasher`] does, at once.
    pub fn of_fields<const N: usize>(fields: [&[u8]; N]) -> Self {
        let mut joined = [0; FIELDS_BYTES];
        let mut end = 0;
        for field in fields {
            let Some((length, rest)) = joined[end..].split_first_chunk_mut::<8>() else {
                return fields.into_iter().fold(Hasher::new(), Hasher::field).finish();
            };
            let Some(place) = rest.get_mut(..field.len()) else {
                return fields.into_iter().fold(Hasher::new(), Hasher::field).finish();
            };
            *length = (field.len() as u64).to_le_bytes();
            place.copy_from_slice(field);
            end += 8 + field.len();
        }
        Self::of(&joined[..end])
    }

    /// Takes 32 bytes that are a digest already.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the 64 hex digits.
    pub fn hex(&self) -> impl Deref<Target = str> {
        blake3::Hash::from_bytes(self.0).to_hex()
    }

    /// Returns the first `digits` hex digits (at most 64): enough for a person to tell two apart.
    pub fn short(&self, digits: usize) -> String {
        self.hex()[..digits.min(64)].to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Digest({})", self.short(12))
    }
}

impl FromStr for Digest {
    type Err = BadDigest;

    fn from_str(text: &str) -> Result<Self, BadDigest> {
        blake3::Hash::from_hex(text)
            .map(|hash| Self(*hash.as_bytes()))
            .map_err(|_| BadDigest(text.chars().take(80).collect()))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Digests several fields, each preceded by its length (8 bytes, little endian), so that no two
/// different lists of fields run together into the same bytes.
#[derive(Debug, Default)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// Starts with no field.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one field.
    pub fn field(mut self, bytes: &[u8]) -> Self {
        self.add(bytes);
        self
    }

    /// Adds one field in place: a hasher is two thousand bytes, which moving copies.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// Returns the digest of the fields added so far.
    pub fn finish(&self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_printing() {
        let digest = Digest::of(b"so cai");
        assert_eq!(digest.to_string().parse::<Digest>(), Ok(digest));
        assert!("xyz".parse::<Digest>().is_err());
    }

    #[test]
    fn fields_do_not_run_together() {
        let split = Hasher::new().field(b"ab").field(b"c").finish();
        let other = Hasher::new().field(b"a").field(b"bc").finish();
        assert_ne!(split, other);
        assert_eq!(split, Digest::of_fields([b"ab", b"c"]));
        let long = [7; FIELDS_BYTES];
        assert_eq!(Hasher::new().field(&long).field(b"c").finish(), Digest::of_fields([&long[..], b"c"]));
    }
}
