//! What the TypeScript face does for the shell, and what it tells it: types for TypeScript.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the shell asks of the face. Nothing here returns a result: what became of it is told by `tell`. */
export interface Asked {
  /** A call has its result: "set", "flushed" or "done" with its details, "invalid" with keys and the numbers of codes in turn, or an error code. */
  settle(call: number, kind: string, ...details: unknown[]): void;
  /** Something happened. */
  event(kind: string, ...details: unknown[]): void;
  /** The metrics that were asked for. */
  metrics(...counts: number[]): void;
  /** Read the rows of an owner and all decisions, then tell `loaded` or `loadFailed`. */
  load(load: number, owner: string): void;
  /** Write all of these (table, key, value or null, …) or nothing, then tell `stored` or `storeFailed`. */
  store(store: number, ...writes: (string | null)[]): void;
  /** Remove what is older than this and whose owner does not come back: see `prune` of the journal. Nobody waits for it. */
  prune(before: string): void;
  /** Send a request, then tell `answered` or `sendFailed`. For a write, what follows the token: body, Idempotency-Key, version (null: unwritten). */
  send(send: number, timeoutMs: number, keepalive: boolean, guest: string, token: string, body?: string, key?: string, version?: string | null): void;
  /** Send the event of a delivery to the page's webhook, then tell `answered` or `sendFailed`. */
  hook(send: number, timeoutMs: number, token: string, id: string, body: string): void;
  /** Abort a request; no answer is wanted. */
  abort(send: number): void;
  /** Get a capability for a guest, then tell `token` or `tokenFailed`. */
  token(guest: string): void;
  /** Start a session, then tell `started` or `startFailed`. */
  start(session: string): void;
  /** Ask for a lock, or take it, then tell `lockGranted` or `lockLost`; replaces what was asked before. */
  lock(owner: string, steal: boolean): void;
  /** Give the lock back, or stop asking for it. */
  unlock(): void;
  /** Write beside an owner's lock until when (wall clock) it is held: a hint for those who wait. */
  lease(owner: string, until: number): void;
  /** Read it, and tell `peeked`. */
  peek(owner: string): void;
  /** Tell `tick` after so many milliseconds, or never; replaces what was asked before. */
  wake(delayMs?: number): void;
  /** Tell the other tabs and the worker. */
  notify(hint: string): void;
  /** Ask `onConflict` (key, our value, their value, …, each with its type's letter before it), then tell `resolved`. */
  resolve(send: number, ...conflicts: string[]): void;
}

/** Status (0: there was no answer), code, message, `ETag`, the wait that `Retry-After` asks for in whole milliseconds, how many fields the error names, these, then attributes: key and value, its type's letter before it, in turn. */
export type Answer = (string | number | null)[];

/** What the face tells the shell: calls of the page, and what became of what it was asked for. A list stands for its texts. */
export type Told =
  /** Take up the work: all that the face needs is there; or the time that was asked for has come. */
  | ["tick"]
  /** Until when the lock is held, or null where nobody says so. */
  | ["peeked", until: string | null]
  /** The calls of a task: of each its number, how many texts follow, and these, keys and values in turn, each value with its type's letter before it: `s`, `n`, `b`, or `x` for what cannot be an attribute. */
  | ["sets", calls: string[]]
  /** `repeated`: of a grant that was said before (null: of none). */
  | ["grant" | "withdraw", call: number, purpose: string, repeated: string | null]
  | ["flush", call: number, timeoutMs: number]
  /** The session is to end; `fresh` is a random id for the next one. */
  | ["logout", call: number, fresh: string]
  /** Asks for `metrics`. */
  | ["metrics"]
  | ["online" | "offline" | "hidden" | "visible" | "resumed" | "close"]
  /** The page is being left; what localStorage mirrors: table, key, value, … */
  | ["leaving", rows: string[]]
  | ["loaded", load: number, rows: string[]]
  | ["loadFailed", load: number]
  /** "disk", "tab" or "memory". */
  | ["stored", store: number, durability: string]
  /** "quota", "blocked" or "failed". */
  | ["storeFailed", store: number, reason: string]
  /** A hint of another tab's or of the worker's. */
  | ["changed", hint: string]
  | ["lockGranted" | "lockLost"]
  /** When it was asked for (`performance.now()`), its life in milliseconds (NaN where it is not stated); both whole numbers. */
  | ["token", guest: string, token: string, askedAt: number, lifeMs: number]
  | ["tokenFailed", guest: string, ...answer: Answer]
  | ["started", session: string, guest: string]
  /** `fresh` is a random id for another session. */
  | ["startFailed", session: string, fresh: string, ...answer: Answer]
  | ["answered", send: number, ...answer: Answer]
  | ["sendFailed", send: number]
  /** What `onConflict` decided: key, and value with its type's letter before it (null: theirs stays), in turn. */
  | ["resolved", send: number, ...decisions: (string | null)[]];
"#;
