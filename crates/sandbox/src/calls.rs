//! The table of upstream calls: name, method, path, scope. The layers look a request up here.

use std::collections::BTreeSet;

use axum::http::Method;

/// One upstream call.
#[derive(Debug)]
pub(crate) struct Call {
    /// The contract's name for it, such as `A1`; fault rules and logs use it.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// The route, in axum's notation.
    pub(crate) path: &'static str,
    /// The scope a token needs; `None` where no token is asked for.
    pub(crate) scope: Option<&'static str>,
    /// Whether an `Idempotency-Key` is honoured.
    pub(crate) keyed: bool,
}

impl Call {
    /// The namespace of its own limits, as the platform names them.
    pub(crate) fn namespace(&self) -> &'static str {
        match self.name.as_bytes().first() {
            Some(b'A') => "web.messaging",
            Some(b'G') => "webchat",
            Some(b'P') => "external.contacts",
            Some(b'R') => "analytics",
            Some(b'C') => "web.deployments",
            _ => "conversation",
        }
    }
}

pub(crate) const TOKEN: &str = "/oauth/token";
pub(crate) const LOGIN_TOKEN: &str = "/login/oauth2/token";
pub(crate) const ATTRIBUTES: &str = "/api/v2/conversations/webmessaging/guests/{guest}/attributes";
pub(crate) const GUESTS: &str = "/api/v2/webchat/v1/guests";
pub(crate) const GUEST: &str = "/api/v2/webchat/v1/guests/{guest}";
pub(crate) const GUEST_TOKENS: &str = "/api/v2/webchat/v1/guests/{guest}/tokens";
pub(crate) const PROFILE: &str = "/api/v2/guests/{guest}";

pub(crate) const CUSTOM_ATTRIBUTES: &str = "/api/v2/customattributes";
pub(crate) const CUSTOM_ATTRIBUTES_BATCH: &str = "/api/v2/customattributes/batch";
pub(crate) const PERMISSIONS: &str = "/api/v2/accesscontrol/roles/effectivepermissions";
pub(crate) const GROUP: &str = "/api/v2/groups/{group}";
pub(crate) const CONVERSATIONS: &str = "/api/v2/analytics/conversations/details/query";
pub(crate) const CHANNELS: &str = "/api/v2/webmessaging/channels";

const CALLS: &[Call] = &[
    open("O1", TOKEN),
    open("O1", LOGIN_TOKEN),
    keyed("A1", Method::POST, ATTRIBUTES, "webmessaging:guest:write"),
    call("A2", Method::GET, ATTRIBUTES, "webmessaging:guest:write"),
    keyed("G1", Method::POST, GUESTS, "webchat:guest:write"),
    call("G2", Method::POST, GUEST_TOKENS, "webchat:token:write"),
    call("G3", Method::GET, GUEST, "webchat:guest:read"),
    keyed("P1", Method::PATCH, PROFILE, "guest:write"),
    call("P2", Method::GET, PROFILE, "guest:write"),
    call("S1", Method::POST, CUSTOM_ATTRIBUTES, "customattributes:write"),
    call("S2", Method::GET, CUSTOM_ATTRIBUTES, "customattributes:read"),
    keyed("S3", Method::POST, CUSTOM_ATTRIBUTES_BATCH, "customattributes:write"),
    call("S4", Method::GET, PERMISSIONS, "accesscontrol:read"),
    call("S5", Method::GET, GROUP, "groups:read"),
    call("R1", Method::POST, CONVERSATIONS, "analytics:read"),
    call("C1", Method::GET, CHANNELS, "webmessaging:channel:read"),
    call("C2", Method::POST, CHANNELS, "webmessaging:channel:write"),
];

/// O2 shares its paths with O1; its body tells it apart.
pub(crate) const O2: &Call = &open("O2", TOKEN);

/// The call that a route and a method make, if there is one; O1 for every token request.
pub(crate) fn find(method: &Method, path: &str) -> Option<&'static Call> {
    CALLS.iter().find(|call| call.method == *method && call.path == path)
}

/// Whether a call of this name exists.
pub(crate) fn exists(name: &str) -> bool {
    name == O2.name || CALLS.iter().any(|call| call.name == name)
}

/// Whether a call of this name is counted: those that need a token are.
pub(crate) fn counted(name: &str) -> bool {
    CALLS.iter().any(|call| call.name == name && call.scope.is_some())
}

/// Every scope that some call needs.
pub(crate) fn scopes() -> BTreeSet<&'static str> {
    CALLS.iter().filter_map(|call| call.scope).collect()
}

const fn call(name: &'static str, method: Method, path: &'static str, scope: &'static str) -> Call {
    Call { name, method, path, scope: Some(scope), keyed: false }
}

const fn keyed(name: &'static str, method: Method, path: &'static str, scope: &'static str) -> Call {
    Call { name, method, path, scope: Some(scope), keyed: true }
}

const fn open(name: &'static str, path: &'static str) -> Call {
    Call { name, method: Method::POST, path, scope: None, keyed: false }
}
