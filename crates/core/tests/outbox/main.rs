//! The outbox in a simulated browser: seeded schedules of tabs, storage, locks, network and server in virtual time, checked
//! against a reference model after every step.
//!
//! `GUESTSYNC_SCHEDULES=1000000` runs more of them; `GUESTSYNC_SEED=…` replays one and tells what happens in it.

#![allow(unreachable_pub, reason = "a test's modules are nobody's interface")]
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a replayed schedule tells what happens in it"
)]

mod check;
mod clockwork;
mod locks;
mod model;
mod network;
mod scenario;
mod schedule;
mod server;
mod storage;
mod tab;
mod world;

use schedule::Schedule;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn no_schedule_of_tabs_faults_and_withdrawals_loses_reorders_or_leaks_an_update() {
    if let Some(seed) = number("GUESTSYNC_SEED") {
        Schedule::new(seed).telling().run().expect("the schedule of this seed");
        return;
    }
    let count = number("GUESTSYNC_SCHEDULES").unwrap_or(100_000);
    let first = number("GUESTSYNC_FIRST").unwrap_or(0);
    let mut totals = schedule::Totals::default();
    for seed in first..first + count {
        match Schedule::new(seed).run() {
            Ok(one) => totals.add(&one),
            Err(broken) => panic!("{broken}; replay it with GUESTSYNC_SEED={seed}"),
        }
    }
    println!("{count} schedules from seed {first}: {totals}");
    totals.assert_that_faults_happened();
}
