//! Requests to the Guest API, through the gateway.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use guestsync_core::outbox::{Action, Answer, Input, Precondition, Request};
use js_sys::encode_uri_component;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Response};

use super::answer;
use crate::shell::Shell;
use crate::time;

#[wasm_bindgen]
extern "C" {
    /// `fetch` of the page, of a worker, or of Node.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<js_sys::Promise, JsValue>;
}

/// An HTTP request, before it is sent.
pub(crate) struct Http<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: Option<&'a str>,
    pub(crate) credentials: RequestCredentials,
    pub(crate) keepalive: bool,
}

impl Http<'_> {
    /// Sends it. Never follows a redirect: a credential must not travel on, and an API does not move.
    pub(crate) async fn send(&self, signal: Option<&AbortSignal>) -> Result<(Answer, JsValue), JsValue> {
        let init = RequestInit::new();
        init.set_method(self.method);
        init.set_cache(RequestCache::NoStore);
        init.set_credentials(self.credentials);
        init.set_redirect(RequestRedirect::Error);
        init.set_signal(signal);
        let headers = js_sys::Object::new();
        for (name, value) in self.headers {
            js_sys::Reflect::set(&headers, &(*name).into(), &(*value).into())?;
        }
        init.set_headers(&headers);
        if let Some(body) = self.body {
            init.set_body(&body.into());
        }
        if self.keepalive {
            js_sys::Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE)?;
        }
        let response: Response = JsFuture::from(fetch(self.url, &init)?).await?.dyn_into()?;
        let body = answer::body(&response).await;
        Ok((answer::answer(&response, &body), body))
    }
}

/// Sends a request to a guest's attributes.
pub(crate) fn send(shell: &Rc<Shell>, request: Request) {
    let Ok(controller) = AbortController::new() else { return };
    shell.sends.borrow_mut().push((request.send, controller.clone()));
    let shell = shell.clone();
    spawn_local(async move {
        let late = (!request.keepalive).then(|| {
            let controller = controller.clone();
            let left = request.deadline.saturating_sub(time::now().mono);
            Timeout::new(u32::try_from(left).unwrap_or(u32::MAX), move || controller.abort())
        });
        let result = perform(&shell, &request, &controller.signal()).await;
        drop(late);
        if shell.ended(request.send).is_some() {
            shell.tell(match result {
                Ok(answer) => Input::Response { send: request.send, answer },
                Err(_) => Input::SendFailed { send: request.send },
            });
        }
    });
}

async fn perform(shell: &Shell, request: &Request, signal: &AbortSignal) -> Result<Answer, JsValue> {
    let guest = String::from(encode_uri_component(&request.guest));
    let url = format(&[&shell.options.endpoint, "/api/v2/conversations/webmessaging/guests/", &guest, "/attributes"]);
    let authorization = format(&["Bearer ", request.token.expose()]);
    let mut headers = vec![("authorization", &*authorization), ("accept", "application/json")];
    let (method, body) = match &request.action {
        Action::Read => ("GET", None),
        Action::Write { body, precondition, idempotency_key } => {
            headers.push(("content-type", "application/json"));
            headers.push(("idempotency-key", idempotency_key));
            headers.push(match precondition {
                Precondition::Unwritten => ("if-none-match", "*"),
                Precondition::Version(version) => ("if-match", version),
            });
            ("POST", Some(&**body))
        }
    };
    let credentials = RequestCredentials::Omit;
    let http = Http { method, url: &url, headers: &headers, body, credentials, keepalive: request.keepalive };
    http.send(Some(signal)).await.map(|(answer, _)| answer)
}

/// Joins strings; `format!` would bring its machinery into the build.
pub(crate) fn format(parts: &[&str]) -> String {
    parts.concat()
}
