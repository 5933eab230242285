/**
 * N1: once `withdraw` has resolved in one tab, no tab starts a request that carries an attribute of that purpose.
 * `GUESTSYNC_TRIES` makes more or fewer of them.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Collector } from "../bench/support/collector.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { openGuestSync } from "./support/session.mjs";
import { startShop } from "./support/shop.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */
/** @typedef {{ at: number, values: number[], keys: string[] }} Started */

const file = { after };
const tries = Number(process.env.GUESTSYNC_TRIES ?? 1000);
const tabs = 3;
/** Visitors side by side: most of a try is waiting. */
const visitors = 4;

test(`after withdraw has resolved in one of ${tabs} tabs, none starts a request with that purpose, in ${tries} tries`, async () => {
  const shop = await startShop(file);
  const browser = await launchChromium(file);
  const runs = await Promise.all(Array.from({ length: visitors }, () => visit(browser, shop, Math.ceil(tries / visitors))));
  assert.deepEqual(runs.flatMap(({ late }) => late), []);
  // Without requests that carry the purpose at all, the above shows nothing.
  const carried = runs.reduce((sum, run) => sum + run.carried, 0);
  assert.ok(carried >= tries / 4, `${carried} attributes of the purpose were sent in ${tries} tries`);
});

/** @param {import("playwright-core").Browser} browser @param {string} shop @param {number} tries */
async function visit(browser, shop, tries) {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  // Each request is noted where it starts, by the clock that all tabs share.
  await context.addInitScript(() => {
    const { fetch } = window;
    Object.assign(window, { started: [], guest: undefined });
    window.fetch = (url, init) => {
      if (init?.method === "POST" && String(url).includes("/attributes")) {
        const { attributes } = JSON.parse(String(init.body));
        Reflect.get(window, "started").push({ at: Date.now(), keys: Object.keys(attributes), values: Object.values(attributes) });
      }
      return fetch(url, init);
    };
  });
  const pages = await Promise.all(
    Array.from({ length: tabs }, async (_, at) => {
      const page = await context.newPage();
      await page.goto(shop);
      const purposes = { ad0: "marketing", ad1: "marketing", ad2: "marketing" };
      await openGuestSync(page, {
        guest: "test",
        endpoint: `${collector.origin}/genesys`,
        token: `${collector.origin}/token/${at}`,
        consent: { service: true, marketing: true },
        purposes,
        batch: { maxItems: 2, maxDelayMs: 20 },
      });
      // A call made before the wasm is there is made when it is: here, all calls are made before the withdrawal.
      await page.evaluate(() => /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window)).guest.set({ there: true }));
      return page;
    }),
  );

  /** @type {number[]} when the withdrawal of each try had resolved */
  const withdrawn = [];
  for (let number = 0; number < tries; number++) {
    const [actor] = pages.splice(number % tabs, 1);
    if (!actor) throw new Error("no tab");
    pages.push(actor);
    const set = (/** @type {import("playwright-core").Page} */ page, /** @type {number} */ tab) =>
      page.evaluate(([number, tab]) => {
        const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
        guest.set({ [`ad${tab}`]: number, [`own${tab}`]: number });
      }, /** @type {const} */ ([number, tab]));
    await Promise.all(pages.map(set));
    // Some are withdrawn while they wait, some in flight, some after.
    const after = await actor.evaluate(async (delay) => {
      const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
      await new Promise((resolve) => setTimeout(resolve, delay));
      await guest.withdraw("marketing");
      return Date.now();
    }, (number * 7) % 60);
    withdrawn.push(after);
    await pages[0]?.evaluate(() => /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window)).guest.grant("marketing"));
  }

  const started = /** @type {Started[]} */ ((await Promise.all(pages.map((page) => page.evaluate(() => Reflect.get(window, "started"))))).flat());
  const carried = started.flatMap(({ at, keys, values }) => keys.flatMap((key, index) => (key.startsWith("ad") ? [{ at, key, number: values[index] ?? 0 }] : [])));
  await context.close();
  return { carried: carried.length, late: carried.filter(({ at, number }) => at > (withdrawn[number] ?? 0)) };
}
