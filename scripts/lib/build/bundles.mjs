/** The TypeScript faces → the five scripts that npm publishes and the three that the gateway serves. */
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { filesBelow, requireSource } from "../files.mjs";
import { at } from "../paths.mjs";
import { bundle } from "./bundle.mjs";

/** @typedef {import("./wasm.mjs").Wasm} Wasm */
/**
 * @typedef {object} Face
 * @property {string} source
 * @property {string} what its part, where it is missing
 * @property {string} out below `dist/npm`
 * @property {string} [global] a classic script that makes this global, or one that makes its globals itself (empty); without it, an ES module
 * @property {boolean} [node] for Node, where the wasm is read from a file
 * @property {string} [site] below `dist/site`, where the gateway serves it too
 */

/** @type {Face[]} */
const faces = [
  { source: "www/src/index.ts", what: "the page's face for bundlers", out: "index.js", site: "guestsync/index.js" },
  { source: "www/src/index.ts", what: "the page's face for Node", out: "node.js", node: true },
  {
    source: "www/src/script-tag.ts",
    what: "the page's face for a script tag",
    out: "guestsync.js",
    global: "Guestsync",
    site: "guestsync/guestsync.js",
  },
  { source: "sw/src/index.ts", what: "the worker's face for bundlers", out: "sw.js" },
  {
    source: "sw/src/classic.ts",
    what: "the worker's face for importScripts",
    out: "guestsync-sw.js",
    global: "",
    site: "sw.js",
  },
];

const wasmFolders = ["dist/npm", "dist/site/guestsync"];

/**
 * @param {import("../steps.mjs").Steps} steps
 * @param {Record<import("./wasm.mjs").Shell, Wasm>} built
 */
export async function buildBundles(steps, built) {
  for (const { source, what } of faces) requireSource(at(source), what);
  const inputs = [
    ...(await filesBelow(at("www/src"))),
    ...(await filesBelow(at("sw/src"))),
    ...Object.values(built).flatMap(({ glue, wasm }) => [glue, wasm]),
    ...["package-lock.json", "scripts/lib/build/bundle.mjs", "scripts/lib/build/bundles.mjs"].map((file) => at(file)),
  ];
  await steps.step("Bundling the scripts", { inputs }, async () => {
    const written = [];
    for (const face of faces) written.push(...(await buildFace(face, built)));
    for (const { wasm, fileName } of Object.values(built)) {
      for (const folder of wasmFolders) written.push(await copy(wasm, at(folder, fileName)));
    }
    return written;
  });
  await removeOtherWasm(Object.values(built).map(({ fileName }) => fileName));
}

/** @param {Face} face @param {Record<import("./wasm.mjs").Shell, Wasm>} built */
async function buildFace({ source, out, global, node = false, site }, { page, pii, worker }) {
  const script = await bundle(source, `dist/npm/${out}`, {
    ...(global === undefined ? { format: "esm" } : { format: "iife", ...(global && { globalName: global }) }),
    sourcemap: true,
    alias: { "#page-glue": page.glue, "#worker-glue": worker.glue },
    define: {
      __GUESTSYNC_NODE__: String(node),
      __GUESTSYNC_PAGE_INTEGRITY__: JSON.stringify(`sha256-${await digestOf(page.wasm)}`),
      __GUESTSYNC_PAGE_WASM__: JSON.stringify(page.fileName),
      __GUESTSYNC_PII_INTEGRITY__: JSON.stringify(`sha256-${await digestOf(pii.wasm)}`),
      __GUESTSYNC_PII_WASM__: JSON.stringify(pii.fileName),
      __GUESTSYNC_WORKER_DIGEST__: JSON.stringify(await digestOf(worker.wasm)),
      __GUESTSYNC_WORKER_WASM__: JSON.stringify(worker.fileName),
    },
  });
  return [script, `${script}.map`, ...(site === undefined ? [] : [await publish(script, at("dist/site", site))])];
}

/** What the loader holds the file to. @param {string} file */
const digestOf = async (file) => createHash("sha256").update(await readFile(file)).digest("base64");

/** Older files of changing names would be published and served for ever. @param {string[]} current */
async function removeOtherWasm(current) {
  for (const file of (await Promise.all(wasmFolders.map((folder) => filesBelow(at(folder))))).flat()) {
    if (file.endsWith(".wasm") && !current.includes(basename(file))) await rm(file);
  }
}

/**
 * Copies a script without its pointer to the source map, which the site does not serve.
 * @param {string} from
 * @param {string} to
 */
async function publish(from, to) {
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, (await readFile(from, "utf8")).replace(/^\/\/# sourceMappingURL=.*\n?/m, ""));
  return to;
}

/** @param {string} from @param {string} to */
async function copy(from, to) {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  return to;
}
