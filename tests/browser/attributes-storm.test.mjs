/**
 * R2 for attributes: tabs that set for several guests while tabs crash, the browser is killed, storage is full, the network goes and the server
 * misbehaves, against a model (I1 to I3, I5). After a kill the clock may be a day off (R12). `GUESTSYNC_UPDATES` says how many updates,
 * `GUESTSYNC_TABS` how many tabs, `GUESTSYNC_SEED` which run, `GUESTSYNC_SEEDS` how many.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Collector } from "../bench/support/collector.mjs";
import { launchWithProfile } from "./support/chromium.mjs";
import { setClock } from "./support/clock.mjs";
import { crash, killBrowser, limitStorage } from "./support/devtools.mjs";
import { temporaryFolder } from "./support/folder.mjs";
import { seeded } from "./support/random.mjs";
import { Register } from "./support/register.mjs";
import { startShop } from "./support/shop.mjs";
import { until } from "./support/wait.mjs";
import { Weather } from "./support/weather.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */
/** @typedef {{ page: import("playwright-core").Page, name: string }} Tab */

const { GUESTSYNC_SEED, GUESTSYNC_SEEDS = "1", GUESTSYNC_TABS = "4", GUESTSYNC_UPDATES = "1000" } = process.env;
const updates = Number(GUESTSYNC_UPDATES);
const tabs = Number(GUESTSYNC_TABS);
const first = Number(GUESTSYNC_SEED ?? Date.now() % 1_000_000);
const guests = 3;

const file = { after };
const shop = await startShop(file);

for (let seed = first; seed < first + Number(GUESTSYNC_SEEDS); seed++)
  test(
    `${updates} updates of ${guests} guests in ${tabs} tabs through crashes, kills, full storage and refusals: none lost, none back (seed ${seed})`,
    { timeout: updates * 40 + 200_000 },
    (context) => run(seed, context),
  );

/** @param {number} seed @param {import("./support/scope.mjs").Scope} scope */
async function run(seed, scope) {
  const random = seeded(seed);
  // Requests come when they come: what they draw must not change the rest.
  const luck = seeded(seed + 1);
  const hits = { crashes: 0, kills: 0, full: 0, cuts: 0, unauthorized: 0, conflicts: 0 };
  const servers = await Promise.all(Array.from({ length: guests }, () => startServer(scope, luck, hits)));
  const profile = await temporaryFolder(scope);

  /** Names of tabs that ended without a word. @type {Set<string>} */
  const crashed = new Set();
  /** Those whose last seconds in localStorage a killed browser may have lost. @type {Set<string>} */
  const killed = new Set();
  let opened = 0;
  const open = async () => {
    const context = await launchWithProfile(scope, profile);
    await context.addInitScript(setClock, 86_400_000 * (random.below(3) - 1));
    return { context, storage: await limitStorage(context, shop) };
  };
  let { context, storage } = await open();
  /** @returns {Promise<Tab>} */
  const openTab = async () => {
    const name = `tab${opened++}`;
    const page = await context.newPage();
    await page.goto(shop);
    await page.evaluate(openGuests, { name, origins: servers.map(({ collector }) => collector.origin) });
    return { page, name };
  };
  const openAll = async () => Promise.all(Array.from({ length: tabs }, openTab));
  let all = await openAll();

  const state = { offline: false, full: false };
  const setOffline = async (/** @type {boolean} */ offline) => {
    hits.cuts += Number(offline);
    state.offline = offline;
    await context.setOffline(offline);
  };
  const setFull = async (/** @type {boolean} */ full, /** @type {Tab} */ { page }) => {
    hits.full += Number(full);
    state.full = full;
    await (full ? storage.full(page) : storage.room());
  };

  let value = 0;
  while (value < updates) {
    const at = random.below(all.length);
    const tab = /** @type {Tab} */ (all[at]);
    const nth = random.below(guests);
    const server = /** @type {Server} */ (servers[nth]);
    if (random.chance(0.3)) server.weather.change();
    if (random.chance(0.1)) await setOffline(!state.offline);
    if (random.chance(state.full ? 0.4 : 0.03)) await setFull(!state.full, tab);
    if (random.chance(0.05)) {
      server.collector.guest.foreign("elsewhere", value);
      hits.conflicts += 1;
    }
    const burst = Array.from({ length: Math.min(updates - value, 1 + random.below(100)) }, () => /** @type {[string, number]} */ ([`key${random.below(20)}`, ++value]));
    const kept = tab.page.evaluate(setAll, { nth, burst });
    const end = random.below(1000);
    if (end >= 30) {
      const told = await kept;
      for (const [index, [key, value]] of burst.entries()) server.register.set(key, value, told[index] === "disk" ? undefined : tab.name);
    } else {
      kept.catch(() => {});
      for (const [key, value] of burst) server.register.set(key, value, tab.name);
      if (end >= 8) {
        await crash(tab.page);
        await tab.page.close();
        crashed.add(tab.name);
        hits.crashes += 1;
        await setOffline(false);
        all[at] = await openTab();
      } else {
        await killBrowser(context);
        for (const { name } of all) crashed.add(name);
        for (let at = 0; at < opened; at++) killed.add(`tab${at}`);
        hits.kills += 1;
        ({ context, storage } = await open());
        Object.assign(state, { offline: false, full: false });
        all = await openAll();
      }
    }
    // Some follow at once; but what two tabs set in one millisecond they set at the same time.
    await new Promise((resolve) => setTimeout(resolve, 2 + random.below(200)));
  }

  for (const { weather } of servers) weather.clear();
  await setOffline(false);
  await storage.room();
  const settled = async () => (await Promise.all(all.map(({ page }) => page.evaluate(pending)))).every((count) => count === 0);
  // A tab that has just failed tries again within a minute.
  await until("the journal to be empty (I5)", settled, { within: 75_000, every: 250 });
  const requests = servers.flatMap(({ collector }) => collector.requests.filter(({ path }) => path.startsWith("/genesys/")));
  console.log(JSON.stringify({ seed, updates, requests: requests.length, ...hits, weather: servers.map(({ weather }) => weather.hits) }));
  const wrong = servers.map(({ collector, register }) => register.wrong(collector.guest.attributes, crashed));
  assert.deepEqual(wrong, servers.map(() => []), "I1, I2: what the server has was set last");
  const back = servers.map(({ collector, register }) => register.back(collector.guest.effects, killed));
  assert.deepEqual(back, servers.map(() => []), "I3: the server went back");
  await context.close();
}

