//! A process's name among those that share a state directory. What it has claimed is given back when it is gone: its file is locked
//! for as long as it lives, however it ends. (Processes on other machines, which share only the database, wait for the leases.)

use std::fs::{self, DirEntry, File, TryLockError};
use std::path::Path;

use crate::clock;
use crate::db::Db;
use crate::keys::state_key::random;
use crate::keys::{KeyError, files};
use crate::text::hex;

/// Where the files are, below the state directory.
const FOLDER: &str = "processes";

/// This process's name.
pub(crate) struct Owner {
    pub(crate) name: String,
    /// Locked until the process ends.
    _file: File,
}

impl Owner {
    /// Takes a new name. The directory is locked meanwhile, so that nobody takes the file for one of a process that is gone.
    pub(crate) fn take(directory: &Path) -> Result<Self, KeyError> {
        let name = hex(random::<8>()?.as_ref());
        let folder = directory.join(FOLDER);
        files::private_directory(&folder)?;
        Ok(Self { _file: files::lock(&folder.join(&name))?, name })
    }

    /// The names of processes that are gone, each told once.
    fn gone(directory: &Path) -> Vec<String> {
        let gone = files_of(directory).filter(|entry| !is_locked(&entry.path()));
        gone.filter(|entry| fs::remove_file(entry.path()).is_ok())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }
}

/// How many processes of a directory run, this one included.
pub(crate) fn running(directory: &Path) -> u64 {
    files_of(directory).filter(|entry| is_locked(&entry.path())).count() as u64
}

fn files_of(directory: &Path) -> impl Iterator<Item = DirEntry> {
    fs::read_dir(directory.join(FOLDER)).into_iter().flatten().flatten()
}

/// Whether a process holds a file; several may look at the same time.
fn is_locked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Gives back what processes that are gone had claimed.
pub(crate) async fn release_gone(db: &Db, directory: &Path) -> sqlx::Result<()> {
    for gone in Owner::gone(directory) {
        db.release_jobs_of(&gone, clock::now()).await?;
        db.release_webhooks_of(&gone, clock::now()).await?;
        db.release_leases_of(&gone).await?;
        db.release_forms(clock::now()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_gone_when_its_file_is_not_locked_any_more() {
        let directory = std::env::temp_dir().join(format!("guestsync-owner-{}", uuid::Uuid::new_v4()));
        assert!(Owner::gone(&directory).is_empty() && running(&directory) == 0);
        let (one, other) = (Owner::take(&directory).unwrap(), Owner::take(&directory).unwrap());
        assert!(Owner::gone(&directory).is_empty() && running(&directory) == 2);
        let name = one.name.clone();
        drop(one);
        assert_eq!(running(&directory), 1);
        assert_eq!(Owner::gone(&directory), [name]);
        assert!(Owner::gone(&directory).is_empty());
        drop(other);
        fs::remove_dir_all(&directory).unwrap();
    }
}
