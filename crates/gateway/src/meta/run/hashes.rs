//! Sets of hashes that are as good as random already: they are not hashed once more.

use std::hash::{BuildHasherDefault, Hasher};

/// Gives a hash back as it is.
#[derive(Default)]
pub(super) struct AsItIs(u64);

/// For maps and sets of hashes.
pub(super) type Build = BuildHasherDefault<AsItIs>;

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
