import type { Page } from "#page-glue";
import { errorOf, ValidationError } from "./errors.js";
import { Channel } from "./effect/channel.js";
import { type GuestSyncEvent, type GuestSyncEvents, Handlers } from "./events.js";
import { flat } from "./flat.js";
import { hostOf } from "./host.js";
import { journalOf } from "./journal.js";
import type { Attributes, FlushResult, GuestSyncOptions, Metrics, Ready, SetResult } from "./options.js";
import { pageOptions } from "./page-options.js";
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
export class PageGuestSync implements GuestSync {
  readonly ready: Promise<Ready>;
  readonly #handlers = new Handlers();
  readonly #settlers = new Map<number, Settler>();
  readonly #channel: Channel;
  #page: Page | undefined;
  #waiting: ((page: Page) => void)[] = [];
  #failure: unknown;
  #calls = 0;
  #readied!: (ready: Ready) => void;
  #unready!: (error: unknown) => void;

  constructor(options: GuestSyncOptions) {
    this.ready = new Promise((resolve, reject) => {
      this.#readied = resolve;
      this.#unready = reject;
    });
    this.ready.catch(() => {});
    this.#channel = new Channel((hint) => this.#page?.changed(hint));
    loadCore(options.wasm).then(
      (core) => this.#start(core, options),
      () => this.#fail(),
    );
  }

  #start({ Page, PageOptions }: Core, options: GuestSyncOptions): void {
    const { journal, mirrored } = journalOf(options);
    const told = {
      settle: (call: number, kind: string, json: string) => this.#settle(call, kind, json),
      event: (kind: string, json: string) => this.#event(kind, JSON.parse(json)),
      started: (ready: Ready) => this.#readied(ready),
    };
    const page: Page = new Page(pageOptions(PageOptions, options, mirrored), hostOf(options, journal, this.#channel, told, () => page));
    this.#page = page;
    page.begin(typeof navigator !== "object" || navigator.onLine !== false);
    if (options.guest !== undefined) this.#readied({ guestId: options.guest });
    for (const call of this.#waiting.splice(0)) call(page);
  }

  #fail(): void {
    this.#failure = errorOf("wasm.unavailable");
    this.#unready(this.#failure);
    for (const { reject } of this.#settlers.values()) reject(this.#failure);
    this.#settlers.clear();
  }

  #settle(call: number, kind: string, json: string): void {
    const settler = this.#settlers.get(call);
    this.#settlers.delete(call);
    const details = JSON.parse(json) as never;
    if (kind === "set" || kind === "flushed" || kind === "done") settler?.resolve(kind === "done" ? (undefined as never) : details);
    else settler?.reject(kind === "invalid" ? new ValidationError(details) : errorOf(kind));
  }

  #event(kind: string, details: unknown): void {
    if (kind === "ready") this.#readied(details as Ready);
    this.#handlers.tell(kind, details);
  }

  #call<T>(start: (page: Page, call: number) => void): Promise<T> {
    const result = new Promise<T>((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      const call = ++this.#calls;
      this.#settlers.set(call, { resolve: resolve as Settler["resolve"], reject });
      if (this.#page) start(this.#page, call);
      else this.#waiting.push((page) => start(page, call));
    });
    // The promise may be ignored: an unobserved refusal is no unhandled rejection.
    result.catch(() => {});
    return result;
  }

  set(attributes: Attributes): Promise<SetResult> {
    const given = flat(attributes);
    return this.#call((page, call) => page.set(call, given));
  }

  flush({ timeoutMs = 10_000 } = {}): Promise<FlushResult> {
    return this.#call((page, call) => page.flush(call, timeoutMs));
  }

  grant(purpose: string): Promise<void> {
    return this.#call((page, call) => page.grant(call, purpose));
  }

  withdraw(purpose: string): Promise<void> {
    return this.#call((page, call) => page.withdraw(call, purpose));
  }

  on<E extends GuestSyncEvent>(event: E, handler: (details: GuestSyncEvents[E]) => void): () => void {
    return this.#handlers.on(event, handler);
  }

  pending(): number {
    return this.#page?.pending() ?? this.#waiting.length;
  }

  metrics(): Metrics {
    return JSON.parse(this.#page?.metrics() ?? "{}");
  }

  close(): void {
    this.#channel.close();
    this.#page?.close();
  }
}
