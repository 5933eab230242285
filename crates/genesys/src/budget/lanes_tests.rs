//! The rules of the lanes one by one.

use std::time::{Duration, Instant};

use super::call::Call;
use super::lanes::*;
use super::told::{Told, Whose};
use super::wait::Wait;
use super::window::Reading;

struct World {
    lanes: Lanes,
    now: Instant,
}

impl World {
    fn new() -> Self {
        Self { lanes: Lanes::default(), now: Instant::now() }
    }

    fn leave(&mut self, call: &str) -> Option<Leaves> {
        let call = Call::named(call);
        self.lanes.may(call, self.now).ok().map(|()| self.lanes.take(call, self.now))
    }

    fn held(&mut self, call: &str) -> Held {
        self.lanes.may(Call::named(call), self.now).expect_err("it is held")
    }

    /// A request leaves and is answered: 200 with this number of these allowed.
    fn told(&mut self, call: &str, count: u64, allowed: u64) {
        let leaves = self.leave(call).expect("it may leave");
        self.lanes.answered(leaves, Told { reading: reading(count, allowed), ..Told::default() }, self.now);
    }

    /// The same with 429.
    fn refused(&mut self, call: &str, count: u64, allowed: u64, whose: Option<Whose>) {
        let leaves = self.leave(call).expect("it may leave");
        let told = Told { reading: reading(count, allowed), refused: true, whose, wait: Some(seconds(10)) };
        self.lanes.answered(leaves, told, self.now);
    }

    /// How many of these may leave at once.
    fn many(&mut self, call: &str) -> usize {
        (0..1_000).take_while(|_| self.leave(call).is_some()).count()
    }
}

fn reading(count: u64, allowed: u64) -> Option<Reading> {
    Some(Reading { count, allowed, reset: seconds(2) })
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn a_call_that_is_told_less_than_others_is_held_to_it_and_they_are_not() {
    let mut world = World::new();
    world.told("A1", 1, 300);
    world.told("G1", 1, 10);
    assert_eq!(world.many("G1"), 9);
    let until = Some(world.now + seconds(2));
    assert_eq!(world.held("G1"), Held { wait: Wait { until }, by_own: true });
    // 1 was counted, G1's first may have been since, and 9 are under way.
    assert_eq!(world.many("A1"), 289);
    assert!(!world.held("A1").by_own);
}

#[test]
fn where_the_limit_of_one_call_is_taken_for_that_of_all_another_finds_out() {
    let mut world = World::new();
    world.told("G1", 10, 10);
    assert!(world.leave("G1").is_none());
    let scout = world.leave("A1").expect("one may find out");
    assert!(world.leave("A1").is_none(), "and no more than one");
    world.lanes.answered(scout, Told { reading: reading(11, 300), ..Told::default() }, world.now);
    assert_eq!(world.many("A1"), 289);
    assert!(world.held("G1").by_own);
}

#[test]
fn what_two_calls_were_told_is_the_limit_of_all_and_nobody_tries_it() {
    let mut world = World::new();
    world.told("G1", 9, 10);
    world.told("G2", 10, 10);
    assert!(world.leave("A1").is_none());
}

#[test]
fn a_refusal_closes_the_lane_that_it_names_and_no_other() {
    let mut world = World::new();
    world.told("A1", 1, 300);
    world.told("G1", 2, 300);
    world.refused("G1", 10, 10, Some(Whose::Own));
    world.now += seconds(9);
    assert_eq!(world.held("G1").wait.until, Some(world.now + seconds(1)));
    assert!(world.leave("A1").is_some());
    world.now += seconds(1);
    assert!(world.leave("G1").is_some());
}

#[test]
fn a_refusal_that_names_the_limit_of_all_or_none_closes_all() {
    for whose in [Some(Whose::All), None] {
        let mut world = World::new();
        world.told("A1", 1, 300);
        world.refused("G1", 300, 300, whose);
        world.now += seconds(9);
        let until = Some(world.now + seconds(1));
        assert_eq!(["A1", "G1", "P2"].map(|call| world.held(call).wait.until), [until; 3]);
    }
}

#[test]
fn a_refusal_that_names_none_but_tells_of_a_lower_limit_is_of_that_call() {
    let mut world = World::new();
    world.told("A1", 1, 300);
    world.refused("G1", 10, 10, None);
    assert!(world.leave("A1").is_some() && world.leave("G1").is_none());
}

#[test]
fn a_limit_of_all_that_was_lowered_is_learned_from_one_who_is_alone_or_refused() {
    let mut world = World::new();
    world.told("A1", 1, 300);
    world.told("A1", 2, 200);
    assert_eq!(world.lanes.seen(), Some((2, 200)));
    world.told("G1", 3, 200);
    world.refused("A1", 100, 100, Some(Whose::All));
    assert_eq!(world.lanes.seen(), Some((100, 100)));
}

#[test]
fn a_limit_of_all_that_was_raised_holds_for_each_call_when_it_is_told() {
    let mut world = World::new();
    world.told("A1", 1, 10);
    world.told("G1", 2, 10);
    world.told("A1", 3, 300);
    world.told("G1", 4, 300);
    assert_eq!(world.many("G1"), 296);
    assert_eq!(world.lanes.seen_by_call(world.now), []);
}

#[test]
fn what_the_operator_sets_holds_beside_what_the_server_tells() {
    let mut world = World::new();
    let limit = |requests| crate::RateLimit { requests, window: seconds(60) };
    world.lanes.configure(None, limit(20));
    world.lanes.configure(Some(Call::named("G1")), limit(3));
    world.told("A1", 1, 300);
    world.told("G1", 2, 300);
    assert_eq!(world.many("G1"), 2);
    assert_eq!(world.held("G1"), Held { wait: Wait { until: Some(world.now + seconds(60)) }, by_own: true });
    assert_eq!((world.many("A1"), world.held("A1").by_own), (16, false));
    assert_eq!(world.lanes.seen_by_call(world.now), [("G1", 3, 3)]);
}
