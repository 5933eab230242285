//! All settings, checked together, so that one start shows everything that is wrong.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use guestsync_core::Sensitive;
use guestsync_core::patch::Pointer;
use guestsync_genesys::oauth::Assertion;
use guestsync_genesys::{ClientAuth, Settings, region};
use url::{Host, Url};

use super::reader::{Name, Problems, Reader};
use super::{AdminConfig, Config, CrmConfig, Origin, Upstream, WorkerConfig};
use crate::keys::StateKey;

/// What the command line decided.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--host`
    pub host: Option<IpAddr>,
    /// `--port`
    pub port: Option<u16>,
    /// `--state-dir`
    pub state_dir: Option<PathBuf>,
    /// `--tls-cert`
    pub tls_certificate: Option<PathBuf>,
    /// `--tls-key`
    pub tls_key: Option<PathBuf>,
    /// `--sandbox`
    pub sandbox: bool,
}

pub(super) const fn name(file: &'static str, env: &'static str) -> Name {
    Name { file, env: Some(env) }
}

const PUBLIC_ORIGIN: &str = "an origin like https://shop.example (http only on this machine)";
const API_ADDRESS: &str = "an https address (http only on this machine) without query";

/// Reads and checks all settings; `env` answers for one variable, `file` is the configuration file's text.
///
/// # Errors
/// Every problem there is, not only the first.
pub fn load(flags: &Flags, env: &dyn Fn(&str) -> Option<String>, file: Option<&str>) -> Result<Config, Problems> {
    let mut reader = Reader::new(env, file);
    let reader_ref = &mut reader;
    let host = reader_ref.parsed(name("host", "GUESTSYNC_HOST"), "an IP address", |text| text.parse().ok());
    let port = reader_ref.parsed(name("port", "PORT"), "a port, 0 to 65535", |text| text.parse().ok());
    let state_dir = reader_ref.text(name("state_dir", "GUESTSYNC_STATE_DIR")).map(PathBuf::from);
    let public_url = reader_ref.parsed(name("public_url", "GUESTSYNC_PUBLIC_URL"), PUBLIC_ORIGIN, |text| {
        // Session cookies are for TLS, or for this machine.
        address(text).and_then(|_| Origin::parse(text))
    });
    let cors_origins = origins(reader_ref);
    let admin = AdminConfig::read(reader_ref);
    let upstream = upstream(reader_ref, flags.sandbox);
    let session_secret = secret(reader_ref, name("session.secret", "GUESTSYNC_SESSION_SECRET"), 16);
    let embedded = reader_ref.flag(name("session.embedded", "GUESTSYNC_SESSION_EMBEDDED"));
    let state_key = state_key(reader_ref);
    let public_attributes = reader_ref.list(Name { file: "visitor.public", env: None });
    let minutes = reader_ref.parsed(Name { file: "capability.minutes", env: None }, "1 to 60", |text| {
        text.parse().ok().filter(|minutes| (1..=60u64).contains(minutes))
    });
    let crm = CrmConfig::read(reader_ref);
    let database_url = database(reader_ref, state_key.is_some());
    let limits = super::limits::read(reader_ref, public_url.is_some());
    let webhook = super::webhook::read(reader_ref);
    let fallback = reader_ref.flag(name("fallback", "GUESTSYNC_FALLBACK"));
    let worker = WorkerConfig::read(reader_ref);
    let patch_pointers = pointers(reader_ref, &worker);
    let attributes = reader_ref.list(Name { file: "proxy.attributes", env: None });
    let tls = tls(reader_ref, flags);
    let problems = reader.finish();
    let (Some(upstream), true) = (upstream, problems.is_empty()) else {
        return Err(Problems(problems));
    };
    Ok(Config {
        host: flags.host.or(host).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        port: flags.port.or(port).unwrap_or(8787),
        state_dir: flags.state_dir.clone().or(state_dir).unwrap_or_else(|| PathBuf::from(".guestsync")),
        public_url,
        cors_origins,
        admin,
        tls,
        upstream,
        session_secret,
        embedded: embedded.unwrap_or(false),
        state_key,
        public_attributes: public_attributes.unwrap_or_else(|| vec!["firstName".into(), "tier".into()]),
        crm,
        database_url,
        webhook,
        limits,
        capability_life: Duration::from_secs(60 * minutes.unwrap_or(5)),
        patch_pointers,
        attributes,
        fallback: fallback.unwrap_or(true),
        worker,
    })
}

