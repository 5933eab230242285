/** What a page is told of the profile forms that wait in the worker. */
export interface ProfileEvent {
  kind: "synced" | "queued" | "failed" | "expired" | "evicted" | "withdrawn" | "stranded" | "storage";
  guestId: string;
  /** How many patches wait to be sent; those without a session are not counted. */
  queued: number;
  /** How many the server has refused for good. */
  failed: number;
  /** The server's status, of `failed`. */
  status?: number;
  code?: string | undefined;
}

/** A patch that waits, or that the server refused for good; its values are sealed. */
export interface ProfileLetter {
  /** Names it for `retryProfile` and `discardProfile`. */
  key: string;
  guestId: string;
  /** When it was submitted, in milliseconds since 1970. */
  at: number;
  /** The members that it sets, as JSON Pointers. */
  fields: string[];
  /** There is no session of its guest in this browser: it waits for one. */
  stranded: boolean;
  /** The server's status, where it has refused. */
  status?: number;
  code?: string;
}
