//! A gateway: a session begins, an attribute and a member of the profile are written, and a receiver is told.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use super::{MOST, serve};
use crate::genesys::Genesys;
use crate::serve::client;
use crate::storm::receiver::Receiver;
use crate::storm::{SECRET, state};

/// What was answered of one walk, as far as it went.
#[derive(Default)]
struct Answered {
    /// As a browser keeps it.
    cookie: Option<String>,
    guest: Option<String>,
    attributes: Option<Value>,
    profile: Option<Value>,
}

/// The same requests each time; ends where the gateway does.
async fn walk(base: &str, point: u64, answered: &mut Answered) -> Option<()> {
    let http = client();
    let begun = json!({"sessionId": format!("session-{point}"), "consentGiven": true, "consentType": "explicit"});
    let asked = http.post(format!("{base}/api/webchat/init")).header(COOKIE, answered.cookie.as_deref().unwrap_or_default());
    let answer = asked.json(&begun).send().await.ok()?;
    let cookie = answer.headers().get(SET_COOKIE).map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
    let guest = whole(answer).await?["guestId"].as_str().unwrap().to_owned();
    let cookie = answered.cookie.insert(cookie.unwrap()).clone();
    assert_eq!(*answered.guest.get_or_insert_with(|| guest.clone()), guest, "at {point}: a session has one guest");
    let asked = http.post(format!("{base}/api/token")).header(COOKIE, cookie).json(&json!({"guestId": guest}));
    let token = whole(asked.send().await.ok()?).await?["token"].as_str().unwrap().to_owned();
    let path = format!("{base}/genesys/api/v2/conversations/webmessaging/guests/{guest}/attributes");
    let asked = http.post(path).bearer_auth(&token).header("idempotency-key", format!("a1-{point}"));
    let attributes = whole(asked.json(&json!({"attributes": {"point": point}})).send().await.ok()?).await?;
    assert_eq!(*answered.attributes.get_or_insert_with(|| attributes.clone()), attributes, "at {point}");
    let patch = json!([{"op": "replace", "path": "/name", "value": format!("Visitor {point}")}]);
    let asked = http.patch(format!("{base}/genesys/api/v2/guests/{guest}")).bearer_auth(&token);
    let asked = asked.header("idempotency-key", format!("p1-{point}")).header("guestsync-seq", 1);
    let asked = asked.header(CONTENT_TYPE, "application/json-patch+json").body(patch.to_string());
    let profile = whole(asked.send().await.ok()?).await?;
    assert_eq!(*answered.profile.get_or_insert_with(|| profile.clone()), profile, "at {point}");
    Some(())
}

/// An answer to its end, which is a good one.
async fn whole(answer: reqwest::Response) -> Option<Value> {
    let (status, text) = (answer.status().as_u16(), answer.text().await.ok()?);
    assert_eq!(status, 200, "{text}");
    Some(serde_json::from_str(&text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_answered_is_lost_or_doubled_wherever_a_gateway_ends() {
    let (genesys, receiver) = (Genesys::start().await, Receiver::taking().await);
    let file = format!(
        "[webhook]\nurl = \"{}/hook\"\nsecret = \"{SECRET}\"\nallow_private = true\n[limits]\nper_guest = 0\n",
        receiver.base
    );
    let (config, directory) = (genesys.write("guestsync.toml", &file), genesys.folder.path().join("state"));
    let start = |point| serve(&genesys, &config, point);
    // It makes keys and asks for the token.
    let gateway = start(None);
    walk(&gateway.base, 0, &mut Answered::default()).await.unwrap();
    assert_eq!(gateway.stop("-TERM").0, 0);

    let (mut ended_at, mut guests) = (0, 1);
    loop {
        let point = ended_at + 1;
        assert!(point < MOST);
        let gateway = start(Some(point));
        let mut answered = Answered::default();
        let reached = walk(&gateway.base, point, &mut answered).await;
        // At its end it delivers what is under way, and what is left waits for the next one.
        let (code, log) = tokio::task::block_in_place(|| gateway.stop("-TERM"));
        assert!(code == 0 || code == -1, "at {point}: {log}");
        assert!(reached.is_some() || code == -1, "at {point}: it lived and did not answer: {log}");
        state::database_is_whole(&directory).await;

        let gateway = start(None);
        state::audit_is_whole(&directory);
        walk(&gateway.base, point, &mut answered).await.unwrap();
        guests += 1;
        assert_eq!(genesys.look("guests").await["guests"].as_array().unwrap().len(), guests, "at {point}");
        assert_eq!(tokio::task::block_in_place(|| gateway.stop("-TERM")).0, 0);
        if code == 0 {
            break;
        }
        ended_at = point;
    }
    println!("ended at each of {ended_at} points");
    assert!(ended_at >= 15, "{ended_at}");

    let gateway = start(None);
    until_delivered(&gateway.base).await;
    assert_eq!(gateway.stop("-TERM").0, 0);
    let walks = ended_at + 2;
    let effects = genesys.look("effects").await;
    for call in ["A1", "P1"] {
        let made: Vec<_> = effects["effects"].as_array().unwrap().iter().filter(|effect| effect["call"] == call).collect();
        let of: BTreeSet<_> = made.iter().map(|effect| effect["guest"].as_str().unwrap()).collect();
        assert_eq!((made.len() as u64, of.len() as u64), (walks, walks), "each {call} had its effect once");
    }
    let told: Vec<Value> = receiver.delivered().into_values().collect();
    for kind in ["guest.attributes.synced", "guest.profile.synced"] {
        let of: Vec<_> = told.iter().filter(|event| event["type"] == kind).map(|event| event["sessionId"].as_str()).collect();
        assert_eq!((of.len() as u64, of.iter().collect::<BTreeSet<_>>().len() as u64), (walks, walks), "{kind}: one id for each");
    }
    state::audit_tells_of(&directory, &BTreeSet::from(["point".to_owned()]));
    state::audit_ends_at_its_head(&directory);
}

async fn until_delivered(base: &str) {
    let waiting = async || {
        let metrics = client().get(format!("{base}/metrics")).send().await.unwrap().text().await.unwrap();
        let lines = metrics.lines().filter(|line| line.starts_with("guestsync_webhooks{"));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum::<u64>()
    };
    let all = async {
        while waiting().await > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
}
