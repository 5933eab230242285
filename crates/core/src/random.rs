//! Chance as a value: a generator that the shell seeds once.
//!
//! It spreads retries and names tabs; keys and nonces never come from here.

/// SplitMix64 (Steele, Lea, Flood 2014): small, uniform, the same numbers from the same seed on every machine.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator from a seed that the shell drew.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 uniform bits.
    pub const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
