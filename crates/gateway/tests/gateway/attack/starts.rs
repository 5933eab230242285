//! Sessions by the hundred from one address: guests who have one go on, and others get theirs.

use std::time::{Duration, Instant};

use guestsync_sandbox::{Options, RateLimit};
use reqwest::header::RETRY_AFTER;
use serde_json::json;
use tokio::task::JoinSet;

use crate::webhooks::write;
use crate::world::{Directory, Session, Upstream, World, refusal, wanted};

const BEHIND_A_PROXY: &str = "[limits]\nper_address = 0\naddress_header = \"x-forwarded-for\"\n";
const ATTACKER: &str = "203.0.113.7";

async fn limited(requests: u32, seconds: u64) -> Upstream {
    let rate = RateLimit { requests, window: Duration::from_secs(seconds) };
    Upstream::with(Options { rate, ..Options::default() }).await
}

async fn start_from(world: &World, address: &str, name: &str) -> reqwest::Response {
    world.post("/api/webchat/init", &wanted(name)).header("x-forwarded-for", address).send().await.unwrap()
}

/// So many sessions at once; how many there are then, and what the others were told to wait.
async fn flood(world: &World, addresses: &[&str], number: usize) -> (usize, Vec<u64>) {
    let mut asked = JoinSet::new();
    for n in 0..number {
        let request = world.post("/api/webchat/init", &wanted(&format!("flood {} {n}", addresses[0])));
        asked.spawn(request.header("x-forwarded-for", addresses[n % addresses.len()]).send());
    }
    let (mut started, mut waits) = (0, Vec::new());
    while let Some(answer) = asked.join_next().await {
        let answer = answer.unwrap().unwrap();
        if answer.status() == 200 {
            started += 1;
        } else {
            waits.push(answer.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap());
            assert_eq!(refusal(answer).await, (429, "rate.limited".into()));
        }
    }
    (started, waits)
}

async fn writes(world: &World, session: &Session, capability: &str, key: &str) {
    let asked = Instant::now();
    let answer = write(world, session, capability, key, &json!({"attributes": {"n": 1}})).await;
    assert_eq!(answer.status(), 200, "{key}");
    assert!(asked.elapsed() < Duration::from_secs(5), "{key}");
}

#[tokio::test]
async fn one_address_that_starts_sessions_leaves_guests_their_writes_and_others_their_sessions() {
    let upstream = limited(100, 60).await;
    let world = World::with(&upstream, BEHIND_A_PROXY, Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;

    let (started, waits) = flood(&world, &[ATTACKER], 120).await;
    // Of a hundred calls a quarter is kept for guests, two are used; half of the rest, and two calls a session.
    assert_eq!(started, 18);
    assert!(waits.iter().all(|wait| (50..=60).contains(wait)), "{waits:?}");
    // Whole networks of IPv6 are one customer's.
    let (started, _) = flood(&world, &["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:3::"], 60).await;
    assert_eq!(started, 9);
    assert_eq!(start_from(&world, "198.51.100.1", "def").await.status(), 200);
    assert_eq!(start_from(&world, ATTACKER, "more").await.status(), 429);
    for n in 0..25 {
        writes(&world, &session, &capability, &format!("write-{n}")).await;
    }
    assert_eq!(upstream.refused().await, 0);
    let metrics = world.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("guestsync_starts_held_total{held_for=\"address\"} 154"), "{metrics}");
}

#[tokio::test]
async fn starts_of_many_addresses_leave_guests_their_writes() {
    let upstream = limited(40, 60).await;
    let world = World::with(&upstream, BEHIND_A_PROXY, Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let addresses: Vec<String> = (0..50).map(|n| format!("203.0.113.{n}")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let (started, _) = flood(&world, &addresses, 100).await;
    assert_eq!(started, 14);
    for n in 0..10 {
        writes(&world, &session, &capability, &format!("write-{n}")).await;
    }
    assert_eq!(upstream.refused().await, 0);
}

#[tokio::test]
async fn a_share_of_nothing_keeps_nothing_back() {
    let upstream = limited(40, 60).await;
    let file = "[genesys]\nguests_share = 0\n";
    let world = World::with(&upstream, file, Directory::new()).await;
    let (started, _) = flood(&world, &["nobody"], 30).await;
    assert_eq!(started, 20);
}

/// Whoever waits with hundreds behind and before them in a queue that one address keeps full.
#[tokio::test]
async fn in_a_queue_that_one_address_keeps_full_others_have_their_turn() {
    let upstream = limited(20, 1).await;
    let world = World::with(&upstream, BEHIND_A_PROXY, Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let mut flooding = JoinSet::new();
    for n in 0..300 {
        let request = world.post("/api/webchat/init", &wanted(&format!("flood {n}")));
        flooding.spawn(request.header("x-forwarded-for", ATTACKER).send());
    }
    let full = async || {
        let metrics = world.get("/metrics").await.text().await.unwrap();
        let line =
            metrics.lines().find_map(|line| line.strip_prefix("guestsync_upstream_call_budget{call=\"G1\",state=\"waiting\"} "));
        line.is_some_and(|waiting| waiting.parse::<u64>().unwrap() > 200)
    };
    while !full().await {
        tokio::task::yield_now().await;
    }
    for n in 0..3 {
        writes(&world, &session, &capability, &format!("write-{n}")).await;
        let asked = Instant::now();
        assert_eq!(start_from(&world, "198.51.100.1", &format!("def {n}")).await.status(), 200);
        assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    }
    assert!(full().await, "it was full all the time");
    flooding.shutdown().await;
    assert_eq!(upstream.refused().await, 0);
}
