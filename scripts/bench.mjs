/** `npm run bench -- NAME [options]`: builds for release and runs `tests/bench/NAME.mjs` or `tests/bench/NAME/index.mjs`. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { buildAll } from "./lib/build/all.mjs";
import { at } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { run } from "./lib/run.mjs";
import { ensureBrowser } from "./lib/setup/browser.mjs";
import { ensurePackages } from "./lib/setup/packages.mjs";

/** Benches that need no gateway: its release build takes minutes. */
const withoutServer = ["page", "delivery", "pii", "worker"];

await main(async () => {
  const [name = "", ...options] = process.argv.slice(2);
  const script = [`${name}.mjs`, `${name}/index.mjs`].map((file) => at("tests/bench", file)).find(existsSync);
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !script) {
    throw new Problem("There is no bench of that name.", `Benches: ${(await benches()).join(", ") || "none yet"}`);
  }
  await ensureBrowser();
  await ensurePackages(at("tests/bench"));
  await buildAll({ profile: "release", server: !withoutServer.includes(name) });
  await run("node", [script, ...options]);
});

async function benches() {
  const entries = await readdir(at("tests/bench"));
  const found = entries.filter((entry) => entry.endsWith(".mjs") || existsSync(at("tests/bench", entry, "index.mjs")));
  return found.map((entry) => entry.replace(/\.mjs$/, ""));
}
