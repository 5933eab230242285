//! Bytes from a file, which can be gone back in, or from a stream, which cannot.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

const BUFFER: usize = 128 * 1024;

/// Where records come from.
pub enum Source {
    /// A file.
    File(File),
    /// Standard input or a connection; what was looked at already comes first.
    Stream(Box<dyn Read + Send>),
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Stream(stream) => stream.read(buffer),
        }
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Stream(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

/// A source read through a buffer, counting bytes.
pub(super) struct Bytes {
    inner: BufReader<Source>,
    offset: u64,
}

impl Bytes {
    pub(super) fn new(source: Source) -> Self {
        Self { inner: BufReader::with_capacity(BUFFER, source), offset: 0 }
    }

    /// Bytes read so far.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// What is there to be looked at; empty at the end.
    pub(super) fn peek(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.offset += count as u64;
        self.inner.consume(count);
    }

    /// Goes to an offset; in a stream forwards only. False where the input ends before it.
    pub(super) fn go_to(&mut self, offset: u64) -> io::Result<bool> {
        if let Source::File(file) = self.inner.get_ref() {
            let there = offset <= file.metadata()?.len();
            self.offset = self.inner.seek(SeekFrom::Start(offset))?;
            return Ok(there);
        }
        let Some(forward) = offset.checked_sub(self.offset) else { return Err(io::ErrorKind::Unsupported.into()) };
        let skipped = io::copy(&mut self.inner.by_ref().take(forward), &mut io::sink())?;
        self.offset += skipped;
        Ok(skipped == forward)
    }
}
