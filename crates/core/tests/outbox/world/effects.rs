//! What outboxes ask for, performed with faults.

use guestsync_core::Sensitive;
use guestsync_core::outbox::{Hint, Input, Output};
use guestsync_core::shared_str::SharedStr;

use super::{Due, World};
use crate::locks::TabId;
use crate::network::Fate;

impl World {
    pub(super) fn perform(&mut self, id: TabId, output: Output) {
        match output {
            Output::Defer => self.time.at(self.time.mono(), Due::Tell(id, Input::BurstEnded)),
            Output::Load { load, owner } => {
                let at = self.transaction();
                self.time.at(at, Due::Read(id, load, owner));
            }
            Output::Store { store, writes } => {
                let end = self.model.stored(&writes);
                if let Some(tab) = self.tabs.get_mut(&id) {
                    tab.ended = end.unwrap_or(tab.ended);
                }
                let at = self.transaction();
                self.time.at(at, Due::Commit(id, store, writes));
            }
            Output::Lock => {
                let asked = self.asked(id);
                if self.locks.ask(id) {
                    let at = self.soon(2);
                    self.time.at(at, Due::Granted(id, asked));
                }
            }
            Output::Steal => {
                let asked = self.asked(id);
                if let Some(robbed) = self.locks.steal(id) {
                    self.time.at(self.time.mono(), Due::Tell(robbed, Input::LockLost));
                }
                let at = self.soon(2);
                self.time.at(at, Due::Granted(id, asked));
            }
            Output::Unlock => {
                self.asked(id);
                self.unlock(id);
            }
            Output::Lease { until } => self.locks.lease = Some(until),
            Output::Prune { before } => self.storage.prune(&before),
            Output::Peek => self.time.at(self.time.mono(), Due::Tell(id, Input::Peeked { until: self.locks.lease })),
            Output::GetToken { guest } => self.get_token(id, guest),
            Output::Start { .. } => self.break_off("a session was started for a known guest".into()),
            Output::Send(request) => self.send(id, *request),
            Output::Abort { send } => {
                if let Some(tab) = self.tabs.get_mut(&id)
                    && tab.sending.is_some_and(|(of, _)| of == send)
                {
                    tab.sending = None;
                }
            }
            Output::Resolve { .. } => self.break_off("nobody wants to resolve conflicts".into()),
            Output::Notify(hint) => self.notify(id, hint),
            Output::WakeAt(at) => {
                // Timers count in ticks of their own: some fire just before it is time.
                let early = u64::from(self.below(16) == 0);
                let Some(tab) = self.tabs.get_mut(&id) else { return };
                tab.alarm += 1;
                let alarm = tab.alarm;
                if let Some(at) = at {
                    self.time.at(at.saturating_sub(early), Due::Alarm(id, alarm));
                }
            }
            Output::Settle { call, outcome } => self.settled(id, call, &outcome),
            Output::Event(_) => {}
        }
    }

    fn asked(&mut self, id: TabId) -> u64 {
        self.tabs.get_mut(&id).map_or(0, |tab| {
            tab.asked += 1;
            tab.asked
        })
    }

    pub(super) fn unlock(&mut self, id: TabId) {
        if let Some(next) = self.locks.give_back(id) {
            let asked = self.tabs.get(&next).map_or(0, |tab| tab.asked);
            let at = self.soon(2);
            self.time.at(at, Due::Granted(next, asked));
        }
    }

    fn transaction(&mut self) -> u64 {
        let begun = self.storage.busy_until.max(self.time.mono());
        self.storage.busy_until = begun + self.below(3);
        self.storage.busy_until
    }

    fn get_token(&mut self, id: TabId, guest: SharedStr) {
        let at = self.soon(80);
        let fate = self.weather.fate(&mut self.random);
        let input = match fate {
            Fate::Answered if self.online => {
                let value = Sensitive::new("capability".into());
                Input::Token { guest, asked_at: self.time.mono(), value, expires_in: Some(60.0) }
            }
            Fate::Refused(answer) if self.online && answer.status != 401 => Input::TokenFailed { guest, answer },
            _ => Input::TokenFailed { guest, answer: Box::default() },
        };
        self.time.at(at, Due::Tell(id, input));
    }

    fn notify(&mut self, from: TabId, hint: Hint) {
        let others: Vec<TabId> = self.tabs.keys().copied().filter(|id| *id != from).collect();
        for id in others {
            // Hints may be lost, or late.
            if self.below(10) > 0 {
                let at = self.soon(20);
                self.time.at(at, Due::Tell(id, Input::Changed(hint)));
            }
        }
    }
}
