//! What came back, with only the headers that mean something to the asker.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use guestsync_core::Millis;
use guestsync_core::retry::{Policy, Verdict, judge, retry_after, retry_after::http_date};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::Response;
use hyper::body::Body;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use crate::Error;

/// An answer larger than this is not read to its end.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// The headers that are kept. Cookies, challenges and hop-by-hop fields stay here.
const KEPT: [HeaderName; 8] = [
    header::CONTENT_TYPE,
    header::DATE,
    header::ETAG,
    header::RETRY_AFTER,
    HeaderName::from_static("inin-correlation-id"),
    HeaderName::from_static("inin-ratelimit-count"),
    HeaderName::from_static("inin-ratelimit-allowed"),
    HeaderName::from_static("inin-ratelimit-reset"),
];

/// An HTTP answer of Genesys.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Content-Type`, `Date`, `ETag`, `Retry-After`, `ININ-Correlation-Id` and the rate headers, where present.
    pub headers: HeaderMap,
    /// The body as it came. May be personal.
    pub body: Bytes,
    /// How long its request waited for the rate budget.
    pub(crate) waited: Duration,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    code: String,
}

impl Answer {
    /// Reads an answer to its end.
    pub(crate) async fn read<B: Body<Data = Bytes>>(response: Response<B>) -> Result<Self, Error>
    where
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = response.into_parts();
        let (status, headers) = (parts.status.as_u16(), kept(parts.headers));
        Ok(Self { status, headers, body: read(body).await?, waited: Duration::ZERO })
    }

    /// The error code that the body names, where this is an error and it names one.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        if self.status < 400 {
            return None;
        }
        serde_json::from_slice::<ErrorBody>(&self.body).ok().map(|body| body.code)
    }

    /// What the answer means, by the core's retry table.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        judge(self.status, self.code().as_deref())
    }

    /// How long `Retry-After` asks to wait, in milliseconds; a date is compared with the server's own clock.
    #[must_use]
    pub fn retry_after(&self) -> Option<Millis> {
        let text = |name| self.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let here = wall();
        let now = text(header::DATE).and_then(|date| http_date(date, here)).unwrap_or(here);
        retry_after(text(header::RETRY_AFTER)?, now)
    }

    /// For how long nothing is to leave after this 429: never less than the retry table's base delay, as where it names no wait at all.
    pub(crate) fn pause(&self) -> Millis {
        self.retry_after().unwrap_or(0).max(Policy::SERVER.base)
    }

    /// The server's time, milliseconds since 1970.
    pub(crate) fn date(&self) -> Option<Millis> {
        http_date(self.headers.get(header::DATE)?.to_str().ok()?, wall())
    }

    /// The body as the type that the contract names. The parser's message is dropped: it may repeat a personal value.
    pub(crate) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        // Whether it is UTF-8 is found out faster for all of it than for each of its texts.
        let text = std::str::from_utf8(&self.body).map_err(|_| Error::Malformed)?;
        serde_json::from_str(text).map_err(|_| Error::Malformed)
    }
}

/// A body that is not too large.
async fn read<B: Body<Data = Bytes>>(body: B) -> Result<Bytes, Error>
where
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Error::Malformed),
        Err(error) => Err(crate::http::failure(&*error)),
    }
}

/// The headers that are kept, the first of each name.
fn kept(mut all: HeaderMap) -> HeaderMap {
    if all.len() > all.keys_len() {
        return KEPT.iter().filter_map(|name| Some((name.clone(), all.get(name)?.clone()))).collect();
    }
    // Mostly there are fewer to take out than to put in.
    let others: Vec<HeaderName> = all.keys().filter(|name| !KEPT.contains(name)).cloned().collect();
    for name in others {
        all.remove(name);
    }
    all
}

fn wall() -> Millis {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| Millis::try_from(d.as_millis()).unwrap_or(Millis::MAX))
}
