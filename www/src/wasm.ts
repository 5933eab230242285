import { initSync, open, tell } from "#page-glue";

/** Whether this is the build for Node, which reads the file; its import would make a bundler for pages complain. */
declare const __GUESTSYNC_NODE__: boolean;

/** What the loaded wasm exports. */
export interface Core {
  open: typeof open;
  tell: typeof tell;
}

let locate: () => URL;
let loading: Promise<Core> | undefined;

/** The entry says where its wasm lies. */
export function wasmIsAt(location: () => URL): void {
  locate = location;
}

/** Loads the wasm once, whoever asks; a failure may be tried again. */
export function loadCore(url?: string | URL): Promise<Core> {
  loading ??= instantiate(url).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function instantiate(url: string | URL = locate()): Promise<Core> {
  initSync({ module: await compile(url) });
  return { open, tell };
}

/** Compiles while it arrives, where the server names the media type; never on the page's thread. */
async function compile(url: string | URL): Promise<WebAssembly.Module> {
  if (__GUESTSYNC_NODE__ && String(url).startsWith("file:")) return WebAssembly.compile(await read(url));
  const response = await fetch(url);
  try {
    return await WebAssembly.compileStreaming(response.clone());
  } catch {
    return WebAssembly.compile(await response.arrayBuffer());
  }
}

/** Node's fetch reads no files. */
async function read(url: string | URL): Promise<BufferSource> {
  const fs = "node:fs/promises";
  const { readFile } = await import(fs);
  return readFile(new URL(url));
}
