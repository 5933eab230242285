/** The wasm of the page: only the file that the script was built with is run, and when it stops, no call hangs. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";
import { filesBelow } from "../../scripts/lib/files.mjs";
import { at } from "../../scripts/lib/paths.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */

/** @type {typeof import("../../www/src/index.js")} */
const { createGuestSync } = await import(at("dist/npm/node.js"));
const file = (await filesBelow(at("dist/npm"))).find((path) => /\/page\.[0-9a-f]{16}\.wasm$/.test(path)) ?? "";

/** @param {Record<string, unknown>} [options] @returns {GuestSync} */
const open = (options) =>
  createGuestSync({ guest: "g1", consent: { service: true }, storage: "memory", endpoint: "http://127.0.0.1:1/genesys", token: async () => "t", ...options });

/** @param {Promise<unknown>} call */
const codeOf = (call) => call.then(() => "kept", ({ code }) => code);

/** Answers one request after the other; undefined: the connection breaks. @param {import("node:test").TestContext} t @param {(Buffer | undefined)[]} answers */
async function serve(t, answers) {
  const server = createServer((request, response) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer) response.writeHead(200, { "content-type": "application/wasm" }).end(answer);
    else request.socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/page.wasm`;
}

test("a wasm of which one byte is another is refused", async (t) => {
  const bytes = await readFile(file);
  const flipped = Buffer.from(bytes);
  flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1;
  const guest = open({ wasm: await serve(t, [flipped]) });
  assert.deepEqual([await codeOf(guest.set({ tier: 1 })), await codeOf(guest.ready)], ["wasm.unavailable", "wasm.unavailable"]);
});

test("a connection that breaks is tried again, and no call is lost by it", async (t) => {
  const guest = open({ wasm: await serve(t, [undefined, await readFile(file)]) });
  assert.equal(await codeOf(guest.set({ tier: 1 })), "kept");
  guest.close();
});

test("when the core stops over an error, all that waits for it and all later calls are refused", async () => {
  const guest = open({ storage: { load: async () => [], store: () => new Promise(() => {}) } });
  await guest.ready;
  const waits = guest.set({ tier: 1 });
  await new Promise((resolve) => setImmediate(resolve));
  const { encode } = TextEncoder.prototype;
  TextEncoder.prototype.encode = () => {
    throw new RangeError("out of memory");
  };
  const calls = [waits, guest.set({ tier: 2 }), guest.grant("marketing"), guest.flush()];
  TextEncoder.prototype.encode = encode;
  for (const call of [...calls, guest.set({ tier: 3 })]) assert.equal(await codeOf(call), "wasm.trapped");
  guest.close();
});
