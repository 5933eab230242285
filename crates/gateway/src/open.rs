//! Opening what browsers sealed: for the command line, and for the console's view of the sandbox.

use std::collections::BTreeMap;
use std::path::Path;

use guestsync_core::Sensitive;
use guestsync_core::patch::Pointer;
use guestsync_core::seal::{self, Agree, Binding, Place, PublicPoint, SealError, SharedKey};
use p256::PublicKey;
use p256::elliptic_curve::sec1::FromSec1Point;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::app::StartError;
use crate::clock;
use crate::db::{self, Db};
use crate::keys::{FieldMasters, SEALING_FILE, SealingKeys, StateKey, shared};

/// Where `serve --sandbox` keeps its state, below the state directory.
pub const SANDBOX_DIRECTORY: &str = "sandbox";

/// Everything that can open a value.
#[derive(Default)]
pub struct Opener {
    sealing: Vec<SealingKeys>,
    masters: Vec<FieldMasters>,
}

impl Opener {
    /// Opens with these keys only.
    #[must_use]
    pub fn with(keys: SealingKeys) -> Self {
        Self { sealing: vec![keys], masters: Vec::new() }
    }

    /// Opens with the keys of a state directory and of the sandbox's below it: key files, and what is in the database: the masters of the
    /// `shared` mode, and the key pairs that gateways share.
    ///
    /// # Errors
    /// A key file is readable by others or holds something else; the database does not open.
    pub async fn of_directory(directory: &Path, state_key: Option<&str>, database_url: Option<&str>) -> Result<Self, StartError> {
        let mut opener = Self::default();
        let address = database_url.map(|address| Sensitive::new(address.to_owned()));
        let sandbox = (directory.join(SANDBOX_DIRECTORY), None, None);
        for (directory, state_key, address) in [(directory.to_owned(), state_key, address), sandbox] {
            opener.sealing.extend(SealingKeys::read(&directory.join(SEALING_FILE))?);
            let is_there = address.is_some() || directory.join(db::FILE).exists();
            if let Some(key) = StateKey::find(&directory, state_key)?
                && is_there
            {
                let db = Db::of(address.as_ref(), &directory).await?;
                opener.masters.push(FieldMasters::open(&db, &key, clock::now()).await?);
                // Those that another gateway has made since this directory's last started are not in its file yet.
                if db.is_shared() {
                    opener.sealing.extend(shared::read::<SealingKeys>(&db, &key).await?);
                }
            }
        }
        Ok(opener)
    }

    /// Whether there is no key at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sealing.is_empty() && self.masters.is_empty()
    }

    /// The ids of the key pairs.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.sealing.iter().flat_map(SealingKeys::iter).map(|key| key.public.kid.as_str())
    }

    /// Opens a value of either mode that is expected at this place.
    ///
    /// # Errors
    /// As [`seal::open()`] and [`SharedKey::open`].
    pub fn open(&self, text: &str, place: &Place) -> Result<Sensitive<String>, SealError> {
        if text.contains('.') {
            return seal::open(text, place, &Pairs(&self.sealing));
        }
        // A shared value names neither key nor binding, so each is tried; that a text is no sealed value shows with any of them. One that
        // is bound opens at its place only, whichever is tried.
        let guest = place.guest();
        let keys = self.masters.iter().flat_map(|masters| masters.all(guest));
        let mut outcome = SharedKey::new(&mut [0; 32]).open(text, place, Binding::Field);
        for mut key in keys {
            let key = SharedKey::new(&mut key);
            for binding in [Binding::Field, Binding::None] {
                if outcome.as_ref().err() != Some(&SealError::Forged) {
                    return outcome;
                }
                outcome = key.open(text, place, binding);
            }
        }
        outcome
    }

    /// Opens every sealed member of a profile, by its JSON Pointer; what is no sealed value is left out.
    #[must_use]
    pub fn open_profile(&self, guest: &str, profile: &Value) -> BTreeMap<String, Result<Sensitive<String>, SealError>> {
        let mut texts = Vec::new();
        collect(profile, &mut String::new(), &mut texts);
        let opened = texts.into_iter().filter_map(|(pointer, text)| {
            let place = Place::new(guest, Pointer::parse(&pointer).ok()?).ok()?;
            let outcome = self.open(text, &place);
            (!matches!(outcome, Err(SealError::Malformed))).then_some((pointer, outcome))
        });
        opened.collect()
    }
}

/// Every text in a document, by its pointer.
fn collect<'a>(value: &'a Value, at: &mut String, texts: &mut Vec<(String, &'a str)>) {
    let mut step = |name: &str, inner: &'a Value| {
        let length = at.len();
        at.push('/');
        at.push_str(&name.replace('~', "~0").replace('/', "~1"));
        collect(inner, at, texts);
        at.truncate(length);
    };
    match value {
        Value::String(text) => texts.push((at.clone(), text)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| step(&index.to_string(), item)),
        Value::Object(members) => members.iter().for_each(|(name, member)| step(name, member)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The key agreement (SP 800-56A: ECDH on P-256), by the `p256` crate.
struct Pairs<'a>(&'a [SealingKeys]);

impl Agree for Pairs<'_> {
    fn agree(&self, key_id: &str, ephemeral: &PublicPoint) -> Result<Zeroizing<[u8; 32]>, SealError> {
        let key = self.0.iter().find_map(|keys| keys.find(key_id)).ok_or(SealError::KeyUnknown)?;
        let point = p256::Sec1Point::from_bytes(ephemeral.to_uncompressed()).map_err(|_| SealError::Malformed)?;
        // Refuses what is not on the curve.
        let public = Option::<PublicKey>::from(PublicKey::from_sec1_point(&point)).ok_or(SealError::Malformed)?;
        let shared = key.private.diffie_hellman(&public);
        Ok(Zeroizing::new((*shared.raw_secret_bytes()).into()))
    }
}
