//! Why a form was not taken.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;

/// Why a form was not taken: an HTTP status, a stable code, the form field it is about, a sentence. Never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(Box<Reason>);

/// Apart, so that a result which may be a refusal is no larger for it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reason {
    why: Why,
    field: Option<String>,
}

/// The rule that was broken, or what could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// 413: the body has more than [`MAX_FORM`](super::MAX_FORM) bytes, or its patch would.
    FormTooLarge,
    /// 415: the content type is neither a form's nor JSON.
    FormType,
    /// 400: the body is not what its content type says.
    FormMalformed,
    /// 400: more than [`MAX_FIELDS`](super::MAX_FIELDS) fields.
    FormTooManyFields,
    /// 400: no configured field has a value.
    FormEmpty,
    /// 400: a field is a file.
    FieldFile,
    /// 400: a field that is not configured, where such are refused.
    FieldUnknown,
    /// 400: a required field is missing or empty.
    FieldRequired,
    /// 400: a field comes more than once.
    FieldRepeated,
    /// 400: a member of a JSON form is not a string.
    FieldType,
    /// 400: a field has more bytes of UTF-8 than allowed.
    FieldTooLong,
    /// 400: the guest's id has characters that no id has.
    GuestInvalid,
    /// 403: the session in this browser is another guest's, or there is none; the gateway's code.
    Forbidden(String),
    /// 422: the server refused it for good; its code.
    Refused(String),
    /// 502: the server could not be reached, or could not take it now.
    Unavailable,
    /// 503: there is no key to seal with.
    KeysUnavailable,
    /// 503: it could neither be kept nor sent.
    StorageUnavailable,
}

impl Refusal {
    /// A refusal of the form as a whole.
    #[must_use]
    pub fn whole(why: Why) -> Self {
        Self(Box::new(Reason { why, field: None }))
    }

    /// A refusal for one field; `field` is a name of the configuration, never one that came in.
    #[must_use]
    pub fn at(field: &str, why: Why) -> Self {
        Self(Box::new(Reason { why, field: Some(field.to_owned()) }))
    }

    /// 403 with the gateway's code.
    #[must_use]
    pub fn forbidden(code: Option<&str>) -> Self {
        Self::whole(Why::Forbidden(known_form(code, "session.missing")))
    }

    /// 422 with the server's code.
    #[must_use]
    pub fn refused(code: Option<&str>) -> Self {
        Self::whole(Why::Refused(known_form(code, "upstream.refused")))
    }

    /// The rule that was broken.
    #[must_use]
    pub fn why(&self) -> &Why {
        &self.0.why
    }

    /// The form field it is about.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.0.why {
            Why::FormTooLarge => 413,
            Why::FormType => 415,
            Why::Forbidden(_) => 403,
            Why::Refused(_) => 422,
            Why::Unavailable => 502,
            Why::KeysUnavailable | Why::StorageUnavailable => 503,
            _ => 400,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match &self.0.why {
            Why::FormTooLarge => "form.too_large",
            Why::FormType => "form.type",
            Why::FormMalformed => "form.malformed",
            Why::FormTooManyFields => "form.too_many_fields",
            Why::FormEmpty => "form.empty",
            Why::FieldFile => "field.file",
            Why::FieldUnknown => "field.unknown",
            Why::FieldRequired => "field.required",
            Why::FieldRepeated => "field.repeated",
            Why::FieldType => "field.type",
            Why::FieldTooLong => "field.too_long",
            Why::GuestInvalid => "guest.invalid",
            Why::Forbidden(code) | Why::Refused(code) => code,
            Why::Unavailable => "upstream.unavailable",
            Why::KeysUnavailable => "keys.unavailable",
            Why::StorageUnavailable => "storage.unavailable",
        }
    }

    /// What to tell a person.
    #[must_use]
    pub fn message(&self) -> &'static str {
        match self.0.why {
            Why::FormTooLarge => "The form is larger than 512,000 bytes.",
            Why::FormType => "The content type is neither a form's nor JSON.",
            Why::FormMalformed => "The form could not be read.",
            Why::FormTooManyFields => "The form has more than 64 fields.",
            Why::FormEmpty => "The form has no field to save.",
            Why::FieldFile => "Files cannot be saved in a profile.",
            Why::FieldUnknown => "The form has a field that is not expected.",
            Why::FieldRequired => "This field is required.",
            Why::FieldRepeated => "This field was given more than once.",
            Why::FieldType => "This field must be text.",
            Why::FieldTooLong => "This field is too long.",
            Why::GuestInvalid => "The guest's id is not valid.",
            Why::Forbidden(_) => "This browser has no session of that guest.",
            Why::Refused(_) => "The server did not accept the form.",
            Why::Unavailable => "The server cannot be reached right now.",
            Why::KeysUnavailable => "The form cannot be sealed right now.",
            Why::StorageUnavailable => "The form can neither be kept nor sent right now.",
        }
    }
}

/// A code from elsewhere is passed on where it has the form of one; anything else could hold what was sent.
fn known_form(code: Option<&str>, otherwise: &str) -> String {
    let fits = |code: &&str| {
        code.len() <= 64 && code.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'_')) && !code.is_empty()
    };
    code.filter(fits).unwrap_or(otherwise).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_from_elsewhere_is_passed_on_only_where_it_looks_like_one() {
        assert_eq!(Refusal::refused(Some("bad.credentials")).code(), "bad.credentials");
        for text in ["", "ada@example.org", "Not A Code", "555", &"a".repeat(65)] {
            assert_eq!(Refusal::refused(Some(text)).code(), "upstream.refused", "{text}");
        }
        assert_eq!(Refusal::forbidden(None).code(), "session.missing");
    }
}
