//! S3: writes the attributes of many records; each stands or falls alone.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde::Deserialize;

use super::Precondition;
use crate::send::{Effort, Request};
use crate::{Client, Error};

/// The most entities that one request may have.
pub const MOST_ENTITIES: usize = 1_000;
/// The most bytes that one request may have.
pub const MOST_BYTES: usize = 512_000;

/// What became of one entity.
#[derive(Debug, Clone, Deserialize)]
pub struct EntityResult {
    /// Its place in the request.
    pub index: usize,
    /// 200 or 201, or an error's status.
    pub status: u16,
    /// Why it was refused.
    #[serde(default)]
    pub error: Option<EntityError>,
}

/// Why an entity was refused.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct EntityError {
    /// The error code.
    #[serde(default)]
    pub code: String,
    /// Each broken rule.
    #[serde(default)]
    pub details: Vec<EntityProblem>,
}

/// One broken rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityProblem {
    /// The rule.
    #[serde(default)]
    pub error_code: String,
    /// The attribute.
    #[serde(default)]
    pub field_name: Option<String>,
}

#[derive(Deserialize)]
struct Results {
    results: Vec<EntityResult>,
}

impl Client {
    /// POST `/api/v2/customattributes/batch`, the body as given (`{entities, partialUpdate}`), retried by the core's table under one
    /// `idempotency_key`. Also tells what the call had to wait for.
    ///
    /// # Errors
    /// Refused as a whole, busy or unavailable for longer than the settings' patience; [`Error::Malformed`] where the results are not
    /// those of `entities` entities.
    pub async fn write_batch(
        &self,
        body: Bytes,
        entities: usize,
        idempotency_key: &str,
    ) -> Result<(Vec<EntityResult>, Effort), Error> {
        let key = HeaderValue::try_from(idempotency_key).map_err(|_| Error::Malformed)?;
        let precondition = Precondition { idempotency_key: Some(key), ..Precondition::default() };
        let request = Request::new(Method::POST, "/api/v2/customattributes/batch".into()).body("application/json", body);
        let (answer, effort) = self.insist_measured(&precondition.apply(request)).await?;
        let Results { mut results } = answer.json()?;
        results.sort_by_key(|result| result.index);
        let complete = results.len() == entities && results.iter().enumerate().all(|(index, result)| result.index == index);
        if complete { Ok((results, effort)) } else { Err(Error::Malformed) }
    }
}
