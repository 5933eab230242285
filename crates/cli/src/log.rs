//! Logs, to standard error. `RUST_LOG` chooses what is in them.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;

/// Of what runs for long: lines for a person on a terminal, JSON otherwise.
pub(crate) fn of_service() {
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter("warn,guestsync_gateway=info,guestsync_genesys=info"))
        .with_writer(stderr);
    if stderr().is_terminal() { log.init() } else { log.json().with_span_list(false).init() }
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
