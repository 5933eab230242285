//! The `[webhook]` table: who is told what happened.

use std::time::Duration;

use super::reader::{Name, Reader};
use crate::webhook::{SigningKey, WebhookConfig, target};

const URL: Name = Name { file: "webhook.url", env: Some("WEBHOOK_URL") };
const SECRET: Name = Name { file: "webhook.secret", env: Some("GUESTSYNC_WEBHOOK_SECRET") };
const PRIVATE: Name = Name { file: "webhook.allow_private", env: Some("GUESTSYNC_WEBHOOK_ALLOW_PRIVATE") };
const TIME: Name = Name { file: "webhook.timeout_ms", env: None };

const ADDRESS: &str = "an https address on the internet (http and addresses of your own network with webhook.allow_private)";
const SIGNED: &str = "is not set: webhooks are signed; make one with: echo whsec_$(openssl rand -base64 32)";

/// Reads the table; `None` where there is no receiver, or something is wrong and noted.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<WebhookConfig> {
    let allow_private = reader.flag(PRIVATE).unwrap_or(false);
    let url = reader.parsed(URL, ADDRESS, |text| target(text, allow_private).map(|_| text.to_owned()));
    let secret =
        reader.parsed(SECRET, "whsec_ and 24 to 64 bytes in base64", |text| SigningKey::parse(text).map(|_| text.to_owned()));
    let time = reader.parsed(TIME, "100 to 30000", |text| text.parse().ok().filter(|ms| (100..=30_000).contains(ms)));
    let url = url?;
    if secret.is_none() && !reader.has_problem(reader.shown(SECRET)) {
        return reader.problem(SECRET.file, SIGNED);
    }
    WebhookConfig::new(&url, &secret?, allow_private, Duration::from_millis(time.unwrap_or(15_000)))
}
