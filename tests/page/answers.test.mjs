/** What servers and what stands before them may answer to a write, in Node, through the real wasm. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

/** @typedef {import("../../www/src/index.js").GuestSyncOptions} GuestSyncOptions */
/** @typedef {{ status: number, body?: unknown }} Answer */

/** @type {typeof import("../../www/src/index.js")} */
const { createGuestSync } = await import(at("dist/npm/node.js"));

/** The origin of a server that ends with the test. @param {import("node:test").TestContext} t @param {import("node:http").Server} server */
async function listen(t, server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}

/**
 * A guest whose server gives these answers to writes, one after the other, the last one over and over, and what was written. It holds a `tier` of somebody else's.
 * @param {import("node:test").TestContext} t @param {Answer[]} answers @param {GuestSyncOptions} [options]
 */
async function guestOf(t, answers, options) {
  /** @type {object[]} */
  const written = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { status, body = {} } = /** @type {Answer} */ (request.method === "POST" ? (answers.length > 1 ? answers.shift() : answers[0]) : { status: 200, body: { attributes: { tier: "theirs" } } });
    if (request.method === "POST") written.push(JSON.parse(Buffer.concat(chunks).toString()).attributes);
    response.writeHead(status, { "content-type": "application/json", etag: '"1"' }).end(JSON.stringify(body));
  });
  const endpoint = `${await listen(t, server)}/genesys`;
  const guest = createGuestSync({ guest: "g1", consent: { service: true }, storage: "memory", endpoint, token: () => "t", ...options });
  t.after(() => guest.close());
  return { guest, written };
}

for (const status of [501, 505, 507, 520, 521, 530, 599]) {
  test(`an answer ${status} decides nothing: what was sent is sent again`, async (t) => {
    const { guest, written } = await guestOf(t, [{ status }, { status: 200 }]);
    /** @type {unknown[]} */
    const rejected = [];
    guest.on("rejected", (details) => rejected.push(details));
    await guest.set({ tier: "ours" });
    assert.deepEqual(await guest.flush(), { delivered: 1, pending: 0, held: 0 });
    assert.deepEqual([written, rejected], [[{ tier: "ours" }, { tier: "ours" }], []]);
  });
}

test("what `onConflict` leaves to the server is superseded and not told as delivered", async (t) => {
  const { guest, written } = await guestOf(t, [{ status: 409, body: { code: "request.conflict" } }, { status: 200 }], { onConflict: () => undefined });
  /** @type {string[][]} */
  const delivered = [];
  guest.on("delivered", ({ keys }) => delivered.push(keys));
  await guest.set({ tier: "ours", seats: 2 });
  assert.deepEqual(await guest.flush(), { delivered: 1, pending: 0, held: 0 });
  assert.deepEqual([delivered, written[1]], [[["seats"]], { seats: 2 }]);
  const { set, superseded, pending } = guest.metrics();
  assert.deepEqual([set, superseded, guest.metrics().delivered, pending], [2, 1, 1, 0]);
});

test("what is no error code goes into no event and no audit, and a message into no audit", async (t) => {
  for (const [code, told] of [["ada@example.org", undefined], ["c".repeat(200), undefined], [5, undefined], ["not.allowed", "not.allowed"]]) {
    const { guest } = await guestOf(t, [{ status: 403, body: { code, message: "canary" } }]);
    const rejected = new Promise((resolve) => guest.on("rejected", resolve));
    await guest.set({ tier: 1 });
    await guest.flush();
    assert.deepEqual(await rejected, { keys: ["tier"], status: 403, ...(told && { code: told }), message: "canary" });
    assert.ok(!/ada|canary|cccc/.test(guest.audit()));
  }
});

/** A receiver of the page's own events that does not answer, and the response that it owes. @param {import("node:test").TestContext} t */
async function receiverOf(t) {
  const receiver = createServer();
  const arrived = once(receiver, "request");
  return { webhook: `${await listen(t, receiver)}/`, arrived };
}

test("a withdrawal also aborts the event of the page's webhook that is under way", async (t) => {
  const { webhook, arrived } = await receiverOf(t);
  const { guest } = await guestOf(t, [{ status: 200 }], { webhook });
  await guest.set({ tier: 1 });
  await guest.flush();
  const [, response] = await arrived;
  const closed = once(response, "close");
  await guest.withdraw("service");
  // Without the abort it would be ten seconds.
  await Promise.race([closed, new Promise((_, reject) => setTimeout(reject, 5_000, new Error("still open")).unref())]);
});

test("an event of the page's webhook that is under way outlives `close`: in memory it is nowhere else", async (t) => {
  const { webhook, arrived } = await receiverOf(t);
  const { guest } = await guestOf(t, [{ status: 200 }], { webhook });
  await guest.set({ tier: 1 });
  await guest.flush();
  guest.close();
  const [request, response] = await arrived;
  assert.deepEqual(JSON.parse(Buffer.concat(await request.toArray()).toString()).attributes, { tier: 1 });
  const ended = once(response, "close");
  response.end();
  await ended;
  assert.ok(response.writableFinished);
});
