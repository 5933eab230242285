//! The groups of the organisation.
//!
//! `acme` ← `acme-emea` ← `acme-emea-dach` ← `acme-emea-dach-support` ← `acme-emea-dach-support-tier1` is five deep.
//! `acme-ring-a` and `acme-ring-b` are each other's parent. The parent of `acme-lost` does not exist; that of
//! `acme-confidential-team` exists, but may not be read.

/// The group that stands for the organisation itself; S1 defines attributes there.
pub(crate) const ORGANISATION: &str = "acme";

/// A group.
pub(crate) struct Group {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) parent: Option<&'static str>,
}

/// What a caller finds under a group's id.
pub(crate) enum Standing {
    Open(&'static Group),
    Forbidden,
    Missing,
}

const GROUPS: &[Group] = &[
    Group { id: ORGANISATION, name: "Acme", parent: None },
    Group { id: "acme-emea", name: "Acme EMEA", parent: Some("acme") },
    Group { id: "acme-emea-dach", name: "Acme DACH", parent: Some("acme-emea") },
    Group { id: "acme-emea-dach-support", name: "Support DACH", parent: Some("acme-emea-dach") },
    Group { id: "acme-emea-dach-support-tier1", name: "Support DACH, tier 1", parent: Some("acme-emea-dach-support") },
    Group { id: "acme-ring-a", name: "Ring A", parent: Some("acme-ring-b") },
    Group { id: "acme-ring-b", name: "Ring B", parent: Some("acme-ring-a") },
    Group { id: "acme-lost", name: "Lost", parent: Some("acme-gone") },
    Group { id: "acme-confidential-team", name: "Team", parent: Some(FORBIDDEN) },
];

const FORBIDDEN: &str = "acme-confidential";

/// Looks a group up.
pub(crate) fn find(id: &str) -> Standing {
    match GROUPS.iter().find(|group| group.id == id) {
        Some(group) => Standing::Open(group),
        None if id == FORBIDDEN => Standing::Forbidden,
        None => Standing::Missing,
    }
}
