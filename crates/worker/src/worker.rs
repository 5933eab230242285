//! What the TypeScript face tells the machine.
//!
//! What must leave no copy of itself in the memory of the instance (values of a form, tokens, keys) comes as bytes: the usual way
//! for strings grows its buffer while it copies and leaves the smaller ones behind unwiped.

use guestsync_core::Sensitive;
use guestsync_core::journal::{Row, Table};
use guestsync_core::profile::{
    Body, Entry, Given, Input, KeySet, Listed, MAX_FIELDS, MAX_FORM, PATIENCE, Profile, Unreadable, Upstream,
};
use guestsync_core::seal::{Agreement, Entropy, PublicPoint, SharedKey};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::host::Host;
use crate::options::WorkerOptions;
use crate::time;

/// How a body is to be read.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy)]
pub enum BodyKind {
    /// `Response.formData()`.
    Form,
    /// `Response.json()`.
    Json,
}

/// Why a body cannot be read as a form.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy)]
pub enum UnreadableForm {
    /// It has more than [`ProfileWorker::max_bytes`].
    TooLarge,
    /// [`ProfileWorker::body`] knows no way for its content type.
    Type,
    /// It is not what its content type says.
    Malformed,
}

/// The profile machine of one worker.
#[wasm_bindgen]
pub struct ProfileWorker {
    profile: Profile,
    host: Host,
    entries: Vec<Entry>,
    listed: Vec<Listed>,
    rows: Vec<Row>,
    busy: bool,
}

#[wasm_bindgen]
impl ProfileWorker {
    /// A machine with these options.
    ///
    /// # Errors
    /// An `Error` that names the option and the rule it breaks.
    #[wasm_bindgen(constructor)]
    pub fn new(options: WorkerOptions, host: Host) -> Result<Self, JsError> {
        let mut seed = [0; 8];
        fill(&mut seed);
        let profile = Profile::with_queue(options.rules()?, u64::from_ne_bytes(seed));
        Ok(Self { profile, host, entries: Vec::new(), listed: Vec::new(), rows: Vec::new(), busy: false })
    }

    /// How a body of this content type is to be read; undefined where it is no form.
    #[must_use]
    pub fn body(content_type: &str) -> Option<BodyKind> {
        Body::of(content_type).map(|body| match body {
            Body::Form => BodyKind::Form,
            Body::Json => BodyKind::Json,
        })
    }

    /// The longest that anything asked of the host may take, in milliseconds.
    #[must_use]
    pub fn patience() -> u32 {
        PATIENCE as u32
    }

    /// The most bytes of a body.
    #[wasm_bindgen(js_name = maxBytes)]
    #[must_use]
    pub fn max_bytes() -> u32 {
        MAX_FORM as u32
    }

    /// The next field of the form that is about to be [`submitted`](Self::submitted). Gives whether its value is wanted: then
    /// [`text`](Self::text), [`flag`](Self::flag), [`file`](Self::file) or [`other`](Self::other) follows; a `file` always may.
    pub fn field(&mut self, name: String) -> bool {
        let wanted = self.profile.rules().wants(&name);
        // One more than a form may have shows that there are too many.
        if self.entries.len() <= MAX_FIELDS {
            self.entries.push(Entry { name, given: Given::Nothing });
        }
        wanted
    }

    /// The value of the field is this text, as UTF-8.
    pub fn text(&mut self, utf8: Vec<u8>) {
        self.given(Given::Text(secret(utf8)));
    }

    /// The value of the field is a boolean.
    pub fn flag(&mut self, flag: bool) {
        self.given(Given::Flag(flag));
    }

    /// The value of the field is a file.
    pub fn file(&mut self) {
        self.given(Given::File);
    }

    /// The value of the field is something else.
    pub fn other(&mut self) {
        self.given(Given::Other);
    }

    /// A form was posted; its fields were told before.
    pub fn submitted(&mut self, form: u32, navigation: bool) {
        let entries = core::mem::take(&mut self.entries);
        let mut seed = [0; 32];
        fill(&mut seed);
        self.tell(Input::Submitted { form, navigation, entries, entropy: Entropy::from_seed(&mut seed) });
    }

