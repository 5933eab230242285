//! When a form is answered whose entry is kept.

use super::answer::Answer;
use super::output::Output;
use super::queue::slot::Home;
use super::refusal::{Refusal, Why};
use super::report::Kind;
use super::task::{Stage, Task};
use super::{ANSWER_WITHIN, Profile};
use crate::Now;

impl Profile {
    /// The forms of a guest have had their attempt.
    pub(super) fn tried(&mut self, guest: &str) {
        for task in self.tasks.iter_mut().filter(|task| task.guest == guest) {
            if let Stage::Kept { tried, .. } = &mut task.stage {
                *tried = true;
            }
        }
    }

    /// Answers the forms whose attempt has ended, as soon as it is known whether they are kept.
    pub(super) fn settle(&mut self, now: Now) {
        let paused = self.queue.loaded && self.queue.pause > now.mono;
        loop {
            let queue = &self.queue;
            let ready = |task: &Task| match task.stage {
                Stage::Kept { slot, tried } => match queue.get(slot) {
                    None => true,
                    Some(slot) => (tried || paused) && (slot.safe || slot.home == Home::Memory) && !queue.is_flying(slot.number),
                },
                _ => false,
            };
            let Some(at) = self.tasks.iter().position(ready) else { return };
            let task = self.tasks.remove(at);
            let Stage::Kept { slot, .. } = task.stage else { return };
            self.acknowledge(task, slot);
        }
    }

    /// Says that a form waits; or, where nothing keeps it, that it does not.
    fn acknowledge(&mut self, task: Task, number: u32) {
        match self.queue.get_mut(number) {
            Some(slot) if !slot.safe => {
                let why = if self.queue.is_durable() { Why::StorageUnavailable } else { Why::Unavailable };
                let refusal = Refusal::whole(why);
                self.abort(number);
                self.remove(number);
                // Others may wait for the same entry.
                self.tasks.push(task);
                self.end_where(&refusal, &|task| task.stage.is_kept(number));
            }
            slot => {
                if let Some(slot) = slot {
                    slot.acknowledged = true;
                }
                self.answer(task.form, task.navigation, &Answer::queued(&task.guest, task.held));
                self.report(Kind::Queued, &task.guest, 0, None);
                self.put(Output::Sync);
            }
        }
    }

    /// Ends what has taken too long: attempts without an answer, forms that wait.
    pub(super) fn expire(&mut self, now: Now) {
        while let Some((send, number)) = self
            .queue
            .lanes
            .iter()
            .filter_map(|lane| lane.flight.as_ref())
            .find_map(|flight| (flight.until <= now.mono && self.queue.is_durable()).then_some((flight.send, flight.slot)))
        {
            self.put(Output::Abort { send });
            debug_assert!(self.queue.is_flying(number), "it is on its way");
            self.send_failed(now, send, false);
        }
        while let Some(mut task) = self.take_where(&|task| task.deadline <= now.mono) {
            match task.stage {
                Stage::Checking { .. } | Stage::Sealing { .. } => {
                    self.recent.forget(&task.guest);
                    self.refuse(task.form, task.navigation, Refusal::whole(Why::KeysUnavailable));
                }
                // It is not known yet whether it is kept: that decides the answer.
                Stage::Kept { slot, tried: false } if self.queue.is_durable() && !self.is_safe(slot) => {
                    task.stage = Stage::Kept { slot, tried: true };
                    task.deadline = now.mono.saturating_add(ANSWER_WITHIN);
                    self.tasks.push(task);
                }
                Stage::Kept { slot, .. } => self.acknowledge(task, slot),
            }
        }
    }

    fn is_safe(&self, number: u32) -> bool {
        self.queue.get(number).is_none_or(|slot| slot.safe)
    }
}
