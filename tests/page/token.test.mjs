/** A page's own `token` function that does not answer, with the clock of the test. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

/** @type {typeof import("../../www/src/index.js")} */
const { createGuestSync } = await import(at("dist/npm/node.js"));

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a function that has not answered after 10 s does not count; it is asked again, and its late answer is not used", async (t) => {
  /** @type {(string | undefined)[]} */
  const bearers = [];
  const server = createServer((request, response) => {
    bearers.push(request.headers.authorization);
    request.resume().on("end", () => response.writeHead(200, { "content-type": "application/json", etag: '"1"' }).end("{}"));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => (server.closeAllConnections(), server.close()));
  const endpoint = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/genesys`;

  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
  const { now } = performance;
  const from = { wall: Date.now(), mono: now.call(performance) };
  t.mock.method(performance, "now", () => from.mono + Date.now() - from.wall);
  const pass = async (/** @type {number} */ ms) => {
    for (let left = ms; left > 0; left -= 500) {
      t.mock.timers.tick(500);
      await turn();
    }
  };

  /** @type {((token: string) => void)[]} */
  const asked = [];
  const token = () => new Promise((/** @type {(token: string) => void} */ resolve) => asked.push(resolve));
  const guest = createGuestSync({ guest: "g1", consent: { service: true }, storage: "memory", endpoint, token });
  await guest.ready;
  await guest.set({ tier: 1 });
  const flushed = guest.flush({ timeoutMs: 60_000 });
  await pass(9_000);
  assert.equal(asked.length, 1);
  await pass(11_000);
  assert.equal(asked.length, 2);
  asked[0]?.("late");
  await turn();
  assert.deepEqual(bearers, []);
  asked[1]?.("in time");
  for (let turns = 0; bearers.length === 0 && turns < 1_000; turns++) await turn();
  assert.deepEqual(bearers, ["Bearer in time"]);
  await pass(1_000);
  assert.equal((await flushed).pending, 0);
  guest.close();
});
