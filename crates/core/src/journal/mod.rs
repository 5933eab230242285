//! What is kept in the browser: four tables of text rows, written by the core and moved by the shells.
//!
//! | table | key | value |
//! |---|---|---|
//! | records | owner `/` clock of the newest entry | a [`record::Record`]; written once, never rewritten |
//! | delivered | owner `/` attribute key | clock of the entry that the server has answered for |
//! | consent | `g/` or `w/` and the purpose; `s/` | clock of the last grant or withdrawal (it only grows); stated by options |
//! | state | owner `/` name | version, pause, session |
//!
//! The owner of a row is a guest, or `*` for the visitor whose session the page starts itself.

pub mod netstring;
pub mod record;
pub mod row;

pub use record::{Entries, Entry, Record};
pub use row::{Row, Table, Write};
