//! The options of a worker, handed over one by one by the TypeScript face, which checks their types.

use guestsync_core::patch::{Operation, Pointer};
use guestsync_core::profile::{Consent, Field, Mode, NormalForm, Rules, Settings, Unknown};
use guestsync_core::seal::Binding;
use wasm_bindgen::prelude::*;

/// The options of a worker.
#[wasm_bindgen]
#[derive(Debug)]
pub struct WorkerOptions {
    settings: Settings,
}

#[wasm_bindgen]
impl WorkerOptions {
    /// No field yet, the `sealed` mode, no redirect.
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it is made from JavaScript only")]
    pub fn new() -> Self {
        let (unknown, mode) = (Unknown::Ignore, Mode::Sealed);
        let (fields, required, consent) = (Vec::new(), Vec::new(), Vec::new());
        Self { settings: Settings { fields, required, unknown, consent, mode, redirect: None } }
    }

    /// A form field and the member of the profile that it sets. `add`: the member may be missing. Without `max_bytes` the usual
    /// limit counts.
    ///
    /// # Errors
    /// An `Error` that names the field, where the pointer is none.
    pub fn field(
        &mut self,
        name: &str,
        pointer: &str,
        add: bool,
        max_bytes: Option<u32>,
        trim: bool,
        purpose: Option<String>,
    ) -> Result<(), JsError> {
        let pointer = Pointer::parse(pointer).map_err(|error| wrong(name, error.message()))?;
        let mut field = Field::new(name, pointer);
        if add {
            field.operation = Operation::Add;
        }
        if let Some(max_bytes) = max_bytes {
            field.max_bytes = max_bytes as usize;
        }
        field.trim = trim;
        field.purpose = purpose;
        self.settings.fields.push(field);
        Ok(())
    }

    /// The values of the field before are normalised, as email addresses or as telephone numbers.
    pub fn normalise(&mut self, phone: bool) {
        if let Some(field) = self.settings.fields.last_mut() {
            field.normal = Some(if phone { NormalForm::Phone } else { NormalForm::Email });
        }
    }

    /// A form field must have a value.
    pub fn require(&mut self, name: String) {
        self.settings.required.push(name);
    }

    /// A form field grants a purpose.
    pub fn consent(&mut self, purpose: String, field: String) {
        self.settings.consent.push(Consent { purpose, field });
    }

    /// A form with a field that is not configured is refused.
    #[wasm_bindgen(js_name = refuseUnknown)]
    pub fn refuse_unknown(&mut self) {
        self.settings.unknown = Unknown::Refuse;
    }

    /// Values are sealed with the guest's own key; `bound`: to their guest and field.
    pub fn shared(&mut self, bound: bool) {
        self.settings.mode = Mode::Shared(if bound { Binding::Field } else { Binding::None });
    }

    /// A navigation lands on this path of the site.
    pub fn redirect(&mut self, path: String) {
        self.settings.redirect = Some(path);
    }
}

impl WorkerOptions {
    pub(crate) fn rules(self) -> Result<Rules, JsError> {
        Rules::new(self.settings).map_err(|error| wrong(&error.at, error.code.message()))
    }
}

fn wrong(name: &str, rule: &str) -> JsError {
    JsError::new(&["guestsync: option \"", name, "\": ", rule].concat())
}
