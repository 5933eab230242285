//! Several gateways on one PostgreSQL: they share what there is to do, and nothing is done twice or lost. Without
//! `GUESTSYNC_TEST_POSTGRES` there is nothing to share, and these tests end at once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64ct::{Base64UrlUnpadded, Encoding};
use futures_util::stream::{self, StreamExt};
use guestsync_sandbox::{Options, RateLimit};
use reqwest::Method;
use serde_json::{Value, json};

use crate::profile_sync;
use crate::webhooks::{Receiver, until, write};
use crate::world::{Directory, Session, Upstream, World, json_of, text, wanted};

/// Two gateways, if there is a database to share.
async fn two(upstream: &Upstream, file: &str) -> Option<(World, World)> {
    let directory = Directory::new();
    let beside = directory.beside()?;
    Some((World::with(upstream, file, directory).await, World::with(upstream, file, beside).await))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_cold_sessions_on_two_gateways_ask_for_one_token_and_make_no_guest_twice() {
    let upstream = Upstream::start().await;
    let Some((one, other)) = two(&upstream, "").await else { return };
    let calls = (0..1_000).map(|n| {
        let world = if n % 2 == 0 { &one } else { &other };
        // Each session is asked for twice, at both gateways.
        let request = world.post("/api/webchat/init", &wanted(&format!("session-{}", n / 2)));
        async move {
            let answer: Value = request.send().await.unwrap().json().await.unwrap();
            (n / 2, answer["guestId"].as_str().unwrap().to_owned())
        }
    });
    let answers: Vec<(u32, String)> = stream::iter(calls).buffer_unordered(200).collect().await;
    let mut guests: BTreeMap<u32, String> = BTreeMap::new();
    for (session, guest) in answers {
        assert_eq!(*guests.entry(session).or_insert_with(|| guest.clone()), guest);
    }
    assert_eq!((upstream.token_requests(), upstream.guests().await.len()), (1, 500));
}

#[tokio::test]
async fn a_session_of_one_gateway_is_good_at_the_other() {
    let upstream = Upstream::start().await;
    let Some((one, other)) = two(&upstream, "").await else { return };
    let session = one.session("abc").await;
    let capability = other.capability(&session).await;
    let patch = |seq: u64, email: &str| (seq, json!([{"op": "replace", "path": "/email", "value": email}]));
    let (seq, newer) = patch(20, "new@example.org");
    assert_eq!(other.patch(&session.guest, &capability, seq, &newer).await.status(), 200);
    let (seq, older) = patch(10, "old@example.org");
    let answer = one.patch(&session.guest, &capability, seq, &older).await;
    assert_eq!(answer.headers()["guestsync-seq"], "20", "the fence is everybody's, and so is the capability");
    let keys = async |world: &World| world.get("/.well-known/jwks.json").await.text().await.unwrap();
    assert_eq!(keys(&one).await, keys(&other).await);
}

#[tokio::test]
async fn a_capability_by_a_key_that_another_gateway_has_made_since_is_good_at_once() {
    let upstream = Upstream::start().await;
    let Some((one, other)) = two(&upstream, "").await else { return };
    let session = one.session("abc").await;
    let older = one.capability(&session).await;
    let directory = one.stop().await;
    guestsync_gateway::keys::rotate(directory.path()).unwrap();
    let one = World::with(&upstream, "", directory).await;
    let newer = one.capability(&session).await;
    assert_ne!(kid(&older), kid(&newer));
    let path = format!("/api/v2/guests/{}", session.guest);
    for world in [&other, &one] {
        for capability in [&newer, &older] {
            assert_eq!(world.genesys(Method::GET, &path, capability).send().await.unwrap().status(), 200);
        }
    }
    assert_eq!(kid(&other.capability(&session).await), kid(&newer), "what is learned signs too");
    assert_eq!(looks(&other).await, 1);
}

#[tokio::test]
async fn a_sealing_key_that_another_gateway_has_made_since_is_published_and_sealed_to_by_all() {
    let upstream = Upstream::start().await;
    let Some((one, other)) = two(&upstream, "").await else { return };
    let session = one.session("abc").await;
    let sealed = async |world: &World| {
        let answer = profile_sync::post(world, &session).form(&profile_sync::whole(&session.guest)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(profile_sync::opened(world, &upstream, &session.guest).await, profile_sync::plain());
        let profile = &upstream.guests().await[0]["profile"];
        kid(profile["email"].as_str().unwrap())
    };
    let older = published(&other).await;
    assert_eq!((sealed(&one).await, sealed(&other).await), (older.clone(), older.clone()));
    let directory = one.stop().await;
    guestsync_gateway::keys::rotate(directory.path()).unwrap();
    let one = World::with(&upstream, "", directory).await;
    let newer = published(&one).await;
    assert_ne!(newer, older);
    let asked = Instant::now();
    while published(&other).await != newer {
        assert!(asked.elapsed() < Duration::from_secs(10), "it is not known at the other");
    }
    assert_eq!(sealed(&other).await, newer, "and opens there, although the file there has it after the next start only");
    let other = World::with(&upstream, "", other.stop().await).await;
    assert_eq!((published(&other).await, sealed(&other).await, sealed(&one).await), (newer.clone(), newer.clone(), newer));
}

/// The id of the key that browsers seal to.
async fn published(world: &World) -> String {
    let keys = json_of(world.get("/.well-known/jwks.json").await).await;
    text(&keys["keys"][0]["kid"])
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_key_ids_are_refused_and_do_not_cost_a_query_each() {
    let upstream = Upstream::start().await;
    let Some((one, other)) = two(&upstream, "[limits]\nper_address = 0\n").await else { return };
    let session = one.session("abc").await;
    let capability = one.capability(&session).await;
    let (_, signed) = capability.split_once('.').unwrap();
    let path = format!("/api/v2/guests/{}", session.guest);
    let calls = (0..300).map(|n| {
        let header = json!({"typ": "JWT", "alg": "HS256", "kid": format!("forged{n:02}")});
        let forged = format!("{}.{signed}", Base64UrlUnpadded::encode_string(header.to_string().as_bytes()));
        let request = other.genesys(Method::GET, &path, &forged);
        async move { request.send().await.unwrap().status().as_u16() }
    });
    let statuses: Vec<u16> = stream::iter(calls).buffer_unordered(100).collect().await;
    assert!(statuses.iter().all(|status| *status == 401), "{statuses:?}");
    // A hundred at a time: each time they share one, or come while it is under way and share the next.
    let looks = looks(&other).await;
    assert!((1..=7).contains(&looks), "{looks}");
    assert_eq!(other.genesys(Method::GET, &path, &capability).send().await.unwrap().status(), 200);
}

/// The key id that a capability or a sealed value names.
fn kid(token: &str) -> String {
    let header = Base64UrlUnpadded::decode_vec(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

/// How often a gateway has looked for keys.
async fn looks(world: &World) -> u64 {
    let metrics = world.get("/metrics").await.text().await.unwrap();
    let line = metrics.lines().find_map(|line| line.strip_prefix("guestsync_capability_key_looks_total "));
    line.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_events_of_two_gateways_all_arrive_though_one_is_killed_half_way() {
    const EVENTS: usize = 10_000;
    let receiver = Receiver::start(|n, first| if first && n % 97 == 0 { 503 } else { 204 }).await;
    let upstream = Upstream::start().await;
    let file = format!("{}[limits]\nper_guest = 0\n", receiver.file());
    let Some((one, other)) = two(&upstream, &file).await else { return };
    let session = one.session("abc").await;
    let capabilities = [one.capability(&session).await, other.capability(&session).await];
    let told = |world: &'static str, n: usize| json!({"attributes": {"n": n, "by": world}});
    let send = async |world: &World, capability: &str, session: &Session, by: &'static str, n: usize| {
        assert_eq!(write(world, session, capability, &format!("{by}-{n}"), &told(by, n)).await.status(), 200);
    };
    let half = (0..EVENTS / 2).map(|n| match n % 2 {
        0 => send(&one, &capabilities[0], &session, "one", n),
        _ => send(&other, &capabilities[1], &session, "other", n),
    });
    stream::iter(half).buffer_unordered(64).for_each(|()| async {}).await;
    let _directory = one.kill().await;
    let rest = (EVENTS / 2..EVENTS).map(|n| send(&other, &capabilities[1], &session, "other", n));
    stream::iter(rest).buffer_unordered(64).for_each(|()| async {}).await;
    until(&other.directory, |waiting| waiting.is_empty()).await;
    let mut bodies: BTreeMap<String, Value> = BTreeMap::new();
    for event in receiver.received.lock().unwrap().iter() {
        let id = event.headers["webhook-id"].to_str().unwrap().to_owned();
        assert_eq!(*bodies.entry(id).or_insert_with(|| event.body.clone()), event.body, "a repeat has the same body");
    }
    let mut numbers: Vec<u64> = bodies.values().map(|body| body["attributes"]["n"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..EVENTS as u64).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gateways_share_the_rate_limit() {
    let rate = RateLimit { requests: 50, window: Duration::from_secs(1) };
    let upstream = Upstream::with(Options { rate, ..Options::default() }).await;
    let Some((one, other)) = two(&upstream, "").await else { return };
    let calls = (0..150).map(|n| {
        let world = if n % 2 == 0 { &one } else { &other };
        let request = world.post("/api/webchat/init", &wanted(&format!("session-{n}")));
        async move { request.send().await.unwrap().status().as_u16() }
    });
    let statuses: Vec<u16> = stream::iter(calls).buffer_unordered(40).collect().await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    let refused = upstream.requests().await.iter().filter(|request| request["status"] == 429).count();
    assert!(refused <= 15, "{refused} of 300 were refused: they do not know of each other");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_two_gateways_wait_for_the_limit_of_one_call_others_go_on_at_both() {
    const SECONDS: usize = 6;
    let (rate, own) =
        [(200, 1), (10, 1)].map(|(requests, seconds)| RateLimit { requests, window: Duration::from_secs(seconds) }).into();
    let call_rates = [("G1".to_owned(), own)].into();
    let upstream = Upstream::with(Options { rate, call_rates, ..Options::default() }).await;
    let Some((one, other)) = two(&upstream, "[limits]\nper_guest = 0\n").await else { return };
    let session = one.session("abc").await;
    let capability = one.capability(&session).await;
    let inits = (0..10 * SECONDS).map(|n| {
        let world = if n % 2 == 0 { &one } else { &other };
        let request = world.post("/api/webchat/init", &wanted(&format!("session-{n}")));
        async move { request.send().await.unwrap().status().as_u16() }
    });
    let writes = async {
        for n in 0..200 {
            let world = if n % 2 == 0 { &one } else { &other };
            let answer = write(world, &session, &capability, &n.to_string(), &json!({"attributes": {"n": n}})).await;
            assert_eq!(answer.status(), 200);
        }
        upstream.guests().await.len()
    };
    let inits = stream::iter(inits).buffer_unordered(100).collect::<Vec<u16>>();
    let (statuses, guests_by_then) = tokio::join!(inits, writes);
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert!(guests_by_then < 10 * SECONDS, "the writes were done before the guests");
    let refused = upstream.requests().await.iter().filter(|request| request["status"] == 429).count();
    assert!(refused <= 10, "{refused} of about 320 were refused: they do not know of each other");
}
