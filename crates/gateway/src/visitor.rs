//! The visitor behind a session id: its hash, and what is known about it.

use std::collections::BTreeMap;

use crate::crm::Known;
use guestsync_core::Sensitive;
use guestsync_genesys::call::{ConsentType, NewGuest};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::text::hex;

/// The session id's hash, hex: SHA-256, or HMAC-SHA256 with the configured secret. The id itself goes nowhere.
pub(crate) fn hash(session_id: &str, secret: Option<&Sensitive<String>>) -> String {
    match secret {
        None => hex(&Sha256::digest(session_id)),
        Some(secret) => {
            let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
            hex(&mac.chain_update(session_id).finalize().into_bytes())
        }
    }
}

/// G1's `Idempotency-Key`: the same for the same session, whichever gateway asks, and no hash of the session id by itself.
pub(crate) fn idempotency_key(hash: &str, generation: i64) -> String {
    hex(&Sha256::digest(format!("guestsync guest {generation} {hash}"))[..16])
}

/// What is known about a visitor.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    first_name: Sensitive<String>,
    email: Sensitive<String>,
    tier: String,
    previous_tickets: u64,
}

impl Visitor {
    /// A visitor as the CRM knows it. What it does not know, or what Genesys would refuse, is as with a visitor nobody knows.
    pub(crate) fn new(hash: &str, known: &Known) -> Self {
        let short = |member: &str| known.get(member).and_then(Value::as_str).map(str::trim).filter(|text| is_short(text));
        let tickets = known.get("previousTickets");
        let tickets = tickets.and_then(|value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()));
        let email = short("email").filter(|email| is_address(email)).map(str::to_owned);
        Self {
            first_name: Sensitive::new(short("firstName").unwrap_or("Guest").to_owned()),
            email: Sensitive::new(email.unwrap_or_else(|| format!("visitor_{}@guest.invalid", &hash[..8]))),
            tier: short("tier").unwrap_or("Unknown").to_owned(),
            previous_tickets: tickets.unwrap_or(0),
        }
    }

    /// The guest that Genesys is asked to make.
    pub(crate) fn guest(&self, consent_type: ConsentType) -> NewGuest {
        let attributes = [
            ("crmTier", json!(self.tier)),
            ("historicalTickets", json!(self.previous_tickets)),
            ("integrationSource", json!("guestsync")),
        ];
        NewGuest {
            name: self.first_name.clone(),
            email: self.email.clone(),
            consent_type,
            attributes: BTreeMap::from(attributes.map(|(key, value)| (key.to_owned(), value))),
        }
    }

    /// What the browser may see of it.
    pub(crate) fn public(&self, listed: &[String]) -> Map<String, Value> {
        let all = [
            ("firstName", json!(self.first_name.expose())),
            ("email", json!(self.email.expose())),
            ("tier", json!(self.tier)),
            ("previousTickets", json!(self.previous_tickets)),
        ];
        let public = all.into_iter().filter(|(key, _)| listed.iter().any(|listed| listed == key));
        public.map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// Something, and no more than an attribute may hold.
fn is_short(text: &str) -> bool {
    (1..=256).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// An address of RFC 5321's plain shape: a dot-atom, `@`, a host name with a dot.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    let dots = |text: &str, good: &dyn Fn(u8) -> bool| text.split('.').all(|part| !part.is_empty() && part.bytes().all(good));
    let label = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    local.len() <= 64 && text.len() <= 254 && domain.contains('.') && dots(local, &atom) && dots(domain, &label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_documented_one_and_another_under_a_secret() {
        // SHA-256 of "abc" (FIPS 180-2 B.1); HMAC of RFC 4231's test case 2.
        assert_eq!(hash("abc", None), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let mac = hash("what do ya want for nothing?", Some(&Sensitive::new("Jefe".into())));
        assert_eq!(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn the_browser_sees_what_is_listed_and_nothing_else() {
        let visitor = Visitor::new(&hash("abc", None), &Known::default());
        let seen = visitor.public(&["firstName".into(), "tier".into(), "secret".into()]);
        assert_eq!(Value::Object(seen), json!({"firstName": "Guest", "tier": "Unknown"}));
        assert_eq!(visitor.email.expose(), "visitor_ba7816bf@guest.invalid");
    }

    #[test]
    fn what_genesys_would_refuse_is_as_if_it_were_not_known() {
        let all = |values: [Value; 4]| {
            let known = Known::new(crate::crm::MEMBERS.into_iter().zip(values));
            Visitor::new("01234567", &known).public(&crate::crm::MEMBERS.map(str::to_owned))
        };
        let good = json!({"firstName": "Ada", "email": "ada@example.org", "tier": "gold", "previousTickets": 3});
        assert_eq!(Value::Object(all([json!(" Ada"), json!("ada@example.org"), json!("gold"), json!("3")])), good);
        let unknown =
            json!({"firstName": "Guest", "email": "visitor_01234567@guest.invalid", "tier": "Unknown", "previousTickets": 0});
        let long = "x".repeat(257);
        for email in ["ada", "ada@example", "a b@example.org", "ada@@example.org", "ada@.org", "ä@example.org", ".a@example.org"]
        {
            assert_eq!(Value::Object(all([json!(""), json!(email), json!(long), json!(-1)])), unknown, "{email}");
        }
        assert_eq!(Value::Object(all([json!(1), json!({}), json!("a\nb"), json!("many")])), unknown);
    }
}
