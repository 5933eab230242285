/** Guest attributes, from a page's `set` to the sandbox. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { beginGuestSync, openGuestSync, startSession } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);

/** A session in a browser context of its own. */
async function session() {
  const context = await browser.newContext();
  return { context, ...(await startSession(context, gateway.origin)) };
}

/** @param {string} guestId */
const attributesOf = async (guestId) => (await sandbox.guest(guestId))?.attributes ?? {};

/** Where each journal keeps what it acknowledges. */
const journals = /** @type {const} */ ([["auto", "disk"], ["local", "tab"], ["memory", "memory"]]);

for (const [storage, stored] of journals) test(`what a page sets arrives with its types (${storage})`, async () => {
  const { page, guestId } = await session();
  await openGuestSync(page, { guest: guestId, storage });
  const results = await page.evaluate(async () => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    const set = await guest.set({ preferredLanguage: "en-US", tier: 3, ratio: -1.5e-7, vip: true, "ti\"er": "Zoë \u{1f600}" });
    return { set, flush: await guest.flush() };
  });
  assert.deepEqual(results.set, { stored, masked: [], held: [] });
  assert.deepEqual(results.flush, { delivered: 5, pending: 0, held: 0 });
  assert.deepEqual(await attributesOf(guestId), { preferredLanguage: "en-US", tier: 3, ratio: -1.5e-7, vip: true, "ti\"er": "Zoë \u{1f600}" });
});

test("what is set before the wasm has loaded waits, and is stored once the core is there", async () => {
  const { page, guestId } = await session();
  /** @type {() => void} */
  let letGo = () => {};
  const held = new Promise((resolve) => (letGo = () => resolve(undefined)));
  await page.route(/page\.[0-9a-f]+\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await beginGuestSync(page, { guest: guestId });
  await page.evaluate(() => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    const early = guest.set({ early: true });
    Object.assign(window, { early, settled: false });
    early.then(() => Object.assign(window, { settled: true }));
  });
  assert.equal(await page.evaluate(() => Reflect.get(window, "settled")), false);
  letGo();
  assert.equal((await page.evaluate(() => /** @type {Promise<{stored: string}>} */ (Reflect.get(window, "early")))).stored, "disk");
  await until("the attribute to arrive", async () => (await attributesOf(guestId)).early === true);
});

test("a page that is opened just as the network goes keeps its calls, and delivers when the network is back", async () => {
  const { context, page, guestId } = await session();
  // The script is there, its wasm is not.
  await page.evaluate(() => import(String("/guestsync/index.js")));
  await context.setOffline(true);
  await beginGuestSync(page, { guest: guestId });
  const flushed = await page.evaluate(async () => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    const retried = new Promise((resolve) => guest.on("retrying", resolve));
    Object.assign(window, { early: guest.set({ early: true }) });
    await retried;
    return guest.flush({ timeoutMs: 600_000 });
  });
  assert.deepEqual(flushed, { delivered: 0, pending: 1, held: 0 });
  await context.setOffline(false);
  assert.equal((await page.evaluate(() => /** @type {Promise<{stored: string}>} */ (Reflect.get(window, "early")))).stored, "disk");
  await until("the attribute to arrive", async () => (await attributesOf(guestId)).early === true);
});

test("a wasm of which one byte is another is refused by the browser, and every call says so", async () => {
  const { page, guestId } = await startSession(await browser.newContext(), gateway.origin);
  await page.route("**/page.*.wasm", async (route) => {
    const response = await route.fetch();
    const body = Buffer.from(await response.body());
    body[body.length - 1] = (body[body.length - 1] ?? 0) ^ 1;
    await route.fulfill({ response, body });
  });
  await beginGuestSync(page, { guest: guestId });
  const code = await page.evaluate(() => Reflect.get(window, "guest").set({ tier: 1 }).then(() => "kept", (/** @type {{ code: string }} */ { code }) => code));
  assert.equal(code, "wasm.unavailable");
});

test("where the page's policy forbids to fetch the wasm, or to compile it, every call says that it cannot be had", async () => {
  for (const policy of ["connect-src 'none'", "script-src 'self'"]) {
    const { page, guestId } = await startSession(await browser.newContext(), gateway.origin);
    await page.route("**/policy", (route) => route.fulfill({ headers: { "content-type": "text/html", "content-security-policy": policy }, body: "<!doctype html>" }));
    await page.goto(`${gateway.origin}/policy`);
    await beginGuestSync(page, { guest: guestId });
    const code = await page.evaluate(() => Reflect.get(window, "guest").set({ tier: 1 }).then(() => "kept", (/** @type {{ code: string }} */ { code }) => code));
    assert.equal(code, "wasm.unavailable", policy);
  }
});

