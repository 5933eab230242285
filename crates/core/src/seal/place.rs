//! Whose field a value is.

use alloc::borrow::ToOwned;
use alloc::string::String;

use super::SealError;
use crate::patch::Pointer;

/// The most bytes of a guest's id.
const MAX_GUEST: usize = 128;

/// A guest and a field of its profile: what a sealed value belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    guest: String,
    field: Pointer,
}

impl Place {
    /// The field of this guest.
    ///
    /// # Errors
    /// [`SealError::Name`] where the id is not valid by [`guest_id_is_valid`].
    pub fn new(guest: &str, field: Pointer) -> Result<Self, SealError> {
        if !guest_id_is_valid(guest) {
            return Err(SealError::Name);
        }
        Ok(Self { guest: guest.to_owned(), field })
    }

    /// The guest's id.
    #[must_use]
    pub fn guest(&self) -> &str {
        &self.guest
    }

    /// The field.
    #[must_use]
    pub const fn field(&self) -> &Pointer {
        &self.field
    }

    /// `guestId/field`, the associated data of the `shared` mode: the id holds no `/`, so that no two places have the same text.
    pub(super) fn associated_data(&self) -> String {
        let mut text = self.guest.clone();
        text.push_str(self.field.as_str());
        text
    }
}

/// Whether a guest's id has the only form that is let into a path, a header or a sealed value: 1 to 128 of RFC 3986's unreserved
/// characters (letters, digits, `-`, `.`, `_`, `~`), and not just dots.
#[must_use]
pub fn guest_id_is_valid(id: &str) -> bool {
    is_name(id, MAX_GUEST) && id.bytes().any(|b| b != b'.')
}

/// 1 to `max` unreserved characters.
pub(super) fn is_name(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_ids_are_valid() {
        for id in ["8f3ac0de-0000-4000-8000-000000000000", "a", "guest_1~2.3", &"a".repeat(128)] {
            assert!(guest_id_is_valid(id), "{id}");
        }
    }

    #[test]
    fn ids_that_could_leave_their_place_in_a_path_or_header_are_not() {
        for id in ["", ".", "..", "../x", "a/b", "a%2fb", "a b", "a\n", "é", "a?b", "a#b", "a\\b", "a\"", &"a".repeat(129)] {
            assert!(!guest_id_is_valid(id), "{id}");
        }
    }

    #[test]
    fn the_associated_data_is_the_id_and_the_pointer() {
        let place = Place::new("g-1", Pointer::parse("/address/city").expect("a pointer")).expect("a place");
        assert_eq!(place.associated_data(), "g-1/address/city");
    }
}
