//! Lists by page: `pageSize` and `pageNumber` in, `{entities, pageSize, pageNumber, total, pageCount, nextUri}` out.

use axum::http::Uri;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::error::{ApiError, Detail};

const USUAL: usize = 25;
const LARGEST: usize = 100;

/// The parameters of a list.
pub(crate) struct Paging {
    size: usize,
    number: usize,
    /// The path, and every parameter but `pageNumber`, to build `nextUri` from.
    path: String,
    others: Vec<(String, String)>,
}

impl Paging {
    /// Reads the query. A page has 25 entities unless asked for, and at most 100; pages count from 1.
    ///
    /// # Errors
    /// 400 where one is no number or out of range.
    pub(crate) fn read(uri: &Uri) -> Result<Self, ApiError> {
        let mut paging = Self { size: USUAL, number: 1, path: uri.path().to_owned(), others: Vec::new() };
        let mut problems = Vec::new();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            let number = value.parse::<usize>().ok().filter(|number| *number > 0);
            match (name.as_ref(), number) {
                ("pageSize", Some(size)) if size <= LARGEST => paging.size = size,
                ("pageNumber", Some(number)) => paging.number = number,
                ("pageSize" | "pageNumber", _) => problems.push(Detail::new("invalid.query.param.value", &name)),
                _ => {}
            }
            if name != "pageNumber" {
                paging.others.push((name.into_owned(), value.into_owned()));
            }
        }
        if problems.is_empty() { Ok(paging) } else { Err(ApiError::invalid(problems)) }
    }

    /// Another parameter of the query; an empty one counts as left out.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.others.iter().find(|(other, value)| other == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// One page of the list; beyond its end an empty one.
    pub(crate) fn page(&self, entities: impl ExactSizeIterator<Item = Value>) -> Value {
        let total = entities.len();
        let pages = total.div_ceil(self.size);
        let skipped = self.size.saturating_mul(self.number - 1);
        let mut page = json!({
            "entities": entities.skip(skipped).take(self.size).collect::<Vec<_>>(),
            "pageSize": self.size,
            "pageNumber": self.number,
            "total": total,
            "pageCount": pages,
        });
        if self.number < pages {
            page["nextUri"] = json!(self.uri(self.number + 1));
        }
        page
    }

    fn uri(&self, number: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.others);
        query.append_pair("pageNumber", &number.to_string());
        format!("{}?{}", self.path, query.finish())
    }
}
