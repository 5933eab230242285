/** A withdrawal is the browser's, whoever the guest of a tab is. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Collector } from "../bench/support/collector.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { openGuestSync } from "./support/session.mjs";
import { startShop } from "./support/shop.mjs";

const file = { after };
const shop = await startShop(file);
const browser = await launchChromium(file);

test("a withdrawal waits for a tab of another guest that is about to send, and did not hear of it", async () => {
  const collector = await Collector.start(file);
  const context = await browser.newContext();
  /** @param {string} guest @param {() => void} [before] */
  const openFor = async (guest, before) => {
    const page = await context.newPage();
    if (before) await page.addInitScript(before);
    await page.goto(shop);
    const given = { guest, endpoint: `${collector.origin}/genesys`, token: `${collector.origin}/token/${guest}`, purposes: { ad: "marketing" }, consent: { service: true, marketing: true }, batch: { maxDelayMs: 0 } };
    await openGuestSync(page, given);
    return page;
  };
  const deaf = await openFor("first", () => {
    BroadcastChannel.prototype.postMessage = () => {};
    Object.defineProperty(BroadcastChannel.prototype, "onmessage", { set() {} });
  });
  let resume = () => {};
  const resumed = new Promise((resolve) => (resume = () => resolve(undefined)));
  const asked = new Promise((resolve) => {
    void deaf.route("**/token/first", async (route) => (resolve(undefined), await resumed, route.continue()));
  });
  const other = await openFor("second");
  await deaf.evaluate(() => void Reflect.get(window, "guest").set({ ad: 1 }));
  await asked;
  const withdrawn = other.evaluate(() => Reflect.get(window, "guest").withdraw("marketing").then(() => Date.now()));
  // It would have resolved by then, if it did not wait.
  await Promise.race([withdrawn, new Promise((resolve) => setTimeout(resolve, 1_000))]);
  resume();
  const at = await withdrawn;
  await deaf.evaluate(() => Reflect.get(window, "guest").flush());
  const carried = collector.requests.filter(({ body }) => body.includes("ad"));
  assert.deepEqual(carried.filter((request) => request.at >= at), []);
});
