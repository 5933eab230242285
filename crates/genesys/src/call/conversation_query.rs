//! R1: past conversations and their attributes, a page at a time.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::send::Request;
use crate::{Client, Error};

/// The most that a page has.
const PAGE_SIZE: usize = 1_000;

/// A page of conversations.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationPage {
    /// The conversations.
    #[serde(default)]
    pub page: Vec<Conversation>,
    /// The cursor of the next page; none after the last.
    #[serde(default)]
    pub next_page_token: Option<String>,
}

/// A conversation.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Its id.
    pub conversation_id: String,
    /// Its custom attributes.
    #[serde(default)]
    pub custom_attributes: Option<Map<String, Value>>,
}

impl Client {
    /// POST `/api/v2/analytics/conversations/details/query`, retried by the core's table. Both ends (RFC 3339) are included.
    ///
    /// # Errors
    /// Refused, busy or unavailable for longer than the settings' patience.
    pub async fn conversations(&self, from: &str, to: &str, cursor: Option<&str>) -> Result<ConversationPage, Error> {
        let mut query = json!({
            "dateFrom": from,
            "dateTo": to,
            "view": "conversation",
            "metrics": [{ "name": "conversationCount" }],
            "dimensions": ["customAttributes"],
            "entity": { "id": "interactions" },
            "pageSize": PAGE_SIZE,
        });
        if let Some(cursor) = cursor {
            query["cursor"] = json!(cursor);
        }
        let path = "/api/v2/analytics/conversations/details/query";
        let request = Request::new(Method::POST, path.into()).body("application/json", query.to_string().into());
        self.insist(&request).await?.json()
    }
}
