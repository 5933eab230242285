//! Capabilities: from the gateway, or from the page's own function.

use std::rc::Rc;

use guestsync_core::outbox::{Answer, Input};
use guestsync_core::{Sensitive, json};
use js_sys::Date;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::RequestCredentials;

use super::answer;
use super::fetch::Http;
use crate::shell::Shell;
use crate::time;

pub(crate) fn get(shell: &Rc<Shell>, guest: String) {
    let shell = shell.clone();
    spawn_local(async move {
        let asked_at = time::now().mono;
        let result = if shell.host.has_token().is_function() { own(&shell).await } else { gateway(&shell, &guest).await };
        shell.tell(match result {
            Ok((value, expires_in)) => Input::Token { asked_at, value: Sensitive::new(value), expires_in },
            Err(answer) => Input::TokenFailed(answer),
        });
    });
}

async fn own(shell: &Shell) -> Result<(String, Option<f64>), Answer> {
    let value = match shell.host.token() {
        Ok(promise) => JsFuture::from(promise).await,
        Err(error) => Err(error),
    };
    value.ok().and_then(|value| value.as_string()).map(|value| (value, None)).ok_or_else(Answer::default)
}

/// `POST /api/token`: the cookie says who asks.
async fn gateway(shell: &Shell, guest: &str) -> Result<(String, Option<f64>), Answer> {
    let mut body = String::from("{\"guestId\":");
    json::string(&mut body, guest);
    body.push('}');
    let headers = [("content-type", "application/json"), ("accept", "application/json")];
    let http = Http {
        method: "POST",
        url: &shell.options.token,
        headers: &headers,
        body: Some(&body),
        credentials: RequestCredentials::Include,
        keepalive: false,
    };
    let (answer, body) = http.send(None).await.map_err(|_| Answer::default())?;
    match answer::text(&body, "token") {
        Some(token) if answer.status == 200 => {
            let life = life(&body, answer.date.as_deref());
            Ok((token, life))
        }
        _ => Err(answer),
    }
}

/// What is left of a capability's life, in seconds, by the server's own clock where it says what time it is.
fn life(body: &JsValue, date: Option<&str>) -> Option<f64> {
    let expires_at = Date::parse(&answer::text(body, "expiresAt")?);
    let now = date.map(Date::parse).filter(|now| now.is_finite()).unwrap_or_else(Date::now);
    Some((expires_at - now) / 1_000.0)
}
