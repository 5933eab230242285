//! Rate windows: how many requests each client has made in the current one.

use std::collections::HashMap;
use std::time::Duration;

use time::OffsetDateTime;

use crate::options::RateLimit;

/// A client's window as the headers show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Requests so far.
    pub(crate) count: u32,
    /// Seconds until it ends, rounded up.
    pub(crate) reset: u64,
}

/// The open windows, by client.
#[derive(Default)]
pub(crate) struct Windows(HashMap<String, (OffsetDateTime, u32)>);

impl Windows {
    /// Counts one request. `Err` where the window is full; a refused request does not count.
    pub(crate) fn take(&mut self, client: &str, limit: RateLimit, now: OffsetDateTime) -> Result<Window, Window> {
        let (start, count) = self.0.entry(client.to_owned()).or_insert((now, 0));
        if now >= *start + limit.window || now < *start {
            (*start, *count) = (now, 0);
        }
        if *count >= limit.requests {
            return Err(window(*start, *count, limit.window, now));
        }
        *count += 1;
        Ok(window(*start, *count, limit.window, now))
    }

    /// The window of a client without counting; an unopened one for nobody.
    pub(crate) fn look(&self, client: Option<&str>, limit: RateLimit, now: OffsetDateTime) -> Window {
        match client.and_then(|client| self.0.get(client)) {
            Some((start, count)) if now < *start + limit.window => window(*start, *count, limit.window, now),
            _ => window(now, 0, limit.window, now),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

fn window(start: OffsetDateTime, count: u32, length: Duration, now: OffsetDateTime) -> Window {
    let left = (start + length - now).max(time::Duration::ZERO);
    let reset = u64::try_from(left.whole_seconds()).unwrap_or(0) + u64::from(left.subsec_nanoseconds() > 0);
    Window { count, reset: reset.max(1) }
}
