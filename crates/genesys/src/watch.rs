//! Whoever counts calls.

use std::time::Duration;

use reqwest::Method;

/// Is told of every call; must not wait.
pub trait Watch: Send + Sync {
    /// A call was answered, or not (`None`). `call` is its name in the contract (`A1`), `other` where it has none.
    fn called(&self, call: &'static str, status: Option<u16>, elapsed: Duration);
    /// A token was asked for.
    fn token_asked(&self);
}

/// One more than any call's path has, but for those that say nothing of their end.
const MOST_PARTS: usize = 8;

/// The contract's name of a call.
pub(crate) fn name(method: &Method, path: &str) -> &'static str {
    let path = path.split('?').next().unwrap_or_default();
    let mut parts = [""; MOST_PARTS];
    let mut number = 0;
    for (place, part) in parts.iter_mut().zip(path.trim_start_matches('/').split('/')) {
        (*place, number) = (part, number + 1);
    }
    match (method.as_str(), &parts[..number]) {
        ("POST", ["api", "v2", "conversations", "webmessaging", "guests", _, "attributes"]) => "A1",
        ("GET", ["api", "v2", "conversations", "webmessaging", "guests", _, "attributes"]) => "A2",
        ("POST", ["api", "v2", "webchat", "v1", "guests"]) => "G1",
        ("POST", ["api", "v2", "webchat", "v1", "guests", _, "tokens"]) => "G2",
        ("GET", ["api", "v2", "webchat", "v1", "guests", _]) => "G3",
        ("PATCH", ["api", "v2", "guests", _]) => "P1",
        ("GET", ["api", "v2", "guests", _]) => "P2",
        ("POST", ["api", "v2", "customattributes"]) => "S1",
        ("GET", ["api", "v2", "customattributes"]) => "S2",
        ("POST", ["api", "v2", "customattributes", "batch"]) => "S3",
        ("GET", ["api", "v2", "accesscontrol", ..]) => "S4",
        ("GET", ["api", "v2", "groups", _]) => "S5",
        ("POST", ["api", "v2", "analytics", ..]) => "R1",
        ("GET", ["api", "v2", "webmessaging", "channels"]) => "C1",
        ("POST", ["api", "v2", "webmessaging", "channels"]) => "C2",
        _ => "other",
    }
}
