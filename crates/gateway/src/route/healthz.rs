//! GET `/healthz`: the process answers.

/// 200 `ok`.
pub(crate) async fn handle() -> &'static str {
    "ok"
}
