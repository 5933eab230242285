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

const common = { guest: "g1", consent: { service: true }, storage: "memory", endpoint: "http://127.0.0.1:1/genesys", token: async () => "t" };

/** @param {Record<string, unknown>} [options] @returns {GuestSync} */
const open = (options) => createGuestSync(/** @type {any} */ ({ ...common, ...options }));

let scripts = 0;

/** The same by a script of its own, which has not loaded the wasm yet. @param {Record<string, unknown>} options @returns {Promise<GuestSync>} */
async function openAnew(options) {
  const fresh = await import(`${at("dist/npm/node.js")}?${++scripts}`);
  return fresh.createGuestSync({ ...common, ...options });
}

/** @param {Promise<unknown>} call */
const codeOf = (call) => call.then(() => "kept", ({ code }) => code);

/**
 * Answers one request after the other, the last one over and over; undefined: the connection breaks, a number: an error of this status,
 * `stall`: it begins, and stops.
 * @param {import("node:test").TestContext} t
 * @param {(Buffer | number | "stall" | undefined)[]} answers
 */
async function serve(t, answers) {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (typeof answer === "number") response.writeHead(answer, { "content-type": "text/html" }).end("<!doctype html>");
    else if (answer === "stall") response.writeHead(200, { "content-type": "application/wasm" }).write("\0");
    else if (answer) response.writeHead(200, { "content-type": "application/wasm" }).end(answer);
    else request.socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => (server.closeAllConnections(), server.close()));
  const origin = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
  return { server, origin, wasm: `${origin}/page.wasm`, asked };
}

/** The details of the first event of this name. @param {GuestSync} guest @param {"retrying" | "finding"} event */
const first = (guest, event) => new Promise((resolve) => guest.on(event, resolve));

const bytes = await readFile(file);
const flipped = Buffer.from(bytes);
flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1;

for (const [what, answer] of /** @type {const} */ ([["a wasm of which one byte is another", flipped], ["a page in place of the wasm", 404]])) {
  test(`${what} is refused`, async (t) => {
    const { wasm } = await serve(t, [answer]);
    const guest = await openAnew({ wasm });
    assert.deepEqual([await codeOf(guest.set({ tier: 1 })), await codeOf(guest.ready)], ["wasm.unavailable", "wasm.unavailable"]);
    assert.ok((await guest.ready.catch(({ cause }) => cause)) instanceof Error);
    assert.equal(await codeOf(guest.flush()), "wasm.unavailable");
  });
}

test("a connection that breaks for a moment is tried again, and no call is lost by it", async (t) => {
  const { wasm } = await serve(t, [undefined, bytes]);
  const guest = await openAnew({ wasm });
  assert.equal(await codeOf(guest.set({ tier: 1 })), "kept");
  guest.close();
});

test("a wasm that stops arriving is asked for anew, and no call is lost by it", async (t) => {
  const { wasm, asked } = await serve(t, ["stall", "stall", bytes]);
  // Half a minute passes when nothing else happens any more.
  const { setTimeout } = globalThis;
  t.after(() => (globalThis.setTimeout = setTimeout));
  globalThis.setTimeout = /** @type {any} */ ((/** @type {() => void} */ act, /** @type {number} */ ms) => setTimeout(act, ms === 30_000 ? 300 : ms));
  const guest = await openAnew({ wasm });
  assert.equal(await codeOf(guest.set({ tier: 1 })), "kept");
  assert.equal(asked.length, 3);
  guest.close();
});

