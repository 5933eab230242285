//! Purposes and what the visitor decided about them.
//!
//! A decision is two moments per purpose, when it was last granted and when it was last withdrawn; the later one counts. Tabs
//! write different rows for the two, so neither can overwrite what the other meant. The moment of the withdrawal is the purpose's
//! *epoch*: an update carries the epoch it was set under and is sent only while that is still the current one. What a page's
//! options state holds only for visitors who have decided nothing, and only in that page (and in the worker, for the page opened last). A browser's signal (Global Privacy Control) withdraws once, when
//! it is first seen: a later grant wins over a signal that stays.

mod ledger;
mod purposes;

pub use ledger::Ledger;
pub use purposes::{DEFAULT_PURPOSE, Purposes};
