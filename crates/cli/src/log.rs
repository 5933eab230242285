//! Logs, to standard error. `RUST_LOG` chooses what is in them.

use std::io::{IsTerminal, stderr};
use std::sync::mpsc;
use std::time::Duration;

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// Lines that may wait for whoever reads them.
const WAITING: usize = 8_192;
/// How long the end waits for those lines to be read.
const FLUSH: Duration = Duration::from_secs(2);

/// The log of what runs for long. Lines are written by a thread of their own: whoever reads them slowly, or not at all, holds nobody
/// up; lines that do not fit are dropped and counted. Dropped, it writes what waits.
pub(crate) struct Log {
    guard: Option<WorkerGuard>,
    dropped: ErrorCounter,
}

/// Of what runs for long: lines for a person on a terminal, JSON otherwise.
#[must_use = "the log ends with it"]
pub(crate) fn of_service() -> Log {
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(WAITING).thread_name("log");
    let (writer, guard) = builder.finish(stderr());
    let dropped = writer.error_counter();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter("warn,guestsync_gateway=info,guestsync_genesys=info"))
        .with_writer(writer)
        .with_ansi(stderr().is_terminal());
    if stderr().is_terminal() {
        log.init()
    } else {
        log.json().with_span_list(false).init()
    }
    Log { guard: Some(guard), dropped }
}

impl Log {
    /// How many lines were dropped so far.
    pub(crate) fn dropped(&self) -> impl Fn() -> u64 + Send + Sync + use<> {
        let dropped = self.dropped.clone();
        move || u64::try_from(dropped.dropped_lines()).unwrap_or(u64::MAX)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let guard = self.guard.take();
        let (done, flushed) = mpsc::channel();
        // The guard waits for the reader, and complains on standard error where that is in vain: neither may keep the process.
        std::thread::spawn(move || {
            drop(guard);
            _ = done.send(());
        });
        _ = flushed.recv_timeout(FLUSH);
    }
}

/// Of a command that somebody waits for: what keeps it waiting, and what went wrong beside its work. What a receiver of webhooks did
/// not take, the command sums up itself.
pub(crate) fn of_command() {
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter("error,guestsync_gateway=warn,guestsync_gateway::webhook=error,guestsync_genesys=warn"))
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal());
    log.without_time().with_target(false).init();
}

fn filter(usual: &str) -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual))
}
