//! What sessions that are being started leave to others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::call::Call;
use super::lanes::Leaves;
use super::starts::*;
use super::state::State;
use super::told::{Told, Whose};
use super::wait::{By, HeldStart, Wait};
use super::window::Reading;
use crate::RateLimit;

/// How long a window is.
const WINDOW: u64 = 60;

/// A server that counts, and who asks it.
struct World {
    state: State,
    now: Instant,
    ends: Instant,
    count: u64,
    allowed: u64,
    came: u64,
}

impl World {
    fn new(allowed: u64, percent: u32) -> Self {
        let now = Instant::now();
        let mut state = State::default();
        state.starts.reserve = Reserve { percent, guests_wait: seconds(5), starts_wait: seconds(15) };
        Self { state, now, ends: now, count: 0, allowed, came: 0 }
    }

    /// Where the server tells of no limit, but the operator has set one.
    fn held_to(requests: u32, percent: u32) -> Self {
        let mut world = Self::new(u64::MAX, percent);
        world.state.lanes.configure(None, RateLimit { requests, window: seconds(WINDOW) });
        world
    }

    /// The answer to a request that left; `None` where it was refused, which is a mistake.
    fn answered(&mut self, leaves: Leaves) {
        if self.ends <= self.now {
            (self.ends, self.count) = (self.now + seconds(WINDOW), 0);
        }
        self.count += 1;
        assert!(self.count <= self.allowed, "it is refused upstream");
        let reset = self.ends - self.now;
        let reading = (self.allowed < u64::MAX).then_some(Reading { count: self.count, allowed: self.allowed, reset });
        self.state.lanes.answered(leaves, Told { reading, whose: Some(Whose::All), ..Told::default() }, self.now);
    }

    fn number(&mut self) -> u64 {
        self.came += 1;
        self.came
    }

    /// A guest's write.
    fn write(&mut self) -> Result<(), Wait> {
        let number = self.number();
        let asked = self.state.ask(Call::named("A1"), number, None, self.now);
        self.state.next.remove(&number);
        asked.map(|leaves| self.answered(leaves))
    }

    /// A session from this address, whose second call leaves later.
    fn half(&mut self, address: u8) -> Result<Start, HeldStart> {
        let (start, number) = (Start::of(Some([10, 0, 0, address].into())), self.number());
        let leaves = self.state.ask_start(Call::named("G1"), number, &start, self.now)?;
        self.answered(leaves);
        Ok(start)
    }

    fn other_half(&mut self, start: &Start) -> Result<(), Wait> {
        assert!(start.is_paid());
        let number = self.number();
        let asked = self.state.ask(Call::named("G2"), number, Some(start), self.now);
        self.state.next.remove(&number);
        asked.map(|leaves| self.answered(leaves))
    }

    fn session(&mut self, address: u8) -> Result<(), HeldStart> {
        let start = self.half(address)?;
        self.other_half(&start).expect("it is paid for");
        Ok(())
    }

    /// How many sessions of this address are started now.
    fn sessions(&mut self, address: u8) -> usize {
        (0..1_000).take_while(|_| self.session(address).is_ok()).count()
    }

