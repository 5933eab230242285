/** A page withdraws a purpose while the worker holds forms with fields of it: once `withdraw` has resolved, none of them leaves. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { openFormPage, postByFetch, startGatewayWith } from "./support/forms.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { openGuestSync } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */
/** @typedef {{ name: string, email: string }} Fields */
/** @typedef {{ guest: GuestSync }} WithGuest */

const file = { after };
const fields = '[worker.fields]\nname = "/name"\nemail = { pointer = "/email", purpose = "marketing" }';
const gateway = await startGatewayWith(file, fields);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);
const tries = Number(process.env.GUESTSYNC_TRIES ?? 60);

/** A page that has granted the purpose, and the worker, whose requests are noted where they start. @param {string} [origin] @param {boolean} [deaf] pages and worker do not hear each other */
async function open(origin = gateway.origin, deaf = false) {
  const { context, page, guestId } = await openFormPage(browser, origin);
  const [worker] = context.serviceWorkers();
  if (!worker) throw new Error("no worker");
  await worker.evaluate(() => {
    const { fetch } = self;
    /** @type {{ at: number, body: string }[]} */
    const sent = [];
    let release = () => {};
    const hold = () => void (net.held = new Promise((resolve) => (release = resolve)));
    const net = { sent, asked: false, held: Promise.resolve(), hold, release: () => release() };
    Object.assign(self, { net });
    self.fetch = async (url, init) => {
      if (String(url).includes("/api/token")) {
        net.asked = true;
        await net.held;
      }
      if (init?.method === "PATCH") sent.push({ at: Date.now(), body: String(init.body) });
      return fetch(url, init);
    };
  });
  // As in a browser without BroadcastChannel.
  if (deaf) await page.evaluate(() => Reflect.deleteProperty(window, "BroadcastChannel"));
  const options = { guest: guestId, endpoint: "/genesys", token: "/api/token", purposes: { mail: "marketing", "*": "service" } };
  await openGuestSync(page, options);
  await page.evaluate(() => /** @type {WithGuest} */ (/** @type {unknown} */ (window)).guest.grant("marketing"));
  return { context, page, guestId, worker };
}

/** Withdraws; gives when that had resolved. @param {import("playwright-core").Page} page */
const withdraw = (page) =>
  page.evaluate(async () => {
    await /** @type {WithGuest} */ (/** @type {unknown} */ (window)).guest.withdraw("marketing");
    return Date.now();
  });

/** The requests with the field of the purpose, in the order of their starts. @param {import("playwright-core").Worker} worker @returns {Promise<{ at: number, body: string }[]>} */
const carried = async (worker) =>
  (await worker.evaluate(() => Reflect.get(self, "net").sent)).filter((/** @type {{ body: string }} */ { body }) => body.includes('"/email"'));

/** Whether a worker holds the lock of the forms. @param {import("playwright-core").Page} page */
const isLocked = (page) => page.evaluate(async () => Boolean((await navigator.locks.query()).held?.some(({ name }) => name === "guestsync/forms")));

/** Has a page note when it looks for that lock, as `withdraw` does last. @param {import("playwright-core").Page} page */
const noteLooks = (page) =>
  page.evaluate(() => {
    for (const name of /** @type {const} */ (["query", "request"])) {
      const act = navigator.locks[name];
      Reflect.set(navigator.locks, name, (/** @type {unknown[]} */ ...given) => {
        if (name === "query" || given[0] === "guestsync/forms") Object.assign(window, { looks: true });
        return Reflect.apply(act, navigator.locks, given);
      });
    }
  });

/** @param {import("playwright-core").Page} page */
const looked = (page) => page.evaluate(() => "looks" in window);

/** @param {import("playwright-core").Page} page @returns {Promise<any[]>} */
const status = (page) => page.evaluate(async () => (await import(/** @type {string} */ ("/guestsync/index.js"))).profileStatus());

test("of what waits because it was refused, only the other fields leave", async () => {
  const { page, guestId, worker } = await open();
  await sandbox.setFaults({ rules: [{ calls: ["P1"], effect: { kind: "status", status: 503 } }] });
  for (const nth of [1, 2, 3]) {
    const answer = await postByFetch(page, "urlencoded", { guestId, name: `Ada ${nth}`, email: `ada-${nth}@example.org` });
    assert.equal(answer.status, 202);
  }
  const withdrawn = await withdraw(page);
  await sandbox.setFaults({ rules: [] });
  await until("the rest to arrive", async () => (await sandbox.opened(guestId))["/name"] === "Ada 3", { within: 20_000 });
  await until("nothing to wait", async () => (await status(page)).length === 0);
  const requests = await carried(worker);
  assert.ok(requests.length > 0, "before, the field was on its way");
  assert.deepEqual(requests.filter(({ at }) => at > withdrawn), []);
  assert.equal((await sandbox.opened(guestId))["/email"], undefined);
});

