//! C1: the messaging channels there are.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::send::Request;
use crate::{Client, Error};

/// Channels asked for at once; the most that the server gives.
const PAGE_SIZE: usize = 100;
/// A list that is longer has no end.
const MOST_PAGES: usize = 10_000;

/// A channel of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingChannel {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Everything that the server says of it, id and name included.
    pub members: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    entities: Vec<Map<String, Value>>,
    page_count: Option<usize>,
    #[serde(default)]
    next_uri: Option<String>,
}

impl Page {
    /// Whether another page follows the one of this number. Only what the server states counts; where it states nothing, a full
    /// page means that there may be more.
    fn goes_on(&self, number: usize) -> bool {
        match (self.page_count, &self.next_uri) {
            (Some(count), _) => number < count,
            (None, Some(_)) => true,
            (None, None) => self.entities.len() >= PAGE_SIZE,
        }
    }
}

impl Client {
    /// GET `/api/v2/webmessaging/channels`, all pages, each retried by the core's table. With `prefix` only channels whose names
    /// begin with it: whoever looks for a name compares exactly.
    ///
    /// # Errors
    /// Refused, busy or unavailable for longer than the settings' patience; 404 is an empty list.
    pub async fn channels(&self, prefix: Option<&str>) -> Result<Vec<ExistingChannel>, Error> {
        let mut channels = Vec::new();
        for number in 1..=MOST_PAGES {
            let request = Request::new(Method::GET, format!("/api/v2/webmessaging/channels?{}", query(prefix, number)));
            let page: Page = match self.insist(&request).await {
                Ok(answer) => answer.json()?,
                Err(Error::Refused { status: 404, .. }) => return Ok(channels),
                Err(error) => return Err(error),
            };
            let goes_on = page.goes_on(number) && !page.entities.is_empty();
            for members in page.entities {
                let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
                let (Some(id), Some(name)) = (text("id"), text("name")) else { return Err(Error::Malformed) };
                channels.push(ExistingChannel { id, name, members });
            }
            if !goes_on {
                return Ok(channels);
            }
        }
        Err(Error::Malformed)
    }
}

fn query(prefix: Option<&str>, number: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(prefix.map(|prefix| ("name", prefix)));
    query.append_pair("pageSize", &PAGE_SIZE.to_string()).append_pair("pageNumber", &number.to_string()).finish()
}
