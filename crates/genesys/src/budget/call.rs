//! The calls that can have limits of their own.

/// The contract's names; what has none is `other`.
const NAMES: [&str; 16] = ["A1", "A2", "C1", "C2", "G1", "G2", "G3", "P1", "P2", "R1", "S1", "S2", "S3", "S4", "S5", "other"];

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call(usize);

impl Call {
    pub(super) const NUMBER: usize = NAMES.len();

    /// The call of this name.
    pub(crate) fn named(name: &str) -> Self {
        Self::find(name).unwrap_or(Self(Self::NUMBER - 1))
    }

    /// The call of this name, if there is one.
    pub(crate) fn find(name: &str) -> Option<Self> {
        NAMES.iter().position(|known| *known == name).map(Self)
    }

    /// Whether it makes a guest, who then needs a token.
    pub(super) fn makes_guests(self) -> bool {
        self.name() == "G1"
    }

    /// How many calls of a session's start it stands for: a guest without a token is of no use.
    pub(super) fn of_a_start(self) -> u64 {
        if self.makes_guests() { 2 } else { 1 }
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..Self::NUMBER).map(Self)
    }

    pub(super) fn index(self) -> usize {
        self.0
    }

    pub(super) fn name(self) -> &'static str {
        NAMES[self.0]
    }
}
