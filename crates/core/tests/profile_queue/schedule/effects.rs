//! What the worker asks for, performed with faults, one thing at a time.

use guestsync_core::Sensitive;
use guestsync_core::profile::{Input, Output, Upstream};

use super::Schedule;
use crate::browser::{key, kind};
use crate::disk::Job;
use crate::server::{Fate, Server};

impl Schedule {
    pub(super) fn begin(&mut self, output: Output) {
        match output {
            Output::Respond { form, reply } => {
                self.say(|| format!("form {form} is answered with {}", reply.status));
                match reply.status {
                    200 => self.totals.synced += 1,
                    202 => self.totals.queued += 1,
                    _ => self.totals.refused += 1,
                }
                let form = &mut self.forms[form as usize];
                assert!(form.answer.is_none(), "answered once");
                form.answer = Some(reply.status);
            }
            Output::Forward { form } => self.forms[form as usize].answer = Some(307),
            Output::Store { store, writes } => {
                self.say(|| format!("store {store}: {writes:?}"));
                self.disk.jobs.push_back(Job::Store(store, writes));
            }
            Output::Load { load } => self.disk.jobs.push_back(Job::Load(load)),
            Output::Status { letters, .. } => self.letters = letters,
            Output::Report(report) => self.say(|| format!("report {} {}", kind(&report), report.guest)),
            Output::WakeAt(at) => {
                let since = self.life().since;
                self.life().wake = at.map(|at| at + since);
            }
            Output::Abort { send } => {
                let life = self.life();
                // It may have arrived all the same.
                let aborted = life.todo.iter().position(|output| matches!(output, Output::Send(patch) if patch.send == send));
                if let Some(Output::Send(patch)) = aborted.map(|at| life.todo.remove(at))
                    && self.dice.percent(50)
                {
                    self.server.take(&patch, Fate::Lost);
                }
            }
            Output::Unlock | Output::Sync => {}
            Output::Send(patch) => {
                if self.now.mono < self.pause {
                    self.server.broken = Some("R7: sent before the moment that the server named".into());
                }
                self.life().todo.push(Output::Send(patch));
            }
            other => self.life().todo.push(other),
        }
    }

    pub(super) fn perform(&mut self) {
        if self.life.is_none() {
            return;
        }
        let waiting = self.life().todo.len();
        let jobs = usize::from(!self.disk.jobs.is_empty());
        if waiting + jobs == 0 {
            return;
        }
        let which = self.dice.below(waiting + 2 * jobs);
        if which >= waiting { self.finish_job() } else { self.finish(which) }
    }

    pub(super) fn finish_job(&mut self) {
        let full = !self.calm && self.dice.percent(3);
        match self.disk.jobs.pop_front() {
            Some(Job::Load(load)) if full => self.tell(Input::LoadFailed { load }),
            Some(Job::Load(load)) => {
                let rows = self.disk.rows();
                self.tell(Input::Loaded { load, rows });
            }
            Some(Job::Store(store, _)) if full => {
                self.say(|| format!("store {store} fails"));
                self.totals.full += 1;
                self.server.full = true;
                self.tell(Input::StoreFailed { store });
            }
            Some(Job::Store(store, writes)) => {
                self.disk.apply(&writes);
                self.say(|| format!("store {store} is complete"));
                self.tell(Input::Stored { store });
            }
            None => {}
        }
    }

    fn finish(&mut self, which: usize) {
        let output = self.life().todo.remove(which);
        let trouble = !self.calm && self.dice.percent(25);
        let status = self.dice.pick(&[0, 0, 503, 429, 500]);
        let answer = Upstream { status, ..Upstream::default() };
        match output {
            Output::Lock => self.tell(Input::LockGranted),
            Output::GetToken { guest } if trouble => {
                let gone = self.dice.percent(10);
                let code = gone.then(|| "session.missing".to_owned());
                let status = if gone { 401 } else { status };
                self.say(|| format!("no token for {guest}: {status}"));
                self.tell(Input::TokenFailed { guest, answer: Upstream { status, code, ..answer } });
            }
            Output::GetToken { guest } => {
                let asked_at = self.now.mono - self.life().since;
                let value = Sensitive::new("t".to_owned());
                self.tell(Input::Token { guest, asked_at, value, expires_in: Some(600.0) });
            }
            Output::GetFieldKey { guest, .. } if trouble => self.tell(Input::FieldKeyFailed { guest, answer }),
            Output::GetFieldKey { guest, .. } => self.tell(Input::FieldKey { guest, key: key(), fresh_for: None }),
            Output::Send(patch) => {
                let fate = if self.calm { Fate::Fine } else { self.fate() };
                self.totals.requests += 1;
                self.say(|| {
                    let carried = Server::carried(&patch);
                    format!("patch {} of {} ({}): {fate:?} {carried:?}", patch.send, patch.guest, &patch.idempotency_key[..6])
                });
                let answer = self.server.take(&patch, fate);
                if let Fate::Pause(seconds) = fate {
                    self.totals.pauses += 1;
                    self.pause = self.now.mono + seconds * 1_000;
                }
                match answer {
                    Some(answer) => self.tell(Input::Response { send: patch.send, answer }),
                    None => {
                        self.totals.lost_answers += 1;
                        self.tell(Input::SendFailed { send: patch.send, unsent: false });
                    }
                }
            }
            other => unreachable!("asked for {other:?}"),
        }
    }

    fn fate(&mut self) -> Fate {
        match self.dice.below(20) {
            0..=2 => Fate::Lost,
            3..=4 => Fate::Reset,
            5..=6 => Fate::Status(self.dice.pick(&[500, 502, 503, 408, 409])),
            7 => Fate::Status(401),
            8 => Fate::Pause(self.dice.pick(&[1, 2, 30])),
            _ => Fate::Fine,
        }
    }
}
