//! Why a run stops. What was done stays done; the same command goes on with the rest.

use std::io;

use crate::keys::files::FileError;
use crate::meta::MetaError;
use crate::meta::input::InputError;
use crate::meta::mapping::MapError;

/// A run that stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Genesys.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// The input.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The map.
    #[error(transparent)]
    Map(#[from] MapError),
    /// Its journal or its rejects.
    #[error("the run's journal or its rejects cannot be written: {0}")]
    Journal(#[from] io::Error),
    /// Its folder.
    #[error(transparent)]
    Folder(#[from] FileError),
    /// Somebody else works on it.
    #[error("another process works on this run: wait for it, or stop it first")]
    Locked,
    /// The input is another one now.
    #[error("the input has changed since the run was begun: give it back as it was, or begin anew with --restart")]
    Changed,
    /// The journal was written by another version, or by somebody else.
    #[error("the run's journal cannot be read: begin anew with --restart")]
    Unreadable,
}

impl RunError {
    /// A stable name of the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Meta(error) => error.code(),
            Self::Input(_) => "input.unreadable",
            Self::Map(_) => "map.invalid",
            Self::Journal(_) | Self::Folder(_) => "run.storage",
            Self::Locked => "run.locked",
            Self::Changed => "run.input.changed",
            Self::Unreadable => "run.unreadable",
        }
    }
}
