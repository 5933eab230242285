//! TLS of the gateway's own.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use reqwest::{Certificate, Version};

use crate::run::{Folder, Server, run};
use crate::serve::client;

/// A certificate for this machine, and its key, in files.
fn pair(folder: &Folder, name: &str) -> (String, String, Certificate) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).unwrap();
    let (certificate, key) = (folder.join(&format!("{name}.pem")), folder.join(&format!("{name}.key")));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    (certificate, key, Certificate::from_pem(made.cert.pem().as_bytes()).unwrap())
}

#[tokio::test]
async fn with_a_certificate_the_gateway_speaks_tls_and_nothing_else() {
    let folder = Folder::new();
    let (certificate, key, trusted) = pair(&folder, "own");
    let arguments = ["serve", "--sandbox", "--port", "0", "--state-dir", &folder.join("state")];
    let server = Server::start(&[&arguments[..], &["--tls-cert", &certificate, "--tls-key", &key]].concat());
    let base = server.base.clone();
    assert!(base.starts_with("https://"), "{base}");
    drop(client());
    let http = reqwest::Client::builder().tls_certs_only([trusted]).build().unwrap();
    let answer = http.get(format!("{base}/readyz")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    let init = http.post(format!("{base}/api/webchat/init"));
    let init = init.header("content-type", "application/json");
    let init = init.body(r#"{"sessionId": "abc", "consentGiven": true, "consentType": "explicit"}"#).send().await.unwrap();
    let cookie = init.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-guestsync-") && cookie.contains("Secure"), "{cookie}");
    assert!(client().get(base.replace("https", "http")).send().await.is_err());
}

#[test]
fn a_pair_that_does_not_belong_together_or_is_exposed_stops_the_start() {
    let folder = Folder::new();
    let ((certificate, key, _), (_, other, _)) = (pair(&folder, "own"), pair(&folder, "other"));
    let check = |key: &str| run(&["serve", "--sandbox", "--check", "--tls-cert", &certificate, "--tls-key", key], "");
    assert_eq!(check(&key).code, 0);
    let ran = check(&other);
    assert!(ran.code == 2 && ran.stderr.contains("tls"), "{}", ran.stderr);
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let ran = check(&key);
    assert!(ran.code == 2 && ran.stderr.contains("can be read by others"), "{}", ran.stderr);
}
