//! The rate budget: what Genesys allows is waited for here, so that nothing is refused there.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use guestsync_core::Sensitive;
use guestsync_genesys::call::{ConsentType, GuestId, NewGuest, Precondition};
use guestsync_genesys::{Client, Error, Settings};
use guestsync_sandbox::{Options, RateLimit};
use reqwest::Method;
use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use crate::world::{SECRET, Session, Upstream, World, refusal, wanted};

async fn limited(requests: u32, window: Duration) -> Upstream {
    Upstream::with(Options { rate: RateLimit { requests, window }, ..Options::default() }).await
}

/// A sandbox that allows all calls so many requests in so long, and some of them less.
async fn limited_by_call(all: RateLimit, calls: &[(&str, RateLimit)]) -> Upstream {
    let call_rates = calls.iter().map(|(call, limit)| ((*call).to_owned(), *limit)).collect();
    Upstream::with(Options { rate: all, call_rates, ..Options::default() }).await
}

const fn rate(requests: u32, seconds: u64) -> RateLimit {
    RateLimit { requests, window: Duration::from_secs(seconds) }
}

async fn read(world: &World, session: &Session, capability: &str) -> reqwest::Response {
    world.genesys(Method::GET, &format!("/api/v2/guests/{}", session.guest), capability).send().await.unwrap()
}

/// A client with patience.
fn client(upstream: &Upstream) -> Client {
    let base = Url::parse(&upstream.base).unwrap();
    let token_url = base.join("/oauth/token").unwrap();
    let mut settings = Settings::new(base, token_url, "gateway".into(), Sensitive::new(SECRET.into()));
    settings.patience = Duration::from_secs(120);
    Client::new(settings, None).unwrap()
}

/// How long this many calls of the gateway's own take that are all asked for at once, and how many were refused upstream.
async fn queued(upstream: &Upstream, calls: usize) -> (Duration, usize) {
    let world = World::start(upstream).await;
    let guest = GuestId::parse(&world.session("abc").await.guest).unwrap();
    let client = client(upstream);
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..calls {
        let (client, guest) = (client.clone(), guest.clone());
        tasks.spawn(async move { client.issue_token(&guest).await });
    }
    while let Some(call) = tasks.join_next().await {
        call.unwrap().unwrap();
    }
    (started.elapsed(), upstream.refused().await)
}

#[tokio::test]
async fn calls_that_queue_use_the_budget_and_none_is_refused_upstream() {
    let upstream = limited(50, Duration::from_secs(1)).await;
    let (elapsed, refused) = queued(&upstream, 200).await;
    assert_eq!(refused, 0);
    // Two requests were made before: five windows, four of them waited for.
    assert!((Duration::from_secs(3)..Duration::from_secs(6)).contains(&elapsed), "{elapsed:?}");
}

#[tokio::test]
#[ignore = "takes 35 seconds and measures"]
async fn five_thousand_queued_calls_use_nearly_all_that_300_in_2_seconds_allow() {
    let upstream = limited(300, Duration::from_secs(2)).await;
    let (elapsed, refused) = queued(&upstream, 5_000).await;
    assert_eq!(refused, 0);
    // 5,002 requests fill 16 windows, and the 17th begins with the last of the waits.
    let allowed = 300.0 * (elapsed.as_secs_f64() / 2.0).floor();
    let used = 4_800.0 / allowed;
    assert!(used >= 0.95, "{used} of the budget in {elapsed:?}");
}

