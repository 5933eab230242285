//! The core's scanner of personal data as a wasm of its own: most pages have nothing that it would have to look at, and never load it.
//!
//! It keeps nothing between two calls.

#![cfg_attr(all(feature = "bare", target_arch = "wasm32"), no_std)]

extern crate alloc;

mod judge;
#[cfg(target_arch = "wasm32")]
mod memory;
#[cfg(all(feature = "bare", target_arch = "wasm32"))]
mod panic;

pub use judge::judge;
