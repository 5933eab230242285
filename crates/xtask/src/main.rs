//! The `guestsync` binary.
fn main() {}
