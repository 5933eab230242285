//! The upstream calls, one file each, named as the contract names them.

pub(crate) mod a1;
pub(crate) mod a2;
pub(crate) mod c1;
pub(crate) mod c2;
pub(crate) mod g1;
pub(crate) mod g2;
pub(crate) mod g3;
pub(crate) mod o1;
pub(crate) mod o2;
pub(crate) mod p1;
pub(crate) mod p2;
pub(crate) mod r1;
pub(crate) mod s1;
pub(crate) mod s2;
pub(crate) mod s3;
pub(crate) mod s4;
pub(crate) mod s5;
mod token;

use axum::http::HeaderMap;
use serde_json::{Map, Value};

use crate::layer::idempotency::IDEMPOTENCY_KEY;
use crate::store::Write;

/// A write for the list of effects.
fn write(call: &'static str, guest: &str, keys: Vec<String>, values: Map<String, Value>, headers: &HeaderMap) -> Write {
    let idempotency_key = headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok()).map(str::to_owned);
    Write { call, guest: guest.to_owned(), keys, values, version: None, idempotency_key }
}
