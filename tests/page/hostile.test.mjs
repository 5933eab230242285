/** What others answer, leave in the journal, or do to what they were given: nothing stops for it, nothing is lost, nothing is told of it. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

/** @typedef {import("../../www/src/index.js").GuestSyncOptions} GuestSyncOptions */

/** @type {typeof import("../../www/src/index.js")} */
const { createGuestSync } = await import(at("dist/npm/node.js"));

/**
 * A server, and what it was asked. Where `answers` has none for a request, that is taken.
 * @param {import("node:test").TestContext} t
 * @param {(request: { method: string, url: string, nth: number }) => { status?: number, body: unknown } | undefined} [answers]
 */
async function serve(t, answers = () => undefined) {
  /** @type {{ method: string, url: string, body: any, headers: import("node:http").IncomingHttpHeaders }[]} */
  const asked = [];
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    const { method = "", url = "", headers } = request;
    asked.push({ method, url, headers, body: text && JSON.parse(text) });
    const { status = 200, body } = answers({ method, url, nth: asked.length }) ?? { body: {} };
    response.writeHead(status, { "content-type": "application/json", etag: `"${asked.length}"` }).end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => (server.closeAllConnections(), server.close()));
  return { asked, origin: `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}` };
}

/** A journal in memory, by table and key. @param {[table: string, key: string, value: string][]} given */
function journalOf(given) {
  const rows = new Map(given.map((row) => [`${row[0]} ${row[1]}`, row]));
  return {
    rows,
    load: async () => [...rows.values()].flat(),
    store: async (/** @type {(string | null)[]} */ writes) => {
      for (let at = 0; at < writes.length; at += 3) {
        const [table, key, value] = /** @type {[string, string, string | null]} */ (writes.slice(at, at + 3));
        if (value === null) rows.delete(`${table} ${key}`);
        else rows.set(`${table} ${key}`, [table, key, value]);
      }
      return /** @type {const} */ ("disk");
    },
  };
}

/** @param {import("node:test").TestContext} t @param {string} origin @param {GuestSyncOptions} [options] */
function open(t, origin, options) {
  const guest = createGuestSync({ guest: "g1", consent: { service: true }, storage: "memory", endpoint: `${origin}/genesys`, token: () => "t", ...options });
  t.after(() => guest.close());
  return guest;
}

const all = { delivered: 1, pending: 0, held: 0 };
const many = Object.fromEntries(Array.from({ length: 150_000 }, (_, nth) => [`key${nth}`, nth]));

test("an answer with very many members is an answer", async (t) => {
  for (const [name, first] of Object.entries({
    taken: { body: { attributes: many } },
    conflict: { status: 409, body: { code: "request.conflict" } },
    refused: { status: 400, body: { details: Object.keys(many).map((fieldName) => ({ fieldName })) } },
  })) {
    const { origin } = await serve(t, ({ method, nth }) => (method === "GET" ? { body: { attributes: many } } : nth === 1 ? first : undefined));
    const guest = open(t, origin);
    await guest.set({ tier: "gold" });
    assert.deepEqual(await guest.flush(), name === "refused" ? { ...all, delivered: 0 } : all, name);
  }
});

test("what a server says of an error is told in short", async (t) => {
  const { origin } = await serve(t, () => ({ status: 403, body: { code: "not.allowed", message: "m".repeat(1_000_000) } }));
  const guest = open(t, origin);
  const rejected = new Promise((/** @type {(of: { message?: string }) => void} */ resolve) => guest.on("rejected", resolve));
  await guest.set({ tier: "gold" });
  await guest.flush();
  assert.equal((await rejected).message?.length, 1_000);
});

test("a capability serves although what its server says of its end means nothing", async (t) => {
  for (const expiresAt of [{ toString: 1 }, 5, [], "soon", null]) {
    const { origin } = await serve(t, ({ url }) => (url === "/token" ? { body: { token: "t", expiresAt } } : undefined));
    const guest = open(t, origin, { token: `${origin}/token` });
    await guest.set({ tier: "gold" });
    assert.deepEqual(await guest.flush(), all);
  }
});

test("a guest that no address can carry is none", async (t) => {
  for (const guestId of ["..", "", "a/b", "ada@example.org", "g".repeat(129)]) {
    const { origin, asked } = await serve(t, ({ url }) => (url === "/init" ? { body: { guestId } } : undefined));
    const guest = open(t, origin, { guest: undefined, init: `${origin}/init` });
    const retrying = new Promise((resolve) => guest.on("retrying", resolve));
    await guest.set({ tier: "gold" });
    await retrying;
    assert.deepEqual([asked.map(({ url }) => url), guest.pending()], [["/init"], 1]);
  }
});

test("a hint of a moment that cannot be is heard by nobody", async (t) => {
  const { asked, origin } = await serve(t);
  // Hints are heard in pages.
  const page = /** @type {{ window?: unknown }} */ (globalThis);
  page.window = globalThis;
  t.after(() => delete page.window);
  const guest = open(t, origin);
  await guest.ready;
  const channel = new BroadcastChannel("guestsync");
  t.after(() => channel.close());
  for (const hint of ["ffffffffffffffff00000000", "ffffffffffffffffffffffff", "x", ""]) channel.postMessage(hint);
  for (const tier of [1, 2, 3]) {
    await guest.set({ tier });
    assert.deepEqual(await guest.flush(), all);
  }
  assert.deepEqual(asked.map(({ body }) => body.attributes.tier), [1, 2, 3]);
});

