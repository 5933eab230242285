//! What a form may have and where its fields go: the configuration of a worker, checked.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::normal::NormalForm;
use super::redirect::Redirect;
use crate::patch::{Operation, Pointer};
use crate::seal::{Binding, MAX_PLAIN};
use crate::shared_str::SharedStr;

/// The form field that names the guest.
pub const GUEST: &str = "guestId";

/// The longest value of a field that states no limit, in bytes of UTF-8.
pub const USUAL_MAX: usize = 4_096;

/// How one form field becomes a member of the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name of the form field.
    pub name: String,
    /// The member of the profile.
    pub pointer: Pointer,
    /// `replace`, or `add` where the member may be missing.
    pub operation: Operation,
    /// The most bytes of UTF-8, after trimming.
    pub max_bytes: usize,
    /// Whether white space at both ends is cut off.
    pub trim: bool,
    /// What is made of its value before it is sealed.
    pub normal: Option<NormalForm>,
    /// Sent only while this purpose is granted; none: submitting is the consent.
    pub purpose: Option<SharedStr>,
}

impl Field {
    /// A field with the defaults: `replace`, trimmed, at most [`USUAL_MAX`] bytes, no purpose.
    #[must_use]
    pub fn new(name: &str, pointer: Pointer) -> Self {
        let (operation, max_bytes) = (Operation::Replace, USUAL_MAX);
        Self { name: name.to_owned(), pointer, operation, max_bytes, trim: true, normal: None, purpose: None }
    }
}

/// A form field that grants a purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The purpose.
    pub purpose: SharedStr,
    /// The name of the form field.
    pub field: String,
}

/// How values are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// JWE to the key set's public key.
    Sealed,
    /// AES-256-GCM with the guest's own key.
    Shared(Binding),
}

/// What happens to a field that is not configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unknown {
    /// It is left out.
    #[default]
    Ignore,
    /// The form is refused.
    Refuse,
}

/// The configuration of a worker.
#[derive(Debug, Clone)]
pub struct Rules {
    pub(super) fields: Vec<Field>,
    pub(super) required: Vec<String>,
    pub(super) unknown: Unknown,
    pub(super) consent: Vec<Consent>,
    pub(super) mode: Mode,
    pub(super) redirect: Option<Redirect>,
}

/// What a configuration says, before it is checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The fields; at least one.
    pub fields: Vec<Field>,
    /// Names of fields that must have a value; `guestId` always must.
    pub required: Vec<String>,
    /// What happens to a field that is not configured.
    pub unknown: Unknown,
    /// Which form fields grant which purposes.
    pub consent: Vec<Consent>,
    /// How values are sealed.
    pub mode: Mode,
    /// Where a navigation lands, as a path of this site; none: a small built-in page.
    pub redirect: Option<String>,
}

impl Rules {
    /// Checks a configuration.
    ///
    /// # Errors
    /// [`RulesError`], the first rule that is broken and the option that breaks it.
    pub fn new(settings: Settings) -> Result<Self, RulesError> {
        let Settings { fields, required, unknown, consent, mode, redirect } = settings;
        let wrong = |code, name: &str| Err(RulesError { code, at: name.to_owned() });
        if fields.is_empty() {
            return wrong(RulesCode::NoFields, "fields");
        }
        for (i, field) in fields.iter().enumerate() {
            if field.name.is_empty() || field.name == GUEST || consent.iter().any(|consent| consent.field == field.name) {
                return wrong(RulesCode::FieldName, &field.name);
            }
            if field.max_bytes == 0 || field.max_bytes > MAX_PLAIN {
                return wrong(RulesCode::FieldMax, &field.name);
            }
            if field.operation == Operation::Add && field.pointer.ends_in_index() {
                return wrong(RulesCode::FieldIndex, &field.name);
            }
            let ours = ["/id", "/lastUpdated"].into_iter().filter_map(|text| Pointer::parse(text).ok());
            if ours.into_iter().any(|pointer| pointer.overlaps(&field.pointer)) {
                return wrong(RulesCode::FieldReserved, &field.name);
            }
            if fields[..i].iter().any(|other| other.name == field.name || other.pointer.overlaps(&field.pointer)) {
                return wrong(RulesCode::FieldOverlaps, &field.name);
            }
        }
        if let Some(name) = required.iter().find(|name| **name != GUEST && !fields.iter().any(|field| field.name == **name)) {
            return wrong(RulesCode::RequiredUnknown, name);
        }
        let redirect = match redirect.as_deref().map(Redirect::parse) {
            Some(None) => return wrong(RulesCode::Redirect, "redirect"),
            Some(redirect) => redirect,
            None => None,
        };
        Ok(Self { fields, required, unknown, consent, mode, redirect })
    }