test(`withdrawn while forms are on their way: no request with the field starts after that, in ${tries} tries`, async () => {
  const { page, guestId, worker } = await open();
  /** @type {[from: number, to: number][]} */
  const forbidden = [];
  for (let nth = 0; nth < tries; nth++) {
    const span = await page.evaluate(
      async ({ guestId, nth }) => {
        const { guest } = /** @type {WithGuest} */ (/** @type {unknown} */ (window));
        const post = (/** @type {number} */ at) =>
          fetch("/api/profile-sync", { method: "POST", body: new URLSearchParams({ guestId, name: `Ada ${nth}`, email: `ada-${nth}-${at}@example.org` }) });
        const posts = [post(1), post(2)];
        await new Promise((resolve) => setTimeout(resolve, (nth * 7) % 12));
        await guest.withdraw("marketing");
        const from = Date.now();
        for (const { status } of await Promise.all(posts)) if (status >= 400) throw new Error(`answered with ${status}`);
        const to = Date.now();
        await guest.grant("marketing");
        return /** @type {[number, number]} */ ([from, to]);
      },
      { guestId, nth },
    );
    forbidden.push(span);
  }
  const requests = await carried(worker);
  assert.ok(requests.length > tries / 10, `${requests.length} requests with the field`);
  assert.deepEqual(requests.filter(({ at }) => forbidden.some(([from, to]) => at > from && at < to)), []);
});

test("a worker that has decided to send and does not hear of the withdrawal is waited for", async () => {
  // The tries have used up what of the sandbox's limit is for new sessions.
  const { origin } = await startGatewayWith(file, fields);
  const { page, guestId, worker } = await open(origin, true);
  await worker.evaluate(() => Reflect.get(self, "net").hold());
  const posted = postByFetch(page, "urlencoded", { guestId, name: "Ada", email: "ada@example.org" });
  await until("the worker to ask for a capability", () => worker.evaluate(() => Reflect.get(self, "net").asked));
  await until("the worker to have the lock", () => isLocked(page));
  // It has looked at the journal before this is answered.
  await until("the form to be kept", async () => (await status(page)).length === 1);
  await noteLooks(page);
  const withdrawn = withdraw(page);
  await until("the page to wait for the worker", () => looked(page));
  await worker.evaluate(() => Reflect.get(self, "net").release());
  const at = await withdrawn;
  await posted;
  await until("nothing to wait", async () => (await status(page)).length === 0);
  const requests = await carried(worker);
  assert.equal(requests.length, 1, "it had decided to send");
  assert.deepEqual(requests.filter((request) => request.at > at), []);
});

test("a page that hangs while it waits for the worker keeps nothing from it", async () => {
  const { origin } = await startGatewayWith(file, fields);
  const { context, page, guestId, worker } = await open(origin, true);
  const other = await context.newPage();
  await other.goto(`${origin}/healthz`);
  await worker.evaluate(() => Reflect.get(self, "net").hold());
  const posted = postByFetch(other, "urlencoded", { guestId, name: "Ada", email: "ada@example.org" });
  await until("the worker to have the lock", () => isLocked(other));
  await noteLooks(page);
  const withdrawn = withdraw(page);
  withdrawn.catch(() => {});
  await until("the page to wait for the worker", () => looked(page));
  const asked = page.waitForEvent("dialog");
  const hung = page.evaluate(() => alert("Saved."));
  const dialog = await asked;
  await worker.evaluate(() => Reflect.get(self, "net").release());
  assert.equal((await posted).status, 200);
  await until("the lock to be given back", async () => !(await isLocked(other)));
  assert.equal((await postByFetch(other, "urlencoded", { guestId, name: "Grace" })).status, 200);
  await dialog.accept();
  await hung;
  await withdrawn;
});

test("a worker that keeps the lock is not waited for without end: the withdrawal says so", async () => {
  const { page, worker } = await open((await startGatewayWith(file, fields)).origin);
  await worker.evaluate(() => void navigator.locks.request("guestsync/forms", () => new Promise(() => {})));
  await until("the worker to have the lock", () => isLocked(page));
  await noteLooks(page);
  const withdrawn = page.evaluate(() => {
    const { guest } = /** @type {WithGuest} */ (/** @type {unknown} */ (window));
    return guest.withdraw("marketing").then(() => "withdrawn", ({ code }) => code);
  });
  await until("the page to wait for the worker", () => looked(page));
  // Half a minute later.
  await page.evaluate(() => {
    const now = performance.now.bind(performance);
    performance.now = () => now() + 31_000;
  });
  assert.equal(await withdrawn, "worker.unavailable");
  const held = await page.evaluate(() => /** @type {WithGuest} */ (/** @type {unknown} */ (window)).guest.set({ mail: "ada@example.org" }));
  assert.equal(held.stored, "held", "it holds in the page");
});
