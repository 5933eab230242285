/** What a browser downloads of each shell, compressed as a server would. */
import { readFile } from "node:fs/promises";
import { brotliCompressSync, constants } from "node:zlib";
import { at } from "../paths.mjs";
import { Problem } from "../problem.mjs";

/** @typedef {{ shell: "page" | "pii" | "worker", script: number, wasm: number, total: number, budget: number, ceiling: number }} Size bytes, brotli 11; `budget` is where it is to get, `ceiling` what it may not grow beyond */

/** @param {Uint8Array} bytes */
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;

/** @returns {Promise<Size[]>} of what the last build made */
export async function measureSizes() {
  const budgets = JSON.parse(await readFile(at("scripts/size-budget.json"), "utf8"));
  const shells = /** @type {const} */ (["page", "pii", "worker"]);
  return Promise.all(
    shells.map(async (shell) => {
      // The page's script serves what it loads on use too.
      const script = budgets[shell].script ? brotli(await readFile(at(budgets[shell].script))) : 0;
      const wasm = brotli(await readFile(at("dist/pkg", shell, `${shell}.wasm`)));
      return { shell, script, wasm, total: script + wasm, budget: budgets[shell].brotliBytes, ceiling: budgets[shell].ceiling };
    }),
  );
}

/** @param {Size} size @returns {string} one line */
export function describe({ shell, script, wasm, total, budget }) {
  const kb = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  return `${shell}: ${kb(total)} of ${kb(budget)} brotli (script and glue ${kb(script)}, wasm ${kb(wasm)})`;
}

/** Tells the sizes, and fails where one has grown beyond its ceiling: until a budget is met, nothing may get further from it. */
export async function checkSizes() {
  const sizes = await measureSizes();
  for (const size of sizes) console.log(describe(size));
  const grown = sizes.filter(({ total, ceiling }) => total > ceiling);
  if (grown.length > 0) throw new Problem(`Grown beyond its ceiling: ${grown.map(({ shell }) => shell).join(", ")}.`, "`npm run size` lists the largest parts.");
}