test("rows of state that mean nothing are passed over", async (t) => {
  for (const [name, value] of [["version", "a\nb"], ["version", "✓"], ["pause", "0 999999999999999"], ["pause", `${Date.now()} 99999999999999999999`], ["ended", "zzz"]]) {
    const { origin } = await serve(t);
    const guest = open(t, origin, { storage: journalOf([["s", `g1/${name}`, String(value)]]) });
    await guest.set({ tier: "gold" });
    assert.deepEqual(await guest.flush(), all, name);
  }
});

test("a damaged event of the page's webhook is dropped, and the next one sent", async (t) => {
  const netstring = (/** @type {string} */ text) => `${text.length}:${text}`;
  for (const body of ["not json", "null", '{"syncedAt":"x"}']) {
    const { asked, origin } = await serve(t);
    const moment = `${(BigInt(Date.now() - 1_000) << 16n).toString(16).padStart(16, "0")}00000001`;
    const storage = journalOf([["s", `g1/hook/${moment}`, netstring(body) + netstring(moment)]]);
    const guest = open(t, origin, { storage, webhook: `${origin}/hook` });
    const refused = new Promise((/** @type {(of: { code?: string }) => void} */ resolve) => guest.on("rejected", resolve));
    await guest.set({ tier: "gold" });
    assert.deepEqual(await guest.flush(), all);
    assert.equal((await refused).code, "webhook.refused");
    // The lock is given back when the last event has its answer.
    while ([...storage.rows.keys()].some((key) => key.includes("/hook/"))) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(asked.flatMap(({ url, body }) => (url === "/hook" ? [body.attributes] : [])), [{ tier: "gold" }]);
  }
});

test("what the page does to what it was told is not in the audit", async (t) => {
  const { origin } = await serve(t);
  const guest = open(t, origin, { purposes: { email: "marketing" } });
  guest.on("delivered", (/** @type {any} */ details) => {
    details.self = details;
    details.keys.push(10n, "canary");
  });
  const set = await guest.set({ tier: "gold", email: "waits" });
  /** @type {any} */ (set.held).push(10n, "canary");
  await guest.flush();
  const lines = guest.audit().trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.find(({ event }) => event === "delivered").keys, ["tier"]);
  assert.ok(!guest.audit().includes("canary"));
});

test("a clock that says nothing for a moment leaves no trace", async (t) => {
  const { origin } = await serve(t);
  const storage = journalOf([]);
  const guest = open(t, origin, { storage });
  await guest.ready;
  const { now } = Date;
  t.after(() => (Date.now = now));
  Date.now = () => NaN;
  await guest.set({ tier: 1 });
  Date.now = now;
  assert.match(guest.audit(), /"set"/);
  const later = open(t, origin, { storage });
  await later.set({ tier: 2 });
  const moments = [...storage.rows.values()].flatMap(([table, , value]) => (table === "r" ? [value.slice(-24)] : []));
  assert.deepEqual(moments.map((moment) => Number.parseInt(moment.slice(0, 12), 16) > now() - 60_000), [true, true]);
});

/** A guest of a script of its own, whose scanner is not there until `come` is called. @param {import("node:test").TestContext} t @param {string} name */
async function withoutScanner(t, name) {
  const { origin } = await serve(t);
  const fresh = await import(`${at("dist/npm/node.js")}?${name}`);
  /** @type {import("../../www/src/index.js").GuestSync} */
  const guest = fresh.createGuestSync({ consent: { service: true }, storage: "memory", endpoint: `${origin}/genesys`, init: `${origin}/init`, session: `${origin}/session`, token: () => "t" });
  t.after(() => guest.close());
  await guest.set({ before: 1 });
  const { compile } = WebAssembly;
  const come = () => (WebAssembly.compile = compile);
  t.after(come);
  const missed = new Promise((resolve) => {
    WebAssembly.compile = async () => {
      setImmediate(resolve);
      throw new Error("not now");
    };
  });
  return { guest, missed, come };
}

const forgets = /** @type {const} */ ([["withdraw", false], ["withdraw", true], ["logout", false], ["logout", true]]);

for (const [how, together] of forgets) {
  test(`what was to be looked at for personal data is forgotten by ${how}${together ? " in the same task" : ""}`, async (t) => {
    const { guest, missed, come } = await withoutScanner(t, `${how}${together}`);
    const act = () => (how === "withdraw" ? guest.withdraw("service") : guest.logout());
    const set = guest.set({ mail: "ada@example.org", toString: "eve@example.org" });
    if (together) await Promise.all([act(), missed]);
    else {
      await Promise.all([set, missed]);
      await act();
    }
    come();
    const found = new Promise((resolve) => guest.on("finding", resolve));
    await guest.set({ note: "ask bob@example.org" });
    assert.deepEqual(await found, { key: "note", kind: "email", policy: "flag" });
    assert.equal(guest.metrics().findings, 1);
  });
}

test("what was to be looked at for personal data outlives the withdrawal of another purpose", async (t) => {
  const { guest, missed, come } = await withoutScanner(t, "other");
  await Promise.all([guest.set({ mail: "ada@example.org" }), missed]);
  await guest.withdraw("marketing");
  come();
  const found = new Promise((resolve) => guest.on("finding", resolve));
  await guest.set({ note: "ask bob@example.org" });
  assert.equal(/** @type {{ key: string }} */ (await found).key, "mail");
});

test("options that only look like an object are refused", () => {
  for (const [name, value] of Object.entries({ pii: new Map([["card", "block"]]), purposes: new Map([["email", "marketing"]]), consent: new Set(["service"]) })) {
    assert.throws(() => createGuestSync(/** @type {any} */ ({ [name]: value })), { code: "options.invalid", message: new RegExp(`^${name}: `) });
  }
});
