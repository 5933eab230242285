//! Budgets played against a server that counts, in virtual time: requests and answers take their time, windows end in between.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use super::call::Call;
use super::lanes::{Lanes, Leaves};
use super::told::{Told, Whose};
use super::window::Reading;

/// What the server allows all calls together in a window, and how long a window is.
const ALLOWED: u64 = 300;
const WINDOW: u64 = 2_000_000;

/// What happens next, by time in microseconds.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrives { gateway: usize, slot: usize },
    Answered { gateway: usize, slot: usize },
    Asks { gateway: usize },
}

/// A window as the server counts it.
struct Window {
    allowed: u64,
    length: u64,
    began: Option<u64>,
    count: u64,
    /// How many windows there were, and how many requests they took.
    windows: u64,
    served: u64,
}

impl Window {
    fn new(allowed: u64, length: u64) -> Self {
        Self { allowed, length, began: None, count: 0, windows: 0, served: 0 }
    }

    /// Counts a request, unless the window is full; what is told of it then, and whether it was counted.
    fn take(&mut self, now: u64) -> (Reading, bool) {
        if self.began.is_none_or(|began| now >= began + self.length) {
            (self.began, self.count) = (Some(now), 0);
            self.windows += 1;
        }
        let counted = self.count < self.allowed;
        self.count += u64::from(counted);
        self.served += u64::from(counted);
        let ends = self.began.expect("it began") + self.length;
        let reset = Duration::from_secs((ends - now).div_ceil(1_000_000).max(1));
        (Reading { count: self.count, allowed: self.allowed, reset }, counted)
    }

    fn used(&self) -> f64 {
        self.served as f64 / (self.windows * self.allowed) as f64
    }
}

/// What one call has to do, and the limit that it has of its own, if it has one.
#[derive(Clone, Copy)]
struct Work {
    call: &'static str,
    requests: u64,
    own: Option<u64>,
}

const fn work(call: &'static str, requests: u64, own: Option<u64>) -> Work {
    Work { call, requests, own }
}

