//! O1, the client credentials grant (RFC 6749 §4.4), or O2, the JWT bearer grant (RFC 7523), where there is a key to sign with.

use guestsync_core::{Millis, Sensitive};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::Deserialize;
use url::form_urlencoded;

use crate::{Answer, ClientAuth, Error, Settings};

/// A granted token.
pub(crate) struct Grant {
    pub(crate) value: Sensitive<String>,
    /// Seconds, as stated; the core judges what makes no sense.
    pub(crate) expires_in: Option<f64>,
}

#[derive(Deserialize)]
struct TokenBody {
    access_token: String,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Option<serde_json::Value>,
}

/// What one request for a token came to.
pub(crate) enum Outcome {
    Granted(Grant),
    /// An answer without a token: the retry table decides.
    Answered(Answer),
}

/// Asks once; `now` is what an assertion is dated.
pub(crate) async fn ask(http: &reqwest::Client, settings: &Settings, now: Millis) -> Result<Outcome, Error> {
    let mut request = http
        .post(settings.token_url.clone())
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form(settings, now)?);
    if settings.assertion.is_none() && settings.client_auth == ClientAuth::Basic {
        request = request.basic_auth(encoded(&settings.client_id), Some(encoded(settings.client_secret.expose())));
    }
    let read = async { Answer::read(request.send().await?.into()).await };
    let answer = tokio::time::timeout(settings.request_timeout, read).await.unwrap_or(Err(Error::Timeout))?;
    if answer.status != 200 {
        return Ok(Outcome::Answered(answer));
    }
    let body: TokenBody = answer.json()?;
    let bearer = body.token_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let visible = !body.access_token.is_empty() && body.access_token.bytes().all(|b| b.is_ascii_graphic());
    if !bearer || !visible {
        return Err(Error::Malformed);
    }
    let expires_in = match body.expires_in {
        Some(serde_json::Value::Number(seconds)) => seconds.as_f64(),
        Some(serde_json::Value::String(seconds)) => seconds.parse().ok(),
        _ => None,
    };
    Ok(Outcome::Granted(Grant { value: Sensitive::new(body.access_token), expires_in }))
}

fn form(settings: &Settings, now: Millis) -> Result<String, Error> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    if let Some(assertion) = &settings.assertion {
        let assertion = assertion.sign(&settings.client_id, settings.token_url.as_str(), now)?;
        form.append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        form.append_pair("client_id", &settings.client_id).append_pair("assertion", &assertion);
    } else {
        form.append_pair("grant_type", "client_credentials");
        if settings.client_auth == ClientAuth::Body {
            form.append_pair("client_id", &settings.client_id).append_pair("client_secret", settings.client_secret.expose());
        }
    }
    if let Some(scope) = &settings.scope {
        form.append_pair("scope", scope);
    }
    Ok(form.finish())
}

/// Id and secret are form-encoded before they are joined (RFC 6749 §2.3.1).
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
