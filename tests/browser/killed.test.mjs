/** R1: the whole browser is killed while pages set; what was acknowledged as on disk arrives. `GUESTSYNC_KILLS` says how often, `GUESTSYNC_SEED` when. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Collector } from "../bench/support/collector.mjs";
import { launchWithProfile } from "./support/chromium.mjs";
import { killBrowser, limitStorage } from "./support/devtools.mjs";
import { temporaryFolder } from "./support/folder.mjs";
import { seeded } from "./support/random.mjs";
import { openGuestSync } from "./support/session.mjs";
import { startShop } from "./support/shop.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */

const file = { after };
const { GUESTSYNC_KILLS = "3", GUESTSYNC_SEED } = process.env;
const kills = Number(GUESTSYNC_KILLS);
const seed = Number(GUESTSYNC_SEED ?? Date.now() % 1_000_000);

test(`after ${kills} kills of the browser (SIGKILL) nothing that was acknowledged is missing (seed ${seed})`, async () => {
  const random = seeded(seed);
  const shop = await startShop(file);
  const collector = await Collector.start(file);
  const profile = await temporaryFolder(file);
  /** Per key the last value that was acknowledged, by the time the browser was gone. @type {Map<string, number>} */
  const acknowledged = new Map();
  let acks = 0;

  const open = async () => {
    const context = await launchWithProfile(file, profile);
    const page = await context.newPage();
    await page.exposeFunction("acknowledge", (/** @type {string} */ key, /** @type {number} */ value, /** @type {string} */ stored) => {
      assert.equal(stored, "disk");
      acknowledged.set(key, value);
      acks += 1;
    });
    await page.goto(shop);
    await openGuestSync(page, { guest: "test", endpoint: `${collector.origin}/genesys`, token: `${collector.origin}/token/tab` });
    return { context, page };
  };

  for (let kill = 0; kill < kills; kill++) {
    collector.fault = () => (random.chance(0.5) ? { status: 503 } : "lost");
    const { context, page } = await open();
    await page.evaluate((kill) => {
      const { guest, acknowledge } = /** @type {{ guest: GuestSync, acknowledge: Function }} */ (/** @type {unknown} */ (window));
      let value = kill * 1_000_000;
      setInterval(() => {
        const key = `k${value % 20}`;
        const set = value++;
        guest.set({ [key]: set }).then(({ stored }) => acknowledge(key, set, stored));
      }, 10);
    }, kill);
    const before = acks;
    await until("the first acknowledgements", () => acks > before + 5);
    await new Promise((resolve) => setTimeout(resolve, random.below(1500)));
    await killBrowser(context);
  }

  collector.fault = () => undefined;
  await open();
  const { attributes } = collector.guest;
  // A value that was on disk before its acknowledgement came through is a later one.
  const missing = () => [...acknowledged].filter(([key, value]) => !(Number(attributes[key]) >= value));
  await until("everything acknowledged", () => missing().length === 0, { within: 15_000 }).catch(() => {});
  assert.deepEqual(missing(), []);
  console.log(JSON.stringify({ seed, kills, acknowledged: acks, missing: 0 }));
});

test("a value on disk outlives a newer one that a full storage kept in localStorage, which the killed browser had not written", async (scope) => {
  const shop = await startShop(scope);
  const collector = await Collector.start(scope);
  const profile = await temporaryFolder(scope);
  collector.fault = () => ({ status: 503 });
  const open = async () => {
    const context = await launchWithProfile(scope, profile);
    const storage = await limitStorage(context, shop);
    const page = await context.newPage();
    await page.goto(shop);
    await openGuestSync(page, { guest: "test", endpoint: `${collector.origin}/genesys`, token: `${collector.origin}/token/tab` });
    const set = (/** @type {string} */ tier) => page.evaluate(async (tier) => (await Reflect.get(window, "guest").set({ tier })).stored, tier);
    return { context, storage, page, set };
  };
  const { context, storage, page, set } = await open();
  assert.equal(await set("gold"), "disk");
  await storage.full(page);
  assert.equal(await set("silver"), "tab");
  await killBrowser(context);

  collector.fault = () => undefined;
  await open();
  const tier = await until("the attribute", () => collector.guest.attributes.tier);
  assert.match(String(tier), /^(gold|silver)$/);
});
