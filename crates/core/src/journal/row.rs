//! Rows and writes, as the shells see them.

use crate::shared_str::SharedStr;

/// A table of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// What waits to be delivered.
    Records,
    /// Of these, what localStorage holds for a database that is full. Only read; written it is among the records.
    Beside,
    /// What was delivered, newest per key.
    Delivered,
    /// Decisions about purposes; of the origin, not of one guest.
    Consent,
    /// What a sender has to know: version, pause, session.
    State,
    /// Sealed forms that wait to be sent; the worker's.
    Forms,
}

impl Table {
    /// The letter that names it in keys and across the boundary.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Records => "r",
            Self::Beside => "b",
            Self::Delivered => "d",
            Self::Consent => "c",
            Self::State => "s",
            Self::Forms => "f",
        }
    }

    /// The table of a letter.
    #[must_use]
    pub fn of(letter: &str) -> Option<Self> {
        match letter {
            "r" => Some(Self::Records),
            "b" => Some(Self::Beside),
            "d" => Some(Self::Delivered),
            "c" => Some(Self::Consent),
            "s" => Some(Self::State),
            "f" => Some(Self::Forms),
            _ => None,
        }
    }
}

/// A stored row.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Where.
    pub table: Table,
    /// Its key.
    pub key: SharedStr,
    /// Its text.
    pub value: SharedStr,
}

/// One write of a transaction.
#[derive(Clone, PartialEq, Eq)]
pub struct Write {
    /// Where.
    pub table: Table,
    /// Its key.
    pub key: SharedStr,
    /// Its new text, or `None` to remove the row.
    pub value: Option<SharedStr>,
}

impl Write {
    /// Puts a row.
    #[must_use]
    pub const fn put(table: Table, key: SharedStr, value: SharedStr) -> Self {
        Self { table, key, value: Some(value) }
    }

    /// Removes a row.
    #[must_use]
    pub const fn remove(table: Table, key: SharedStr) -> Self {
        Self { table, key, value: None }
    }
}

/// Values may be personal: `Debug` shows where, not what.
impl core::fmt::Debug for Row {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}/{}", self.table.letter(), self.key)
    }
}

/// Values may be personal: `Debug` shows where, not what.
impl core::fmt::Debug for Write {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}{}/{}", if self.value.is_some() { '+' } else { '-' }, self.table.letter(), self.key)
    }
}
