//! The start of a guest session by the page.

use std::rc::Rc;

use guestsync_core::json;
use guestsync_core::outbox::{Answer, Input};
use js_sys::JSON;
use wasm_bindgen_futures::spawn_local;
use web_sys::RequestCredentials;

use super::answer;
use super::fetch::Http;
use crate::shell::Shell;

pub(crate) fn start(shell: &Rc<Shell>, session: String) {
    let shell = shell.clone();
    spawn_local(async move {
        let mut body = String::from("{\"sessionId\":");
        json::string(&mut body, &session);
        body.push_str(",\"consentGiven\":true,\"consentType\":\"explicit\"}");
        let headers = [("content-type", "application/json"), ("accept", "application/json")];
        let http = Http {
            method: "POST",
            url: &shell.options.init,
            headers: &headers,
            body: Some(&body),
            credentials: RequestCredentials::Include,
            keepalive: false,
        };
        let failed = |answer| Input::StartFailed { answer, fresh: session_id() };
        let input = match http.send(None).await {
            Err(_) => failed(Answer::default()),
            Ok((answer, body)) => match answer::text(&body, "guestId") {
                Some(guest) if answer.status == 200 => {
                    if let Some(json) = JSON::stringify(&body).ok().and_then(|json| json.as_string()) {
                        shell.host.started(&json);
                    }
                    Input::Started { guest }
                }
                _ => failed(answer),
            },
        };
        shell.tell(input);
    });
}

/// 128 random bits in hexadecimal; empty where the engine gives none, which the gateway refuses.
fn session_id() -> String {
    let mut bytes = [0u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        return String::new();
    }
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
}
