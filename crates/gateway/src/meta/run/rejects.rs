//! The rejects file: one line of JSON for each refused record, with its reason and without its values.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::failpoint;
use crate::meta::schema::Problem;

/// A refused record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// Its number in the input; the first is 1.
    pub record: u64,
    /// The line that it begins on.
    pub line: u64,
    /// Its id, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The server's status; none where it was refused here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What it breaks.
    pub problems: Vec<Problem>,
}

/// The open file, if there is anything to write.
pub(super) struct Rejects {
    file: Option<File>,
    length: u64,
    path: std::path::PathBuf,
}

impl Rejects {
    /// Goes on after `length` bytes; what is behind them belongs to batches that were not done.
    pub(super) fn open(path: &Path, length: u64) -> io::Result<Self> {
        let mut rejects = Self { file: None, length, path: path.to_owned() };
        if length == 0 {
            // Of an earlier run; of one that is at work it is not ours.
            if let Ok(file) = File::open(path) {
                lock(&file)?;
            }
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(rejects.named(error)),
                _ => {}
            }
            // Whether there can be one shows now, and not when records have been applied.
            drop(rejects.create()?);
            std::fs::remove_file(path)?;
        } else {
            let mut file = OpenOptions::new().write(true).open(path)?;
            lock(&file)?;
            if file.metadata()?.len() < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            file.set_len(length)?;
            file.seek(SeekFrom::End(0))?;
            rejects.file = Some(file);
        }
        Ok(rejects)
    }

    /// Appends, and tells how long the file is then.
    pub(super) fn append(&mut self, rejects: &[Reject]) -> io::Result<u64> {
        if rejects.is_empty() {
            return Ok(self.length);
        }
        let mut text = Vec::new();
        for reject in rejects {
            serde_json::to_writer(&mut text, reject)?;
            text.push(b'\n');
        }
        if self.file.is_none() {
            let file = self.create()?;
            file.set_len(0)?;
            self.file = Some(file);
        }
        let file = self.file.as_mut().expect("it was opened just now");
        file.write_all(&text)?;
        failpoint::pass();
        self.length += text.len() as u64;
        Ok(self.length)
    }

    fn create(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.path).map_err(|error| self.named(error))?;
        lock(&file)?;
        Ok(file)
    }

    fn named(&self, error: io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", self.path.display()))
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }
}

/// Makes a list this run's own for as long as the file is open.
fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => {
            io::Error::other("another run lists its refused records in this file: name one with --rejects")
        }
        TryLockError::Error(error) => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_belongs_to_one_run_at_a_time() {
        let path = std::env::temp_dir().join(format!("guestsync-rejects-{}", uuid::Uuid::new_v4()));
        let reject = [Reject { record: 1, line: 1, id: None, status: None, problems: Vec::new() }];
        let mut first = Rejects::open(&path, 0).unwrap();
        let mut second = Rejects::open(&path, 0).unwrap();
        let length = first.append(&reject).unwrap();
        assert!(second.append(&reject).is_err() && Rejects::open(&path, 0).is_err() && Rejects::open(&path, length).is_err());
        assert_eq!(std::fs::metadata(&path).unwrap().len(), length);
        drop(first);
        assert!(Rejects::open(&path, length).is_ok());
        std::fs::remove_file(path).unwrap();
    }
}
