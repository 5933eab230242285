//! What uploads leave behind: files of ones that were killed before their job was added or after it ended, and lists that nobody asks for
//! any more.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::job;
use super::run::Run;
use crate::app::App;

/// How long files of no open job are left alone: an upload that is still coming has no job yet.
const LEFT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How long refused records can be asked for after their job ended.
const LISTED_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Removes what belongs to no open job.
pub(crate) async fn sweep(app: &App) {
    for path in entries(&job::folder(app)) {
        let Some(id) = id(&path) else { continue };
        let is_list = path.extension().is_some();
        match app.db.job(id).await {
            Ok(Some(job)) if job.open || is_list && !is_older(&path, LISTED_FOR) => {}
            Ok(_) if is_older(&path, LEFT_FOR) => _ = std::fs::remove_file(&path),
            _ => {}
        }
    }
    for path in entries(&app.directory.join("runs")) {
        let Some(id) = id(&path) else { continue };
        let is_open = app.db.job(id).await.map_or(true, |job| job.is_some_and(|job| job.open));
        if !is_open && is_older(&path, LEFT_FOR) {
            _ = Run::discard(&path);
        }
    }
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// The upload that a file belongs to.
fn id(path: &Path) -> Option<&str> {
    let id = path.file_name()?.to_str()?.split('.').next()?;
    job::is_id(id).then_some(id)
}

fn is_older(path: &Path, age: Duration) -> bool {
    let modified = path.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| SystemTime::now().duration_since(modified).is_ok_and(|since| since > age))
}