struct Played {
    /// Refusals, and those that came after the first windows.
    refused: u64,
    refused_later: u64,
    served: u64,
    all: f64,
    /// How much was used of each call's own limit.
    own: Vec<f64>,
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

struct Slot {
    leaves: Leaves,
    work: usize,
    told: Told,
}

/// Requests that all want to leave at once, from `gateways` with so many microseconds to the server and back at most. The played time ends
/// when one call has nothing left to do.
fn play(seed: u64, gateways: usize, works: &[Work], way: u64) -> Played {
    let (epoch, mut random) = (Instant::now(), Random(seed));
    let at = |time: u64| epoch + Duration::from_micros(time);
    let mut lanes: Vec<Lanes> = (0..gateways).map(|_| Lanes::default()).collect();
    lanes.iter_mut().for_each(|lanes| lanes.share(gateways as u64));
    let mut all = Window::new(ALLOWED, WINDOW);
    // A window of its own begins and ends at other times.
    let mut own: Vec<Option<Window>> =
        works.iter().map(|work| work.own.map(|allowed| Window::new(allowed, WINDOW / 2 * 3))).collect();
    let mut left: Vec<u64> = works.iter().map(|work| work.requests).collect();
    let mut slots: Vec<Slot> = Vec::new();
    let mut events = BinaryHeap::new();
    let mut played = Played { refused: 0, refused_later: 0, served: 0, all: 0.0, own: Vec::new() };
    (0..gateways).for_each(|gateway| events.push(Reverse((0, Event::Asks { gateway }))));
    while let Some(Reverse((now, event))) = events.pop() {
        if works.len() > 1 && left.contains(&0) {
            break;
        }
        let gateway = match event {
            Event::Arrives { gateway, slot } => {
                let (reading, counted) = all.take(now);
                let own = own[slots[slot].work].as_mut().filter(|_| counted).map(|own| own.take(now));
                let whose = if own.is_some() { Whose::Own } else { Whose::All };
                let (reading, counted) = own.unwrap_or((reading, counted));
                let wait = (!counted).then_some(reading.reset);
                let whose = (!counted).then_some(whose);
                slots[slot].told = Told { reading: Some(reading), refused: !counted, whose, wait };
                events.push(Reverse((now + 1 + random.below(way), Event::Answered { gateway, slot })));
                continue;
            }
            Event::Answered { gateway, slot } => {
                let Slot { leaves, work, told } = slots[slot];
                lanes[gateway].answered(leaves, told, at(now));
                played.refused += u64::from(told.refused);
                played.refused_later += u64::from(told.refused && all.windows > 3);
                played.served += u64::from(!told.refused);
                left[work] += u64::from(told.refused);
                gateway
            }
            Event::Asks { gateway } => gateway,
        };
        // Whoever is let go first is another call each time.
        let first = random.below(works.len() as u64) as usize;
        let mut held: Vec<Option<Instant>> = Vec::new();
        for work in (0..works.len()).map(|n| (n + first) % works.len()) {
            let call = Call::named(works[work].call);
            let mut burst = 1 + random.below(20);
            while left[work] > 0 && (burst > 0 || works.len() == 1) {
                burst -= u64::from(burst > 0);
                if let Err(why) = lanes[gateway].may(call, at(now)) {
                    held.push(why.wait.until);
                    break;
                }
                left[work] -= 1;
                slots.push(Slot { leaves: lanes[gateway].take(call, at(now)), work, told: Told::default() });
                let arrives = Event::Arrives { gateway, slot: slots.len() - 1 };
                events.push(Reverse((now + 1 + random.below(way), arrives)));
            }
            if burst == 0 && works.len() > 1 {
                held.push(Some(at(now)));
            }
        }
        for until in held.into_iter().flatten() {
            let then = u64::try_from((until - epoch).as_micros()).expect("it is soon").max(now + 1);
            events.push(Reverse((then, Event::Asks { gateway })));
        }
    }
    played.all = all.used();
    played.own = own.iter().flatten().map(Window::used).collect();
    played
}

#[test]
fn a_million_requests_of_one_gateway_are_never_refused_and_use_the_budget() {
    for (seed, way) in [(1, 3_000), (2, 60_000), (3, 150_000), (4, 500)] {
        let played = play(seed, 1, &[work("A1", 250_000, None)], way);
        assert_eq!((played.refused, played.served), (0, 250_000), "seed {seed}");
        assert!(played.all >= 0.99, "seed {seed}: {}", played.all);
    }
}

#[test]
fn gateways_that_share_a_limit_use_it_and_are_hardly_refused() {
    let outcomes = [(1, 2, 3_000), (2, 2, 60_000), (3, 4, 20_000), (4, 8, 60_000)].map(|(seed, gateways, way)| {
        let played = play(seed, gateways, &[work("A1", 60_000, None)], way);
        (gateways, played.all, played.refused as f64 / 60_000.0)
    });
    assert!(outcomes.iter().all(|(_, used, refused)| *used >= 0.95 && *refused <= 0.01), "{outcomes:?}");
}

/// Creating guests has a limit of its own here, reading another; writes go on beside them.
const MIXED: [Work; 3] = [work("G1", 8_000, Some(40)), work("A1", 24_000, None), work("P2", 8_000, Some(60))];

#[test]
fn calls_with_limits_of_their_own_use_them_are_not_refused_and_hold_nobody_else_up() {
    for (seed, way) in [(1, 3_000), (2, 60_000), (3, 20_000), (4, 500)] {
        let played = play(seed, 1, &MIXED, way);
        assert_eq!(played.refused_later, 0, "seed {seed}: {} in all", played.refused);
        let enough = played.all >= 0.95 && played.own.iter().all(|used| *used >= 0.95);
        assert!(enough, "seed {seed}: {} of all, {:?}", played.all, played.own);
    }
}

#[test]
fn gateways_that_share_limits_of_single_calls_use_them_and_are_hardly_refused() {
    let outcomes = [(1, 2, 3_000), (2, 2, 20_000), (3, 4, 20_000)].map(|(seed, gateways, way)| {
        let played = play(seed, gateways, &MIXED, way);
        (gateways, played.all, played.own.clone(), played.refused as f64 / played.served as f64)
    });
    let good = |used: f64, refused: f64| used >= 0.9 && refused <= 0.01;
    assert!(
        outcomes.iter().all(|(_, all, own, refused)| own.iter().chain([all]).all(|used| good(*used, *refused))),
        "{outcomes:?}"
    );
}
