//! GET `/sw.js`: the service worker with its options, or the one that removes itself.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::app::App;
use crate::assets;
use crate::openapi::responses::Everywhere;
use crate::refusal::{self, Refusal};

/// A worker's policy comes with its own script.
const POLICY: HeaderValue = HeaderValue::from_static("script-src 'self' 'wasm-unsafe-eval'");

/// Takes over at once, removes itself and its caches, and lets open pages load without it.
const KILL: &str = r#"addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    await registration.unregister();
    for (const name of await caches.keys()) if (name.startsWith("guestsync")) await caches.delete(name);
    for (const client of await clients.matchAll({ type: "window" })) client.navigate(client.url);
  })());
});
"#;

/// One file, never served from a cache without asking.
#[utoipa::path(
    get,
    path = "/sw.js",
    tag = "forms",
    responses(
        Everywhere,
        (status = 200, description = "The service worker", body = String, content_type = "text/javascript"),
        (status = 404, description = "This gateway was built without it", body = refusal::Error),
    ),
)]
pub(crate) async fn handle(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let script = if app.config.worker.kill {
        KILL.to_owned()
    } else {
        let options = serde_json::to_value(&app.config.worker).expect("text and lists serialise");
        format!("{}\nguestsyncWorker.start({});\n", assets::text("sw.js").ok_or(Refusal::not_found())?, in_script(&options))
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    Ok((headers, script).into_response())
}

/// JSON that is the same value inside a script, wherever the script stands.
fn in_script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_cannot_end_the_script_that_they_stand_in() {
        let hostile = Value::from("</script><!--\u{2028}\u{2029}");
        let written = in_script(&hostile);
        assert!(!written.contains(['<', '\u{2028}', '\u{2029}']));
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), hostile);
    }
}
