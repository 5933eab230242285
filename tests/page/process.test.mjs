/** In Node: the process lives as long as somebody waits, and no longer, also where the server is down. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { at } from "../../scripts/lib/paths.mjs";

/** What a program prints that opens a guest of a server that is not there, and how long it lives. @param {string} program */
async function run(program) {
  const options = `{ guest: "g1", consent: { service: true }, storage: "memory", endpoint: "http://127.0.0.1:1/genesys", token: async () => "t", batch: { maxDelayMs: 0 } }`;
  const begin = `import { createGuestSync } from "${pathToFileURL(at("dist/npm/node.js"))}"; const guest = createGuestSync(${options});`;
  const since = performance.now();
  const printed = await new Promise((resolve, reject) => {
    execFile("node", ["--input-type=module", "-e", begin + program], { timeout: 20_000 }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  return { printed, ms: performance.now() - since };
}

test("a process ends although an attribute waits for the next try", async () => {
  const { printed } = await run("console.log((await guest.set({ tier: 1 })).stored);");
  assert.equal(printed, "memory\n");
});

test("a process lives until a flush that is waited for has ended, however seldom it is tried", async () => {
  const { printed, ms } = await run("guest.set({ tier: 1 }); console.log((await guest.flush({ timeoutMs: 4_000 })).pending);");
  assert.equal(printed, "1\n");
  assert.ok(ms >= 4_000, `${ms} ms`);
});
