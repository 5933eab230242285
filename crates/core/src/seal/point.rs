//! A public key as it travels: a point of P-256.

use super::SealError;

/// A point of P-256 by its coordinates; whether it lies on the curve is for whoever agrees with it to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPoint {
    x: [u8; 32],
    y: [u8; 32],
}

impl PublicPoint {
    /// The point with these coordinates, big-endian.
    #[must_use]
    pub const fn from_coordinates(x: [u8; 32], y: [u8; 32]) -> Self {
        Self { x, y }
    }

    /// The point in uncompressed form, `04 ‖ x ‖ y` (SEC 1 §2.3.3), as WebCrypto exports it.
    ///
    /// # Errors
    /// [`SealError::Malformed`] where it is not 65 bytes or another form.
    pub fn from_uncompressed(bytes: &[u8]) -> Result<Self, SealError> {
        let point = || {
            let (x, y) = bytes.strip_prefix(&[4])?.split_first_chunk()?;
            Some(Self { x: *x, y: *y.as_array()? })
        };
        point().ok_or(SealError::Malformed)
    }

    /// The uncompressed form, `04 ‖ x ‖ y`.
    #[must_use]
    pub fn to_uncompressed(&self) -> [u8; 65] {
        core::array::from_fn(|i| match i {
            0 => 4,
            1..=32 => self.x[i - 1],
            _ => self.y[i - 33],
        })
    }

    /// The x coordinate, big-endian.
    #[must_use]
    pub const fn x(&self) -> &[u8; 32] {
        &self.x
    }

    /// The y coordinate, big-endian.
    #[must_use]
    pub const fn y(&self) -> &[u8; 32] {
        &self.y
    }
}
