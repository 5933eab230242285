/** The page's calls in Node, through the real wasm: whatever is given, each promise settles, and no other call pays for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */

/** @type {typeof import("../../www/src/index.js")} */
const { createGuestSync, GuestSyncError, registerGuestWorker, ValidationError } = await import(at("dist/npm/node.js"));

/** @param {Record<string, unknown>} [options] @returns {GuestSync} */
const open = (options) =>
  createGuestSync({ guest: "g1", consent: { service: true }, storage: "memory", endpoint: "http://127.0.0.1:1/genesys", token: async () => "t", ...options });

/** How a promise ends: its value, or the code of its refusal. @param {Promise<unknown>} call */
const end = (call) => call.then((value) => value ?? "done", (/** @type {any} */ error) => error.issues?.[0]?.code ?? error.code ?? String(error));

const kept = { stored: "memory", masked: [], held: [] };
const unreadable = { get tier() { throw new Error("no"); } };

for (const when of ["before the wasm is there", "after it"]) {
  test(`what is no object of attributes is refused, and the calls beside it are kept (${when})`, async () => {
    const guest = open();
    if (when === "after it") await guest.ready;
    const given = [null, undefined, "abc", 5, ["x"], unreadable];
    const ends = given.flatMap((each) => [guest.set({ before: 1 }), guest.set(/** @type {any} */ (each)), guest.set({ after: 1 })]);
    for (const [number, call] of ends.entries()) assert.deepEqual(await end(call), number % 3 === 1 ? "update.type" : kept);
    assert.ok((await ends[1]?.catch((error) => error)) instanceof ValidationError);
    guest.close();
  });

  test(`purposes, times and handlers that are none are refused (${when})`, async () => {
    const guest = open();
    if (when === "after it") await guest.ready;
    for (const purpose of [undefined, null, "", 5, {}, Symbol("x")])
      for (const call of [guest.grant(/** @type {any} */ (purpose)), guest.withdraw(/** @type {any} */ (purpose))]) assert.equal(await end(call), "argument.invalid");
    for (const timeoutMs of [NaN, -1, "200", null, {}]) assert.equal(await end(guest.flush(/** @type {any} */ ({ timeoutMs }))), "argument.invalid");
    assert.deepEqual(await end(guest.flush(/** @type {any} */ (null))), { delivered: 0, pending: 0, held: 0 });
    assert.throws(() => guest.on("delivered", /** @type {any} */ (undefined)), { code: "argument.invalid" });
    for (const event of ["deliverd", "set", "constructor", "", undefined]) assert.throws(() => guest.on(/** @type {any} */ (event), () => {}), { code: "argument.invalid" });
    assert.equal(await end(guest.grant("marketing")), "done");
    guest.close();
  });

  test(`any number of keys is counted, not handed over as arguments (${when})`, async () => {
    const guest = open();
    if (when === "after it") await guest.ready;
    const many = Object.fromEntries(Array.from({ length: 150_000 }, (_, number) => [`k${number}`, 1]));
    const calls = [guest.set({ before: 1 }), guest.set(many), guest.set({ after: 1 })];
    assert.deepEqual(await Promise.all(calls.map(end)), [kept, "update.too_many_keys", kept]);
    guest.close();
  });
}

test("of an update with more keys than it may have no more is told than a few, however many are wrong", async () => {
  const guest = open();
  await guest.ready;
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, number) => [`${"k".repeat(100)}${number}`, NaN]));
  const error = await guest.set(many).catch((error) => error);
  assert.equal(error.code, "attributes.invalid");
  assert.equal(error.issues[0].code, "update.too_many_keys");
  assert.ok(error.issues.length <= 103, String(error.issues.length));
  // It is kept for a thousand happenings.
  assert.ok(guest.audit().length < 50_000, String(guest.audit().length));
  assert.equal((await guest.set(Object.fromEntries(Object.keys(many).slice(0, 100).map((key) => [key, 1])))).stored, "memory");
  guest.close();
});

test("a fractional, long or endless time limit is one", async () => {
  const guest = open();
  for (const timeoutMs of [0.5, 1e12, Infinity]) {
    assert.equal((await guest.set({ tier: 1 })).stored, "memory");
    const early = await Promise.race([guest.flush({ timeoutMs }), new Promise((resolve) => setTimeout(resolve, 30, "waits"))]);
    if (timeoutMs > 1) assert.equal(early, "waits");
  }
  guest.close();
});

