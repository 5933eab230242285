/** Attributes that a page has set and was closed before it could send them: the worker sends them, once, by the pages' own rules. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { denySync, dispatchSync, stopServiceWorkers } from "./support/devtools.mjs";
import { openFormPage } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { openGuestSync } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);

/**
 * A browser without Background Sync of its own accord, in which a page has set attributes without a network and is gone.
 * @param {Record<string, unknown>} attributes
 */
async function leave(attributes) {
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  await denySync(page, gateway.origin);
  await openGuestSync(page, { guest: guestId });
  await context.setOffline(true);
  const { stored } = await page.evaluate((given) => Reflect.get(window, "guest").set(given), attributes);
  assert.equal(stored, "disk");
  await page.goto("about:blank");
  await context.setOffline(false);
  // Before it takes over: pages come first.
  await stopServiceWorkers(page);
  return { context, page, guestId };
}

/** @param {string} guestId */
const writes = async (guestId) => (await sandbox.effects(guestId)).filter(({ call }) => call === "A1").length;

test("they leave by Background Sync when no page is there", async () => {
  const { page, guestId } = await leave({ tier: 3, vip: true });
  await dispatchSync(page, gateway.origin, "guestsync-attributes");
  await until("the attributes to arrive", async () => (await sandbox.guest(guestId))?.attributes["tier"] === 3);
  assert.deepEqual((await sandbox.guest(guestId))?.attributes, { tier: 3, vip: true });
  assert.equal(await writes(guestId), 1);
});

test("they leave when the worker starts for a page without our script", async () => {
  const { page, guestId } = await leave({ tier: 4 });
  await page.goto(`${gateway.origin}/healthz`);
  await until("the attributes to arrive", async () => (await sandbox.guest(guestId))?.attributes["tier"] === 4);
  assert.equal(await writes(guestId), 1);
});
