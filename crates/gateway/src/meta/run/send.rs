//! One batch, until each of its records is taken or refused. Records that a server could not take now are sent again, alone; a batch
//! that it refuses as a whole, for its size or for something in it, is halved until the record is found that it is about. Where it
//! refuses whatever it is sent, the run ends.

use std::time::Duration;

use guestsync_core::retry::Policy;
use guestsync_genesys::call::EntityResult;
use guestsync_genesys::{Client, Effort, Error};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::Reject;
use super::alike::Alike;
use super::batch::Batch;
use crate::failpoint;
use crate::meta::MetaError;
use crate::meta::schema::Problem;
use crate::text::hex;

const WRITE: &str = "customattributes:write";
/// How often a record is sent that the server could not take.
const MOST_ROUNDS: u32 = 8;
/// How often one is sent that it refused without saying why.
const UNEXPLAINED_ROUNDS: u32 = 3;

/// Where batches go.
#[derive(Clone)]
pub(super) struct Sender {
    pub(super) client: Client,
    /// Tells this run's keys from another's.
    pub(super) run: String,
    pub(super) replace: bool,
    /// How long the server may fail altogether.
    pub(super) patience: Duration,
}

/// A batch whose records are all taken or refused.
pub(super) struct Sent {
    pub(super) batch: Batch,
    /// Of its first request.
    pub(super) effort: Effort,
    pub(super) repeats: u64,
}

impl Sender {
    pub(super) async fn send(&self, mut batch: Batch) -> Result<Sent, MetaError> {
        let mut parts: Vec<(u32, Vec<usize>)> = Vec::new();
        if !batch.entities.is_empty() {
            parts.push((0, (0..batch.entities.len()).collect()));
        }
        let (mut first, mut repeats, mut alike) = (None, 0, Alike::default());
        while let Some((round, entities)) = parts.pop() {
            if round > 0 {
                let wait = Policy::SERVER.delay(round - 1, getrandom::u64().unwrap_or_default());
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            let (results, effort) = match self.write(&batch, &entities, round).await {
                Ok(answered) => {
                    alike.answered();
                    answered
                }
                Err(Error::Refused { status: 400 | 413 | 422, .. }) if entities.len() > 1 => {
                    let (one, other) = entities.split_at(entities.len() / 2);
                    parts.extend([(round, other.to_vec()), (round, one.to_vec())]);
                    continue;
                }
                Err(Error::Refused { status: status @ (400 | 413 | 422), code }) => {
                    let code = if code.is_empty() { "upstream.refused".to_owned() } else { code };
                    alike.refused(status, &code);
                    if let Some((status, code)) = alike.everything() {
                        return Err(MetaError::RefusesAll { status, code });
                    }
                    alike.probe(&mut parts);
                    batch.counts.refused += 1;
                    batch.rejects.push(reject(&batch, entities[0], status, vec![Problem { code, field: None }]));
                    continue;
                }
                Err(error) => return Err(MetaError::of(error, WRITE)),
            };
            repeats += u64::from(effort.repeats) + u64::from(round > 0);
            first.get_or_insert(effort);
            let again = settle(&mut batch, &entities, &results, round);
            if !again.is_empty() {
                parts.push((round + 1, again));
            }
        }
        Ok(Sent { batch, effort: first.unwrap_or_default(), repeats })
    }

    /// Writes until there is an answer, or the server has failed for longer than patience lasts.
    async fn write(&self, batch: &Batch, entities: &[usize], round: u32) -> Result<(Vec<EntityResult>, Effort), Error> {
        let body = bytes::Bytes::from(batch.body(entities, self.replace));
        // The batch's own key stands for the entities' texts.
        let mut hash = Sha256::new_with_prefix(format!("{} {} {round} {} {}", self.run, batch.number, batch.key, self.replace));
        entities.iter().for_each(|index| hash.update((*index as u64).to_be_bytes()));
        let key = format!("map-{}", hex(&hash.finalize()[..16]));
        let started = Instant::now();
        loop {
            let error = match self.client.write_batch(body.clone(), entities.len(), &key).await {
                Err(error @ (Error::Unreachable | Error::Timeout | Error::Busy { .. } | Error::Unavailable { .. })) => error,
                outcome => {
                    failpoint::pass();
                    return outcome;
                }
            };
            if started.elapsed() > self.patience {
                return Err(error);
            }
            tracing::debug!(code = error.code(), batch = batch.number, "a batch is tried again");
            let wait = if let Error::Busy { retry_after } = error { retry_after } else { Policy::SERVER.base };
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }
}

/// Counts what was taken and lists what was refused; what is to be sent again is left.
fn settle(batch: &mut Batch, entities: &[usize], results: &[EntityResult], round: u32) -> Vec<usize> {
    let mut again = Vec::new();
    for (index, result) in entities.iter().zip(results) {
        let details = result.error.as_ref().map_or(&[][..], |error| &error.details);
        match result.status {
            201 => batch.counts.created += 1,
            200..=299 => batch.counts.updated += 1,
            408 | 409 | 425 | 429 | 500..=599 if round + 1 < MOST_ROUNDS => again.push(*index),
            _ if details.is_empty() && round + 1 < UNEXPLAINED_ROUNDS => again.push(*index),
            _ => {
                batch.counts.refused += 1;
                batch.rejects.push(refused(batch, *index, result));
            }
        }
    }
    again
}

fn refused(batch: &Batch, index: usize, result: &EntityResult) -> Reject {
    let error = result.error.clone().unwrap_or_default();
    let mut problems: Vec<Problem> =
        error.details.into_iter().map(|detail| Problem { code: detail.error_code, field: detail.field_name }).collect();
    if problems.is_empty() {
        problems.push(Problem { code: error.code, field: None });
    }
    reject(batch, index, result.status, problems)
}

fn reject(batch: &Batch, index: usize, status: u16, problems: Vec<Problem>) -> Reject {
    let entity = &batch.entities[index];
    let id = Some(batch.id(entity).to_owned());
    Reject { record: entity.record, line: entity.line, id, status: Some(status), problems }
}
