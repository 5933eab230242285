import { Audit } from "./audit.js";
import { detailsOf } from "./details.js";
import type { GuestSyncError } from "./errors.js";
import { Handlers } from "./events.js";
import type { GuestSyncOptions, Ready } from "./options.js";
import { ignorable } from "./refused.js";

/** Tells what happens: to the page's handlers, its audit, its `ready`, and to a developer who looks on. */
export function tellerOf({ guest, consent, debug }: GuestSyncOptions) {
  const handlers = new Handlers();
  const audit = new Audit();
  /** What waits in the core's memory only, and ends with it. */
  const held = new Set<string>();
  let warned = false;
  let session: Ready | undefined;
  let readied!: (ready: Ready) => void;
  let unready!: (error: unknown) => void;

  const ready = ignorable(
    new Promise<Ready>((resolve, reject) => {
      readied = resolve;
      unready = reject;
    }),
  );

  function event(kind: string, ...told: unknown[]): void {
    let details = detailsOf(kind, told);
    for (const key of (details as { keys?: string[] }).keys ?? []) held[kind === "held" ? "add" : "delete"](key);
    if (kind === "ready") {
      guest = (details as Ready).guestId;
      // A session that another tab has started is known by its guest alone.
      if (session?.guestId === guest) details = session;
      readied(details as Ready);
    }
    if (kind === "held" && !consent && !warned) {
      warned = true;
      console.warn("guestsync: attributes wait in memory for a purpose that is not granted. State `consent`, or call `grant`.");
    }
    // Who the guest is, is no outcome.
    note(kind, kind === "ready" ? {} : details);
    handlers.tell(kind, details);
  }

  /** For those who look afterwards, and for a developer who looks on. */
  function note(what: string, details?: object): void {
    audit.note(what, details);
    if (debug) console.info("guestsync:", what, JSON.stringify({ ...details, message: undefined }));
  }

  /** Notes how a call ended. */
  function noted<T>(what: string, details: object, call: Promise<T>): Promise<T> {
    call.then(
      () => note(what, details),
      ({ code }: GuestSyncError) => note(what, { ...details, code }),
    );
    return call;
  }

  /** What the server said when this page started the session. */
  const started = (by: Ready) => (session = by);

  return { handlers, audit, held, ready, unready, event, note, noted, started, guest: () => guest };
}
