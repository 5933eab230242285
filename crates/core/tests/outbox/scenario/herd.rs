//! Many browsers after an outage (R8).

use super::desk::Desk;

const BROWSERS: u64 = 100;
const OUTAGE: u64 = 60_000;
/// What Genesys takes of a client: 300 requests a minute.
const LIMIT_A_SECOND: usize = 5;
const STEP: u64 = 100;

/// In how many steps after the end of the outage each browser's requests come, all of them set in its first moment.
fn requests_after_the_outage(browser: u64) -> Vec<usize> {
    let mut desk = Desk::new();
    desk.time += browser;
    desk.write = 503;
    let mut tab = desk.open(Desk::options());
    desk.set(&mut tab, 1, "tier", "gold");
    let end = desk.time + OUTAGE;
    while desk.time < end {
        desk.wait(&mut tab, STEP);
    }
    desk.write = 200;
    let mut counts = Vec::new();
    while tab.pending() > 0 {
        let before = desk.requests.len();
        desk.wait(&mut tab, STEP);
        counts.push(desk.requests.len() - before);
    }
    counts
}

#[test]
fn a_hundred_browsers_do_not_come_back_at_once_after_a_minute_of_outage() {
    let mut requests = vec![0; 10_000];
    for browser in 0..BROWSERS {
        for (step, count) in requests_after_the_outage(browser).into_iter().enumerate() {
            requests[step] += count;
        }
    }
    let total: usize = requests.iter().sum();
    let peak = |seconds: usize| {
        let steps = seconds * 1_000 / STEP as usize;
        requests.windows(steps).map(|window| window.iter().sum::<usize>()).max().unwrap_or_default()
    };
    println!("{total} requests, at most {} in a second and {} in five", peak(1), peak(5));
    assert!(total >= BROWSERS as usize);
    assert!(peak(5) <= 2 * 5 * LIMIT_A_SECOND, "{} in five seconds", peak(5));
}
