import { compiled } from "../../www/src/instance.js";

/** The SHA-256 of the wasm that belongs to this script, in base64. */
declare const __GUESTSYNC_WORKER_DIGEST__: string;

/** The cache that holds the wasm and the key set. */
export const cacheName = "guestsync";

/** A file could not be had: the site cannot be reached. */
export class Unreachable extends Error {}

let loading: Promise<WebAssembly.Module> | undefined;

/** Loads the wasm once, whoever asks; a failure may be tried again. */
export function loadWasm(url: string): Promise<WebAssembly.Module> {
  loading ??= load(url).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(url: string): Promise<WebAssembly.Module> {
  const copy = await kept(url);
  try {
    return await own(copy ?? (await fetched(url)));
  } catch (error) {
    if (!copy) throw error;
    // Something else was kept under its name: not for ever.
    const cache = await caches.open(cacheName);
    await cache.delete(url);
    const response = await fetched(url, "reload");
    const module = await own(response.clone());
    await cache.put(url, response).catch(() => {});
    return module;
  }
}

/** What it compiles to; refused where it is not the file that this script was built with. */
async function own(response: Response): Promise<WebAssembly.Module> {
  const [module, bytes] = await Promise.all([compiled(response.clone()), response.arrayBuffer()]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (btoa(String.fromCharCode(...digest)) !== __GUESTSYNC_WORKER_DIGEST__) throw new Error(`guestsync: wasm.altered: ${response.url}`);
  return module;
}

/** Removes the wasm of earlier versions, which the worker before this one may have needed until now. Never rejects. */
export async function removeEarlier(wasm: string): Promise<void> {
  try {
    const cache = await caches.open(cacheName);
    for (const { url } of await cache.keys()) if (url.endsWith(".wasm") && url !== wasm) await cache.delete(url);
  } catch {
    // No Cache Storage here: nothing is kept.
  }
}

/** Keeps the wasm for workers that start without a network. Never rejects. */
export async function keepWasm(wasm: string): Promise<void> {
  try {
    const cache = await caches.open(cacheName);
    if (!(await cache.match(wasm))) await cache.add(wasm);
  } catch {
    // No Cache Storage here: nothing is kept.
  }
}

/** What is kept under an address. Never rejects. */
export async function kept(url: string): Promise<Response | undefined> {
  try {
    return await caches.match(url, { cacheName });
  } catch {
    // No Cache Storage here: nothing is kept.
    return undefined;
  }
}

async function fetched(url: string, cache: RequestCache = "default"): Promise<Response> {
  const response = await fetch(url, { credentials: "same-origin", cache }).catch(() => {
    throw new Unreachable(`guestsync: ${url} cannot be reached`);
  });
  if (!response.ok) throw new Error(`guestsync: ${url} answers ${response.status}`);
  return response;
}
