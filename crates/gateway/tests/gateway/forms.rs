//! Forms that no worker caught and that Genesys does not take at once: they are kept, and sent later.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};

use crate::profile_sync::{opened, plain, post, whole};
use crate::stored;
use crate::world::{Directory, Session, Upstream, World, json_of};

/// Every patch fails in this way.
async fn always(upstream: &Upstream, effect: &str) {
    upstream.faults(&format!("[[rules]]\ncalls = [\"P1\"]\neffect = {{ kind = {effect} }}")).await;
}

/// A form with these fields.
async fn send(world: &World, session: &Session, fields: &[(&str, &str)]) -> Response {
    let guest = ("guestId", session.guest.as_str());
    let form: Vec<_> = std::iter::once(guest).chain(fields.iter().copied()).collect();
    post(world, session).form(&form).send().await.unwrap()
}

async fn queued(answer: Response, session: &Session) {
    assert_eq!(answer.status(), 202);
    assert_eq!(json_of(answer).await, json!({"status": "queued", "guestId": session.guest}));
}

/// The number in a line of `/metrics`.
async fn metric(world: &World, line: &str) -> u64 {
    let text = world.get("/metrics").await.text().await.unwrap();
    let found = text.lines().find_map(|at| at.strip_prefix(line)?.strip_prefix(' '));
    found.unwrap_or("0").parse().unwrap()
}

async fn waiting(world: &World) -> u64 {
    metric(world, "guestsync_forms{state=\"waiting\"}").await
}

async fn until(what: impl AsyncFn() -> bool) {
    let holds = async {
        while !what().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), holds).await.unwrap();
}

async fn until_sent(world: &World) {
    until(async || waiting(world).await == 0).await;
}

async fn patches(upstream: &Upstream) -> Vec<Value> {
    upstream.requests().await.into_iter().filter(|request| request["method"] == "PATCH").collect()
}

