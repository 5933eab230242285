import init from "#worker-glue";

/** The cache that holds the wasm and the key set. */
export const cacheName = "guestsync";

/** A file could not be had: the site cannot be reached. */
export class Unreachable extends Error {}

let loading: Promise<void> | undefined;

/** Loads the wasm once, whoever asks; a failure may be tried again. */
export function loadWasm(url: string): Promise<void> {
  loading ??= instantiate(url).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function instantiate(url: string): Promise<void> {
  // Compiles while it arrives, where the server names the media type.
  await init({ module_or_path: (await kept(url)) ?? (await fetched(url)) });
}

/** Keeps wasm and key set for workers that start without a network, and removes the wasm of earlier versions. Never rejects. */
export async function storeFiles(wasm: string, keys: string): Promise<void> {
  try {
    const cache = await caches.open(cacheName);
    for (const { url } of await cache.keys()) if (url.endsWith(".wasm") && url !== wasm) await cache.delete(url);
    const kept = await cache.match(wasm);
    await Promise.allSettled([cache.add(keys), kept ? undefined : cache.add(wasm)]);
  } catch {
    // No Cache Storage here: nothing is kept.
  }
}

async function kept(url: string): Promise<Response | undefined> {
  try {
    return await (await caches.open(cacheName)).match(url);
  } catch {
    // No Cache Storage here: nothing is kept.
    return undefined;
  }
}

async function fetched(url: string): Promise<Response> {
  const response = await fetch(url, { credentials: "same-origin" }).catch(() => {
    throw new Unreachable(`guestsync: ${url} cannot be reached`);
  });
  if (!response.ok) throw new Error(`guestsync: ${url} answers ${response.status}`);
  return response;
}
