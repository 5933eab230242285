/** The codes of errors: of calls, of `createGuestSync`, and of the worker. */
export type GuestSyncErrorCode =
  | "argument.invalid"
  | "attributes.invalid"
  | "outbox.full"
  | "outbox.closed"
  | "storage.unavailable"
  | "session.unreachable"
  | "wasm.unavailable"
  | "wasm.trapped"
  | "options.invalid"
  | "worker.insecure"
  | "worker.unsupported"
  | "worker.origin"
  | "worker.script"
  | "worker.install"
  | "worker.unavailable";

/** The codes of the rules of an update. A key has at most 128 bytes of UTF-8. */
export type IssueCode =
  | "update.type"
  | "update.empty"
  | "update.too_many_keys"
  | "guest.too_many_keys"
  | "key.empty"
  | "key.too_long"
  | "key.control"
  | "key.reserved"
  | "value.type"
  | "value.not_finite"
  | "value.too_long"
  | "value.blocked";

/** One broken rule of an update, and where. */
export interface Issue {
  /** The key, of one that is long its beginning; empty where the update as a whole is meant, or a key that is empty. */
  key: string;
  /** The stable code of the rule; later versions may have more. */
  code: IssueCode | (string & {});
  /** What to tell a developer. */
  message: string;
}

/** An error with a stable code. */
export class GuestSyncError extends Error {
  override readonly name: string = "GuestSyncError";
  /** The stable code; later versions may have more. */
  readonly code: GuestSyncErrorCode | (string & {});

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** An update was refused; `issues` says all that is wrong with it. */
export class ValidationError extends GuestSyncError {
  override readonly name = "ValidationError";
  /** All that is wrong. */
  readonly issues: Issue[];

  constructor(issues: Issue[]) {
    super("attributes.invalid", issues.map(({ key, message }) => (key ? `${key}: ${message}` : message)).join(" "));
    this.issues = issues;
  }
}

const MESSAGES: Record<string, string> = {
  "outbox.full": "The outbox is full: too many attributes wait to be delivered.",
  "outbox.closed": "This guest sync was closed, by `close` or by `logout` with a given guest.",
  "storage.unavailable": "It holds in this page, but storage refused it: other tabs may not know.",
  "worker.unavailable": "The worker that sends forms does not answer.",
  "session.unreachable": "The session is forgotten here, but the server could not be told.",
  "wasm.unavailable": "The wasm file could not be loaded, or is not the one that this script was built with.",
  "wasm.trapped": "The wasm has stopped over an error of its own; what the journal keeps is not lost.",
};

/** Those of the core come first, in its order. */
const RULES: Record<string, string> = {
  "update.empty": "An update must name at least one attribute.",
  "update.too_many_keys": "An update has more attributes than `limits.keysPerUpdate` (100) allows.",
  "guest.too_many_keys": "The guest would have more attributes than `limits.keysPerGuest` (1024) allows.",
  "key.empty": "A key must have at least one character.",
  "key.too_long": "A key has at most 128 bytes of UTF-8.",
  "key.control": "A key must not have control characters.",
  "key.reserved": "This key is reserved by JavaScript.",
  "value.type": "A value must be a string, a finite number or a boolean; leave out what is undefined.",
  "value.not_finite": "A number must be finite.",
  "value.too_long": "The value has more bytes of UTF-8 than `limits.valueBytes` (256) allows.",
  "value.blocked": "The value holds personal data of a kind that is blocked here.",
  "update.type": "An update must be an object whose members can be read.",
};

/** The number of the last of them. */
export const UPDATE_TYPE = 11;

/** The error of an update: keys and the numbers of the broken rules in turn. */
export function invalid(told: unknown[]): ValidationError {
  const rules = Object.entries(RULES);
  const issues: Issue[] = [];
  for (let at = 0; at < told.length; at += 2) {
    const [code, message] = rules[told[at + 1] as number] as [string, string];
    issues.push({ key: told[at] as string, code, message });
  }
  return new ValidationError(issues);
}

/** The error of a code, and what was behind it. */
export function errorOf(code: string, cause?: unknown): GuestSyncError {
  return Object.assign(new GuestSyncError(code, MESSAGES[code] ?? code), cause !== undefined && { cause });
}
