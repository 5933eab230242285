//! A log that nobody reads: a pipe holds some pages, then whoever writes into it waits.

use crate::run::{Folder, Server, guestsync};
use crate::serve::client;

/// More than it takes to fill the pipe and what waits before it.
const REQUESTS: usize = 20_000;

#[tokio::test]
async fn a_log_that_nobody_reads_holds_nobody_up_and_what_is_dropped_is_counted() {
    let folder = Folder::new();
    let mut command = guestsync(&["serve", "--sandbox", "--port", "0", "--state-dir", folder.text()]);
    let server = Server::unread(command.env("RUST_LOG", "trace"));
    let (http, metrics) = (client(), format!("{}/metrics", server.base));
    let mut lost = 0;
    for n in 0..REQUESTS {
        assert_eq!(http.get(format!("{}/healthz", server.base)).send().await.unwrap().status(), 200);
        if n % 100 == 0 {
            lost = dropped(&http.get(&metrics).send().await.unwrap().text().await.unwrap());
            if lost > 0 {
                break;
            }
        }
    }
    assert!(lost > 0);
    drop(http);
    // It ends although what waits for a reader is never read.
    assert_eq!(server.stop("-TERM").0, 0);
}

fn dropped(metrics: &str) -> u64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix("guestsync_log_lines_dropped_total "));
    line.unwrap().parse().unwrap()
}
