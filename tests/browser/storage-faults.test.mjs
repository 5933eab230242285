/** Storage and locks that fail in a browser: nothing that was acknowledged is lost, and no older value overtakes a newer one. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Collector } from "../bench/support/collector.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { crash } from "./support/devtools.mjs";
import { holdDatabase, keys } from "./support/journal.mjs";
import { openGuestSync } from "./support/session.mjs";
import { startShop } from "./support/shop.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */
/** @typedef {import("playwright-core").Page} Page */

const file = { after };
const shop = await startShop(file);
const browser = await launchChromium(file);

/** Only `flush` sends. @param {Collector} collector */
const options = (collector) => ({
  guest: "test",
  endpoint: `${collector.origin}/genesys`,
  token: `${collector.origin}/token/tab`,
  batch: { maxItems: 1000, maxDelayMs: 600_000 },
});

/** @param {import("playwright-core").BrowserContext} context @param {object} options */
async function open(context, options) {
  const page = await context.newPage();
  await page.goto(shop);
  await openGuestSync(page, { ...options });
  return page;
}

/** @param {Page} page @param {Record<string, unknown>} attributes @returns {Promise<{ stored: string }>} */
const set = (page, attributes) => page.evaluate((given) => Reflect.get(window, "guest").set(given), attributes);
/** @param {Page} page @returns {Promise<{ delivered: number, pending: number }>} */
const flush = (page) => page.evaluate(() => Reflect.get(window, "guest").flush({ timeoutMs: 5000 }));

/** From now on the database is full for a page: the browser decides by itself when a quota of its own is looked at. @param {Page} page */
const fillDatabase = (page) =>
  page.evaluate(() => {
    IDBObjectStore.prototype.put = function () {
      Object.defineProperty(this.transaction, "error", { value: new DOMException("Full", "QuotaExceededError") });
      this.transaction.abort();
      return /** @type {IDBRequest} */ ({});
    };
  });

test("a lost connection to the database is opened anew, and nothing that it holds is taken for delivered", async () => {
  const collector = await Collector.start(file);
  const page = await open(await browser.newContext(), options(collector));
  assert.equal((await set(page, { tier: 1 })).stored, "disk");
  await page.evaluate(() => {
    const { transaction } = IDBDatabase.prototype;
    let left = 1;
    IDBDatabase.prototype.transaction = function (...asked) {
      if (left-- > 0) throw new DOMException("Connection to Indexed Database server lost", "UnknownError");
      return Reflect.apply(transaction, this, asked);
    };
  });
  assert.deepEqual(await flush(page), { delivered: 1, pending: 0, held: 0 });
  assert.deepEqual(collector.guest.attributes, { tier: 1 });
});

test("a read that fails again and again removes nothing: the records arrive when it works", async () => {
  const collector = await Collector.start(file);
  const page = await open(await browser.newContext(), options(collector));
  assert.equal((await set(page, { tier: 1 })).stored, "disk");
  await page.evaluate(() => {
    const { getAll } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.getAll = function () {
      throw new DOMException("Internal error", "UnknownError");
    };
    Object.assign(window, { mend: () => (IDBObjectStore.prototype.getAll = getAll) });
  });
  await page.evaluate(() => Reflect.get(window, "guest").flush({ timeoutMs: 300 }));
  assert.equal((await keys(page, "records")).length, 1 - collector.guest.effects.length);
  await page.evaluate(() => Reflect.get(window, "mend")());
  await until("the record to arrive", async () => (await flush(page)).pending === 0);
  assert.deepEqual(collector.guest.attributes, { tier: 1 });
});

test("with a full database what was delivered is removed from it, and no older value overtakes a newer one", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  const [page, other] = [await open(context, options(collector)), await open(context, options(collector))];
  assert.equal((await set(page, { tier: 1 })).stored, "disk");
  await fillDatabase(page);
  await flush(page);
  await until("what was delivered to be removed", async () => (await keys(other, "records")).length === 0);
  assert.equal((await set(page, { tier: 2 })).stored, "tab");
  await flush(page);
  assert.deepEqual(collector.guest.attributes, { tier: 2 });
  await page.close();
  await set(other, { other: true });
  await flush(other);
  assert.deepEqual(collector.guest.attributes, { tier: 2, other: true });
  assert.deepEqual(collector.guest.effects, ["tier=1", "tier=2", "other=true"]);
});

