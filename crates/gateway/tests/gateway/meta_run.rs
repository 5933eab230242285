//! A run that ends just before whoever asked for it is told.

use guestsync_gateway::meta::run::Run;

use crate::meta_world::Tickets;
use crate::world::Upstream;

#[tokio::test]
async fn a_finished_run_tells_again_what_it_came_to_and_writes_nothing_again() {
    let upstream = Upstream::start().await;
    let tickets = Tickets::of(&upstream.base, "{\"ticketId\": \"T-1\"}\n{\"ticketId\": 2}\n{}\n").await;
    let run = async || tickets.run().await.unwrap();
    let first = run().await;
    let sent = upstream.requests().await.len();
    let rejects = std::fs::read_to_string(&tickets.task.rejects).unwrap();
    let again = run().await;
    assert_eq!((&again.counts, again.went_on, upstream.requests().await.len()), (&first.counts, true, sent));
    assert_eq!(std::fs::read_to_string(&tickets.task.rejects).unwrap(), rejects);
    Run::discard(&tickets.folder()).unwrap();
    assert!(!tickets.folder().exists());
    let anew = run().await;
    assert!(!anew.went_on && anew.counts.updated == first.counts.created, "{anew:?}");
}
