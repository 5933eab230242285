/** Attributes through everything that happens to a page: each scenario sets 20 of them and counts what the server holds, and how often. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchChromium, launchWithProfile } from "./support/chromium.mjs";
import { crash, killBrowser } from "./support/devtools.mjs";
import { temporaryFolder } from "./support/folder.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { openGuestSync, startSession } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */
/** @typedef {import("playwright-core").Page} Page */

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);
const blank = `${gateway.origin}/healthz`;

/** @param {unknown} effect @param {object} [rule] */
const plan = (effect, rule) => ({ rules: [{ calls: ["A1"], effect, ...rule }] });
const calm = { rules: [] };

/** @param {number} count @param {string} [prefix] @returns {Record<string, number>} */
const wanted = (count, prefix = "k") => Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, at]));

/** Sets each attribute by a call of its own, and waits until all are kept. @param {Page} page @param {Record<string, number>} attributes */
const setAll = (page, attributes) =>
  page.evaluate((all) => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    return Promise.all(Object.entries(all).map(([key, value]) => guest.set({ [key]: value }).then(({ stored }) => stored)));
  }, attributes);

/** Waits until the server holds all of these, and checks that none took effect twice. @param {string} guestId @param {Record<string, number>} attributes @param {number} [within] */
async function arrived(guestId, attributes, within = 10_000) {
  await until(`${Object.keys(attributes).length} attributes`, async () => {
    const held = (await sandbox.guest(guestId))?.attributes ?? {};
    return Object.entries(attributes).every(([key, value]) => held[key] === value);
  }, { within });
  const effects = await sandbox.effects(guestId);
  const keys = effects.filter(({ call }) => call === "A1").flatMap(({ keys }) => keys);
  assert.equal(keys.length, new Set(keys).size, "no attribute took effect twice");
}

/** The requests that carried attributes of a guest. @param {string} guestId */
const writes = async (guestId) =>
  (await sandbox.requests()).filter(({ method, path }) => method === "POST" && path.includes(`/${guestId}/attributes`));

async function session() {
  await sandbox.setFaults(calm);
  const context = await browser.newContext();
  return { context, ...(await startSession(context, gateway.origin)) };
}

/** Sets all in the task that leaves the page, comes back, and waits until all have arrived. @param {Page} page @param {string} guestId */
async function setAndLeave(page, guestId) {
  const navigated = page.waitForNavigation();
  await page.evaluate(([all, url]) => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    for (const [key, value] of Object.entries(all)) guest.set({ [key]: value });
    location.href = url;
  }, /** @type {const} */ ([wanted(20), `${blank}?away`]));
  await navigated;
  await sandbox.setFaults(calm);
  await page.goto(blank);
  await openGuestSync(page, { guest: guestId });
  await arrived(guestId, wanted(20));
}

test("navigate away in the same task, and return", async () => {
  const { page, guestId } = await session();
  await openGuestSync(page, { guest: guestId });
  await setAndLeave(page, guestId);
});

test("navigate away while the database is slow, which undoes what it has not ended, and return", async () => {
  const { page, guestId } = await session();
  await sandbox.setFaults(plan({ kind: "status", status: 503 }));
  await openGuestSync(page, { guest: guestId });
  // Once the database has answered, localStorage is not written beside it any more.
  assert.deepEqual(await setAll(page, { before: 1 }), ["disk"]);
  await page.evaluate(() => {
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (...given) {
      const slow = transaction.apply(this, given);
      slow.commit = () => {};
      const goOn = () => {
        const [name = ""] = slow.objectStoreNames;
        slow.objectStore(name).count().onsuccess = goOn;
      };
      goOn();
      // Once the page is gone nothing of it runs any more; a test's page still would.
      addEventListener("pagehide", () => {
        IDBDatabase.prototype.transaction = Storage.prototype.setItem = () => {
          throw new DOMException("Gone", "InvalidStateError");
        };
        slow.abort();
      });
      return slow;
    };
  });
  await setAndLeave(page, guestId);
});

test("the API refuses, the renderer crashes, the API is back: delivered within 3 s of reopening", async () => {
  const { context, page, guestId } = await session();
  await sandbox.setFaults(plan({ kind: "status", status: 503 }));
  await openGuestSync(page, { guest: guestId });
  assert.deepEqual(new Set(await setAll(page, wanted(20))), new Set(["disk"]));
  await until("a refused request", async () => (await writes(guestId)).length > 0);
  await crash(page);
  await sandbox.setFaults(calm);
  const again = await context.newPage();
  await again.goto(blank);
  await openGuestSync(again, { guest: guestId });
  await arrived(guestId, wanted(20), 3_000);
});

test("offline, the tab closed, online, reopened", async () => {
  const { context, page, guestId } = await session();
  await openGuestSync(page, { guest: guestId });
  await context.setOffline(true);
  await setAll(page, wanted(20));
  const flushed = await page.evaluate(() => /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window)).guest.flush());
  assert.deepEqual(flushed, { delivered: 0, pending: 20, held: 0 });
  await page.close();
  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto(blank);
  await openGuestSync(again, { guest: guestId });
  await arrived(guestId, wanted(20));
});

test("503 for a while: delivered when it ends, with few requests", async () => {
  const { page, guestId } = await session();
  await sandbox.setFaults(plan({ kind: "status", status: 503 }, { first: 3 }));
  await openGuestSync(page, { guest: guestId });
  await setAll(page, wanted(20));
  await arrived(guestId, wanted(20), 20_000);
  assert.equal((await writes(guestId)).length, 4);
});