/// 200 calls, 20 a second.
#[tokio::test]
async fn a_browsers_call_behind_a_long_queue_waits_five_seconds_and_is_told_when_its_turn_comes() {
    let upstream = limited(20, Duration::from_secs(1)).await;
    let world = World::start(&upstream).await;
    let guest = GuestId::parse(&world.session("abc").await.guest).unwrap();
    let client = client(&upstream);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (client, guest) = (client.clone(), guest.clone());
        tasks.spawn(async move { client.issue_token(&guest).await });
    }
    // Two calls that are told the same know that it is the limit of all.
    client.profile(&guest).await.unwrap();
    while client.budget().is_none_or(|(used, allowed)| used < allowed) {
        tokio::task::yield_now().await;
    }
    let asked = Instant::now();
    let Err(Error::Busy { retry_after }) = client.profile(&guest).await else { panic!("it was not its turn") };
    // In the last second it is known that nobody leaves before the five are over.
    assert!(asked.elapsed() >= Duration::from_secs(4));
    // About a hundred are left then, of which each second takes twenty.
    assert!((3_000..=7_000).contains(&retry_after), "{retry_after}");
    tokio::time::sleep(Duration::from_millis(retry_after)).await;
    assert_eq!(client.profile(&guest).await.unwrap().status, 200, "it was told the truth");
    while let Some(call) = tasks.join_next().await {
        call.unwrap().unwrap();
    }
    assert_eq!(upstream.refused().await, 0);
}

#[tokio::test]
async fn a_browsers_call_waits_for_the_next_window() {
    let upstream = limited(4, Duration::from_secs(2)).await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    for _ in 0..5 {
        assert_eq!(read(&world, &session, &capability).await.status(), 200);
    }
    assert_eq!(upstream.refused().await, 0);
}

#[tokio::test]
async fn a_browsers_call_that_would_wait_too_long_is_told_how_long() {
    let upstream = limited(3, Duration::from_secs(40)).await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    assert_eq!(read(&world, &session, &capability).await.status(), 200);
    let answer = read(&world, &session, &capability).await;
    let wait: u64 = answer.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((30..=40).contains(&wait), "{wait}");
    assert_eq!(refusal(answer).await, (429, "too.many.requests.retry.after".into()));
    assert_eq!(upstream.refused().await, 0);
}

#[tokio::test]
async fn after_a_refusal_nobody_asks_before_the_moment_that_genesys_named() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let rule = "[[rules]]\ncalls = [\"P2\"]\nfirst = 1\neffect = { kind = \"status\", status = 429, retryAfter = 2 }";
    upstream.faults(rule).await;
    let refused_at = Instant::now();
    assert_eq!(read(&world, &session, &capability).await.status(), 429, "whoever asked decides about a repeat");
    assert_eq!(read(&world, &session, &capability).await.status(), 200);
    assert!(refused_at.elapsed() >= Duration::from_secs(2));

    upstream.faults(&rule.replace("retryAfter = 2", "retryAfter = 60")).await;
    assert_eq!(read(&world, &session, &capability).await.status(), 429);
    let before = upstream.requests().await.len();
    let answer = world.post("/api/webchat/init", &crate::world::wanted("def")).send().await.unwrap();
    let wait: u64 = answer.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((50..=60).contains(&wait), "{wait}");
    assert_eq!(refusal(answer).await, (429, "rate.limited".into()));
    assert_eq!(upstream.requests().await.len(), before, "all calls share one budget");
}

/// A new guest of the gateway's own account.
fn new_guest() -> NewGuest {
    NewGuest {
        name: Sensitive::new("Guest".into()),
        email: Sensitive::new("guest@example.org".into()),
        consent_type: ConsentType::Explicit,
        attributes: BTreeMap::new(),
    }
}

#[tokio::test]
async fn while_creating_guests_is_limited_attributes_are_written() {
    let upstream = limited_by_call(rate(1_000, 40), &[("G1", rate(3, 40))]).await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    for name in ["def", "ghi"] {
        world.session(name).await;
    }
    // The fourth guest would have to wait for 40 seconds, and an init waits 15 at most.
    let answer = world.post("/api/webchat/init", &wanted("jkl")).send().await.unwrap();
    let wait: u64 = answer.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((30..=40).contains(&wait), "{wait}");
    assert_eq!(refusal(answer).await, (429, "rate.limited".into()));
    let path = format!("/api/v2/conversations/webmessaging/guests/{}/attributes", session.guest);
    for n in 0..20 {
        let write = world.genesys(Method::POST, &path, &capability).json(&json!({"attributes": {"n": n}}));
        assert_eq!(write.send().await.unwrap().status(), 200);
    }
    assert_eq!(upstream.refused().await, 0);
    let metrics = world.get("/metrics").await.text().await.unwrap();
    for line in [
        "guestsync_upstream_call_budget{call=\"G1\",state=\"used\"} 3",
        "guestsync_upstream_call_budget{call=\"G1\",state=\"allowed\"} 3",
        "guestsync_upstream_call_budget{call=\"G1\",state=\"waiting\"} 0",
        "guestsync_upstream_budget{state=\"used\"} 26",
        "guestsync_upstream_budget{state=\"allowed\"} 1000",
    ] {
        assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
    }
    assert!(!metrics.contains("call=\"A1\",state=\"allowed\""), "{metrics}");
}

