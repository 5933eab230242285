//! What happens to an update in which personal data was found.

use super::{Kind, Kinds};

/// What happens to a value in which a kind was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Policy {
    /// It is kept and the finding is reported.
    #[default]
    Flag,
    /// Each match is replaced by the kind's name in brackets.
    Mask,
    /// The update is refused.
    Block,
}

impl Policy {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Mask => "mask",
            Self::Block => "block",
        }
    }

    /// The policy of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Flag, Self::Mask, Self::Block].into_iter().find(|policy| policy.name() == name)
    }
}

/// A policy for each kind; [`Policy::Flag`] unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policies([Policy; Kind::ALL.len()]);

impl Policies {
    /// The policy for a kind.
    #[must_use]
    pub const fn get(&self, kind: Kind) -> Policy {
        self.0[kind as usize]
    }

    /// Sets the policy for a kind.
    pub const fn set(&mut self, kind: Kind, policy: Policy) {
        self.0[kind as usize] = policy;
    }

    /// The kinds that have this policy.
    #[must_use]
    pub fn with(&self, policy: Policy) -> Kinds {
        Kind::ALL.into_iter().filter(|kind| self.get(*kind) == policy).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Kinds, Policies, Policy};

    #[test]
    fn what_nobody_set_is_flagged() {
        assert_eq!(Policies::default().with(Policy::Flag), Kinds::ALL);
    }

    #[test]
    fn each_kind_has_its_own_policy() {
        let mut policies = Policies::default();
        policies.set(Kind::Card, Policy::Block);
        policies.set(Kind::Email, Policy::Mask);
        assert_eq!(policies.get(Kind::Card), Policy::Block);
        assert_eq!(policies.with(Policy::Mask), [Kind::Email].into_iter().collect());
        assert_eq!(policies.get(Kind::Ip), Policy::Flag);
    }

    #[test]
    fn policies_have_names() {
        let named = ["flag", "mask", "block", "Block", ""].map(Policy::named);
        assert_eq!(named, [Some(Policy::Flag), Some(Policy::Mask), Some(Policy::Block), None, None]);
    }
}
