import type { KINDS as kinds } from "./kinds.js";
import type { Url } from "./platform.js";

/** What an attribute can be: text, a finite number, or a boolean. */
export type AttributeValue = string | number | boolean;

/** Attributes by key. */
export type Attributes = Record<string, AttributeValue>;

/**
 * Where something is kept: on disk (IndexedDB), in the tab's localStorage, in memory only, in memory until its
 * purpose is granted (`held`), or nowhere, because it is not (`dropped`).
 */
export type Stored = "disk" | "tab" | "memory" | "held" | "dropped";

/**
 * A journal of the page's own: four tables of text rows: `r` what waits, `d` what was delivered, `c` decisions on purposes, `s` state. Where
 * tabs share it, a row of `c` or `d`, or of `s` whose key ends in `/ended` or `/session`, with a text that is not empty, is written only over
 * one that is less: what was decided later stays. What has not answered after 10 s counts as failed. Calls are carried out in the order
 * in which they were made: what `load` gives holds what every `store` before it wrote.
 */
export interface JournalStorage {
  /** All rows whose key begins with `owner` and a slash, and all rows of table `c`: table, key, value, table, key, value, … */
  load(owner: string): Promise<string[]>;
  /** Writes all or nothing: table, key, value (null removes the row), … Resolves with how well the rows are kept. */
  store(writes: (string | null)[]): Promise<"disk" | "tab" | "memory">;
  /**
   * Removes what nobody comes back for, of any owner: rows of tables `r` and `s` the last part of whose key is less than `before`, and
   * rows of table `d` whose value is. Once a page view; without it, what an owner left who never returns stays.
   */
  prune?(before: string): Promise<void>;
}

/** When what waits is sent. */
export interface BatchOptions {
  /** At so many keys. Default 10. */
  maxItems?: number | undefined;
  /** After so many milliseconds. Default 2000. */
  maxDelayMs?: number | undefined;
}

/** Limits of attributes; the server's answer is the truth, these only save a round trip. */
export interface LimitOptions {
  /** Keys in one update. Default 100. */
  keysPerUpdate?: number | undefined;
  /** Keys of one guest. Default 1024. */
  keysPerGuest?: number | undefined;
  /** Bytes of UTF-8 in one value. Default 256. */
  valueBytes?: number | undefined;
}

/** Kinds of personal data that are looked for. */
export type PersonalData = (typeof kinds)[number];

/** What happens to a value in which a kind was found: it is reported, each match gives way to its kind (`[email]`), or it is refused. */
export type PersonalDataPolicy = "flag" | "mask" | "block";

/** What happens to personal data in values, by kind; `flag` where nothing is said. */
export interface PersonalDataOptions extends Partial<Record<PersonalData, PersonalDataPolicy | undefined>> {
  /** Keys that are meant to carry such values: they are not looked at. */
  allow?: readonly string[] | undefined;
  /** The country (ISO 3166-1, two capital letters) of phone numbers without a country code. */
  region?: string | undefined;
}

/** What the server held instead of this page's value. */
export interface Conflict {
  /** Which attribute. */
  key: string;
  /** What this page wants to write. */
  ours: AttributeValue;
  /** What the server holds. */
  theirs: AttributeValue;
}

