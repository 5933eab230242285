import type { PersonalData, PersonalDataPolicy, Ready } from "./options.js";

/** Why an attribute is not delivered, or not yet. `message` is the server's and may repeat what was sent. */
export interface Reason {
  /** The HTTP status; 0 where there was no answer. */
  status: number;
  /** The server's error code. */
  code?: string;
  /** The server's words. */
  message?: string;
}

/** The details of each event. Keys, never values. */
export interface GuestSyncEvents {
  /** The server has these, on this page's request; the slowest took so long from `set` on. */
  delivered: { keys: string[]; latencyMs: number };
  /** These wait for a grant. */
  held: { keys: string[] };
  /** These are not granted and were let go of (`ungranted: "drop"`). */
  dropped: { keys: string[] };
  /** These were removed with their purpose, or, although that is granted, by `logout` with their session. */
  withdrawn: { purpose: string; keys: string[] };
  /** Personal data was found in a value: what, and what happened to it. */
  finding: { key: string; kind: PersonalData; policy: PersonalDataPolicy };
  /** The server refused these for good; `webhook.refused` and `webhook.full` tell of an event of the page's own webhook. */
  rejected: { keys: string[] } & Reason;
  /**
   * Not delivered yet (attributes, an event of the page's webhook, the start of the session); tried again after `delayMs`. With the code `wasm.unavailable`: the wasm could not be fetched yet; with
   * `token.unavailable`: the page's own `token` function had none to give.
   */
  retrying: { delayMs: number } & Reason;
  /** The server held other values of these. */
  conflict: { keys: string[] };
  /** These waited for more than seven days. */
  expired: { keys: string[] };
  /** The wasm stopped over an error of its own; what of these still waited for a grant is gone with its memory, and is to be set again. */
  trapped: { keys: string[] };
  /** Storage refused, or works again. */
  storage: { reason: "quota" | "blocked" | "failed" | "damaged" | "restored" };
  /** The guest is known: at first, and again with another after a `logout`, or where the session's cookie was lost. */
  ready: Ready;
}

/** The name of an event. */
export type GuestSyncEvent = keyof GuestSyncEvents;

type Handler = (details: never) => void;

/** Handlers by event. One that throws keeps nobody from being told: its error is reported as one that nobody caught. */
export class Handlers {
  readonly #byEvent = new Map<string, Set<Handler>>();

  on(event: string, handler: Handler): () => void {
    let handlers = this.#byEvent.get(event);
    if (!handlers) this.#byEvent.set(event, (handlers = new Set()));
    handlers.add(handler);
    return () => void handlers.delete(handler);
  }

  tell(event: string, details: unknown): void {
    for (const handler of [...(this.#byEvent.get(event) ?? [])]) {
      try {
        handler(details as never);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