/// Several gateways share what is encrypted, so they need the same state key, which no file of one of them holds.
pub(super) fn database(reader: &mut Reader<'_>, has_state_key: bool) -> Option<Sensitive<String>> {
    let setting = name("database_url", "DATABASE_URL");
    let address = reader.parsed(setting, "a postgres:// address", |text| {
        let known = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        known.then(|| Sensitive::new(text.to_owned()))
    })?;
    let state_key = "GUESTSYNC_STATE_KEY";
    if has_state_key || reader.has_problem(state_key) || reader.has_problem("state_key") {
        return Some(address);
    }
    reader.problem(state_key, "is not set: gateways that share a database need the same state key")
}

/// Certificate and key come together, are read now, and have to fit.
fn tls(reader: &mut Reader<'_>, flags: &Flags) -> Option<Arc<rustls::ServerConfig>> {
    let certificate = reader.text(name("tls.certificate", "GUESTSYNC_TLS_CERT")).map(PathBuf::from);
    let key = reader.text(name("tls.key", "GUESTSYNC_TLS_KEY")).map(PathBuf::from);
    match (flags.tls_certificate.clone().or(certificate), flags.tls_key.clone().or(key)) {
        (None, None) => None,
        (Some(certificate), Some(key)) => match crate::listen::tls(&certificate, &key) {
            Ok(tls) => Some(tls),
            Err(error) => reader.problem("tls", &error.to_string()),
        },
        _ => reader.problem("tls", "needs both a certificate and its key"),
    }
}

fn origins(reader: &mut Reader<'_>) -> Vec<Origin> {
    let setting = name("cors.origins", "GUESTSYNC_CORS_ORIGINS");
    let texts = reader.list(setting).unwrap_or_default();
    let parsed: Option<Vec<Origin>> = texts.iter().map(|text| Origin::parse(text)).collect();
    parsed
        .or_else(|| reader.problem(reader.shown(setting), "must be origins like https://shop.example, no patterns"))
        .unwrap_or_default()
}

pub(super) fn secret(reader: &mut Reader<'_>, setting: Name, at_least: usize) -> Option<Sensitive<String>> {
    let secret = reader
        .parsed(setting, &format!("at least {at_least} characters"), |text| (text.len() >= at_least).then(|| text.to_owned()));
    secret.map(Sensitive::new)
}

pub(super) fn state_key(reader: &mut Reader<'_>) -> Option<Sensitive<String>> {
    let setting = name("state_key", "GUESTSYNC_STATE_KEY");
    let key = |text: &str| StateKey::is_key(text).then(|| Sensitive::new(text.to_owned()));
    reader.parsed(setting, "32 bytes in base64url without padding", key)
}

/// The members of the worker's fields, or those listed; with them the moment of the last change, which every patch sets.
fn pointers(reader: &mut Reader<'_>, worker: &WorkerConfig) -> Vec<Pointer> {
    let setting = Name { file: "proxy.pointers", env: None };
    let fields = || worker.fields.values().map(|field| field.pointer.clone()).collect::<Vec<_>>();
    let mut pointers = match reader.list(setting) {
        None => fields(),
        Some(texts) => {
            let parsed: Option<Vec<_>> = texts.iter().map(|text| Pointer::parse(text).ok()).collect();
            let disjoint = |all: &Vec<Pointer>| (1..all.len()).all(|i| !all[..i].iter().any(|other| other.overlaps(&all[i])));
            let expected = "must be JSON Pointers like \"/email\", none within another";
            parsed.filter(disjoint).or_else(|| reader.problem(setting.file, expected)).unwrap_or_default()
        }
    };
    pointers.extend(Pointer::parse("/lastUpdated").ok().filter(|pointer| !pointers.contains(pointer)));
    pointers
}

