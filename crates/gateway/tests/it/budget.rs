//! The rate budget: what Genesys allows is waited for here, so that nothing is refused there.

use std::time::{Duration, Instant};

use guestsync_core::Sensitive;
use guestsync_genesys::call::GuestId;
use guestsync_genesys::{Client, Error, Settings};
use guestsync_sandbox::{Options, RateLimit};
use reqwest::Method;
use reqwest::header::RETRY_AFTER;
use url::Url;

use crate::world::{SECRET, Session, Upstream, World, refusal};

async fn limited(requests: u32, window: Duration) -> Upstream {
    Upstream::with(Options { rate: RateLimit { requests, window }, ..Options::default() }).await
}

async fn refused(upstream: &Upstream) -> usize {
    upstream.requests().await.iter().filter(|request| request["status"] == 429).count()
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
    (started.elapsed(), refused(upstream).await)
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
    while client.budget().is_none_or(|(used, allowed)| used < allowed) {
        tokio::task::yield_now().await;
    }
    let asked = Instant::now();
    let Err(Error::Busy { retry_after }) = client.profile(&guest).await else { panic!("it was not its turn") };
    assert!(asked.elapsed() >= Duration::from_secs(5));
    // About a hundred are left then, of which each second takes twenty.
    assert!((3_000..=7_000).contains(&retry_after), "{retry_after}");
    tokio::time::sleep(Duration::from_millis(retry_after)).await;
    assert_eq!(client.profile(&guest).await.unwrap().status, 200, "it was told the truth");
    while let Some(call) = tasks.join_next().await {
        call.unwrap().unwrap();
    }
    assert_eq!(refused(&upstream).await, 0);
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
    assert_eq!(refused(&upstream).await, 0);
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
    assert_eq!(refused(&upstream).await, 0);
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
