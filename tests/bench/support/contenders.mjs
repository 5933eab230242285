/** Who is measured: each bundled as a page would have it, from `tests/bench/peers`. */
import { readFile } from "node:fs/promises";
import { bundle } from "../../../scripts/lib/build/bundle.mjs";
import { filesBelow } from "../../../scripts/lib/files.mjs";
import { at } from "../../../scripts/lib/paths.mjs";

export const ours = "guestsync";

/** The npm package of each peer; `document` is the design document's batcher. */
export const packages = {
  rudderstack: "@rudderstack/analytics-js",
  snowplow: "@snowplow/browser-tracker",
  amplitude: "@amplitude/analytics-browser",
  segment: "@segment/analytics-next",
  document: "design document",
};

/** @typedef {{ name: string, title: string, script: string }} Contender `script` is one classic script that makes `window.Peer` */

/** @returns {Promise<Contender[]>} ours first */
export function contenders() {
  return Promise.all(
    Object.entries({ [ours]: "Guestsync", ...packages }).map(async ([name, title]) => {
      const file = await bundle(`tests/bench/peers/${name}.mjs`, `dist/bench/${name}.js`, {
        format: "iife",
        globalName: "Peer",
        alias: { guestsync: at("dist/npm/index.js") },
        define: { "process.env.NODE_ENV": '"production"' },
        // The page's wasm is named by the bench.
        logOverride: { "empty-import-meta": "silent" },
      });
      return { name, title, script: await readFile(file, "utf8") };
    }),
  );
}

/** @returns {Promise<Buffer>} the page's wasm */
export async function pageWasm() {
  const file = (await filesBelow(at("dist/npm"))).find((path) => /\/page\.[0-9a-f]+\.wasm$/.test(path));
  if (!file) throw new Error("dist/npm holds no wasm of the page");
  return readFile(file);
}
