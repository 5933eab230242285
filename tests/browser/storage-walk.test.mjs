/**
 * R4: one visit, over and over, in which another call of the browser's storage fails each time. Whatever failed: what was promised arrives,
 * what was there before stays, nothing is sent of what was withdrawn, no half row is left, and the caller is told by a code. Every
 * `GUESTSYNC_WALK`th call is tried, from `GUESTSYNC_SEED` on; with 1 it is each of them.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Collector } from "../bench/support/collector.mjs";
import { Guest } from "../bench/support/guest.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { keys } from "./support/journal.mjs";
import { openGuestSync } from "./support/session.mjs";
import { startShop } from "./support/shop.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ stored?: string, code?: string }} Outcome */

const { GUESTSYNC_WALK = "24", GUESTSYNC_SEED } = process.env;
const step = Number(GUESTSYNC_WALK);
const first = 1 + (Number(GUESTSYNC_SEED ?? Date.now()) % step);

const file = { after };
const shop = await startShop(file);
const browser = await launchChromium(file);

const FOR_GOOD = "is the first that throws";

/** Counts the calls of storage from now on, and has one fail, or all from that one on. @param {[number, boolean, boolean]} given */
function arm([failing, undone, forGood]) {
  const fails = (/** @type {number} */ call) => call === failing || (forGood && call > failing);
  const counted = { calls: 0 };
  /** @param {object} of @param {string} name */
  const spoil = (of, name) => {
    const real = Reflect.get(of, name);
    Reflect.set(of, name, function (/** @type {any} */ ...given) {
      // @ts-expect-error the object whose method it is
      const that = this;
      counted.calls += 1;
      if (!fails(counted.calls)) return Reflect.apply(real, that, given);
      if (!undone || !(that instanceof IDBObjectStore)) throw new DOMException("It failed", undone ? "QuotaExceededError" : "UnknownError");
      const asked = Reflect.apply(real, that, given);
      that.transaction.abort();
      return asked;
    });
  };
  spoil(IDBFactory.prototype, "open");
  spoil(IDBDatabase.prototype, "transaction");
  spoil(IDBTransaction.prototype, "commit");
  for (const name of ["put", "delete", "get", "getAll", "getAllKeys", "openCursor"]) spoil(IDBObjectStore.prototype, name);
  for (const name of ["setItem", "getItem", "removeItem"]) spoil(Storage.prototype, name);
  Object.assign(window, { counted });
}

/** What each call told, and when the withdrawal had been settled. @returns {Promise<{ told: Record<string, Outcome>, withdrawn: number }>} */
async function visit() {
  const guest = Reflect.get(window, "guest");
  /** @type {Record<string, Outcome>} */
  const outcomes = {};
  const note = async (/** @type {string} */ name, /** @type {Promise<Outcome>} */ call) => {
    outcomes[name] = await call.then((told) => told ?? {}, (error) => ({ code: error.code ?? String(error) }));
  };
  await note("language", guest.set({ language: "en" }));
  await note("news", guest.set({ news: true }));
  await Promise.all([note("older", guest.set({ tier: 1 })), note("tier", guest.set({ tier: 2 }))]);
  await note("withdraw", guest.withdraw("marketing"));
  const withdrawn = Date.now();
  await note("flush", guest.flush({ timeoutMs: 2000 }));
  await note("last", guest.set({ last: "it" }));
  return { told: outcomes, withdrawn };
}

/** The records that are left, wherever they are. @param {Page} page */
async function recordsLeft(page) {
  const bridged = await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("guestsync/r/")));
  return [...(await keys(page, "records")), ...bridged];
}

/** Somebody who comes once: what earlier visits leave in a browser is read too, and would add calls to each. */
class Visitor {
  /** @type {Page | undefined} */
  #page;
  /** @type {Record<string, unknown>} */
  #options = {};

