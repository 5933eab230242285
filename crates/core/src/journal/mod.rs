//! What is kept in the browser: four tables of text rows, written by the core and moved by the shells.
//!
//! | table | key | value |
//! |---|---|---|
//! | records | owner `/` clock of the newest entry | a [`record::Record`]; written once, never rewritten |
//! | delivered | owner `/` attribute key | clock of the entry that the server has answered for |
//! | consent | `g/` or `w/` and the purpose; `s/`, `n/` | clock of the last grant or withdrawal (it only grows); stated by the options of the page opened last as granted, as not granted |
//! | state | owner `/` name | version, pause, session, guest (after its session and a space), events of deliveries |
//!
//! The owner of a row is a guest, or `*` for the visitor whose session the page starts itself.

pub mod netstring;
pub mod record;
pub mod row;

pub use record::{Entries, Entry, Record};
pub use row::{Row, Table, Write};
