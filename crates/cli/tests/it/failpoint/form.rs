//! A form that no worker caught: Genesys does not take it at once, then it does, and a receiver is told.

use std::time::Duration;

use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use super::{MOST, serve};
use crate::genesys::Genesys;
use crate::serve::client;
use crate::storm::receiver::Receiver;
use crate::storm::{SECRET, state};

/// The status of the answer, if there was one.
async fn post(base: &str, guest: &str, cookie: &str, name: &str) -> Option<u16> {
    let asked = client().post(format!("{base}/api/profile-sync")).header(COOKIE, cookie).header("sec-fetch-site", "same-origin");
    Some(asked.json(&json!({"guestId": guest, "name": name})).send().await.ok()?.status().as_u16())
}

/// Until neither forms nor events wait, or the gateway is gone.
async fn until_idle(base: &str) {
    let all = async {
        loop {
            let Ok(answer) = client().get(format!("{base}/metrics")).send().await else { return };
            let Ok(text) = answer.text().await else { return };
            let waits = |name: &str| text.lines().any(|line| line.starts_with(name) && !line.ends_with(" 0"));
            if !waits("guestsync_forms{state=\"waiting\"}") && !waits("guestsync_webhooks{state=\"waiting\"}") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
}

async fn patches(genesys: &Genesys) -> usize {
    let effects = genesys.look("effects").await;
    effects["effects"].as_array().unwrap().iter().filter(|effect| effect["call"] == "P1").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_was_answered_arrives_once_wherever_a_gateway_ends() {
    let (genesys, receiver) = (Genesys::start().await, Receiver::taking().await);
    let file = format!("[webhook]\nurl = \"{}/hook\"\nsecret = \"{SECRET}\"\nallow_private = true\n", receiver.base);
    let (config, directory) = (genesys.write("guestsync.toml", &file), genesys.folder.path().join("state"));
    let start = |point| serve(&genesys, &config, point);
    let gateway = start(None);
    let begun = json!({"sessionId": "one", "consentGiven": true, "consentType": "explicit"});
    let answer = client().post(format!("{}/api/webchat/init", gateway.base)).json(&begun).send().await.unwrap();
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let guest = answer.json::<Value>().await.unwrap()["guestId"].as_str().unwrap().to_owned();
    assert_eq!(post(&gateway.base, &guest, &cookie, "Before").await, Some(200), "the cookie has been seen");
    until_idle(&gateway.base).await;
    assert_eq!(gateway.stop("-TERM").0, 0);

    let (mut point, mut answered, mut taken) = (0, 0, patches(&genesys).await);
    loop {
        point += 1;
        assert!(point < MOST);
        genesys.faults("[[rules]]\ncalls = [\"P1\"]\nfirst = 1\neffect = { kind = \"status\", status = 503 }").await;
        let gateway = start(Some(point));
        let status = post(&gateway.base, &guest, &cookie, &format!("Visitor {point}")).await;
        assert!(matches!(status, None | Some(202)), "at {point}: {status:?}");
        until_idle(&gateway.base).await;
        let (code, log) = tokio::task::block_in_place(|| gateway.stop("-TERM"));
        assert!(code == 0 || code == -1, "at {point}: {log}");
        state::database_is_whole(&directory).await;

        let gateway = start(None);
        state::audit_is_whole(&directory);
        until_idle(&gateway.base).await;
        assert_eq!(gateway.stop("-TERM").0, 0);
        let now = patches(&genesys).await;
        assert!(now - taken <= 1 && (status.is_none() || now - taken == 1), "at {point}: {status:?}, {} times", now - taken);
        (taken, answered) = (now, answered + u64::from(status.is_some()));
        if code == 0 {
            break;
        }
    }
    println!("ended at each of {} points, {answered} times after the answer", point - 1);
    assert!(point > 10 && answered > 3, "{point} {answered}");
    let told = receiver.delivered().into_values().filter(|event| event["type"] == "guest.profile.synced").count();
    assert_eq!(told, taken, "each is told of once");
    state::audit_ends_at_its_head(&directory);
}
