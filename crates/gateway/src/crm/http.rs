//! An HTTP service: GET the configured address, 200 with a JSON object, or 404 where nobody is known.

use std::pin::Pin;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::Value;

use super::{Connector, CrmError, Failure, Known, Map};
use crate::config::HASH;

/// An answer larger than this is not a visitor's record.
const MAX_BODY: usize = 256 * 1024;

/// The service.
pub(super) struct Service {
    http: Client,
    url: String,
    headers: HeaderMap,
    map: Map,
}

impl Service {
    /// `url` has [`HASH`] where the hash goes. Redirects are not followed: the headers are for this service only.
    pub(super) fn new(url: &str, headers: &HeaderMap, map: &Map, time_limit: Duration) -> Result<Self, CrmError> {
        let agent = concat!("guestsync/", env!("CARGO_PKG_VERSION"));
        let builder = Client::builder().redirect(Policy::none()).referer(false).timeout(time_limit).user_agent(agent);
        let http = builder.build().map_err(|_| CrmError)?;
        Ok(Self { http, url: url.to_owned(), headers: headers.clone(), map: Map::clone(map) })
    }

    async fn get(&self, hash: &str) -> Result<Option<Known>, Failure> {
        let request = self.http.get(self.url.replace(HASH, hash)).header(ACCEPT, "application/json");
        let response = request.headers(self.headers.clone()).send().await.map_err(failure)?;
        match response.status().as_u16() {
            200 => {
                let record: Value = serde_json::from_slice(&whole(response).await?).map_err(|_| Failure::Malformed)?;
                if !record.is_object() {
                    return Err(Failure::Malformed);
                }
                Ok(Some(Known::mapped(&record, &self.map)))
            }
            204 | 404 => Ok(None),
            status => Err(Failure::Status(status)),
        }
    }
}

impl Connector for Service {
    fn find<'a>(&'a self, hash: &'a str) -> Pin<Box<dyn Future<Output = Result<Option<Known>, Failure>> + Send + 'a>> {
        Box::pin(self.get(hash))
    }
}

async fn whole(mut response: Response) -> Result<Bytes, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Failure::Malformed);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

fn failure(error: reqwest::Error) -> Failure {
    if error.is_timeout() { Failure::Timeout } else { Failure::Unreachable }
}
