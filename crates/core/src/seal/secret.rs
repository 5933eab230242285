//! Key material.

use alloc::boxed::Box;

use core::ops::{Deref, DerefMut};

use zeroize::{Zeroize, Zeroizing};

/// 32 secret bytes, wiped when dropped. They lie on the heap: what holds them can be moved without leaving copies behind.
pub(super) struct Secret(Box<Zeroizing<[u8; 32]>>);

impl Secret {
    pub(super) fn zeroed() -> Self {
        Self(Box::new(Zeroizing::new([0; 32])))
    }

    /// Takes the bytes over; the caller's copy is wiped.
    pub(super) fn take(bytes: &mut [u8; 32]) -> Self {
        let mut secret = Self::zeroed();
        secret.copy_from_slice(bytes);
        bytes.zeroize();
        secret
    }
}

impl Deref for Secret {
    type Target = [u8; 32];

    fn deref(&self) -> &[u8; 32] {
        &self.0
    }
}

impl DerefMut for Secret {
    fn deref_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret(..)")
    }
}
