//! POST `/api/profile-sync` that no worker caught.

use guestsync_core::clock::Ticker;
use guestsync_core::patch::Pointer;
use guestsync_core::seal::Place;
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::stored;
use crate::world::{Directory, Session, Upstream, World, json_of, refusal, wanted};

pub(crate) const FORM: &str = "/api/profile-sync";

pub(crate) fn post(world: &World, session: &Session) -> RequestBuilder {
    world.call(Method::POST, FORM).header(COOKIE, &session.cookie).header("sec-fetch-site", "same-origin")
}

pub(crate) fn whole(guest: &str) -> Vec<(String, String)> {
    [
        ("guestId", guest),
        ("email", "canary@example.org"),
        ("phone", "+1 555 canary"),
        ("name", "Ada Canary"),
        ("nickname", "canary"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

pub(crate) async fn opened(world: &World, upstream: &Upstream, guest: &str) -> Value {
    let opener = crate::world::opener(&world.directory).await;
    let guests = upstream.guests().await;
    let profile = &guests.iter().find(|stored| stored["id"] == guest).unwrap()["profile"];
    let member = |name: &str| {
        let place = Place::new(guest, Pointer::to_member(name).unwrap()).unwrap();
        opener.open(profile[name].as_str().unwrap(), &place).unwrap().expose().clone()
    };
    json!({"email": member("email"), "phone": member("phone"), "name": member("name")})
}

pub(crate) fn plain() -> Value {
    json!({"email": "canary@example.org", "phone": "+1 555 canary", "name": "Ada Canary"})
}

#[tokio::test]
async fn a_form_is_sealed_on_arrival_and_nothing_plain_goes_on_or_stays() {
    let unbound = "[worker]\nmode = \"shared\"\nbinding = \"none\"";
    for (file, mode) in [("", "sealed"), ("[worker]\nmode = \"shared\"", "shared"), (unbound, "shared")] {
        let upstream = Upstream::start().await;
        let world = World::with(&upstream, file, Directory::new()).await;
        let session = world.session("abc").await;
        let answer = post(&world, &session).form(&whole(&session.guest)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(json_of(answer).await, json!({"status": "synced", "guestId": session.guest}));
        let stored = upstream.guests().await[0]["profile"]["email"].as_str().unwrap().to_owned();
        assert_eq!(stored.split('.').count(), if mode == "sealed" { 5 } else { 1 });
        assert_eq!(opened(&world, &upstream, &session.guest).await, plain());
        let everything = Value::from(upstream.requests().await).to_string();
        assert!(
            everything.contains(&stored) && !everything.to_lowercase().contains("canary@") && !everything.contains("nickname")
        );
        let kept = stored::bytes(world.stop().await.path());
        assert!(!kept.windows(6).any(|window| window.eq_ignore_ascii_case(b"canary")));
    }
}

#[tokio::test]
async fn all_three_kinds_of_body_mean_the_same() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let mut parts = String::new();
    for (name, value) in whole(&session.guest) {
        parts += &format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    parts += "--x\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"\"\r\ncontent-type: application/octet-stream\r\n\r\n\r\n--x--\r\n";
    let object: serde_json::Map<String, Value> =
        whole(&session.guest).into_iter().map(|(name, value)| (name, value.into())).collect();
    for request in [
        post(&world, &session).header(CONTENT_TYPE, "multipart/form-data; boundary=x").body(parts),
        post(&world, &session).json(&object),
        post(&world, &session).form(&whole(&session.guest)),
    ] {
        assert_eq!(request.send().await.unwrap().status(), 200);
        assert_eq!(opened(&world, &upstream, &session.guest).await, plain());
    }
}

#[tokio::test]
async fn a_navigation_lands_on_the_configured_page_or_on_a_small_one() {
    let upstream = Upstream::start().await;
    for (file, status) in [("[worker]\nredirect = \"/thanks\"", 303), ("", 200)] {
        let world = World::with(&upstream, file, Directory::new()).await;
        let session = world.session(&format!("navigation {status}")).await;
        let navigate = |form: &[(String, String)]| post(&world, &session).header("sec-fetch-mode", "navigate").form(form).send();
        let answer = navigate(&whole(&session.guest)).await.unwrap();
        assert_eq!(answer.status(), status);
        if status == 303 {
            assert_eq!(answer.headers()["location"], "/thanks?guestsync=synced");
            let answer = navigate(&[]).await.unwrap();
            assert_eq!(answer.headers()["location"], "/thanks?guestsync=field.required&field=guestId");
        } else {
            assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
            assert!(answer.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
            assert!(!answer.text().await.unwrap().contains("canary"));
        }
    }
}

#[tokio::test]
async fn what_the_worker_would_refuse_is_refused_and_not_repeated() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (session, other) = (world.session("abc").await, world.session("other").await);
    let with = |name: &str, value: &str| {
        let mut form = whole(&session.guest);
        form.retain(|(known, _)| known != name);
        form.push((name.to_owned(), value.to_owned()));
        form
    };
    let checked = async |answer: Response, status: u16, code: &str| {
        assert_eq!(answer.status(), status, "{code}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(&format!("\"code\":\"{code}\"")) && !text.contains("canary"), "{text}");
    };
    let form = |form: Vec<(String, String)>| post(&world, &session).form(&form).send();
    checked(form(with("guestId", "")).await.unwrap(), 400, "field.required").await;
    checked(form(with("guestId", "../canary")).await.unwrap(), 400, "guest.invalid").await;
    checked(form(with("guestId", &other.guest)).await.unwrap(), 403, "guest.mismatch").await;
    checked(form(with("email", &"canary".repeat(1_000))).await.unwrap(), 400, "field.too_long").await;
    checked(form(with("nickname", &"x".repeat(600_000))).await.unwrap(), 413, "form.too_large").await;
    for (media, body, status, code) in [
        ("text/plain", "email=canary", 415, "form.type"),
        ("application/json", "{\"email\": canary", 400, "form.malformed"),
        ("application/json", "[\"canary\"]", 400, "form.malformed"),
        ("multipart/form-data; boundary=x", "canary", 400, "form.malformed"),
    ] {
        let answer = post(&world, &session).header(CONTENT_TYPE, media).body(body).send().await.unwrap();
        checked(answer, status, code).await;
    }
    let stranger = Session { guest: session.guest.clone(), cookie: "a=b".into() };
    checked(post(&world, &stranger).form(&whole(&session.guest)).send().await.unwrap(), 403, "session.missing").await;
    assert!(upstream.requests().await.iter().all(|request| request["method"] != "PATCH"));
}

#[tokio::test]
async fn a_field_with_a_purpose_waits_for_it() {
    let upstream = Upstream::start().await;
    let file = "[worker]\nconsent = { marketing = \"agree\" }\n[worker.fields]\nname = \"/name\"\nemail = { pointer = \"/email\", purpose = \"marketing\" }";
    let world = World::with(&upstream, file, Directory::new()).await;
    let session = world.session("abc").await;
    let before = upstream.guests().await[0]["profile"]["email"].clone();
    let form = whole(&session.guest);
    let answer = json_of(post(&world, &session).form(&form).send().await.unwrap()).await;
    assert_eq!(answer["held"], json!(["email"]));
    assert_eq!(upstream.guests().await[0]["profile"]["email"], before);
    let agreed: Vec<_> = form.into_iter().chain([("agree".to_owned(), "on".to_owned())]).collect();
    let answer = json_of(post(&world, &session).form(&agreed).send().await.unwrap()).await;
    assert!(answer.get("held").is_none());
    assert_ne!(upstream.guests().await[0]["profile"]["email"], before);
}

#[tokio::test]
async fn a_form_counts_although_the_number_of_a_clock_that_is_fast_is_in_its_way() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64;
    let ahead = Ticker::new(1).tick(wall + 3_600_000).sequence();
    let early = json!([{"op": "replace", "path": "/email", "value": "early"}]);
    assert_eq!(world.patch(&session.guest, &capability, ahead, &early).await.status(), 200);
    let answer = post(&world, &session).form(&whole(&session.guest)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(opened(&world, &upstream, &session.guest).await, plain());
}

#[tokio::test]
async fn a_form_counts_whatever_number_a_patch_before_it_had() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    for (seq, value) in [(1 << 62, "first"), (i64::MAX as u64, "second")] {
        let patch = json!([{"op": "replace", "path": "/email", "value": value}]);
        assert_eq!(world.patch(&session.guest, &capability, seq, &patch).await.status(), 200);
        assert_eq!(upstream.guests().await[0]["profile"]["email"], value);
        let answer = post(&world, &session).form(&whole(&session.guest)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(opened(&world, &upstream, &session.guest).await, plain());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_does_not_arrive_whole_may_be_sent_again() {
    use std::io::{Read, Write};
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let head = format!("POST {FORM} HTTP/1.1\r\nhost: a\r\ncookie: {}\r\nsec-fetch-site: same-origin\r\n", session.cookie);
    let form = "connection: close\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    for (rest, status, code) in [
        ("transfer-encoding: chunked\r\n\r\n2\r\na=\r\nno number\r\n", "400", "body.broken"),
        ("content-length: 100\r\n\r\nemail=", "408", "body.too.slow"),
    ] {
        let (address, request) = (world.base.strip_prefix("http://").unwrap().to_owned(), format!("{head}{form}{rest}"));
        let answered = tokio::task::spawn_blocking(move || {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = Vec::new();
            _ = stream.read_to_end(&mut answer);
            String::from_utf8(answer).unwrap()
        });
        let answer = answered.await.unwrap();
        assert_eq!((answer.get(9..12), answer.contains(code)), (Some(status), true), "{answer}");
    }
}

#[tokio::test]
async fn only_our_own_pages_may_post_a_form() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let form = whole(&session.guest);
    let send = |headers: &[(&'static str, &str)]| {
        let mut request = world.call(Method::POST, FORM).header(COOKIE, &session.cookie).form(&form);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send()
    };
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "cross-site"), ("origin", &world.base)],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        &[("origin", &world.base), ("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[],
    ] {
        assert_eq!(refusal(send(headers).await.unwrap()).await, (403, "origin.foreign".into()), "{headers:?}");
    }
    assert!(upstream.requests().await.iter().all(|request| request["method"] != "PATCH"));
    for headers in [&[("sec-fetch-site", "same-origin"), ("origin", "null")][..], &[("origin", &world.base)]] {
        assert_eq!(send(headers).await.unwrap().status(), 200, "{headers:?}");
    }
}

#[tokio::test]
async fn without_the_fallback_nothing_of_a_form_is_read() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, "fallback = false", Directory::new()).await;
    let session = world.session("abc").await;
    let answer = post(&world, &session).form(&whole(&session.guest)).send().await.unwrap();
    assert_eq!(refusal(answer).await, (403, "worker.required".into()));
}

