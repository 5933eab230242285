//! Tables of hashes: they are not hashed once more, only spread over the bits that a table looks at.

use std::hash::{BuildHasherDefault, Hasher};

/// For maps whose keys are hashes.
pub(crate) type Hashed = BuildHasherDefault<Spread>;

/// Spreads a hash by Fibonacci hashing.
#[derive(Default)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, hash: u32) {
        self.0 = (self.0 ^ u64::from(hash)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
