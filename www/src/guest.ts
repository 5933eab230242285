import { Calls } from "./calls.js";
import * as tells from "./codes/tells.js";
import { detailsOf, isEvent } from "./details.js";
import { Channel } from "./effect/channel.js";
import { later } from "./effect/later.js";
import { isHidden, isOffline, listen } from "./effect/lifecycle.js";
import { mirror } from "./effect/local.js";
import { errorOf, GuestSyncError, invalid, type ValidationError, UPDATE_TYPE } from "./errors.js";
import { othersLooked } from "./effect/other-locks.js";
import { stays } from "./effect/process.js";
import { endLeft, noteLeft, randomId, sessionEnd } from "./effect/session.js";
import { within } from "./effect/within.js";
import { logoutProfile } from "./forms.js";
import { flat } from "./flat.js";
import { asked } from "./host.js";
import { journalOf } from "./journal.js";
import type { FlushResult, GuestSyncOptions, Metrics, SetResult } from "./options.js";
import type { GuestSync } from "./guest-sync.js";
import { pageOptions } from "./page-options.js";
import { purposeOf, withdrawnBySignal } from "./purposes.js";
import { ignorable, refused, rejected, wrong } from "./refused.js";
import { Screen } from "./screen.js";
import { endBurst, Sets } from "./sets.js";
import { converse, type Tell } from "./tell.js";
import { tellerOf } from "./teller.js";
import { type Core, loadCore, Unreached } from "./wasm.js";

/** Whether this is the build for Node. */
declare const __GUESTSYNC_NODE__: boolean;

/** The longest that timers keep. */
const LONGEST_MS = 0x7fffffff;

/** Between two tries to fetch the wasm: at first, and at most. */
const AGAIN_MS = 1_000;
const SELDOM_MS = 60_000;

const NOTHING = detailsOf("metrics", Array(16).fill(0)) as Metrics;

/** A core that traps so often will do so again. */
const LIVES = 3;

