//! The way to Genesys: over TLS, and through the proxy that the system names.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::genesys::{Genesys, ORG, ended};

const FILE: &str = "attributes: [{name: tier, type: string}]\n";

/// TLS before a sandbox that speaks this protocol: its port, its certificate (PEM), and the protocol that each connection agreed on,
/// nothing where the other side went away.
async fn with_tls(sandbox: &str, protocol: &'static [u8]) -> (u16, String, Arc<Mutex<Vec<Vec<u8>>>>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    config.alpn_protocols = vec![protocol.to_vec()];
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
    let (port, agreed) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Vec<_>>>::default());
    let (sandbox, seen) = (sandbox.strip_prefix("http://").unwrap().to_owned(), Arc::clone(&agreed));
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (acceptor, sandbox, seen) = (acceptor.clone(), sandbox.clone(), Arc::clone(&seen));
            tokio::spawn(async move {
                let accepted = acceptor.accept(socket).await;
                let protocol = accepted.as_ref().ok().and_then(|outer| outer.get_ref().1.alpn_protocol());
                seen.lock().unwrap().push(protocol.unwrap_or_default().to_vec());
                let Ok(mut outer) = accepted else { return };
                let mut inner = TcpStream::connect(sandbox).await.unwrap();
                _ = tokio::io::copy_bidirectional(&mut outer, &mut inner).await;
            });
        }
    });
    (port, made.cert.pem(), agreed)
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_protocol_is_the_one_that_genesys_offers() {
    for protocol in [&b"h2"[..], b"http/1.1"] {
        let genesys = Genesys::start().await;
        let (port, certificate, agreed) = with_tls(&genesys.base, protocol).await;
        let (trusted, file) = (genesys.write("trusted.pem", &certificate), genesys.write("schemas.yaml", FILE));
        let asking = |trusted: Option<&str>| {
            let mut command = genesys.command(&["schema", "apply", &file, "--org", ORG, "--dry-run"]);
            command.env("GENESYS_BASE_URL", format!("https://localhost:{port}"));
            command.envs(trusted.map(|path| ("SSL_CERT_FILE", path)));
            command
        };
        let asked = ended(asking(Some(&trusted)).spawn().unwrap(), "").await;
        assert_eq!(asked.code, 0, "{asked:?}");
        let calls = genesys.calls().await.len();
        assert!(calls > 0);
        let before = std::mem::take(&mut *agreed.lock().unwrap());
        assert!(before.len() >= 2 && before.iter().all(|one| one == protocol), "{before:?}");

        // It tries again for a while: one failure is enough.
        let mut refusing = asking(None).spawn().unwrap();
        while agreed.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        refusing.kill().unwrap();
        refusing.wait().unwrap();
        assert!(agreed.lock().unwrap().iter().all(Vec::is_empty));
        assert_eq!(genesys.calls().await.len(), calls, "a certificate that nobody vouches for gets no call");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_calls_go_through_the_proxy_of_the_environment_unless_it_exempts_the_address() {
    let genesys = Genesys::start().await;
    let file = genesys.write("schemas.yaml", FILE);
    // Nobody listens there.
    let nowhere = "http://127.0.0.1:9";
    let asking = |base: &str, proxy: &str, exempt: &str| {
        let mut command = genesys.command(&["schema", "apply", &file, "--org", ORG, "--dry-run"]);
        command.envs([("GENESYS_BASE_URL", base), ("HTTP_PROXY", proxy), ("NO_PROXY", exempt)]);
        command.spawn().unwrap()
    };
    // The sandbox, called by a whole address, is the proxy.
    let through = ended(asking(nowhere, &genesys.base, "example.org"), "").await;
    assert_eq!(through.code, 0, "{through:?}");
    let past = ended(asking(&genesys.base, nowhere, "127.0.0.1"), "").await;
    assert_eq!(past.code, 0, "{past:?}");
}
