/** The TypeScript faces → the four scripts that npm publishes and the three that the gateway serves. */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { filesBelow, requireSource } from "../files.mjs";
import { at } from "../paths.mjs";

/** @typedef {import("./wasm.mjs").Wasm} Wasm */

const faces = [
  {
    source: "www/src/index.ts",
    what: "the page's face for bundlers",
    out: "index.js",
    format: "esm",
    site: ["guestsync/index.js"],
  },
  {
    source: "www/src/script-tag.ts",
    what: "the page's face for a script tag",
    out: "guestsync.js",
    format: "iife",
    global: "Guestsync",
    site: ["guestsync/guestsync.js"],
  },
  { source: "sw/src/index.ts", what: "the worker's face for bundlers", out: "sw.js", format: "esm", site: [] },
  {
    source: "sw/src/classic.ts",
    what: "the worker's face for importScripts",
    out: "guestsync-sw.js",
    format: "iife",
    global: "guestsyncWorker",
    site: ["sw.js"],
  },
];

/**
 * @param {import("../steps.mjs").Steps} steps
 * @param {Wasm} page
 * @param {Wasm} worker
 */
export async function buildBundles(steps, page, worker) {
  for (const { source, what } of faces) requireSource(at(source), what);
  const inputs = [
    ...(await filesBelow(at("www/src"))),
    ...(await filesBelow(at("sw/src"))),
    ...[page, worker].flatMap(({ glue, wasm }) => [glue, wasm]),
    at("package-lock.json"),
    at("scripts/lib/build/bundles.mjs"),
  ];
  await steps.step("Bundling the scripts", { inputs }, async () => {
    const { build } = await import("esbuild");
    const written = [];
    for (const face of faces) {
      const out = at("dist/npm", face.out);
      await build({
        entryPoints: [at(face.source)],
        outfile: out,
        bundle: true,
        minify: true,
        sourcemap: true,
        format: /** @type {"esm" | "iife"} */ (face.format),
        ...(face.global ? { globalName: face.global } : {}),
        target: "es2022",
        legalComments: "none",
        // The type checker's path settings point at declarations; the bundler is told what to load here.
        tsconfigRaw: {},
        alias: { "#page-glue": page.glue, "#worker-glue": worker.glue },
        define: {
          __GUESTSYNC_PAGE_WASM__: JSON.stringify(page.fileName),
          __GUESTSYNC_WORKER_WASM__: JSON.stringify(worker.fileName),
        },
        logLevel: "warning",
      });
      written.push(out, `${out}.map`);
      for (const copy of face.site) written.push(await publish(out, at("dist/site", copy)));
    }
    for (const { wasm, fileName } of [page, worker]) {
      for (const folder of ["dist/npm", "dist/site/guestsync"]) written.push(await copy(wasm, at(folder, fileName)));
    }
    return written;
  });
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
