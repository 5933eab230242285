/** `npm run size`: what a page downloads, at once and where it has something to look at (pii), and a worker; held to `scripts/size-budget.json`, with the largest parts of each. */
import { readFile, rm } from "node:fs/promises";
import { buildAll } from "./lib/build/all.mjs";
import { optimise } from "./lib/build/wasm.mjs";
import { at } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { describe, measureSizes } from "./lib/size/measure.mjs";
import { wasmParts } from "./lib/size/wasm-parts.mjs";

/** @param {import("./lib/build/wasm.mjs").Shell} shell */
async function listParts(shell) {
  const file = at("dist/pkg", shell, `${shell}.named.wasm`);
  await optimise(shell, file, { names: true });
  const { functions: named, sections } = wasmParts(await readFile(file));
  const functions = named.map(({ name, bytes }) => ({ name: readable(name), bytes }));
  await rm(file);

  console.log("  sections, bytes before compression:");
  for (const { name, bytes } of sections.filter((section) => section.name !== "name" && section.bytes >= 100)) row(name, bytes);
  console.log("  functions by crate:");
  /** @type {Map<string, number>} */
  const crates = new Map();
  for (const { name, bytes } of functions) crates.set(crateOf(name), (crates.get(crateOf(name)) ?? 0) + bytes);
  for (const [name, bytes] of [...crates].sort((a, b) => b[1] - a[1]).slice(0, 12)) row(name, bytes);
  console.log("  largest functions:");
  for (const { name, bytes } of functions.slice(0, 25)) row(name.slice(0, 110), bytes);
}

/** @param {string} name @param {number} bytes */
const row = (name, bytes) => console.log(`    ${String(bytes).padStart(7)}  ${name}`);

/** Without the hashes that tell apart what has the same name. @param {string} name */
const readable = (name) => name.replace(/\[[0-9a-f]{16}\]|::h[0-9a-f]{16}$/g, "");

/** `<a::B as c::D>::e` belongs to `a`. @param {string} name */
const crateOf = (name) => /([a-z_][a-z0-9_]*)::/.exec(name)?.[1] ?? "others";

await main(async () => {
  await buildAll({ server: false });
  const sizes = await measureSizes();
  for (const size of sizes) {
    console.log(`\n${describe(size)}`);
    await listParts(size.shell);
  }
  const over = sizes.filter(({ total, budget }) => total > budget);
  if (over.length > 0) throw new Problem(`Over budget: ${over.map(({ shell }) => shell).join(", ")}.`);
});
