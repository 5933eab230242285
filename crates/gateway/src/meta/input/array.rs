//! One JSON array of objects: found here are only the ends of its elements; each is then read as JSON by itself.

use super::source::{Bytes, Source};
use super::{Content, InputError, LONGEST, Position, Raw};

/// Reads an array.
pub struct Array {
    bytes: Bytes,
    line: u64,
    record: u64,
    ended: bool,
    buffer: Vec<u8>,
}

/// Where in an element a byte is.
#[derive(Default)]
struct Within {
    depth: usize,
    string: bool,
    escaped: bool,
}

impl Within {
    /// Takes a byte of the element.
    const fn take(&mut self, byte: u8) {
        if self.string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.string = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => self.string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// Whether this byte follows the element.
    const fn ends_before(&self, byte: u8) -> bool {
        !self.string && self.depth == 0 && matches!(byte, b',' | b']')
    }
}

impl Array {
    pub(super) fn new(source: Source) -> Self {
        Self { bytes: Bytes::new(source), line: 0, record: 0, ended: false, buffer: Vec::new() }
    }

    pub(super) const fn position(&self) -> Position {
        Position { byte: self.bytes.offset(), line: self.line, record: self.record }
    }

    pub(super) fn go_to(&mut self, position: Position) -> Result<(), InputError> {
        if !self.bytes.go_to(position.byte)? {
            return Err(InputError::Shorter);
        }
        (self.line, self.record, self.ended) = (position.line, position.record, false);
        Ok(())
    }

    pub(super) fn next_record(&mut self) -> Result<Option<Raw>, InputError> {
        if self.ended {
            return Ok(None);
        }
        // The position after an element is before its comma or the array's end.
        let first = self.record == 0;
        match self.next_byte()? {
            Some(b'[') if first => {
                if self.peek_byte()? == Some(b']') {
                    self.next_byte()?;
                    return self.end();
                }
            }
            Some(b',') if !first => {}
            Some(b']') if !first => return self.end(),
            _ => return Err(InputError::Array(self.line + 1)),
        }
        self.peek_byte()?;
        let line = self.line + 1;
        let long = self.element()?;
        self.record += 1;
        let content = if long { Err("record.too.long") } else { Ok(Content::Json(std::mem::take(&mut self.buffer))) };
        Ok(Some(Raw { record: self.record, line, content }))
    }

    /// Nothing but white space follows.
    fn end(&mut self) -> Result<Option<Raw>, InputError> {
        self.ended = true;
        if self.peek_byte()?.is_some() { Err(InputError::Array(self.line + 1)) } else { Ok(None) }
    }

    /// Reads an element into the buffer, and tells whether there was more of it than fits.
    fn element(&mut self) -> Result<bool, InputError> {
        self.buffer.clear();
        let (mut within, mut long) = (Within::default(), false);
        loop {
            let seen = self.bytes.peek()?;
            if seen.is_empty() {
                return Err(InputError::Array(self.line + 1));
            }
            let mut end = None;
            for (index, byte) in seen.iter().enumerate() {
                if within.ends_before(*byte) {
                    end = Some(index);
                    break;
                }
                self.line += u64::from(*byte == b'\n');
                within.take(*byte);
            }
            let part = &seen[..end.unwrap_or(seen.len())];
            long |= self.buffer.len() + part.len() > LONGEST;
            if !long {
                self.buffer.extend_from_slice(part);
            }
            let taken = part.len();
            self.bytes.consume(taken);
            if end.is_some() {
                return Ok(long);
            }
        }
    }

    /// The next byte that is no white space, not consumed.
    fn peek_byte(&mut self) -> Result<Option<u8>, InputError> {
        if self.bytes.offset() == 0 && self.bytes.peek()?.starts_with(b"\xef\xbb\xbf") {
            self.bytes.consume(3);
        }
        loop {
            let seen = self.bytes.peek()?;
            if seen.is_empty() {
                return Ok(None);
            }
            let spaces = seen.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.line += seen[..spaces].iter().filter(|byte| **byte == b'\n').count() as u64;
            let found = seen.get(spaces).copied();
            self.bytes.consume(spaces);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    fn next_byte(&mut self) -> Result<Option<u8>, InputError> {
        let byte = self.peek_byte()?;
        self.bytes.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}
