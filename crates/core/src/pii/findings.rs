//! What was found, and where.

use alloc::vec::Vec;

use core::ops::Range;

use super::{Kind, Kinds};

/// One match: its kind and its place, never its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where it is, in bytes of the text that was scanned; on character boundaries.
    pub range: Range<usize>,
}

/// The matches in one text, in the order of their places, none overlapping another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Puts a match behind the others.
    pub(super) fn open(&mut self, kind: Kind, range: Range<usize>) {
        self.0.push(Finding { kind, range });
    }

    /// Lets the last match end at `end`.
    pub(super) fn close(&mut self, end: usize) {
        if let Some(last) = self.0.last_mut() {
            last.range.end = end;
        }
    }

    /// The matches.
    pub fn iter(&self) -> core::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// Whether nothing was found.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The kinds that were found.
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        self.iter().map(|finding| finding.kind).collect()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = core::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
