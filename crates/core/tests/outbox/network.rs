//! What can happen to a request on its way.

use guestsync_core::outbox::Answer;
use guestsync_core::random::Random;

/// The fate of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It arrives and its answer comes back.
    Answered,
    /// It never arrives.
    Lost,
    /// It arrives, and the answer is lost.
    AnswerLost,
    /// It is answered with this before the server does anything.
    Refused(Box<Answer>),
    /// The server does it, and a proxy says that it did not.
    Misreported(u16),
}

/// How bad the network is, in percent each.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    pub lost: u64,
    pub answer_lost: u64,
    pub rate_limited: u64,
    pub unavailable: u64,
    pub unauthorized: u64,
    pub misreported: u64,
}

impl Weather {
    pub const CALM: Self = Self { lost: 0, answer_lost: 0, rate_limited: 0, unavailable: 0, unauthorized: 0, misreported: 0 };
    pub const STORM: Self =
        Self { lost: 10, answer_lost: 10, rate_limited: 15, unavailable: 12, unauthorized: 4, misreported: 5 };

    pub fn fate(&self, random: &mut Random) -> Fate {
        let mut roll = random.draw() % 100;
        let mut falls = |percent: u64| {
            let hit = roll < percent;
            roll = roll.wrapping_sub(percent);
            hit
        };
        if falls(self.lost) {
            return Fate::Lost;
        }
        if falls(self.answer_lost) {
            return Fate::AnswerLost;
        }
        if falls(self.rate_limited) {
            let pause = if random.draw().is_multiple_of(3) { 0 } else { (1 + random.draw() % 5) * 1_000 };
            let code = Some("too.many.requests.retry.after".into());
            return Fate::Refused(Box::new(Answer { status: 429, code, pause, ..Answer::default() }));
        }
        if falls(self.unavailable) {
            return Fate::Refused(Box::new(Answer { status: 503, ..Answer::default() }));
        }
        if falls(self.unauthorized) {
            return Fate::Refused(Box::new(Answer { status: 401, code: Some("bad.credentials".into()), ..Answer::default() }));
        }
        if falls(self.misreported) {
            return Fate::Misreported([500, 502, 504][(random.draw() % 3) as usize]);
        }
        Fate::Answered
    }
}