/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */

/** A server of its own for a guest. @param {import("./support/scope.mjs").Scope} scope @param {ReturnType<typeof seeded>} luck @param {{ unauthorized: number }} hits */
async function startServer(scope, luck, hits) {
  const collector = await Collector.start(scope);
  const weather = new Weather(collector, luck);
  const { fault } = collector;
  /** Tabs that were refused the last time. @type {Set<string>} */
  const refused = new Set();
  collector.fault = async (request) => {
    const answer = await fault(request);
    // A second one in a row would block that tab for minutes. What has got no answer, a browser may repeat by itself: the tab does not know.
    if (answer === "lost" || refused.delete(request.tab) || answer || !luck.chance(0.05)) return answer;
    refused.add(request.tab);
    hits.unauthorized += 1;
    return { status: 401, body: { code: "bad.credentials" } };
  };
  return { collector, weather, register: new Register() };
}

/** Opens the SDK for each guest. Runs in the page. @param {{ name: string, origins: string[] }} given */
async function openGuests({ name, origins }) {
  const { createGuestSync } = await import(/** @type {string} */ ("/guestsync/index.js"));
  const guests = origins.map((origin, nth) =>
    createGuestSync({ guest: `guest-${nth}`, endpoint: `${origin}/genesys`, token: `${origin}/token/${name}`, consent: { service: true } }),
  );
  Object.assign(window, { guests });
  await Promise.all(guests.map(({ ready }) => ready));
}

/** Where each is kept once its promise resolves. Runs in the page. @param {{ nth: number, burst: [string, number][] }} given */
async function setAll({ nth, burst }) {
  const guest = /** @type {GuestSync} */ (Reflect.get(window, "guests")[nth]);
  const results = await Promise.all(burst.map(([key, value]) => guest.set({ [key]: value })));
  return results.map(({ stored }) => stored);
}

/** How many keys wait, of all guests. Runs in the page. */
async function pending() {
  const counts = await Promise.all(Reflect.get(window, "guests").map((/** @type {GuestSync} */ guest) => guest.pending()));
  return counts.reduce((sum, count) => sum + count, 0);
}
