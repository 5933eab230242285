//! C2: makes a messaging channel.

use bytes::Bytes;
use guestsync_core::Millis;
use guestsync_core::retry::Verdict;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::Value;

use super::Precondition;
use crate::send::Request;
use crate::{Answer, Client, Error};

/// Details of a refusal that are passed on.
const MOST_DETAILS: usize = 20;
/// Characters of a code or a field's name that are passed on.
const LONGEST: usize = 120;

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelOutcome {
    /// It is made, under this id.
    Created {
        /// The id.
        id: String,
    },
    /// The name exists.
    Conflict,
    /// It is not made, and asking again later may help.
    NotNow {
        /// When the server wants to be asked again, in milliseconds.
        retry_after: Option<Millis>,
        /// Why, as a stable code.
        code: &'static str,
    },
    /// Nothing was sent: the rate budget is used up for longer than a call waits for it.
    Held {
        /// Until it opens, in milliseconds.
        retry_after: Millis,
    },
    /// Whether it is made is not known: no answer, or one that says nothing of the effect.
    Unknown {
        /// When the server wants to be asked again, in milliseconds.
        retry_after: Option<Millis>,
        /// Why, as a stable code.
        code: &'static str,
    },
    /// It is not made, and asking again does not help.
    Refused(ChannelRefusal),
    /// It could not be asked for: there is no organisation token.
    Denied(Error),
}

/// The server's reason, without its sentences: they may repeat a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRefusal {
    /// The status.
    pub status: u16,
    /// The error code.
    pub code: String,
    /// Field and code of each detail.
    pub fields: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

impl Client {
    /// POST `/api/v2/webmessaging/channels`, sent once: whether anything is sent again, the caller finds out by
    /// [`Client::channels`].
    pub async fn create_channel(&self, body: Bytes, idempotency_key: &str) -> ChannelOutcome {
        let key = HeaderValue::try_from(idempotency_key).ok();
        let precondition = Precondition { idempotency_key: key, ..Precondition::default() };
        let request = Request::new(Method::POST, "/api/v2/webmessaging/channels".into()).body("application/json", body);
        match self.exchange_patiently(&precondition.apply(request)).await {
            Ok(answer) => outcome(&answer),
            Err(Error::Busy { retry_after }) => ChannelOutcome::Held { retry_after },
            // No token, no request.
            Err(error @ Error::Unavailable { .. }) => ChannelOutcome::NotNow { retry_after: None, code: error.code() },
            Err(error @ (Error::Credentials { .. } | Error::Unauthorized)) => ChannelOutcome::Denied(error),
            Err(error) => ChannelOutcome::Unknown { retry_after: None, code: error.code() },
        }
    }
}

fn outcome(answer: &Answer) -> ChannelOutcome {
    let retry_after = answer.retry_after();
    match (answer.status, answer.verdict()) {
        (_, Verdict::Done) => match answer.json::<Created>() {
            Ok(created) if !created.id.is_empty() => ChannelOutcome::Created { id: created.id },
            // It says that it is made, but not as what: the lookup tells.
            _ => ChannelOutcome::Unknown { retry_after: None, code: "upstream.malformed" },
        },
        (425 | 429, _) => ChannelOutcome::NotNow { retry_after, code: "upstream.busy" },
        (_, Verdict::Retry) => ChannelOutcome::Unknown { retry_after, code: "upstream.unavailable" },
        (409, _) => ChannelOutcome::Conflict,
        _ => ChannelOutcome::Refused(refusal(answer)),
    }
}

fn refusal(answer: &Answer) -> ChannelRefusal {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let plain = |value: &Value| -> String {
        let text = value.as_str().unwrap_or_default();
        text.chars().filter(|c| c.is_ascii_graphic()).take(LONGEST).collect()
    };
    let details = body["details"].as_array().map_or(&[][..], Vec::as_slice).iter().take(MOST_DETAILS);
    let fields = details.map(|detail| (plain(&detail["fieldName"]), plain(&detail["errorCode"]))).collect();
    ChannelRefusal { status: answer.status, code: plain(&body["code"]), fields }
}
