//! A host that writes down what it is asked for.

use guestsync_worker::{Host, ProfileWorker};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = r#"
export function recorder() {
  const asked = [], all = [];
  const names = ["getKeys", "agree", "getToken", "getFieldKey", "send", "abort", "respond", "forward", "lock", "unlock", "load", "write",
    "store", "sync", "report", "letter", "status", "busy", "wakeIn"];
  const host = Object.fromEntries(names.map((name) => [name, (...args) => {
    asked.push([name, ...args]);
    all.push([name, ...args]);
  }]));
  return { asked, all, host };
}
export const lines = ({ asked }) => asked.splice(0).map((call) => call.filter((part, i) => i === 1 || part !== undefined).join(" "));
export const last = ({ all }, name) => all.findLast(([of]) => of === name) ?? [];
export const writes = ({ all }) => all.filter(([of, , value]) => of === "write" && value !== undefined).map(([, key]) => key);
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
    fn writes(recording: &Recording) -> Vec<String>;
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

    /// What was asked for besides storage, which has done all it was asked for. Pages are told as much as they like.
    pub(crate) fn stored(&self, worker: &mut ProfileWorker) -> Vec<String> {
        let mut others = Vec::new();
        loop {
            let lines = self.take();
            if lines.is_empty() {
                return others;
            }
            for line in lines {
                let (name, number) = line.split_once(' ').unwrap_or((&line, ""));
                match (name, number.parse()) {
                    ("lock", _) => worker.lock_granted(),
                    ("load", Ok(load)) => worker.loaded(load),
                    ("store", Ok(store)) => worker.stored(store),
                    ("write" | "unlock" | "sync" | "busy" | "report" | "wakeIn", _) => {}
                    _ => others.push(line),
                }
            }
        }
    }

    /// The keys of the rows that were ever written.
    pub(crate) fn writes(&self) -> Vec<String> {
        writes(&self.0)
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
