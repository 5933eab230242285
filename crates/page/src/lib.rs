//! The page shell: the core's outbox, as the TypeScript face of a page, or of Node, calls it.
//!
//! The face tells it what happened, and the time; what it is to do is the result. It performs everything itself: in JavaScript this
//! costs a tenth of the bytes that web-sys, closures and futures cost in wasm. Text crosses the boundary as flat strings, and JSON is
//! parsed by the engine's own parser, so that neither a parser nor a float formatter is in the build.

#![cfg_attr(all(feature = "bare", target_arch = "wasm32"), no_std)]

extern crate alloc;

mod asked;
pub mod code;
mod host;
#[cfg(target_arch = "wasm32")]
mod memory;
mod options;
mod page;
#[cfg(all(feature = "bare", target_arch = "wasm32"))]
mod panic;
mod shell;
mod told;

pub use page::{open, tell};
