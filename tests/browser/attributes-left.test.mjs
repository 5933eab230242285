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

/** @typedef {import("playwright-core").Page} Page */

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);

/** A browser without Background Sync of its own accord, on a page with the worker in control. */
async function openPage() {
  const opened = await openFormPage(browser, gateway.origin);
  await denySync(opened.page, gateway.origin);
  return opened;
}

/**
 * Sets attributes without a network, and is gone.
 * @param {Awaited<ReturnType<typeof openPage>>} opened @param {Record<string, unknown>} attributes
 */
async function setAndLeave({ context, page }, attributes) {
  await context.setOffline(true);
  await page.evaluate((given) => void Reflect.get(window, "guest").set(given).then((/** @type {object} */ set) => Object.assign(window, { set })), attributes);
  await until("them to be stored", () => page.evaluate(() => Reflect.get(window, "set")?.stored === "disk"));
  await page.goto("about:blank");
  await context.setOffline(false);
  // Before it takes over: pages come first.
  await stopServiceWorkers(page);
}

/** @param {Record<string, unknown>} attributes */
async function leave(attributes) {
  const opened = await openPage();
  await openGuestSync(opened.page, { guest: opened.guestId });
  await setAndLeave(opened, attributes);
  return opened;
}

/** From now on, what a page writes only after a look at what is there does not come to its end, and is undone when the page is left. @param {Page} page */
const neverEndReads = (page) =>
  page.evaluate(() => {
    const { get } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.get = function (...given) {
      const store = this;
      const goOn = () => void (store.count().onsuccess = goOn);
      goOn();
      addEventListener("pagehide", () => store.transaction.abort());
      return get.apply(store, given);
    };
  });

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

test("they leave though their page was gone as soon as they were stored: what it stated of consent is stored before them", async () => {
  const opened = await openPage();
  await neverEndReads(opened.page);
  await openGuestSync(opened.page, { guest: opened.guestId });
  await setAndLeave(opened, { tier: 5 });
  await dispatchSync(opened.page, gateway.origin, "guestsync-attributes");
  await until("the attributes to arrive", async () => (await sandbox.guest(opened.guestId))?.attributes["tier"] === 5);
});

test("a grant that the database has not taken before its page was left is brought home by the next page", async () => {
  const opened = await openPage();
  const { page, guestId } = opened;
  await openGuestSync(page, { guest: guestId, consent: {} });
  await neverEndReads(page);
  await page.evaluate(() => void Reflect.get(window, "guest").grant("service"));
  await page.goto(`${gateway.origin}/healthz`);
  await openGuestSync(page, { guest: guestId, consent: {} });
  await setAndLeave(opened, { tier: 6 });
  await dispatchSync(page, gateway.origin, "guestsync-attributes");
  await until("the attributes to arrive", async () => (await sandbox.guest(guestId))?.attributes["tier"] === 6);
});

test("a signal of Global Privacy Control that only pages see is not taken for gone by the worker: a later grant stays", async () => {
  const opened = await openPage();
  const { page, guestId } = opened;
  await page.addInitScript(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
  const options = { guest: guestId, purposes: { news: "marketing" }, gpc: ["marketing"] };
  await page.goto(`${gateway.origin}/healthz`);
  await openGuestSync(page, options);
  const noted = () => page.evaluate(() => Object.keys(localStorage).some((key) => key.endsWith("p/marketing")));
  await until("the signal to be noted", noted);
  await page.evaluate(() => Reflect.get(window, "guest").grant("marketing"));
  await setAndLeave(opened, { tier: 7 });
  await dispatchSync(page, gateway.origin, "guestsync-attributes");
  await until("the attributes to arrive", async () => (await sandbox.guest(guestId))?.attributes["tier"] === 7);
  await page.goto(`${gateway.origin}/healthz`);
  // As after a killed browser: what is known is what the database holds.
  await page.evaluate(() => localStorage.clear());
  await openGuestSync(page, options);
  await page.evaluate(() => void Reflect.get(window, "guest").set({ news: 1 }));
  const arrived = async () => (await sandbox.guest(guestId))?.attributes["news"] === 1;
  await until("what it grants to arrive", arrived);
});
