//! Works on the jobs of one Genesys, its own and what others left, so many at once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{queue, step};
use crate::app::App;

/// How often others' jobs are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Works until `stop` says so and what is in hand has come to its next rest.
pub(crate) async fn run(app: Arc<App>, at_once: usize, mut stop: watch::Receiver<bool>) {
    let kind = queue::kind(&app);
    let mut in_hand = JoinSet::new();
    // When jobs that wait here may go on.
    let mut due = BinaryHeap::new();
    while !*stop.borrow() {
        let mut idle = in_hand.len() >= at_once;
        while !idle {
            match app.jobs.claim(&kind).await {
                Ok(Some(job)) => {
                    let (app, kind) = (Arc::clone(&app), kind.clone());
                    in_hand.spawn(async move { step::run(&app, &kind, &job).await });
                    idle = in_hand.len() >= at_once;
                }
                Ok(None) => idle = true,
                Err(error) => {
                    tracing::warn!(%error, "channels' jobs cannot be claimed now");
                    idle = true;
                }
            }
        }
        let now = Instant::now();
        while due.peek().is_some_and(|Reverse(at)| *at <= now) {
            due.pop();
        }
        let look = due.peek().map_or(now + LOOK_EVERY, |Reverse(at): &Reverse<Instant>| (*at).min(now + LOOK_EVERY));
        tokio::select! {
            Some(ended) = in_hand.join_next() => {
                if let Ok(Some(wait)) = ended {
                    due.push(Reverse(Instant::now() + wait));
                }
            }
            () = app.jobs.wait(LOOK_EVERY), if in_hand.len() < at_once => {}
            () = tokio::time::sleep_until(look), if in_hand.len() < at_once => {}
            _ = stop.changed() => {}
        }
    }
    while in_hand.join_next().await.is_some() {}
}
