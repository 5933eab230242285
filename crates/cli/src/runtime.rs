//! The threads that a command runs on.

use std::thread::available_parallelism;

use tokio::runtime::Builder;

use crate::args::Command;

pub(crate) fn of(command: &Command) -> Builder {
    match command {
        Command::Serve(_) | Command::Sandbox(_) => {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(servers());
            builder
        }
        // What a command does waits for answers most of the time: handing it from thread to thread would only cost.
        _ => Builder::new_current_thread(),
    }
}

/// One thread for each processor but one, which is the database's. One alone serves thousands of requests a second, many times what a rate
/// limit of Genesys lets pass, and a request that no other thread may take over costs a tenth less.
fn servers() -> usize {
    available_parallelism().map_or(1, |processors| processors.get() - 1).max(1)
}
