/**
 * R2, R10: tabs that set while tabs crash, the network goes and the server misbehaves, against a model. The run prints its seed;
 * `GUESTSYNC_SEED` repeats one, `GUESTSYNC_SEEDS` runs so many, `GUESTSYNC_TABS` and `GUESTSYNC_UPDATES` (a tab's) size it.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Collector } from "../bench/support/collector.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { crash } from "./support/devtools.mjs";
import { seeded } from "./support/random.mjs";
import { openGuestSync } from "./support/session.mjs";
import { startShop } from "./support/shop.mjs";
import { until } from "./support/wait.mjs";
import { Weather } from "./support/weather.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */
/** @typedef {{ page: import("playwright-core").Page, name: string, left: number }} Tab `left`: updates it still has to make */

const { GUESTSYNC_SEED, GUESTSYNC_SEEDS = "1", GUESTSYNC_TABS = "4", GUESTSYNC_UPDATES = "500" } = process.env;
const tabs = Number(GUESTSYNC_TABS);
const updates = Number(GUESTSYNC_UPDATES);
const first = Number(GUESTSYNC_SEED ?? Date.now() % 1_000_000);

const file = { after };
const shop = await startShop(file);
const browser = await launchChromium(file);

for (let seed = first; seed < first + Number(GUESTSYNC_SEEDS); seed++)
  test(`${tabs} tabs × ${updates} updates through crashes, offline spells, 429, 5xx and lost answers lose nothing (seed ${seed})`, () => run(seed));

/** @param {number} seed */
async function run(seed) {
  const random = seeded(seed);
  const collector = await Collector.start(file);
  const weather = new Weather(collector, random);
  const context = await browser.newContext();
  const crashed = new Set();
  let opened = 0;
  const openTab = async (/** @type {number} */ left) => {
    const page = await context.newPage();
    const name = `tab${opened++}`;
    // The scripts come from a site that one may be offline of.
    await context.setOffline(false);
    await page.goto(shop);
    await openGuestSync(page, { guest: "test", endpoint: `${collector.origin}/genesys`, token: `${collector.origin}/token/${name}` });
    return { page, name, left };
  };
  /** @type {Tab[]} */
  const all = [];
  while (all.length < tabs) all.push(await openTab(updates));

  /** Per key the values that may be the last: the last acknowledged one, and later ones of which nobody knows. @type {Map<string, Set<number>>} */
  const model = new Map();
  let value = 0;
  let offline = false;
  /** When the network came or went. @type {number[]} */
  const cuts = [];
  const crashes = { crashes: 0, offline: 0 };
  for (let tab = pick(all, random); tab; tab = pick(all, random)) {
    if (random.chance(0.3)) weather.change();
    if (random.chance(0.15)) {
      offline = !offline;
      crashes.offline += offline ? 1 : 0;
      cuts.push(Date.now());
      await context.setOffline(offline);
    }
    const count = Math.min(tab.left, 1 + random.below(100));
    tab.left -= count;
    const at = all.indexOf(tab);
    const burst = Array.from({ length: count }, () => /** @type {const} */ ([random.chance(0.5) ? `own${at}-${random.below(10)}` : `shared-${random.below(10)}`, ++value]));
    const kept = tab.page.evaluate(async (burst) => {
      const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
      const results = await Promise.all(burst.map(([key, value]) => guest.set({ [key]: value })));
      return results.map(({ stored }) => stored);
    }, burst);
    if (random.chance(0.15)) {
      kept.catch(() => {});
      for (const [key, value] of burst) model.set(key, new Set([...(model.get(key) ?? []), value]));
      await crash(tab.page);
      await tab.page.close();
      crashed.add(tab.name);
      crashes.crashes += 1;
      offline = false;
      all[at] = await openTab(tab.left);
    } else {
      assert.deepEqual(new Set(await kept), new Set(["disk"]));
      for (const [key, value] of burst) model.set(key, new Set([value]));
    }
    // Some follow at once; but what two tabs set in one millisecond they set at the same time.
    await new Promise((resolve) => setTimeout(resolve, 2 + random.below(300)));
  }

  weather.clear();
  await context.setOffline(false);
  const { attributes } = collector.guest;
  const wrong = () => [...model].filter(([key, values]) => !values.has(Number(attributes[key]))).map(([key, values]) => ({ key, held: attributes[key], wanted: [...values] }));
  await until("the journal to be empty", async () => {
    const pending = await Promise.all(all.map(({ page }) => page.evaluate(() => /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window)).guest.pending())));
    return pending.every((count) => count === 0) && wrong().length === 0;
  }, { within: 60_000 }).catch(() => {});
  assert.deepEqual(wrong(), []);

  const sent = collector.requests.filter(({ path }) => path.startsWith("/genesys/"));
  console.log(JSON.stringify({ seed, updates: value, requests: sent.length, ...crashes, ...weather.hits }));
  const together = sent.flatMap((one) => sent.filter((two) => one.tab !== two.tab && !crashed.has(one.tab) && one.at < two.at && two.at < one.until).map((two) => [one, two]));
  assert.deepEqual(together, [], "two tabs sent at once");
  // A tab that crashed, or lost the network, as it was told cannot have passed it on.
  const unheard = (/** @type {number} */ told) =>
    cuts.some((cut) => Math.abs(cut - told) < 100) || sent.some(({ at, status, tab }) => status === 429 && crashed.has(tab) && Math.abs(at - told) < 50);
  assert.deepEqual(weather.early.filter(({ told }) => !unheard(told)), [], "no request inside a Retry-After window");
  assert.ok(sent.length <= value / 20, `${sent.length} requests for ${value} updates`);
  await context.close();
}

/** A tab that has updates to make. @param {Tab[]} all @param {ReturnType<typeof seeded>} random */
function pick(all, random) {
  const able = all.filter(({ left }) => left > 0);
  return able[random.below(able.length)];
}
