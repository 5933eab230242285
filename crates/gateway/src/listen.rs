//! Connections: TLS where there is a certificate, a limit of how many there may be, and an orderly end. What happens within a request is
//! [`crate::layer`]'s.
//!
//! - [`connection`]: one connection, and how long it may be without a request;
//! - [`peers`]: how many come from one address.

mod connection;
mod peers;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use self::connection::Times;
pub(crate) use self::peers::{MOST as PER_PEER, Peers};

/// The most that a TLS handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// Connections at once; whoever comes then waits in the system's queue.
const CONNECTIONS: usize = 8_192;
/// How long the listener rests where the system has no more sockets to give.
const REST: Duration = Duration::from_millis(100);

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate chain.
    #[error("{0} holds no certificate chain in PEM that can be read")]
    Certificate(String),
    /// The private key.
    #[error("{0} holds no private key in PEM that can be read")]
    Key(String),
    /// Others can read the key, or it is not there.
    #[error(transparent)]
    File(#[from] crate::keys::files::FileError),
    /// They do not belong together.
    #[error("the TLS key is not the certificate's: {0}")]
    Pair(rustls::Error),
}

/// Reads a certificate chain and its key; the key's file must be its owner's alone.
///
/// # Errors
/// One of them cannot be read, or they do not belong together.
pub(crate) fn tls(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let chain: Option<Vec<CertificateDer<'static>>> =
        CertificateDer::pem_file_iter(certificate).ok().and_then(|all| all.collect::<Result<_, _>>().ok());
    let chain = chain.filter(|chain| !chain.is_empty());
    let chain = chain.ok_or_else(|| TlsError::Certificate(certificate.display().to_string()))?;
    let unreadable = || TlsError::Key(key.display().to_string());
    let text = crate::keys::files::read_private(key)?.ok_or_else(unreadable)?;
    let private = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| unreadable())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(TlsError::Pair)?;
    let mut config = config.with_no_client_auth().with_single_cert(chain, private).map_err(TlsError::Pair)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Serves until `stop`; open requests then have `grace` to end, and connections without one end at once.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    stop: watch::Receiver<bool>,
    grace: Duration,
    peers: Arc<Peers>,
) -> io::Result<()> {
    serve_within(listener, tls, router, stop, grace, peers, Times::USUAL).await
}

async fn serve_within(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    mut stop: watch::Receiver<bool>,
    grace: Duration,
    peers: Arc<Peers>,
    times: Times,
) -> io::Result<()> {
    let acceptor = tls.map(TlsAcceptor::from);
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = async {
            let permit = Arc::clone(&room).acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(socket, peer)| (socket, peer, permit))
        };
        let (socket, peer, permit) = tokio::select! {
            accepted = accepted => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // A peer that went away, or no more sockets: neither is a reason to end.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(REST).await;
                    continue;
                }
            },
            () = stopped(&mut stop) => break,
        };
        let Some(place) = peers.enter(peer.ip()) else {
            tracing::debug!("an address has as many connections as it may");
            continue;
        };
        // Small answers leave at once; a socket that refuses this works all the same.
        _ = socket.set_nodelay(true);
        let (acceptor, router, stop) = (acceptor.clone(), router.clone(), stop.clone());
        connections.spawn(async move {
            match acceptor {
                None => connection::serve(socket, peer, router, stop, times).await,
                Some(acceptor) => {
                    if let Some(socket) = handshake(&acceptor, socket).await {
                        connection::serve(socket, peer, router, stop, times).await;
                    }
                }
            }
            drop((place, permit));
        });
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, ended).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    connections.shutdown().await;
    Ok(())
}

async fn handshake(acceptor: &TlsAcceptor, socket: TcpStream) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    let done = tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(socket)).await;
    // Scanners and browsers that distrust the certificate end here every day.
    done.ok()?.inspect_err(|error| tracing::debug!(%error, "a TLS handshake failed")).ok()
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    _ = stop.wait_for(|stop| *stop).await;
}
