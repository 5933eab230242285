//! What the machine asks the TypeScript face for. Each call starts something and returns; what becomes of it is told to
//! [`ProfileWorker`](crate::ProfileWorker).

use guestsync_core::json;
use guestsync_core::profile::Output;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the machine asks for. Each call starts something and returns; what becomes of it is told to the ProfileWorker. */
export interface Host {
  /** Fetch the key set. Told by `listed` for each key and `keys`, or by `keysFailed`. */
  getKeys(): void;
  /** Agree with this key of the set. Told by `agreed` or `agreeFailed`. */
  agree(keyId: string): void;
  /** Fetch a capability for this guest. Told by `token` or `tokenFailed`. */
  getToken(guest: string): void;
  /** Fetch the guest's own key. Told by `fieldKey` or `fieldKeyFailed`. */
  getFieldKey(guest: string, token: string): void;
  /** Send a JSON Patch document. Told by `response` or `sendFailed`. */
  send(send: number, guest: string, body: string, idempotencyKey: string, sequence: string, token: string): void;
  /** Abort what was sent. */
  abort(send: number): void;
  /** Answer a form. */
  respond(form: number, status: number, location: string | undefined, contentType: string, policy: string | undefined, body: string): void;
  /** Say `deadline` after so many milliseconds, instead of whatever was asked before; undefined: not at all. */
  wakeIn(milliseconds: number | undefined): void;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The TypeScript face's side.
    #[wasm_bindgen(typescript_type = "Host")]
    pub type Host;

    #[wasm_bindgen(method, js_name = getKeys)]
    fn get_keys(this: &Host);

    #[wasm_bindgen(method)]
    fn agree(this: &Host, key_id: &str);

    #[wasm_bindgen(method, js_name = getToken)]
    fn get_token(this: &Host, guest: &str);

    #[wasm_bindgen(method, js_name = getFieldKey)]
    fn get_field_key(this: &Host, guest: &str, token: &str);

    #[wasm_bindgen(method)]
    fn send(this: &Host, send: u32, guest: &str, body: &str, idempotency_key: &str, sequence: &str, token: &str);

    #[wasm_bindgen(method)]
    fn abort(this: &Host, send: u32);

    #[wasm_bindgen(method)]
    fn respond(this: &Host, form: u32, status: u16, location: Option<&str>, content_type: &str, policy: Option<&str>, body: &str);

    #[wasm_bindgen(method, js_name = wakeIn)]
    fn wake_in(this: &Host, milliseconds: Option<f64>);
}

impl Host {
    /// Hands over one output; `mono` is the monotonic time.
    pub(crate) fn perform(&self, output: Output, mono: u64) {
        match output {
            Output::GetKeys => self.get_keys(),
            Output::Agree { key_id } => self.agree(&key_id),
            Output::GetToken { guest } => self.get_token(&guest),
            Output::GetFieldKey { guest, token } => self.get_field_key(&guest, token.expose()),
            Output::Send(patch) => {
                // Greater than what a JavaScript number holds exactly.
                let mut sequence = String::new();
                json::integer(&mut sequence, patch.sequence);
                self.send(patch.send, &patch.guest, &patch.body, &patch.idempotency_key, &sequence, patch.token.expose());
            }
            Output::Abort { send } => self.abort(send),
            Output::Respond { form, reply } => {
                let (location, policy) = (reply.location.as_deref(), reply.policy);
                self.respond(form, reply.status, location, reply.content_type, policy, &reply.body);
            }
            Output::WakeAt(at) => self.wake_in(at.map(|at| at.saturating_sub(mono) as f64)),
        }
    }
}