    /// Whether the value of a form field of this name is wanted: any other need not be read.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        name == GUEST
            || self.fields.iter().any(|field| field.name == name)
            || self.consent.iter().any(|consent| consent.field == name)
    }

    /// The names of the form fields whose values are wanted.
    #[must_use]
    pub fn wanted(&self) -> Vec<String> {
        let mut names = vec![GUEST.to_owned()];
        for field in &self.fields {
            names.push(field.name.clone());
        }
        for consent in &self.consent {
            names.push(consent.field.clone());
        }
        names
    }

    /// How values are sealed.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The form's name of what is put there.
    pub(super) fn name(&self, pointer: &Pointer) -> Option<String> {
        self.fields.iter().find(|field| field.pointer == *pointer).map(|field| field.name.clone())
    }

    /// Whether any field waits for consent.
    pub(super) fn has_purposes(&self) -> bool {
        self.fields.iter().any(|field| field.purpose.is_some())
    }

    /// Where a navigation lands.
    #[must_use]
    pub const fn redirect(&self) -> Option<&Redirect> {
        self.redirect.as_ref()
    }
}

/// A rule that a configuration broke, and at which option or field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesError {
    /// The rule.
    pub code: RulesCode,
    /// The option, or the name of the configured field.
    pub at: String,
}

/// The rules of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulesCode {
    /// There is no field.
    NoFields,
    /// A field's name is empty, `guestId`, or that of a consent field.
    FieldName,
    /// A field's limit is zero or above 512,000 bytes.
    FieldMax,
    /// `add` at an array index: every repeat would insert.
    FieldIndex,
    /// A field goes to `/id` or `/lastUpdated`.
    FieldReserved,
    /// Two fields have one name, or go to the same member or into one another.
    FieldOverlaps,
    /// A required field is not configured.
    RequiredUnknown,
    /// The redirect is not a path of this site.
    Redirect,
}

impl RulesCode {
    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoFields => "options.fields",
            Self::FieldName => "options.field_name",
            Self::FieldMax => "options.field_max",
            Self::FieldIndex => "options.field_index",
            Self::FieldReserved => "options.field_reserved",
            Self::FieldOverlaps => "options.field_overlaps",
            Self::RequiredUnknown => "options.required",
            Self::Redirect => "options.redirect",
        }
    }

    /// What to tell a developer.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoFields => "At least one field has to be configured.",
            Self::FieldName => "A field's name is not empty, not \"guestId\" and not that of a consent field.",
            Self::FieldMax => "A field's limit is between 1 and 512,000 bytes.",
            Self::FieldIndex => "\"add\" at an array index inserts again with every repeat.",
            Self::FieldReserved => "\"/id\" and \"/lastUpdated\" are not a form's to set.",
            Self::FieldOverlaps => "Two fields have the same name, or go to the same member or into one another.",
            Self::RequiredUnknown => "A required field is not among the configured ones.",
            Self::Redirect => "The redirect has to be a path of this site, like \"/thanks\".",
        }
    }
}

impl core::fmt::Display for RulesError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.at)?;
        f.write_str(": ")?;
        f.write_str(self.code.message())
    }
}

impl core::error::Error for RulesError {}
