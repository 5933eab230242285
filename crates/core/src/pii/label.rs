//! What the words before a number say that it is.

/// What the word before a number says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// Nothing, or nothing else.
    None,
    /// A phone number.
    Phone,
    /// Neither a phone number nor a personal identifier.
    Other,
}

/// What the words before a number came to, which is the same for every number behind the same word: those in a row are told at once.
#[derive(Clone, Copy)]
pub(super) struct Found {
    /// Behind that word.
    pub(super) end: usize,
    pub(super) label: Label,
    /// The last place that the label reaches.
    pub(super) last: usize,
}

impl Found {
    /// Nothing has been looked for.
    pub(super) const NONE: Self = Self { end: usize::MAX, label: Label::None, last: 0 };
}