    fn held(&mut self, address: u8) -> (By, Option<u64>) {
        let HeldStart { wait, by } = self.session(address).expect_err("it is held");
        (by, wait.until.map(|until| (until - self.now).as_secs()))
    }
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn an_address_gets_no_more_than_is_left_for_others_until_they_wait_for_the_next_window() {
    let mut world = World::new(300, 25);
    world.session(0).expect("nothing is known of a limit yet");
    assert_eq!([1, 2, 3].map(|address| world.sessions(address)), [56, 28, 14]);
    assert_eq!(world.held(1), (By::Address, Some(45)));
    world.now += seconds(45);
    assert_eq!(world.sessions(1), 13);
    assert_eq!(world.held(1), (By::Guests, Some(10)));
    world.now += seconds(10);
    assert_eq!(world.sessions(2), 38, "what is left of the window");
    assert_eq!(world.held(2), (By::Limit, Some(5)));
    world.now += seconds(5);
    assert_eq!(world.sessions(1), 56, "the next one begins anew");
}

#[test]
fn guests_who_have_a_session_find_their_part_whatever_starts() {
    let mut world = World::new(300, 25);
    while (0..200).any(|address| world.session(address).is_ok()) {}
    assert_eq!((0..1_000).take_while(|_| world.write().is_ok()).count(), 76, "three quarters are 225, and a session takes two");
}

#[test]
fn while_guests_wait_nothing_of_their_part_is_free() {
    let mut world = World::new(40, 25);
    while (0..40).any(|address| world.session(address).is_ok()) {}
    world.now += seconds(56);
    let number = world.number();
    world.state.next.insert(number, Call::named("A1"));
    assert_eq!(world.held(50), (By::Guests, Some(4)));
    world.state.next.remove(&number);
    assert!(world.session(50).is_ok());
}

#[test]
fn a_session_that_has_its_guest_gets_the_token_too() {
    let mut world = World::new(40, 25);
    let halves: Vec<Start> = (0..40).map_while(|address| world.half(address).ok()).collect();
    assert_eq!(halves.len(), 15, "with their tokens they take all but the guests' part");
    let (given_up, rest) = halves.split_first().unwrap();
    rest.iter().for_each(|start| world.other_half(start).unwrap());
    assert_eq!(world.held(40).0, By::Guests);
    world.state.starts.settle(given_up);
    // The token that nobody fetched is less than a session.
    assert_eq!(world.held(40).0, By::Guests);
    assert!((0..11).all(|_| world.write().is_ok()) && world.write().is_err());
}

#[test]
fn limits_of_any_size_let_some_session_start() {
    for (allowed, percent) in (1..12).flat_map(|allowed| [0, 25, 90].map(|percent| (allowed, percent))) {
        let mut world = World::new(allowed, percent);
        let mut started = 0;
        for _ in 0..2 * WINDOW {
            if let Ok(start) = world.half(1) {
                let came = (0..=WINDOW).any(|_| {
                    world.other_half(&start).is_ok() || {
                        world.now += seconds(1);
                        false
                    }
                });
                assert!(came, "a token of {allowed} with {percent} percent kept");
                started += 1;
            }
            world.now += seconds(1);
        }
        assert!(started >= allowed / 2, "{started} sessions of {allowed} with {percent} percent kept");
    }
}

#[test]
fn of_a_limit_of_the_operators_the_same_is_left() {
    let mut world = World::held_to(100, 25);
    assert_eq!([1, 2, 3].map(|address| world.sessions(address)), [19, 9, 5]);
    assert_eq!(world.held(1).0, By::Address);
    assert_eq!((0..100).take_while(|_| world.write().is_ok()).count(), 34);
    world.now += seconds(WINDOW);
    assert_eq!(world.sessions(1), 19);
}

#[test]
fn of_a_limit_of_one_call_an_address_leaves_half_to_others() {
    let mut world = World::new(10_000, 25);
    world.state.lanes.configure(Some(Call::named("G1")), RateLimit { requests: 100, window: seconds(WINDOW) });
    assert_eq!([1, 2].map(|address| world.sessions(address)), [50, 25]);
    assert_eq!(world.held(1).0, By::Address);
}

#[test]
fn those_go_first_whose_address_has_had_least() {
    let mut world = World::new(40, 0);
    assert_eq!((world.sessions(1), world.sessions(2)), (11, 5), "the first counts for nobody");
    let wake = Arc::new(Notify::new());
    for (number, address) in [(1_000, 1), (1_001, 2), (1_002, 2), (1_003, 3)] {
        world.state.starts.wait(Call::named("G1"), Some([10, 0, 0, address].into()), number, &wake);
    }
    let next = |world: &World| world.state.starts.next().map(|next| next.rank);
    assert_eq!(next(&world), Some((0, 1_003)));
    for (address, number, after) in [(3, 1_003, (10, 1_001)), (2, 1_001, (10, 1_002)), (2, 1_002, (20, 1_000))] {
        world.state.starts.gone(Some([10, 0, 0, address].into()), number);
        assert_eq!(next(&world), Some(after));
    }
}

#[test]
fn who_starts_from_nowhere_is_bounded_by_what_is_kept_alone() {
    let mut world = World::new(300, 25);
    let mut started = 0;
    loop {
        let (start, number) = (Start::of(None), world.number());
        let Ok(leaves) = world.state.ask_start(Call::named("G1"), number, &start, world.now) else { break };
        world.answered(leaves);
        world.other_half(&start).unwrap();
        started += 1;
    }
    assert_eq!(started, 112);
}