#[tokio::test]
async fn a_refusal_by_the_limit_of_one_call_closes_that_call_alone() {
    let upstream = limited_by_call(rate(1_000, 40), &[("P2", rate(2, 40))]).await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    // Somebody else uses the same client.
    let other = client(&upstream);
    let guest = GuestId::parse(&session.guest).unwrap();
    for _ in 0..2 {
        assert_eq!(other.profile(&guest).await.unwrap().status, 200);
    }
    for _ in 0..2 {
        assert_eq!(read(&world, &session, &capability).await.status(), 429);
    }
    assert_eq!(upstream.refused().await, 1, "the second waits here");
    let sessions = [world.session("def").await, world.session("ghi").await];
    assert!(sessions.iter().all(|other| other.guest != session.guest));
}

/// Guests are created and attributes written at once, more of both than there is leave for; what was used of either limit.
#[tokio::test]
async fn calls_that_queue_in_two_lanes_use_both_limits_and_none_is_refused_upstream() {
    const SECONDS: usize = 8;
    let upstream = limited_by_call(rate(100, 1), &[("G1", rate(20, 1))]).await;
    let world = World::start(&upstream).await;
    let guest = GuestId::parse(&world.session("abc").await.guest).unwrap();
    let client = client(&upstream);
    client.profile(&guest).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..20 * SECONDS {
        let client = client.clone();
        tasks.spawn(async move { client.create_guest(&new_guest(), &format!("guest-{n}")).await.map(drop) });
    }
    for n in 0..80 * SECONDS {
        let (client, guest) = (client.clone(), guest.clone());
        tasks.spawn(async move {
            // A call for a browser waits five seconds at most, and then asks again.
            loop {
                let body = format!("{{\"attributes\":{{\"n\":{n}}}}}").into();
                match client.set_attributes(&guest, body, Precondition::default()).await {
                    Err(Error::Busy { .. }) => {}
                    answer => return answer.map(|answer| assert_eq!(answer.status, 200)),
                }
            }
        });
    }
    while let Some(call) = tasks.join_next().await {
        call.unwrap().unwrap();
    }
    let requests = upstream.requests().await;
    assert!(requests.iter().all(|request| request["status"] != 429));
    for (of, allowed) in [("", 100), ("/api/v2/webchat/v1/guests", 20)] {
        let counted = |path: &str| if of.is_empty() { path.starts_with("/api/") } else { path == of };
        let came = requests.iter().filter(|request| counted(request["path"].as_str().unwrap())).map(came);
        let windows = windows(came, Duration::from_secs(1));
        // What was made before took part of the first, and at the end less is left than is allowed.
        let steady = &windows[1..SECONDS - 1];
        let used = steady.iter().sum::<usize>() as f64 / (allowed * steady.len()) as f64;
        assert!(used >= 0.95, "{used} of {allowed}: {windows:?}");
    }
}

/// When a request came.
fn came(request: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(request["at"].as_str().unwrap(), &Rfc3339).unwrap()
}

/// How many came in each window, of which each begins with the first that came after the last.
fn windows(came: impl Iterator<Item = OffsetDateTime>, length: Duration) -> Vec<usize> {
    let mut windows: Vec<(OffsetDateTime, usize)> = Vec::new();
    for came in came {
        match windows.last_mut().filter(|(began, _)| came < *began + length) {
            Some((_, count)) => *count += 1,
            None => windows.push((came, 1)),
        }
    }
    windows.into_iter().map(|(_, count)| count).collect()
}
