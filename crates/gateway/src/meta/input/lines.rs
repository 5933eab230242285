//! NDJSON: a JSON object on each line. Blank lines are no records.

use super::source::{Bytes, Source};
use super::{Content, InputError, LONGEST, Position, Raw};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Reads lines.
pub struct Lines {
    bytes: Bytes,
    line: u64,
    record: u64,
    buffer: Vec<u8>,
}

impl Lines {
    pub(super) fn new(source: Source) -> Self {
        Self { bytes: Bytes::new(source), line: 0, record: 0, buffer: Vec::new() }
    }

    pub(super) const fn position(&self) -> Position {
        Position { byte: self.bytes.offset(), line: self.line, record: self.record }
    }

    pub(super) fn go_to(&mut self, position: Position) -> Result<(), InputError> {
        if !self.bytes.go_to(position.byte)? {
            return Err(InputError::Shorter);
        }
        (self.line, self.record) = (position.line, position.record);
        Ok(())
    }

    pub(super) fn recycle(&mut self, text: Vec<u8>) {
        self.buffer = text;
    }

    pub(super) fn next_record(&mut self) -> Result<Option<Raw>, InputError> {
        while let Some(long) = self.read_line()? {
            if self.line == 1 && self.buffer.starts_with(BOM) {
                self.buffer.drain(..BOM.len());
            }
            if self.buffer.trim_ascii().is_empty() && !long {
                continue;
            }
            self.record += 1;
            let content = if long { Err("record.too.long") } else { Ok(Content::Json(std::mem::take(&mut self.buffer))) };
            return Ok(Some(Raw { record: self.record, line: self.line, content }));
        }
        Ok(None)
    }

    /// Reads a line into the buffer, and tells whether there was more of it than fits; `None` at the end.
    fn read_line(&mut self) -> Result<Option<bool>, InputError> {
        self.buffer.clear();
        let (mut any, mut long) = (false, false);
        loop {
            let seen = self.bytes.peek()?;
            if seen.is_empty() {
                self.line += u64::from(any);
                return Ok(any.then_some(long));
            }
            any = true;
            let end = memchr::memchr(b'\n', seen);
            let part = &seen[..end.unwrap_or(seen.len())];
            long |= self.buffer.len() + part.len() > LONGEST;
            if !long {
                self.buffer.extend_from_slice(part);
            }
            let taken = part.len() + usize::from(end.is_some());
            self.bytes.consume(taken);
            if end.is_some() {
                self.line += 1;
                return Ok(Some(long));
            }
        }
    }
}
