/** R1, R10: a renderer that crashes loses nothing that was acknowledged, and its lock is the next tab's. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Collector } from "../bench/support/collector.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { crash } from "./support/devtools.mjs";
import { openGuestSync } from "./support/session.mjs";
import { startShop } from "./support/shop.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */

const file = { after };
const shop = await startShop(file);
const browser = await launchChromium(file);

/** @param {Collector} collector @param {string} tab @param {Record<string, unknown>} [more] */
const options = (collector, tab, more) => ({ guest: "test", endpoint: `${collector.origin}/genesys`, token: `${collector.origin}/token/${tab}`, ...more });

/** @param {import("playwright-core").Page} page @param {Record<string, number>} attributes @returns {Promise<string>} */
const set = (page, attributes) =>
  page.evaluate(async (attributes) => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    return (await guest.set(attributes)).stored;
  }, attributes);

test("what was acknowledged in localStorage arrives after the renderer has crashed", async () => {
  const collector = await Collector.start(file);
  collector.fault = () => ({ status: 503 });
  const context = await browser.newContext();
  /** @type {Record<string, number>} */
  const acknowledged = {};
  for (const tab of ["first", "second", "third"]) {
    const page = await context.newPage();
    await page.goto(shop);
    await openGuestSync(page, options(collector, tab, { storage: "local" }));
    for (let at = 0; at < 20; at++) {
      const attributes = { [`k${at}`]: Object.keys(acknowledged).length + at, [`${tab}-${at}`]: at };
      assert.equal(await set(page, attributes), "tab");
      Object.assign(acknowledged, attributes);
    }
    await crash(page);
    await page.close();
  }
  collector.fault = () => undefined;
  const page = await context.newPage();
  await page.goto(shop);
  await openGuestSync(page, options(collector, "last", { storage: "local" }));
  const missing = () => Object.entries(acknowledged).filter(([key, value]) => collector.guest.attributes[key] !== value);
  await until("everything acknowledged", () => missing().length === 0, { within: 15_000 }).catch(() => {});
  assert.deepEqual(missing(), []);
  assert.equal(Object.keys(acknowledged).length, 80);
});

test("the flush lock of a tab that crashed while it sent is another tab's before its lease ends", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  const openTab = async (/** @type {string} */ tab) => {
    const page = await context.newPage();
    await page.goto(shop);
    await openGuestSync(page, options(collector, tab));
    return page;
  };
  const holder = await openTab("holder");
  // It holds the lock for as long as it has no answer.
  let asked = false;
  collector.fault = () => ((asked = true), new Promise(() => {}));
  assert.equal(await set(holder, { held: 1 }), "disk");
  await holder.evaluate(() => void Reflect.get(window, "guest").flush());
  await until("the holder to send", () => asked);
  collector.fault = () => undefined;
  // Not before: it might have been the one that sends.
  const other = await openTab("other");
  assert.equal(await set(other, { other: 2 }), "disk");
  await other.evaluate(() => void Reflect.get(window, "guest").flush());
  const locks = await other.evaluate(async () => (await navigator.locks.query()).held?.length);
  assert.equal(locks, 1, "one tab has it");
  assert.deepEqual(collector.guest.attributes, {}, "nobody sends beside the holder");
  await crash(holder);
  // The lease lasts 15 s; five are what a crash may cost, the rest is for the machine.
  await until("the other tab to deliver what both have set", () => Object.keys(collector.guest.attributes).length === 2, { within: 10_000 });
  assert.deepEqual(collector.guest.attributes, { held: 1, other: 2 });
  assert.deepEqual(collector.requests.filter(({ status, method, tab }) => method === "POST" && status === 200 && tab !== "").map(({ tab }) => tab), ["other"]);
});
