//! The guests' own keys of the `shared` mode: derived from a master that never leaves the server.
//!
//! `key = HKDF-SHA256(master, no salt, "guestsync field key v1" ‖ 0x00 ‖ guest id)` (RFC 5869), 32 bytes. The masters are in the
//! database, encrypted under the state key, one row each (`field-master/<kid>`); the newest makes keys, all of them open.

use guestsync_core::Millis;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::state_key::random;
use super::{KeyError, StateKey};
use crate::db::Db;

const PREFIX: &str = "field-master/";
const INFO: &[u8] = b"guestsync field key v1\0";

/// The masters, newest first; never empty.
pub(crate) struct FieldMasters(Vec<Master>);

struct Master {
    id: String,
    secret: Zeroizing<Vec<u8>>,
}

impl FieldMasters {
    /// Reads the masters, making the first where there is none. Gateways that start together end with the same one.
    pub(crate) async fn open(db: &Db, key: &StateKey, now: Millis) -> Result<Self, KeyError> {
        let mut rows = db.secrets(PREFIX).await?;
        if rows.is_empty() {
            let name = format!("{PREFIX}1");
            db.put_new_secret(&name, &key.encrypt(&name, random::<32>()?.as_ref())?, now).await?;
            rows = db.secrets(PREFIX).await?;
        }
        let masters = rows.iter().map(|(name, value)| {
            let secret = key.decrypt(name, value).ok_or(KeyError::OtherStateKey)?;
            Ok(Master { id: name.trim_start_matches(PREFIX).to_owned(), secret })
        });
        masters.collect::<Result<_, KeyError>>().map(Self)
    }

    /// The current master's id and the key that it gives this guest.
    pub(crate) fn current(&self, guest: &str) -> (&str, Zeroizing<[u8; 32]>) {
        let master = self.0.first().expect("there is at least one master");
        (&master.id, derive(&master.secret, guest))
    }

    /// The keys that this guest has had, newest first.
    pub(crate) fn all(&self, guest: &str) -> impl Iterator<Item = Zeroizing<[u8; 32]>> {
        self.0.iter().map(move |master| derive(&master.secret, guest))
    }
}

fn derive(master: &[u8], guest: &str) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    let info = [INFO, guest.as_bytes()];
    Hkdf::<Sha256>::new(None, master).expand_multi_info(&info, key.as_mut()).expect("32 bytes are less than HKDF's limit");
    key
}

#[cfg(test)]
mod tests {
    use super::derive;

    #[test]
    fn every_guest_has_a_key_of_its_own() {
        assert_ne!(*derive(&[1; 32], "a"), *derive(&[1; 32], "b"));
        assert_ne!(*derive(&[1; 32], "a"), *derive(&[2; 32], "a"));
    }

    /// Computed with Python's `hmac` by the two steps of RFC 5869.
    #[test]
    fn an_independent_hkdf_gives_the_same_key() {
        let hex: String = derive(&[0; 32], "guest").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "9bbf37bfda6df03c4db8cd46cdc0da5ae8518655f97713bc1eafb3f04ab80a1a");
    }
}
