/** One broken rule of an update, and where. */
export interface Issue {
  /** The key; empty where the update as a whole is meant. */
  key: string;
  /** The stable code of the rule, such as `value.too_long`. */
  code: string;
  /** What to tell a developer. */
  message: string;
}

/** An error with a stable code. */
export class GuestSyncError extends Error {
  override readonly name: string = "GuestSyncError";
  /** The stable code, such as `outbox.full`. */
  readonly code: string;

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
  "outbox.closed": "This guest sync was closed.",
  "storage.unavailable": "It holds in this page, but storage refused it: other tabs may not know.",
  "wasm.unavailable": "The wasm file could not be loaded.",
};

/** The error of a code. */
export function errorOf(code: string): GuestSyncError {
  return new GuestSyncError(code, MESSAGES[code] ?? code);
}
