//! Webhooks: what happened is told at least once, signed, under the same id, whatever is killed in between.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use guestsync_gateway::Operator;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::world::{Directory, Session, Upstream, World, database_of, refusal};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What a receiver was sent.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// The status of the n-th request, and of its event's first one or a repeat.
type Status = Box<dyn FnMut(usize, bool) -> u16 + Send>;

/// Who is told.
#[derive(Clone)]
pub(crate) struct Receiver {
    base: String,
    pub(crate) received: Arc<Mutex<Vec<Received>>>,
    count: watch::Receiver<usize>,
    status: Arc<Mutex<Status>>,
}

impl Receiver {
    /// Answers with what `status` says of the n-th request.
    pub(crate) async fn start(status: impl FnMut(usize, bool) -> u16 + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (counter, count) = watch::channel(0);
        let status: Status = Box::new(status);
        let this = Self { base, received: Arc::default(), count, status: Arc::new(Mutex::new(status)) };
        let receiver = this.clone();
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let handle = move |headers: HeaderMap, body: Bytes| {
            let mut received = receiver.received.lock().unwrap();
            standardwebhooks::Webhook::new(SECRET).unwrap().verify(&body, &headers).unwrap();
            let first = seen.lock().unwrap().insert(headers["webhook-id"].to_str().unwrap().to_owned());
            received.push(Received { headers, body: serde_json::from_slice(&body).unwrap() });
            let n = received.len();
            drop(received);
            let status = (receiver.status.lock().unwrap())(n, first);
            counter.send_replace(n);
            async move { (StatusCode::from_u16(status).unwrap(), [("location", "/elsewhere")]) }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(post(handle))).await });
        this
    }

    pub(crate) async fn wait_for(&self, number: usize) -> Vec<Received> {
        let mut count = self.count.clone();
        let arrived = tokio::time::timeout(Duration::from_secs(60), count.wait_for(|count| *count >= number)).await;
        assert!(arrived.is_ok(), "{} of {number}", self.received.lock().unwrap().len());
        self.received.lock().unwrap().clone()
    }

    pub(crate) fn file(&self) -> String {
        format!("[webhook]\nurl = \"{}/hook\"\nsecret = \"{SECRET}\"\nallow_private = true\ntimeout_ms = 5000\n", self.base)
    }
}

pub(crate) async fn write(world: &World, session: &Session, capability: &str, key: &str, body: &Value) -> reqwest::Response {
    let path = format!("/api/v2/conversations/webmessaging/guests/{}/attributes", session.guest);
    world.genesys(Method::POST, &path, capability).json(body).header("idempotency-key", key).send().await.unwrap()
}

async fn operator(directory: &Directory) -> Operator {
    Operator::open(directory.path(), database_of(directory).as_deref()).await.unwrap()
}

/// A connection of its own to a gateway's database.
async fn opened(directory: &Directory) -> sqlx::AnyPool {
    sqlx::any::install_default_drivers();
    let file = || format!("sqlite://{}", directory.path().join("state.sqlite").display());
    sqlx::AnyPool::connect(&database_of(directory).unwrap_or_else(file)).await.unwrap()
}

