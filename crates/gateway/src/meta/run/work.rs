//! The whole of a run: a thread reads, this task plans, sends several batches at once, and writes down what became of them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::batch::{Batch, Batcher, Entity};
use super::hashes::Build;
use super::pace::Pace;
use super::send::{Sender, Sent};
use super::store::Planned;
use super::{Counts, InputFile, Progress, Run, RunError};
use crate::meta::input::{Reader, Source};
use crate::meta::mapping::{Mapper, Mapping};
use crate::meta::{MetaError, Metadata};

/// How a run works; may differ from one restart to the next.
pub struct Options {
    /// Where the records come from, if not from the task's file.
    pub stream: Option<Source>,
    /// The map.
    pub mapping: Mapping,
    /// Records in a batch; without it, adapted.
    pub batch: Option<usize>,
    /// The most batches at once.
    pub parallel: usize,
    /// How long the server may fail before the run stops.
    pub patience: Duration,
}

/// Batches that are read and wait to be sent.
const AHEAD: usize = 4;

/// The next batch, or `None` at the end of the input.
type Read = Result<Option<Batch>, RunError>;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What it came to, over all its restarts.
    pub counts: Counts,
    /// Whether it had been begun before.
    pub went_on: bool,
}

impl Run {
    /// Works until the input is at its end, telling how far it is now and then.
    ///
    /// # Errors
    /// What stopped it. What was done is written down, and the run can go on.
    pub async fn work(
        mut self,
        metadata: &Metadata,
        options: Options,
        mut told: impl FnMut(&Progress),
    ) -> Result<Outcome, RunError> {
        let went_on = self.goes_on();
        let total_bytes = self.task.input.as_ref().map(|input| input.bytes);
        let mut pace = Pace::new(options.parallel, options.batch);
        let size = Arc::new(AtomicUsize::new(pace.size()));
        let sender = Sender {
            client: metadata.client().clone(),
            run: self.task.id.clone(),
            replace: self.task.replace,
            patience: options.patience,
        };
        let source = options.stream.map_or_else(|| source(self.task.input.as_ref()), Ok)?;
        let mut batches = self.read(source, options.mapping, &size)?;
        let mut progress = Progress { counts: self.counts.clone(), total_bytes, batch: pace.size(), ..Progress::default() };
        let mut sending: JoinSet<Result<Sent, MetaError>> = JoinSet::new();
        let mut under_way = Ids::default();
        let mut waiting: Option<Batch> = None;
        let mut at_end = false;
        loop {
            // What waits for another batch of the same records comes first.
            let room = sending.len() < pace.at_once();
            if let Some(batch) = waiting.take_if(|batch| room && under_way.enter(batch)) {
                if !self.open.contains_key(&batch.number) {
                    let key = batch.key.clone();
                    self.plan(&Planned { number: batch.number, start: batch.start, end: batch.end, key })?;
                }
                let sender = sender.clone();
                sending.spawn(async move { sender.send(batch).await });
                continue;
            }
            if at_end && waiting.is_none() && sending.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                Some(sent) = sending.join_next() => {
                    let sent = sent.map_err(|error| RunError::Journal(std::io::Error::other(error)))??;
                    under_way.leave(&sent.batch);
                    let length = self.rejects.append(&sent.batch.rejects)?;
                    self.done(sent.batch.number, &sent.batch.counts, length)?;
                    if !sent.batch.entities.is_empty() {
                        pace.answered(&sent.effort);
                        size.store(pace.size(), Ordering::Relaxed);
                    }
                    progress.bytes = progress.bytes.max(sent.batch.end.byte);
                    progress.repeats += sent.repeats;
                    (progress.in_flight, progress.batch) = (sending.len(), pace.size());
                    progress.counts.clone_from(&self.counts);
                    told(&progress);
                }
                batch = batches.recv(), if waiting.is_none() && !at_end => {
                    // A thread that ended without a word has not seen the end of the input.
                    waiting = batch.ok_or_else(|| RunError::Journal(std::io::Error::other("the reader stopped")))??;
                    at_end = waiting.is_none();
                }
            }
        }
        Ok(Outcome { counts: self.finish()?, went_on })
    }

    /// Reads in a thread of its own: first what was planned and not done, then what follows, last `None`. Nobody waits for the thread:
    /// a stream may be silent for ever.
    fn read(&self, source: Source, mapping: Mapping, size: &Arc<AtomicUsize>) -> std::io::Result<mpsc::Receiver<Read>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let (format, rules, update) = (self.task.format, self.task.rules(), self.task.update());
        let open: VecDeque<Planned> = self.open.values().cloned().collect();
        let (next, size) = (self.next, Arc::clone(size));
        let thread = std::thread::Builder::new().name("records".to_owned());
        thread.spawn(move || {
            let outcome = (|| {
                let mapper = Mapper::new(&mapping, rules, update, format.is_text());
                let mut batcher = Batcher::new(Reader::new(source, format)?, mapper);
                for planned in open {
                    batcher.go_to(planned.start)?;
                    let batch = batcher.next(planned.number, 0, Some(planned.end))?.ok_or(RunError::Changed)?;
                    if batch.key != planned.key {
                        return Err(RunError::Changed);
                    }
                    if sender.blocking_send(Ok(Some(batch))).is_err() {
                        return Ok(());
                    }
                }
                let (mut number, start) = next;
                batcher.go_to(start)?;
                while let Some(batch) = batcher.next(number, size.load(Ordering::Relaxed), None)? {
                    if sender.blocking_send(Ok(Some(batch))).is_err() {
                        return Ok(());
                    }
                    number += 1;
                }
                Ok(())
            })();
            // Nobody listens any more where this fails.
            _ = sender.blocking_send(outcome.map(|()| None));
        })?;
        Ok(receiver)
    }
}

fn source(input: Option<&InputFile>) -> Result<Source, RunError> {
    let input = input.ok_or(RunError::Changed)?;
    let now = InputFile::of(&input.path)?;
    if now == *input { Ok(Source::File(File::open(&input.path)?)) } else { Err(RunError::Changed) }
}

/// The ids of the records that are under way, each with the number of its batch.
#[derive(Default)]
struct Ids(HashMap<u64, u64, Build>);

impl Ids {
    /// Adds those of a batch; `false`, and none of them, where another batch has one of them too.
    fn enter(&mut self, batch: &Batch) -> bool {
        for (place, entity) in batch.entities.iter().enumerate() {
            match self.0.entry(entity.hash) {
                Entry::Vacant(entry) => _ = entry.insert(batch.number),
                Entry::Occupied(entry) if *entry.get() == batch.number => {}
                Entry::Occupied(_) => {
                    self.forget(&batch.entities[..place]);
                    return false;
                }
            }
        }
        true
    }

    fn leave(&mut self, batch: &Batch) {
        self.forget(&batch.entities);
    }

    fn forget(&mut self, entities: &[Entity]) {
        entities.iter().for_each(|entity| _ = self.0.remove(&entity.hash));
    }
}
