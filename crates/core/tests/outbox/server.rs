//! The Guest API's attributes, as CONTRACT has them: versions, preconditions, kept answers.

use std::collections::BTreeMap;

use guestsync_core::outbox::{Action, Answer, Precondition};
use guestsync_core::shared_str::SharedStr;

pub struct Server {
    pub attributes: BTreeMap<String, String>,
    pub version: u64,
    kept: BTreeMap<SharedStr, (Action, Answer)>,
    /// Every write that took effect, per key, in order.
    pub applied: Vec<(String, String)>,
    pub requests: u64,
}

fn etag(version: u64) -> Option<SharedStr> {
    Some(format!("\"{version}\"").into())
}

fn error(status: u16, code: &str) -> Answer {
    Answer { status, code: Some(code.into()), ..Answer::default() }
}

impl Server {
    pub fn new() -> Self {
        Self { attributes: BTreeMap::new(), version: 0, kept: BTreeMap::new(), applied: Vec::new(), requests: 0 }
    }

    /// Somebody else writes something else.
    pub fn touch(&mut self, value: u64) {
        self.attributes.insert("agent".into(), value.to_string());
        self.version += 1;
    }

    pub fn answer(&mut self, action: &Action) -> Result<Answer, String> {
        self.requests += 1;
        if matches!(action, Action::Hook { .. }) {
            return Ok(Answer { status: 202, ..Answer::default() });
        }
        let Action::Write { body, precondition, idempotency_key } = action else { return Ok(self.read()) };
        if let Some((before, answer)) = self.kept.get(idempotency_key) {
            if before != action {
                return Err(format!("another write under the key {idempotency_key}"));
            }
            return Ok(answer.clone());
        }
        let fits = match precondition {
            Precondition::Unwritten => self.version == 0,
            Precondition::Version(version) => Some(version) == etag(self.version).as_ref(),
        };
        if !fits {
            return Ok(error(409, "request.conflict"));
        }
        let body: serde_json::Value = serde_json::from_str(body).map_err(|_| "a body that is not JSON".to_owned())?;
        let given = body["attributes"].as_object().ok_or("a body without attributes")?;
        if given.values().any(|value| value == "poison") {
            return Ok(error(400, "bad.request"));
        }
        self.version += 1;
        for (key, value) in given {
            let value = value.as_str().ok_or("a value that is not text")?.to_owned();
            self.attributes.insert(key.clone(), value.clone());
            self.applied.push((key.clone(), value));
        }
        let answer = Answer { status: 200, etag: etag(self.version), ..Answer::default() };
        self.kept.insert(idempotency_key.clone(), (action.clone(), answer.clone()));
        Ok(answer)
    }

    fn read(&self) -> Answer {
        if self.version == 0 {
            return error(404, "not.found");
        }
        let attributes = self.attributes.iter().map(|(k, v)| ((**k).into(), guestsync_core::attribute::Value::text(v))).collect();
        Answer { status: 200, etag: etag(self.version), attributes, ..Answer::default() }
    }
}
