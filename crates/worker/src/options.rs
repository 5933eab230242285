//! The options of a worker, as the face hands them over, which checks their types.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use guestsync_core::flat::Flat;
use guestsync_core::patch::{Operation, Pointer};
use guestsync_core::profile::{Consent, Field, Mode, NormalForm, Rules, Settings, Unknown};
use guestsync_core::seal::Binding;

use crate::told::flag;

/// Reads the options. In this order: whether unknown fields refuse a form, whether values are sealed with the guest's own key, whether
/// they are then bound to guest and field (a text: yes, none: no); the redirect; how many fields follow; of each its name and pointer,
/// whether the member may be missing, the most bytes or none, whether it is trimmed, `email`, `phone` or none for its normal form, its
/// purpose or none; how many names of required fields follow, and these; purposes and the form fields that grant them, in turn.
///
/// # Errors
/// The option, and the rule it breaks.
pub(crate) fn read(flat: &mut Flat<'_>) -> Result<Rules, (String, &'static str)> {
    let unknown = if flag(flat) { Unknown::Refuse } else { Unknown::Ignore };
    let (shared, bound) = (flag(flat), flag(flat));
    let mode = if shared { Mode::Shared(if bound { Binding::Field } else { Binding::None }) } else { Mode::Sealed };
    let redirect = flat.owned();
    let (mut fields, mut required, mut consent) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..flat.number() {
        fields.push(field(flat)?);
    }
    for _ in 0..flat.number() {
        if let Some(name) = flat.owned() {
            required.push(name);
        }
    }
    while !flat.is_at_end() {
        if let (Some(purpose), Some(field)) = (flat.shared(), flat.owned()) {
            consent.push(Consent { purpose, field });
        }
    }
    let settings = Settings { fields, required, unknown, consent, mode, redirect };
    Rules::new(settings).map_err(|error| (error.at, error.code.message()))
}

fn field(flat: &mut Flat<'_>) -> Result<Field, (String, &'static str)> {
    let name = flat.text().unwrap_or_default();
    let pointer = Pointer::parse(flat.text().unwrap_or_default()).map_err(|error| (name.to_owned(), error.message()))?;
    let mut field = Field::new(name, pointer);
    if flag(flat) {
        field.operation = Operation::Add;
    }
    if let Some(most) = flat.text() {
        field.max_bytes = guestsync_core::text::decimal(most).unwrap_or_default() as usize;
    }
    field.trim = flag(flat);
    field.normal = match flat.text() {
        Some("phone") => Some(NormalForm::Phone),
        Some(_) => Some(NormalForm::Email),
        None => None,
    };
    field.purpose = flat.shared();
    Ok(field)
}
