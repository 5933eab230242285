//! Transactions under way: what each is for, and what its end means.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::input::{Call, Durability, Hint};
use super::output::{Event, Outcome, Output};
use super::pending::Stage;
use super::{Outbox, Withdrawal};
use crate::journal::{Table, Write};
use crate::shared_str::SharedStr;

/// A call of `set` that waits for its transaction.
#[derive(Debug)]
pub(super) struct SetCall {
    pub(super) call: Call,
    pub(super) held: Vec<SharedStr>,
}

/// What a transaction is for.
#[derive(Debug)]
pub(super) enum Job {
    /// Keeps the updates of these calls, in place of these records.
    Burst { calls: Vec<SetCall>, superseded: Vec<SharedStr> },
    /// Keeps a grant, or what the page states; this call waits for it.
    Grant(Option<Call>),
    /// Keeps a withdrawal; its call waits on for the lock.
    Withdrawal(Withdrawal),
    /// Keeps the end of the session.
    Logout(Withdrawal),
    /// Keeps or removes rows beside the flow of updates; withdrawals wait for it before they count as swept.
    Aside(Vec<(Call, Outcome)>),
    /// Keeps what a sender learnt.
    Record,
}

/// A transaction under way.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) id: u32,
    pub(super) job: Job,
    /// The removals among what it writes; none where it does nothing else.
    pub(super) removals: Option<Vec<Write>>,
}

/// Adds the removal of records.
pub(super) fn remove(records: &[SharedStr], writes: &mut Vec<Write>) {
    for record in records {
        writes.push(Write::remove(Table::Records, record.clone()));
    }
}

impl Outbox {
    /// Adds the removal of records of which everything has ended, or was superseded by what is safe by now.
    pub(super) fn removals(&mut self, writes: &mut Vec<Write>) {
        let mut records = self.pending.take_ended();
        if self.pending.is_all_stored() {
            records.append(&mut self.pending.take_superseded());
        }
        remove(&records, writes);
    }

    /// What puts one of the owner's rows of state, or removes it.
    pub(super) fn state(&self, name: &str, value: Option<SharedStr>) -> Write {
        Write { table: Table::State, key: self.row_key(name), value }
    }

    /// Keeps one of the owner's rows of state; nobody waits for it.
    pub(super) fn keep(&mut self, name: &str, value: SharedStr) {
        let write = self.state(name, Some(value));
        self.store(Job::Aside(Vec::new()), vec![write]);
    }

    /// A key of one of the owner's rows.
    pub(super) fn row_key(&self, name: &str) -> SharedStr {
        let mut key = String::with_capacity(self.owner.len() + 1 + name.len());
        key.push_str(&self.owner);
        key += "/";
        key.push_str(name);
        key.into()
    }

    pub(super) fn store(&mut self, job: Job, writes: Vec<Write>) -> u32 {
        let id = self.id();
        // A full storage still lets go of what it holds; what is left there would be sent again.
        let mut removals = Vec::new();
        for write in &writes {
            if write.value.is_none() {
                removals.push(write.clone());
            }
        }
        let removals = (removals.len() < writes.len()).then_some(removals);
        self.stores.push(Store { id, job, removals });
        self.put(Output::Store { store: id, writes });
        id
    }

    pub(super) fn settle_all(&mut self, calls: Vec<(Call, Outcome)>) {
        for (call, outcome) in calls {
            self.settle(call, outcome);
        }
    }

    fn take_store(&mut self, id: u32) -> Option<Store> {
        let at = self.stores.iter().position(|store| store.id == id)?;
        Some(self.stores.swap_remove(at))
    }

    pub(super) fn stored(&mut self, id: u32, durability: Durability) {
        let Some(store) = self.take_store(id) else { return };
        let stage = if durability == Durability::Beside { Stage::Beside } else { Stage::Stored };
        self.pending.stored(id, stage);
        if matches!(store.job, Job::Burst { .. }) && id > self.decisions_unkept {
            self.decisions_unkept = 0;
        }
        // A full storage takes removals all the same.
        if store.removals.is_some() && durability > Durability::Memory && !core::mem::replace(&mut self.storage_works, true) {
            self.event(Event::Storage { reason: "restored" });
        }
        self.ended(store, durability);
    }

    pub(super) fn store_failed(&mut self, id: u32, reason: &'static str) {
        let Some(mut store) = self.take_store(id) else { return };
        let mut removals = store.removals.take().unwrap_or_default();
        self.pending.not_stored(id);
        match &mut store.job {
            Job::Burst { superseded, .. } => {
                self.decisions_unkept = self.next_id;
                self.pending.put_back_superseded(core::mem::take(superseded));
            }
            // It holds here, but other tabs cannot know: the promise is not given. It is stored again with the next flush.
            Job::Grant(_) | Job::Withdrawal(_) => self.decisions_unkept = self.next_id,
            // Without the next session's id, the next page does not go on with the last one's.
            Job::Logout(withdrawal) => {
                withdrawal.kept = false;
                removals.push(self.state("session", None));
            }
            _ => {}
        }
        if !removals.is_empty() {
            let calls = if let Job::Aside(calls) = &mut store.job { core::mem::take(calls) } else { Vec::new() };
            self.store(Job::Aside(calls), removals);
        }
        if core::mem::replace(&mut self.storage_works, false) {
            self.event(Event::Storage { reason });
        }
        if let Job::Withdrawal(withdrawal) = &store.job {
            return self.settle(withdrawal.call, Outcome::Unkept);
        }
        self.ended(store, Durability::Memory);
    }

    fn ended(&mut self, store: Store, durability: Durability) {
        match store.job {
            Job::Burst { calls, .. } => {
                for SetCall { call, held } in calls {
                    self.settle(call, Outcome::Set { durability: Some(durability), held });
                }
                self.notify_records();
                self.want_flush();
            }
            Job::Grant(call) => {
                self.notify(Hint::Consent);
                if let Some(call) = call {
                    self.settle(call, Outcome::Done);
                }
            }
            // Other tabs cannot know.
            Job::Withdrawal(withdrawal) => {
                self.notify(Hint::Consent);
                self.wait_for_look(withdrawal);
            }
            // What other tabs and earlier pages left there goes at the look that follows.
            Job::Logout(withdrawal) => {
                self.notify(Hint::State);
                self.wait_for_look(withdrawal);
            }
            Job::Aside(calls) => self.settle_all(calls),
            Job::Record => {
                if durability > Durability::Memory {
                    self.hooks_stored();
                }
                self.recorded(store.id);
            }
        }
    }
}
