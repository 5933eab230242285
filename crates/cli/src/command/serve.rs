//! `guestsync serve`: the gateway.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use guestsync_gateway::Gateway;
use guestsync_gateway::config::{self, Flags};

use crate::failure::Failure;
use crate::{listen, log, output};

/// Flags win over environment variables, these over the file.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Run the Genesys Cloud stand-in inside: for a first try, needs no account.
    #[arg(long)]
    sandbox: bool,
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE", env = "GUESTSYNC_CONFIG")]
    config: Option<PathBuf>,
    /// The address to listen on [default: 127.0.0.1].
    #[arg(long)]
    host: Option<IpAddr>,
    /// The port to listen on, 0 for a free one [env: PORT] [default: 8787].
    #[arg(long)]
    port: Option<u16>,
    /// A certificate chain (PEM): the gateway then speaks TLS itself [env: GUESTSYNC_TLS_CERT].
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM), readable by its owner alone [env: GUESTSYNC_TLS_KEY].
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Check the configuration, tell everything that is wrong with it, and end.
    #[arg(long)]
    check: bool,
    /// Where keys and state live [env: GUESTSYNC_STATE_DIR] [default: .guestsync].
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
}

/// Serves until it is told to stop.
pub(crate) async fn run(serve: Serve) -> Result<ExitCode, Failure> {
    let log = log::of_service();
    let file = serve
        .config
        .as_ref()
        .map(|path| std::fs::read_to_string(path).map_err(|error| Failure::Unreadable(path.display().to_string(), error)));
    let flags = Flags {
        host: serve.host,
        port: serve.port,
        state_dir: serve.state_dir,
        sandbox: serve.sandbox,
        tls_certificate: serve.tls_cert,
        tls_key: serve.tls_key,
    };
    let config = config::load(&flags, &|name| std::env::var(name).ok(), file.transpose()?.as_deref())?;
    if serve.check {
        output::line("the configuration is good")?;
        return Ok(ExitCode::SUCCESS);
    }
    let stop = listen::stop_signal()?;
    // First the port: two gateways on one state directory would otherwise meet in the database.
    let listener = listen::bind(config.host, config.port).await?;
    let admin = match &config.admin {
        Some(admin) => Some(listen::bind(admin.address.ip(), admin.address.port()).await?),
        None => None,
    };
    let has_tls = config.tls.is_some();
    let mut gateway = Gateway::open(config).await?.with_log(log.dropped());
    if let Some(admin) = admin {
        output::line(&format!("administration on http://{}", admin.local_addr()?))?;
        gateway = gateway.with_admin(admin);
    }
    listen::announce(&listener, if has_tls { "https" } else { "http" })?;
    gateway.serve(listener, stop).await?;
    Ok(ExitCode::SUCCESS)
}
