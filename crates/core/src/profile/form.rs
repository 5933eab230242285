//! A submitted form against the rules.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::refusal::{Refusal, Why};
use super::rules::{Consent, Field, GUEST, Rules, Unknown};
use crate::Sensitive;
use crate::clock::Clock;
use crate::consent::Ledger;
use crate::seal::guest_id_is_valid;
use crate::shared_str::SharedStr;
use crate::text::cut;

/// The most bytes of a form's body.
pub const MAX_FORM: usize = 512_000;
/// The most fields of a form, known or not.
pub const MAX_FIELDS: usize = 64;

/// One field as it came.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its value.
    pub given: Given,
}

/// The value of a field as it came.
#[derive(Debug)]
pub enum Given {
    /// Text.
    Text(Sensitive<String>),
    /// A file that was chosen.
    File,
    /// A boolean of a JSON form: the answer of a consent field, and of no other.
    Flag(bool),
    /// Something else: a number, an array or an object of a JSON form.
    Other,
    /// Nothing: `null` of a JSON form, or not read because [`Rules::wants`] said so.
    Nothing,
}

/// How the body of a form is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// `application/x-www-form-urlencoded` or `multipart/form-data`.
    Form,
    /// `application/json`: one object.
    Json,
}

impl Body {
    /// What a `Content-Type` field says (RFC 9110 §8.3); `None` where it is neither a form's nor JSON.
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        let essence = cut(content_type, b';').map_or(content_type, |(essence, _)| essence).trim();
        let is = |name: &str| essence.eq_ignore_ascii_case(name);
        if is("application/json") {
            return Some(Self::Json);
        }
        (is("application/x-www-form-urlencoded") || is("multipart/form-data")).then_some(Self::Form)
    }
}

/// Why a body could not be read as a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// More than [`MAX_FORM`] bytes.
    TooLarge,
    /// The content type is neither a form's nor JSON.
    Type,
    /// The body is not what its content type says.
    Malformed,
}

impl From<Unreadable> for Refusal {
    fn from(why: Unreadable) -> Self {
        Self::whole(match why {
            Unreadable::TooLarge => Why::FormTooLarge,
            Unreadable::Type => Why::FormType,
            Unreadable::Malformed => Why::FormMalformed,
        })
    }
}

/// A field to be sealed.
#[derive(Debug)]
pub struct Value {
    /// Which field of [`Rules`], by its place there.
    field: usize,
    plain: Sensitive<String>,
    trim: bool,
    /// The epoch of its purpose when it was checked.
    pub(super) epoch: Clock,
}

impl Value {
    /// The rule of the field.
    #[must_use]
    pub fn rule<'a>(&self, rules: &'a Rules) -> &'a Field {
        &rules.fields[self.field]
    }

    /// What is to be sealed.
    #[must_use]
    pub fn plain(&self) -> &str {
        trimmed(self.plain.expose(), self.trim)
    }
}

/// A form that may be sealed and sent.
#[derive(Debug)]
pub struct Checked {
    /// Whose profile.
    pub guest: String,
    /// What to set, in the order of the rules.
    pub values: Vec<Value>,
    /// Names of fields that have a value but wait for consent.
    pub held: Vec<String>,
}

