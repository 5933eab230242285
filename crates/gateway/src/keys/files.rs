//! Files that only their owner may read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use zeroize::Zeroizing;

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file or folder can be read by more than its owner.
    #[error("{path} can be read by others (mode {mode:04o}): make it private with chmod {wanted} {path}")]
    Exposed {
        /// The file.
        path: String,
        /// Its mode.
        mode: u32,
        /// The mode it should have.
        wanted: &'static str,
    },
    /// Others can put files into the folder, or replace those that are there.
    #[error("{path} can be written by others (mode {mode:04o}): chmod go-w {path}, or name a folder below it")]
    Writable {
        /// The folder.
        path: String,
        /// Its mode.
        mode: u32,
    },
    /// The operating system says no.
    #[error("{path} cannot be {verb}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What was tried.
        verb: &'static str,
        /// Why not.
        source: io::Error,
    },
}

fn io(path: &Path, verb: &'static str) -> impl FnOnce(io::Error) -> FileError {
    let path = path.display().to_string();
    move |source| FileError::Io { path, verb, source }
}

/// Makes a folder of mode 0700 with its parents, unless it is there.
///
/// # Errors
/// It cannot be made, or others can write there.
pub fn private_directory(path: &Path) -> Result<(), FileError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(io(path, "made"))?;
    check_own(path)
}

/// Reads a private file; `None` where there is none.
///
/// # Errors
/// Others can read it, or it cannot be read at all.
pub fn read_private(path: &Path) -> Result<Option<Zeroizing<String>>, FileError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let text = Zeroizing::new(text);
            check_private(path)?;
            Ok(Some(text))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io(path, "read")(error)),
    }
}

/// Writes a private file that must not be there yet; its content is on disk when this returns.
///
/// # Errors
/// It is there already, or it cannot be written.
pub fn write_private(path: &Path, content: &str) -> Result<(), FileError> {
    let mut file = private_options().create_new(true).open(path).map_err(io(path, "made"))?;
    file.write_all(content.as_bytes()).and_then(|()| file.sync_all()).map_err(io(path, "written"))
}

/// Makes an empty private file, or checks the one that is there.
pub(crate) fn touch_private(path: &Path) -> Result<(), FileError> {
    private_options().create(true).truncate(false).open(path).map_err(io(path, "made"))?;
    check_private(path)
}

/// Replaces a private file as a whole: whoever reads sees the old content or the new one.
pub(crate) fn replace_private(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let beside = path.with_extension("new");
    let mut file = private_options().create(true).truncate(true).open(&beside).map_err(io(&beside, "made"))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(io(&beside, "written"))?;
    fs::rename(&beside, path).map_err(io(path, "replaced"))
}

/// Makes a file and locks it; other processes wait until it is dropped.
pub(crate) fn lock(path: &Path) -> Result<fs::File, FileError> {
    let file = private_options().create(true).truncate(false).open(path).map_err(io(path, "made"))?;
    file.lock().map_err(io(path, "locked"))?;
    Ok(file)
}

/// As [`lock`]; `None` where another one has it.
pub(crate) fn try_lock(path: &Path) -> Result<Option<fs::File>, FileError> {
    let file = private_options().create(true).truncate(false).open(path).map_err(io(path, "made"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(io(path, "locked")(error)),
    }
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn mode(path: &Path) -> Result<u32, FileError> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path).map_err(io(path, "read"))?.permissions().mode() & 0o7777)
}

#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), FileError> {
    let mode = mode(path)?;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(FileError::Exposed { path: path.display().to_string(), mode, wanted: "600" })
}

/// The sticky bit does not help: it keeps others from replacing a file, not from being the first to put one there.
#[cfg(unix)]
fn check_own(path: &Path) -> Result<(), FileError> {
    let mode = mode(path)?;
    if mode & 0o022 == 0 {
        return Ok(());
    }
    Err(FileError::Writable { path: path.display().to_string(), mode })
}

#[cfg(not(unix))]
fn check_own(_: &Path) -> Result<(), FileError> {
    Ok(())
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> Result<(), FileError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_private_file_that_others_can_read_is_refused() {
        let directory = std::env::temp_dir().join(format!("guestsync-files-{}", uuid::Uuid::new_v4()));
        private_directory(&directory).unwrap();
        let path = directory.join("key");
        write_private(&path, "secret").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(read_private(&path).unwrap().unwrap().as_str(), "secret");
        for mode in [0o640, 0o604, 0o620, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = read_private(&path).unwrap_err();
            assert!(matches!(error, FileError::Exposed { .. }));
            assert!(error.to_string().contains("chmod 600") && !error.to_string().contains("secret"));
        }
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn a_folder_that_others_can_write_into_is_refused() {
        let directory = std::env::temp_dir().join(format!("guestsync-files-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&directory).unwrap();
        for (mode, is_own) in [(0o755, true), (0o700, true), (0o2750, true), (0o777, false), (0o775, false), (0o1777, false)] {
            fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(private_directory(&directory).is_ok(), is_own, "{mode:o}");
            // Where it stands does not matter.
            assert!(private_directory(&directory.join(format!("{mode:o}"))).is_ok());
        }
        fs::remove_dir_all(&directory).unwrap();
    }
}
