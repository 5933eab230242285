//! Sessions and writes, each repeated until it is answered: what a browser would do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Random, wanted};
use crate::serve::client;

/// Requests at once.
const AT_ONCE: usize = 16;
/// Writes of one guest: it may have 1,024 attributes.
const EACH: usize = 100;
/// Answers that are asked for again after each restart.
const AGAIN: u64 = 8;

#[derive(Clone)]
struct Session {
    guest: String,
    cookie: String,
}

/// What was answered.
#[derive(Default)]
struct Answered {
    /// One begins at a time: a session whose cookie was seen is bound.
    sessions: tokio::sync::Mutex<BTreeMap<usize, Session>>,
    writes: Mutex<BTreeMap<usize, String>>,
}

pub(super) struct Load {
    writes: usize,
    sessions: usize,
    answered: Arc<Answered>,
    under_way: JoinSet<()>,
}

impl Load {
    pub(super) fn new(writes: usize) -> Self {
        Self { writes, sessions: writes.div_ceil(EACH), answered: Arc::default(), under_way: JoinSet::new() }
    }

    /// Writes that were not answered.
    pub(super) fn left(&self) -> usize {
        self.writes - self.answered.writes.lock().unwrap().len()
    }

    /// Sends what was not answered, until `share` more were or all are, and then for a moment longer.
    pub(super) async fn run(&mut self, base: &str, share: usize, moment: Duration) {
        let todo: Vec<usize> = {
            let answered = self.answered.writes.lock().unwrap();
            (0..self.writes).rev().filter(|n| !answered.contains_key(n)).collect()
        };
        let share = share.min(todo.len());
        let todo = Arc::new(Mutex::new(todo));
        let (counter, mut count) = watch::channel(0);
        for _ in 0..AT_ONCE {
            let (base, sessions, todo) = (base.to_owned(), self.sessions, Arc::clone(&todo));
            let (answered, counter) = (Arc::clone(&self.answered), counter.clone());
            self.under_way.spawn(async move {
                let http = client();
                loop {
                    let Some(n) = todo.lock().unwrap().pop() else { return };
                    let Some(answer) = write(&http, &base, &answered, n, n % sessions).await else { return };
                    answered.writes.lock().unwrap().insert(n, answer);
                    counter.send_modify(|count| *count += 1);
                }
            });
        }
        drop(counter);
        // It ends early only where the gateway does.
        let enough = count.wait_for(|count| *count >= share).await.is_ok();
        assert!(enough, "the gateway went away by itself");
        tokio::time::sleep(moment).await;
    }

    /// Waits until nothing is under way: the gateway is gone.
    pub(super) async fn gave_up(&mut self) {
        while let Some(ended) = self.under_way.join_next().await {
            ended.unwrap();
        }
    }

    /// Some of what was answered is asked for again: the sessions are there, and repeats get the same answers.
    pub(super) async fn is_answered_as_before(&self, base: &str, random: &mut Random) {
        let http = client();
        let sessions = self.answered.sessions.lock().await.clone();
        let writes: Vec<_> = self.answered.writes.lock().unwrap().clone().into_iter().collect();
        for (n, session) in &sessions {
            let (guest, _) = capability(&http, base, session).await.unwrap();
            assert_eq!(guest, session.guest, "session {n}");
        }
        for _ in 0..AGAIN.min(writes.len() as u64) {
            let (n, before) = &writes[random.below(writes.len() as u64) as usize];
            let again = write(&http, base, &self.answered, *n, n % self.sessions).await;
            assert_eq!(again.as_ref(), Some(before), "write {n}");
        }
    }

    pub(super) async fn guests(&self) -> BTreeSet<String> {
        self.answered.sessions.lock().await.values().map(|session| session.guest.clone()).collect()
    }

    /// The attributes that were written.
    pub(super) fn keys(&self) -> BTreeSet<String> {
        (0..self.writes).map(key).collect()
    }
}

fn key(n: usize) -> String {
    format!("k{n}")
}

/// Which write an event tells of.
pub(super) fn of_event(body: &Value) -> usize {
    let attributes = body["attributes"].as_object().unwrap();
    let (name, value) = attributes.iter().next().unwrap();
    assert_eq!((attributes.len(), name[1..].parse().ok()), (1, value.as_u64()));
    value.as_u64().unwrap() as usize
}

/// Writes one attribute, after the session is there; the answer's body. `None` where the gateway is gone.
async fn write(http: &reqwest::Client, base: &str, answered: &Answered, n: usize, of: usize) -> Option<String> {
    let session = {
        let mut sessions = answered.sessions.lock().await;
        match sessions.get(&of) {
            Some(session) => session.clone(),
            None => sessions.entry(of).insert_entry(begin(http, base, of).await?).get().clone(),
        }
    };
    let (_, token) = capability(http, base, &session).await?;
    let path = format!("{base}/genesys/api/v2/conversations/webmessaging/guests/{}/attributes", session.guest);
    loop {
        let request = http.post(&path).bearer_auth(&token).header("idempotency-key", format!("key-{n}"));
        let answer = request.json(&json!({"attributes": {key(n): n}})).send().await.ok()?;
        let (status, text) = (answer.status().as_u16(), answer.text().await.ok()?);
        if status == 409 && text.contains("idempotency.in.progress") {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        assert_eq!(status, 200, "{text}");
        return Some(text);
    }
}

async fn begin(http: &reqwest::Client, base: &str, session: usize) -> Option<Session> {
    let answer = http.post(format!("{base}/api/webchat/init")).json(&wanted(session)).send().await.ok()?;
    let cookie = answer.headers().get(SET_COOKIE).map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
    let (status, text) = (answer.status().as_u16(), answer.text().await.ok()?);
    assert_eq!(status, 200, "{text}");
    let body: Value = serde_json::from_str(&text).unwrap();
    Some(Session { guest: body["guestId"].as_str().unwrap().to_owned(), cookie: cookie.unwrap() })
}

/// The guest that a cookie is for, and a capability of that guest.
async fn capability(http: &reqwest::Client, base: &str, session: &Session) -> Option<(String, String)> {
    let asked = http.post(format!("{base}/api/token")).header(COOKIE, &session.cookie).json(&json!({"guestId": session.guest}));
    let answer = asked.send().await.ok()?;
    let (status, text) = (answer.status().as_u16(), answer.text().await.ok()?);
    assert_eq!(status, 200, "{text}");
    let body: Value = serde_json::from_str(&text).unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Some((text("guestId"), text("token")))
}
