/** One run of the bundler. */
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { Problem } from "../problem.mjs";
import { at } from "../paths.mjs";

/** What is supported: the oldest that have the features of the wasm (`wasm.mjs`) and private members of classes. */
export const browsers = ["chrome91", "edge91", "firefox90", "safari15", "ios15"];

/**
 * @param {string} source the entry point, from the root
 * @param {string} out the file to write, from the root
 * @param {Omit<import("esbuild").BuildOptions, "entryPoints" | "outfile" | "outdir">} options
 * @returns {Promise<string>} the path of what was written
 */
export async function bundle(source, out, options) {
  // Loaded here, because the packages may have been installed a moment ago.
  const { build } = await import("esbuild");
  const target = [...browsers, "node20"];
  const common = /** @type {const} */ ({
    bundle: true,
    minify: true,
    target,
    legalComments: "none",
    logLevel: "warning",
  });
  try {
    // The type checker's path settings point at declarations; the bundler is told what to load by its callers.
    await build({ ...common, tsconfigRaw: {}, ...options, entryPoints: [at(source)], outfile: at(out) });
  } catch {
    throw new Problem(`${source} cannot be bundled.`, "The bundler says above why.");
  }
  await minifyAgain(at(out), options);
  return at(out);
}

/**
 * Names the variables by how often they are used, which compresses better: half a kilobyte of the page's script.
 * @param {string} script
 * @param {{ format?: import("esbuild").Format, sourcemap?: unknown }} options
 */
async function minifyAgain(script, { format, sourcemap }) {
  const { minify } = await import("terser");
  const map = `${script}.map`;
  const { code, map: newMap } = await minify(await readFile(script, "utf8"), {
    module: format === "esm",
    // Functions stay as they are: inlined into those that run at the start they cost a page view a millisecond, and save 90 bytes.
    compress: { passes: 3, ecma: 2020, inline: 1, reduce_funcs: false },
    ...(sourcemap === true && { sourceMap: { content: await readFile(map, "utf8"), filename: basename(script), url: basename(map) } }),
  });
  await writeFile(script, `${code}\n`);
  if (typeof newMap === "string") await writeFile(map, newMap);
}
