//! Lets a machine run until nothing is left to do for now, and notes when there will be.

use futures_util::StreamExt;
use guestsync_core::Millis;
use guestsync_core::profile::{Input, Output};
use guestsync_core::retry::Policy;
use tokio::time::{Instant, sleep_until};

use super::rows::Rows;
use super::shell::{Event, Shell};

impl Shell {
    /// Whether all that was to be sent is sent.
    pub(super) async fn run(mut self, first: Input) -> bool {
        self.tell(first);
        loop {
            while let Some(output) = self.next() {
                self.perform(output).await;
            }
            if self.is_over() {
                break;
            }
            let wake = self.wake.map(|at| Instant::from_std(self.instant(at)));
            tokio::select! {
                Some(event) = self.under_way.next() => self.came(event),
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => self.tell(Input::Deadline),
                else => break,
            }
        }
        let is_done = self.rest().await;
        self.unlock().await;
        is_done
    }

    /// Whoever waited has an answer, and nothing is under way but a turn that is another's: what waits is tried when it is due.
    fn is_over(&self) -> bool {
        self.waiting.is_none() && self.flights == 0 && (self.under_way.is_empty() || self.held.is_none())
    }

    fn came(&mut self, event: Event) {
        match event {
            Event::Told(input) => {
                self.flights -= 1;
                self.tell(input);
            }
            Event::Turn(None) => {}
            Event::Turn(held) => {
                self.held = held;
                self.tell(Input::LockGranted);
            }
        }
    }

    /// Notes what became of what is left.
    async fn rest(&mut self) -> bool {
        if self.rows.as_ref().is_none_or(Rows::is_empty) {
            return true;
        }
        let wake = self.wake;
        self.tell(Input::Status { ask: 0 });
        while let Some(output) = self.next() {
            if matches!(output, Output::Load { .. } | Output::Status { .. } | Output::Store { .. } | Output::Report(_)) {
                self.perform(output).await;
            }
        }
        let Some(rows) = &self.rows else { return true };
        let chance = getrandom::u64().unwrap_or_default();
        let asked = wake.map_or(0, |at| at.saturating_sub(self.mono()));
        let again_in: Millis = asked.max(Policy::SERVER.delay(rows.attempts, chance));
        if let Err(error) = rows.rest(&self.app, &self.letters, again_in, self.tried).await {
            tracing::warn!(%error, "when a form is tried again was not noted: it is when its lease ends");
        }
        self.letters.iter().all(|letter| letter.status != 0)
    }
}
