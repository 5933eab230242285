//! The JWT bearer grant on the command line: a P-256 key signs, the sandbox verifies with a library of its own.

use std::time::{Duration, SystemTime};

use guestsync_sandbox::{Client, Clock, Options};
use p256::SecretKey;
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};

use crate::genesys::{Genesys, ORG, ended};
use crate::run::{Ran, guestsync};

fn key(byte: u8) -> SecretKey {
    SecretKey::from_slice(&[byte; 32]).unwrap()
}

fn options() -> Options {
    let public = key(1).public_key().to_public_key_pem(LineEnding::LF).unwrap();
    Options { clients: vec![Client::with_all_scopes("signer", "unused").with_assertion_key(public)], ..Options::default() }
}

/// Lists attributes without a secret, signing with this key.
async fn list(genesys: &Genesys, key: &SecretKey, more: &[(&str, &str)]) -> Ran {
    let state = genesys.folder.join("state");
    let mut command = guestsync(&["schema", "list", "--org", ORG, "--state-dir", &state]);
    let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap().replace('\n', "\\n");
    command.envs([
        ("GENESYS_BASE_URL", genesys.base.as_str()),
        ("OAUTH_CLIENT_ID", "signer"),
        ("OAUTH_PRIVATE_KEY", &pem),
        ("OAUTH_SUBJECT", "admin@example.com"),
    ]);
    command.envs(more.iter().copied());
    ended(command.spawn().unwrap(), "").await
}

fn refused(reason: &str) -> String {
    format!(
        "guestsync: Genesys refused the OAuth client (status 400: {reason}): check its id and its secret or private key, and that \
         GENESYS_BASE_URL or GENESYS_ENVIRONMENT names its region.\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clients_own_key_signs_it_in() {
    let genesys = Genesys::with(options()).await;
    let ran = list(&genesys, &key(1), &[]).await;
    assert_eq!((ran.code, ran.stderr.as_str(), ran.stdout.lines().count()), (0, "", 304), "{ran:?}");
    let log = genesys.look("requests").await.to_string();
    assert!(log.contains("jwt-bearer") && !log.contains("client_credentials"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_another_audience_and_another_time_are_told_apart() {
    let genesys = Genesys::with(options()).await;
    let signed = "the assertion is not one signed by the client's key with ES256, or a claim is missing";
    assert_eq!(list(&genesys, &key(2), &[]).await.stderr, refused(signed));
    let elsewhere = [("OAUTH_AUDIENCE", "https://login.mypurecloud.de")];
    assert_eq!(list(&genesys, &key(1), &elsewhere).await.stderr, refused("aud is not this server"));
    let ran = list(&genesys, &key(1), &[("OAUTH_PRIVATE_KEY", "no key")]).await;
    assert!(ran.code == 2 && ran.stderr.contains("OAUTH_PRIVATE_KEY") && !ran.stderr.contains("no key"), "{ran:?}");

    // A server whose clock is ahead of the `Date` that it states.
    let ahead = Clock::new(|| (SystemTime::now() + Duration::from_secs(3_600)).into());
    let genesys = Genesys::with(Options { clock: ahead, ..options() }).await;
    assert_eq!(list(&genesys, &key(1), &[]).await.stderr, refused("the assertion has expired"));
}
