//! A host that writes down what it is asked for.

use guestsync_worker::Host;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = r#"
export function recorder() {
  const asked = [];
  const names = ["getKeys", "agree", "getToken", "getFieldKey", "send", "abort", "respond", "wakeIn"];
  const host = Object.fromEntries(names.map((name) => [name, (...args) => asked.push([name, ...args])]));
  return { asked, host };
}
export const lines = ({ asked }) => asked.splice(0).map((call) => call.filter((part, i) => i === 1 || part !== undefined).join(" "));
export const last = ({ asked }, name) => asked.findLast(([of]) => of === name) ?? [];
export const value = (body, path) => JSON.parse(body).find((operation) => operation.path === path)?.value;
export const message = (error) => error.message;
const random = crypto.randomUUID();
export const canary = (name) => new TextEncoder().encode(`canary ${name} ${random}`);
export function is_in_memory(memory, bytes) {
  const all = Buffer(memory), wanted = Buffer(new Uint8Array(bytes));
  return all.includes(wanted);
}
// Latin-1 text, in which a search is the engine's own.
function Buffer(memory) {
  const bytes = memory instanceof Uint8Array ? memory : new Uint8Array(memory.buffer);
  return new TextDecoder("latin1").decode(bytes);
}
"#)]
extern "C" {
    type Recording;
    fn recorder() -> Recording;
    fn lines(recording: &Recording) -> Vec<String>;
    fn last(recording: &Recording, name: &str) -> Array;
    fn value(body: &str, path: &str) -> String;
    #[wasm_bindgen(method, getter)]
    fn host(this: &Recording) -> JsValue;

    /// The message of an error.
    pub(crate) fn message(error: &JsValue) -> String;
    /// Bytes that no other run has and that are nowhere in this instance.
    pub(crate) fn canary(name: &str) -> Uint8Array;
    #[wasm_bindgen(js_name = is_in_memory)]
    fn found(memory: &JsValue, bytes: &Uint8Array) -> bool;
}

/// Whether bytes are anywhere in the memory of this instance.
pub(crate) fn is_in_memory(bytes: &Uint8Array) -> bool {
    found(&wasm_bindgen::memory(), bytes)
}

/// A host that writes down what it is asked for.
pub(crate) struct Recorder(Recording);

/// A patch that was to be sent.
pub(crate) struct Sent {
    pub(crate) send: u32,
    pub(crate) guest: String,
    pub(crate) idempotency_key: String,
    pub(crate) token: String,
    body: String,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self(recorder())
    }

    pub(crate) fn host(&self) -> Host {
        self.0.host().unchecked_into()
    }

    /// What was asked for since the last time, a line each.
    pub(crate) fn take(&self) -> Vec<String> {
        lines(&self.0)
    }

    /// The patch that was to be sent last.
    pub(crate) fn sent(&self) -> Sent {
        let call = last(&self.0, "send");
        let text = |at| call.get(at).as_string().expect("a string");
        let send = call.get(1).as_f64().expect("a number") as u32;
        Sent { send, guest: text(2), body: text(3), idempotency_key: text(4), token: text(6) }
    }
}

impl Sent {
    /// The value that the patch sets there.
    pub(crate) fn value(&self, path: &str) -> String {
        value(&self.body, path)
    }
}
