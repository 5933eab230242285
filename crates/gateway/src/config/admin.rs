//! The administration address and its token.

use std::net::{Ipv4Addr, SocketAddr};

use guestsync_core::Sensitive;

use super::load::{name, secret};
use super::reader::Reader;

/// Where administration listens, and who may call.
#[derive(Debug, Clone)]
pub struct AdminConfig {
    /// An address of this machine; port 0 takes a free one.
    pub address: SocketAddr,
    /// What every call carries as its bearer.
    pub token: Sensitive<String>,
}

/// The usual port.
const PORT: u16 = 8789;

impl AdminConfig {
    /// Without a token there is no administration.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let expected = "an address of this machine with its port, like 127.0.0.1:8789";
        let address = reader.parsed(name("admin.address", "GUESTSYNC_ADMIN_ADDRESS"), expected, |text| {
            text.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback())
        });
        let token = secret(reader, name("admin.token", "GUESTSYNC_ADMIN_TOKEN"), 16)?;
        Some(Self { address: address.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))), token })
    }
}
