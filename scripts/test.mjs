/**
 * `npm test [-- --only lint|rust|wasm|browser[,…]]`: installs what is missing, builds, runs every test and ends with a table.
 */
import { parseArgs } from "node:util";
import { buildAll } from "./lib/build/all.mjs";
import { parts } from "./lib/check/parts.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { say, seconds } from "./lib/say.mjs";
import { ensureBrowser } from "./lib/setup/browser.mjs";
import { ensureComponents } from "./lib/setup/rust.mjs";

await main(async () => {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const kinds = values.only?.split(",") ?? ["lint", "rust", "wasm", "browser"];
  const chosen = parts.filter(({ kind }) => kinds.includes(kind));
  if (kinds.some((kind) => !parts.some((part) => part.kind === kind)))
    throw new Problem("--only takes lint, rust, wasm, browser.");

  const started = performance.now();
  if (kinds.includes("wasm") || kinds.includes("browser")) await ensureBrowser();
  await buildAll({ server: kinds.includes("browser") });
  await ensureComponents({ rustfmt: "fmt", clippy: "clippy" });

  const results = [];
  for (const { name, run } of chosen) {
    say(`Testing: ${name}`);
    const since = performance.now();
    const error = await run().then(
      () => undefined,
      (/** @type {Error} */ reason) => reason,
    );
    if (error) console.error(error instanceof Problem ? `failed: ${error.message}` : error);
    results.push({ name, failed: error !== undefined, time: seconds(since) });
  }

  say(`Tested in ${seconds(started)}`);
  for (const { name, failed, time } of results) console.log(`    ${failed ? "FAILED" : "passed"}  ${name} (${time})`);
  const failures = results.filter(({ failed }) => failed).length;
  if (failures > 0) throw new Problem(`${failures} of ${results.length} parts failed.`);
});
