//! So many requests at once until so many are done: how long they took, and how many did not succeed.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use reqwest::{Client, RequestBuilder};
use serde_json::json;

/// `init` with session ids that nobody has had; `first` keeps those of several runs apart.
pub(crate) async fn init(base: &str, number: &str, at_once: &str, first: &str) {
    let http = Client::new();
    let url = format!("{base}/api/webchat/init");
    let request = |n: usize| {
        http.post(&url).json(&json!({"sessionId": format!("{first}-{n}"), "consentGiven": true, "consentType": "explicit"}))
    };
    measure(number, at_once, request).await;
}

/// A1 of one guest.
pub(crate) async fn write(url: &str, bearer: &str, number: &str, at_once: &str) {
    let http = Client::new();
    measure(number, at_once, |n| http.post(url).bearer_auth(bearer).json(&json!({"attributes": {"tier": n, "vip": true}}))).await;
}

async fn measure(number: &str, at_once: &str, request: impl Fn(usize) -> RequestBuilder) {
    let (number, at_once): (usize, usize) = (number.parse().unwrap(), at_once.parse().unwrap());
    let started = Instant::now();
    let calls = (0..number).map(|n| {
        let request = request(n);
        async move {
            let began = Instant::now();
            let good = match request.send().await {
                Ok(answer) => answer.status().is_success() && answer.bytes().await.is_ok(),
                Err(_) => false,
            };
            (good, began.elapsed())
        }
    });
    let done: Vec<(bool, Duration)> = stream::iter(calls).buffer_unordered(at_once).collect().await;
    let seconds = started.elapsed().as_secs_f64();
    let mut times: Vec<f64> = done.iter().map(|(_, time)| time.as_secs_f64() * 1_000.0).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() as f64 * share) as usize).min(times.len() - 1)];
    let failed = done.iter().filter(|(good, _)| !good).count();
    println!("{}", json!({"requests": number, "failed": failed, "seconds": seconds, "p50_ms": at(0.5), "p99_ms": at(0.99)}));
}
