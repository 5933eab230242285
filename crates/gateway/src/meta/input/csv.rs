//! CSV with a header line. Every value is text; a row has as many as the header.

use std::io::{self, Read, Seek, SeekFrom};

use csv::{ByteRecord, ReaderBuilder, Terminator};
use serde_json::{Map, Value};

use super::source::Source;
use super::{Content, InputError, LONGEST, Position, Raw};

const BOM: &[u8] = b"\xef\xbb\xbf";
/// The reader's own buffer.
const BUFFER: usize = 128 * 1024;

/// Reads rows.
pub struct Csv {
    reader: csv::Reader<Bounded>,
    columns: Vec<String>,
    row: ByteRecord,
    record: u64,
    /// Behind the header.
    first: Position,
    /// Whether the source can be gone back in.
    seeks: bool,
    /// Whether rows end with CR and LF: the reader leaves the LF for the next row, and has not counted that line yet.
    is_crlf: bool,
}

/// A source that fails where a row does not end.
struct Bounded {
    source: Source,
    left: usize,
    /// Whether something was read.
    has_begun: bool,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(self.left);
        if room == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut read = self.source.read(&mut buffer[..room])?;
        // The reader takes a byte order mark for the whole input where nothing came with it.
        while !self.has_begun && read > 0 && read <= BOM.len() && read < room && BOM.starts_with(&buffer[..read]) {
            let more = self.source.read(&mut buffer[read..room])?;
            if more == 0 {
                break;
            }
            read += more;
        }
        self.has_begun = true;
        self.left -= read;
        Ok(read)
    }
}

impl Seek for Bounded {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}

impl Csv {
    pub(super) fn new(source: Source, delimiter: u8) -> Result<Self, InputError> {
        let seeks = matches!(source, Source::File(_));
        let bounded = Bounded { source, left: LONGEST + BUFFER, has_begun: false };
        let mut builder = ReaderBuilder::new();
        builder.delimiter(delimiter).flexible(true).buffer_capacity(BUFFER).terminator(Terminator::CRLF);
        let mut reader = builder.from_reader(bounded);
        let header = reader.byte_headers().map_err(|error| failure(error, 0))?.clone();
        let columns: Option<Vec<String>> =
            header.iter().map(|name| std::str::from_utf8(name).ok().map(|name| name.trim().to_owned())).collect();
        let columns = columns.filter(|columns| !columns.is_empty()).ok_or(InputError::Header)?;
        if (0..columns.len()).any(|index| columns[index].is_empty() || columns[..index].contains(&columns[index])) {
            return Err(InputError::Header);
        }
        let lines = header.iter().flatten().filter(|byte| **byte == b'\n').count() as u64;
        let is_crlf = reader.position().line() == 1 + lines;
        let mut csv = Self { reader, columns, row: ByteRecord::new(), record: 0, first: Position::default(), seeks, is_crlf };
        csv.first = csv.position();
        Ok(csv)
    }

    pub(super) fn position(&self) -> Position {
        let position = self.reader.position();
        Position { byte: position.byte(), line: position.line().saturating_sub(1), record: self.record }
    }

    pub(super) fn go_to(&mut self, position: Position) -> Result<(), InputError> {
        if self.seeks {
            let position = if position.record == 0 { self.first } else { position };
            let mut to = csv::Position::new();
            to.set_byte(position.byte).set_line(position.line + 1).set_record(position.record);
            self.reader.get_mut().left = LONGEST + BUFFER;
            self.reader.seek(to).map_err(|error| failure(error, position.line))?;
            self.record = position.record;
            return Ok(());
        }
        while self.record < position.record {
            self.next_record()?.ok_or(InputError::Shorter)?;
        }
        Ok(())
    }

    pub(super) fn next_record(&mut self) -> Result<Option<Raw>, InputError> {
        self.reader.get_mut().left = LONGEST + BUFFER;
        let line = self.reader.position().line();
        if !self.reader.read_byte_record(&mut self.row).map_err(|error| failure(error, line))? {
            return Ok(None);
        }
        self.record += 1;
        // The row begins after any blank lines.
        let line = self.row.position().map_or(line, csv::Position::line) + u64::from(self.is_crlf);
        Ok(Some(Raw { record: self.record, line, content: self.members().map(Content::Texts) }))
    }

    fn members(&self) -> Result<Map<String, Value>, &'static str> {
        if self.row.len() != self.columns.len() {
            return Err("record.columns");
        }
        let text = |value: &[u8]| std::str::from_utf8(value).map(|text| Value::String(text.to_owned()));
        let members = self.columns.iter().zip(&self.row).map(|(name, value)| Ok((name.clone(), text(value)?)));
        members.collect::<Result<_, std::str::Utf8Error>>().map_err(|_| "record.encoding")
    }
}

fn failure(error: csv::Error, line: u64) -> InputError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => InputError::TooLong(line),
        csv::ErrorKind::Io(error) => InputError::Io(error),
        _ => InputError::Header,
    }
}
