//! The `[crm]` table: where visitors are looked up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use guestsync_core::Sensitive;
use guestsync_core::patch::Pointer;
use toml::Value;
use url::{Host, Url};

use super::reader::{Name, Reader};
use crate::crm::{MEMBERS, Map};

/// What stands for the hash of the session id in an address.
pub(crate) const HASH: &str = "{hash}";

/// Where visitors are looked up, and what happens where that fails.
#[derive(Debug, Clone)]
pub struct CrmConfig {
    pub(crate) connection: Connection,
    pub(crate) on_failure: OnFailure,
    pub(crate) time_limit: Duration,
    pub(crate) cache_for: Duration,
    pub(crate) cache_entries: u64,
}

/// A visitor whose record cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// Becomes the default guest.
    Default,
    /// Is told to come again.
    Refuse,
}

/// How a CRM is asked.
#[derive(Debug, Clone)]
pub(crate) enum Connection {
    /// `GET url`, members by JSON Pointer.
    Http { url: String, headers: HeaderMap, map: Map },
    /// A row of a table, members by column.
    Sql { address: Sensitive<String>, table: String, key: String, columns: Map },
    /// A line of a file, members by JSON Pointer.
    File { path: PathBuf, key: String, map: Map },
}

const fn name(file: &'static str) -> Name {
    Name { file, env: None }
}

const DATABASE: Name = Name { file: "crm.database_url", env: Some("GUESTSYNC_CRM_DATABASE_URL") };
const ADDRESS: &str = "an https address (http only on this machine) with {hash} in its path or query";
const POINTERS: &str = "must be a table of firstName, email, tier, previousTickets and JSON Pointers like \"/contact/email\"";
const COLUMNS: &str = "must be a table of firstName, email, tier, previousTickets and names of columns";
const HEADERS: &str = "must be a table of header names and the environment variables that hold their values";
const MISSING: &str = "is not set";

impl CrmConfig {
    /// Reads the table; `None` where no CRM is configured, or something is wrong and noted.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let kind = reader.parsed(name("crm.kind"), "\"http\", \"sql\" or \"file\"", |text| {
            ["http", "sql", "file"].into_iter().find(|kind| *kind == text)
        });
        let choice = |text: &str| match text {
            "default" => Some(OnFailure::Default),
            "refuse" => Some(OnFailure::Refuse),
            _ => None,
        };
        let on_failure = reader.parsed(name("crm.on_failure"), "\"default\" or \"refuse\"", choice);
        let mut number = |file, range: std::ops::RangeInclusive<u64>, usual| {
            let expected = format!("{} to {}", range.start(), range.end());
            let parse = |text: &str| text.parse().ok().filter(|number| range.contains(number));
            reader.parsed(name(file), &expected, parse).unwrap_or(usual)
        };
        let time_limit = Duration::from_millis(number("crm.timeout_ms", 10..=10_000, 2_000));
        let cache_for = Duration::from_secs(number("crm.cache_seconds", 0..=86_400, 300));
        let cache_entries = number("crm.cache_entries", 0..=10_000_000, 10_000);
        let connection = match kind? {
            "http" => http(reader),
            "sql" => sql(reader),
            _ => file(reader),
        }?;
        Some(Self { connection, on_failure: on_failure.unwrap_or(OnFailure::Default), time_limit, cache_for, cache_entries })
    }
}

fn http(reader: &mut Reader<'_>) -> Option<Connection> {
    let url = reader.parsed(name("crm.url"), ADDRESS, |text| template(text).then(|| text.to_owned()));
    let headers = headers(reader);
    let map = map(reader, "/", POINTERS, |text| Pointer::parse(text).is_ok());
    let url = url.or_else(|| required(reader, "crm.url"))?;
    Some(Connection::Http { url, headers: headers?, map: map? })
}

fn sql(reader: &mut Reader<'_>) -> Option<Connection> {
    let address = reader.parsed(DATABASE, "a sqlite: or postgres: address", |text| {
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        known.then(|| Sensitive::new(text.to_owned()))
    });
    let owned = |text: &str| identifier(text).then(|| text.to_owned());
    let table =
        reader.parsed(name("crm.table"), "the name of a table", |text| text.split('.').all(identifier).then(|| text.to_owned()));
    let key = reader.parsed(name("crm.key"), "the name of a column", owned);
    let columns = map(reader, "", COLUMNS, identifier);
    let address = address.or_else(|| required(reader, DATABASE.file));
    let table = table.or_else(|| required(reader, "crm.table"));
    let key = key.or_else(|| required(reader, "crm.key"));
    Some(Connection::Sql { address: address?, table: table?, key: key?, columns: columns? })
}

fn file(reader: &mut Reader<'_>) -> Option<Connection> {
    let path = reader.text(name("crm.path")).map(PathBuf::from).or_else(|| required(reader, "crm.path"));
    let key = reader.parsed(name("crm.key"), "a JSON Pointer like \"/sessionHash\"", |text| {
        Pointer::parse(text).is_ok().then(|| text.to_owned())
    });
    let map = map(reader, "/", POINTERS, |text| Pointer::parse(text).is_ok());
    Some(Connection::File { path: path?, key: key.unwrap_or_else(|| "/sessionHash".into()), map: map? })
}

/// Notes a setting that is missing, unless what is wrong with it is noted already.
fn required<T>(reader: &mut Reader<'_>, setting: &'static str) -> Option<T> {
    if reader.has_problem(setting) { None } else { reader.problem(setting, MISSING) }
}

/// Where each member is; members that are not named are under their own names, or nowhere if some are named.
fn map(reader: &mut Reader<'_>, prefix: &str, expected: &str, good: impl Fn(&str) -> bool) -> Option<Map> {
    let Some(table) = reader.table("crm.map") else {
        return Some(Arc::new(MEMBERS.into_iter().map(|member| (member, format!("{prefix}{member}"))).collect()));
    };
    let entry = |(member, place): (&String, &Value)| {
        let member = MEMBERS.into_iter().find(|known| known == member)?;
        let place = place.as_str().filter(|place| good(place))?;
        Some((member, place.to_owned()))
    };
    let map: Option<BTreeMap<_, _>> = table.iter().map(entry).collect();
    map.filter(|map| !map.is_empty()).map(Arc::new).or_else(|| reader.problem("crm.map", expected))
}

/// Headers whose values are in the environment, because they are secrets.
fn headers(reader: &mut Reader<'_>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (header, variable) in reader.table("crm.headers").unwrap_or_default() {
        let parsed = HeaderName::try_from(header.as_str()).ok();
        let (Some(header), Some(variable)) = (parsed, variable.as_str()) else {
            return reader.problem("crm.headers", HEADERS);
        };
        let value = reader.environment(variable).and_then(|value| HeaderValue::try_from(value).ok());
        let Some(mut value) = value else {
            return reader
                .problem(format!("crm.headers.{header}"), "names a variable that is not set, or holds no header's value");
        };
        value.set_sensitive(true);
        headers.insert(header, value);
    }
    Some(headers)
}

/// A name that needs no quotes in SQL.
fn identifier(text: &str) -> bool {
    let start = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    start && text.len() <= 63 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The hash may not become part of the host or of credentials.
fn template(text: &str) -> bool {
    let Ok(url) = Url::parse(&text.replace(HASH, "0")) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    let after_host = text.split_once("://").and_then(|(_, rest)| rest.find('/').map(|slash| &rest[slash..]));
    let placed = after_host.is_some_and(|rest| rest.contains(HASH)) && text.matches(HASH).count() == 1;
    let plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    placed && plain && (url.scheme() == "https" || (url.scheme() == "http" && here))
}
