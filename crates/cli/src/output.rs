//! The one place that writes to standard output and standard error.

use std::io::{self, Write};

/// Writes a line; whoever reads may have gone away, which is no error.
pub(crate) fn line(text: &str) -> io::Result<()> {
    ignore_closed(writeln!(io::stdout(), "{text}").and_then(|()| io::stdout().flush()))
}

/// Writes a line for people.
pub(crate) fn notice(text: &str) {
    // There is nowhere left to say that this failed.
    _ = writeln!(io::stderr(), "{text}");
}

/// Writes over the line that stands on the terminal; nothing removes it.
pub(crate) fn transient(text: &str) {
    // There is nowhere left to say that this failed.
    _ = write!(io::stderr(), "\r\x1b[K{text}").and_then(|()| io::stderr().flush());
}

fn ignore_closed(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}