/** Options of {@link createGuestSync}. */
export interface GuestSyncOptions {
  /** The guest that the site's server has started. Without it, `init` starts a session for this visitor. */
  guest?: string | undefined;
  /** Where this page starts the visitor's session, once a purpose is granted and none is stored. Default `/api/webchat/init`. */
  init?: string | undefined;
  /** The gateway's Guest API. Default `/genesys`. */
  endpoint?: string | undefined;
  /**
   * Where capabilities come from: a POST of `{guestId}` that is answered by `{token, expiresAt}`; or a function of the page that gives one,
   * which is asked anew after four and a half minutes, and where the server refuses what it gave. Default `/api/token`.
   */
  token?: string | (() => string | Promise<string>) | undefined;
  /** Purposes granted so far, for visitors who have decided nothing here yet. None stated: everything is held. */
  consent?: Readonly<Record<string, boolean | undefined>> | undefined;
  /** Which attribute serves which purpose; `*` stands for all others. Default `{"*": "service"}`. */
  purposes?: Readonly<Record<string, string | undefined>> | undefined;
  /** What happens to an attribute whose purpose is not granted: `hold` (default) keeps it in memory until it is, `drop` does not. */
  ungranted?: "hold" | "drop" | undefined;
  /**
   * Purposes that Global Privacy Control withdraws when the browser first sends it; a later grant wins. Default: all but that of `*`.
   */
  gpc?: readonly string[] | undefined;
  /** What happens to personal data in values. */
  pii?: PersonalDataOptions | undefined;
  /**
   * Asked when the server holds another value than the one to be written: gives the value to write, or undefined to leave the
   * server's. Without it, or where it throws, ours is written.
   */
  onConflict?: ((conflict: Conflict) => AttributeValue | undefined) | undefined;
  /**
   * Where this page sends an event for each delivery, at least once, with an id of its own:
   * `{id, sessionId, attributes, consentFlags, syncedAt}`. The gateway sends such events by itself; this is for sites without it.
   */
  webhook?: string | undefined;
  /** Where the session is ended by `logout`: `DELETE`; a repeat adds `guest=ID` to its query, whose alone is to end. Default `/api/session`. */
  session?: string | undefined;
  /** Tells in the console what happens: keys, never values. */
  debug?: boolean | undefined;
  /** When what waits is sent. */
  batch?: BatchOptions | undefined;
  /** Limits of attributes. */
  limits?: LimitOptions | undefined;
  /**
   * Where the journal is kept: `auto` (default: IndexedDB, with localStorage as bridge and fallback), `local` (localStorage),
   * `memory` (Node, tests), or an object of the page's own.
   */
  storage?: "auto" | "local" | "memory" | JournalStorage | undefined;
  /** The wasm file, where it is not beside the script; the one that finds personal data lies beside it. */
  wasm?: string | Url | undefined;
}

/** What `set` resolves with. */
export interface SetResult {
  /** Where those are kept that are neither held nor dropped; where all are, `held` or `dropped`. */
  stored: Stored;
  /** Keys in which personal data was masked. */
  masked: string[];
  /** Keys that wait in memory for their purpose. */
  held: string[];
}

/** What `flush` resolves with. What the server refused for good is in none of these: the event `rejected` tells of it. */
export interface FlushResult {
  /** Keys delivered since the call, by this page or another tab or the worker. */
  delivered: number;
  /** Keys still waiting. */
  pending: number;
  /** Keys that wait for a grant. */
  held: number;
}

/** What `ready` resolves with. */
export interface Ready {
  /** The guest. */
  guestId: string;
  /** The token for Messenger, where this page has just started the session. */
  accessToken?: string;
  /** When that token expires (RFC 3339). */
  expiresAt?: string;
  /** What the site's configuration lists as public of the visitor's CRM record. */
  crmAttributes?: Record<string, unknown>;
}

/** Counts of keys: `set + restored` is the sum of those from `delivered` to `held`. They begin anew after the event `trapped`. */
export interface Metrics {
  /** Accepted by `set`. */
  set: number;
  /** Found in the journal. */
  restored: number;
  /** Taken by the server on this page's request. */
  delivered: number;
  /** Taken by the server on the request of another tab or the worker. */
  deliveredElsewhere: number;
  /** Replaced by a newer value, or given up by `onConflict` for the server's. */
  superseded: number;
  /** Removed with their purpose, or by `logout` with their session. */
  withdrawn: number;
  /** Dropped because their purpose was not granted. */
  dropped: number;
  /** Refused by the server for good. */
  rejected: number;
  /** Older than their time to live. */
  expired: number;
  /** Waiting. */
  pending: number;
  /** Waiting for a grant. */
  held: number;
  /** Age of the oldest that waits, in milliseconds. */
  oldestAgeMs: number;
  /** Personal data found in values, counted apart: one for each key and kind of an update. */
  findings: number;
  /** Mean time from `set` to the server's answer, in milliseconds. */
  latencyMeanMs: number;
  /** Half of the keys were delivered within this, at most an eighth too high; as are the next two. */
  latencyP50Ms: number;
  /** 95 of 100. */
  latencyP95Ms: number;
  /** 99 of 100. */
  latencyP99Ms: number;
}
