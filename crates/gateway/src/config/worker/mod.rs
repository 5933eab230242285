//! What `/sw.js` is started with, checked by the core's rules for forms.
//!
//! - [`Field`]: one field of the form; `read`: the `[worker]` table of the configuration; `path`: where forms may be
//!   posted.

mod field;
mod path;
mod read;

use std::collections::BTreeMap;

use guestsync_core::profile::{self, Rules};
use guestsync_core::seal::Binding;
use serde::Serialize;

pub use field::Field;

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
    /// Where the guest's own key comes from (`shared` mode).
    pub field_key: String,
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
    /// Where the worker keeps capabilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_cache: Option<TokenCache>,
    /// Whether the worker sends the attributes of pages that are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<bool>,
    /// Serves a `/sw.js` that unregisters itself instead.
    #[serde(skip)]
    pub kill: bool,
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

/// Where the worker keeps capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenCache {
    /// In its memory.
    Memory,
    /// In Cache Storage too, where any script of the site can read them.
    CacheStorage,
}

impl WorkerConfig {
    /// The rules by which the core judges a form.
    ///
    /// # Errors
    /// The first rule that the configuration breaks.
    pub fn rules(&self) -> Result<Rules, profile::RulesError> {
        let consent =
            |(purpose, field): (&String, &String)| profile::Consent { purpose: (**purpose).into(), field: field.clone() };
        let binding = if self.binding == Some(Bound::None) { Binding::None } else { Binding::Field };
        Rules::new(profile::Settings {
            fields: self.fields.iter().map(|(name, field)| field.rule(name)).collect(),
            required: self.required.clone(),
            unknown: match self.unknown {
                Unknown::Ignore => profile::Unknown::Ignore,
                Unknown::Refuse => profile::Unknown::Refuse,
            },
            consent: self.consent.iter().map(consent).collect(),
            mode: match self.mode {
                Mode::Sealed => profile::Mode::Sealed,
                Mode::Shared => profile::Mode::Shared(binding),
            },
            redirect: self.redirect.clone(),
        })
    }
}
