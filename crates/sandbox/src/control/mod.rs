//! `/_sandbox/…`: what the sandbox itself can be asked and told.

pub(crate) mod channels;
pub(crate) mod conversations;
pub(crate) mod effects;
pub(crate) mod faults;
pub(crate) mod guests;
pub(crate) mod records;
pub(crate) mod requests;
pub(crate) mod reset;

use serde::Serialize;

/// An entry of a list with its number.
#[derive(Serialize)]
struct Numbered<T> {
    seq: u64,
    #[serde(flatten)]
    entry: T,
}
