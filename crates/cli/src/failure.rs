//! Why a command could not do its work, in one sentence, and its exit code.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use guestsync_gateway::config::Problems;
use guestsync_gateway::keys::KeyError;
use guestsync_gateway::meta::MetaError;
use guestsync_gateway::meta::input::InputError;
use guestsync_gateway::meta::run::RunError;
use guestsync_gateway::{OpenError, StartError};

use crate::output;

/// Exit codes: 2 for what the caller can put right on the command line or in the configuration, 1 for the rest.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The address is in use.
    #[error("{0} is already in use: stop what listens there, or choose another port with --port or PORT")]
    PortTaken(SocketAddr),
    /// The address cannot be listened on.
    #[error("{0} cannot be listened on: {1}")]
    Listen(SocketAddr, io::Error),
    /// A file that was named cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, io::Error),
    /// The configuration.
    #[error(transparent)]
    Configuration(#[from] Problems),
    /// The fault plan.
    #[error("{0} is not a fault plan: {1}")]
    FaultPlan(String, guestsync_sandbox::FaultPlanError),
    /// The gateway cannot start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// Channels.
    #[error(transparent)]
    Provision(#[from] guestsync_gateway::provision::ProvisionError),
    /// A key file.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// A file that was named is not what it should be.
    #[error("{0}: {1}")]
    File(String, String),
    /// Genesys, or what is asked of it.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// A run of records stopped.
    #[error(transparent)]
    Run(#[from] RunError),
    /// What was given does not fit together.
    #[error("{0}")]
    Usage(&'static str),
    /// Anything else of the operating system's.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Failure {
    /// Says it on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        output::notice(&format!("guestsync: {self}"));
        ExitCode::from(match self {
            Self::Configuration(_)
            | Self::FaultPlan(..)
            | Self::File(..)
            | Self::Usage(_)
            | Self::Unreadable(..)
            | Self::Database(OpenError::Missing { .. })
            | Self::Meta(MetaError::BadId) => 2,
            Self::Run(RunError::Input(error)) if !matches!(error, InputError::Io(_)) => 2,
            _ => 1,
        })
    }
}