    /// A form was posted that cannot be read.
    pub fn unreadable(&mut self, form: u32, navigation: bool, why: UnreadableForm) {
        let why = match why {
            UnreadableForm::TooLarge => Unreadable::TooLarge,
            UnreadableForm::Type => Unreadable::Type,
            UnreadableForm::Malformed => Unreadable::Malformed,
        };
        self.entries.clear();
        self.tell(Input::Unreadable { form, navigation, why });
    }

    /// A form may come soon.
    pub fn prepare(&mut self) {
        self.tell(Input::Prepare);
    }

    /// The next key of the set: `kid`, `kty`, `crv`, `use`, `alg`. Whether it can be sealed to; one that cannot is not taken note of.
    pub fn listed(
        &mut self,
        id: Option<String>,
        kind: Option<String>,
        curve: Option<String>,
        usage: Option<String>,
        algorithm: Option<String>,
    ) -> bool {
        let key = Listed { id, kind, curve, usage, algorithm };
        let usable = key.is_usable();
        if usable {
            self.listed.push(key);
        }
        usable
    }

    /// The key set came; its keys were told before. `stored`: it is the kept copy.
    pub fn keys(&mut self, cache_control: Option<String>, stored: bool) {
        let keys = core::mem::take(&mut self.listed);
        self.tell(Input::Keys(KeySet { keys, cache_control, stored }));
    }

    /// The key set did not come; `online`: the site can be reached all the same.
    #[wasm_bindgen(js_name = keysFailed)]
    pub fn keys_failed(&mut self, online: bool) {
        self.tell(Input::KeysFailed { online });
    }

    /// A key agreement was made: our point in uncompressed form, and the 32 bytes that were agreed on.
    pub fn agreed(&mut self, key_id: String, point: &[u8], secret: Vec<u8>) {
        let secret = Zeroizing::new(secret);
        let mut bytes = [0; 32];
        let agreement = match PublicPoint::from_uncompressed(point) {
            Ok(point) if secret.len() == bytes.len() => {
                bytes.copy_from_slice(&secret);
                Agreement::new(&key_id, point, &mut bytes).ok()
            }
            _ => None,
        };
        self.tell(match agreement {
            Some(agreement) => Input::Agreed(agreement),
            None => Input::AgreeFailed { key_id },
        });
    }

    /// No agreement with this key can be made.
    #[wasm_bindgen(js_name = agreeFailed)]
    pub fn agree_failed(&mut self, key_id: String) {
        self.tell(Input::AgreeFailed { key_id });
    }

    /// A capability came. `asked_at` is what `performance.now()` was, `expires_at` when it expires and `server_now` what the answer
    /// says the time is, both in milliseconds since 1970, NaN where they are not stated.
    pub fn token(&mut self, guest: String, value: Vec<u8>, asked_at: f64, expires_at: f64, server_now: f64) {
        let expires_in = Some(time::left(expires_at, server_now) / 1_000.0);
        self.tell(Input::Token { guest, asked_at: asked_at as u64, value: secret(value), expires_in });
    }

    /// No capability came; status 0 where there was no answer.
    #[wasm_bindgen(js_name = tokenFailed)]
    pub fn token_failed(
        &mut self,
        guest: String,
        status: u16,
        code: Option<String>,
        retry_after: Option<String>,
        date: Option<String>,
    ) {
        self.tell(Input::TokenFailed { guest, answer: Upstream { status, code, retry_after, date, sequence: None } });
    }

    /// The guest's own key came, in base64url; the times as for [`token`](Self::token).
    #[wasm_bindgen(js_name = fieldKey)]
    pub fn field_key(&mut self, guest: String, key: Vec<u8>, expires_at: f64, server_now: f64) {
        // Not a number becomes 0; then the machine's own limit counts.
        let left = time::left(expires_at, server_now);
        let fresh_for = (left > 0.0).then_some(left as u64);
        self.tell(match SharedKey::from_text(secret(key).expose()) {
            Ok(key) => Input::FieldKey { guest, key, fresh_for },
            Err(_) => Input::FieldKeyFailed { guest, answer: Upstream::default() },
        });
    }