test("what a full database left to localStorage stays there until what takes its place is kept", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  const page = await open(context, options(collector));
  await set(page, { warm: 1 });
  await fillDatabase(page);
  await page.evaluate(() => {
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (name, value) {
      if (value.length > 200) throw new DOMException("Full", "QuotaExceededError");
      Reflect.apply(setItem, this, [name, value]);
    };
  });
  assert.equal((await set(page, { tier: "first" })).stored, "tab");
  assert.equal((await set(page, { tier: "second".repeat(40) })).stored, "memory");
  await crash(page);
  const later = await open(context, options(collector));
  await until("what was kept to arrive", async () => (await flush(later)).pending === 0 && collector.guest.effects.length === 2);
  assert.deepEqual(collector.guest.attributes, { warm: 1, tier: "first" });
});

test("what is set while the page is hidden on its way out is kept although the database undoes it", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  const page = await open(context, options(collector));
  await set(page, { warm: 1 });
  await page.evaluate(() => {
    // The last transactions of a page may be undone with it.
    addEventListener("pagehide", () => {
      IDBObjectStore.prototype.put = function () {
        this.transaction.abort();
        return /** @type {IDBRequest} */ ({});
      };
    });
    document.addEventListener("visibilitychange", () => Reflect.get(window, "guest").set({ last: document.visibilityState }));
  });
  await page.goto(`${shop}/next`);
  const later = await open(context, options(collector));
  await until("all to arrive", async () => (await flush(later)).pending === 0 && collector.guest.attributes["last"]);
  assert.deepEqual(collector.guest.attributes, { warm: 1, last: "hidden" });
});

test("in a frame without storage and without locks the page is told, what is set arrives, and a withdrawal does not hang", async () => {
  const collector = await Collector.start(file);
  const page = await (await browser.newContext()).newPage();
  await page.goto(shop);
  await page.setContent(`<iframe sandbox="allow-scripts" srcdoc="<!doctype html><title>Frame</title>"></iframe>`);
  const frame = await until("the frame", async () => page.frames()[1]);
  const told = await frame.evaluate(
    async ([script, given]) => {
      const { createGuestSync } = await import(/** @type {string} */ (script));
      const guest = createGuestSync({ consent: { service: true }, .../** @type {object} */ (given) });
      /** @type {unknown[]} */
      const events = [];
      guest.on("storage", (/** @type {unknown} */ event) => events.push(event));
      const { stored } = await guest.set({ tier: 1 });
      const { delivered } = await guest.flush({ timeoutMs: 5000 });
      const withdrawn = await guest.withdraw("service").then(() => "kept", (/** @type {{ code: string }} */ { code }) => code);
      return { stored, delivered, withdrawn, events };
    },
    /** @type {const} */ ([`${shop}/guestsync/index.js`, options(collector)]),
  );
  assert.deepEqual(told, { stored: "memory", delivered: 1, withdrawn: "storage.unavailable", events: [{ reason: "blocked" }] });
  assert.deepEqual(collector.guest.attributes, { tier: 1 });
});

for (const locks of ["missing", "denied"]) {
  test(`where Web Locks are ${locks}, tabs send one after the other, and one that is gone holds up nobody for long`, async () => {
    const collector = await Collector.start(file);
    const context = await browser.newContext();
    await context.addInitScript((locks) => {
      if (locks === "missing") Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
      else LockManager.prototype.request = () => Promise.reject(new DOMException("Denied", "SecurityError"));
    }, locks);
    const names = ["one", "two", "three", "four"];
    const pages = await Promise.all(names.map((name) => open(context, { ...options(collector), token: `${collector.origin}/token/${name}` })));
    collector.fault = () => new Promise((resolve) => setTimeout(resolve, 20));
    for (let round = 0; round < 5; round++) {
      await Promise.all(pages.map((page, at) => set(page, { [`k${at}`]: round })));
      await Promise.all(pages.map(flush));
    }
    assert.deepEqual(collector.guest.attributes, { k0: 4, k1: 4, k2: 4, k3: 4 });
    const sent = collector.requests.filter(({ path }) => path.startsWith("/genesys/"));
    const together = sent.filter((one) => sent.some((two) => one.tab !== two.tab && one.at < two.at && two.at < one.until));
    assert.deepEqual(together, []);

    collector.fault = () => new Promise(() => {});
    const [gone, other] = /** @type {[Page, Page]} */ (pages);
    await set(gone, { k0: 5 });
    await gone.evaluate(() => void Reflect.get(window, "guest").flush());
    const holder = () => other.evaluate(() => localStorage.getItem("guestsync/test/holder"));
    await until("the lock to be held", holder);
    await gone.close({ runBeforeUnload: false });
    collector.fault = () => undefined;
    await other.evaluate(() => localStorage.setItem("guestsync/test/holder", `gone ${Date.now() + 1000}`));
    await set(other, { k1: 5 });
    await until("what the others wait with to arrive", async () => (await flush(other)).pending === 0);
    assert.equal(collector.guest.attributes.k1, 5);
    await until("the lock to be given back", async () => (await holder()) === null);
  });
}

