//! What whoever posted the form is told.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::redirect::Redirect;
use super::refusal::Refusal;
use crate::json;

/// The answer to one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer(Outcome);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Taken { queued: bool, guest: String, held: Vec<String> },
    Refused(Refusal),
}

/// An HTTP response, ready to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// `Location`, of a redirect.
    pub location: Option<String>,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// `Content-Security-Policy`, of a page.
    pub policy: Option<&'static str>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The server took it; `held` are the form fields that wait for consent.
    #[must_use]
    pub fn synced(guest: &str, held: Vec<String>) -> Self {
        Self(Outcome::Taken { queued: false, guest: guest.to_owned(), held })
    }

    /// It is kept and will be sent.
    #[must_use]
    pub fn queued(guest: &str, held: Vec<String>) -> Self {
        Self(Outcome::Taken { queued: true, guest: guest.to_owned(), held })
    }

    /// It was not taken.
    #[must_use]
    pub const fn refused(refusal: Refusal) -> Self {
        Self(Outcome::Refused(refusal))
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match &self.0 {
            Outcome::Taken { queued: false, .. } => 200,
            Outcome::Taken { queued: true, .. } => 202,
            Outcome::Refused(refusal) => refusal.status(),
        }
    }

    /// `synced`, `queued`, or the code of the refusal.
    #[must_use]
    pub fn code(&self) -> &str {
        match &self.0 {
            Outcome::Taken { queued: false, .. } => "synced",
            Outcome::Taken { queued: true, .. } => "queued",
            Outcome::Refused(refusal) => refusal.code(),
        }
    }

    /// The form field that the answer is about.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match &self.0 {
            Outcome::Taken { .. } => None,
            Outcome::Refused(refusal) => refusal.field(),
        }
    }

    /// One sentence for a person.
    #[must_use]
    pub fn message(&self) -> &'static str {
        match &self.0 {
            Outcome::Taken { queued: false, .. } => "Your details were saved.",
            Outcome::Taken { queued: true, .. } => "Your details are kept and will be sent as soon as possible.",
            Outcome::Refused(refusal) => refusal.message(),
        }
    }

    /// `{"status":…,"guestId":…,"held":[…]}` or `{"error":{"code":…,"field":…,"message":…}}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::with_capacity(128);
        match &self.0 {
            Outcome::Taken { guest, held, .. } => {
                text.push_str("{\"status\":");
                json::string(&mut text, self.code());
                text.push_str(",\"guestId\":");
                json::string(&mut text, guest);
                if !held.is_empty() {
                    text.push_str(",\"held\":");
                    for (i, name) in held.iter().enumerate() {
                        text.push(if i == 0 { '[' } else { ',' });
                        json::string(&mut text, name);
                    }
                    text.push(']');
                }
                text.push('}');
            }
            Outcome::Refused(refusal) => {
                text.push_str("{\"error\":{\"code\":");
                json::string(&mut text, refusal.code());
                if let Some(field) = refusal.field() {
                    text.push_str(",\"field\":");
                    json::string(&mut text, field);
                }
                text.push_str(",\"message\":");
                json::string(&mut text, refusal.message());
                text.push_str("}}");
            }
        }
        text
    }

    /// The response: JSON to a script; to a navigation a 303 to the configured path, or a small page.
    #[must_use]
    pub fn reply(&self, navigation: bool, redirect: Option<&Redirect>) -> Reply {
        let whole = |status, content_type, policy, body| Reply { status, location: None, content_type, policy, body };
        match (navigation, redirect) {
            (false, _) => whole(self.status(), "application/json", None, self.to_json()),
            (true, None) => whole(self.status(), "text/html; charset=utf-8", Some(PAGE_POLICY), page(self)),
            (true, Some(redirect)) => {
                let location = Some(redirect.location(self.code(), self.field()));
                Reply { location, ..whole(303, "text/plain; charset=utf-8", None, String::new()) }
            }
        }
    }
}

/// The built-in page loads nothing and runs nothing.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// A page of constant text: nothing that came in is in it.
fn page(answer: &Answer) -> String {
    let (title, hint) = match answer.status() {
        200 | 202 => ("Saved", "You can close this page or go back."),
        _ => ("Not saved", "Please go back and try again."),
    };
    let mut page = String::with_capacity(512);
    for part in [
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>",
        title,
        "</title><style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1rem}</style><h1>",
        title,
        "</h1><p>",
        answer.message(),
        "<p>",
        hint,
        "</html>",
    ] {
        page.push_str(part);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Why;

    #[test]
    fn a_script_gets_json() {
        let reply = Answer::synced("g-1", vec!["phone".into()]).reply(false, None);
        assert_eq!((reply.status, reply.content_type), (200, "application/json"));
        assert_eq!(reply.body, r#"{"status":"synced","guestId":"g-1","held":["phone"]}"#);
        let reply = Answer::refused(Refusal::at("email", Why::FieldRequired)).reply(false, None);
        assert_eq!(reply.status, 400);
        assert_eq!(reply.body, r#"{"error":{"code":"field.required","field":"email","message":"This field is required."}}"#);
        assert_eq!(Answer::synced("g-1", vec![]).to_json(), r#"{"status":"synced","guestId":"g-1"}"#);
        let reply = Answer::queued("g-1", vec![]).reply(false, None);
        assert_eq!((reply.status, &*reply.body), (202, r#"{"status":"queued","guestId":"g-1"}"#));
    }

    #[test]
    fn a_navigation_gets_a_redirect_where_one_is_configured() {
        let redirect = Redirect::parse("/thanks");
        let reply = Answer::refused(Refusal::whole(Why::KeysUnavailable)).reply(true, redirect.as_ref());
        assert_eq!((reply.status, reply.location.as_deref()), (303, Some("/thanks?guestsync=keys.unavailable")));
    }

    #[test]
    fn a_navigation_without_one_gets_a_page_with_the_status() {
        let reply = Answer::refused(Refusal::whole(Why::FormTooLarge)).reply(true, None);
        assert_eq!((reply.status, reply.content_type), (413, "text/html; charset=utf-8"));
        assert!(reply.body.contains("The form is larger than 512,000 bytes."));
        assert!(reply.policy.is_some_and(|policy| policy.starts_with("default-src 'none'")));
    }
}
