/**
 * R2, R4 for forms: posts through stopped workers, crashed pages, full storage, a network that is cut, 429, 5xx, lost answers and capabilities
 * that are refused mid-way, against what the server ends with (I1 to I5). `GUESTSYNC_STORM` says how many forms, `GUESTSYNC_SEED` which,
 * `GUESTSYNC_SEEDS` runs so many.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startBefore } from "./support/before.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { crash, limitStorage, stopServiceWorkers } from "./support/devtools.mjs";
import { registerWorker } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Ledger } from "./support/ledger.mjs";
import { seeded } from "./support/random.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSession } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { GUESTSYNC_STORM = "50", GUESTSYNC_SEED, GUESTSYNC_SEEDS = "1" } = process.env;
const count = Number(GUESTSYNC_STORM);
const first = Number(GUESTSYNC_SEED ?? Date.now() % 1_000_000);

const file = { after };
const browser = await launchChromium(file);

const status = (/** @type {number} */ code, /** @type {object} */ more = {}) => ({ kind: "status", status: code, ...more });
const faults = (/** @type {number} */ seed) => ({
  seed,
  rules: [
    { calls: ["P1"], probability: 0.12, effect: status(429, { retryAfter: 1 }) },
    { calls: ["P1"], probability: 0.1, effect: status(503) },
    { calls: ["P1"], probability: 0.1, effect: status(500) },
    { calls: ["P1"], probability: 0.1, effect: { kind: "lost" } },
    { calls: ["P1"], probability: 0.05, effect: { kind: "reset" } },
  ],
});

for (let seed = first; seed < first + Number(GUESTSYNC_SEEDS); seed++)
  test(`${count} forms of 3 guests through crashes, full storage and refusals: none lost, none back, none twice (seed ${seed})`, { timeout: count * 3_000 + 100_000 }, (context) => run(seed, context));

/** @param {number} seed @param {import("./support/scope.mjs").Scope} scope */
async function run(seed, scope) {
  const random = seeded(seed);
  // Requests come when they come: what they draw must not change the rest.
  const luck = seeded(seed + 1);
  const gateway = await startGateway(scope);
  const sandbox = new Sandbox(gateway.origin);
  let cut = false;
  const origin = await startBefore(scope, gateway.origin, () => (cut ? false : undefined));
  const context = await browser.newContext();
  const ledger = new Ledger((value) => `storm-${value}-typed`);
  const hits = { stops: 0, crashes: 0, full: 0, cuts: 0, unauthorized: 0 };
  const storage = await limitStorage(context, origin);
  /** @type {string[]} */
  const guests = [];
  while (guests.length < 3) guests.push((await startSession(context, origin)).guestId);
  // A capability that is refused: once a patch, as the table has it.
  const refused = new Set();
  await context.route("**/genesys/**", async (route) => {
    const key = route.request().headers()["idempotency-key"];
    if (luck.chance(0.9) || refused.has(key)) return route.fallback();
    refused.add(key);
    hits.unauthorized++;
    await route.fulfill({ status: 401, json: { code: "bad.credentials", message: "refused", status: 401 } });
  });
  const openPage = async () => {
    const page = await context.newPage();
    await page.goto(`${origin}/healthz`);
    await registerWorker(page);
    return page;
  };
  const pages = [await openPage(), await openPage()];
  await sandbox.setFaults(faults(seed));

  let full = false;
  for (let nth = 1; nth <= count; nth++) {
    const at = random.below(pages.length);
    const page = pages[at];
    assert.ok(page);
    const trouble = random.below(100);
    if (trouble < 12) (await stopServiceWorkers(page), hits.stops++);
    else if (trouble < 24) {
      cut = !cut;
      hits.cuts += Number(cut);
    } else if (trouble < (full ? 64 : 36)) {
      full = !full;
      hits.full += Number(full);
      await (full ? storage.full(page) : storage.room());
    }
    const names = ["email", "phone", "name"].filter(() => random.chance(0.6));
    const fields = Object.fromEntries((names.length > 0 ? names : ["email"]).map((name) => [name, nth]));
    const form = ledger.post(guests[random.below(3)] ?? "", fields);
    const answered = post(page, ledger, form);
    if (!random.chance(0.1)) {
      form.status = await answered;
      continue;
    }
    // Whether it was taken, nobody knows.
    answered.catch(() => {});
    await crash(page);
    await page.close();
    hits.crashes++;
    cut = false;
    pages[at] = await openPage();
  }

  await storage.room();
  cut = false;
  await sandbox.setFaults({ rules: [] });
  await context.unroute("**/genesys/**");
  const [page] = pages;
  assert.ok(page);
  const waiting = () => page.evaluate(async () => (await import(/** @type {string} */ ("/guestsync/index.js"))).profileStatus());
  await until("the queue to be empty (I5)", async () => (await waiting()).length === 0, { within: 60_000, every: 250 });
  /** @type {Record<number, number>} */
  const answers = {};
  for (const { status } of ledger.posted) answers[status] = (answers[status] ?? 0) + 1;
  console.log(JSON.stringify({ seed, ...hits, answers }));
  assert.deepEqual(ledger.posted.filter((form) => ![0, 200, 202, 503].includes(form.status)), [], "503 where nothing was kept");
  for (const guest of guests) await ledger.check(guest, gateway, sandbox);
  await context.close();
}

/** @param {Page} page @param {Ledger} ledger @param {import("./support/ledger.mjs").Form} form @returns {Promise<number>} the status; 0 where none came */
function post(page, ledger, { guest, fields }) {
  const values = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, ledger.typed(value)]));
  return page.evaluate(
    async (form) => fetch("/api/profile-sync", { method: "POST", body: new URLSearchParams(form) }).then(({ status }) => status, () => 0),
    { guestId: guest, ...values },
  );
}
