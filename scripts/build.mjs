/** `npm run build [-- --release] [-- --npm]`: everything in `dist`, and the `guestsync` binary unless `--npm`. */
import { parseArgs } from "node:util";
import { buildAll } from "./lib/build/all.mjs";
import { main } from "./lib/problem.mjs";
import { say, seconds } from "./lib/say.mjs";

await main(async () => {
  const { values } = parseArgs({ options: { release: { type: "boolean" }, npm: { type: "boolean" } } });
  const started = performance.now();
  await buildAll({ profile: values.release ? "release" : "debug", server: !values.npm });
  say(`Built in ${seconds(started)}`);
});
