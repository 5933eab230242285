//! The rejects file: one line of JSON for each refused record, with its reason and without its values.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

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
            // Of an earlier run.
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        } else {
            let mut file = OpenOptions::new().write(true).open(path)?;
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
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            self.file = Some(options.open(&self.path)?);
        }
        let file = self.file.as_mut().expect("it was opened just now");
        file.write_all(&text)?;
        self.length += text.len() as u64;
        Ok(self.length)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }
}
