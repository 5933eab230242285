//! The `[webhook]` table: who is told what happened.

use std::collections::BTreeSet;
use std::time::Duration;

use super::reader::{Name, Reader};
use crate::webhook::target::listed_host;
use crate::webhook::{Allowed, SigningKey, WebhookConfig};

const URL: Name = Name { file: "webhook.url", env: Some("WEBHOOK_URL") };
const SECRET: Name = Name { file: "webhook.secret", env: Some("GUESTSYNC_WEBHOOK_SECRET") };
const PRIVATE: Name = Name { file: "webhook.allow_private", env: Some("GUESTSYNC_WEBHOOK_ALLOW_PRIVATE") };
const PORTS: Name = Name { file: "webhook.ports", env: Some("GUESTSYNC_WEBHOOK_PORTS") };
const HOSTS: Name = Name { file: "webhook.hosts", env: Some("GUESTSYNC_WEBHOOK_HOSTS") };
const TIME: Name = Name { file: "webhook.timeout_ms", env: None };

const ADDRESS: &str = "an https address on the internet, on port 443 or one of webhook.ports, of one of webhook.hosts where they are listed \
    (http, any port and addresses of your own network with webhook.allow_private)";
const SIGNED: &str = "is not set: webhooks are signed; make one with: echo whsec_$(openssl rand -base64 32)";

/// Reads the table; `None` where there is no receiver, or something is wrong and noted.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<WebhookConfig> {
    let private = reader.flag(PRIVATE).unwrap_or(false);
    let ports = listed(reader, PORTS, "ports, 1 to 65535", |text| text.parse().ok().filter(|port| *port > 0));
    let hosts = listed(reader, HOSTS, "host names like hooks.example.com, no patterns and no ports", listed_host);
    let allowed = Allowed { private, ports, hosts };
    let url = reader.parsed(URL, ADDRESS, |text| allowed.target(text).map(|_| text.to_owned()));
    let secret =
        reader.parsed(SECRET, "whsec_ and 24 to 64 bytes in base64", |text| SigningKey::parse(text).map(|_| text.to_owned()));
    let time = reader.parsed(TIME, "100 to 30000", |text| text.parse().ok().filter(|ms| (100..=30_000).contains(ms)));
    let url = url?;
    if secret.is_none() && !reader.has_problem(reader.shown(SECRET)) {
        return reader.problem(SECRET.file, SIGNED);
    }
    WebhookConfig::new(&url, &secret?, allowed, Duration::from_millis(time.unwrap_or(15_000)))
}

/// A list of which each must parse; none of it counts where one does not.
fn listed<T: Ord>(reader: &mut Reader<'_>, name: Name, expected: &str, parse: impl Fn(&str) -> Option<T>) -> BTreeSet<T> {
    let texts = reader.list(name).unwrap_or_default();
    let parsed: Option<BTreeSet<T>> = texts.iter().map(|text| parse(text)).collect();
    parsed.or_else(|| reader.problem(reader.shown(name), &format!("must be a list of {expected}"))).unwrap_or_default()
}
