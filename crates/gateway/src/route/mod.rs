//! One file per route. What a route answers, in full, is in `docs/http.md`.

pub(crate) mod attributes_get;
pub(crate) mod attributes_set;
pub(crate) mod console;
pub(crate) mod field_key;
pub(crate) mod healthz;
pub(crate) mod hooks_crm;
pub(crate) mod init;
pub(crate) mod jwks;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod profile_get;
pub(crate) mod profile_patch;
pub(crate) mod profile_sync;
pub(crate) mod readyz;
pub(crate) mod sandbox_control;
pub(crate) mod sandbox_opened;
pub(crate) mod session_end;
pub(crate) mod token;
pub(crate) mod worker_script;