/** A moment so long ago, as keys and watermarks have it. @param {number} ago in milliseconds */
const moment = (ago) => `${(BigInt(Date.now() - ago) << 16n).toString(16).padStart(16, "0")}0000002a`;

test("rows of guests who never came back are removed, wherever they lie; younger ones and decisions stay", async () => {
  const collector = await Collector.start(file);
  const page = await open(await browser.newContext(), options(collector));
  const [old, young] = [9, 7].map((days) => moment(days * 86_400_000));
  const rows = [old, young].flatMap((moment) => [
    ["records", "r", `left/${moment}`, "7:private"],
    ["delivered", "d", `left/${moment}-key`, moment],
    ["state", "s", `left/hook/${moment}`, "private"],
    ["consent", "c", `g/${moment}`, moment],
    ["state", "s", `left/version`, "1"],
  ]);
  await page.evaluate(
    (rows) =>
      new Promise((resolve) => {
        for (const [, letter, key, value] of rows) localStorage.setItem(`guestsync/${letter}/${key}`, String(value));
        const opening = indexedDB.open("guestsync");
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(["records", "delivered", "state", "consent"], "readwrite");
          for (const [store, , key, value] of rows) transaction.objectStore(String(store)).put(value, key);
          transaction.oncomplete = () => (opening.result.close(), resolve(undefined));
        };
      }),
    rows,
  );
  await set(page, { tier: 1 });
  await flush(page);
  const left = async () => (await Promise.all(["records", "delivered", "state", "consent"].map((table) => keys(page, table)))).flat();
  await until("what is old to be gone", async () => !(await left()).includes(`left/${old}`));
  const mirrored = await page.evaluate(() => Object.keys(localStorage).map((name) => name.replace(/^guestsync\/.\//, "")));
  const stays = (/** @type {string} */ key) => key.startsWith("g/") || !key.includes(String(old));
  const there = await left();
  for (const [, , key = ""] of rows) assert.equal(there.includes(key), stays(key), key);
  assert.deepEqual(mirrored.filter((key) => !stays(key)), []);
});

test("what another tab writes over a row of localStorage while that is brought into the database stays", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  const [row, earlier, later] = ["guestsync/d/left/tier", moment(120_000), moment(60_000)];
  await context.addInitScript(
    ([row, earlier, later]) => {
      localStorage.setItem(row, earlier);
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (value, key) {
        if (value === earlier) localStorage.setItem(row, later);
        return Reflect.apply(put, this, [value, key]);
      };
    },
    /** @type {const} */ ([row, earlier, later]),
  );
  const page = await open(context, options(collector));
  await until("the earlier one to be in the database", async () => (await keys(page, "delivered")).includes("left/tier"));
  await page.evaluate(() => Reflect.get(window, "guest").pending());
  assert.equal(await page.evaluate((row) => localStorage.getItem(row), row), later);
});

test("a refusal that names one key of a record leaves the other, and the database open", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  await context.addInitScript(() => {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...asked) {
      Object.assign(window, { opens: (Reflect.get(window, "opens") ?? 0) + 1 });
      return Reflect.apply(open, this, asked);
    };
  });
  const page = await open(context, options(collector));
  let writes = 0;
  collector.fault = ({ method }) => (method === "POST" && ++writes === 1 ? { status: 400, body: { code: "bad.request", details: [{ fieldName: "attributes.bad" }] } } : undefined);
  await set(page, { bad: 1, good: 2 });
  await flush(page);
  assert.deepEqual(collector.guest.attributes, { good: 2 });
  assert.equal(await page.evaluate(() => Reflect.get(window, "opens")), 1);
});

