//! Sealing and opening, with p256 in the place of the shell's key agreement.

mod changed;
mod fixtures;
mod keys;
mod nonces;
mod points;
mod sealed;
mod shared;
