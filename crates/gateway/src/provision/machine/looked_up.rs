//! A lookup's end.

use guestsync_core::Millis;
use guestsync_genesys::Error;

use super::{Doubt, How, MOST_LOOKUPS, MOST_TRIES, Machine, Next, Reason, State, delay};
use crate::provision::existing::Found;

impl Machine {
    /// What a lookup of the name has found.
    pub(in crate::provision) fn found(&mut self, found: Found, random: u64) -> Next {
        match (&self.progress.state, found) {
            (State::Submitting { doubt: Doubt::Answer { .. } }, Found::Same(id) | Found::Unstated(id)) => {
                self.succeed(id, How::Settled)
            }
            (State::Submitting { doubt: Doubt::Name { .. } }, Found::Same(id)) => {
                // The submission met the name: somebody else's, or what an earlier one made after all whose answer was lost.
                let how = if self.progress.lost { How::Settled } else { How::Present };
                self.succeed(id, how)
            }
            (State::Submitting { doubt: Doubt::Answer { .. } }, Found::Nothing) => {
                if self.progress.tries >= MOST_TRIES {
                    return self.end(State::NeedsAttention(Reason::of("submission.unsettled")));
                }
                self.progress.state = State::Submitting { doubt: Doubt::None };
                Next::Submit
            }
            (State::Submitting { doubt: Doubt::Name { failed } }, Found::Nothing) => {
                let failed = failed + 1;
                if failed >= MOST_LOOKUPS {
                    return self.end(State::NeedsAttention(Reason::of("name.hidden")));
                }
                self.progress.state = State::Submitting { doubt: Doubt::Name { failed } };
                Next::Wait(delay(None, failed, random))
            }
            (State::Submitting { .. }, Found::Unstated(_)) if self.progress.lost => {
                self.end(State::NeedsAttention(Reason::of("submission.unsettled")))
            }
            (State::Submitting { .. }, Found::Several) => self.end(State::NeedsAttention(Reason::of("name.several"))),
            (State::Submitting { .. }, Found::Different | Found::Unstated(_)) => self.taken(),
            (_, Found::Nothing) => {
                self.progress.state = State::Submitting { doubt: Doubt::None };
                Next::Submit
            }
            (_, Found::Same(id)) => self.succeed(id, How::Present),
            (_, Found::Different | Found::Unstated(_) | Found::Several) => self.taken(),
        }
    }

    /// A lookup failed.
    pub(in crate::provision) fn lookup_failed(&mut self, error: &Error, random: u64) -> Next {
        let asked = if let Error::Busy { retry_after } = error { Some(*retry_after) } else { None };
        let again = matches!(error, Error::Busy { .. } | Error::Unavailable { .. } | Error::Unreachable | Error::Timeout);
        let (State::Validating { failed } | State::Submitting { doubt: Doubt::Answer { failed } | Doubt::Name { failed } }) =
            &mut self.progress.state
        else {
            return self.resume(Millis::MAX);
        };
        // Waiting for the rate budget is no failure.
        if asked.is_none() {
            *failed += 1;
        }
        if again && *failed < MOST_LOOKUPS {
            return Next::Wait(delay(asked, *failed, random));
        }
        let reason = Reason::from(error);
        match self.progress.state {
            // Nothing was sent.
            State::Validating { .. } => self.end(State::Failed(reason)),
            _ => self.end(State::NeedsAttention(reason)),
        }
    }
}
