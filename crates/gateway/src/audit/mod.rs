//! The audit: who did what, to which keys, with which outcome, as JSON Lines chained by SHA-256. Nothing personal is in it: guests
//! appear as pseudonyms under the state key, keys by name, values not at all.
//!
//! ```text
//!  app.audit.record(Record::of("profile.patch", Who::Guest(&guest)).keys(pointers).outcome("done")).await;
//! ```
//! [`Audit::record`] may be called from anywhere: the record is in the file when it returns (a killed process loses none), and its head
//! is in the database a moment later. Records that come at the same time are written together. One file and one chain for each gateway: `audit.jsonl` in the state
//! directory, which may be moved away while the gateway is stopped; the next one goes on with the chain.
//!
//! - `record`: what a record says;
//! - [`chain`]: how records hang together, and the check of a file.

pub mod chain;
mod record;

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use record::Entry;
pub(crate) use record::{Record, Who};

use crate::db::Db;
use crate::keys::state_key::random;
use crate::keys::{KeyError, Keys, files};
use crate::{clock, failpoint, text};
use chain::Head;

/// The name of the file in the state directory.
pub const FILE: &str = "audit.jsonl";
/// Under this name a gateway knows itself over restarts.
const NAME_FILE: &str = "gateway.id";
/// How often the head is saved at most: each time is a transaction.
const SAVE_EVERY: Duration = Duration::from_millis(200);
/// No record is longer.
const LONGEST: u64 = 64 * 1024;
/// Most records are shorter.
const USUAL: usize = 512;
/// Records that are written at once at most.
const TOGETHER: usize = 256;

/// A gateway's chain.
pub(crate) struct Audit {
    gateway: String,
    keys: Arc<Keys>,
    tail: Arc<Mutex<Tail>>,
    waiting: mpsc::UnboundedSender<Waiting>,
    saving: Mutex<Option<JoinHandle<()>>>,
    db: Db,
}

/// A record on its way, and whom to tell that it is there.
type Waiting = (Entry, oneshot::Sender<()>);

struct Tail {
    file: File,
    length: u64,
    head: Head,
}

impl Tail {
    /// Appends records, all or none.
    fn append(&mut self, entries: &[Entry], gateway: &str) -> std::io::Result<()> {
        self.alone(|tail| {
            let at = clock::rfc3339_ms(clock::now());
            let (mut text, mut head) = (Vec::with_capacity(entries.len() * USUAL), tail.head.clone());
            for entry in entries {
                head = entry.write_line(gateway, &at, &head, &mut text);
            }
            if let Err(error) = tail.file.write_all(&text) {
                // Half a line would break the chain for good.
                _ = tail.file.set_len(tail.length);
                return Err(error);
            }
            tail.length += text.len() as u64;
            tail.head = head;
            Ok(())
        })
    }

    /// Does something while no other process (a command beside the gateway) writes to the file, and goes on from what they wrote.
    fn alone(&mut self, write: impl FnOnce(&mut Self) -> std::io::Result<()>) -> std::io::Result<()> {
        self.file.lock()?;
        let written = self.catch_up().and_then(|()| write(self));
        _ = self.file.unlock();
        written
    }

    fn catch_up(&mut self) -> std::io::Result<()> {
        if self.file.metadata()?.len() != self.length {
            let (length, last) = last_record(&mut self.file)?;
            self.length = length;
            self.head = last.unwrap_or_else(|| self.head.clone());
        }
        Ok(())
    }
}

impl Audit {
    /// Opens the file of a state directory and goes on where its chain ends.
    pub(crate) async fn open(db: &Db, directory: &Path, keys: &Arc<Keys>) -> Result<Self, KeyError> {
        let gateway = name(directory)?;
        let path = directory.join(FILE);
        files::touch_private(&path)?;
        let unusable = |source| files::FileError::Io { path: path.display().to_string(), verb: "read", source };
        let mut file = OpenOptions::new().read(true).append(true).open(&path).map_err(unusable)?;
        file.lock().map_err(unusable)?;
        let read = last_record(&mut file);
        file.unlock().map_err(unusable)?;
        let (length, last) = read.map_err(unusable)?;
        let known = db.audit_head(&gateway).await?;
        let head = match (known, last) {
            (Some(known), Some(last)) if last.seq < known.seq => {
                tracing::error!("the audit file ends before the head that the database knows: records are missing");
                known
            }
            (_, Some(last)) => last,
            (Some(known), None) => known,
            (None, None) => Head::START,
        };
        let tail = Arc::new(Mutex::new(Tail { file, length, head }));
        let changed = Arc::new(Notify::new());
        let saving = tokio::spawn(save(db.clone(), gateway.clone(), Arc::clone(&tail), Arc::clone(&changed)));
        let saving = Mutex::new(Some(saving));
        let (waiting, records) = mpsc::unbounded_channel();
        tokio::spawn(write(gateway.clone(), Arc::clone(&tail), changed, records));
        Ok(Self { gateway, keys: Arc::clone(keys), tail, waiting, saving, db: db.clone() })
    }