  /** @param {import("playwright-core").BrowserContext} context @param {Collector} collector */
  constructor(context, collector) {
    this.context = context;
    this.collector = collector;
  }

  async #open() {
    await this.#page?.close();
    this.#page = await this.context.newPage();
    await this.#page.goto(shop);
    return this.#page;
  }

  /** @param {number} failing @param {string} way @returns {Promise<number>} how many calls of storage there were */
  async walk(failing, way) {
    const { collector } = this;
    this.#options = {
      guest: "walk",
      endpoint: `${collector.origin}/genesys`,
      token: `${collector.origin}/token/tab`,
      purposes: { news: "marketing" },
      batch: { maxItems: 1000, maxDelayMs: 600_000 },
    };
    const before = await this.#open();
    await openGuestSync(before, { ...this.#options, consent: { service: true } });
    await before.evaluate(() => Reflect.get(window, "guest").grant("marketing"));
    assert.equal((await before.evaluate(() => Reflect.get(window, "guest").set({ before: 1 }))).stored, "disk");

    const page = await this.#open();
    await page.evaluate(arm, /** @type {[number, boolean, boolean]} */ ([failing, way === "is undone", way === FOR_GOOD]));
    await openGuestSync(page, this.#options);
    const visited = await page.evaluate(visit);
    const calls = await page.evaluate(() => Reflect.get(window, "counted").calls);
    await this.#judge(visited, way !== FOR_GOOD);
    return calls;
  }

  /** @param {{ told: Record<string, Outcome>, withdrawn: number }} visited @param {boolean} noted whether what arrived can have been noted */
  async #judge({ told, withdrawn }, noted) {
    const { guest, requests } = this.collector;
    for (const [name, { code }] of Object.entries(told)) assert.match(code ?? "storage.unavailable", /^[a-z]+\.[a-z_.-]+$/, name);
    const page = await this.#open();
    await openGuestSync(page, this.#options);
    await until("what waits to arrive", async () => (await page.evaluate(() => Reflect.get(window, "guest").flush({ timeoutMs: 1000 }))).pending === 0);
    assert.equal(guest.attributes["before"], 1, "what was there before");
    for (const [name, expected] of Object.entries({ language: "en", tier: 2, last: "it" })) {
      const value = guest.attributes[name];
      if (told[name]?.stored !== "memory" || value !== undefined) assert.equal(value, expected, name);
    }
    // Where the withdrawal is refused, the caller knows that other pages cannot.
    const late = requests.filter(({ at, body }) => at > withdrawn && body.includes("news"));
    if (told["withdraw"]?.code === undefined) assert.deepEqual(late, [], "what was withdrawn");
    if (noted) assert.equal(new Set(guest.effects).size, guest.effects.length, `each has its effect once: ${guest.effects}`);
    assert.deepEqual(await page.evaluate(() => Reflect.get(window, "storageEvents")), [], "what is there can be read");
    await until("the journal to be empty", async () => (await recordsLeft(page)).length === 0);
  }
}

for (const way of ["throws", "is undone", FOR_GOOD]) {
  test(`whichever call of storage ${way}, from ${first} on by ${step}, what was promised arrives and nothing else does`, async (t) => {
    const collectors = await Promise.all([Collector.start(file), Collector.start(file)]);
    let next = first;
    let tried = 0;
    await Promise.all(
      collectors.map(async (collector) => {
        for (let failing = next; ; failing = next) {
          next += step;
          collector.guest = new Guest();
          collector.requests.length = 0;
          const context = await browser.newContext();
          const calls = await new Visitor(context, collector).walk(failing, way).catch((cause) => {
            throw new Error(`call ${failing} of storage ${way}`, { cause });
          });
          await context.close();
          if (calls < failing) return;
          tried += 1;
        }
      }),
    );
    t.diagnostic(`${tried} calls were made to fail, one in each visit`);
    assert.ok(tried > 0, `a visit calls storage ${first} times`);
  });
}