    /// The guest's own key did not come; status 0 where there was no answer.
    #[wasm_bindgen(js_name = fieldKeyFailed)]
    pub fn field_key_failed(&mut self, guest: String, status: u16, code: Option<String>) {
        self.tell(Input::FieldKeyFailed { guest, answer: Upstream { status, code, ..Upstream::default() } });
    }

    /// The answer to a patch: status and code, and its fields `Retry-After`, `Date` and `Guestsync-Seq`.
    pub fn response(
        &mut self,
        send: u32,
        status: u16,
        code: Option<String>,
        retry_after: Option<String>,
        date: Option<String>,
        sequence: Option<String>,
    ) {
        let sequence = sequence.and_then(|text| text.parse().ok());
        self.tell(Input::Response { send, answer: Upstream { status, code, retry_after, date, sequence } });
    }

    /// A patch ended without an answer; `unsent`: it never left.
    #[wasm_bindgen(js_name = sendFailed)]
    pub fn send_failed(&mut self, send: u32, unsent: bool) {
        self.tell(Input::SendFailed { send, unsent });
    }

    /// The lock is ours.
    #[wasm_bindgen(js_name = lockGranted)]
    pub fn lock_granted(&mut self) {
        self.tell(Input::LockGranted);
    }

    /// The next row of those asked for, of the forms or of the consent.
    pub fn row(&mut self, consent: bool, key: String, value: String) {
        self.rows.push(Row { table: if consent { Table::Consent } else { Table::Forms }, key, value });
    }

    /// The rows were told.
    pub fn loaded(&mut self, load: u32) {
        let rows = core::mem::take(&mut self.rows);
        self.tell(Input::Loaded { load, rows });
    }

    /// The rows could not be read.
    #[wasm_bindgen(js_name = loadFailed)]
    pub fn load_failed(&mut self, load: u32) {
        self.tell(Input::LoadFailed { load });
    }

    /// A transaction is complete.
    pub fn stored(&mut self, store: u32) {
        self.tell(Input::Stored { store });
    }

    /// A transaction failed: nothing of it was kept.
    #[wasm_bindgen(js_name = storeFailed)]
    pub fn store_failed(&mut self, store: u32) {
        self.tell(Input::StoreFailed { store });
    }

    /// Whatever waits is tried; `page`: a page asks.
    pub fn wake(&mut self, page: bool) {
        self.tell(Input::Wake { page });
    }

    /// A page has changed what is granted.
    #[wasm_bindgen(js_name = consentChanged)]
    pub fn consent_changed(&mut self) {
        self.tell(Input::ConsentChanged);
    }

    /// A page wants to know what waits.
    #[wasm_bindgen(js_name = askStatus)]
    pub fn ask_status(&mut self, ask: u32) {
        self.tell(Input::Status { ask });
    }

    /// A page wants an entry that was refused for good to be tried again.
    pub fn retry(&mut self, key: String) {
        self.tell(Input::Retry { key });
    }

    /// A page wants an entry to be given up.
    pub fn discard(&mut self, key: String) {
        self.tell(Input::Discard { key });
    }

    /// The guest's session has ended.
    pub fn logout(&mut self, guest: String) {
        self.tell(Input::Logout { guest });
    }

    /// The time of `wakeIn` is over.
    pub fn deadline(&mut self) {
        self.tell(Input::Deadline);
    }
}

impl ProfileWorker {
    fn given(&mut self, given: Given) {
        if let Some(entry) = self.entries.last_mut() {
            entry.given = given;
        }
    }

    /// The host must not call back before this returns: it starts what it is asked for and tells the end in a later task.
    fn tell(&mut self, input: Input) {
        let now = time::now();
        self.profile.handle(now, input);
        while let Some(output) = self.profile.poll() {
            self.host.perform(output, now.mono);
        }
        let busy = self.profile.is_busy(now);
        if busy != self.busy {
            self.busy = busy;
            self.host.busy(busy);
        }
    }
}

/// Draws bytes from the engine's generator.
fn fill(bytes: &mut [u8]) {
    assert!(getrandom::fill(bytes).is_ok(), "every engine with service workers has crypto.getRandomValues");
}

/// Takes the bytes over, which are the engine's UTF-8.
fn secret(utf8: Vec<u8>) -> Sensitive<String> {
    Sensitive::new(String::from_utf8(utf8).unwrap_or_default())
}
