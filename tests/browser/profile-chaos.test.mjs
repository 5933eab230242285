/**
 * R1, R2 for forms: posts through faults, worker stops, offline windows and a killed browser, against what the server ends with. C5, T1: what
 * was typed and every capability is nowhere but where it belongs. `GUESTSYNC_FORMS` says how many, `GUESTSYNC_SEED` which.
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { launchWithProfile } from "./support/chromium.mjs";
import { killBrowser, stopServiceWorkers } from "./support/devtools.mjs";
import { temporaryFolder } from "./support/folder.mjs";
import { postByFetch, registerWorker } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Ledger } from "./support/ledger.mjs";
import { seeded } from "./support/random.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSession } from "./support/session.mjs";
import { secretsIn } from "./support/spellings.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const { GUESTSYNC_FORMS = "60", GUESTSYNC_SEED } = process.env;
const count = Number(GUESTSYNC_FORMS);
const seed = Number(GUESTSYNC_SEED ?? Date.now() % 1_000_000);
const random = seeded(seed);
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const folder = await temporaryFolder(file);

/** Whatever the browser said aloud: console, messages to pages, what pages read of the queue. */
let heard = "";
/** @type {Set<string>} */
const capabilities = new Set();
const typed = (/** @type {number} */ value) => `canary-5f1d-${value}-typed`;
const ledger = new Ledger(typed);

const faults = {
  seed,
  rules: [
    { calls: ["P1"], probability: 0.15, effect: { kind: "status", status: 429, retryAfter: 1 } },
    { calls: ["P1"], probability: 0.1, effect: { kind: "status", status: 503 } },
    { calls: ["P1"], probability: 0.1, effect: { kind: "status", status: 500 } },
    { calls: ["P1"], probability: 0.1, effect: { kind: "lost" } },
    { calls: ["P1"], probability: 0.05, effect: { kind: "reset" } },
    { calls: ["P1"], probability: 0.05, effect: { kind: "reject-token" } },
  ],
};

/** @param {import("playwright-core").BrowserContext} context */
async function listen(context) {
  context.on("console", (message) => (heard += `${message.text()}\n`));
  await context.route("**/api/token", async (route) => {
    const response = await route.fetch();
    capabilities.add((await response.json()).token);
    await route.fulfill({ response });
  });
  await context.exposeFunction("hear", (/** @type {unknown} */ what) => (heard += `${JSON.stringify(what)}\n`));
}

/** @param {import("playwright-core").Page} page */
async function follow(page) {
  await registerWorker(page);
  await page.evaluate(async () => {
    const { onProfile } = await import(/** @type {string} */ ("/guestsync/index.js"));
    onProfile(Reflect.get(window, "hear"));
  });
}

/** @param {import("playwright-core").Page} page @returns {Promise<unknown[]>} */
const status = (page) => page.evaluate(async () => (await import(/** @type {string} */ ("/guestsync/index.js"))).profileStatus());

/** @param {import("playwright-core").Page} page @param {string} guest @param {number} nth */
async function post(page, guest, nth) {
  const names = ["email", "phone", "name"].filter(() => random.chance(0.6));
  const fields = Object.fromEntries((names.length > 0 ? names : ["email"]).map((name) => [name, nth]));
  const form = ledger.post(guest, fields);
  const values = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typed(value)]));
  form.status = (await postByFetch(page, "urlencoded", { guestId: guest, ...values })).status;
}

test(`${count} forms of 3 guests arrive, each field's last one last, none twice (seed ${seed})`, { timeout: 180_000 }, async () => {
  const first = await launchWithProfile(file, folder);
  await listen(first);
  const { page, guestId } = await startSession(first, gateway.origin);
  const guests = [guestId];
  while (guests.length < 3) guests.push((await startSession(first, gateway.origin)).guestId);
  await follow(page);
  await sandbox.setFaults(faults);
  const half = Math.floor(count / 2);
  for (let nth = 1; nth <= half; nth++) {
    if (nth % 9 === 0) await stopServiceWorkers(page);
    if (nth === 12) await first.setOffline(true);
    if (nth === 17) await first.setOffline(false);
    await post(page, guests[random.below(3)] ?? "", nth);
  }
  const cookies = await first.cookies();
  await killBrowser(first);
  assert.deepEqual(await canariesOnDisk(), [], "in the browser's files");

  const second = await launchWithProfile(file, folder);
  await second.addCookies(cookies);
  await listen(second);
  const again = await second.newPage();
  await again.goto(`${gateway.origin}/healthz`);
  await follow(again);
  for (let nth = half + 1; nth <= count; nth++) {
    if (nth % 9 === 0) await stopServiceWorkers(again);
    await post(again, guests[random.below(3)] ?? "", nth);
  }
  await sandbox.setFaults({ rules: [] });
  await until("the queue to be empty", async () => (await status(again)).length === 0, { within: 60_000, every: 250 });

  assert.deepEqual(ledger.posted.filter((form) => !ledger.taken.includes(form)), [], "every form was taken");
  const refusals = (await sandbox.requests()).filter(({ method, status: of }) => method === "PATCH" && of >= 400);
  assert.ok(refusals.length > 0, "no request was refused");
  for (const guest of guests) await ledger.check(guest, gateway, sandbox);
  heard += JSON.stringify(await status(again));
});

test("what was typed is in no file of the browser, no request beyond it, no log, no message; nor is a capability at rest", async () => {
  assert.ok(capabilities.size > 0, "capabilities are seen");
  assert.deepEqual(await canariesOnDisk(), [], "in the browser's files");
  const requests = Buffer.from(JSON.stringify(await sandbox.requests()));
  assert.ok(requests.includes("guestsync") || requests.includes("PATCH"), "requests are seen");
  assert.deepEqual(secretsIn(requests, canaries()), [], "in what goes upstream");
  assert.deepEqual(secretsIn(Buffer.from(gateway.output()), canaries()), [], "in the gateway's log");
  assert.ok(heard.includes('"kind":"queued"'), "pages are told");
  assert.deepEqual(secretsIn(Buffer.from(heard), [...canaries(), ...capabilities]), [], "in the console, or in messages to pages");
});

// A value that was never posted alone stands for all: they differ in the number only.
const canaries = () => ["canary-5f1d", typed(1), typed(count)];

async function canariesOnDisk() {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const found = [];
  let sealed = false;
  for (const entry of files) {
    const bytes = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
    sealed ||= bytes.includes("guestsync");
    for (const secret of secretsIn(bytes, [...canaries(), ...capabilities])) found.push(`${entry.name}: ${secret}`);
  }
  assert.ok(sealed, "what is stored is seen");
  return found;
}
