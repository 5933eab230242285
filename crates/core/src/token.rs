//! The life of an access token: asked for once for all who wait, renewed before it expires, dropped when it was refused.
//!
//! ```text
//!            ask → Fetch                      fetched
//!  Empty ───────────────────► Fetching ───────────────────► Held
//!    ▲                          │    ▲                        │
//!    └────────── failed ────────┘    └─ ask past the margin ──┤
//!    └───────────────────────── rejected(generation) ─────────┘
//! ```
//! While a token is renewed ahead of its expiry, the old one serves until it expires.

use alloc::string::String;
use alloc::sync::Arc;

use crate::{Millis, Sensitive};

/// The most that a token is renewed ahead of its expiry.
const MAX_MARGIN: Millis = 60_000;
/// What counts as the life of a token whose answer states none that makes sense.
const UNSTATED_LIFE: Millis = 300_000;
/// No token is trusted for longer than this without a new one.
const MAX_LIFE: Millis = 172_800_000;

/// A token and which one it is, so that a late refusal of an older one does not throw away its successor.
#[derive(Debug, Clone)]
pub struct Token {
    /// The bearer value.
    pub value: Arc<Sensitive<String>>,
    /// Counts the tokens of this [`Lifecycle`].
    pub generation: u64,
}

/// What whoever needs a token has to do.
#[derive(Debug)]
pub enum Ask {
    /// Use this one.
    Use(Token),
    /// Fetch one, then call [`Lifecycle::fetched`] or [`Lifecycle::failed`]. Told to one asker only.
    Fetch,
    /// Another asker is fetching: ask again when that has ended.
    Wait,
    /// Use this one, and fetch its successor beside it. Told to one asker only.
    UseAndFetch(Token),
}

/// The state of one token.
#[derive(Debug, Default)]
pub struct Lifecycle {
    held: Option<Held>,
    fetching: bool,
    generation: u64,
}

#[derive(Debug)]
struct Held {
    token: Token,
    renew_at: Millis,
    expires_at: Millis,
}

impl Lifecycle {
    /// No token yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a token at the monotonic time `now`.
    pub fn ask(&mut self, now: Millis) -> Ask {
        if self.held.as_ref().is_some_and(|held| now >= held.expires_at) {
            self.held = None;
        }
        match &self.held {
            Some(held) if now < held.renew_at || self.fetching => Ask::Use(held.token.clone()),
            Some(held) => {
                self.fetching = true;
                Ask::UseAndFetch(held.token.clone())
            }
            None if self.fetching => Ask::Wait,
            None => {
                self.fetching = true;
                Ask::Fetch
            }
        }
    }

    /// A token came. `asked_at` is when its request was sent: its life is counted from there. `expires_in` is what the answer
    /// stated, in seconds; missing, negative, zero or not a finite number counts as five minutes.
    pub fn fetched(&mut self, asked_at: Millis, value: Sensitive<String>, expires_in: Option<f64>) -> Token {
        let value = Arc::new(value);
        self.hold(asked_at, value.clone(), expires_in);
        Token { value, generation: self.generation }
    }

    /// As [`Lifecycle::fetched`], for whoever asks for it later.
    pub fn came(&mut self, asked_at: Millis, value: Sensitive<String>, expires_in: Option<f64>) {
        self.hold(asked_at, Arc::new(value), expires_in);
    }

    fn hold(&mut self, asked_at: Millis, value: Arc<Sensitive<String>>, expires_in: Option<f64>) {
        let life = match expires_in {
            Some(seconds) if seconds.is_finite() && seconds > 0.0 => ((seconds * 1_000.0) as Millis).min(MAX_LIFE),
            _ => UNSTATED_LIFE,
        };
        let margin = (life / 10).min(MAX_MARGIN);
        self.fetching = false;
        self.generation += 1;
        self.held = Some(Held {
            token: Token { value, generation: self.generation },
            renew_at: asked_at.saturating_add(life - margin),
            expires_at: asked_at.saturating_add(life),
        });
    }

    /// The fetch ended without a token. One that is still good stays.
    pub fn failed(&mut self) {
        self.fetching = false;
    }

    /// The server refused the token of this generation (401). A newer one stays.
    pub fn rejected(&mut self, generation: u64) {
        if self.held.as_ref().is_some_and(|held| held.token.generation <= generation) {
            self.held = None;
        }
    }

    /// The server refused the token that is held.
    pub fn rejected_current(&mut self) {
        self.rejected(self.generation);
    }

    /// Forgets everything: logout, or another guest.
    pub fn clear(&mut self) {
        self.held = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Sensitive<String> {
        Sensitive::new(text.to_owned())
    }

    fn used(ask: &Ask) -> Option<&str> {
        match ask {
            Ask::Use(token) | Ask::UseAndFetch(token) => Some(token.value.expose()),
            Ask::Fetch | Ask::Wait => None,
        }
    }

    #[test]
    fn a_thousand_askers_cause_one_fetch() {
        let mut life = Lifecycle::new();
        let fetches = (0..1_000).filter(|_| matches!(life.ask(0), Ask::Fetch)).count();
        assert_eq!(fetches, 1);
    }

    #[test]
    fn a_token_serves_until_its_margin_and_is_renewed_beside_its_use() {
        let mut life = Lifecycle::new();
        assert!(matches!(life.ask(0), Ask::Fetch));
        life.fetched(0, value("a"), Some(600.0));
        assert!(matches!(life.ask(539_999), Ask::Use(_)));
        assert!(matches!(life.ask(540_000), Ask::UseAndFetch(_)));
        assert!(matches!(life.ask(540_001), Ask::Use(_)));
        life.failed();
        assert!(matches!(life.ask(540_002), Ask::UseAndFetch(_)));
        assert!(matches!(life.ask(600_000), Ask::Wait), "expired while it is being renewed");
        life.fetched(600_000, value("b"), Some(600.0));
        assert_eq!(used(&life.ask(600_001)), Some("b"));
    }

    #[test]
    fn a_short_life_has_a_margin_of_a_tenth() {
        let mut life = Lifecycle::new();
        let _ = life.ask(0);
        life.fetched(0, value("a"), Some(10.0));
        assert!(matches!(life.ask(8_999), Ask::Use(_)));
        assert!(matches!(life.ask(9_000), Ask::UseAndFetch(_)));
    }

    #[test]
    fn a_life_that_makes_no_sense_counts_as_five_minutes() {
        for stated in [None, Some(0.0), Some(-5.0), Some(f64::NAN), Some(f64::INFINITY)] {
            let mut life = Lifecycle::new();
            let _ = life.ask(0);
            life.fetched(0, value("a"), stated);
            assert!(matches!(life.ask(269_999), Ask::Use(_)), "{stated:?}");
            assert!(matches!(life.ask(300_000), Ask::Fetch), "{stated:?}");
        }
        let mut life = Lifecycle::new();
        let _ = life.ask(0);
        life.fetched(0, value("a"), Some(1e300));
        assert!(matches!(life.ask(MAX_LIFE), Ask::Fetch));
    }

    #[test]
    fn a_late_refusal_of_an_older_token_leaves_its_successor() {
        let mut life = Lifecycle::new();
        let _ = life.ask(0);
        let first = life.fetched(0, value("a"), Some(600.0));
        life.rejected(first.generation);
        assert!(matches!(life.ask(1), Ask::Fetch));
        life.fetched(1, value("b"), Some(600.0));
        life.rejected(first.generation);
        assert_eq!(used(&life.ask(2)), Some("b"));
    }
}
