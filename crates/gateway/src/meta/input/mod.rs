//! Records from NDJSON, CSV or one JSON array, read one at a time in bounded memory, from a file or a stream.
//!
//! A [`Position`] says where a reader stands between two records; a reader of the same input can go on from it.
//! What is wrong with one record is that record's; what makes the rest unreadable is an [`InputError`].
//!
//! - [`source`]: bytes from a file or a stream;
//! - [`lines`], [`array`], [`csv`]: the three forms;
//! - [`content`]: what a record consists of.

mod array;
mod content;
mod csv;
mod lines;
mod source;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use content::{Content, Field, Fields};
pub use source::Source;

/// The longest record, in bytes.
pub const LONGEST: usize = 1024 * 1024;

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A JSON object on each line.
    Ndjson,
    /// Comma-separated values (RFC 4180) with a header line; another delimiter may be named.
    Csv(u8),
    /// One JSON array of objects.
    Json,
}

impl Format {
    /// A format by its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "csv" => Some(Self::Csv(b',')),
            "tsv" => Some(Self::Csv(b'\t')),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// What a file's name says of it.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        Self::parse(&path.extension()?.to_str()?.to_ascii_lowercase())
    }

    /// What the first bytes say of it.
    #[must_use]
    pub fn of_bytes(start: &[u8]) -> Self {
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        match start.iter().find(|b| !b.is_ascii_whitespace()) {
            Some(b'[') => Self::Json,
            Some(b'{') | None => Self::Ndjson,
            Some(_) => Self::Csv(b','),
        }
    }

    /// Whether all its values are text.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Csv(_))
    }
}

/// Between two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Position {
    /// Bytes before it.
    pub byte: u64,
    /// Line ends before it.
    pub line: u64,
    /// Records before it.
    pub record: u64,
}

/// One record as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Raw {
    /// Its number; the first is 1.
    pub record: u64,
    /// The line that it begins on; the first is 1.
    pub line: u64,
    /// What it consists of, or the code of what is wrong with it.
    pub content: Result<Content, &'static str>,
}

/// Why the rest cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The operating system.
    #[error("the records cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// No array where one has to be.
    #[error("line {0}: the input is not one JSON array of objects; --format ndjson or csv reads other forms")]
    Array(u64),
    /// The header line.
    #[error("the first line has to name each column once")]
    Header,
    /// A record that never ends.
    #[error("line {0}: a record is longer than {LONGEST} bytes, as where a quotation mark is missing")]
    TooLong(u64),
    /// It is shorter than it was.
    #[error("the input is shorter than it was when it was read first")]
    Shorter,
}

/// Reads records.
pub enum Reader {
    /// NDJSON.
    Lines(lines::Lines),
    /// CSV.
    Csv(Box<csv::Csv>),
    /// A JSON array.
    Array(array::Array),
}

impl Reader {
    /// A reader that stands before the first record.
    ///
    /// # Errors
    /// The header line of a CSV is missing or wrong.
    pub fn new(source: Source, format: Format) -> Result<Self, InputError> {
        Ok(match format {
            Format::Ndjson => Self::Lines(lines::Lines::new(source)),
            Format::Csv(delimiter) => Self::Csv(Box::new(csv::Csv::new(source, delimiter)?)),
            Format::Json => Self::Array(array::Array::new(source)),
        })
    }

    /// Where it stands.
    #[must_use]
    pub fn position(&self) -> Position {
        match self {
            Self::Lines(reader) => reader.position(),
            Self::Csv(reader) => reader.position(),
            Self::Array(reader) => reader.position(),
        }
    }

    /// Goes on from a position that a reader of this input had, or from the first record where none came before. A stream can only go
    /// forwards.
    ///
    /// # Errors
    /// The input ends before it.
    pub fn go_to(&mut self, position: Position) -> Result<(), InputError> {
        match self {
            _ if self.position() == position => Ok(()),
            Self::Lines(reader) => reader.go_to(position),
            Self::Csv(reader) => reader.go_to(position),
            Self::Array(reader) => reader.go_to(position),
        }
    }

    /// Takes a record back that is not needed any more: the next one gets its room.
    pub(crate) fn recycle(&mut self, raw: Raw) {
        if let (Self::Lines(reader), Ok(Content::Json(text))) = (self, raw.content) {
            reader.recycle(text);
        }
    }

    /// The next record; `None` at the end.
    ///
    /// # Errors
    /// The rest cannot be read.
    pub fn next_record(&mut self) -> Result<Option<Raw>, InputError> {
        match self {
            Self::Lines(reader) => reader.next_record(),
            Self::Csv(reader) => reader.next_record(),
            Self::Array(reader) => reader.next_record(),
        }
    }
}

#[cfg(test)]
mod tests;
