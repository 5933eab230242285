import init, { Page } from "#page-glue";

/** What the loaded wasm exports. */
export interface Core {
  Page: typeof Page;
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

async function instantiate(url?: string | URL): Promise<Core> {
  await init({ module_or_path: await source(url ?? locate()) });
  return { Page };
}

/** Node's fetch reads no files. */
async function source(url: string | URL): Promise<string | URL | BufferSource> {
  if (!String(url).startsWith("file:")) return url;
  const fs = "node:fs/promises";
  const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ fs);
  return readFile(new URL(url));
}
