//! What the TypeScript face does for the shell: promises, events, and the browser APIs that are thinner there than here.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the shell asks of the face. */
export interface Host {
  /** A call has its result: `kind` is "set", "done", "flushed", or an error code; `json` its details. */
  settle(call: number, kind: string, json: string): void;
  /** Something happened: `json` are the event's details. */
  event(kind: string, json: string): void;
  /** The answer of the session's start, as JSON. */
  started(json: string): void;
  /** Gives a capability, where the page has its own way to get one. */
  token?: () => Promise<string>;
  /** Rows of an owner: table, key, value, table, key, value, … */
  load?: (owner: string) => Promise<string[]>;
  /** Writes rows, all or nothing: table, key, value or null, … Resolves with how well they are kept. */
  store?: (writes: (string | null)[]) => Promise<"disk" | "tab" | "memory">;
  /** Asks for a lock; `granted` and `lost` are called at most once each. Returns what gives it back. */
  lock?: (name: string, steal: boolean, granted: () => void, lost: () => void) => () => void;
  /** Tells the other tabs and the worker. */
  notify?: (hint: string) => void;
  /** Asks `onConflict`: key, type letter, our value, type letter, their value, … Resolves with key, type letter or null, value, … */
  resolve?: (conflicts: string[]) => Promise<(string | null)[]>;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The face, as the shell sees it.
    #[wasm_bindgen(typescript_type = "Host")]
    pub type Host;

    #[wasm_bindgen(method)]
    pub(crate) fn settle(this: &Host, call: u32, kind: &str, json: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn event(this: &Host, kind: &str, json: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn started(this: &Host, json: &str);

    #[wasm_bindgen(method, getter, js_name = token)]
    pub(crate) fn has_token(this: &Host) -> JsValue;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn token(this: &Host) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, getter, js_name = load)]
    pub(crate) fn has_load(this: &Host) -> JsValue;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn load(this: &Host, owner: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn store(this: &Host, writes: &Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, getter, js_name = lock)]
    pub(crate) fn has_lock(this: &Host) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn lock(this: &Host, name: &str, steal: bool, granted: &JsValue, lost: &JsValue) -> js_sys::Function;

    #[wasm_bindgen(method, getter, js_name = notify)]
    pub(crate) fn has_notify(this: &Host) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn notify(this: &Host, hint: &str);

    #[wasm_bindgen(method, catch)]
    pub(crate) fn resolve(this: &Host, conflicts: &Array) -> Result<Promise, JsValue>;
}
