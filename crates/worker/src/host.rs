//! What the TypeScript face does for the shell, and what it tells it: types for TypeScript.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the shell asks of the face. Nothing here returns a result: what became of it is told by `tell`. */
export interface Asked {
  /** The options are good. The longest that anything asked of the face may take; the most bytes of a body; the most fields; those whose values are wanted. */
  opened(patienceMs: number, maxBytes: number, maxFields: number, wanted: string[]): void;
  /** They are not: the option, and the rule it breaks. */
  wrong(option: string, rule: string): void;
  /** Read the body of a form, as JSON or as a form; then tell `submitted` or `unreadable`. */
  read(form: number, json: boolean): void;
  /** Fetch the key set, then tell `keys` or `keysFailed`. */
  getKeys(): void;
  /** Which of the keys just told can be sealed to, by their places. None: the set was not taken note of. */
  usable(...places: number[]): void;
  /** Agree with this key of the set, then tell `agreed` or `agreeFailed`. */
  agree(keyId: string): void;
  /** Fetch a capability for this guest, then tell `token` or `tokenFailed`. */
  getToken(guest: string): void;
  /** Fetch the guest's own key, then tell `fieldKey` or `fieldKeyFailed`. */
  getFieldKey(guest: string, token: string): void;
  /** Send a JSON Patch document, then tell `answered` or `sendFailed`. */
  send(send: number, guest: string, body: string, idempotencyKey: string, sequence: string, token: string): void;
  /** Abort what was sent; no answer is wanted. */
  abort(send: number): void;
  /** Answer a form. */
  respond(form: number, status: number, location: string | null, contentType: string, policy: string | null, body: string): void;
  /** Let the site's gateway answer a form. */
  forward(form: number): void;
  /** Ask for the lock of the queue, then tell `lockGranted`. */
  lock(): void;
  /** Give the lock back, or stop asking. */
  unlock(): void;
  /** Read all rows of the forms and of the consent, then tell `loaded` or `loadFailed`. */
  load(load: number): void;
  /** Write all of these (key, value or null, …) or nothing, then tell `stored` or `storeFailed`. */
  store(store: number, ...writes: (string | null)[]): void;
  /** Have the browser start the worker when it is online, where it can. */
  sync(): void;
  /** Tell the site's pages. */
  report(kind: string, guest: string, status: number, code: string | null, queued: number, failed: number): void;
  /** The answer to a question: of each entry key, guest, time, JSON Pointers, status (0: it waits), code, whether it is stranded. */
  status(ask: number, ...letters: unknown[]): void;
  /** Whether something is under way, where that has changed: so long the worker should not be stopped. */
  busy(busy: boolean): void;
  /** Tell `deadline` after so many milliseconds, or never; replaces what was asked before. */
  wake(delayMs?: number): void;
}

/** Status (0: there was no answer), code, the wait that `Retry-After` asks for and the server's time, in whole milliseconds, `Guestsync-Seq`. */
export type Answer = (string | number | null | undefined)[];

/** Yes, or no. */
export type Flag = "" | null;

/** What the face tells the shell. */
export type Told =
  /** Two random numbers of 32 bits, then the options, in the order in which the shell reads them. */
  | ["open", seed: number, seed: number, ...options: (string | number | null | undefined)[]]
  | ["arrived", form: number, navigation: Flag, contentType: string]
  /** Names and values in turn, each value with its type's letter before it (`s`, `b`, `f`ile, `x` for anything else), null where there is none. Secret: 32 random bytes. */
  | ["submitted", form: number, navigation: Flag, ...entries: (string | null)[]]
  /** It is too large, or not what its content type says. */
  | ["unreadable", form: number, navigation: Flag, tooLarge: Flag]
  /** A form may come soon. */
  | ["prepare"]
  /** Its `Cache-Control`; whether it is the kept copy; `kid`, `kty`, `crv`, `use`, `alg` of each key. */
  | ["keys", cacheControl: string | null, stored: Flag, ...keys: (string | undefined)[]]
  /** Whether the site can be reached all the same. */
  | ["keysFailed", online: Flag]
  /** Secret: our point in uncompressed form, and the 32 bytes that were agreed on. */
  | ["agreed", keyId: string]
  | ["agreeFailed", keyId: string]
  /** When it was asked for (`performance.now()`), its life in milliseconds (NaN where it is not stated); both whole numbers. */
  | ["token", guest: string, token: string, askedAt: number, lifeMs: number]
  | ["tokenFailed" | "fieldKeyFailed", guest: string, ...answer: Answer]
  /** Its life as for `token`. Secret: the key's 32 bytes. */
  | ["fieldKey", guest: string, lifeMs: number]
  | ["answered", send: number, ...answer: Answer]
  /** Whether it never left. */
  | ["sendFailed", send: number, unsent: Flag]
  | ["lockGranted"]
  /** Whether it is a decision, key, value, … */
  | ["loaded", load: number, ...rows: (string | null)[]]
  | ["loadFailed", load: number]
  | ["stored" | "storeFailed", store: number]
  /** Whatever waits is tried; whether a page asks. */
  | ["wake", page: Flag]
  /** A page has changed what is granted. */
  | ["consentChanged"]
  /** A page wants to know what waits. */
  | ["status", ask: number]
  /** A page wants an entry that was refused for good to be tried again, or given up. */
  | ["retry" | "discard", key: string]
  /** The guest's session has ended. */
  | ["logout", guest: string]
  /** The time of `wake` is over. */
  | ["deadline"];
"#;
