//! Where forms are posted: a path that a request can have, and that nothing else answers.

use url::Url;

use super::WorkerConfig;

/// What the gateway answers itself. `/api/profile-sync` is the usual path of forms.
const ROUTES: [&str; 11] = [
    "/",
    "/api/field-key",
    "/api/session",
    "/api/token",
    "/api/webchat/init",
    "/healthz",
    "/hooks/crm",
    "/metrics",
    "/openapi.json",
    "/readyz",
    "/sw.js",
];
/// What it answers below these.
const TREES: [&str; 4] = ["/.well-known", "/_sandbox", "/genesys", "/guestsync"];

/// Whether this is a path as it stands in a request, and none of the gateway's own.
pub(super) fn is_free(path: &str) -> bool {
    let asked = Url::parse("http://localhost").ok().and_then(|base| base.join(path).ok());
    let is_asked = asked.is_some_and(|url| url.path() == path && url.query().is_none() && url.fragment().is_none());
    is_asked && !ROUTES.contains(&path) && !TREES.iter().any(|tree| is_below(path, tree))
}

/// Whether the worker would take its own requests for forms.
pub(super) fn is_asked_for(config: &WorkerConfig) -> bool {
    let own = [&config.token, &config.keys, &config.field_key];
    own.contains(&&config.path) || is_below(&config.path, config.endpoint.trim_end_matches('/'))
}

fn is_below(path: &str, tree: &str) -> bool {
    path.strip_prefix(tree).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
