/** The end of a visitor's session. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { startGateway } from "./support/gateway.mjs";
import { openGuestPage, withGuest } from "./support/guest-page.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { holdDatabase } from "./support/journal.mjs";
import { openGuestSync } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);

/** A page with the SDK in it. @param {import("playwright-core").BrowserContext} context @param {number} maxDelayMs */
async function openPage(context, maxDelayMs) {
  const page = await context.newPage();
  await page.goto(`${gateway.origin}/healthz`);
  await openGuestSync(page, { batch: { maxDelayMs } });
  return page;
}

test("a logout removes what waits in every tab, voids the session, and the next visitor is another guest", async () => {
  const context = await browser.newContext();
  const open = async () => {
    const page = await openPage(context, 600_000);
    const { guestId } = await withGuest(page, (guest) => guest.ready);
    return { page, guestId };
  };
  const [one, other] = [await open(), await open()];
  assert.equal(one.guestId, other.guestId);
  await withGuest(other.page, (guest) => guest.set({ secret: "of the first visitor" }));
  await withGuest(one.page, (guest) => guest.logout());
  assert.deepEqual(await context.cookies(), []);
  await until("the other tab to forget", () => withGuest(other.page, (guest) => guest.pending() === 0));
  await withGuest(other.page, async (guest) => {
    await guest.set({ tier: "of the second visitor" });
    await guest.flush();
  });
  const guests = (await sandbox.guests()).filter(({ attributes }) => JSON.stringify(attributes).includes("visitor"));
  assert.deepEqual(guests.map(({ id, attributes }) => [id === one.guestId, attributes["tier"], attributes["secret"]]), [
    [false, "of the second visitor", undefined],
  ]);
});

for (const [what, refused] of /** @type {const} */ ([["with no network", undefined], ["while the gateway refuses", 503]])) {
  test(`a logout ${what} ends the session when the gateway is there, and not the one of who came since`, async () => {
    const context = await browser.newContext();
    const open = async () => {
      const page = await openPage(context, 0);
      return { page, guestId: (await withGuest(page, (guest) => guest.ready)).guestId };
    };
    const { page, guestId } = await open();
    let ends = 0;
    const fail = (/** @type {import("playwright-core").Route} */ route) => (ends++, refused ? route.fulfill({ status: refused }) : route.abort("internetdisconnected"));
    await context.route("**/api/session*", fail);
    assert.equal(await withGuest(page, (guest) => guest.logout().catch(({ code }) => code)), "session.unreachable");
    const tries = ends;
    // Without a word of the browser's, it takes up to twenty seconds.
    if (!refused) await page.evaluate(() => dispatchEvent(new Event("online")));
    await until("another try by the page itself", () => ends > tries, { within: 30_000 });
    await page.close();
    // Whoever is next is not kept waiting.
    const next = await open();
    assert.notEqual(next.guestId, guestId);
    assert.equal((await context.cookies()).length, 2);
    await context.unroute("**/api/session*", fail);
    await next.page.evaluate(() => dispatchEvent(new Event("online")));
    await until("the session to end", async () => (await context.cookies()).length === 1);
    assert.equal((await context.cookies())[0]?.name, `guestsync-${next.guestId}`);
    await until("nothing to be left to end", () => next.page.evaluate(() => !Object.keys(localStorage).some((name) => name.includes("/left/"))));
    await withGuest(next.page, async (guest) => {
      await guest.set({ tier: "of the second visitor" });
      await guest.flush();
    });
    assert.deepEqual((await sandbox.guest(next.guestId))?.attributes, { tier: "of the second visitor" });
  });
}

test("a logout while the database hangs ends the session for later pages too", async () => {
  const context = await browser.newContext();
  const open = () => openPage(context, 0);
  const page = await open();
  const { guestId } = await withGuest(page, (guest) => guest.ready);
  await withGuest(page, (guest) => guest.set({ tier: "of the first visitor" }).then(() => guest.flush()));
  const stuck = await open();
  await holdDatabase(stuck);
  await withGuest(page, (guest) => guest.logout());
  await stuck.close();
  await page.close();

  const next = await open();
  assert.notEqual((await withGuest(next, (guest) => guest.ready)).guestId, guestId);
  await withGuest(next, (guest) => guest.set({ tier: "of the second visitor" }).then(() => guest.flush()));
  assert.deepEqual((await sandbox.guest(guestId))?.attributes, { tier: "of the first visitor" });
});

test("a session's end is repeated at an address with a query of its own, and not before the gateway wants to hear of it", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${gateway.origin}/healthz`);
  await openGuestSync(page, { session: "/api/session?site=7" });
  const { guestId } = await withGuest(page, (guest) => guest.ready);
  /** @type {{ at: number, query: string }[]} */
  const ends = [];
  const answers = [{ status: 503 }, { status: 429, headers: { "retry-after": "22" } }, { status: 204 }];
  await context.route("**/api/session*", (route) => {
    ends.push({ at: performance.now(), query: new URL(route.request().url()).search });
    return route.fulfill(answers[ends.length - 1] ?? { status: 204 });
  });
  assert.equal(await withGuest(page, (guest) => guest.logout().catch(({ code }) => code)), "session.unreachable");
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await until("the first repeat", () => ends.length === 2);
  const online = () => page.evaluate(() => dispatchEvent(new Event("online")));
  await until("the second", async () => (await online(), ends.length === 3), { within: 40_000, every: 1_000 });
  const alone = `?site=7&guest=${guestId}`;
  assert.deepEqual(ends.map(({ query }) => query), ["?site=7", alone, alone]);
  const pause = (ends[2]?.at ?? 0) - (ends[1]?.at ?? 0);
  assert.ok(pause >= 22_000, `${pause} ms`);
});

test("a guest whom the site names again is not logged out by what an earlier logout has left", async () => {
  const { context, page, guestId } = await openGuestPage(browser, gateway.origin, {});
  /** @type {string[]} */
  const ends = [];
  await context.route("**/api/session*", (route) => (ends.push(route.request().url()), route.abort()));
  assert.equal(await withGuest(page, (guest) => guest.logout().catch(({ code }) => code)), "session.unreachable");
  const tries = ends.length;
  await page.reload();
  await openGuestSync(page, { guest: guestId });
  await withGuest(page, async (guest) => {
    await guest.set({ tier: 1 });
    await guest.flush();
  });
  assert.deepEqual((await sandbox.guest(guestId))?.attributes, { tier: 1 });
  assert.ok(ends.length <= tries + 1, ends.join());
  assert.equal(await page.evaluate(() => Object.keys(localStorage).some((name) => name.includes("/left/"))), false);
});

test("a logout in the task that names the guest is left for later pages too", async () => {
  const { context, page, guestId } = await openGuestPage(browser, gateway.origin, {});
  await context.route("**/api/session*", (route) => route.abort());
  const code = await page.evaluate(async (guest) => {
    const { createGuestSync } = await import(/** @type {string} */ ("/guestsync/index.js"));
    return createGuestSync({ consent: { service: true }, guest }).logout().catch((/** @type {{ code: string }} */ { code }) => code);
  }, guestId);
  assert.equal(code, "session.unreachable");
  assert.ok(await page.evaluate((name) => name in localStorage, `guestsync/left/${guestId}`));
});
