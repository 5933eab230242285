//! What an attacker tries. All of it is refused, and the log tells that it was, without a word of what was sent.
//!
//! - [`paths`]: another guest's id, `..`, `%2e`, `//`, encoded slashes, absolute addresses, method override;
//! - [`capability`]: forged, expired and foreign capabilities;
//! - [`cross_site`]: forms and requests of other sites' pages;
//! - [`flood`]: oversized and slow bodies, too many requests;
//! - [`injection`]: headers, cookies, redirects and log lines made of what was sent;
//! - [`ssrf`]: webhook receivers inside the network;
//! - [`starts`]: sessions by the hundred;
//! - [`logged`]: what the log says of all this.

mod capability;
mod cross_site;
mod flood;
mod injection;
mod logged;
mod paths;
mod ssrf;
mod starts;
