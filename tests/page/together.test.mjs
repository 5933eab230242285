/** Two instances for one guest in one page, and the end of a session that not everybody hears of, in Node through the real wasm. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

/** @type {typeof import("../../www/src/index.js")} */
const { createGuestSync } = await import(at("dist/npm/node.js"));

/** A journal in memory, shared by whoever is given it; `refuses`: it takes nothing that is new; `slow`: so many milliseconds for each answer, or for those to `store` alone. */
class Journal {
  loads = 0;

  /** @param {number} [slow] @param {number} [slowLoad] */
  constructor(slow, slowLoad = slow) {
    this.slow = slow;
    this.slowLoad = slowLoad;
  }

  /** @type {Map<string, string>} */
  rows = new Map();
  refuses = false;

  /** @param {string} owner */
  async load(owner) {
    this.loads += 1;
    // Whoever asks without end is not to starve the test.
    await wait(this.loads > 100 ? 1 : this.slowLoad);
    return [...this.rows].flatMap(([name, value]) => {
      const [table = "", key = ""] = [name.slice(0, 1), name.slice(2)];
      return table === "c" || key.startsWith(`${owner}/`) ? [table, key, value] : [];
    });
  }

  /** @param {(string | null)[]} writes @returns {Promise<"disk">} */
  async store(writes) {
    await wait(this.slow);
    const each = writes.flatMap((_, number) => (number % 3 ? [] : [/** @type {[string, string, string | null]} */ (writes.slice(number, number + 3))]));
    if (this.refuses && each.some(([, , value]) => value !== null)) throw new DOMException("Full", "QuotaExceededError");
    for (const [table, key, value] of each) {
      if (value === null) this.rows.delete(`${table}/${key}`);
      else this.rows.set(`${table}/${key}`, value);
    }
    return "disk";
  }
}

/** @param {number} [ms] none: in the same task */
const wait = async (ms) => void (ms && (await new Promise((resolve) => setTimeout(resolve, ms))));

/** A gateway that takes all; it tells what it was asked. @param {import("node:test").TestContext} t */
async function serve(t) {
  /** @type {string[]} */
  const asked = [];
  let sessions = 0;
  const attributes = {};
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    asked.push(`${request.method} ${request.url}`);
    if (request.url === "/init") return void response.end(JSON.stringify({ guestId: `guest${++sessions}`, accessToken: `token${sessions}` }));
    if (request.method === "POST") Object.assign(attributes, body.attributes);
    response.writeHead(request.method === "DELETE" ? 204 : 200, { etag: '"1"' }).end(request.method === "DELETE" ? undefined : JSON.stringify({ attributes, version: 1 }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => (server.closeAllConnections(), server.close()));
  return { origin: `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`, asked, attributes };
}

test("of two instances for one guest the value set last is the one that stays, whoever is told first", async (t) => {
  for (let round = 0; round < 20; round++) {
    const { origin, attributes } = await serve(t);
    const options = { guest: "g1", consent: { service: true }, endpoint: `${origin}/genesys`, token: async () => "t", storage: new Journal() };
    const [one, other] = [createGuestSync(options), createGuestSync(options)];
    await Promise.all([one.ready, other.ready]);
    void one.set({ tier: 1 });
    void other.set({ tier: 2 });
    void one.set({ tier: 3 });
    await Promise.all([other.flush(), one.flush()]);
    await other.set({ done: true });
    await other.flush();
    assert.deepEqual(attributes, { tier: 3, done: true });
    one.close();
    other.close();
  }
});

test("the value set last stays also where the clock does not move on between the calls of two instances", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const { origin, attributes } = await serve(t);
  const options = { guest: "g1", consent: { service: true }, endpoint: `${origin}/genesys`, token: async () => "t", storage: new Journal() };
  const [one, other] = [createGuestSync(options), createGuestSync(options)];
  await Promise.all([one.ready, other.ready]);
  for (const [tier, who] of [one, other, one, one, one, other].entries()) await who.set({ tier });
  await Promise.all([one.flush(), other.flush()]);
  assert.deepEqual(attributes, { tier: 5 });
  one.close();
  other.close();
});

test("with a clock that was set back an instance that is opened beside others goes by the clock", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const { origin } = await serve(t);
  const open = () => {
    const storage = new Journal();
    return { storage, guest: createGuestSync({ guest: "g1", consent: { service: true }, endpoint: `${origin}/genesys`, token: async () => "t", storage }) };
  };
  const [one, other] = [open(), open()];
  for (const { guest } of [one, other, one]) await guest.set({ tier: 1 });
  t.mock.timers.setTime(Date.now() - 3_600_000);
  const last = open();
  await last.guest.set({ tier: 2 });
  const record = [...last.storage.rows.keys()].find((name) => name.startsWith("r/"));
  const ahead = Number.parseInt(record?.split("/")[2]?.slice(0, 12) ?? "", 16) - Date.now();
  assert.ok(ahead >= 0 && ahead <= 1_000, `${ahead} ms`);
  for (const { guest } of [one, other, last]) guest.close();
});

test("a logout tells the gateway also where storage refuses, each new session is told as a whole, and the audit tells how it ended", async (t) => {
  const { origin, asked } = await serve(t);
  const storage = new Journal();
  const guest = createGuestSync({ init: `${origin}/init`, session: `${origin}/session`, endpoint: `${origin}/genesys`, token: async () => "t", consent: { service: true }, storage });
  /** @type {unknown[]} */
  const sessions = [];
  guest.on("ready", (session) => sessions.push(session));
  await guest.ready;
  await guest.logout();
  await guest.set({ tier: 1 });
  await guest.flush();
  assert.deepEqual(sessions, [{ guestId: "guest1", accessToken: "token1" }, { guestId: "guest2", accessToken: "token2" }]);
  storage.refuses = true;
  await assert.rejects(guest.logout(), { code: "storage.unavailable" });
  assert.equal(asked.filter((each) => each === "DELETE /session").length, 2);
  const lines = guest.audit().trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.flatMap(({ event, code }) => (event === "logout" ? [code] : [])), [undefined, "storage.unavailable"]);
  assert.ok(!guest.audit().includes("token") && !guest.audit().includes("guest1"));
  guest.close();
});

test("who comes after a logout has a session that starts when the one before has ended, however soon it is asked for", async (t) => {
  for (const [soon, ...slow] of /** @type {const} */ ([[true, 0], [false, 0], [true, 5], [false, 5], [true, 50, 0], [false, 50, 0]])) {
    const { origin, asked } = await serve(t);
    const storage = new Journal(...slow);
    const guest = createGuestSync({ init: `${origin}/init`, session: `${origin}/session`, endpoint: `${origin}/genesys`, token: async () => "t", consent: { service: true }, storage });
    // The session that is to end may be known, or just be starting.
    if (soon) await guest.ready;
    else await guest.set({ tier: 1 });
    const left = guest.logout();
    void guest.set({ tier: 2 });
    await Promise.all([left, guest.flush()]);
    const ends = asked.filter((each) => each.endsWith("/init") || each.endsWith("/session") || each.includes("/guest2/"));
    assert.deepEqual(ends.slice(-3), ["DELETE /session", "POST /init", ends.at(-1)], asked.join());
    assert.match(ends.at(-1) ?? "", /^POST .*\/attributes$/, asked.join());
    assert.ok(storage.loads < 50, `${storage.loads} looks`);
    guest.close();
  }
});
