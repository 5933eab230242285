//! What the TypeScript face does for the shell. It answers through the methods of [`Page`](crate::Page).

use js_sys::Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the shell asks of the face. Nothing here returns a result: what became of it is told by a method of `Page`. */
export interface Host {
  /** A call has its result: `kind` is "set", "done", "flushed", or an error code; `json` its details. */
  settle(call: number, kind: string, json: string): void;
  /** Something happened: `json` are the event's details. */
  event(kind: string, json: string): void;
  /** Call `burstEnded` when the running task has ended. */
  defer(): void;
  /** Read the rows of an owner and all decisions, then call `loaded`. */
  load(load: number, owner: string): void;
  /** Write all of these (table, key, value or null, …) or nothing, then call `stored`. */
  store(store: number, writes: (string | null)[]): void;
  /** Send a request, then call `answered`: guest, token, and for a write body, Idempotency-Key and version (null: unwritten). */
  send(send: number, parts: (string | null)[], timeoutMs: number, keepalive: boolean): void;
  /** Abort a request; no answer is wanted. */
  abort(send: number): void;
  /** Get a capability for a guest, then call `token` or `tokenFailed`. */
  token(guest: string): void;
  /** Start a session, then call `started` or `startFailed`. */
  start(session: string): void;
  /** Ask for a lock, or take it, then call `lockGranted` or `lockLost`; replaces what was asked before. */
  lock(name: string, steal: boolean): void;
  /** Give the lock back, or stop asking for it. */
  unlock(): void;
  /** Tell the other tabs and the worker. */
  notify(hint: string): void;
  /** Ask `onConflict` (key, type letter, our value, type letter, their value, …), then call `resolved`. */
  resolve(send: number, conflicts: string[]): void;
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
    pub(crate) fn defer(this: &Host);
    #[wasm_bindgen(method)]
    pub(crate) fn load(this: &Host, load: u32, owner: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn store(this: &Host, store: u32, writes: Array);
    #[wasm_bindgen(method)]
    pub(crate) fn send(this: &Host, send: u32, parts: Array, timeout: u32, keepalive: bool);
    #[wasm_bindgen(method)]
    pub(crate) fn abort(this: &Host, send: u32);
    #[wasm_bindgen(method)]
    pub(crate) fn token(this: &Host, guest: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn start(this: &Host, session: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn lock(this: &Host, name: &str, steal: bool);
    #[wasm_bindgen(method)]
    pub(crate) fn unlock(this: &Host);
    #[wasm_bindgen(method)]
    pub(crate) fn notify(this: &Host, hint: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn resolve(this: &Host, send: u32, conflicts: Array);
}
