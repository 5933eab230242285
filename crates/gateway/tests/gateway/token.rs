//! POST `/api/token`.

use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use crate::world::{Upstream, World, cookie, cookies, json_of, refusal, wanted};

const TOKEN: &str = "/api/token";

#[tokio::test]
async fn a_capability_is_short_lived_names_its_guest_and_renews_the_cookie() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let asked = json!({"guestId": session.guest});
    let answer = world.post(TOKEN, &asked).header(COOKIE, &session.cookie).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(answer.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=2592000"));
    assert_eq!(cookie(&answer), session.cookie);
    let body = json_of(answer).await;
    assert_eq!(body["guestId"], session.guest.as_str());
    assert!(body["expiresAt"].as_str().unwrap().ends_with('Z'));

    let claims = claims(body["token"].as_str().unwrap());
    assert_eq!(claims["sub"], session.guest.as_str());
    assert_eq!(claims["calls"], json!(["attributes", "profile", "field-key"]));
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 300);
}

fn claims(token: &str) -> Value {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let middle = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(middle).unwrap()).unwrap()
}

#[tokio::test]
async fn without_a_good_cookie_there_is_no_session() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let (name, value) = session.cookie.split_once('=').unwrap();
    let changed = format!("{name}={}", value.chars().rev().collect::<String>());
    let secure = format!("__Host-{}", session.cookie);
    let stranger = format!("guestsync-00000000-0000-0000-0000-000000000000={value}");
    for cookie in ["", "other=1", &format!("{name}="), &changed, &secure, &stranger, "guestsync-../x=1", "guestsync-=1", ";;;="] {
        let answer = world.post(TOKEN, &json!({})).header(COOKIE, cookie).send().await.unwrap();
        assert_eq!(refusal(answer).await, (401, "session.missing".into()), "{cookie}");
    }
}

#[tokio::test]
async fn another_guests_capability_is_not_given() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (mine, other) = (world.session("mine").await, world.session("other").await);
    let answer = world.post(TOKEN, &json!({"guestId": other.guest})).header(COOKIE, &mine.cookie).send().await.unwrap();
    assert_eq!(refusal(answer).await, (403, "guest.mismatch".into()));
}

#[tokio::test]
async fn a_guest_id_that_is_none_is_refused_and_not_repeated() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    for id in
        [json!("../canary"), json!("canary/x"), json!(""), json!(7), json!({"canary": 1}), json!("canary\r\nset-cookie: a=b")]
    {
        let answer = world.post(TOKEN, &json!({"guestId": id})).header(COOKIE, &session.cookie).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        let text = answer.text().await.unwrap();
        assert!(text.contains(r#""field":"guestId""#) && !text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn of_several_sessions_the_one_asked_for_answers_and_without_asking_the_newest() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (old, new) = (world.session("old").await, world.session("new").await);
    let both = format!("{}; {}", old.cookie, new.cookie);
    let guest = |body: Value| {
        let request = world.post(TOKEN, &body).header(COOKIE, &both);
        async move { json_of(request.send().await.unwrap()).await["guestId"].as_str().unwrap().to_owned() }
    };
    assert_eq!(guest(json!({"guestId": old.guest})).await, old.guest);
    assert_eq!(guest(json!({"guestId": new.guest})).await, new.guest);
    assert_eq!(guest(json!({})).await, new.guest);
}

#[tokio::test]
async fn of_more_sessions_than_a_browser_should_hold_each_one_asked_for_answers() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let sessions = world.sessions(20).await;
    let cookies = cookies(&sessions);
    for session in &sessions {
        let answer = world.post(TOKEN, &json!({"guestId": session.guest})).header(COOKIE, &cookies).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    let answer = world.post(TOKEN, &json!({})).header(COOKIE, cookies).send().await.unwrap();
    assert_eq!(json_of(answer).await["guestId"], sessions[19].guest.as_str());
}

#[tokio::test]
async fn a_body_that_a_form_could_send_is_refused() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let request = world.post(TOKEN, &json!({})).header(COOKIE, &session.cookie).header("content-type", media);
        assert_eq!(refusal(request.send().await.unwrap()).await, (415, "content.type".into()), "{media}");
    }
    let answer = world.get(TOKEN).await;
    assert_eq!(refusal(answer).await, (405, "method.not.allowed".into()));
    let answer = world.post(TOKEN, &wanted("abc")).header("x-http-method-override", "DELETE").send().await.unwrap();
    assert_eq!(refusal(answer).await, (401, "session.missing".into()));
}