test("where personal data is masked nothing is sent before the wasm that finds it is there", async (t) => {
  const scanner = await readFile((await filesBelow(at("dist/npm"))).find((path) => /\/pii\.[0-9a-f]{16}\.wasm$/.test(path)) ?? "");
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(String(request.url));
    const isPage = request.url === "/page.wasm";
    // The scanner's server is in trouble at first: it is asked again, as for the page's own wasm.
    if (!isPage && asked.filter((url) => url !== "/page.wasm").length <= 2) return response.writeHead(503).end();
    return response.writeHead(200, { "content-type": "application/wasm" }).end(isPage ? bytes : scanner);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => (server.closeAllConnections(), server.close()));
  const wasm = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/page.wasm`;
  const guest = await openAnew({ wasm, pii: { email: "mask", card: "block" } });
  const [set, retrying] = [guest.set({ note: "ask ada@example.org" }), first(guest, "retrying")];
  assert.equal((await retrying).code, "wasm.unavailable");
  assert.deepEqual(await set, { stored: "memory", masked: ["note"], held: [] });
  assert.equal(await codeOf(guest.set({ card: "4111 1111 1111 1111" })), "attributes.invalid");
  assert.deepEqual([guest.metrics().findings, guest.metrics().set], [2, 1]);
  guest.close();
});

/** On a page's thread Chromium before 114 makes no instance of more than 4 KB at once. @param {import("node:test").TestContext} t */
function asOnAPage(t) {
  const { Instance } = WebAssembly;
  WebAssembly.Instance = /** @type {any} */ (function () {
    throw new RangeError("WebAssembly.Instance is disallowed on the main thread, if the buffer size is larger than 4KB.");
  });
  t.after(() => (WebAssembly.Instance = Instance));
}

test("the wasms begin in a browser that makes none at once on a page's thread", async (t) => {
  asOnAPage(t);
  for (const pii of /** @type {const} */ ([{ email: "mask" }, {}])) {
    const guest = await openAnew({ pii });
    const [found, set] = [first(guest, "finding"), guest.set({ note: "ask ada@example.org" })];
    assert.deepEqual((await set).masked, pii.email ? ["note"] : []);
    assert.deepEqual(await found, { key: "note", kind: "email", policy: pii.email ?? "flag" });
    guest.close();
  }
});

/** Has the scanner trap where it is next to look at this note. */
const trapScanner = (/** @type {string} */ note) => trap(0, (text) => text.includes(`note${note}`));

test("however many wait for a wasm, there is one instance of it", async (t) => {
  const { instantiate } = WebAssembly;
  let made = 0;
  WebAssembly.instantiate = /** @type {any} */ ((/** @type {WebAssembly.Module} */ module) => (made++, instantiate(module)));
  t.after(() => (WebAssembly.instantiate = instantiate));
  const guest = await openAnew({});
  await guest.set({ before: 1 });
  const found = first(guest, "finding");
  for (let nth = 0; nth < 50; nth++) {
    guest.set({ note: `ask ada${nth}@example.org` });
    await Promise.resolve();
    await Promise.resolve();
  }
  await found;
  assert.equal(made, 2);
  guest.close();
});

test("after a trap of the scanner, what it cannot look at is refused, and another one goes on", async (t) => {
  asOnAPage(t);
  const guest = await openAnew({ pii: { email: "mask" } });
  await guest.ready;
  trapScanner("ask");
  assert.equal(await codeOf(guest.set({ note: "ask ada@example.org" })), "attributes.invalid");
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual((await guest.set({ note: "ask ada@example.org" })).masked, ["note"]);
  guest.close();
});

test("a trap of a scanner that only reports keeps nothing from being sent, and another one reports", async (t) => {
  asOnAPage(t);
  const guest = await openAnew({});
  const trapped = trapScanner("ask");
  assert.equal(await codeOf(guest.set({ note: "ask ada@example.org" })), "kept");
  await trapped;
  const found = first(guest, "finding");
  await guest.set({ other: "ask ada@example.org" });
  assert.equal((await found).key, "other");
  guest.close();
});

for (const [what, answer] of /** @type {const} */ ([["with no network", undefined], ["while the server of the wasm fails", 503]])) {
  test(`${what} calls wait, flush and metrics say what waits, and nothing is lost when it is there`, async (t) => {
    const { wasm, asked } = await serve(t, [answer, answer, bytes]);
    const guest = await openAnew({ wasm });
    const [set, retrying] = [guest.set({ tier: 1, vip: true }), first(guest, "retrying")];
    const flush = guest.flush({ timeoutMs: 100 });
    const { delayMs, ...reason } = await retrying;
    assert.deepEqual(reason, { status: 0, code: "wasm.unavailable" });
    assert.ok(delayMs >= 500 && delayMs <= 1000, String(delayMs));
    assert.deepEqual(await flush, { delivered: 0, pending: 2, held: 0 });
    assert.equal(guest.pending(), 2);
    assert.deepEqual(await set, { stored: "memory", masked: [], held: [] });
    assert.equal(asked.length, 3);
    assert.equal(guest.pending(), 2);
    guest.close();
  });
}

test("a page that is closed while it waits for the wasm waits no more", async (t) => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
  const { wasm } = await serve(t, [undefined]);
  const guest = await openAnew({ wasm });
  const calls = [guest.set({ tier: 1 }), guest.flush(), guest.ready];
  await first(guest, "retrying");
  const before = timers();
  guest.close();
  for (const call of calls) assert.equal(await codeOf(call), "outbox.closed");
  // That of the next try, and that of `flush`.
  assert.equal(before - timers(), 2);
});

test("a logout while the wasm cannot be had tells the server at once, and forgets when it is there", async (t) => {
  const { server, origin, wasm, asked } = await serve(t, [undefined, undefined, 204, bytes]);
  const guest = await openAnew({ wasm, guest: undefined, session: `${origin}/session`, init: `${origin}/init`, consent: {} });
  const set = guest.set({ tier: 1 });
  await first(guest, "retrying");
  const told = new Promise((resolve) => server.once("request", resolve));
  const logout = codeOf(guest.logout());
  await told;
  assert.deepEqual(asked.slice(2), ["DELETE /session"]);
  assert.deepEqual([await codeOf(set), await logout], ["kept", "kept"]);
  assert.equal(guest.metrics().held, 0);
  guest.close();
});

/** Has the next call of a wasm, or one after it, end in a trap. @returns {Promise<void>} when it has */
function trap(later = 0, isIt = (/** @type {string} */ _) => true) {
  const { encode } = TextEncoder.prototype;
  return new Promise((resolve) => {
    TextEncoder.prototype.encode = function (text = "") {
      if (!isIt(text) || later-- > 0) return encode.call(this, text);
      TextEncoder.prototype.encode = encode;
      resolve();
      throw new RangeError("out of memory");
    };
  });
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

test("a trap tells which keys were held in memory only, and the counts begin anew with the core", async (t) => {
  const { origin } = await serve(t, [503]);
  const guest = open({ endpoint: `${origin}/genesys`, storage: new Kept(), purposes: { email: "marketing", phone: "marketing" }, batch: { maxDelayMs: 600_000 } });
  const sums = () => {
    const { set, restored, delivered, deliveredElsewhere, superseded, withdrawn, dropped, rejected, expired, pending, held } = guest.metrics();
    return [set + restored, delivered + deliveredElsewhere + superseded + withdrawn + dropped + rejected + expired + pending + held];
  };
  /** @type {unknown[]} */
  const told = [];
  /** @type {Promise<import("../../www/src/index.js").SetResult> | undefined} */
  let again;
  guest.on("trapped", ({ keys }) => {
    told.push(keys, sums());
    if (keys.length > 0) again = guest.set({ email: "again" });
  });
  await guest.set({ email: "e", phone: "p", tier: 1 });
  await guest.set({ email: "of which one is held" });
  assert.deepEqual([guest.metrics().set, guest.metrics().held], [4, 2]);
  await guest.set({ visits: 2 });
  trap();
  assert.equal(await codeOf(guest.flush()), "wasm.trapped");
  assert.deepEqual(told, [["email", "phone"], [0, 0]]);
  assert.deepEqual((await again)?.held, ["email"]);
  await guest.withdraw("marketing");
  assert.deepEqual(sums(), [3, 3], "what the journal kept, and the one");
  trap();
  assert.equal(await codeOf(guest.flush()), "wasm.trapped");
  assert.deepEqual(told.slice(2), [[], [0, 0]], "what was withdrawn was not lost");
  assert.match(guest.audit(), /"trapped","keys":\["email","phone"\]/);
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

test("a guest that is given is told once, although the first core traps while it starts", async () => {
  const guest = open({ storage: new Kept() });
  /** @type {string[]} */
  const told = [];
  guest.on("trapped", () => told.push("trapped"));
  guest.on("ready", ({ guestId }) => told.push(guestId));
  // It has been opened, and is told that it may begin.
  trap(1);
  assert.equal(await codeOf(guest.set({ tier: 1 })), "wasm.trapped");
  assert.deepEqual([await guest.ready, (await guest.set({ tier: 2 })).stored], [{ guestId: "g1" }, "disk"]);
  assert.deepEqual(told.sort(), ["g1", "trapped"]);
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