/** A call made before the wasm was there waits in memory; none is lost when it comes. */
export function pageGuestSync(options: GuestSyncOptions): GuestSync {
  const { handlers, audit, held, ready, unready, event, note, noted, started, guest: known } = tellerOf(options);
  const calls = new Calls();
  let closed = false;
  let early = 0;
  let findings = 0;
  let lives = LIVES;
  /** What the page says of purposes by its calls, for a core that takes the place of one that trapped. */
  let stated = { ...options.consent };
  let counts = NOTHING;
  /** Whether the page was told of the guest that it has given itself. */
  let introduced = options.guest === undefined;
  let deafen = () => {};
  let tell: Tell | undefined;
  let sets: Sets;

  /** Of the keys and values of an update: one more than it may have. */
  const most = 2 * (options.limits?.keysPerUpdate ?? 100) + 2;
  const screen = new Screen(options, (...finding) => {
    findings++;
    event("finding", ...finding);
  });
  const { journal, mirrored, leave } = journalOf(options);
  /** Who is the guest again, unless logged out in the same task. */
  let back = mirrored && options.guest;
  const channel = new Channel((hint) => {
    // What was said here may have been withdrawn elsewhere since: then the journal's word alone counts.
    if (hint === "consent") stated = {};
    tell?.(tells.changed, hint);
  });
  // A first look at localStorage, and to begin to fetch, take the browser longer than all else here: the page's first calls come before.
  queueMicrotask(() => {
    // Whoever is the guest again has not left.
    if (back) noteLeft(back, null);
    load();
  });

  /** With no network the calls wait for it, however long it takes. A wasm that is not the right one, or cannot be compiled, will not become so. */
  function load(pause = AGAIN_MS): void {
    const again = (error: unknown) => {
      if (closed) return;
      if (!(error instanceof Unreached)) return fail("wasm.unavailable", error);
      const delay = Math.ceil((pause * (1 + Math.random())) / 2);
      deafen = later(delay, () => load(Math.min(pause * 2, SELDOM_MS)), load);
      event("retrying", 0, "wasm.unavailable", null, delay);
    };
    Promise.all([loadCore(options.wasm), screen.prepare()])
      .then(([core]) => start(core), again)
      .catch(() => fail("wasm.trapped"));
  }

  function start(core: Core): void {
    if (closed) return;
    channel.open();
    const consent = lives < LIVES ? stated : options.consent;
    const given = [...pageOptions(options, consent), ...(mirrored ? mirror() : [])];
    const face = { settle: calls.settle.bind(calls), event, metrics, started };
    const now = converse(core, given, (tell) => asked(options, journal, channel, face, tell), trapped);
    sets = new Sets(now, screen);
    tell = (...told) => {
      endBurst();
      now(...told);
    };
    deafen = listen(tell, channel, mirrored, leave);
    if (mirrored) endLeft(options.session);
    if (isHidden()) tell(tells.hidden);
    tell?.(isOffline() ? tells.offline : tells.tick);
    early = 0;
    if (tell) calls.start(tell);
    if (!introduced) {
      introduced = true;
      event("ready", options.guest);
    }
  }

  /** What the journal holds outlives the core: another one takes it up. What was only in its memory is gone. */
  function trapped(): void {
    const keys = [...held];
    held.clear();
    counts = NOTHING;
    if (closed || --lives === 0) fail("wasm.trapped");
    else {
      deafen();
      tell = undefined;
      calls.fail(errorOf("wasm.trapped"));
      load();
    }
    // What is set because of it waits for the next one.
    event("trapped", keys);
  }

  function fail(code: string, cause?: unknown): void {
    const error = errorOf(code, cause);
    closed = true;
    early = 0;
    note("ended", { code });
    unready(error);
    calls.end(error);
    channel.close();
    deafen();
  }

  function metrics(...told: number[]): void {
    counts = detailsOf("metrics", told) as Metrics;
  }

  function decide(what: "grant" | "withdraw", purpose: string, repeated = false): Promise<void> {
    if (typeof purpose !== "string" || !purpose) return refused("purpose", "must be a text, not empty.");
    stated = { ...stated, [purpose]: what === "grant" };
    const serves = purposeOf(options);
    const decided = calls.make<void>((tell, call) => {
      tell(what === "grant" ? tells.grant : tells.withdraw, call, purpose, repeated ? "" : null);
      if (what === "withdraw") screen.forget((key) => serves(key) === purpose);
    });
    return noted(what, { purpose: cut(purpose) }, what === "grant" ? decided : decided.then(() => othersLooked(options.guest)));
  }

  function count(): Metrics {
    tell?.(tells.metrics);
    return { ...counts, findings, ...(!tell && { set: early, pending: early }) };
  }

  /** What there is to tell of a `flush` that was called before the core was there and is not waited for any longer. */
  function soFar(error: unknown): FlushResult {
    if (error instanceof GuestSyncError) throw error;
    const { delivered, deliveredElsewhere, pending, held } = count();
    return { delivered: delivered + deliveredElsewhere, pending, held };
  }

  function close(): void {
    if (closed) return;
    closed = true;
    channel.close();
    deafen();
    if (!tell) return fail("outbox.closed");
    tell(tells.close);
    unready(errorOf("outbox.closed"));
  }

  /** All that has to forget is told, whatever the others say; then the first that could not is told. */
  async function logout(): Promise<void> {
    back = undefined;
    const guest = known();
    const end = sessionEnd(mirrored ? guest : undefined, options.session);
    const forget = (tell: Tell, call: number) => {
      tell(tells.logout, call, randomId());
      screen.forget(() => true);
    };
    const here = settled(calls.make(forget));
    const left = here.then(() => options.guest !== undefined && close());
    // A core that is not there yet may be long in coming.
    if (tell) await left;
    // Whose session it is, this page may not know yet: the worker may.
    await settled(logoutProfile(guest ?? ""));
    const there = await settled(end());
    await left;
    for (const end of [await here, there]) if (end.status === "rejected") throw end.reason;
  }

  return {
    ready,
    set(attributes) {
      let given: string[];
      try {
        if (typeof attributes !== "object" || Array.isArray(attributes)) throw 0;
        // Of what is too much in any case, no more is told than that.
        given = flat(attributes).slice(0, most);
      } catch {
        return rejected(invalid(["", UPDATE_TYPE]));
      }
      if (!tell && !closed) early += given.length / 2;
      const masked: string[] = [];
      const set = calls.make<SetResult>((_, call) => sets.add({ call, attributes: given, masked }), { masked });
      set.then(
        (result) => note("set", { keys: given.filter((_, at) => at % 2 === 0), ...result }),
        ({ code, issues }: ValidationError) => note("refused", { code, issues: issues?.map(({ key, code }) => ({ key: cut(key), code })) }),
      );
      return set;
    },
    flush(limits) {
      const { timeoutMs = 10_000 } = limits ?? {};
      if (typeof timeoutMs !== "number" || !(timeoutMs >= 0)) return refused("timeoutMs", "must be a number of milliseconds, not negative.");
      const until = performance.now() + Math.min(Math.ceil(timeoutMs), LONGEST_MS);
      const left = () => Math.max(Math.ceil(until - performance.now()), 0);
      const flush = calls.make<FlushResult>((tell, call) => tell(tells.flush, call, left()));
      if (__GUESTSYNC_NODE__ && tell) stays(left(), flush);
      return tell ? flush : ignorable(within(isOffline() ? 0 : left(), flush).catch(soFar));
    },
    grant(purpose, given) {
      if (given?.repeated && withdrawnBySignal(options)?.includes(purpose)) return Promise.resolve();
      return decide("grant", purpose, given?.repeated);
    },
    withdraw: (purpose) => decide("withdraw", purpose),
    logout: () => noted("logout", {}, logout()),
    audit: () => String(audit),
    on(event, handler) {
      if (!isEvent(event)) throw wrong("event", "is no event.");
      if (typeof handler !== "function") throw wrong("handler", "must be a function.");
      return handlers.on(event, handler);
    },
    pending: () => count().pending,
    metrics: count,
    close,
  };
}

/** What an audit keeps of a text that may be of any length. */
const cut = (text: string) => text.slice(0, 128);

const settled = async (call: Promise<unknown>) => (await Promise.allSettled([call]))[0];
