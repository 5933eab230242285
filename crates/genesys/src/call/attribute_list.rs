//! S2: the custom attributes that one organisation or group defines, a page at a time.

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::GroupId;
use crate::send::Request;
use crate::{Client, Error};

/// The most that a page has.
const PAGE_SIZE: usize = 100;

/// One page of definitions.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttributePage {
    /// The definitions as the server states them.
    pub entities: Vec<Value>,
    /// How many pages there are.
    #[serde(default)]
    pub page_count: u64,
    /// Whether there is another page.
    #[serde(default)]
    pub next_uri: Option<String>,
}

impl Client {
    /// GET `/api/v2/customattributes?orgId=…`, retried by the core's table; pages count from 1.
    ///
    /// # Errors
    /// Refused (404: there is no such group; 403: it may not be read), busy or unavailable for longer than the settings' patience.
    pub async fn attributes_of(&self, group: &GroupId, page: u64) -> Result<AttributePage, Error> {
        let path = format!("/api/v2/customattributes?orgId={group}&pageSize={PAGE_SIZE}&pageNumber={page}");
        self.insist(&Request::new(Method::GET, path)).await?.json()
    }
}
