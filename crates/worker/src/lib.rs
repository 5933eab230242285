//! The service worker shell: the core's profile machine, as the TypeScript face calls it.
//!
//! ```text
//!   sw/src/effect/NAME.ts ◄── messages ── Output ── machine ◄── Input ── texts ◄── what became of it
//! ```
//! The face tells it what happened, and the time; what it is to do is the result. The effects themselves (fetch, WebCrypto, the
//! engine's form and JSON parsers, timers, chance) are performed by the face, one file each: there they weigh a fraction of what they
//! do in wasm, and the boundary is one function with text on either side. Neither side decides anything.

#![cfg_attr(all(feature = "bare", target_arch = "wasm32"), no_std)]

extern crate alloc;

mod asked;
pub mod code;
mod host;
#[cfg(target_arch = "wasm32")]
mod memory;
mod options;
#[cfg(all(feature = "bare", target_arch = "wasm32"))]
mod panic;
#[cfg(feature = "sealing")]
mod sealing;
mod shell;
mod told;
mod worker;

#[cfg(feature = "sealing")]
pub use sealing::patch;
pub use worker::tell;
