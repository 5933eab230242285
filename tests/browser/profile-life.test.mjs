/** The life of a worker beside its forms: a new version of it, Background Sync, and pages that ask. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { startBefore } from "./support/before.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { denySync, dispatchSync, stopServiceWorkers } from "./support/devtools.mjs";
import { openFormPage, postByFetch } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSession } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("playwright-core").Page} Page */

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);
const classic = await readFile(new URL("../../dist/npm/guestsync-sw.js", import.meta.url), "utf8");

const down = { rules: [{ calls: ["P1"], effect: { kind: "status", status: 503 } }] };
const calm = { rules: [] };

/** @param {Page} page @param {string} guestId @param {string} email */
const post = async (page, guestId, email) => (await postByFetch(page, "urlencoded", { guestId, email })).status;

/** @param {string} guestId @param {string} email */
const arrived = (guestId, email) => until(`${email} to arrive`, async () => (await sandbox.opened(guestId))["/email"] === email, { within: 30_000, every: 200 });

/** @param {string} guestId */
const attempts = async (guestId) => (await sandbox.requests()).filter(({ method, path }) => method === "PATCH" && path.endsWith(`/${guestId}`)).length;

/**
 * A page of a site before the gateway, whose worker is the site's own.
 * @param {(path: string) => string | null | undefined} own what that site answers itself; `/own.js` is the worker
 */
async function openOwn(own) {
  const origin = await startBefore(file, gateway.origin, own);
  const context = await browser.newContext();
  const { page, guestId } = await startSession(context, origin);
  await page.evaluate(async () => {
    const { registerGuestWorker } = await import(/** @type {string} */ ("/guestsync/index.js"));
    const updates = Object.assign(window, { updates: 0 });
    await registerGuestWorker("/own.js", { onUpdate: () => updates.updates++ });
  });
  return { origin, page, guestId };
}

test("a new version takes over without waiting for pages or for what is on its way, tells them, and sends what the old one left", async () => {
  await sandbox.setFaults(down);
  let version = 1;
  let hangs = false;
  const script = () => `
    addEventListener("fetch", (event) => {
      if (event.request.url.endsWith("/version")) event.respondWith(new Response("${version}"));
    });
    ${classic}\nguestsyncWorker.start();`;
  const { page, guestId } = await openOwn((path) => {
    if (path === "/own.js") return script();
    return hangs && path.startsWith("/genesys/") ? null : undefined;
  });
  const running = () => page.evaluate(async () => (await fetch("/version")).text());
  assert.equal(await running(), "1");
  assert.equal(await post(page, guestId, "old@example.org"), 202);
  // What is sent now has no answer: the old version does not come to rest.
  hangs = true;
  version = 2;
  await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  // The old version is not asked meanwhile: each request would be another event of it.
  const updates = () => page.evaluate(() => Reflect.get(window, "updates"));
  await until("the page to hear of the new version", async () => (await updates()) > 0);
  assert.equal(await running(), "2");
  const registered = () =>
    page.evaluate(async () => {
      const { waiting, active } = await navigator.serviceWorker.ready;
      return { waiting, state: active?.state };
    });
  await until("it to be active", async () => (await registered()).state === "activated");
  assert.equal((await registered()).waiting, null);
  assert.equal(await updates(), 1);
  hangs = false;
  await sandbox.setFaults(calm);
  await arrived(guestId, "old@example.org");
});

/** Notes each registration for Background Sync, and whether one was being handled. */
const noted = `
  let firing = 0;
  const noted = [];
  addEventListener("sync", (event) => {
    firing++;
    const { waitUntil } = ExtendableEvent.prototype;
    event.waitUntil = (promise) => waitUntil.call(event, promise.finally(() => firing--));
  });
  const { register } = SyncManager.prototype;
  SyncManager.prototype.register = function (tag) {
    noted.push({ tag, firing: firing > 0 });
    return register.call(this, tag);
  };
  addEventListener("message", ({ data, ports: [port] }) => data === "noted" && port.postMessage({ noted, firing }));
`;

/** @param {Page} page @returns {Promise<{ noted: { tag: string, firing: boolean }[], firing: number }>} */
const syncs = (page) =>
  page.evaluate(() => {
    const { port1, port2 } = new MessageChannel();
    const heard = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    navigator.serviceWorker.controller?.postMessage("noted", [port2]);
    return heard;
  });

test("what waits is registered for Background Sync, but never while one is handled: it would fire for ever", async () => {
  await sandbox.setFaults(down);
  const script = `${noted}\n${classic}\nguestsyncWorker.start();`;
  const { origin, page, guestId } = await openOwn((path) => (path === "/own.js" ? script : undefined));
  assert.equal(await post(page, guestId, "sync@example.org"), 202);
  const { noted: before } = await until("a registration", async () => {
    const all = await syncs(page);
    return all.noted.length > 0 && all;
  });
  assert.deepEqual(new Set(before.map(({ tag }) => tag)), new Set(["guestsync-forms"]));
  const tried = await attempts(guestId);
  await dispatchSync(page, origin, "guestsync-forms");
  await until("two attempts while it is handled", async () => (await syncs(page)).firing > 0 && (await attempts(guestId)) >= tried + 2, { within: 20_000 });
  const { noted: all } = await syncs(page);
  assert.deepEqual(all.filter(({ firing }) => firing), []);
  await sandbox.setFaults(calm);
  await arrived(guestId, "sync@example.org");
});

test("without Background Sync a page that is open has the worker drained: it asks as long as something waits, and not after that", async () => {
  await sandbox.setFaults(down);
  const { context, page: first, guestId } = await openFormPage(browser, gateway.origin);
  await denySync(first, gateway.origin);
  const page = await context.newPage();
  await page.clock.install();
  await page.addInitScript(() => {
    const nudges = Object.assign(window, { nudges: 0 });
    const { postMessage } = ServiceWorker.prototype;
    ServiceWorker.prototype.postMessage = function (/** @type {any[]} */ ...given) {
      if (given[0].guestsync === "nudge") nudges.nudges++;
      return Reflect.apply(postMessage, this, given);
    };
  });
  await page.goto(`${gateway.origin}/healthz`);
  await page.evaluate(async () => (await import(/** @type {string} */ ("/guestsync/index.js"))).registerGuestWorker("/sw.js"));
  assert.equal(await post(first, guestId, "nudged@example.org"), 202);
  await first.close();
  await stopServiceWorkers(page);
  await sandbox.setFaults(calm);
  const nudges = () => page.evaluate(() => Reflect.get(window, "nudges"));
  const before = await nudges();
  await page.clock.runFor(2_500);
  await until("the page to ask", async () => (await nudges()) > before);
  await arrived(guestId, "nudged@example.org");
  const status = () => page.evaluate(async () => (await import(/** @type {string} */ ("/guestsync/index.js"))).profileStatus());
  await until("nothing to wait", async () => (await status()).length === 0);
  // The next time it asks it hears so, and stops.
  await page.clock.runFor(20_000);
  const last = await nudges();
  await status();
  await page.clock.runFor(120_000);
  assert.equal(await nudges(), last);
});
