//! P1 and P2 through the gateway: what a patch may do, and in which order patches count.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::world::{Session, Upstream, World, json_of, refusal};

fn replace(member: &str, value: &str) -> Value {
    json!({"op": "replace", "path": format!("/{member}"), "value": value})
}

async fn ready(upstream: &Upstream) -> (World, Session, String) {
    let world = World::start(upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    (world, session, capability)
}

async fn member(upstream: &Upstream, name: &str) -> Value {
    upstream.guests().await[0]["profile"][name].clone()
}

fn patches(requests: &[Value]) -> Vec<&Value> {
    requests.iter().filter(|request| request["method"] == "PATCH").collect()
}

#[tokio::test]
async fn a_patch_and_a_read_have_upstreams_bodies() {
    let upstream = Upstream::start().await;
    let (world, session, capability) = ready(&upstream).await;
    let answer = world
        .patch(
            &session.guest,
            &capability,
            1,
            &json!([replace("email", "sealed"), replace("lastUpdated", "2026-11-20T00:00:00.000Z")]),
        )
        .await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().get("guestsync-seq").is_none());
    let profile = json_of(answer).await;
    assert_eq!((&profile["id"], &profile["email"]), (&json!(session.guest), &json!("sealed")));
    let answer = world.genesys(Method::GET, &format!("/api/v2/guests/{}", session.guest), &capability).send().await.unwrap();
    assert_eq!(json_of(answer).await, profile);
}

#[tokio::test]
async fn a_patch_touches_configured_members_only() {
    let upstream = Upstream::start().await;
    let (world, session, capability) = ready(&upstream).await;
    for (patch, refused) in [
        (json!([replace("id", "canary")]), (403, "patch.pointer")),
        (json!([replace("__proto__/x", "canary")]), (403, "patch.pointer")),
        (json!([{"op": "test", "path": "/email", "value": "canary"}]), (403, "patch.operation")),
        (json!([{"op": "copy", "path": "/email", "from": "/id"}]), (403, "patch.operation")),
        (json!({"op": "replace"}), (400, "patch.invalid")),
        (json!("canary"), (400, "patch.invalid")),
    ] {
        let answer = world.patch(&session.guest, &capability, 1, &patch).await;
        assert_eq!(refusal(answer).await, (refused.0, refused.1.to_owned()), "{patch}");
    }
    assert!(patches(&upstream.requests().await).is_empty());
}

#[tokio::test]
async fn a_patch_of_another_media_type_is_refused() {
    let upstream = Upstream::start().await;
    let (world, session, capability) = ready(&upstream).await;
    for media in ["application/json", "application/merge-patch+json", "text/plain"] {
        let request = world.genesys(Method::PATCH, &format!("/api/v2/guests/{}", session.guest), &capability);
        let answer = request.header(CONTENT_TYPE, media).body("[]").send().await.unwrap();
        assert_eq!(refusal(answer).await, (415, "unsupported.media.type".into()), "{media}");
    }
}

#[tokio::test]
async fn a_late_patch_does_not_undo_a_newer_one() {
    let upstream = Upstream::start().await;
    let (world, session, capability) = ready(&upstream).await;
    world.patch(&session.guest, &capability, 20, &json!([replace("email", "new")])).await;
    let answer = world.patch(&session.guest, &capability, 10, &json!([replace("email", "old")])).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["guestsync-seq"], "20");
    assert_eq!(json_of(answer).await, json!({"id": session.guest}));
    assert_eq!(member(&upstream, "email").await, "new");
    assert_eq!(patches(&upstream.requests().await).len(), 1);

    let answer = world.patch(&session.guest, &capability, 20, &json!([replace("email", "again")])).await;
    assert_eq!((answer.status().as_u16(), member(&upstream, "email").await), (200, json!("new")), "applied once is applied");
}

#[tokio::test]
async fn each_member_has_a_fence_of_its_own_and_a_shortened_patch_a_key_of_its_own() {
    let upstream = Upstream::start().await;
    let (world, session, capability) = ready(&upstream).await;
    world.patch(&session.guest, &capability, 20, &json!([replace("email", "new")])).await;
    let request = world.genesys(Method::PATCH, &format!("/api/v2/guests/{}", session.guest), &capability);
    let body = json!([replace("email", "old"), replace("phone", "1")]);
    let request =
        request.header(CONTENT_TYPE, "application/json-patch+json").header("idempotency-key", "key-10").body(body.to_string());
    let answer = request.header("guestsync-seq", "10").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["guestsync-seq"].to_str().unwrap()), (200, "20"));
    assert_eq!((member(&upstream, "email").await, member(&upstream, "phone").await), (json!("new"), json!("1")));
    let requests = upstream.requests().await;
    let last = patches(&requests).pop().unwrap();
    assert_eq!(last["body"], json!([replace("phone", "1")]).to_string());
    let key = last["headers"]["idempotency-key"].as_str().unwrap();
    assert!(key != "key-10" && key.len() == 32);
}

