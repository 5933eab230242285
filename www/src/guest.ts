import { Audit } from "./audit.js";
import { detailsOf } from "./details.js";
import { Channel } from "./effect/channel.js";
import { listen } from "./effect/lifecycle.js";
import { mirror } from "./effect/local.js";
import { errorOf, invalid, type ValidationError } from "./errors.js";
import { type GuestSyncEvent, type GuestSyncEvents, Handlers } from "./events.js";
import { endSession, randomId } from "./effect/session.js";
import { logoutProfile } from "./forms.js";
import { flat } from "./flat.js";
import { asked } from "./host.js";
import { journalOf } from "./journal.js";
import type { Attributes, FlushResult, GuestSyncOptions, Metrics, Ready, SetResult } from "./options.js";
import { pageOptions } from "./page-options.js";
import { Sets } from "./sets.js";
import { converse, type Tell } from "./tell.js";
import { type Core, loadCore } from "./wasm.js";

/** What a visitor tells the site, on its way to Genesys Cloud. */
export interface GuestSync {
  /** Resolves when the guest is known; rejects with `wasm.unavailable` where the wasm could not be loaded. */
  readonly ready: Promise<Ready>;
  /**
   * Sets attributes. Resolves when they are kept, and says where; rejects with {@link ValidationError} or a
   * {@link GuestSyncError} of code `outbox.full`. The promise may be ignored: events tell it too.
   */
  set(attributes: Attributes): Promise<SetResult>;
  /** Sends what waits, and resolves when it is delivered, after `timeoutMs` (default 10000), or at once when offline. */
  flush(options?: { timeoutMs?: number }): Promise<FlushResult>;
  /** Grants a purpose: what was held for it goes on its way. */
  grant(purpose: string): Promise<void>;
  /** Withdraws a purpose. When it resolves, no tab starts a request that carries an attribute of that purpose. */
  withdraw(purpose: string): Promise<void>;
  /** Listens; the result stops it. */
  on<E extends GuestSyncEvent>(event: E, handler: (details: GuestSyncEvents[E]) => void): () => void;
  /**
   * Ends the visitor's session: what waits and what is held is removed, in every tab, the session's cookie and capabilities are void,
   * and whoever comes next is another guest. `flush()` before it, where what waits is to arrive. Rejects with `session.unreachable`
   * where the server could not be told; this browser has forgotten the session all the same.
   */
  logout(): Promise<void>;
  /** What happened in this page, as numbered JSON Lines: keys, kinds and outcomes, never values. The last thousand. */
  audit(): string;
  /** How many keys wait to be delivered. */
  pending(): number;
  /** Counts of keys by how they ended. */
  metrics(): Metrics;
  /** Stops; what waits stays in the journal for the next page. */
  close(): void;
}

interface Settler {
  resolve(value: never): void;
  reject(error: unknown): void;
}

/** A call made before the wasm was there waits in memory; none is lost when it comes. */
export function pageGuestSync(options: GuestSyncOptions): GuestSync {
  const handlers = new Handlers();
  const audit = new Audit();
  const settlers = new Map<number, Settler>();
  const waiting: (() => void)[] = [];
  let calls = 0;
  let warned = false;
  let counts = {} as Metrics;
  let failure: unknown;
  let guestId = options.guest;
  let deafen = () => {};
  let tell: Tell | undefined;
  let sets: Sets;
  let readied!: (ready: Ready) => void;
  let unready!: (error: unknown) => void;

  const ready = new Promise<Ready>((resolve, reject) => {
    readied = resolve;
    unready = reject;
  });
  ready.then(({ guestId: known }) => (guestId = known), () => {});
  const channel = new Channel((hint) => tell?.("changed", hint));
  loadCore(options.wasm).then(start, fail);

  function start(core: Core): void {
    const { journal, mirrored } = journalOf(options);
    const given = [...pageOptions(options), ...(mirrored ? mirror() : [])];
    const face = { settle, event, metrics, started: readied };
    const now = converse(core, given, (tell) => asked(options, journal, channel, face, tell));
    sets = new Sets(now);
    tell = (...told) => {
      sets.end();
      now(...told);
    };
    deafen = listen(tell, channel, mirrored);
    tell(typeof navigator !== "object" || navigator.onLine !== false ? "tick" : "offline");
    if (options.guest !== undefined) readied({ guestId: options.guest });
    for (const call of waiting.splice(0)) call();
  }

  function fail(): void {
    failure = errorOf("wasm.unavailable");
    unready(failure);
    for (const { reject } of settlers.values()) reject(failure);
    settlers.clear();
  }

  function settle(call: number, kind: string, ...told: unknown[]): void {
    const settler = settlers.get(call);
    settlers.delete(call);
    const details = detailsOf(kind, told);
    if (details || kind === "done") settler?.resolve(details as never);
    else settler?.reject(kind === "invalid" ? invalid(told as string[]) : errorOf(kind));
  }

  function event(kind: string, ...told: unknown[]): void {
    const details = detailsOf(kind, told);
    if (kind === "ready") readied(details as Ready);
    if (kind === "held" && !options.consent && !warned) {
      warned = true;
      console.warn("guestsync: no purpose is granted, so attributes wait in memory. State `consent`, or call `grant`.");
    }
    note(kind, details);
    handlers.tell(kind, details);
  }

  /** For those who look afterwards, and for a developer who looks on. */
  function note(what: string, details?: object): void {
    audit.note(what, details);
    if (options.debug) console.debug("guestsync:", what, JSON.stringify({ ...details, message: undefined }));
  }

  function metrics(...told: number[]): void {
    counts = detailsOf("metrics", told) as Metrics;
  }

  function call<T>(make: (tell: Tell, call: number) => void): Promise<T> {
    const result = new Promise<T>((resolve, reject) => {
      if (failure) return reject(failure);
      const call = ++calls;
      settlers.set(call, { resolve: resolve as Settler["resolve"], reject });
      const begin = () => make(tell as Tell, call);
      if (tell) begin();
      else waiting.push(begin);
    });
    // The promise may be ignored: an unobserved refusal is no unhandled rejection.
    result.catch(() => {});
    return result;
  }

  return {
    ready,
    set(attributes) {
      const given = flat(attributes);
      const keys = Object.keys(attributes);
      const set = call<SetResult>((_, call) => sets.add(call, given));
      set.then(
        (result) => note("set", { keys, ...result }),
        ({ code, issues }: ValidationError) => note("refused", { code, issues: issues?.map(({ key, code }) => ({ key, code })) }),
      );
      return set;
    },
    flush: ({ timeoutMs = 10_000 } = {}) => call((tell, call) => tell("flush", call, timeoutMs)),
    grant(purpose) {
      note("grant", { purpose });
      return call((tell, call) => tell("grant", call, purpose));
    },
    withdraw(purpose) {
      note("withdraw", { purpose });
      return call((tell, call) => tell("withdraw", call, purpose));
    },
    async logout() {
      note("logout");
      await call((tell, call) => tell("logout", call, randomId()));
      if (options.guest !== undefined) this.close();
      if (guestId !== undefined) await logoutProfile(guestId).catch(() => {});
      await endSession(options.session);
    },
    audit: () => String(audit),
    on: (event, handler) => handlers.on(event, handler),
    pending() {
      return this.metrics().pending ?? waiting.length;
    },
    metrics() {
      tell?.("metrics");
      return counts;
    },
    close() {
      channel.close();
      deafen();
      tell?.("close");
    },
  };
}
