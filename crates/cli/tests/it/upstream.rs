//! The way to Genesys: over TLS, and through the proxy that the system names.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::genesys::{Genesys, ORG, ended};
use crate::run::{Folder, Server, guestsync};
use crate::serve::client;

const FILE: &str = "attributes: [{name: tier, type: string}]\n";

/// TLS before a sandbox that speaks this protocol: its port, its certificate (PEM), and the protocol that each connection agreed on,
/// nothing where the other side went away.
async fn with_tls(sandbox: &str, name: &str, protocol: &'static [u8]) -> (u16, String, Arc<Mutex<Vec<Vec<u8>>>>) {
    let made = rcgen::generate_simple_self_signed(vec![name.into()]).unwrap();
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
        let (port, certificate, agreed) = with_tls(&genesys.base, "localhost", protocol).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_inside_is_called_past_any_proxy() {
    let folder = Folder::new();
    let mut command = guestsync(&["serve", "--sandbox", "--port", "0", "--state-dir", folder.text()]);
    let gateway = Server::of(command.envs(["HTTP_PROXY", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:9"))));
    let begun = json!({"sessionId": "abc", "consentGiven": true, "consentType": "explicit"});
    let answer = client().post(format!("{}/api/webchat/init", gateway.base)).json(&begun).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// A proxy that makes tunnels (RFC 9110, section 9.3.6) to one port of this machine, whatever host is asked for: its port, and the
/// heads of what it was asked.
async fn tunnels(to: u16) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let (port, heads) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Vec<_>>>::default());
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((mut outer, _)) = listener.accept().await {
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(outer.read_u8().await.unwrap());
                }
                seen.lock().unwrap().push(String::from_utf8(head).unwrap());
                let mut inner = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await.unwrap();
                outer.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
                _ = tokio::io::copy_bidirectional(&mut outer, &mut inner).await;
            });
        }
    });
    (port, heads)
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_proxy_makes_a_tunnel_and_sees_nothing_of_what_passes() {
    let genesys = Genesys::start().await;
    // A name that only the proxy can know.
    let host = "api.genesys.test";
    let (tls, certificate, agreed) = with_tls(&genesys.base, host, b"h2").await;
    let (proxy, heads) = tunnels(tls).await;
    let (trusted, file) = (genesys.write("trusted.pem", &certificate), genesys.write("schemas.yaml", FILE));
    let mut command = genesys.command(&["schema", "apply", &file, "--org", ORG, "--dry-run"]);
    command.envs([
        ("GENESYS_BASE_URL", format!("https://{host}")),
        ("HTTPS_PROXY", format!("http://user:canary-password@127.0.0.1:{proxy}")),
        ("NO_PROXY", "localhost,.example.org".to_owned()),
        ("SSL_CERT_FILE", trusted),
    ]);
    let asked = ended(command.spawn().unwrap(), "").await;
    assert_eq!(asked.code, 0, "{asked:?}");
    assert!(!genesys.calls().await.is_empty());
    assert!(agreed.lock().unwrap().iter().all(|one| one == b"h2"));
    let heads = heads.lock().unwrap();
    assert!(!heads.is_empty());
    for head in heads.iter() {
        assert!(head.starts_with(&format!("CONNECT {host}:443 HTTP/1.1\r\n")), "{head}");
        // "user:canary-password".
        assert!(head.to_lowercase().contains("proxy-authorization: basic dxnlcjpjyw5hcnktcgfzc3dvcmq="), "{head}");
        assert!(!head.to_lowercase().contains("\r\nauthorization"), "{head}");
    }
}
