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

/** Has the core's next call end in a trap. */
function trap() {
  const { encode } = TextEncoder.prototype;
  TextEncoder.prototype.encode = () => {
    TextEncoder.prototype.encode = encode;
    throw new RangeError("out of memory");
  };
}

/** A journal of the test's own. */
class Kept {
  /** @type {Map<string, [letter: string, key: string, value: string]>} */
  rows = new Map();

  async load() {
    return [...this.rows.values()].flat();
  }

  async store(/** @type {(string | null)[]} */ writes) {
    for (let at = 0; at < writes.length; at += 3) {
      const [letter, key, value] = /** @type {[string, string, string | null]} */ (writes.slice(at, at + 3));
      if (value === null) this.rows.delete(letter + key);
      else this.rows.set(letter + key, [letter, key, value]);
    }
    return /** @type {const} */ ("disk");
  }
}

test("after a trap what waited for the core is refused, and another core sends what was kept", async (t) => {
  const attributes = {};
  const server = createServer(async (request, response) => {
    for await (const body of request) Object.assign(attributes, JSON.parse(body).attributes);
    response.writeHead(200, { "content-type": "application/json", etag: '"1"' }).end("{}");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => (server.closeAllConnections(), server.close()));
  const endpoint = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/genesys`;
  const guest = open({ endpoint, storage: new Kept(), batch: { maxItems: 1000, maxDelayMs: 600_000 } });
  assert.equal((await guest.set({ tier: 1 })).stored, "disk");
  trap();
  const [waits, grant] = [guest.set({ vip: true }), guest.grant("marketing")];
  assert.deepEqual([await codeOf(waits), await codeOf(grant)], ["wasm.trapped", "wasm.trapped"]);
  assert.equal((await guest.set({ language: "en" })).stored, "disk");
  assert.equal((await guest.flush()).pending, 0);
  assert.deepEqual(attributes, { tier: 1, language: "en" });
  assert.match(guest.audit(), /"trapped"/);
  guest.close();
});

test("what was withdrawn stays so after a trap, whatever the options said", async () => {
  const guest = open({ storage: new Kept() });
  await guest.withdraw("service");
  trap();
  assert.equal(await codeOf(guest.flush()), "wasm.trapped");
  assert.equal((await guest.set({ tier: 1 })).stored, "held");
  guest.close();
});

test("when one core after the other traps, all later calls are refused", async () => {
  const guest = open({ storage: { load: async () => [], store: () => new Promise(() => {}) } });
  await guest.ready;
  for (let cores = 0; cores < 3; cores++) {
    const waits = guest.set({ tier: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    trap();
    const calls = [waits, guest.set({ tier: 2 }), guest.flush()];
    for (const call of calls) assert.equal(await codeOf(call), "wasm.trapped");
  }
  for (const call of [guest.set({ tier: 3 }), guest.withdraw("service")]) assert.equal(await codeOf(call), "wasm.trapped");
  guest.close();
});
