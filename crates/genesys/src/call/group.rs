//! S5: a group and its parent.

use reqwest::Method;
use serde::Deserialize;

use super::GroupId;
use crate::send::Request;
use crate::{Client, Error};

/// A group, or an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its parent; none at the top.
    pub parent: Option<GroupId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    parent_id: Option<String>,
}

impl Client {
    /// GET `/api/v2/groups/{id}`, retried by the core's table.
    ///
    /// # Errors
    /// Refused (404: there is no such group; 403: it may not be read), busy or unavailable for longer than the settings' patience.
    pub async fn group(&self, id: &GroupId) -> Result<Group, Error> {
        let body: Body = self.insist(&Request::new(Method::GET, format!("/api/v2/groups/{id}"))).await?.json()?;
        let parent = body.parent_id.filter(|id| !id.is_empty());
        let parent = parent.map(|id| GroupId::parse(&id).ok_or(Error::Malformed)).transpose()?;
        Ok(Group { parent })
    }
}
