//! A run's folder: `run.json` (what it does), `journal.ndjson` (what was planned and done), `lock` (one owner at a time).
//!
//! The journal only grows, a line at a time. A line that a killed process left half is cut off. Lines reach the disk within a second;
//! a killed process loses none. After a power failure a batch may be made anew: its records are then written once more, as they are.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::rejects::Rejects;
use super::{Counts, RunError, Task};
use crate::keys::files;
use crate::keys::state_key::random;
use crate::meta::input::Position;
use crate::{failpoint, text};

const SYNC_EVERY: Duration = Duration::from_secs(1);

/// A batch that was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Planned {
    pub(super) number: u64,
    pub(super) start: Position,
    pub(super) end: Position,
    /// Of its content.
    pub(super) key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Planned(Planned),
    Done { number: u64, counts: Counts, rejects: u64 },
    Finished,
}

/// A run that this process owns.
pub struct Run {
    /// What it does.
    pub(super) task: Task,
    journal: File,
    pub(super) rejects: Rejects,
    synced: Instant,
    /// What was planned and not done, by number.
    pub(super) open: BTreeMap<u64, Planned>,
    /// The next batch's number, and where it begins.
    pub(super) next: (u64, Position),
    /// What it has come to.
    pub(super) counts: Counts,
    _lock: File,
}

impl Run {
    /// The task of a run that was begun here and is not forgotten.
    ///
    /// # Errors
    /// Its folder cannot be read.
    pub fn begun(directory: &Path) -> Result<Option<Task>, RunError> {
        let Some(text) = files::read_private(&directory.join("run.json"))? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|_| RunError::Unreadable)
    }

    /// Forgets the run of a folder, if there is one: after what it came to was told, or to begin anew.
    ///
    /// # Errors
    /// Somebody works on it, or its files cannot be removed.
    pub fn discard(directory: &Path) -> Result<(), RunError> {
        if directory.exists() {
            let _lock = locked(directory)?;
            // First what makes it a run: whoever is killed in between leaves nothing to go on with.
            match std::fs::remove_file(directory.join("run.json")) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => std::fs::remove_dir_all(directory)?,
            }
        }
        Ok(())
    }

    /// Begins a run in a folder, or goes on with the one that is there: then its own task counts. One that is finished only tells again
    /// what it came to.
    ///
    /// # Errors
    /// Somebody else works on it, or its files cannot be used.
    pub fn open(directory: &Path, mut task: Task) -> Result<Self, RunError> {
        files::private_directory(directory)?;
        let lock = locked(directory)?;
        let mut journal = private(&directory.join("journal.ndjson"))?;
        if let Some(begun) = Self::begun(directory)? {
            task = begun;
        } else {
            // Before anything is written down of it.
            drop(Rejects::open(&task.rejects, 0)?);
            journal.set_len(0)?;
            task.id = text::hex(&random::<8>().map_err(|_| io::Error::from(io::ErrorKind::Other))?[..]);
            let written = serde_json::to_vec(&task).map_err(io::Error::from)?;
            files::replace_private(&directory.join("run.json"), &written)?;
            failpoint::pass();
        }
        let mut read = Read::default();
        let kept = read.all(&journal)?;
        journal.set_len(kept)?;
        journal.seek(SeekFrom::End(0))?;
        let rejects = Rejects::open(&task.rejects, read.rejects)?;
        let next = read.last.map_or((0, Position::default()), |last| (last.number + 1, last.end));
        let (open, counts) = (read.open, read.counts);
        Ok(Self { task, journal, rejects, synced: Instant::now(), open, next, counts, _lock: lock })
    }

    /// Whether it was begun before.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        self.next.0 > 0
    }

    /// Writes a batch down before it is sent.
    pub(super) fn plan(&mut self, planned: &Planned) -> io::Result<()> {
        self.write(&Line::Planned(planned.clone()))
    }

    /// Writes down that a batch is done; its rejects are in their file.
    pub(super) fn done(&mut self, number: u64, counts: &Counts, rejects: u64) -> io::Result<()> {
        self.counts.add(counts);
        self.write(&Line::Done { number, counts: counts.clone(), rejects })
    }

    /// Ends the run. Its folder stays until [`Self::discard`], so that what it came to can be told again.
    pub(super) fn finish(mut self) -> io::Result<Counts> {
        self.write(&Line::Finished)?;
        // Who began the run has its list for good; the journal is about to be forgotten.
        self.rejects.sync()?;
        Ok(self.counts)
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.journal.write_all(&text)?;
        failpoint::pass();
        if self.synced.elapsed() >= SYNC_EVERY {
            self.rejects.sync()?;
            self.journal.sync_data()?;
            self.synced = Instant::now();
        }
        Ok(())
    }
}

/// What a journal says.
#[derive(Default)]
struct Read {
    open: BTreeMap<u64, Planned>,
    last: Option<Planned>,
    counts: Counts,
    rejects: u64,
}

impl Read {
    /// Reads all whole lines; their length.
    fn all(&mut self, journal: &File) -> Result<u64, RunError> {
        let (mut reader, mut text, mut length) = (BufReader::new(journal), Vec::new(), 0);
        loop {
            text.clear();
            let read = reader.read_until(b'\n', &mut text)?;
            if !text.ends_with(b"\n") {
                return Ok(length);
            }
            length += read as u64;
            match serde_json::from_slice(&text).map_err(|_| RunError::Unreadable)? {
                Line::Planned(planned) => {
                    self.last = Some(planned.clone());
                    self.open.insert(planned.number, planned);
                }
                Line::Done { number, counts, rejects } => {
                    self.open.remove(&number).ok_or(RunError::Unreadable)?;
                    self.counts.add(&counts);
                    self.rejects = rejects;
                }
                Line::Finished => {}
            }
        }
    }
}

/// Makes a folder this process's own for as long as the file is open.
fn locked(directory: &Path) -> Result<File, RunError> {
    let lock = private(&directory.join("lock"))?;
    lock.try_lock().map_err(|error| match error {
        std::fs::TryLockError::WouldBlock => RunError::Locked,
        std::fs::TryLockError::Error(error) => RunError::Journal(error),
    })?;
    Ok(lock)
}

fn private(path: &Path) -> Result<File, RunError> {
    files::touch_private(path)?;
    Ok(OpenOptions::new().read(true).write(true).open(path)?)
}