#[tokio::test]
async fn where_the_worker_listens_on_another_path_so_does_the_gateway() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, "[worker]\npath = \"/forms/profile\"", Directory::new()).await;
    let session = world.session("abc").await;
    let request = world.call(Method::POST, "/forms/profile").header(COOKIE, &session.cookie);
    let answer = request.header("sec-fetch-site", "same-origin").form(&whole(&session.guest)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_cookie_of_frames_opens_json_routes_and_no_form() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, "[session]\nembedded = true", Directory::new()).await;
    let answer = world.post("/api/webchat/init", &wanted("abc")).send().await.unwrap();
    let lines: Vec<_> = answer.headers().get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap().to_owned()).collect();
    let guest = json_of(answer).await["guestId"].as_str().unwrap().to_owned();
    assert!(lines.len() == 2 && lines[0].contains("; SameSite=Lax;"));
    assert!(lines[1].starts_with(&format!("__Host-embedded-guestsync-{guest}=")), "{}", lines[1]);
    assert!(lines[1].ends_with("; Path=/; HttpOnly; SameSite=None; Partitioned; Max-Age=2592000; Secure"), "{}", lines[1]);
    let framed = Session { guest, cookie: lines[1].split(';').next().unwrap().to_owned() };
    world.capability(&framed).await;
    let answer = post(&world, &framed).form(&whole(&framed.guest)).send().await.unwrap();
    assert_eq!(refusal(answer).await, (403, "session.missing".into()));

    let plain = World::start(&upstream).await;
    let session = plain.session("abc").await;
    let renamed = format!("__Host-embedded-{}", session.cookie);
    let answer = plain.post("/api/token", &json!({})).header(COOKIE, renamed).send().await.unwrap();
    assert_eq!(refusal(answer).await, (401, "session.missing".into()), "where it is not configured it opens nothing");

    let end = world.call(Method::DELETE, "/api/session").header(COOKIE, &framed.cookie).send().await.unwrap();
    assert_eq!(end.headers().get_all(SET_COOKIE).iter().count(), 2);
}