test("half characters at the ends of texts do not join, for every code unit", async () => {
  /** @type {string[]} */
  const records = [];
  const storage = {
    load: async () => [],
    store: async (/** @type {(string | null)[]} */ writes) => {
      writes.forEach((part, number) => writes[number - (number % 3)] === "r" && number % 3 === 2 && part !== null && records.push(part));
      return "disk";
    },
  };
  const guest = open({ storage, limits: { keysPerUpdate: 300, keysPerGuest: 5000 }, batch: { maxItems: 10_000, maxDelayMs: 600_000 } });
  const lone = /\p{Cs}/gu;
  for (let from = 0; from < 0x10000; from += 0x100) {
    const values = Array.from({ length: 0x100 }, (_, number) => `${String.fromCharCode(from + number)}m${String.fromCharCode(from + number)}`);
    const calls = [guest.set(Object.fromEntries(values.map((value, number) => [`k${number}`, value]))), guest.set({ next: "\ude00n\ud83d" }), guest.set({ "\ude00k": "v" })];
    for (const call of calls) assert.deepEqual(await end(call), { stored: "disk", masked: [], held: [] });
    const text = records.splice(0).join("\n");
    for (const value of values) assert.ok(text.includes(value.replace(lone, "\ufffd")), `U+${value.charCodeAt(0).toString(16)}`);
  }
  guest.close();
});

test("what is closed before the wasm is there does not start", async () => {
  const asked = { load: 0 };
  const guest = open({ storage: { load: async () => (asked.load++, []), store: async () => "disk" } });
  const before = guest.set({ tier: 1 });
  assert.equal(guest.pending(), 1);
  guest.close();
  assert.equal(await end(before), "outbox.closed");
  assert.equal(await end(guest.set({ tier: 1 })), "outbox.closed");
  assert.equal(await end(guest.ready), "outbox.closed");
  assert.deepEqual([guest.pending(), guest.metrics().set], [0, 0]);
  guest.close();
  assert.equal(guest.audit().match(/"ended"/g)?.length, 1);
  const next = open();
  await next.ready;
  assert.equal(asked.load, 0);
  next.close();
});

test("what is closed before the session has started is never ready", async () => {
  const { guest: _, ...session } = { guest: undefined, consent: {}, storage: /** @type {const} */ ("memory") };
  const guest = createGuestSync(session);
  await guest.set({ tier: 1 });
  guest.close();
  assert.equal(await end(guest.ready), "outbox.closed");
});

test("a journal of the page's own that throws is told of, and what is set is kept in memory", async () => {
  const thrown = () => {
    throw new Error("no");
  };
  const guest = open({ storage: { load: thrown, store: thrown } });
  /** @type {string[]} */
  const reasons = [];
  guest.on("storage", ({ reason }) => reasons.push(reason));
  assert.deepEqual(await end(guest.set({ tier: 1 })), kept);
  assert.deepEqual(reasons, ["failed"]);
  guest.close();
});

test("a journal of the page's own that does not say how well it keeps is taken for memory", async () => {
  for (const said of [undefined, null, "", "yes", 5, {}, Symbol("x")]) {
    const guest = open({ storage: { load: async () => [], store: async () => said } });
    assert.deepEqual(await end(guest.set({ tier: 1 })), kept);
    guest.close();
  }
});

test("what cannot stand in a header is no capability: the function is asked again", async () => {
  let asked = 0;
  const given = ["tök€n", "token"];
  const asks = requestsOf({ token: async () => given[asked++], batch: { maxItems: 1, maxDelayMs: 0 } });
  assert.equal((await asks).length, 1);
  assert.equal(asked, 2);
});

test("a function that gives no capability is told of", async () => {
  for (const given of [undefined, "", 5, "tök€n", "two\nlines"]) {
    const guest = open({ token: async () => /** @type {any} */ (given), batch: { maxItems: 1, maxDelayMs: 0 } });
    const told = new Promise((resolve) => guest.on("retrying", resolve));
    await guest.set({ tier: 1 });
    const { status, code } = /** @type {{ status: number, code: string }} */ (await told);
    assert.deepEqual([status, code], [0, "token.unavailable"]);
    guest.close();
  }
});