/// Waits until the outbox is as it should be.
pub(crate) async fn until(directory: &Directory, wanted: impl Fn(&[(bool, i64, Option<String>)]) -> bool) {
    let operator = operator(directory).await;
    let arrived = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let waiting = operator.webhooks().await.unwrap();
            if wanted(&waiting.into_iter().map(|event| (event.dead, event.attempts, event.failure)).collect::<Vec<_>>()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(arrived.await.is_ok(), "{:?}", operator.webhooks().await.unwrap());
}

#[tokio::test]
async fn attributes_and_patches_that_genesys_took_are_told_once_each_and_signed() {
    let receiver = Receiver::start(|_, _| 204).await;
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, &receiver.file(), Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let body = json!({"attributes": {"tier": "gold", "visits": 3}});
    assert_eq!(write(&world, &session, &capability, "key-1", &body).await.status(), 200);
    assert_eq!(write(&world, &session, &capability, "key-1", &body).await.status(), 200, "a repeat");
    assert_eq!(write(&world, &session, &capability, "key-2", &json!({"attributes": {"a": {}}})).await.status(), 400);
    let patch = json!([{"op": "replace", "path": "/email", "value": "canary@example.org"}]);
    assert_eq!(world.patch(&session.guest, &capability, 1, &patch).await.status(), 200);

    let received = receiver.wait_for(2).await;
    let of = |kind: &str| received.iter().find(|event| event.body["type"] == kind).unwrap();
    let synced = of("guest.attributes.synced");
    assert_eq!(synced.body["sessionId"], session.guest.as_str());
    assert_eq!(synced.body["attributes"], body["attributes"]);
    assert_eq!(synced.body["consentFlags"], json!({"consentGiven": true, "consentType": "explicit"}));
    assert_eq!(synced.body["source"], "gateway");
    assert_eq!(synced.body["id"], synced.headers["webhook-id"].to_str().unwrap());
    let patched = of("guest.profile.synced");
    assert_eq!(patched.body["fields"], json!(["/email"]));
    assert!(!patched.body.to_string().contains("canary"));
    let directory = world.stop().await;
    assert_eq!(receiver.received.lock().unwrap().len(), 2);
    assert!(operator(&directory).await.webhooks().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_page_tells_of_its_own_guest_only_and_is_marked_as_the_page() {
    let receiver = Receiver::start(|_, _| 200).await;
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, &receiver.file(), Directory::new()).await;
    let (session, other) = (world.session("abc").await, world.session("def").await);
    let capability = world.capability(&session).await;
    let tell = async |body: Value| {
        let request = world.post("/hooks/crm", &body).bearer_auth(&capability).header("idempotency-key", "key-1");
        request.send().await.unwrap()
    };
    let event = json!({"id": "1", "sessionId": session.guest, "attributes": {"a": 1}, "consentFlags": {"service": true}});
    assert_eq!(tell(event.clone()).await.status(), 202);
    assert_eq!(tell(event.clone()).await.status(), 202, "a repeat");
    let changed = json!({"sessionId": session.guest, "attributes": {"a": 2}});
    assert_eq!(refusal(tell(changed).await).await, (422, "idempotency.mismatch".into()));
    let foreign = world.post("/hooks/crm", &json!({"sessionId": other.guest, "attributes": {}})).bearer_auth(&capability);
    assert_eq!(refusal(foreign.send().await.unwrap()).await, (403, "guest.mismatch".into()));
    assert_eq!(refusal(world.post("/hooks/crm", &event).send().await.unwrap()).await, (401, "bad.credentials".into()));
    for attributes in [json!(null), json!([]), json!({"a": []}), json!({"a": "x".repeat(257)})] {
        let request = world.post("/hooks/crm", &json!({"sessionId": session.guest, "attributes": attributes}));
        assert_eq!(request.bearer_auth(&capability).send().await.unwrap().status(), 400);
    }
    let received = receiver.wait_for(1).await;
    assert_eq!((&received[0].body["source"], &received[0].body["id"]), (&json!("page"), &json!("1")));
    assert_eq!(received[0].body["consentFlags"], json!({"service": true}));
    world.stop().await;
    assert_eq!(receiver.received.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_failed_delivery_is_repeated_by_the_schedule_with_the_same_id_and_body() {
    let receiver = Receiver::start(|n, _| if n == 1 { 302 } else { 200 }).await;
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, &receiver.file(), Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    write(&world, &session, &capability, "key-1", &json!({"attributes": {"a": 1}})).await;
    let received = receiver.wait_for(2).await;
    assert_eq!(received[0].body, received[1].body);
    assert_eq!(received[0].headers["webhook-id"], received[1].headers["webhook-id"]);
    let at = |n: usize| received[n].headers["webhook-timestamp"].to_str().unwrap().parse::<u64>().unwrap();
    assert!((4..=9).contains(&(at(1) - at(0))), "{} s", at(1) - at(0));
    until(&world.directory, |waiting| waiting.is_empty()).await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_asked_no_more_until_the_operator_says_so() {
    let receiver = Receiver::start(|n, _| if n == 1 { 410 } else { 200 }).await;
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, &receiver.file(), Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    write(&world, &session, &capability, "key-1", &json!({"attributes": {"a": 1}})).await;
    receiver.wait_for(1).await;
    until(&world.directory, |waiting| matches!(waiting, [(true, 1, Some(failure))] if failure == "410")).await;
    write(&world, &session, &capability, "key-2", &json!({"attributes": {"a": 2}})).await;
    let operator = operator(&world.directory).await;
    assert_eq!(operator.webhooks().await.unwrap().iter().filter(|event| event.dead).count(), 2);
    assert_eq!(operator.enable_webhooks().await.unwrap(), 1);
    assert_eq!(operator.replay_webhooks(None).await.unwrap(), 2);
    let received = receiver.wait_for(3).await;
    let attributes: Vec<&Value> = received[1..].iter().map(|event| &event.body["attributes"]["a"]).collect();
    assert!(attributes.contains(&&json!(1)) && attributes.contains(&&json!(2)));
}

#[tokio::test]
async fn events_of_a_killed_gateway_are_delivered_by_the_next_one() {
    let receiver = Receiver::start(|_, first| if first { 500 } else { 200 }).await;
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, &receiver.file(), Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    for n in 0..20 {
        let answer = write(&world, &session, &capability, &format!("key-{n}"), &json!({"attributes": {"n": n}})).await;
        assert_eq!(answer.status(), 200);
    }
    let directory = world.kill().await;
    let _world = World::with(&upstream, &receiver.file(), directory.again()).await;
    until(&directory, |waiting| waiting.is_empty()).await;
    let mut bodies = BTreeMap::new();
    for event in receiver.received.lock().unwrap().iter() {
        let id = event.headers["webhook-id"].to_str().unwrap().to_owned();
        let first = bodies.entry(id).or_insert_with(|| event.body.clone());
        assert_eq!(*first, event.body);
    }
    let mut told: Vec<u64> = bodies.values().map(|body| body["attributes"]["n"].as_u64().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_patch_that_could_not_be_told_of_is_told_of_by_its_repeat() {
    let receiver = Receiver::start(|_, _| 200).await;
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, &receiver.file(), Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let database = opened(&world.directory).await;
    let patch = || {
        let request = world.genesys(Method::PATCH, &format!("/api/v2/guests/{}", session.guest), &capability);
        let request = request.header("content-type", "application/json-patch+json").header("guestsync-seq", 1);
        request.header("idempotency-key", "key-1").body(r#"[{"op": "replace", "path": "/name", "value": "Ada"}]"#).send()
    };
    sqlx::query("ALTER TABLE webhooks RENAME TO elsewhere").execute(&database).await.unwrap();
    assert_eq!(patch().await.unwrap().status(), 500);
    sqlx::query("ALTER TABLE elsewhere RENAME TO webhooks").execute(&database).await.unwrap();
    let repeated = patch().await.unwrap();
    assert_eq!((repeated.status().as_u16(), repeated.headers().get("guestsync-seq")), (200, None));
    assert_eq!(receiver.wait_for(1).await[0].body["fields"], json!(["/name"]));
}

#[tokio::test]
async fn a_write_without_a_key_is_told_although_whoever_asked_has_gone() {
    let receiver = Receiver::start(|_, _| 200).await;
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, &receiver.file(), Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    upstream.faults("[[rules]]\ncalls = [\"A1\"]\nfirst = 1\neffect = { kind = \"delay\", ms = 300 }").await;
    let path = format!("/api/v2/conversations/webmessaging/guests/{}/attributes", session.guest);
    let impatient = world.genesys(Method::POST, &path, &capability).json(&json!({"attributes": {"a": 1}}));
    impatient.timeout(Duration::from_millis(100)).send().await.unwrap_err();
    assert_eq!(receiver.wait_for(1).await[0].body["attributes"], json!({"a": 1}));
}

#[tokio::test]
async fn one_guests_pages_cannot_fill_the_outbox() {
    let receiver = Receiver::start(|_, _| 500).await;
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, &receiver.file(), Directory::new()).await;
    let (session, other) = (world.session("abc").await, world.session("def").await);
    let (own, others) = (world.capability(&session).await, world.capability(&other).await);
    let tell = async |session: &Session, capability: &str| {
        let event = json!({"sessionId": session.guest, "attributes": {"a": 1}});
        world.post("/hooks/crm", &event).bearer_auth(capability).send().await.unwrap()
    };
    for _ in 0..100 {
        assert_eq!(tell(&session, &own).await.status(), 202);
    }
    let refused = tell(&session, &own).await;
    assert_eq!(refused.headers()["retry-after"], "60");
    assert_eq!(refusal(refused).await, (429, "events.waiting".into()));
    assert_eq!(tell(&other, &others).await.status(), 202);
    let answer = write(&world, &session, &own, "key-1", &json!({"attributes": {"a": 1}})).await;
    assert_eq!(answer.status(), 200, "what Genesys took is told in any case");
}
