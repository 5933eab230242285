//! The rules one by one.

use std::time::{Duration, Instant};

use super::wait::Wait;
use super::window::*;

fn reading(count: u64) -> Option<Reading> {
    Some(Reading { count, allowed: 10, reset: Duration::from_secs(2) })
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn a_few_find_out_and_then_as_many_leave_as_the_window_allows() {
    let (mut budget, start) = (Budget::default(), Instant::now());
    let scouts: Vec<Leave> = (0..8).map(|_| budget.ask(start).unwrap()).collect();
    assert_eq!(budget.ask(start), Err(Wait { until: None }), "nobody knows yet");
    budget.answered(scouts[0], reading(3), false, start);
    assert_eq!(budget.ask(start), Err(Wait { until: Some(start + seconds(2)) }), "3 counted and 7 under way");
    for (n, leave) in scouts[1..].iter().enumerate() {
        budget.answered(*leave, reading(n as u64 + 2), false, start);
    }
    assert!(budget.ask(start).is_ok() && budget.ask(start).is_ok() && budget.ask(start).is_err());
}

#[test]
fn the_end_of_a_window_is_the_earliest_that_was_told_and_opens_another() {
    let (mut budget, start) = (Budget::default(), Instant::now());
    let (a, b) = (budget.ask(start).unwrap(), budget.ask(start).unwrap());
    budget.answered(a, reading(9), false, start);
    budget.answered(b, reading(10), false, start + seconds(1));
    assert_eq!(budget.ask(start + seconds(1)), Err(Wait { until: Some(start + seconds(2)) }));
    let next = budget.ask(start + seconds(2)).unwrap();
    for _ in 0..7 {
        budget.ask(start + seconds(2)).unwrap();
    }
    assert_eq!(budget.ask(start + seconds(2)), Err(Wait { until: None }));
    budget.answered(next, reading(1), false, start + seconds(2));
    assert!(budget.ask(start + seconds(2)).is_ok());
}

#[test]
fn a_lower_number_means_that_another_window_has_begun() {
    let (mut budget, start) = (Budget::default(), Instant::now());
    let first = budget.ask(start).unwrap();
    budget.answered(first, reading(9), false, start);
    let last = budget.ask(start + seconds(1)).unwrap();
    budget.answered(last, reading(1), false, start + seconds(1));
    for _ in 0..9 {
        budget.ask(start + seconds(1)).unwrap();
    }
    assert_eq!(budget.ask(start + seconds(1)), Err(Wait { until: Some(start + seconds(3)) }));
}

#[test]
fn what_is_learned_late_of_a_window_that_is_over_does_not_end_this_one() {
    let (mut budget, start) = (Budget::default(), Instant::now());
    let (first, late) = (budget.ask(start).unwrap(), budget.ask(start).unwrap());
    budget.answered(first, reading(10), false, start);
    let next = budget.ask(start + seconds(2)).unwrap();
    budget.answered(next, reading(1), false, start + seconds(2));
    budget.answered(late, Some(Reading { reset: seconds(1), ..reading(10).unwrap() }), false, start + seconds(2));
    let leaves = (0..10).take_while(|_| budget.ask(start + seconds(3)).is_ok()).count();
    assert_eq!(leaves, 8, "1 was counted, and the late one may have been");
    assert_eq!(budget.ask(start + seconds(3)), Err(Wait { until: Some(start + seconds(4)) }));
}

#[test]
fn a_lost_answer_counts_and_a_refused_one_tells_no_new_window() {
    let (mut budget, start) = (Budget::default(), Instant::now());
    let first = budget.ask(start).unwrap();
    budget.answered(first, reading(8), false, start);
    budget.ask(start).unwrap();
    let refused = budget.ask(start).unwrap();
    budget.lost();
    budget.answered(refused, reading(5), true, start);
    assert!(budget.ask(start).is_ok() && budget.ask(start).is_err());
}

#[test]
fn a_server_without_windows_holds_nobody_up() {
    let (mut budget, start) = (Budget::default(), Instant::now());
    let first = budget.ask(start).unwrap();
    budget.answered(first, None, false, start);
    assert!((0..1_000).all(|_| budget.ask(start).is_ok()));
}

#[test]
fn nothing_leaves_before_the_moment_that_the_server_named() {
    let (mut budget, start) = (Budget::default(), Instant::now());
    budget.close(start + seconds(7));
    budget.close(start + seconds(3));
    assert_eq!(budget.ask(start + seconds(6)), Err(Wait { until: Some(start + seconds(7)) }));
    assert!(budget.ask(start + seconds(7)).is_ok());
}
