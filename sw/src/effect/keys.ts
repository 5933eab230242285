import { heard, timeout } from "../../../www/src/effect/http.js";
import { type Core, flag } from "../core.js";
import * as Tell from "../tell.js";
import { cacheName, kept } from "../wasm.js";

/** What a response says. */
interface KeySet {
  response: Response;
  /** None where it says something else, or breaks off. */
  keys: unknown[];
}

/** A copy that was kept is used where the site takes longer than this; what comes later replaces it. */
const KEPT_AFTER_MS = 1_500;

/** As long as the machine would wait, which is not there yet. */
const EARLY_MS = 10_000;

/** What was asked for before there was a machine to ask for it. */
let early: Promise<KeySet | undefined> | undefined;

/** A form comes to a worker that starts: its key set is fetched beside the wasm, not after it. */
export function askEarly(url: string): void {
  early = fetchSet(url, timeout(EARLY_MS));
}

/** The keys as they came. */
export class KeySets {
  readonly #core: Core;
  readonly #url: string;
  readonly #keys = new Map<string, JsonWebKey>();
  /** The keys just told, and whether any of them can be sealed to. */
  #list: unknown[] = [];
  #isUsable = false;

  constructor(core: Core, url: string) {
    this.#core = core;
    this.#url = url;
  }

  key(id: string): JsonWebKey | undefined {
    return this.#keys.get(id);
  }

  /** Which of the keys just told can be sealed to. Those before stay: an agreement with one of them may just be asked for. */
  usable(places: number[]): void {
    for (const at of places) {
      const key = this.#list[at] as JsonWebKey & { kid: string };
      this.#keys.set(key.kid, key);
    }
    this.#isUsable = places.length > 0;
  }

  /** Gets the key set; where the site cannot be reached, or not soon, the copy that was kept. */
  async get(): Promise<void> {
    const fetching = early ?? fetchSet(this.#url, timeout(this.#core.limits.patienceMs));
    early = undefined;
    const there = await kept(this.#url);
    const copy = there && (await read(there));
    const late = new Promise<undefined>((resolve) => copy && setTimeout(resolve, KEPT_AFTER_MS));
    const first = await Promise.race([fetching, late]);
    if (first && this.#came(first)) return;
    if (!copy || !this.#came(copy, true)) return this.#core.tell(Tell.keysFailed, flag(first));
    const second = first ? undefined : await fetching;
    if (second) this.#came(second);
  }

  /** Tells a key set; whether it names a key that can be sealed to: else nothing was replaced. */
  #came({ response, keys }: KeySet, stored = false): boolean {
    this.#list = keys;
    const members = keys.flatMap((key) => {
      const { kid, kty, crv, use, alg } = Object(key) as Record<string, unknown>;
      return [kid, kty, crv, use, alg].map((value) => (typeof value === "string" ? value : undefined));
    });
    this.#core.tell(Tell.keys, response.headers.get("cache-control"), flag(stored), ...members);
    if (!this.#isUsable) return false;
    if (!stored) void keep(this.#url, response);
    return true;
  }
}

/** Keeps the key set for workers that start without a network. One without a key replaces nothing. Never rejects. */
export async function keepKeys(url: string): Promise<void> {
  const set = await fetchSet(url, timeout(EARLY_MS));
  if (set?.keys.length) await keep(url, set.response);
}

/** For the next cold start without a network. Never rejects. */
async function keep(url: string, response: Response): Promise<void> {
  try {
    await (await caches.open(cacheName)).put(url, response);
  } catch {
    // No Cache Storage here, or no room: that start has to wait.
  }
}

async function fetchSet(url: string, signal: AbortSignal): Promise<KeySet | undefined> {
  try {
    const headers = { accept: "application/json" };
    return await read(await fetch(url, { headers, credentials: "omit", redirect: "error", signal }));
  } catch {
    return undefined;
  }
}

/** Reads all of it: what only began to arrive is no key set yet. */
async function read(response: Response): Promise<KeySet> {
  const copy = response.clone();
  try {
    const { body, status } = await heard(response);
    return { response: copy, keys: status === 200 && Array.isArray(body["keys"]) ? body["keys"] : [] };
  } catch {
    return { response: copy, keys: [] };
  }
}