#[tokio::test]
async fn after_a_lost_answer_the_same_patch_passes_again_and_an_older_one_does_not() {
    let upstream = Upstream::start().await;
    let (world, session, capability) = ready(&upstream).await;
    upstream.faults("[[rules]]\ncalls = [\"P1\"]\nfirst = 1\neffect = { kind = \"lost\" }").await;
    let newer = json!([replace("email", "new")]);
    let answer = world.patch(&session.guest, &capability, 20, &newer).await;
    assert_eq!(refusal(answer).await, (502, "upstream.unreachable".into()));
    assert_eq!(member(&upstream, "email").await, "new");
    let answer = world.patch(&session.guest, &capability, 10, &json!([replace("email", "old")])).await;
    assert_eq!((answer.status().as_u16(), member(&upstream, "email").await), (200, json!("new")));
    assert_eq!(world.patch(&session.guest, &capability, 20, &newer).await.status(), 200);
    assert_eq!(patches(&upstream.requests().await).len(), 2);
}

#[tokio::test]
async fn a_patch_that_was_refused_for_good_is_in_nobodys_way() {
    let upstream = Upstream::start().await;
    let (world, session, capability) = ready(&upstream).await;
    upstream.faults("[[rules]]\ncalls = [\"P1\"]\nfirst = 1\neffect = { kind = \"status\", status = 422 }").await;
    let answer = world.patch(&session.guest, &capability, 20, &json!([replace("email", "refused")])).await;
    assert_eq!(answer.status(), 422);
    let answer = world.patch(&session.guest, &capability, 10, &json!([replace("email", "older")])).await;
    assert_eq!((answer.status().as_u16(), member(&upstream, "email").await), (200, json!("older")));
}

#[tokio::test]
async fn fences_survive_a_killed_gateway() {
    let upstream = Upstream::start().await;
    let (world, session, capability) = ready(&upstream).await;
    world.patch(&session.guest, &capability, 20, &json!([replace("email", "new")])).await;
    let world = World::with(&upstream, "", world.kill().await).await;
    world.patch(&session.guest, &capability, 10, &json!([replace("email", "old")])).await;
    assert_eq!(member(&upstream, "email").await, "new");
}

#[tokio::test]
async fn whatever_the_order_of_arrival_the_newest_value_stays() {
    let upstream = Upstream::start().await;
    let (world, session, capability) = ready(&upstream).await;
    upstream.faults("[[rules]]\ncalls = [\"P1\"]\nevery = 3\neffect = { kind = \"delay\", ms = 15 }").await;
    let sends = (1..=60u64).map(|n| {
        let seq = (n * 37) % 61;
        let request = world.genesys(Method::PATCH, &format!("/api/v2/guests/{}", session.guest), &capability);
        let request = request.header(CONTENT_TYPE, "application/json-patch+json").header("guestsync-seq", seq);
        let request = request.body(json!([replace("email", &format!("{seq}"))]).to_string());
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    for send in sends.collect::<Vec<_>>() {
        assert_eq!(send.await.unwrap(), 200);
    }
    assert_eq!(member(&upstream, "email").await, "60");
    let requests = upstream.requests().await;
    let order: Vec<u64> = patches(&requests)
        .iter()
        .map(|patch| patch["headers"]["guestsync-seq"].as_str().map_or(0, |seq| seq.parse().unwrap()))
        .collect();
    assert!(order.iter().all(|seq| *seq == 0), "the number is the gateway's affair");
}

#[tokio::test]
async fn a_sequence_number_that_is_none_is_refused() {
    let upstream = Upstream::start().await;
    let (world, session, capability) = ready(&upstream).await;
    for seq in ["", "-1", "+1", "1.5", "x", "99999999999999999999", "1 2"] {
        let request = world.genesys(Method::PATCH, &format!("/api/v2/guests/{}", session.guest), &capability);
        let request = request.header(CONTENT_TYPE, "application/json-patch+json").header("guestsync-seq", seq);
        let answer = request.body(json!([replace("email", "x")]).to_string()).send().await.unwrap();
        assert_eq!(refusal(answer).await, (400, "seq.invalid".into()), "{seq:?}");
    }
}
