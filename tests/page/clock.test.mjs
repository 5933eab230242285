/** R12: a clock that is a day off changes nothing in how long a capability serves: the server's clock says so. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

/** @type {typeof import("../../www/src/index.js")} */
const { createGuestSync } = await import(at("dist/npm/node.js"));

const DAY_MS = 86_400_000;
const { now } = Date;

/** @param {import("node:test").TestContext} t @param {number} lifeMs of the capabilities, by the server's clock */
async function serve(t, lifeMs) {
  const counts = { tokens: 0, writes: 0 };
  const server = createServer((request, response) => {
    const isToken = request.url === "/api/token";
    counts[isToken ? "tokens" : "writes"] += 1;
    const body = isToken ? { token: "t", expiresAt: new Date(now() + lifeMs).toISOString() } : {};
    const headers = { "content-type": "application/json", etag: `"${counts.writes}"`, date: new Date(now()).toUTCString() };
    request.resume().on("end", () => response.writeHead(200, headers).end(JSON.stringify(body)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => (server.closeAllConnections(), server.close()));
  return { counts, origin: `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}` };
}

for (const [days, name] of /** @type {const} */ ([[-1, "a day slow"], [0, "right"], [1, "a day fast"]])) {
  test(`with a clock that is ${name} a capability serves as long as it lives, and no longer`, async (t) => {
    t.mock.method(Date, "now", () => now() + days * DAY_MS);
    const mono = performance.now.bind(performance);
    let passed = 0;
    t.mock.method(performance, "now", () => mono() + passed);
    const { counts, origin } = await serve(t, 600_000);
    const options = { guest: "g1", consent: { service: true }, storage: "memory", endpoint: `${origin}/genesys`, token: `${origin}/api/token` };
    const guest = createGuestSync(/** @type {any} */ (options));
    for (const [seconds, tokens] of /** @type {const} */ ([[0, 1], [500, 1], [650, 2]])) {
      passed = seconds * 1_000;
      await guest.set({ tier: seconds });
      assert.equal((await guest.flush()).pending, 0);
      assert.equal(counts.tokens, tokens, `after ${seconds} s`);
    }
    assert.equal(counts.writes, 3);
    guest.close();
  });
}
