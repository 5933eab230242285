//! Values that must never be printed.

use zeroize::{Zeroize, Zeroizing};

/// A personal or secret value: `Debug` does not show it, and its memory is wiped when it is dropped.
///
/// There is no `Display`, no comparison and no serialisation; [`Sensitive::expose`] is the one door and is easy to search for.
#[derive(Clone)]
pub struct Sensitive<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Sensitive<T> {
    /// Takes a value into custody.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself, for the place that has to use it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Zeroize> core::fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sensitive(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Sensitive;

    #[test]
    fn debug_does_not_show_the_value() {
        let shown = format!("{:?}", Sensitive::new(String::from("canary")));
        assert_eq!(shown, "Sensitive(..)");
    }
}