test("where there are no service workers, none is registered, and the error says so", async () => {
  assert.equal(await end(registerGuestWorker()), "worker.unsupported");
});

test("accounts are there before the wasm, and methods need no object", async () => {
  const guest = open();
  const { set, pending, metrics, close } = guest;
  const call = set({ a: 1, b: 2, c: 3 });
  assert.equal(pending(), 3);
  const { set: counted, pending: waiting, delivered, latencyP99Ms } = metrics();
  assert.deepEqual([counted, waiting, delivered, latencyP99Ms], [3, 3, 0, 0]);
  assert.deepEqual(await call, kept);
  assert.equal(pending(), 3);
  close();
});

test("the audit cuts what it is given, and names no guest", async () => {
  const guest = open();
  await end(guest.set({ ["k".repeat(5000)]: 1 }));
  await end(guest.withdraw("p".repeat(5000)));
  const found = new Promise((resolve) => guest.on("finding", ({ key }) => resolve(key)));
  await end(guest.set({ ["k".repeat(5000)]: "ada@example.org" }));
  assert.equal(await found, "k".repeat(128));
  const audit = guest.audit();
  assert.ok(audit.length < 2000 && audit.includes("key.too_long") && audit.includes("ppp"), audit);
  assert.ok(!audit.includes("g1"), audit);
  guest.close();
});

test("an option that cannot be one is refused by its name and without its value", () => {
  /** @type {Record<string, Record<string, unknown>>} */
  const wrong = {
    batch: { batch: null },
    "batch.maxItem": { batch: { maxItem: 3 } },
    "batch.maxDelayMs": { batch: { maxDelayMs: 0.5 } },
    limits: { limits: 5 },
    "limits.keysPerGuest": { limits: { keysPerGuest: Infinity } },
    storage: { storage: {} },
    gpc: { gpc: "marketing" },
    ungranted: { ungranted: "canary" },
    onConflict: { onConflict: "canary" },
    endpoint: { endpoint: 5 },
    init: { init: "" },
    token: { token: 5 },
    session: { session: null },
    wasm: { wasm: {} },
    webhook: { webhook: "https://" },
    consent: { consent: true },
    "consent.service": { consent: { service: "canary" } },
    "purposes.tier": { purposes: { tier: 5 } },
    pii: { pii: [] },
    "pii.emial": { pii: { emial: "block" } },
    "pii.email": { pii: { email: "canary" } },
    "pii.allow": { pii: { allow: "canary" } },
    "pii.region": { pii: { region: "us" } },
    pruposes: { pruposes: {} },
    constructor: { constructor: {} },
    debug: { debug: 1 },
    guest: { guest: "a/b" },
  };
  for (const name of ["endpoint", "init", "token", "session", "webhook"])
    for (const address of ["http://", "ftp://canary.example/", "https://canary:canary@gateway.example/"]) assert.throws(() => open({ [name]: address }), { code: "options.invalid" }, name);
  for (const guest of [".", ".."]) assert.throws(() => open({ guest }), { code: "options.invalid" });
  for (const [name, options] of Object.entries(wrong)) {
    assert.throws(() => open(options), (error) => error instanceof GuestSyncError && error.code === "options.invalid" && error.message.startsWith(`${name}: `) && !error.message.includes("canary"), name);
  }
  assert.throws(() => open({ webhook: "https://canary:canary@receiver.example/" }), { message: "webhook: must be an http(s) URL or a path, without a password." });
  for (const options of [null, undefined, "g1", []]) assert.throws(() => createGuestSync(/** @type {any} */ (options)), { code: "options.invalid" });
});

/** The requests of a guest with these options to whom something is told. @param {Record<string, unknown>} options */
async function requestsOf(options) {
  /** @type {{ url: string, body: unknown }[]} */
  const asked = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (url, init) => {
    asked.push({ url: String(url), body: init?.body });
    return new Response('{"attributes":{},"version":1}', { headers: { etag: '"1"' } });
  };
  try {
    const guest = open(options);
    await guest.set({ tier: 1 });
    await guest.flush();
    guest.close();
  } finally {
    globalThis.fetch = fetch;
  }
  return asked;
}

