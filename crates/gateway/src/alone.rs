//! One gateway on one state directory: where the database is a file, a second one would undo what the first does.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::app::StartError;
use crate::keys::{KeyError, files};

/// How long one that is ending is waited for.
const WAIT: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Locks a directory for as long as the file is held, however the process ends.
///
/// # Errors
/// Another gateway serves from it.
pub(crate) async fn lock(directory: &Path) -> Result<File, StartError> {
    files::private_directory(directory).map_err(KeyError::from)?;
    let until = Instant::now() + WAIT;
    loop {
        if let Some(file) = files::try_lock(&directory.join("serving.lock")).map_err(KeyError::from)? {
            return Ok(file);
        }
        if Instant::now() >= until {
            return Err(StartError::Serving(directory.display().to_string()));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
