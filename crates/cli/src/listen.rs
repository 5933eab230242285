//! Listening, and the word to stop.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::output;

/// Listens on a port, 0 for a free one, and prints `listening on http://…` for whoever waits for it.
pub(crate) async fn bind(host: IpAddr, port: u16) -> Result<TcpListener, Failure> {
    let address = SocketAddr::new(host, port);
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::PortTaken(address),
        _ => Failure::Listen(address, error),
    })
}

/// Prints where it listens.
pub(crate) fn announce(listener: &TcpListener, scheme: &str) -> io::Result<()> {
    output::line(&format!("listening on {scheme}://{}", listener.local_addr()?))
}

/// Resolves with SIGINT (Ctrl-C) or SIGTERM.
#[cfg(unix)]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves with Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async { _ = tokio::signal::ctrl_c().await })
}
