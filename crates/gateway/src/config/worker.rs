//! What `/sw.js` is started with: the `[worker]` table, checked by the core's rules for forms.

use std::collections::BTreeMap;

use guestsync_core::patch::{Operation, Pointer};
use guestsync_core::profile::{self, Redirect, Rules};
use guestsync_core::seal::Binding;
use serde::Serialize;
use toml::Table;

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
    /// What a value is bound to (`shared` mode).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binding: Option<Bound>,
    /// Where a navigation lands; none: a small built-in page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    /// What happens to fields that are not in `fields`.
    pub unknown: Unknown,
    /// Purpose → the form field that grants it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub consent: BTreeMap<String, String>,
    /// Serves a `/sw.js` that unregisters itself instead.
    #[serde(skip)]
    pub kill: bool,
}

/// Where a form field goes, and under which conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Written")]
pub struct Field {
    /// The member of the profile.
    pub pointer: Pointer,
    /// The member may be missing (`add` instead of `replace`).
    pub add: bool,
    /// The most bytes of UTF-8.
    pub max: Option<usize>,
    /// Sent only while this purpose is granted; none: submitting is the consent.
    pub purpose: Option<String>,
}

/// A field as JavaScript reads it: its pointer, or an object where there is more to say.
#[derive(Serialize)]
#[serde(untagged)]
enum Written {
    Plain(String),
    Full {
        pointer: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        operation: Option<&'static str>,
        #[serde(rename = "maxBytes", skip_serializing_if = "Option::is_none")]
        max: Option<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        purpose: Option<String>,
    },
}

impl From<Field> for Written {
    fn from(field: Field) -> Self {
        let pointer = field.pointer.as_str().to_owned();
        match field {
            Field { add: false, max: None, purpose: None, .. } => Self::Plain(pointer),
            Field { add, max, purpose, .. } => Self::Full { pointer, operation: add.then_some("add"), max, purpose },
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

/// What a value is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// Guest and field.
    Field,
    /// Nothing: for a back end that cannot supply them.
    None,
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
            let own = |text: &str| Redirect::parse(text).map(|_| text.to_owned());
            reader.parsed(name(file), "a path of this site, like /path", own).unwrap_or_else(|| usual.to_owned())
        };
        let config = Self {
            path: path("worker.path", "/api/profile-sync"),
            endpoint: path("worker.endpoint", "/genesys"),
            token: path("worker.token", "/api/token"),
            keys: path("worker.keys", "/.well-known/jwks.json"),
            fields: reader.table("worker.fields").map_or_else(usual_fields, |table| fields(reader, &table)),
            required: reader.list(name("worker.required")).unwrap_or_else(|| vec!["guestId".into()]),
            mode: choice(reader, "worker.mode", [("sealed", Mode::Sealed), ("shared", Mode::Shared)]).unwrap_or(Mode::Sealed),
            binding: choice(reader, "worker.binding", [("field", Bound::Field), ("none", Bound::None)]),
            redirect: reader.text(name("worker.redirect")),
            unknown: choice(reader, "worker.unknown", [("ignore", Unknown::Ignore), ("refuse", Unknown::Refuse)])
                .unwrap_or(Unknown::Ignore),
            consent: reader.table("worker.consent").map_or_else(BTreeMap::new, |table| consent(reader, &table)),
            kill: reader.flag(Name { file: "worker.kill", env: Some("GUESTSYNC_WORKER_KILL") }).unwrap_or(false),
        };
        if let Err(error) = config.rules() {
            let _: Option<()> = reader.problem(format!("worker, at {}", error.at), error.code.message());
        }
        config
    }

    /// The rules by which the core judges a form.
    ///
    /// # Errors
    /// The first rule that the configuration breaks.
    pub fn rules(&self) -> Result<Rules, profile::RulesError> {
        let field = |(name, field): (&String, &Field)| {
            let usual = profile::Field::new(name, field.pointer.clone());
            profile::Field {
                operation: if field.add { Operation::Add } else { Operation::Replace },
                max_bytes: field.max.unwrap_or(usual.max_bytes),
                purpose: field.purpose.clone(),
                ..usual
            }
        };
        let binding = if self.binding == Some(Bound::None) { Binding::None } else { Binding::Field };
        Rules::new(profile::Settings {
            fields: self.fields.iter().map(field).collect(),
            required: self.required.clone(),
            unknown: match self.unknown {
                Unknown::Ignore => profile::Unknown::Ignore,
                Unknown::Refuse => profile::Unknown::Refuse,
            },
            consent: self.consent.clone(),
            mode: match self.mode {
                Mode::Sealed => profile::Mode::Sealed,
                Mode::Shared => profile::Mode::Shared(binding),
            },
            redirect: self.redirect.clone(),
        })
    }
}

/// The fields of the design document's form.
fn usual_fields() -> BTreeMap<String, Field> {
    let field = |name: &str| Some((name.to_owned(), plain(Pointer::to_member(name).ok()?)));
    ["email", "phone", "name"].iter().filter_map(|name| field(name)).collect()
}

const fn plain(pointer: Pointer) -> Field {
    Field { pointer, add: false, max: None, purpose: None }
}

const FIELD: &str = "must be a JSON Pointer like \"/email\", or a table like { pointer = \"/email\", add = true, max = 200, purpose = \"marketing\" }";

fn fields(reader: &mut Reader<'_>, table: &Table) -> BTreeMap<String, Field> {
    let mut fields = BTreeMap::new();
    for (field, value) in table {
        let pointer = |value: &toml::Value| Pointer::parse(value.as_str()?).ok();
        match pointer(value).map(plain).or_else(|| full(value.as_table()?)) {
            Some(parsed) => _ = fields.insert(field.clone(), parsed),
            None => _ = reader.problem::<()>(format!("worker.fields.{field}"), FIELD),
        }
    }
    fields
}

fn full(table: &Table) -> Option<Field> {
    if table.keys().any(|key| !["pointer", "add", "max", "purpose"].contains(&key.as_str())) {
        return None;
    }
    let mut field = plain(Pointer::parse(table.get("pointer")?.as_str()?).ok()?);
    if let Some(add) = table.get("add") {
        field.add = add.as_bool()?;
    }
    if let Some(max) = table.get("max") {
        field.max = Some(usize::try_from(max.as_integer()?).ok()?);
    }
    if let Some(purpose) = table.get("purpose") {
        field.purpose = Some(purpose.as_str().filter(|purpose| !purpose.is_empty())?.to_owned());
    }
    Some(field)
}

fn consent(reader: &mut Reader<'_>, table: &Table) -> BTreeMap<String, String> {
    let mut consent = BTreeMap::new();
    for (purpose, value) in table {
        match value.as_str() {
            Some(field) => _ = consent.insert(purpose.clone(), field.to_owned()),
            None => _ = reader.problem::<()>(format!("worker.consent.{purpose}"), "must be the name of a form field"),
        }
    }
    consent
}

fn choice<T: Copy, const N: usize>(reader: &mut Reader<'_>, file: &'static str, choices: [(&str, T); N]) -> Option<T> {
    let expected = choices.each_ref().map(|(text, _)| format!("\"{text}\"")).join(" or ");
    reader.parsed(name(file), &expected, |text| choices.iter().find(|(choice, _)| *choice == text).map(|(_, value)| *value))
}