test("an endpoint may end in slashes, and may be the site's root", async () => {
  const path = "/api/v2/conversations/webmessaging/guests/g1/attributes";
  for (const [endpoint, base] of [["/genesys/", "/genesys"], ["/", ""], ["https://gateway.example//", "https://gateway.example"]]) {
    assert.deepEqual((await requestsOf({ endpoint })).map(({ url }) => url), [base + path]);
  }
});

test("what becomes of the page's own options after they were read changes nothing, nor does what they inherit", async () => {
  const consent = { service: true };
  const options = { guest: "alice", consent, storage: "memory", endpoint: "/genesys", token: async () => "t" };
  /** @type {string[]} */
  const asked = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (url) => (asked.push(String(url)), new Response("{}", { headers: { etag: '"1"' } }));
  const { prototype } = Object;
  try {
    Object.assign(prototype, { webhook: "https://evil.example", endpoint: "https://evil.example", ungranted: "drop", maxItems: -1 });
    const { endpoint: _, ...inherits } = options;
    const guest = createGuestSync(/** @type {any} */ (inherits));
    Object.assign(inherits, { guest: "bob" });
    consent.service = false;
    await guest.set({ tier: 1 });
    await guest.flush();
    guest.close();
  } finally {
    for (const name of ["webhook", "endpoint", "ungranted", "maxItems"]) delete (/** @type {any} */ (prototype)[name]);
    globalThis.fetch = fetch;
  }
  assert.deepEqual(asked, ["/genesys/api/v2/conversations/webmessaging/guests/alice/attributes"]);
});

test("with a guest that is given, the event tells once that it is known", async () => {
  const guest = open();
  /** @type {unknown[]} */
  const told = [];
  guest.on("ready", (details) => told.push(details));
  await guest.set({ tier: 1 });
  assert.deepEqual([told, await guest.ready], [[{ guestId: "g1" }], { guestId: "g1" }]);
  guest.close();
});

test("a browser that denies its channels as it denies storage costs only the hints", async (t) => {
  const { BroadcastChannel: real } = globalThis;
  t.after(() => {
    globalThis.BroadcastChannel = real;
    for (const name of ["window", "addEventListener"]) Reflect.deleteProperty(globalThis, name);
  });
  Object.assign(globalThis, { window: globalThis, addEventListener() {} });
  globalThis.BroadcastChannel = /** @type {any} */ (class { constructor() { throw new DOMException("The operation is insecure.", "SecurityError"); } });
  const guest = open();
  assert.deepEqual(await end(guest.set({ tier: 1 })), kept);
  assert.deepEqual(await end(guest.ready), { guestId: "g1" });
  guest.close();
});

test("of the calls of a task each says what was masked or blocked in it", async () => {
  const guest = open({ pii: { email: "mask", card: "block" } });
  const calls = [{ note: "ask ada@example.org", tier: 1 }, { tier: 2 }, { card: "5105 1051 0510 5100" }, { a: "b@example.org", c: "d@example.org" }];
  const ends = await Promise.all(calls.map((attributes) => end(guest.set(attributes))));
  const masked = (/** @type {string[]} */ ...keys) => ({ ...kept, masked: keys });
  assert.deepEqual(ends, [masked("note"), kept, "value.blocked", masked("a", "c")]);
  guest.close();
});

for (const pii of [{}, { card: "block" }]) {
  test(`who hears of what was found may call at once, and what was set before it comes first (${JSON.stringify(pii)})`, async () => {
    const guest = open({ pii });
    await guest.ready;
    guest.on("finding", ({ key }) => void (key === "from" && guest.set({ later: 1 })));
    await guest.set({ from: "ada@example.org" });
    for (const from of ["b@example.org", "c@example.org"]) {
      const found = new Promise((resolve) => guest.on("finding", () => resolve(guest.set({ later: 2 }))));
      assert.equal((await guest.set({ from, other: 1 })).stored, "memory");
      assert.deepEqual(await found, kept);
    }
    const set = guest.audit().split("\n").filter((line) => line.includes('"set"'));
    assert.match(set.at(-1) ?? "", /later/);
    guest.close();
  });
}
