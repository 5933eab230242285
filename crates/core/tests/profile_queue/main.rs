//! The queue of forms in a simulated browser: seeded schedules of posts, worker stops between any two outputs, full storage, jumping
//! clocks, refusals, lost answers and dead sessions in virtual time. Checked at the end of each, when the faults have stopped:
//!
//! - I1: every form that was answered with 200 or 202 is in the guest's profile, superseded by a later one, or among the letters;
//! - I2: whatever the profile holds was submitted; I3: no member ever goes back to an earlier form;
//! - I4: an Idempotency-Key stands for one body, and no value takes effect twice; I5: the queue is empty;
//! - no request is sent before the moment that the server has named.
//!
//! `GUESTSYNC_SCHEDULES=1000000` runs more of them; `GUESTSYNC_SEED=…` replays one and tells what happens in it.

#![allow(unreachable_pub, reason = "a test's modules are nobody's interface")]
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a replayed schedule tells what happens in it"
)]

mod browser;
mod check;
mod desk;
mod dice;
mod disk;
mod rules;
mod schedule;
mod server;
mod totals;

use schedule::Schedule;
use totals::Totals;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn no_schedule_of_posts_stops_and_faults_loses_reorders_or_repeats_a_form() {
    if let Some(seed) = number("GUESTSYNC_SEED") {
        Schedule::new(seed).telling().run().expect("the schedule of this seed");
        return;
    }
    let count = number("GUESTSYNC_SCHEDULES").unwrap_or(3_000);
    let mut totals = Totals::default();
    for seed in 0..count {
        match Schedule::new(seed).run() {
            Ok(one) => totals.add(&one),
            Err(broken) => panic!("{broken}; replay it with GUESTSYNC_SEED={seed}"),
        }
    }
    println!("{count} schedules: {totals:?}");
    totals.assert_that_faults_happened();
}
