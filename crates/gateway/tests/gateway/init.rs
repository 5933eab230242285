//! POST `/api/webchat/init`.

use guestsync_sandbox::{Options, RateLimit};
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use crate::stored;
use crate::world::{Directory, Upstream, World, cookie, cookies, json_of, refusal, wanted};

const INIT: &str = "/api/webchat/init";

/// SHA-256 of "abc" begins so.
const ABC: &str = "visitor_ba7816bf@guest.invalid";

fn calls<'a>(requests: &'a [Value], path: &str) -> Vec<&'a Value> {
    requests.iter().filter(|request| request["path"] == path).collect()
}

#[tokio::test]
async fn a_session_starts_with_a_guest_a_token_and_a_cookie() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let answer = world.post(INIT, &wanted("abc")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["referrer-policy"], "same-origin");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    let body = json_of(answer).await;
    let guest = body["guestId"].as_str().unwrap();
    assert!(cookie.starts_with(&format!("guestsync-{guest}=")), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000"), "{cookie}");
    assert_eq!(body["crmAttributes"], json!({"firstName": "Guest", "tier": "Unknown"}));
    assert!(body["accessToken"].as_str().unwrap().len() >= 32);
    assert!(body["expiresAt"].as_str().unwrap().ends_with('Z'));
    assert_eq!(body.as_object().unwrap().len(), 4);

    let guests = upstream.guests().await;
    assert_eq!(guests.len(), 1);
    assert_eq!(guests[0]["id"], guest);
    assert_eq!(guests[0]["profile"]["email"], ABC);
    let requests = upstream.requests().await;
    let asked: Value = serde_json::from_str(calls(&requests, "/api/v2/webchat/v1/guests")[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(asked["attributes"], json!({"crmTier": "Unknown", "historicalTickets": 0, "integrationSource": "guestsync"}));
    assert_eq!((&asked["consentGiven"], &asked["consentType"]), (&json!(true), &json!("explicit")));
}

#[tokio::test]
async fn under_another_name_than_this_machines_the_cookie_is_for_tls_only() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let answer = world.post(INIT, &wanted("abc")).header("host", "shop.example").send().await.unwrap();
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    let guest = json_of(answer).await["guestId"].as_str().unwrap().to_owned();
    assert!(cookie.starts_with(&format!("__Host-guestsync-{guest}=")), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure"), "{cookie}");
}

#[tokio::test]
async fn the_session_id_never_goes_upstream() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    world.session("canary-session-id").await;
    let requests = upstream.requests().await;
    assert_eq!(requests.len(), 3, "a token, a guest, a guest's token");
    assert!(!Value::from(requests).to_string().contains("canary-session-id"));
}

#[tokio::test]
async fn a_secret_changes_the_hash() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, "[session]\nsecret = \"sixteen or more characters\"", Directory::new()).await;
    world.session("abc").await;
    assert_ne!(upstream.guests().await[0]["profile"]["email"], ABC);
}

#[tokio::test]
async fn a_member_that_is_missing_or_malformed_is_named_and_not_repeated() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let long = "canary".repeat(43);
    for (body, code, field) in [
        (json!({"consentGiven": true, "consentType": "explicit"}), "field.missing", "sessionId"),
        (json!({"sessionId": "abc", "consentType": "explicit"}), "field.missing", "consentGiven"),
        (json!({"sessionId": "abc", "consentGiven": true}), "field.missing", "consentType"),
        (json!({"sessionId": null, "consentGiven": true, "consentType": "explicit"}), "field.missing", "sessionId"),
        (json!({"sessionId": "", "consentGiven": true, "consentType": "explicit"}), "field.invalid", "sessionId"),
        (json!({"sessionId": long, "consentGiven": true, "consentType": "explicit"}), "field.invalid", "sessionId"),
        (json!({"sessionId": "canary\n", "consentGiven": true, "consentType": "explicit"}), "field.invalid", "sessionId"),
        (json!({"sessionId": "canäry", "consentGiven": true, "consentType": "explicit"}), "field.invalid", "sessionId"),
        (json!({"sessionId": 12345, "consentGiven": true, "consentType": "explicit"}), "field.invalid", "sessionId"),
        (json!({"sessionId": "abc", "consentGiven": "canary", "consentType": "explicit"}), "field.invalid", "consentGiven"),
        (json!({"sessionId": "abc", "consentGiven": 1, "consentType": "explicit"}), "field.invalid", "consentGiven"),
        (json!({"sessionId": "abc", "consentGiven": true, "consentType": "canary"}), "field.invalid", "consentType"),
    ] {
        let answer = world.post(INIT, &body).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{body}");
        let text = answer.text().await.unwrap();
        assert!(!text.contains("can"), "{text}");
        let refused: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&refused["error"]["code"], &refused["error"]["field"]), (&json!(code), &json!(field)), "{body}");
    }
    assert!(upstream.requests().await.is_empty());
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let deep = "[".repeat(100_000);
    for body in ["", "{", "[]", "\"canary\"", "{\"sessionId\": canary}", "{\"a\":1}}", &deep] {
        let answer = world.post(INIT, &json!({})).body(body.to_owned()).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{body:.20}");
        assert!(!answer.text().await.unwrap().contains("canary"));
    }
    let answer = world.post(INIT, &wanted("abc")).header("content-type", "text/plain").send().await.unwrap();
    assert_eq!(refusal(answer).await, (415, "content.type".into()));
}