fn keys(patches: &[Value]) -> Vec<&str> {
    patches.iter().map(|patch| patch["headers"]["idempotency-key"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_genesys_does_not_take_now_is_kept_sealed_and_sent_later_under_the_same_key() {
    for effect in ["\"status\", status = 503", "\"status\", status = 429, retryAfter = 1", "\"lost\"", "\"reset\""] {
        let upstream = Upstream::start().await;
        let world = World::start(&upstream).await;
        let session = world.session("abc").await;
        let before = upstream.guests().await[0]["profile"]["email"].clone();
        always(&upstream, effect).await;
        queued(post(&world, &session).form(&whole(&session.guest)).send().await.unwrap(), &session).await;
        assert_eq!(waiting(&world).await, 1);
        until(async || effect.contains("429") || patches(&upstream).await.len() >= 2).await;
        upstream.faults("").await;
        until_sent(&world).await;
        assert_ne!(upstream.guests().await[0]["profile"]["email"], before);
        assert_eq!(opened(&world, &upstream, &session.guest).await, plain());
        let sent = patches(&upstream).await;
        let bodies: Vec<_> = sent.iter().map(|patch| &patch["body"]).collect();
        assert!(sent.len() >= 2 && keys(&sent).iter().all(|key| *key == keys(&sent)[0]), "{sent:?}");
        assert!(bodies.iter().all(|body| *body == bodies[0]));
        assert_eq!(metric(&world, "guestsync_forms_became_total{became=\"synced\"}").await, 1);
        let kept = stored::bytes(world.stop().await.path());
        assert!(!kept.windows(6).any(|window| window.eq_ignore_ascii_case(b"canary")));
    }
}

#[tokio::test]
async fn no_patch_leaves_before_what_retry_after_asked_for_whoever_posts_meanwhile() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let early = "[[rules]]\ncalls = [\"P1\"]\nuntil_ms = 3000\neffect = { kind = \"status\", status = 400 }";
    let first = "[[rules]]\ncalls = [\"P1\"]\nfirst = 1\neffect = { kind = \"status\", status = 503, retryAfter = 3 }";
    upstream.faults(&format!("{first}\n{early}")).await;
    queued(send(&world, &session, &[("email", "a@example.org")]).await, &session).await;
    queued(send(&world, &session, &[("email", "b@example.org"), ("name", "B")]).await, &session).await;
    let world = World::with(&upstream, "", world.kill().await).await;
    queued(send(&world, &session, &[("email", "c@example.org"), ("name", "C")]).await, &session).await;
    until_sent(&world).await;
    let sent = patches(&upstream).await;
    let statuses: Vec<_> = sent.iter().map(|patch| patch["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [503, 200], "what a later form sets as a whole is not sent");
    assert_eq!(opened_of(&world, &upstream, &session).await, ["c@example.org", "C"]);
}

#[tokio::test]
async fn forms_of_one_guest_arrive_in_the_order_of_their_posts() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    assert_eq!(post(&world, &session).form(&whole(&session.guest)).send().await.unwrap().status(), 200);
    always(&upstream, "\"status\", status = 503").await;
    for (fields, expected) in [
        (&[("email", "one@example.org"), ("name", "One")][..], 1),
        (&[("phone", "+1 555 0001")], 2),
        (&[("name", "Two"), ("phone", "+1 555 0002")], 2),
        (&[("email", "three@example.org")], 3),
    ] {
        queued(send(&world, &session, fields).await, &session).await;
        until(async || waiting(&world).await == expected).await;
    }
    upstream.faults("").await;
    until_sent(&world).await;
    let expected = json!({"email": "three@example.org", "phone": "+1 555 0002", "name": "Two"});
    assert_eq!(opened(&world, &upstream, &session.guest).await, expected);
}

#[tokio::test]
async fn what_waits_outlives_the_process_and_is_not_sent_twice() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    always(&upstream, "\"lost\"").await;
    queued(post(&world, &session).form(&whole(&session.guest)).send().await.unwrap(), &session).await;
    let directory = world.kill().await;
    upstream.faults("").await;
    let world = World::with(&upstream, "", directory).await;
    until_sent(&world).await;
    assert_eq!(opened(&world, &upstream, &session.guest).await, plain());
    let sent = patches(&upstream).await;
    assert!(keys(&sent).iter().all(|key| *key == keys(&sent)[0]));
    assert_eq!(sent.iter().filter(|patch| patch["applied"] == true).count(), 1);

    always(&upstream, "\"status\", status = 503").await;
    queued(send(&world, &session, &[("name", "Left")]).await, &session).await;
    let directory = world.stop().await;
    upstream.faults("").await;
    let world = World::with(&upstream, "", directory).await;
    until_sent(&world).await;
    assert_eq!(opened(&world, &upstream, &session.guest).await["name"], "Left");
}

#[tokio::test]
async fn what_waits_does_not_undo_what_is_newer() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    always(&upstream, "\"status\", status = 503").await;
    queued(post(&world, &session).form(&whole(&session.guest)).send().await.unwrap(), &session).await;
    let directory = world.kill().await;
    upstream.faults("[[rules]]\ncalls = [\"P1\"]\nskip = 1\neffect = { kind = \"status\", status = 503 }").await;
    let world = World::with(&upstream, "", directory).await;
    assert_eq!(send(&world, &session, &[("name", "Newer")]).await.status().as_u16() / 100, 2);
    upstream.faults("").await;
    until_sent(&world).await;
    let now = opened(&world, &upstream, &session.guest).await;
    assert_eq!((&now["name"], &now["email"]), (&json!("Newer"), &plain()["email"]));
}

#[tokio::test]
async fn what_is_refused_for_good_is_told_at_once_or_in_the_audit_and_holds_nothing_up() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    always(&upstream, "\"status\", status = 422").await;
    let answer = post(&world, &session).form(&whole(&session.guest)).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    assert!(!answer.text().await.unwrap().contains("canary"));
    until_sent(&world).await;
    assert_eq!(metric(&world, "guestsync_forms{state=\"dead\"}").await, 1);

    always(&upstream, "\"status\", status = 503").await;
    queued(send(&world, &session, &[("name", "canary")]).await, &session).await;
    always(&upstream, "\"status\", status = 400").await;
    until_sent(&world).await;
    assert_eq!(metric(&world, "guestsync_forms{state=\"dead\"}").await, 2);
    upstream.faults("").await;
    assert_eq!(send(&world, &session, &[("phone", "+1 555 0001")]).await.status(), 200);
    let directory = world.stop().await;
    let audit = crate::audit::records(&directory);
    let of = |outcome: &str| audit.iter().filter(|line| line["what"] == "profile.form" && line["outcome"] == outcome).count();
    assert_eq!((of("queued"), of("refused")), (1, 2));
}