    /// Appends a record, whether or not whoever asked waits for it. A disk that refuses it is an error in the log, not of the request.
    pub(crate) async fn record(&self, record: Record<'_>) {
        let (done, written) = oneshot::channel();
        if self.waiting.send((record.entry(&self.keys.state), done)).is_ok() {
            // An error means that the process ends.
            _ = written.await;
        }
    }

    /// Appends a record without waiting for it: it is in the file before any that is recorded later.
    pub(crate) fn note(&self, record: Record<'_>) {
        let (done, _) = oneshot::channel();
        // An error means that the process ends.
        _ = self.waiting.send((record.entry(&self.keys.state), done));
    }

    /// Whether a record of the file has this text in it.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let found = tail.file.seek(SeekFrom::Start(0)).map(|_| BufReader::new(&tail.file).lines());
        found.is_ok_and(|lines| lines.map_while(Result::ok).any(|line| line.contains(text)))
    }

    /// Saves the head for the last time.
    pub(crate) async fn close(&self) {
        let saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(saving) = saving {
            saving.abort();
            _ = saving.await;
        }
        let head = self.tail.lock().unwrap_or_else(PoisonError::into_inner).head.clone();
        put(&self.db, &self.gateway, &head).await;
    }
}

/// Writes what waits; what comes meanwhile is written together.
async fn write(gateway: String, tail: Arc<Mutex<Tail>>, changed: Arc<Notify>, mut waiting: mpsc::UnboundedReceiver<Waiting>) {
    while let Some(first) = waiting.recv().await {
        // Whoever is about to ask does so first.
        tokio::task::yield_now().await;
        let mut next = vec![first];
        while next.len() < TOGETHER
            && let Ok(more) = waiting.try_recv()
        {
            next.push(more);
        }
        let (entries, asked): (Vec<Entry>, Vec<_>) = next.into_iter().unzip();
        let what: Vec<&'static str> = entries.iter().map(|entry| entry.what).collect();
        let written = tail.lock().unwrap_or_else(PoisonError::into_inner).append(&entries, &gateway);
        match written {
            Ok(()) => {
                failpoint::pass();
                changed.notify_one();
            }
            Err(error) => tracing::error!(%error, ?what, "audit records were not written"),
        }
        for done in asked {
            // Whoever asked may have gone.
            _ = done.send(());
        }
    }
}

/// Saves the head after each change; changes that come meanwhile are saved together.
async fn save(db: Db, gateway: String, tail: Arc<Mutex<Tail>>, changed: Arc<Notify>) {
    loop {
        changed.notified().await;
        let head = tail.lock().unwrap_or_else(PoisonError::into_inner).head.clone();
        put(&db, &gateway, &head).await;
        tokio::time::sleep(SAVE_EVERY).await;
    }
}

async fn put(db: &Db, gateway: &str, head: &Head) {
    if head.seq > 0
        && let Err(error) = db.put_audit_head(gateway, head, clock::now()).await
    {
        tracing::warn!(%error, "the audit's head was not saved");
    }
}

fn name(directory: &Path) -> Result<String, KeyError> {
    let path = directory.join(NAME_FILE);
    if let Some(name) = files::read_private(&path)? {
        let good = name.trim().len() == 16 && name.trim().bytes().all(|b| b.is_ascii_hexdigit());
        let expected = "16 hexadecimal digits";
        return if good {
            Ok(name.trim().to_owned())
        } else {
            Err(KeyError::Content { file: path.display().to_string(), expected })
        };
    }
    let name = text::hex(random::<8>()?.as_ref());
    files::write_private(&path, &name)?;
    Ok(name)
}

/// The file's length without half a line at its end, which is cut off, and the head that its last record makes.
fn last_record(file: &mut File) -> std::io::Result<(u64, Option<Head>)> {
    let length = file.metadata()?.len();
    let from = length.saturating_sub(2 * LONGEST);
    file.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let whole = end.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    if whole < end.len() {
        tracing::warn!("the last audit record was written half: it is cut off");
        file.set_len(from + whole as u64)?;
    }
    let lines = &end[..whole];
    let last = lines.split(|b| *b == b'\n').rfind(|line| !line.is_empty());
    let head = last.and_then(|line| std::str::from_utf8(line).ok()).and_then(chain::head_of);
    Ok((from + whole as u64, head))
}
