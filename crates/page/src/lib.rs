//! The page shell: runs the core's outbox on the APIs of a page, or of Node.
//!
//! It performs what the outbox asks for and tells it what became of it; it decides nothing. What needs promises (requests, the
//! database, locks) is performed by the TypeScript face: there it costs a tenth of the bytes that futures cost in wasm. Text crosses
//! the boundary as flat strings, and JSON is parsed by the engine's own parser, so that neither a parser nor a float formatter is
//! in the build.

mod asked;
mod host;
mod lease;
#[cfg(target_arch = "wasm32")]
mod memory;
mod message;
mod options;
mod page;
mod shell;
mod time;
mod told;

pub use host::Host;
pub use page::Page;
