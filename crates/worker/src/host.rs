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
  /** Let the site's gateway answer a form. */
  forward(form: number): void;
  /** Ask for the lock of the queue. Told by `lockGranted`. */
  lock(): void;
  /** Give the lock back, or stop asking. */
  unlock(): void;
  /** Read all rows of the forms and of the consent. Told by `row` for each and `loaded`, or by `loadFailed`. */
  load(load: number): void;
  /** One write of the `store` that follows: undefined removes the row. */
  write(key: string, value: string | undefined): void;
  /** Write all that was told by `write`, or nothing. Told by `stored` or `storeFailed`. */
  store(store: number): void;
  /** Have the browser start the worker when it is online, where it can. */
  sync(): void;
  /** Tell the site's pages. */
  report(kind: string, guest: string, status: number, code: string | undefined, queued: number, failed: number): void;
  /** One entry of the `status` that follows; `fields` are JSON Pointers with line feeds between. */
  letter(key: string, guest: string, at: number, fields: string, status: number, code: string, stranded: boolean): void;
  /** The answer to a question. */
  status(ask: number): void;
  /** Whether something is under way, where that has changed: so long the worker should not be stopped. */
  busy(busy: boolean): void;
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

    #[wasm_bindgen(method)]
    fn forward(this: &Host, form: u32);

    #[wasm_bindgen(method)]
    fn lock(this: &Host);

    #[wasm_bindgen(method)]
    fn unlock(this: &Host);

    #[wasm_bindgen(method)]
    fn load(this: &Host, load: u32);

    #[wasm_bindgen(method)]
    fn write(this: &Host, key: &str, value: Option<&str>);

    #[wasm_bindgen(method)]
    fn store(this: &Host, store: u32);

    #[wasm_bindgen(method)]
    fn sync(this: &Host);

    #[wasm_bindgen(method)]
    fn report(this: &Host, kind: &str, guest: &str, status: u16, code: Option<&str>, queued: usize, failed: usize);

    #[wasm_bindgen(method)]
    fn letter(this: &Host, key: &str, guest: &str, at: f64, fields: &str, status: u16, code: &str, stranded: bool);

    #[wasm_bindgen(method)]
    fn status(this: &Host, ask: u32);

    #[wasm_bindgen(method)]
    pub(crate) fn busy(this: &Host, busy: bool);

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
            Output::Forward { form } => self.forward(form),
            Output::Lock => self.lock(),
            Output::Unlock => self.unlock(),
            Output::Load { load } => self.load(load),
            Output::Store { store, writes } => {
                for write in &writes {
                    self.write(&write.key, write.value.as_deref());
                }
                self.store(store);
            }
            Output::Sync => self.sync(),
            Output::Report(of) => {
                self.report(of.kind.as_str(), &of.guest, of.status, of.code.as_deref(), of.queued, of.failed);
            }
            Output::Status { ask, letters } => {
                for of in &letters {
                    self.letter(&of.key, &of.guest, of.at as f64, &of.fields.join("\n"), of.status, &of.code, of.stranded);
                }
                self.status(ask);
            }
            Output::WakeAt(at) => self.wake_in(at.map(|at| at.saturating_sub(mono) as f64)),
        }
    }
}
