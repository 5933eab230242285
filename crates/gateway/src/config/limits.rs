//! The `[limits]` table: how much may come from whom.

use axum::http::HeaderName;

use super::reader::{Name, Reader};

/// Requests a second, 0 for any number.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// Of one guest's capabilities.
    pub(crate) per_guest: u32,
    /// From one address.
    pub(crate) per_address: u32,
    /// Where a proxy writes the visitor's address.
    pub(crate) address_header: Option<HeaderName>,
    /// Whether visitors' addresses are known: there is no proxy, or it writes them. Else nothing goes by address: all visitors have the
    /// proxy's.
    pub(crate) addresses_told: bool,
}

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, behind_proxy: bool) -> LimitsConfig {
    let mut number = |file, env, usual| {
        let name = Name { file, env: Some(env) };
        let parsed = reader.parsed(name, "0 to 1000000", |text| text.parse().ok().filter(|number| *number <= 1_000_000));
        parsed.unwrap_or(usual)
    };
    let per_guest = number("limits.per_guest", "GUESTSYNC_LIMITS_PER_GUEST", 50);
    let per_address = number("limits.per_address", "GUESTSYNC_LIMITS_PER_ADDRESS", 100);
    let header = Name { file: "limits.address_header", env: Some("GUESTSYNC_LIMITS_ADDRESS_HEADER") };
    let address_header = reader.parsed(header, "the name of a header, like \"x-forwarded-for\"", |text| text.parse().ok());
    let addresses_told = address_header.is_some() || !behind_proxy;
    LimitsConfig { per_guest, per_address, address_header, addresses_told }
}