#[tokio::test]
async fn a_form_that_cannot_be_kept_is_sent_all_the_same_and_else_not_promised() {
    let upstream = Upstream::start().await;
    let world = World::in_files(&upstream).await;
    let session = world.session("abc").await;
    let file = format!("sqlite://{}", world.directory.path().join("state.sqlite").display());
    let database = sqlx::SqlitePool::connect(&file).await.unwrap();
    let full = "INSERT INTO forms (guest, id, state, attempts, due_at, created_at, bytes, value)
        VALUES ('other', 'id', 'dead', 0, 0, 0, 1000000000, '')";
    sqlx::query(full).execute(&database).await.unwrap();
    assert_eq!(post(&world, &session).form(&whole(&session.guest)).send().await.unwrap().status(), 200);
    always(&upstream, "\"status\", status = 503").await;
    let answer = send(&world, &session, &[("name", "canary")]).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(json_of(answer).await["error"]["code"], "storage.unavailable");
    assert_eq!(waiting(&world).await, 0);
}

#[tokio::test]
async fn nothing_is_kept_of_who_may_not_post() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    always(&upstream, "\"status\", status = 503").await;
    let stranger = Session { guest: session.guest.clone(), cookie: "a=b".into() };
    assert_eq!(send(&world, &stranger, &[("name", "canary")]).await.status(), 403);
    assert_eq!(waiting(&world).await, 0);
    // Nor while what the guest itself posted waits for its time.
    always(&upstream, "\"status\", status = 503, retryAfter = 600").await;
    queued(send(&world, &session, &[("name", "mine")]).await, &session).await;
    assert_eq!(send(&world, &stranger, &[("email", "canary")]).await.status(), 403);
    assert_eq!(waiting(&world).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_gateways_on_one_database_one_sends_what_waits_and_each_form_has_its_effect_once() {
    let upstream = Upstream::start().await;
    let directory = Directory::new();
    let Some(beside) = directory.beside() else { return };
    let (one, other) = (World::with(&upstream, "", directory).await, World::with(&upstream, "", beside).await);
    always(&upstream, "\"status\", status = 503").await;
    let sessions = one.sessions(30).await;
    for (n, session) in sessions.iter().enumerate() {
        let (first, second) = if n % 2 == 0 { (&one, &other) } else { (&other, &one) };
        queued(send(first, session, &[("email", &format!("{n}@example.org"))]).await, session).await;
        queued(send(second, session, &[("name", &format!("Visitor {n}"))]).await, session).await;
    }
    upstream.faults("").await;
    until_sent(&other).await;
    for (n, session) in sessions.iter().enumerate() {
        let profile = opened_of(&one, &upstream, session).await;
        assert_eq!(profile, [format!("{n}@example.org"), format!("Visitor {n}")]);
    }
    let mut taken = patches(&upstream).await;
    taken.retain(|patch| patch["status"] == 200);
    let each: std::collections::BTreeSet<_> = keys(&taken).into_iter().collect();
    assert_eq!((taken.len(), each.len()), (60, 60), "none was sent again once Genesys had taken it");
}

async fn opened_of(world: &World, upstream: &Upstream, session: &Session) -> [String; 2] {
    use guestsync_core::patch::Pointer;
    use guestsync_core::seal::Place;
    let opener = crate::world::opener(&world.directory).await;
    let guests = upstream.guests().await;
    let profile = &guests.iter().find(|stored| stored["id"] == session.guest).unwrap()["profile"];
    ["email", "name"].map(|name| {
        let place = Place::new(&session.guest, Pointer::to_member(name).unwrap()).unwrap();
        opener.open(profile[name].as_str().unwrap(), &place).unwrap().expose().clone()
    })
}