for (const retryAfter of [2, { date: 2 }]) test(`429 with Retry-After ${JSON.stringify(retryAfter)}: no request inside the window, in any tab`, async () => {
  const { context, page, guestId } = await session();
  await sandbox.setFaults(plan({ kind: "status", status: 429, retryAfter }, { first: 1 }));
  await openGuestSync(page, { guest: guestId });
  await setAll(page, wanted(10, "a"));
  await until("the refusal", async () => (await writes(guestId)).some(({ status }) => status === 429));
  const other = await context.newPage();
  await other.goto(blank);
  await openGuestSync(other, { guest: guestId });
  await setAll(other, wanted(10, "b"));
  await arrived(guestId, { ...wanted(10, "a"), ...wanted(10, "b") }, 20_000);
  const [refused, ...later] = (await writes(guestId)).map(({ at }) => Date.parse(at));
  // A date has whole seconds: it may mean almost a second less.
  const window = typeof retryAfter === "number" ? 2_000 : 1_000;
  assert.ok(later.every((at) => at - (refused ?? 0) >= window - 20), JSON.stringify([refused, later]));
});

test("409 for a while: merged with what somebody else wrote", async () => {
  const { page, guestId } = await session();
  await sandbox.setFaults(plan({ kind: "conflict" }, { first: 3 }));
  await openGuestSync(page, { guest: guestId });
  await setAll(page, wanted(20));
  await arrived(guestId, wanted(20), 20_000);
});

test("lost answers: delivered, with no attribute taking effect twice and one Idempotency-Key for all tries", async () => {
  const { page, guestId } = await session();
  await sandbox.setFaults(plan({ kind: "lost" }, { first: 2 }));
  await openGuestSync(page, { guest: guestId });
  await setAll(page, wanted(20));
  await until("the answer", () => page.evaluate(() => /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window)).guest.pending() === 0), { within: 20_000 });
  await arrived(guestId, wanted(20));
  const keys = (await writes(guestId)).map(({ headers }) => headers["idempotency-key"]);
  assert.ok(keys.length >= 3 && new Set(keys).size === 1, JSON.stringify(keys));
});

test("the browser is killed (SIGKILL) while the API refuses: everything that was on disk arrives", async () => {
  await sandbox.setFaults(calm);
  const profile = await temporaryFolder(file);
  const first = await launchWithProfile(file, profile);
  const { page, guestId } = await startSession(first, gateway.origin);
  await sandbox.setFaults(plan({ kind: "status", status: 503 }));
  await openGuestSync(page, { guest: guestId });
  assert.deepEqual(new Set(await setAll(page, wanted(20))), new Set(["disk"]));
  // The browser writes its cookies to disk when it likes, some only after half a minute: what is shown here is the journal.
  const cookies = await first.cookies();
  await killBrowser(first);
  await sandbox.setFaults(calm);
  const second = await launchWithProfile(file, profile);
  await second.addCookies(cookies);
  const again = await second.newPage();
  await again.goto(blank);
  await openGuestSync(again, { guest: guestId });
  await arrived(guestId, wanted(20));
});

test("two tabs with 50 each while the API refuses, both closed, both reopened: all arrive within 3 s, none twice", async () => {
  const { context, page, guestId } = await session();
  await sandbox.setFaults(plan({ kind: "status", status: 503 }));
  const other = await context.newPage();
  await other.goto(blank);
  await Promise.all([openGuestSync(page, { guest: guestId }), openGuestSync(other, { guest: guestId })]);
  await Promise.all([setAll(page, wanted(50, "a")), setAll(other, wanted(50, "b"))]);
  await Promise.all([page.close(), other.close()]);
  await sandbox.setFaults(calm);
  const pages = await Promise.all([context.newPage(), context.newPage()]);
  await Promise.all(pages.map((each) => each.goto(blank)));
  await Promise.all(pages.map((each) => openGuestSync(each, { guest: guestId })));
  await arrived(guestId, { ...wanted(50, "a"), ...wanted(50, "b") }, 3_000);
});

test("localStorage full: IndexedDB keeps all; without it the page is told, and all arrives from memory", async () => {
  for (const [storage, kept] of /** @type {const} */ ([["auto", "disk"], ["local", "memory"]])) {
    const { page, guestId } = await session();
    await page.evaluate(() => {
      let size = 5_000_000;
      for (let at = 0; size > 0; at++) {
        try {
          localStorage.setItem(`filler${at}`, "x".repeat(size));
        } catch {
          size = Math.floor(size / 2);
        }
      }
    });
    await openGuestSync(page, { guest: guestId, storage, batch: { maxItems: 100, maxDelayMs: 300 } });
    assert.deepEqual(new Set(await setAll(page, wanted(20))), new Set([kept]));
    const told = await page.evaluate(() => Reflect.get(window, "storageEvents"));
    assert.deepEqual(told, kept === "memory" ? [{ reason: "quota" }] : []);
    await arrived(guestId, wanted(20));
    await page.close();
  }
});

test("1,000 updates over 20 keys leave as few small requests, and end with the last values", async () => {
  const { page, guestId } = await session();
  await openGuestSync(page, { guest: guestId });
  await page.evaluate(async () => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    for (let at = 0; at < 1_000; at++) guest.set({ [`k${at % 20}`]: at });
    await guest.flush();
  });
  const held = (await sandbox.guest(guestId))?.attributes;
  assert.deepEqual(held, Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`k${at}`, 980 + at])));
  const sent = await writes(guestId);
  assert.ok(sent.length <= 2, `${sent.length} requests`);
  assert.ok(sent.reduce((sum, { body }) => sum + body.length, 0) <= 2_000);
});