#[tokio::test]
async fn without_consent_nothing_is_looked_up_or_created() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let body = json!({"sessionId": "abc", "consentGiven": false, "consentType": "explicit"});
    let answer = world.post(INIT, &body).send().await.unwrap();
    assert!(answer.headers().get(SET_COOKIE).is_none());
    assert_eq!(refusal(answer).await, (403, "consent.required".into()));
    assert!(upstream.requests().await.is_empty());
}

#[tokio::test]
async fn a_lost_answer_may_be_repeated_until_the_cookie_has_been_seen_once() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let first = world.session("abc").await;
    let again = world.session("abc").await;
    assert_eq!((&first.guest, &first.cookie), (&again.guest, &again.cookie));

    world.capability(&first).await;
    let answer = world.post(INIT, &wanted("abc")).send().await.unwrap();
    assert_eq!(refusal(answer).await, (409, "session.bound".into()));
    let answer = world.post(INIT, &wanted("abc")).header(COOKIE, &first.cookie).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(cookie(&answer), first.cookie);
    assert_eq!(json_of(answer).await["guestId"], first.guest.as_str());
    assert_eq!(calls(&upstream.requests().await, "/api/v2/webchat/v1/guests").len(), 1);
}

#[tokio::test]
async fn the_cookie_of_another_session_does_not_open_this_one() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (mine, other) = (world.session("mine").await, world.session("other").await);
    world.capability(&mine).await;
    let value = other.cookie.split_once('=').unwrap().1;
    for cookie in [other.cookie.clone(), format!("guestsync-{}={value}", mine.guest), format!("guestsync-{}=", mine.guest)] {
        let answer = world.post(INIT, &wanted("mine")).header(COOKIE, cookie).send().await.unwrap();
        assert_eq!(refusal(answer).await, (409, "session.bound".into()));
    }
}

#[tokio::test]
async fn a_thousand_sessions_on_a_cold_gateway_cost_one_token() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let ids: Vec<String> = (0..1_000).map(|n| format!("session {n}")).collect();
    let starts = ids.iter().map(|id| {
        let request = world.post(INIT, &wanted(id));
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    for start in starts.collect::<Vec<_>>() {
        assert_eq!(start.await.unwrap(), 200);
    }
    assert_eq!(upstream.token_requests(), 1);
    assert_eq!(upstream.guests().await.len(), 1_000);
}

#[tokio::test]
async fn one_session_started_a_hundred_times_at_once_is_one_guest() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let starts = (0..100).map(|n| {
        let kind = if n % 2 == 0 { "explicit" } else { "implicit" };
        let request = world.post(INIT, &json!({"sessionId": "abc", "consentGiven": true, "consentType": kind}));
        tokio::spawn(async move {
            let answer = request.send().await.unwrap();
            (cookie(&answer), json_of(answer).await["guestId"].as_str().unwrap().to_owned())
        })
    });
    let mut all = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        all.push(start.await.unwrap());
    }
    all.dedup();
    assert_eq!(all.len(), 1);
    assert_eq!(upstream.guests().await.len(), 1);
}

#[tokio::test]
async fn a_session_survives_a_killed_gateway() {
    let upstream = Upstream::start().await;
    let world = World::in_files(&upstream).await;
    let session = world.session("abc").await;
    let world = World::with(&upstream, "", world.kill().await).await;
    world.capability(&session).await;
    assert_eq!(upstream.token_requests(), 1, "the organisation's token survived too");
    let stored = stored::bytes(world.stop().await.path());
    let token = upstream.requests().await[0]["response"].as_str().unwrap().to_owned();
    let token = serde_json::from_str::<Value>(&token).unwrap()["access_token"].as_str().unwrap().to_owned();
    let found = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(found(&session.guest), "the search finds what is there");
    assert!(!found(&token) && !found("abc\0") && !found(session.cookie.split_once('=').unwrap().1));
}

#[tokio::test]
async fn a_guest_whose_answer_never_came_is_the_repeats_whichever_consent_that_states() {
    let upstream = Upstream::start().await;
    let world = World::in_files(&upstream).await;
    upstream.faults("[[rules]]\ncalls = [\"G1\"]\neffect = { kind = \"lost\" }").await;
    let first = tokio::spawn(world.post(INIT, &wanted("abc")).send());
    while upstream.guests().await.is_empty() {
        tokio::task::yield_now().await;
    }
    let world = World::with(&upstream, "", world.kill().await).await;
    first.abort();
    upstream.faults("").await;
    let implicit = json!({"sessionId": "abc", "consentGiven": true, "consentType": "implicit"});
    let answer = world.post(INIT, &implicit).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let guests = upstream.guests().await;
    assert_eq!(guests.len(), 1);
    assert_eq!((&guests[0]["id"], &guests[0]["profile"]["email"]), (&json_of(answer).await["guestId"], &json!(ABC)));
    let again = world.session("abc").await;
    assert_eq!(guests[0]["id"], again.guest.as_str(), "it was written down");
}

