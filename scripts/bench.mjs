/** `npm run bench -- NAME [options]`: builds for release and runs `tests/bench/NAME.mjs` or `tests/bench/NAME/index.mjs`. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { buildAll } from "./lib/build/all.mjs";
import { at } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { run } from "./lib/run.mjs";
import { ensureBrowser } from "./lib/setup/browser.mjs";

await main(async () => {
  const [name = "", ...options] = process.argv.slice(2);
  const script = [`${name}.mjs`, `${name}/index.mjs`].map((file) => at("tests/bench", file)).find(existsSync);
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !script) {
    const entries = existsSync(at("tests/bench")) ? await readdir(at("tests/bench")) : [];
    throw new Problem(
      "There is no bench of that name.",
      `Benches: ${entries.map((entry) => entry.replace(/\.mjs$/, "")).join(", ") || "none yet"}`,
    );
  }
  await ensureBrowser();
  await buildAll({ profile: "release" });
  await run("node", [script, ...options]);
});
