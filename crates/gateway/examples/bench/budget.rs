//! Calls of the gateway's own that are all asked for at once, where upstream allows only so many in a window.

use std::time::{Duration, Instant};

use guestsync_core::Sensitive;
use guestsync_genesys::call::{ConsentType, NewGuest};
use guestsync_genesys::{Client, Settings};
use serde_json::json;
use url::Url;

pub(crate) async fn queue(upstream: &str, id: &str, secret: &str, calls: &str) {
    let calls: usize = calls.parse().unwrap();
    let base = Url::parse(upstream).unwrap();
    let token_url = base.join("/oauth/token").unwrap();
    let mut settings = Settings::new(base, token_url, id.to_owned(), Sensitive::new(secret.to_owned()));
    settings.patience = Duration::from_secs(600);
    let client = Client::new(settings, None).unwrap();
    let guest = NewGuest {
        name: Sensitive::new("Guest".into()),
        email: Sensitive::new("visitor_00000000@guest.invalid".into()),
        consent_type: ConsentType::Explicit,
        attributes: [].into(),
    };
    let guest = client.create_guest(&guest, "bench").await.unwrap().id;
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..calls {
        let (client, guest) = (client.clone(), guest.clone());
        tasks.spawn(async move { client.issue_token(&guest).await.map(|_| started.elapsed()) });
    }
    let mut failed = 0;
    let mut last = Duration::ZERO;
    while let Some(call) = tasks.join_next().await {
        match call.unwrap() {
            Ok(at) => last = last.max(at),
            Err(_) => failed += 1,
        }
    }
    println!("{}", json!({"calls": calls, "failed": failed, "seconds": last.as_secs_f64()}));
}
