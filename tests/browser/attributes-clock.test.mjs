/** R12: what a page sets is newer than what the one before it has set, also where the clock was set back in between. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Collector } from "../bench/support/collector.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { setClock } from "./support/clock.mjs";
import { openGuestSync } from "./support/session.mjs";
import { startShop } from "./support/shop.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */

const file = { after };
const shop = await startShop(file);
const browser = await launchChromium(file);

for (const [what, status] of /** @type {const} */ ([["has delivered", 200], ["has left behind", 503]])) {
  test(`what a page sets at once counts after what one of tomorrow ${what}`, async () => {
    const collector = await Collector.start(file);
    const context = await browser.newContext();
    const options = { guest: "test", endpoint: `${collector.origin}/genesys`, token: `${collector.origin}/token/tab`, consent: { service: true } };
    const tomorrow = await context.newPage();
    await tomorrow.addInitScript(setClock, 86_400_000);
    await tomorrow.goto(shop);
    if (status === 503) collector.fault = () => ({ status });
    await openGuestSync(tomorrow, options);
    const before = await tomorrow.evaluate(async () => {
      const guest = /** @type {GuestSync} */ (Reflect.get(window, "guest"));
      const { stored } = await guest.set({ tier: "silver" });
      return { stored, pending: (await guest.flush({ timeoutMs: 1000 })).pending };
    });
    assert.deepEqual(before, { stored: "disk", pending: status === 503 ? 1 : 0 });
    await tomorrow.close();
    collector.fault = () => undefined;

    const today = await context.newPage();
    await today.goto(shop);
    const stored = await today.evaluate(async (options) => {
      const { createGuestSync } = await import(/** @type {string} */ ("/guestsync/index.js"));
      const guest = createGuestSync(options);
      Object.assign(window, { guest });
      return (await guest.set({ tier: "gold" })).stored;
    }, options);
    assert.equal(stored, "disk");
    await until("it to arrive", async () => collector.guest.attributes.tier === "gold");
    assert.equal(await today.evaluate(async () => (await Reflect.get(window, "guest").flush()).pending), 0);
    assert.equal(collector.guest.effects.at(-1), "tier=gold");
  });
}

test("a pause of tomorrow's is waited for once, also where a killed browser left another beside it", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  const options = { guest: "test", endpoint: `${collector.origin}/genesys`, token: `${collector.origin}/token/tab` };
  const tomorrow = await context.newPage();
  await tomorrow.addInitScript(setClock, 86_400_000);
  await tomorrow.goto(shop);
  collector.fault = () => ({ status: 429, headers: { "retry-after": "1" } });
  await openGuestSync(tomorrow, options);
  await tomorrow.evaluate(async () => {
    const guest = /** @type {GuestSync} */ (Reflect.get(window, "guest"));
    await guest.set({ tier: "silver" });
    await guest.flush({ timeoutMs: 500 });
  });
  const row = "guestsync/s/test/pause";
  await until("the pause to be known", () => tomorrow.evaluate((row) => localStorage.getItem(row), row));
  await tomorrow.goto(`${shop}/elsewhere`);
  await tomorrow.evaluate((row) => localStorage.setItem(row, String(localStorage.getItem(row)).replace(/\d\d\d\b/g, "000")), row);
  collector.fault = () => undefined;

  const today = await context.newPage();
  await today.goto(shop);
  await openGuestSync(today, options);
  await until("what waits to arrive", async () => collector.guest.attributes.tier === "silver");
});
