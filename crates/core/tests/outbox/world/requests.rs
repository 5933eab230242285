//! Requests on their way: what is lost, late, refused.

use guestsync_core::outbox::{Answer, Input, Request};

use super::{Due, World};
use crate::locks::TabId;
use crate::network::Fate;

impl World {
    pub(super) fn send(&mut self, id: TabId, request: Request) {
        self.check_send(id, &request);
        if !request.keepalive
            && let Some(tab) = self.tabs.get_mut(&id)
        {
            tab.sending = Some((request.send, request.deadline));
        }
        let send = request.send;
        if !self.online {
            let at = self.soon(5);
            return self.time.at(at, Due::Answer(id, send, None));
        }
        let fate = self.weather.fate(&mut self.random);
        let slow = if self.below(20) == 0 { 12_000 } else { 150 };
        let at = self.soon(slow);
        if !request.keepalive {
            self.time.at(request.deadline, Due::Answer(id, send, None));
        }
        self.time.at(at, Due::Arrive(id, Box::new(request), fate));
    }

    pub(super) fn arrive(&mut self, id: TabId, request: &Request, fate: Fate) {
        let back = self.soon(100);
        let answer = match fate {
            Fate::Lost => None,
            Fate::Refused(answer) => Some(*answer),
            Fate::Answered | Fate::AnswerLost | Fate::Misreported(_) => {
                let before = self.server.applied.len();
                let answer = self.server.answer(&request.action);
                self.check_order(before);
                match (answer, fate) {
                    (Err(why), _) => return self.break_off(why),
                    (Ok(_), Fate::AnswerLost) => None,
                    (Ok(_), Fate::Misreported(status)) => Some(Answer { status, ..Answer::default() }),
                    (Ok(answer), _) => Some(answer),
                }
            }
        };
        self.say(|| format!("the server answers tab {id}: {:?}", answer.as_ref().map(|a| a.status)));
        self.time.at(back, Due::Answer(id, request.send, answer));
    }

    pub(super) fn answered(&mut self, id: TabId, send: u32, answer: Option<Answer>) {
        let Some(tab) = self.tabs.get_mut(&id) else { return };
        if tab.frozen {
            return self.time.at(self.thaw(), Due::Answer(id, send, answer));
        }
        if tab.sending.is_none_or(|(of, _)| of != send) {
            return;
        }
        tab.sending = None;
        self.rate_limits += u64::from(answer.as_ref().is_some_and(|answer| answer.pause > 0));
        self.tell(
            id,
            match answer {
                Some(answer) => Input::Response { send, answer: answer.into() },
                None => Input::SendFailed { send },
            },
        );
    }
}