for (const [storage, kept] of journals.slice(0, 2)) test(`a tab that is closed between set and delivery loses nothing: the attribute arrives when the site is opened again (${storage})`, async () => {
  const { context, page, guestId } = await session();
  await openGuestSync(page, { guest: guestId, storage, batch: { maxDelayMs: 600_000 } });
  const stored = await page.evaluate(() => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    return guest.set({ orderNumber: "TCK-99281" });
  });
  assert.equal(stored.stored, kept);
  assert.deepEqual(await attributesOf(guestId), {});
  await page.close();

  const again = await context.newPage();
  await again.goto(`${gateway.origin}/healthz`);
  await openGuestSync(again, { guest: guestId, storage });
  await until("the attribute to arrive", async () => (await attributesOf(guestId)).orderNumber === "TCK-99281");
  const left = () => again.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("guestsync/r/")));
  await until("its record to be removed", async () => (await left()).length === 0);
});

test("what is wrong with an update is told all at once and without its values", async () => {
  const { page, guestId } = await session();
  await openGuestSync(page, { guest: guestId });
  const error = await page.evaluate(async () => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    const wrong = /** @type {never} */ ({ long: "canary".repeat(50), list: ["canary"], nan: NaN, "": "canary" });
    return guest.set(wrong).then(
      () => undefined,
      (reason) => ({ name: reason.name, code: reason.code, message: reason.message, issues: reason.issues }),
    );
  });
  assert.equal(error?.name, "ValidationError");
  assert.equal(error?.code, "attributes.invalid");
  assert.deepEqual(
    error?.issues.map((/** @type {{ key: string, code: string }} */ { key, code }) => [key, code]),
    [["long", "value.too_long"], ["list", "value.type"], ["nan", "value.not_finite"], ["", "key.empty"]],
  );
  assert.ok(!JSON.stringify(error).includes("canary"));
});

test("nothing leaves for a purpose that is not granted; a grant releases it, a withdrawal removes what waits", async () => {
  const { page, guestId } = await session();
  await openGuestSync(page, { guest: guestId, purposes: { email: "marketing", news: "marketing" } });
  const set = await page.evaluate(async () => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    const held = await guest.set({ email: "held" });
    await guest.set({ language: "de" });
    await guest.flush();
    return held;
  });
  assert.deepEqual(set, { stored: "held", masked: [], held: ["email"] });
  assert.deepEqual(await attributesOf(guestId), { language: "de" });

  await page.evaluate(async () => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    await guest.grant("marketing");
    await guest.flush();
  });
  assert.deepEqual(await attributesOf(guestId), { language: "de", email: "held" });

  const pending = await page.evaluate(async () => {
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    await guest.set({ news: true });
    await guest.withdraw("marketing");
    await guest.flush();
    return guest.pending();
  });
  assert.equal(pending, 0);
  assert.deepEqual(await attributesOf(guestId), { language: "de", email: "held" });
});

test("in a frame without an address of its own, paths are those of the page around it", async () => {
  const { page, guestId } = await session();
  await page.goto(`${gateway.origin}/healthz`);
  /** @type {(string | undefined)[]} */
  const received = [];
  await page.route("**/hook", (route) => (received.push(route.request().headers()["authorization"]), route.fulfill({ status: 204 })));
  await page.setContent(`<iframe srcdoc="<!doctype html><title>Frame</title>"></iframe>`);
  const frame = await until("the frame", async () => page.frames()[1]);
  assert.equal(await frame.evaluate(() => location.href), "about:srcdoc");
  const flushed = await frame.evaluate(async (guest) => {
    const { createGuestSync } = await import(/** @type {string} */ ("/guestsync/index.js"));
    const sync = createGuestSync({ guest, consent: { service: true }, webhook: "/hook" });
    await sync.set({ tier: "gold" });
    return sync.flush();
  }, guestId);
  assert.deepEqual(flushed, { delivered: 1, pending: 0, held: 0 });
  // The receiver is on the gateway's origin, and is told who asks.
  assert.match(String(await until("the event", () => received[0])), /^Bearer /);
});
