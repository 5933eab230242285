//! No nonce twice (C3).

use std::collections::BTreeSet;

use base64ct::Encoding;
use guestsync_core::seal::{Agreement, Binding, SharedKey, seal};
use p256::elliptic_curve::sec1::ToSec1Point;
use sha2::{Digest, Sha256};

use crate::keys::{Holder, entropy, place, point};

/// Seals `forms` forms of four fields with one key, as one guest's worker does, and gives the number of distinct nonces.
fn distinct_nonces(forms: u64) -> usize {
    let mut key = SharedKey::new(&mut [1; 32]);
    let fields = ["/email", "/phone", "/name", "/note"].map(|field| place("g-1", field));
    let mut nonces = BTreeSet::new();
    for form in 0..forms {
        let mut entropy = entropy(form);
        for field in &fields {
            let text = key.seal(&mut entropy, field, Binding::Field, "x").expect("sealed");
            nonces.insert(<[u8; 16]>::try_from(&text.as_bytes()[..16]).expect("96 bits in base64"));
        }
    }
    nonces.len()
}

#[test]
fn a_million_sealings_have_a_million_nonces() {
    assert_eq!(distinct_nonces(250_000), 1_000_000);
}

#[test]
#[ignore = "minutes: run with --ignored before a release"]
fn ten_million_sealings_have_ten_million_nonces() {
    assert_eq!(distinct_nonces(2_500_000), 10_000_000);
}

/// How many sealings are made for `tests/scripts/sealings.test.mjs`.
#[allow(clippy::disallowed_methods, reason = "a larger run by a flag")]
fn wanted() -> u64 {
    std::env::var("GUESTSYNC_SEALINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000)
}

#[test]
#[ignore = "run by tests/scripts/sealings.test.mjs, which opens what it writes with jose"]
fn sealings_of_many_forms_have_a_nonce_each_and_every_thousandth_is_written_down() {
    let holder = Holder::new("k1");
    let fields = ["/email", "/phone", "/name", "/note"];
    let places = fields.map(|field| place("g-1", field));
    let mut nonces = BTreeSet::new();
    let mut written = String::new();
    let forms = wanted() / 4;
    for form in 0..forms {
        // An agreement costs as much as ten forms: those that nobody opens have a secret without one.
        let agreement = if form % 250 == 0 { holder.agreement(form) } else { agreement_of_its_own(&holder, form) };
        let mut entropy = entropy(form);
        for (field, here) in fields.iter().zip(&places) {
            let text = seal(&agreement, &mut entropy, here, &format!("{form}{field}")).expect("sealed");
            let nonce = text.split('.').nth(2).expect("five parts");
            nonces.insert(<[u8; 16]>::try_from(nonce.as_bytes()).expect("96 bits in base64"));
            if form % 250 == 0 && *field == "/email" {
                written.push_str(&text);
                written.push('\n');
            }
        }
    }
    assert_eq!(nonces.len() as u64, forms * 4);
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join("sealings.txt"), written).expect("written");
    std::fs::write(folder.join("sealings.jwk.json"), private_jwk(&holder)).expect("written");
}

/// One that nobody can open: a point of the curve beside a secret that has nothing to do with it.
fn agreement_of_its_own(holder: &Holder, number: u64) -> Agreement {
    let mut secret: [u8; 32] = Sha256::digest(number.to_be_bytes()).into();
    Agreement::new(holder.key_id, point(&holder.secret.public_key()), &mut secret).expect("a name")
}

/// The private key as a JWK.
fn private_jwk(holder: &Holder) -> String {
    let url = |bytes: &[u8]| base64ct::Base64UrlUnpadded::encode_string(bytes);
    let point = holder.secret.public_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(32);
    let (x, y, d) = (url(x), url(y), url(&holder.secret.to_bytes()));
    format!(r#"{{"kty":"EC","crv":"P-256","kid":"{}","x":"{x}","y":"{y}","d":"{d}"}}"#, holder.key_id)
}
