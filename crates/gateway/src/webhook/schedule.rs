//! When a failed delivery is repeated: the schedule of Standard Webhooks, 75 h 35 min 5 s in all.

use guestsync_core::Millis;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;

/// Waits before the second to the tenth attempt; the first is made at once.
const WAITS: [Millis; 9] = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// How long to wait after `attempts` failed ones (1 or more); `None` where it was the last. A receiver that asks for more gets it.
pub(super) fn wait(attempts: i64, retry_after: Option<Millis>) -> Option<Millis> {
    let wait = *usize::try_from(attempts - 1).ok().and_then(|at| WAITS.get(at))?;
    Some(retry_after.map_or(wait, |asked| wait.max(asked)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_are_made_in_75_hours_35_minutes_and_5_seconds() {
        let waits: Vec<Millis> = (1..).map_while(|attempts| wait(attempts, None)).collect();
        assert_eq!(waits.len(), 9);
        assert_eq!(waits.iter().sum::<Millis>(), 75 * HOUR + 35 * MINUTE + 5 * SECOND);
        assert_eq!(wait(0, None), None);
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_but_not_for_less() {
        assert_eq!(wait(1, Some(MINUTE)), Some(MINUTE));
        assert_eq!(wait(2, Some(MINUTE)), Some(5 * MINUTE));
    }
}
