//! What `/sw.js` is started with: the `[worker]` table.

use std::collections::BTreeMap;

use guestsync_core::patch::Pointer;
use serde::Serialize;
use toml::{Table, Value};

use super::reader::{Name, Reader};

/// The options of `serveProfileForms`, in the names that JavaScript has for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerConfig {
    /// The path whose posts the worker answers.
    pub path: String,
    /// Where patches go.
    pub endpoint: String,
    /// Where capabilities come from.
    pub token: String,
    /// Where the sealing keys are.
    pub keys: String,
    /// Form field → profile member.
    pub fields: BTreeMap<String, Field>,
    /// Fields that must be there.
    pub required: Vec<String>,
    /// How values are sealed.
    pub mode: Mode,
    /// Where a navigation lands; none: a small built-in page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    /// What happens to fields that are not in `fields`.
    pub unknown: Unknown,
    /// Serves a `/sw.js` that unregisters itself instead.
    #[serde(skip)]
    pub kill: bool,
}

/// Where a form field goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Field {
    /// The member of the profile (JSON Pointer); submitting is the consent.
    Pointer(String),
    /// Sent only while a purpose is granted.
    Purpose {
        /// The member of the profile (JSON Pointer).
        pointer: String,
        /// The purpose.
        purpose: String,
    },
}

impl Field {
    /// The member of the profile.
    #[must_use]
    pub fn pointer(&self) -> &str {
        match self {
            Self::Pointer(pointer) | Self::Purpose { pointer, .. } => pointer,
        }
    }
}

/// How values are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// JWE to the key set's public key.
    Sealed,
    /// AES-256-GCM with the guest's own key.
    Shared,
}

/// What happens to unknown fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unknown {
    /// They are left out.
    Ignore,
    /// The form is refused.
    Refuse,
}

const fn name(file: &'static str) -> Name {
    Name { file, env: None }
}

impl WorkerConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut path = |file, usual: &str| {
            let given =
                reader.parsed(name(file), "a path of this site, like /path", |text| own_path(text).then(|| text.to_owned()));
            given.unwrap_or_else(|| usual.to_owned())
        };
        let own = path("worker.path", "/api/profile-sync");
        let endpoint = path("worker.endpoint", "/genesys");
        let token = path("worker.token", "/api/token");
        let keys = path("worker.keys", "/.well-known/jwks.json");
        Self {
            path: own,
            endpoint,
            token,
            keys,
            fields: reader.table("worker.fields").map_or_else(usual_fields, |table| fields(reader, &table)),
            required: reader.list(name("worker.required")).unwrap_or_else(|| vec!["guestId".into()]),
            mode: reader
                .parsed(name("worker.mode"), "\"sealed\" or \"shared\"", |text| match text {
                    "sealed" => Some(Mode::Sealed),
                    "shared" => Some(Mode::Shared),
                    _ => None,
                })
                .unwrap_or(Mode::Sealed),
            redirect: reader.parsed(name("worker.redirect"), "a path of this site, like /thanks", |text| {
                own_path(text).then(|| text.to_owned())
            }),
            unknown: reader
                .parsed(name("worker.unknown"), "\"ignore\" or \"refuse\"", |text| match text {
                    "ignore" => Some(Unknown::Ignore),
                    "refuse" => Some(Unknown::Refuse),
                    _ => None,
                })
                .unwrap_or(Unknown::Ignore),
            kill: reader.flag(Name { file: "worker.kill", env: Some("GUESTSYNC_WORKER_KILL") }).unwrap_or(false),
        }
    }
}

/// The fields of the design document's form.
fn usual_fields() -> BTreeMap<String, Field> {
    ["email", "phone", "name"].map(|field| (field.to_owned(), Field::Pointer(format!("/{field}")))).into()
}

fn fields(reader: &mut Reader<'_>, table: &Table) -> BTreeMap<String, Field> {
    let mut fields = BTreeMap::new();
    for (field, value) in table {
        let parsed = match value {
            Value::String(pointer) if is_pointer(pointer) => Some(Field::Pointer(pointer.clone())),
            Value::Table(inner) => with_purpose(inner),
            _ => None,
        };
        match parsed {
            Some(parsed) => _ = fields.insert(field.clone(), parsed),
            None => {
                let message = "must be a JSON Pointer like \"/email\", or { pointer = \"/email\", purpose = \"marketing\" }";
                let _: Option<()> = reader.problem(format!("worker.fields.{field}"), message);
            }
        }
    }
    fields
}

fn with_purpose(table: &Table) -> Option<Field> {
    if table.keys().any(|key| key != "pointer" && key != "purpose") {
        return None;
    }
    let pointer = table.get("pointer")?.as_str().filter(|pointer| is_pointer(pointer))?.to_owned();
    match table.get("purpose") {
        None => Some(Field::Pointer(pointer)),
        Some(purpose) => Some(Field::Purpose { pointer, purpose: purpose.as_str().filter(|p| !p.is_empty())?.to_owned() }),
    }
}

/// Whether a profile's member can be named like this, by the core's rule.
pub(super) fn is_pointer(text: &str) -> bool {
    Pointer::parse(text).is_ok()
}

/// A path on this origin: not protocol-relative, not absolute, nothing that a browser would turn into either.
fn own_path(text: &str) -> bool {
    text.starts_with('/') && !text.starts_with("//") && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leaves_the_site_is_none() {
        for text in [
            "",
            "thanks",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a b",
            "/ä",
            "/\t/evil.example",
        ] {
            assert!(!own_path(text), "{text:?}");
        }
        assert!(own_path("/thanks?from=form#top"));
    }
}
