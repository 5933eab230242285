//! How a request reaches Genesys: straight, by hyper; where the system names a proxy for its address (`HTTPS_PROXY`, `NO_PROXY`), by
//! reqwest, which knows proxies and costs a request more.
//!
//! - [`straight`]: what is spoken over connections; [`kept`]: those of HTTP/1.1;
//! - [`address`]: what a call's address is made of.

mod address;
mod kept;
mod straight;

use std::{error, io};

use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use hyper::{Method, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::redirect::Policy;

use self::address::Address;
use self::straight::Straight;
use crate::{Answer, Error, Settings};

const AGENT: &str = concat!("guestsync/", env!("CARGO_PKG_VERSION"));

/// Sends requests. No redirect is followed; every use of it has a time limit of its own.
pub(crate) struct Http {
    address: Address,
    way: Way,
}

enum Way {
    Straight(Box<Straight>),
    Proxied(reqwest::Client),
}

impl Http {
    /// Nothing is sent yet. The process's TLS provider must be installed.
    ///
    /// # Errors
    /// The TLS library cannot be set up.
    pub(crate) fn new(settings: &Settings, proxied: &reqwest::Client) -> Result<Self, Error> {
        let address = Address::of(&settings.api_base).ok_or(Error::Unreachable)?;
        let way = if settings.by_proxy && Matcher::from_system().intercept(&address.of_path("/")?).is_some() {
            Way::Proxied(proxied.clone())
        } else {
            Way::Straight(Box::new(Straight::new(settings.connect_timeout)?))
        };
        Ok(Self { address, way })
    }

    /// Sends a request and reads its answer to the end. What this seldom waits for is in a box: a future is moved with all that it may
    /// come to hold, and whoever awaits this one holds it too.
    pub(crate) async fn exchange(&self, request: &Outgoing<'_>) -> Result<Answer, Error> {
        match &self.way {
            Way::Straight(straight) => straight.exchange(&self.address, request).await,
            Way::Proxied(client) => {
                let uri = self.address.of_path(request.path)?;
                let asking = reqwest::Request::try_from(request.at::<Bytes>(uri))?;
                Box::pin(async { Answer::read(client.execute(asking).await?.into()).await }).await
            }
        }
    }
}

/// A request with its credential.
pub(crate) struct Outgoing<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) bearer: &'a HeaderValue,
    pub(crate) body: &'a Bytes,
}

impl Outgoing<'_> {
    fn at<B: From<Bytes>>(&self, uri: Uri) -> Request<B> {
        let mut request = Request::new(B::from(self.body.clone()));
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (self.method.clone(), uri, self.headers.clone());
        request.headers_mut().insert(AUTHORIZATION, self.bearer.clone());
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(AGENT));
        request
    }
}

/// What an exchange without a whole answer comes to.
pub(crate) fn failure(error: &(dyn error::Error + 'static)) -> Error {
    let is_timeout = |source: &(dyn error::Error + 'static)| {
        let io = source.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut);
        io || source.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout)
    };
    if sources(error).any(is_timeout) { Error::Timeout } else { Error::Unreachable }
}

/// An error and what is behind it.
fn sources<'a>(error: &'a (dyn error::Error + 'static)) -> impl Iterator<Item = &'a (dyn error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// The client for tokens, and for everything where there is a proxy.
///
/// # Errors
/// The TLS library cannot be set up.
pub(crate) fn reqwest(settings: &Settings) -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .referer(false)
        // Every use of it has a time limit of its own, which costs a request less than the client's would.
        .connect_timeout(settings.connect_timeout)
        .user_agent(AGENT);
    Ok(if settings.by_proxy { builder } else { builder.no_proxy() }.build()?)
}
