//! The hybrid logical clock that orders updates of one browser, whatever the order in which they arrive.
//!
//! A clock value is a wall-clock millisecond, a counter within it, and the tab that made it; it never runs backwards, because a
//! tab takes the highest value it has seen anywhere (its own, or in the journal) as its floor.

use alloc::string::String;
use core::cmp::Ordering;

use crate::Millis;
use crate::shared_str::SharedStr;
use crate::text::hex;

/// A moment in the order of updates. Ordered; unique per tab and update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clock {
    /// Milliseconds since 1970, shifted left by 16 bits, plus a counter.
    time: u64,
    /// Which tab: breaks ties, means nothing else.
    tab: u32,
}

impl Ord for Clock {
    /// By the number, then by the tab. Compared in thirty places, which the page downloads: not inlined there.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn cmp(&self, other: &Self) -> Ordering {
        self.time.cmp(&other.time).then(self.tab.cmp(&other.tab))
    }
}

impl PartialOrd for Clock {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// No moment is as late (in the year 4199): what says so was written by something else.
const LIMIT: u64 = 1 << 62;

impl Clock {
    /// Before every update.
    pub const ZERO: Self = Self { time: 0, tab: 0 };

    /// The wall-clock milliseconds of this moment (RFC 3339 dates and ages are made from it).
    #[must_use]
    pub const fn wall(self) -> Millis {
        self.time >> 16
    }

    /// The number of this moment: what `Guestsync-Seq` carries. Greater is later; two tabs may, in theory, share one.
    #[must_use]
    pub const fn sequence(self) -> u64 {
        self.time
    }

    /// The same number, told apart by this: for what was one and is several now.
    #[must_use]
    pub const fn beside(self, tab: u32) -> Self {
        Self { time: self.time, tab }
    }

    /// Before every update of a wall-clock millisecond.
    #[must_use]
    pub const fn start_of(wall: Millis) -> Self {
        Self { time: wall << 16, tab: 0 }
    }

    /// The moment of a number that came from elsewhere.
    #[must_use]
    pub const fn from_sequence(sequence: u64) -> Self {
        Self { time: sequence, tab: 0 }
    }

    /// 24 lower-case hexadecimal digits whose order as text is the order of the moments.
    #[must_use]
    pub fn to_text(self) -> SharedStr {
        let mut text = String::with_capacity(24);
        hex(&mut text, self.time, 16);
        hex(&mut text, u64::from(self.tab), 8);
        text.into()
    }

    /// Reads what [`Clock::to_text`] wrote.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (time, tab) = text.split_at_checked(16)?;
        if tab.len() != 8 {
            return None;
        }
        let time = unhex(time).filter(|time| *time < LIMIT)?;
        Some(Self { time, tab: unhex(tab)? as u32 })
    }
}

fn unhex(text: &str) -> Option<u64> {
    let mut value = 0;
    for byte in text.bytes() {
        let nibble = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        value = value << 4 | u64::from(nibble);
    }
    Some(value)
}

/// Gives out clock values.
#[derive(Debug)]
pub struct Ticker {
    last: u64,
    tab: u32,
}

impl Ticker {
    /// A ticker for the tab with this random number.
    #[must_use]
    pub const fn new(tab: u32) -> Self {
        Self { last: 0, tab }
    }

    /// The next value; later than every value given or observed before.
    pub fn tick(&mut self, wall: Millis) -> Clock {
        self.last = (wall << 16).max(self.last.saturating_add(1));
        Clock { time: self.last, tab: self.tab }
    }

    /// The highest value that has been given out or seen, or that the wall clock has reached.
    #[must_use]
    pub fn reach(&self, wall: Millis) -> Clock {
        Clock { time: self.last.max(wall << 16), tab: self.tab }
    }

    /// Leaves so many values out: others may have given them out without leaving a note.
    pub const fn leap(&mut self, values: u64) {
        self.last = self.last.saturating_add(values);
    }

    /// Takes note of a value from elsewhere.
    pub fn observe(&mut self, clock: Clock) {
        self.last = self.last.max(clock.time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_keeps_the_order_and_reads_back(a in (0..LIMIT, any::<u32>()), b in (0..LIMIT, any::<u32>())) {
            let (a, b) = (Clock { time: a.0, tab: a.1 }, Clock { time: b.0, tab: b.1 });
            prop_assert_eq!(a.cmp(&b), a.to_text().cmp(&b.to_text()));
            prop_assert_eq!(Clock::from_text(&a.to_text()), Some(a));
        }

        #[test]
        fn a_ticker_never_runs_backwards_however_the_wall_clock_jumps(walls in prop::collection::vec(0u64..1 << 47, 1..50)) {
            let mut ticker = Ticker::new(7);
            let mut last = Clock::ZERO;
            for wall in walls {
                let next = ticker.tick(wall);
                prop_assert!(next > last);
                last = next;
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            let _ = Clock::from_text(&text);
        }
    }

    #[test]
    fn what_is_later_than_any_clock_goes_is_no_moment() {
        assert_eq!(Clock::from_text("3fffffffffffffffffffffff").map(|at| at.time), Some(LIMIT - 1));
        assert_eq!(["400000000000000000000000", "ffffffffffffffff00000000"].map(Clock::from_text), [None; 2]);
    }

    #[test]
    fn what_another_tab_wrote_is_a_floor() {
        let mut ahead = Ticker::new(1);
        let seen = ahead.tick(90_000_000);
        let mut behind = Ticker::new(2);
        behind.observe(seen);
        assert!(behind.tick(5) > seen);
    }
}