#[tokio::test]
async fn what_passes_is_tried_again_under_the_same_key() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    upstream
        .faults(
            r#"
            [[rules]]
            calls = ["G1"]
            first = 1
            effect = { kind = "lost" }
            [[rules]]
            calls = ["G1"]
            first = 1
            effect = { kind = "status", status = 503 }
            "#,
        )
        .await;
    world.session("abc").await;
    let requests = upstream.requests().await;
    let keys: Vec<_> =
        calls(&requests, "/api/v2/webchat/v1/guests").iter().map(|call| &call["headers"]["idempotency-key"]).collect();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| *key == keys[0] && key.is_string()));
    assert_eq!(upstream.guests().await.len(), 1);
}

#[tokio::test]
async fn what_genesys_refuses_for_good_is_an_error_that_says_nothing_more() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    upstream.faults("[[rules]]\ncalls = [\"G1\"]\neffect = { kind = \"status\", status = 400 }").await;
    let answer = world.post(INIT, &wanted("abc")).send().await.unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.text().await.unwrap(), r#"{"error":{"code":"internal","message":"The request could not be completed"}}"#);
    upstream.faults("").await;
    world.session("abc").await;
}

#[tokio::test]
async fn a_limit_that_outlasts_the_request_is_told_to_the_browser() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    upstream.faults("[[rules]]\ncalls = [\"G2\"]\neffect = { kind = \"status\", status = 429, retryAfter = 600 }").await;
    let answer = world.post(INIT, &wanted("abc")).send().await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "600");
    assert_eq!(refusal(answer).await, (429, "rate.limited".into()));
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_a_refused_client_is_not_asked_for_each_request() {
    let upstream = Upstream::with(Options { rate: RateLimit::NONE, ..Options::default() }).await;
    let world = World::start(&upstream).await;
    upstream.faults("[[rules]]\ncalls = [\"G1\"]\nfirst = 1\neffect = { kind = \"status\", status = 401 }").await;
    world.session("one").await;
    assert_eq!(upstream.token_requests(), 2);

    upstream.faults("[[rules]]\ncalls = [\"G1\"]\neffect = { kind = \"status\", status = 401 }").await;
    let answer = world.post(INIT, &wanted("two")).send().await.unwrap();
    assert_eq!(refusal(answer).await, (500, "internal".into()));
    assert_eq!(upstream.token_requests(), 3, "one new token, one repeat, no more");

    upstream.faults("[[rules]]\ncalls = [\"O1\", \"G1\"]\neffect = { kind = \"status\", status = 401 }").await;
    for n in 0..20 {
        let answer = world.post(INIT, &wanted(&format!("three {n}"))).send().await.unwrap();
        assert_eq!(answer.status(), 500);
    }
    assert!(upstream.token_requests() <= 5, "{}", upstream.token_requests());
}

#[tokio::test]
async fn a_guest_that_genesys_has_forgotten_is_made_anew_under_another_cookie() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let before = world.session("abc").await;
    world.capability(&before).await;
    world.http.post(format!("{}/_sandbox/reset", upstream.base)).send().await.unwrap();
    let answer = world.post(INIT, &wanted("abc")).header(COOKIE, &before.cookie).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let after = cookie(&answer);
    let guest = json_of(answer).await["guestId"].as_str().unwrap().to_owned();
    assert_ne!(guest, before.guest);
    assert!(after.starts_with(&format!("guestsync-{guest}=")));
    assert_eq!(upstream.guests().await.len(), 1);
    let answer = world.post("/api/token", &json!({})).header(COOKIE, &before.cookie).send().await.unwrap();
    assert_eq!(refusal(answer).await, (401, "session.missing".into()));
}

#[tokio::test]
async fn a_browser_with_more_sessions_than_it_should_hold_loses_the_oldest_cookies() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let sessions = world.sessions(20).await;
    let answer = world.post(INIT, &wanted("one more")).header(COOKIE, cookies(&sessions)).send().await.unwrap();
    let set: Vec<_> = answer.headers().get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
    let (cleared, made): (Vec<_>, Vec<_>) = set.into_iter().partition(|line| line.contains("Max-Age=0"));
    assert_eq!((cleared.len(), made.len()), (5, 1));
    for session in &sessions[..5] {
        assert!(cleared.iter().any(|line| line.starts_with(&format!("guestsync-{}=;", session.guest))));
    }
    let again = world.post(INIT, &wanted("one of many 7")).header(COOKIE, cookies(&sessions[5..])).send().await.unwrap();
    assert_eq!((again.status().as_u16(), again.headers().get_all(SET_COOKIE).iter().count()), (200, 1));
}
