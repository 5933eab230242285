import type { GuestSyncEvent, GuestSyncEvents } from "./events.js";
import type { AttributeValue, FlushResult, Metrics, Ready, SetResult } from "./options.js";

/** What a visitor tells the site, on its way to Genesys Cloud. */
export interface GuestSync {
  /**
   * Resolves when the guest is known, with `init` once a purpose is granted; rejects with `wasm.unavailable` where the wasm is not to be had (with no network it waits), and with `outbox.closed`
   * where `close` came first. After a `logout` the event `ready` tells of the next guest.
   */
  readonly ready: Promise<Ready>;
  /**
   * Sets attributes. Resolves when they are kept, and says where; rejects with `ValidationError` or a `GuestSyncError` of
   * code `outbox.full`, `outbox.closed`, `wasm.unavailable` or `wasm.trapped`, as all calls may with the last three. The promise may be
   * ignored: events tell what becomes of what was taken, `audit` and the option `debug` also what was refused. What another tab or the worker
   * delivers, and what a newer value supersedes, is told by no event here, but counted in `metrics`. A value that is masked has to
   * fit with the mask in it.
   */
  set<T extends object & { [Key in keyof T]: AttributeValue } & { [Symbol.iterator]?: never }>(attributes: T): Promise<SetResult>;
  /**
   * Sends what waits, and resolves when it is delivered or refused, after `timeoutMs` (default 10000), or at once when offline or when the
   * server gave an answer that no repeat changes (no capability, say).
   */
  flush(options?: { timeoutMs?: number | undefined }): Promise<FlushResult>;
  /**
   * Grants a purpose: what was held for it goes on its way. Rejects with `argument.invalid` where it is no text. `repeated`: the visitor has
   * granted it before, and a consent platform says so again on each page; then it does not outweigh Global Privacy Control.
   */
  grant(purpose: string, options?: { repeated?: boolean | undefined }): Promise<void>;
  /**
   * Withdraws a purpose. When it resolves, no tab starts a request that carries an attribute of that purpose. Rejects with
   * `storage.unavailable` where storage refused the decision: it holds in this page, but other tabs may not know; and with
   * `worker.unavailable` where a worker that sends forms has not let go of them for half a minute.
   */
  withdraw(purpose: string): Promise<void>;
  /** Listens; the result stops it. Throws `argument.invalid` where there is no such event, or the handler is no function. */
  on<E extends GuestSyncEvent>(event: E, handler: (details: GuestSyncEvents[E]) => void): () => void;
  /**
   * Ends the visitor's session: what waits and what is held is removed, in every tab, the session's cookie and capabilities are void,
   * and whoever comes next is another guest. `flush()` before it, where what waits is to arrive. The worker and the server are told in
   * any case; rejects with `session.unreachable` where the server could not be told yet (this browser has forgotten the session all the
   * same, and tells it later; an answer such as 404, for good, is not asked for again), and with `storage.unavailable` where storage refused to forget. Where `guest` was given, this instance is
   * closed: the site's server says who comes next. Decisions on purposes stay, for the next visitor too.
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
