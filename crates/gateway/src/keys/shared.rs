//! Gateways on one database have the same keys: what one seals for, all publish, and a capability of one is good at all. The files of
//! the first gateway are kept in the database, encrypted under the state key; the others take them over, rotated ones too.

use std::path::Path;

use serde_json::Value;
use zeroize::Zeroizing;

use super::{CAPABILITY_FILE, CapabilityKeys, KeyError, SEALING_FILE, SealingKeys, StateKey, files};
use crate::clock;
use crate::db::Db;

/// Makes the key files of a state directory those of all gateways on the database.
///
/// # Errors
/// A file holds keys that the others do not know.
pub(crate) async fn agree(db: &Db, state: &StateKey, directory: &Path) -> Result<(), KeyError> {
    for (file, fresh) in [(SEALING_FILE, SealingKeys::fresh as fn() -> _), (CAPABILITY_FILE, CapabilityKeys::fresh)] {
        one(db, state, file, &directory.join(file), fresh).await?;
    }
    Ok(())
}

/// Keys that gateways on one database share.
pub(crate) trait SharedKeys: Sized {
    /// The name of their file.
    const FILE: &str;

    /// The keys in the text of such a file.
    fn parse(text: &str) -> Option<Self>;

    /// These, and behind them those known before.
    fn with_older(self, older: &Self) -> Self;
}

/// The keys that all gateways on the database have now; `None` where there are none.
///
/// # Errors
/// They cannot be read.
pub(crate) async fn read<K: SharedKeys>(db: &Db, state: &StateKey) -> Result<Option<K>, KeyError> {
    let name = name(K::FILE);
    let Some(row) = db.secret(&name).await? else { return Ok(None) };
    let text = state.decrypt(&name, &row).ok_or(KeyError::OtherStateKey)?;
    Ok(std::str::from_utf8(&text).ok().and_then(K::parse))
}

fn name(file: &str) -> String {
    format!("key-file/{file}")
}

type Text = Zeroizing<String>;

async fn one(db: &Db, state: &StateKey, file: &str, path: &Path, fresh: fn() -> Result<Text, KeyError>) -> Result<(), KeyError> {
    let name = name(file);
    let kept = files::read_private(path)?;
    let offered = match &kept {
        Some(text) => text.clone(),
        None => fresh()?,
    };
    // Of several gateways that start at once, one is first.
    db.put_new_secret(&name, &state.encrypt(&name, offered.as_bytes())?, clock::now()).await?;
    let row = db.secret(&name).await?.ok_or(KeyError::OtherStateKey)?;
    let shared = state.decrypt(&name, &row).ok_or(KeyError::OtherStateKey)?;
    let shared = std::str::from_utf8(&shared).map_err(|_| KeyError::OtherStateKey)?;
    let Some(kept) = kept.filter(|kept| kept.as_str() != shared) else {
        return if path.exists() { Ok(()) } else { Ok(files::write_private(path, shared)?) };
    };
    let (ours, theirs) = (ids(&kept), ids(shared));
    if ours.first().is_some_and(|first| theirs.contains(first)) {
        Ok(files::replace_private(path, shared.as_bytes())?)
    } else if theirs.first().is_some_and(|first| ours.contains(first)) {
        Ok(db.put_secret(&name, &state.encrypt(&name, kept.as_bytes())?, clock::now()).await?)
    } else {
        Err(KeyError::NotShared(path.display().to_string()))
    }
}

/// The ids in a JWK Set, the current one first.
fn ids(text: &str) -> Vec<String> {
    let set: Value = serde_json::from_str(text).unwrap_or_default();
    let ids = set["keys"].as_array().into_iter().flatten().filter_map(|key| key["kid"].as_str());
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::fs::read_to_string;
    use std::path::PathBuf;

    use super::super::rotate;
    use super::*;
    use crate::db::fresh::Fresh;

    struct World {
        fresh: Fresh,
        state: StateKey,
    }

    impl World {
        async fn new() -> Self {
            let fresh = Fresh::open().await;
            let state = StateKey::of(&fresh.directory, None).unwrap();
            Self { fresh, state }
        }

        fn directory(&self, name: &str) -> PathBuf {
            let path = self.fresh.directory.join(name);
            files::private_directory(&path).unwrap();
            path
        }

        async fn start(&self, directory: &Path) -> Result<[String; 2], KeyError> {
            agree(&self.fresh.db, &self.state, directory).await?;
            Ok([SEALING_FILE, CAPABILITY_FILE].map(|file| read_to_string(directory.join(file)).unwrap()))
        }
    }

    #[tokio::test]
    async fn all_have_the_keys_of_the_first_and_those_that_one_of_them_rotates() {
        let world = World::new().await;
        let (one, other) = (world.directory("one"), world.directory("other"));
        let first = world.start(&one).await.unwrap();
        assert_eq!(world.start(&other).await.unwrap(), first);
        let kid = rotate(&one).unwrap().iter().next().unwrap().public.kid.clone();
        let rotated = world.start(&one).await.unwrap();
        assert_ne!(rotated, first);
        assert_eq!(world.start(&other).await.unwrap(), rotated);
        assert_eq!(ids(&rotated[0])[0], kid);
        assert_eq!(world.start(&one).await.unwrap(), rotated);
    }

    #[tokio::test]
    async fn keys_that_the_others_do_not_know_are_not_thrown_away() {
        let world = World::new().await;
        let (one, other) = (world.directory("one"), world.directory("other"));
        world.start(&one).await.unwrap();
        SealingKeys::create(&other.join(SEALING_FILE)).unwrap();
        let error = world.start(&other).await.unwrap_err().to_string();
        assert!(error.contains(SEALING_FILE) && error.contains("remove it"), "{error}");
    }
}
