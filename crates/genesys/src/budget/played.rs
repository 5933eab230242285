//! Budgets played against a server that counts, in virtual time: requests and answers take their time, windows end in between.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use super::window::{Budget, Leave, Reading};

/// What the server allows in a window, and how long a window is.
const ALLOWED: u64 = 300;
const WINDOW: u64 = 2_000_000;

/// What happens next, by time in microseconds.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrives { gateway: usize, slot: usize },
    Answered { gateway: usize, slot: usize },
    Asks { gateway: usize },
}

struct Played {
    refused: u64,
    served: u64,
    windows: u64,
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }
}

/// `requests` that all want to leave at once, from `gateways` with so many microseconds to the server and back at most.
fn play(seed: u64, gateways: usize, requests: u64, way: u64) -> Played {
    let (epoch, mut random) = (Instant::now(), Random(seed));
    let at = |time: u64| epoch + Duration::from_micros(time);
    let mut budgets: Vec<Budget> = (0..gateways).map(|_| Budget::default()).collect();
    budgets.iter_mut().for_each(|budget| budget.share(gateways as u64));
    let mut slots: Vec<(Leave, Option<Reading>, bool)> = Vec::new();
    let mut events = BinaryHeap::new();
    let (mut left, mut began, mut count) = (requests, None::<u64>, 0);
    let mut played = Played { refused: 0, served: 0, windows: 0 };
    (0..gateways).for_each(|gateway| events.push(Reverse((0, Event::Asks { gateway }))));
    while let Some(Reverse((now, event))) = events.pop() {
        let gateway = match event {
            Event::Arrives { gateway, slot } => {
                if began.is_none_or(|began| now >= began + WINDOW) {
                    (began, count) = (Some(now), 0);
                    played.windows += 1;
                }
                let refused = count == ALLOWED;
                count += u64::from(!refused);
                let ends = began.expect("it began") + WINDOW;
                let reset = Duration::from_secs((ends - now).div_ceil(1_000_000).max(1));
                (slots[slot].1, slots[slot].2) = (Some(Reading { count, allowed: ALLOWED, reset }), refused);
                events.push(Reverse((now + 1 + random.below(way), Event::Answered { gateway, slot })));
                continue;
            }
            Event::Answered { gateway, slot } => {
                let (leave, reading, refused) = slots[slot];
                budgets[gateway].answered(leave, reading, refused, at(now));
                if refused {
                    played.refused += 1;
                    left += 1;
                    budgets[gateway].close(at(now) + reading.expect("it was answered").reset);
                } else {
                    played.served += 1;
                }
                gateway
            }
            Event::Asks { gateway } => gateway,
        };
        while left > 0 {
            match budgets[gateway].ask(at(now)) {
                Ok(leave) => {
                    left -= 1;
                    slots.push((leave, None, false));
                    let arrives = Event::Arrives { gateway, slot: slots.len() - 1 };
                    events.push(Reverse((now + 1 + random.below(way), arrives)));
                }
                Err(wait) => {
                    if let Some(until) = wait.until {
                        let then = u64::try_from((until - epoch).as_micros()).expect("it is soon").max(now + 1);
                        events.push(Reverse((then, Event::Asks { gateway })));
                    }
                    break;
                }
            }
        }
    }
    played
}

#[test]
fn a_million_requests_of_one_gateway_are_never_refused_and_use_the_budget() {
    for (seed, way) in [(1, 3_000), (2, 60_000), (3, 150_000), (4, 500)] {
        let played = play(seed, 1, 250_000, way);
        assert_eq!((played.refused, played.served), (0, 250_000), "seed {seed}");
        let used = 250_000.0 / (played.windows * ALLOWED) as f64;
        assert!(used >= 0.99, "seed {seed}: {used} of {} windows", played.windows);
    }
}

#[test]
fn gateways_that_share_a_limit_use_it_and_are_hardly_refused() {
    let outcomes = [(1, 2, 3_000), (2, 2, 60_000), (3, 4, 20_000), (4, 8, 60_000)].map(|(seed, gateways, way)| {
        let played = play(seed, gateways, 60_000, way);
        (gateways, 60_000.0 / (played.windows * ALLOWED) as f64, played.refused as f64 / 60_000.0)
    });
    assert!(outcomes.iter().all(|(_, used, refused)| *used >= 0.95 && *refused <= 0.01), "{outcomes:?}");
}