fn upstream(reader: &mut Reader<'_>, sandbox: bool) -> Option<Upstream> {
    let region = name("genesys.environment", "GENESYS_ENVIRONMENT");
    let base = name("genesys.base_url", "GENESYS_BASE_URL");
    let known = || {
        format!("a region: its domain ({}) or its provider's name (eu-west-1)", region::domains().collect::<Vec<_>>().join(", "))
    };
    let hosts = reader.parsed(region, &known(), region::hosts);
    let base_url = reader.parsed(base, API_ADDRESS, address);
    let token_url = reader.parsed(name("genesys.token_url", "GENESYS_TOKEN_URL"), API_ADDRESS, address);
    let id = reader.text(name("genesys.client_id", "GENESYS_CLIENT_ID")).or_else(|| reader.environment("OAUTH_CLIENT_ID"));
    let assertion = assertion(reader);
    let signs = assertion.is_some() || reader.has_problem("OAUTH_PRIVATE_KEY") || reader.has_problem("OAUTH_SUBJECT");
    let secret = secret(reader, name("genesys.client_secret", "GENESYS_CLIENT_SECRET"), 1);
    let auth = reader.parsed(name("genesys.client_auth", "GENESYS_CLIENT_AUTH"), "\"basic\" or \"body\"", |text| match text {
        "basic" => Some(ClientAuth::Basic),
        "body" => Some(ClientAuth::Body),
        _ => None,
    });
    let scope = reader.text(name("genesys.scope", "GENESYS_SCOPE"));
    let limits = super::rates::read(reader);
    let guests_share = super::rates::guests_share(reader);
    if sandbox {
        return Some(Upstream::Sandbox);
    }
    let api_base = base_url.clone().or_else(|| hosts.as_ref().map(|hosts| hosts.api_base.clone()));
    if reader.text(region).or_else(|| reader.text(base)).is_none() {
        let message = "is not set; set it or GENESYS_BASE_URL (`guestsync serve --sandbox` needs neither)";
        let _: Option<()> = reader.problem("GENESYS_ENVIRONMENT", message);
    }
    for (setting, missing) in [("GENESYS_CLIENT_ID", id.is_none()), ("GENESYS_CLIENT_SECRET", secret.is_none() && !signs)] {
        if missing {
            let _: Option<()> = reader.problem(setting, "is not set");
        }
    }
    let api_base = api_base?;
    // An address of its own has its token endpoint beside it, as the design documents have it.
    let beside = || base_url.as_ref().and_then(|base| base.join("/oauth/token").ok());
    let token_url = token_url.or_else(beside).or_else(|| hosts.map(|hosts| hosts.token_url))?;
    let mut settings = Settings::new(api_base, token_url, id?, secret.unwrap_or_else(|| Sensitive::new(String::new())));
    settings.assertion = assertion;
    settings.client_auth = auth.unwrap_or_default();
    settings.scope = scope;
    (settings.limit, settings.limits) = limits;
    settings.guests_share = guests_share.unwrap_or(settings.guests_share);
    Some(Upstream::Genesys(Box::new(settings)))
}

/// The JWT bearer grant, where there is a key to sign with.
fn assertion(reader: &mut Reader<'_>) -> Option<Assertion> {
    let key = Name { file: "genesys.private_key", env: Some("OAUTH_PRIVATE_KEY") };
    let subject = reader.text(name("genesys.subject", "OAUTH_SUBJECT"));
    let audience = reader.text(name("genesys.audience", "OAUTH_AUDIENCE"));
    let expected = "a P-256 private key in PEM (the variable), or the path of a file with one that only its owner can read";
    let mut assertion = reader.parsed(key, expected, |text| {
        let pem = match text.contains("-----BEGIN") {
            true => zeroize::Zeroizing::new(text.to_owned()),
            false => crate::keys::files::read_private(std::path::Path::new(text)).ok().flatten()?,
        };
        Assertion::new(&pem, String::new())
    })?;
    let Some(subject) = subject else {
        return reader.problem("OAUTH_SUBJECT", "is not set: the JWT bearer grant says for whom it asks");
    };
    (assertion.subject, assertion.audience) = (subject, audience);
    Some(assertion)
}

/// Credentials go over TLS, or do not leave the machine.
fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    (plain && (url.scheme() == "https" || (url.scheme() == "http" && here))).then_some(url)
}
