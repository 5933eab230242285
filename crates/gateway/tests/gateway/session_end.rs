//! DELETE `/api/session`.

use reqwest::Method;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::json;

use crate::world::{Upstream, World, cookies, refusal, wanted};

#[tokio::test]
async fn a_session_that_ended_is_over_for_every_copy_of_its_cookie() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (one, two) = (world.session("one").await, world.session("two").await);
    let both = format!("{}; {}", one.cookie, two.cookie);
    let answer = world.call(Method::DELETE, "/api/session").header(COOKIE, &both).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    let cleared: Vec<_> = answer.headers().get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
    assert_eq!(cleared.len(), 2);
    for (line, session) in cleared.iter().zip([&two, &one]) {
        assert!(line.starts_with(&format!("guestsync-{}=; ", session.guest)) && line.contains("Max-Age=0"), "{line}");
    }
    let answer = world.post("/api/token", &json!({})).header(COOKIE, &both).send().await.unwrap();
    assert_eq!(refusal(answer).await, (401, "session.missing".into()));
    let answer = world.post("/api/webchat/init", &wanted("one")).header(COOKIE, &both).send().await.unwrap();
    assert_eq!(refusal(answer).await, (409, "session.bound".into()), "whoever knows the session id cannot take the guest over");
}

#[tokio::test]
async fn the_capabilities_of_a_session_that_ended_are_void_and_no_others() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (left, next) = (world.session("one").await, world.session("two").await);
    let (void, good) = (world.capability(&left).await, world.capability(&next).await);
    let unused = world.capability(&left).await;
    let read = async |capability: &str, guest: &str| {
        let path = format!("/api/v2/guests/{guest}");
        world.genesys(Method::GET, &path, capability).send().await.unwrap()
    };
    assert_eq!(read(&void, &left.guest).await.status(), 200);
    let answer = world.call(Method::DELETE, "/api/session").header(COOKIE, &left.cookie).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    for capability in [&void, &unused] {
        assert_eq!(refusal(read(capability, &left.guest).await).await, (401, "bad.credentials".into()));
    }
    assert_eq!(read(&good, &next.guest).await.status(), 200);
}

#[tokio::test]
async fn a_forged_cookie_ends_nobodys_session() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let forged = format!("guestsync-{}=AAAA", session.guest);
    let answer = world.call(Method::DELETE, "/api/session").header(COOKIE, forged).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    world.capability(&session).await;
}

#[tokio::test]
async fn another_site_ends_nobodys_session() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let request = world.call(Method::DELETE, "/api/session").header(COOKIE, &session.cookie);
    let answer = request.header("sec-fetch-site", "cross-site").header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(refusal(answer).await, (403, "origin.foreign".into()));
    world.capability(&session).await;
}

#[tokio::test]
async fn however_many_sessions_a_browser_holds_all_of_them_end() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let sessions = world.sessions(20).await;
    let all = cookies(&sessions);
    let answer = world.call(Method::DELETE, "/api/session").header(COOKIE, &all).send().await.unwrap();
    assert_eq!(answer.headers().get_all(SET_COOKIE).iter().count(), 20);
    for session in &sessions {
        let answer = world.post("/api/token", &json!({"guestId": session.guest})).header(COOKIE, &all).send().await.unwrap();
        assert_eq!(refusal(answer).await, (401, "session.missing".into()));
    }
}

#[tokio::test]
async fn a_repeat_that_names_its_guest_leaves_the_sessions_of_others() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (left, next) = (world.session("one").await, world.session("two").await);
    let both = format!("{}; {}", left.cookie, next.cookie);
    for _ in 0..2 {
        let path = format!("/api/session?guest={}", left.guest);
        let answer = world.call(Method::DELETE, &path).header(COOKIE, &both).send().await.unwrap();
        assert_eq!(answer.status(), 204);
        assert_eq!(answer.headers().get_all(SET_COOKIE).iter().count(), 1);
    }
    let answer = world.post("/api/token", &json!({"guestId": left.guest})).header(COOKIE, &left.cookie).send().await.unwrap();
    assert_eq!(refusal(answer).await, (401, "session.missing".into()));
    world.capability(&next).await;
    let twice = format!("/api/session?guest={0}&guest={0}", left.guest);
    let answer = world.call(Method::DELETE, &twice).header(COOKIE, &both).send().await.unwrap();
    assert_eq!(refusal(answer).await, (400, "field.invalid".into()), "what is not understood does not end them all");
}
