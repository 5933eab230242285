import { absolute } from "./effect/absolute.js";
import { timeout } from "./effect/http.js";
import { within } from "./effect/within.js";
import { compiled, Instance, type Place } from "./instance.js";

/** Whether this is the build for Node, which reads the file; its import would make a bundler for pages complain. */
declare const __GUESTSYNC_NODE__: boolean;
/** The digest of the wasm that belongs to this script. */
declare const __GUESTSYNC_PAGE_INTEGRITY__: string;

/** What has not come by then, a stalled connection, is asked for anew. */
const ARRIVAL_MS = 30_000;

/** A browser tells of what a policy forbids in a task of its own. */
const VIOLATION_MS = 100;

/** The file could not be had: there is no network, or its server fails for now. */
export class Unreached extends Error {}

interface Functions {
  open(pointer: number, length: number, wall: number, mono: number): number;
  tell(page: number, pointer: number, length: number, wall: number, mono: number): Place;
}

/** The loaded wasm. */
export interface Core {
  /** Opens an outbox; the result is its number. */
  open(options: string, wall: number, mono: number): number;
  tell(page: number, message: string, wall: number, mono: number): string;
  /** A call did not come to its end: what its memory holds may be anything. */
  trapped?: boolean;
}

let locate: () => URL;
let core: Core | undefined;

/** The entry says where its wasm lies. */
export function wasmIsAt(location: () => URL): void {
  locate = location;
}

/** Compiles the wasm of this digest once, whoever asks; a failure may be tried again. */
export function compiledOnce(integrity: string): (url: string | URL) => Promise<WebAssembly.Module> {
  let compiling: Promise<WebAssembly.Module> | undefined;
  return (url) =>
    (compiling ??= compile(url, integrity).catch((error: unknown) => {
      compiling = undefined;
      throw error;
    }));
}

const pageWasm = compiledOnce(__GUESTSYNC_PAGE_INTEGRITY__);

/** Loads the page's wasm. After a trap there is another instance. */
export async function loadCore(url: string | URL = locate()): Promise<Core> {
  const module = await pageWasm(url);
  if (core && !core.trapped) return core;
  const fresh = coreOf(await Instance.of(module));
  // Of several that ask at the same time, the first one's is for all.
  return !core || core.trapped ? (core = fresh) : core;
}

function coreOf(instance: Instance<Functions>): Core {
  const { open, tell } = instance.exports;
  return {
    open: (options, ...now) => open(...instance.pass(options), ...now),
    tell: (page, message, ...now) => instance.take(tell(page, ...instance.pass(message), ...now)),
  };
}

async function compile(url: string | URL, integrity: string): Promise<WebAssembly.Module> {
  if (__GUESTSYNC_NODE__ && String(url).startsWith("file:")) return WebAssembly.compile(await read(url));
  const get = (cache?: RequestCache) => fetch(url, { integrity, signal: timeout(ARRIVAL_MS), ...(cache && { cache }) });
  // A script is told the same of a network that fails and of another file: without the digest only the network does.
  const again = async () => {
    if (!(await arrives(url).catch(() => false))) throw new Unreached();
    return get("force-cache");
  };
  try {
    return await compiled(await get().catch(again));
  } catch (error) {
    throw (error as Error).name === "AbortError" ? new Unreached() : error;
  }
}

/** Whether an answer comes that is not one of a server in trouble, or never will, because the page's own policy forbids to ask. */
async function arrives(url: string | URL): Promise<boolean> {
  const listening = new AbortController();
  const forbidden = new Promise<boolean>((resolve) => {
    const heard = ({ blockedURI }: SecurityPolicyViolationEvent) => blockedURI === absolute(url).href && resolve(true);
    globalThis.addEventListener?.("securitypolicyviolation", heard, listening);
  });
  try {
    const response = await fetch(url, { signal: timeout(ARRIVAL_MS) });
    await response.arrayBuffer();
    return response.status < 500 && response.status !== 429;
  } catch {
    return await within(VIOLATION_MS, forbidden);
  } finally {
    listening.abort();
  }
}

/** Node's fetch reads no files. */
async function read(url: string | URL): Promise<BufferSource> {
  const fs = "node:fs/promises";
  const { readFile } = await import(fs);
  return readFile(new URL(url));
}