test("IndexedDB serves where only localStorage is refused, and a journal in memory leaves nothing in localStorage", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  const inMemory = await open(context, { ...options(collector), storage: "memory" });
  await set(inMemory, { tier: 1 });
  await flush(inMemory);
  assert.deepEqual(await inMemory.evaluate(() => Object.keys(localStorage)), []);
  await context.addInitScript(() => {
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("Denied", "SecurityError");
      },
    });
  });
  const page = await open(context, options(collector));
  assert.equal((await set(page, { tier: 2 })).stored, "disk");
  await flush(page);
  assert.deepEqual(collector.guest.attributes, { tier: 2 });
});

test("a database of this name that is somebody else's is left alone: localStorage serves", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  const first = await context.newPage();
  await first.goto(shop);
  await first.evaluate(() => new Promise((resolve) => (indexedDB.open("guestsync").onsuccess = ({ target }) => (/** @type {IDBOpenDBRequest} */ (target).result.close(), resolve(undefined)))));
  const page = await open(context, options(collector));
  await page.evaluate(() => Reflect.get(window, "guest").on("storage", (/** @type {object} */ event) => Object.assign(window, { event })));
  assert.equal((await set(page, { tier: 1 })).stored, "tab");
  assert.deepEqual(await flush(page), { delivered: 1, pending: 0, held: 0 });
  assert.deepEqual([collector.guest.attributes, await page.evaluate(() => Reflect.get(window, "event"))], [{ tier: 1 }, undefined]);
});

test("a database that never opens holds up nothing for long, and is used when it opens after all", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  await context.addInitScript(() => {
    const { open } = IDBFactory.prototype;
    const now = performance.now.bind(performance);
    IDBFactory.prototype.open = () => /** @type {IDBOpenDBRequest} */ ({});
    Object.assign(window, {
      mend: () => {
        IDBFactory.prototype.open = open;
        performance.now = () => now() + 60_000;
      },
    });
  });
  const page = await open(context, options(collector));
  assert.equal((await set(page, { tier: 1 })).stored, "tab");
  assert.equal((await set(page, { vip: true })).stored, "tab");
  await page.evaluate(() => Reflect.get(window, "mend")());
  assert.equal((await set(page, { done: true })).stored, "disk");
  await flush(page);
  assert.deepEqual(collector.guest.attributes, { tier: 1, vip: true, done: true });
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("guestsync/r/"))), []);
});

test("a tab that hangs in a transaction holds up the others for seconds: what they set is kept elsewhere meanwhile, and arrives", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  const [page, stuck] = [await open(context, options(collector)), await open(context, options(collector))];
  assert.equal((await set(page, { tier: 1, vip: true })).stored, "disk");
  await flush(page);
  await holdDatabase(stuck);
  assert.equal((await set(page, { tier: 2 })).stored, "tab");
  await flush(page);
  assert.deepEqual(collector.guest.attributes, { tier: 2, vip: true });
  assert.equal((await set(page, { vip: false })).stored, "tab");
  await crash(page);
  await stuck.close();

  const later = await open(context, options(collector));
  assert.equal((await set(later, { tier: 3 })).stored, "disk");
  await flush(later);
  assert.deepEqual(collector.guest.attributes, { tier: 3, vip: false });
  assert.deepEqual(collector.guest.effects.slice(2).sort(), ["tier=2", "tier=3", "vip=false"]);
  await until("the journal to be empty", async () => (await keys(later, "records")).length === 0);
  assert.deepEqual(await later.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("guestsync/r/"))), []);
});

test("without BroadcastChannel tabs hear of a withdrawal by storage events", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  await context.addInitScript(() => void Reflect.deleteProperty(window, "BroadcastChannel"));
  const given = { ...options(collector), purposes: { news: "marketing" }, consent: { marketing: true } };
  const [page, other] = [await open(context, given), await open(context, given)];
  assert.equal((await set(other, { news: 1 })).stored, "disk");
  await page.evaluate(() => Reflect.get(window, "guest").withdraw("marketing"));
  await until("the other tab to hear of it", () => other.evaluate(() => Reflect.get(window, "guest").pending() === 0));
});
