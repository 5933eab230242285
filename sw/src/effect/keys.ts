import type { ProfileWorker } from "#worker-glue";
import { cacheName, kept } from "../wasm.js";
import { answerOf, patience, text } from "./http.js";

/** The keys as they came, by id. */
export type KeySet = Map<string, JsonWebKey>;

/** A copy that was kept is used where the site takes longer than this; what comes later replaces it. */
const KEPT_AFTER_MS = 1_500;

/** As long as the machine would wait, which is not there yet. */
const EARLY_MS = 10_000;

/** What was asked for before there was a machine to ask for it. */
let early: Promise<Response | undefined> | undefined;

/** A form comes to a worker that starts: its key set is fetched beside the wasm, not after it. */
export function askEarly(url: string): void {
  early = fetchSet(url, AbortSignal.timeout(EARLY_MS));
}

/** Gets the key set; where the site cannot be reached, or not soon, the copy that was kept. */
export async function getKeys(worker: ProfileWorker, keys: KeySet, url: string): Promise<void> {
  const fetching = early ?? fetchSet(url, patience());
  early = undefined;
  const copy = await kept(url);
  const late = new Promise<undefined>((resolve) => copy && setTimeout(resolve, KEPT_AFTER_MS));
  const first = await Promise.race([fetching, late]);
  if (first && (await came(worker, keys, url, first))) return;
  if (!copy || !(await came(worker, keys, url, copy, true))) return worker.keysFailed(first !== undefined);
  const second = first ? undefined : await fetching;
  if (second) await came(worker, keys, url, second);
}

/** Tells what a response says where it names a key that can be sealed to; else nothing is replaced. */
async function came(worker: ProfileWorker, keys: KeySet, url: string, response: Response, stored = false): Promise<boolean> {
  const copy = response.clone();
  const { body, headers, status } = await answerOf(response);
  const usable: KeySet = new Map();
  const list = status === 200 && Array.isArray(body["keys"]) ? (body["keys"] as unknown[]) : [];
  for (const key of list) {
    const { kid, kty, crv, use, alg } = Object(key) as Record<string, unknown>;
    const id = text(kid);
    // Of two keys with one id, the first.
    if (id !== undefined && !usable.has(id) && worker.listed(id, text(kty), text(crv), text(use), text(alg))) usable.set(id, key as JsonWebKey);
  }
  if (usable.size === 0) return false;
  // Those before stay: an agreement with one of them may just be asked for.
  for (const [id, key] of usable) keys.set(id, key);
  // For the next cold start without a network; where there is no room, that one has to wait.
  if (!stored) caches.open(cacheName).then((cache) => cache.put(url, copy)).catch(() => {});
  worker.keys(headers.get("cache-control") ?? undefined, stored);
  return true;
}

async function fetchSet(url: string, signal: AbortSignal): Promise<Response | undefined> {
  try {
    const headers = { accept: "application/json" };
    return await fetch(url, { headers, credentials: "omit", redirect: "error", signal });
  } catch {
    return undefined;
  }
}
