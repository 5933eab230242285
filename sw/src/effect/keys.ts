import type { ProfileWorker } from "#worker-glue";
import { cacheName } from "../wasm.js";
import { answerOf, patience, text } from "./http.js";

/** The keys of the set as they came, by id. */
export type KeySet = Map<string, JsonWebKey>;

/** Gets the key set; where the site cannot be reached, the copy that was kept. */
export async function getKeys(worker: ProfileWorker, keys: KeySet, url: string): Promise<void> {
  const fetched = await fetchSet(url);
  const response = fetched ?? (await keptSet(url));
  if (!response) return worker.keysFailed(false);
  const { body, headers } = await answerOf(response);
  keys.clear();
  for (const key of Array.isArray(body["keys"]) ? (body["keys"] as unknown[]) : []) {
    const { kid, kty, crv, use, alg } = Object(key) as Record<string, unknown>;
    const id = text(kid);
    // Of two keys with one id, the first.
    if (id !== undefined && !keys.has(id)) keys.set(id, key as JsonWebKey);
    worker.listed(id, text(kty), text(crv), text(use), text(alg));
  }
  worker.keys(headers.get("cache-control") ?? undefined, !fetched);
}

async function fetchSet(url: string): Promise<Response | undefined> {
  try {
    const headers = { accept: "application/json" };
    const response = await fetch(url, { headers, credentials: "omit", redirect: "error", signal: patience() });
    if (!response.ok) return undefined;
    const copy = response.clone();
    // For the next cold start without a network; where there is no room, that one has to wait.
    caches.open(cacheName).then((cache) => cache.put(url, copy)).catch(() => {});
    return response;
  } catch {
    return undefined;
  }
}

async function keptSet(url: string): Promise<Response | undefined> {
  try {
    return await (await caches.open(cacheName)).match(url);
  } catch {
    return undefined;
  }
}
