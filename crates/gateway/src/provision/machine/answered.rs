//! A submission's end.

use guestsync_genesys::call::ChannelOutcome;

use super::{Doubt, How, MOST_TRIES, Machine, Next, Reason, State, delay};

impl Machine {
    /// What came of a submission.
    pub(in crate::provision) fn answered(&mut self, outcome: ChannelOutcome, random: u64) -> Next {
        let spent = self.progress.tries >= MOST_TRIES;
        let delay = |asked| delay(asked, self.progress.tries.saturating_sub(1), random);
        match outcome {
            ChannelOutcome::Created { id } => self.succeed(id, How::Created),
            ChannelOutcome::Refused(refusal) => self.end(State::Failed(refusal.into())),
            ChannelOutcome::Denied(error) => self.end(State::Failed(Reason::from(&error))),
            ChannelOutcome::Conflict => {
                self.progress.state = State::Submitting { doubt: Doubt::Name { failed: 0 } };
                Next::LookUp
            }
            ChannelOutcome::NotNow { code, .. } if spent => self.end(State::Failed(Reason::of(code))),
            ChannelOutcome::NotNow { retry_after, .. } => {
                let wait = delay(retry_after);
                self.progress.state = State::Submitting { doubt: Doubt::None };
                Next::Wait(wait)
            }
            ChannelOutcome::Held { retry_after } => {
                let wait = delay(Some(retry_after));
                self.progress.tries -= 1;
                self.progress.state = State::Submitting { doubt: Doubt::None };
                Next::Wait(wait)
            }
            // The state says already that it is in doubt.
            ChannelOutcome::Unknown { retry_after, .. } => Next::Wait(delay(retry_after)),
        }
    }
}