/// Checks a form. A field without a value (empty, or white space where it is trimmed) counts as not given: an input that nobody
/// touched erases nothing. A purpose without a form field of its own is granted where the visitor has `decided` so.
///
/// # Errors
/// The first rule that is broken.
pub fn check(rules: &Rules, decided: &Ledger, entries: Vec<Entry>) -> Result<Checked, Refusal> {
    if entries.len() > MAX_FIELDS {
        return Err(Refusal::whole(Why::FormTooManyFields));
    }
    for entry in &entries {
        let wanted = rules.wants(&entry.name);
        match entry.given {
            Given::File if wanted => return Err(Refusal::at(&entry.name, Why::FieldFile)),
            Given::File => return Err(Refusal::whole(Why::FieldFile)),
            _ if !wanted && rules.unknown == Unknown::Refuse => return Err(Refusal::whole(Why::FieldUnknown)),
            _ => {}
        }
    }
    let mut given = Fields { rest: entries };
    let guest = guest(&mut given)?;
    let granted = granted(rules, &mut given)?;
    let is_granted = |purpose: &SharedStr| {
        granted.contains(&&**purpose)
            || decided.is_granted(purpose) && !rules.consent.iter().any(|consent| consent.purpose == *purpose)
    };
    let (mut values, mut held) = (Vec::new(), Vec::new());
    for (i, field) in rules.fields.iter().enumerate() {
        let plain = given.text(&field.name)?.filter(|plain| !trimmed(plain.expose(), field.trim).is_empty());
        let Some(plain) = plain else {
            if rules.required.contains(&field.name) {
                return Err(Refusal::at(&field.name, Why::FieldRequired));
            }
            continue;
        };
        if trimmed(plain.expose(), field.trim).len() > field.max_bytes {
            return Err(Refusal::at(&field.name, Why::FieldTooLong));
        }
        if field.purpose.as_ref().is_none_or(is_granted) {
            let plain = field.normal.and_then(|normal| normal.of(trimmed(plain.expose(), field.trim))).unwrap_or(plain);
            let epoch = field.purpose.as_ref().map_or(Clock::ZERO, |purpose| decided.epoch(purpose));
            values.push(Value { field: i, plain, trim: field.trim, epoch });
        } else {
            held.push(field.name.clone());
        }
    }
    if values.is_empty() && held.is_empty() {
        return Err(Refusal::whole(Why::FormEmpty));
    }
    Ok(Checked { guest, values, held })
}

fn guest(given: &mut Fields) -> Result<String, Refusal> {
    let id = given.text(GUEST)?.filter(|id| !id.expose().trim().is_empty());
    let id = id.ok_or_else(|| Refusal::at(GUEST, Why::FieldRequired))?;
    if !guest_id_is_valid(id.expose().trim()) {
        return Err(Refusal::at(GUEST, Why::GuestInvalid));
    }
    Ok(id.expose().trim().to_owned())
}

/// The purposes whose form field says yes. Several may hang on one field.
fn granted<'a>(rules: &'a Rules, given: &mut Fields) -> Result<Vec<&'a str>, Refusal> {
    let mut granted = Vec::new();
    for (i, Consent { field, .. }) in rules.consent.iter().enumerate() {
        if rules.consent[..i].iter().any(|earlier| earlier.field == *field) {
            continue;
        }
        let yes = match given.take(field)? {
            Some(Given::Text(text)) => matches!(text.expose().trim(), "on" | "true" | "yes" | "1"),
            Some(Given::Flag(flag)) => flag,
            Some(_) => return Err(Refusal::at(field, Why::FieldType)),
            None => false,
        };
        if yes {
            for consent in &rules.consent {
                if consent.field == *field {
                    granted.push(&*consent.purpose);
                }
            }
        }
    }
    Ok(granted)
}

fn trimmed(text: &str, trim: bool) -> &str {
    if trim { text.trim() } else { text }
}

struct Fields {
    rest: Vec<Entry>,
}

impl Fields {
    /// Takes a field out; `None` where it is missing or nothing.
    fn take(&mut self, name: &str) -> Result<Option<Given>, Refusal> {
        let Some(at) = self.rest.iter().position(|entry| entry.name == name) else { return Ok(None) };
        let entry = self.rest.swap_remove(at);
        if self.rest.iter().any(|entry| entry.name == name) {
            return Err(Refusal::at(name, Why::FieldRepeated));
        }
        Ok(Some(entry.given).filter(|given| !matches!(given, Given::Nothing)))
    }

    /// Takes the text of a field out.
    fn text(&mut self, name: &str) -> Result<Option<Sensitive<String>>, Refusal> {
        match self.take(name)? {
            Some(Given::Text(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::at(name, Why::FieldType)),
            None => Ok(None),
        }
    }
}
