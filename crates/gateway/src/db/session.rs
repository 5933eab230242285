//! One visitor's session, as it is read.

use guestsync_core::Millis;
use guestsync_genesys::call::{ConsentType, GuestId};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

/// Whether a browser has shown the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Not yet.
    Unseen,
    /// It has.
    Bound,
    /// It has logged out: the cookie is void for ever.
    Closed,
}

/// One visitor's session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) hash: String,
    pub(crate) consent_type: ConsentType,
    pub(crate) guest: Option<GuestId>,
    pub(crate) salt: String,
    pub(crate) state: State,
    /// Counts the guests that this session has had; above 0 where Genesys has forgotten one.
    pub(crate) generation: i64,
    pub(crate) renewed_at: Millis,
    /// What the CRM knew when the guest was asked for, encrypted; only until there is one.
    pub(crate) visitor: Option<String>,
}

impl Session {
    /// A session before anything but its consent is known.
    pub(crate) fn new(hash: String, consent_type: ConsentType, salt: String, now: Millis) -> Self {
        Self { hash, consent_type, guest: None, salt, state: State::Unseen, generation: 0, renewed_at: now, visitor: None }
    }
}

impl FromRow<'_, AnyRow> for Session {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        let strange = |column: &str| sqlx::Error::ColumnDecode { index: column.into(), source: "unknown value".into() };
        let state = match row.try_get::<String, _>("state")?.as_str() {
            "unseen" => State::Unseen,
            "bound" => State::Bound,
            "closed" => State::Closed,
            _ => return Err(strange("state")),
        };
        let guest: Option<String> = row.try_get("guest")?;
        Ok(Self {
            hash: row.try_get("hash")?,
            consent_type: ConsentType::parse(&row.try_get::<String, _>("consent_type")?)
                .ok_or_else(|| strange("consent_type"))?,
            guest: guest.map(|text| GuestId::parse(&text).ok_or_else(|| strange("guest"))).transpose()?,
            salt: row.try_get("salt")?,
            state,
            generation: row.try_get("generation")?,
            renewed_at: row.try_get::<i64, _>("renewed_at")?.try_into().unwrap_or_default(),
            visitor: row.try_get("visitor")?,
        })
    }
}

/// What a session is read from.
pub(super) const COLUMNS: &str = "hash, consent_type, guest, salt, state, generation, renewed_at, visitor";
