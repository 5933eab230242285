//! Why a metadata task ends: one sentence that says what to do.

use guestsync_genesys::Error;

/// A failed task. Nothing in it repeats a value of a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetaError {
    /// The roles of the OAuth client lack permissions.
    #[error(
        "The OAuth client lacks the permission {}: give it a role that has it (Genesys Cloud Admin, Integrations, OAuth, the client's \
         Roles tab), then run this again.",
        .0.join(", ")
    )]
    Permission(Vec<String>),
    /// The token lacks a scope.
    #[error(
        "The OAuth client's token lacks the scope {0}: add it to the client (Genesys Cloud Admin, Integrations, OAuth, the client's \
         Scope tab) and, where GENESYS_SCOPE is set, to that, then run this again."
    )]
    Scope(&'static str),
    /// No such organisation or group.
    #[error(
        "There is no organisation or group with the id {0}: compare it with the id in Genesys Cloud Admin, then run this again."
    )]
    NoOrganisation(String),
    /// What is no id.
    #[error(
        "The id of the organisation may have letters, digits and - _ . : only, 128 of them at most: give it as Genesys shows it."
    )]
    BadId,
    /// The organisation or group cannot be read.
    #[error(
        "The organisation or group {0} may not be read by this OAuth client: give the client access to it, then run this again."
    )]
    HiddenOrganisation(String),
    /// Not one of the mapped attributes is known there.
    #[error(
        "The organisation {0} has none of the attributes that records are mapped to: define them with `guestsync schema apply`, or \
         choose others with a map."
    )]
    NothingAllowed(String),
    /// The OAuth client itself is refused.
    #[error(
        "Genesys refused the OAuth client (status {status}{}{reason}): check its id and its secret or private key, and that \
         GENESYS_BASE_URL or GENESYS_ENVIRONMENT names its region.",
        if reason.is_empty() { "" } else { ": " }
    )]
    Credentials {
        /// The status of the refusal.
        status: u16,
        /// Why, in the server's words, where it gave any.
        reason: String,
    },
    /// Genesys takes none of the records.
    #[error(
        "Genesys refuses every batch, and each of the records that were sent alone, with status {status} ({code}): see whether the map \
         and the organisation are the right ones, then run this again; it goes on where it was."
    )]
    RefusesAll {
        /// The status of each refusal.
        status: u16,
        /// Its code.
        code: String,
    },
    /// Genesys, otherwise.
    #[error("{0}.")]
    Genesys(Error),
}

impl MetaError {
    /// A stable name of the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Permission(_) => "permission.missing",
            Self::Scope(_) => "scope.missing",
            Self::NoOrganisation(_) => "organisation.unknown",
            Self::BadId => "organisation.invalid",
            Self::HiddenOrganisation(_) => "organisation.forbidden",
            Self::NothingAllowed(_) => "attributes.none",
            Self::Credentials { .. } => "upstream.credentials",
            Self::RefusesAll { .. } => "upstream.refuses.all",
            Self::Genesys(error) => error.code(),
        }
    }

    /// Whether it may pass by itself.
    pub(crate) const fn passes(&self) -> bool {
        matches!(self, Self::Genesys(Error::Unreachable | Error::Timeout | Error::Busy { .. } | Error::Unavailable { .. }))
    }

    /// The error of a call that needs `scope`.
    pub(crate) fn of(error: Error, scope: &'static str) -> Self {
        match error {
            Error::Refused { status: 403, code } if code == "app.not.authorized.for.scope" => Self::Scope(scope),
            Error::Refused { status: 403, .. } => Self::Permission(vec![scope.to_owned()]),
            Error::Credentials { status, reason } => Self::Credentials { status, reason },
            error => Self::Genesys(error),
        }
    }
}
