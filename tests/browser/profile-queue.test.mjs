/** Forms that cannot be sent at once: kept sealed, through stops, restarts and refusals, and delivered in order, each once. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { compactDecrypt } from "jose";
import { launchChromium, launchWithProfile } from "./support/chromium.mjs";
import { denySync, killBrowser, stopServiceWorkers } from "./support/devtools.mjs";
import { temporaryFolder } from "./support/folder.mjs";
import { openFormPage, postByFetch, registerWorker } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSession } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);
const calm = { rules: [] };

/** @param {unknown} effect @param {object} [rule] */
const plan = (effect, rule) => ({ rules: [{ calls: ["P1"], effect, ...rule }] });

/** The requests that carried a profile of these guests. @param {string[]} guests */
const patches = async (...guests) =>
  (await sandbox.requests()).filter(({ method, path }) => method === "PATCH" && guests.some((guest) => path.endsWith(`/${guest}`)));

/** What waits, as the page sees it. @param {import("playwright-core").Page} page @returns {Promise<any[]>} */
const status = (page) =>
  page.evaluate(async () => (await import(/** @type {string} */ ("/guestsync/index.js"))).profileStatus());

/** @param {import("playwright-core").Page} page @param {string} guestId @param {Record<string, string>} fields */
const post = (page, guestId, fields) => postByFetch(page, "urlencoded", { guestId, ...fields });

/** Waits until the profile holds these values. @param {string} guestId @param {Record<string, string>} wanted */
const arrived = (guestId, wanted) =>
  until(`the profile of ${guestId}`, async () => {
    const opened = await sandbox.opened(guestId);
    return Object.entries(wanted).every(([path, value]) => opened[path] === value);
  }, { within: 30_000 });

/** No member was set to anything twice. @param {string} guestId */
async function once(guestId) {
  const keys = (await sandbox.effects(guestId)).filter(({ call }) => call === "P1").map(({ idempotencyKey }) => idempotencyKey);
  assert.equal(new Set(keys).size, keys.length, "every Idempotency-Key took effect once");
}

test("offline, 50 posts for 5 guests, the browser killed and started again, online: 5 patches, the last values, nothing typed on disk", async () => {
  const folder = await temporaryFolder(file);
  const first = await launchWithProfile(file, folder);
  const { page } = await startSession(first, gateway.origin);
  const guests = [];
  for (let at = 0; at < 5; at++) guests.push((await startSession(first, gateway.origin)).guestId);
  await registerWorker(page);
  await first.setOffline(true);
  const statuses = [];
  for (let at = 0; at < 50; at++) {
    const guest = guests[at % 5] ?? "";
    const fields = { email: `canary-${at}@example.org`, name: `Canary Name ${at}` };
    statuses.push((await post(page, guest, at % 3 ? fields : { email: fields.email })).status);
    if (at === 25) await stopServiceWorkers(page);
  }
  assert.deepEqual([...new Set(statuses)], [202]);
  assert.equal((await status(page)).length, 5, "one entry a guest");
  const cookies = await first.cookies();
  await killBrowser(first);
  await sweep(folder, ["canary-", "Canary Name"]);

  const second = await launchWithProfile(file, folder);
  await second.addCookies(cookies);
  const again = await second.newPage();
  await again.goto(`${gateway.origin}/healthz`);
  await registerWorker(again);
  for (const [at, guest] of guests.entries()) {
    // The last post of this guest that had a name, too.
    const named = [45 + at, 40 + at].find((number) => number % 3);
    await arrived(guest, { "/email": `canary-${45 + at}@example.org`, "/name": `Canary Name ${named}` });
    await once(guest);
  }
  assert.equal((await patches(...guests)).length, 5);
  await until("nothing to wait", async () => (await status(again)).length === 0);
});

/** No file of a folder holds any of these, in any usual spelling. @param {string} folder @param {string[]} canaries */
async function sweep(folder, canaries) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  let seen = "";
  for (const entry of files) {
    const bytes = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
    if (bytes.includes("ECDH-ES") || bytes.includes(Buffer.from('{"alg":"ECDH-ES"').toString("base64url").slice(0, 16))) seen = entry.name;
    for (const canary of canaries) {
      const spellings = [Buffer.from(canary), Buffer.from(canary, "utf16le"), Buffer.from(encodeURIComponent(canary))];
      spellings.push(Buffer.from(Buffer.from(canary).toString("base64").replace(/.{2}=*$/, "")));
      for (const spelling of spellings) assert.ok(!bytes.includes(spelling), `${entry.name} holds ${canary}`);
    }
  }
  assert.ok(seen, "the sealed values are on disk");
}

test("429 with Retry-After: answered at once, no request inside the window, not even by a worker that starts anew", async () => {
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  await sandbox.setFaults(plan({ kind: "status", status: 429, retryAfter: 3 }, { first: 1 }));
  assert.equal((await post(page, guestId, { email: "a@example.org" })).status, 202);
  await stopServiceWorkers(page);
  assert.equal((await post(page, guestId, { name: "Ada" })).status, 202);
  await arrived(guestId, { "/email": "a@example.org", "/name": "Ada" });
  const [refused, ...later] = (await patches(guestId)).map(({ at }) => Date.parse(at));
  assert.ok(later.every((at) => at - (refused ?? 0) >= 2_980), JSON.stringify([refused, later]));
});

test("lost answers: the same Idempotency-Key and the same bytes on every try, and one effect", async () => {
  await sandbox.setFaults(calm);
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  await sandbox.setFaults(plan({ kind: "lost" }, { first: 2 }));
  assert.equal((await post(page, guestId, { email: "b@example.org" })).status, 202);
  await until("the queue to be empty", async () => (await status(page)).length === 0, { within: 20_000 });
  const sent = await patches(guestId);
  assert.equal(new Set(sent.map(({ headers, body }) => `${headers["idempotency-key"]} ${body}`)).size, 1);
  await arrived(guestId, { "/email": "b@example.org" });
  await once(guestId);
});

test("what the server refuses for good is a 422, kept for the page to read, to be tried again or given up, and holds up nobody", async () => {
  await sandbox.setFaults(plan({ kind: "status", status: 422 }, { first: 1 }));
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  const answer = await post(page, guestId, { email: "c@example.org" });
  assert.equal(answer.status, 422);
  const [letter, ...others] = await status(page);
  assert.deepEqual([letter.guestId, letter.fields, letter.status, others], [guestId, ["/email"], 422, []]);
  assert.equal((await post(page, guestId, { name: "Cay" })).status, 200);
  await page.evaluate(async (key) => (await import(/** @type {string} */ ("/guestsync/index.js"))).retryProfile(key), letter.key);
  await arrived(guestId, { "/email": "c@example.org", "/name": "Cay" });
  await until("no letter to be left", async () => (await status(page)).length === 0);
});

test("refused for 5 s with the browser online: drained by itself while a page is open", async () => {
  await sandbox.setFaults(plan({ kind: "status", status: 503 }));
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  assert.equal((await post(page, guestId, { email: "d@example.org" })).status, 202);
  const since = performance.now();
  await until("some refusals", async () => (await patches(guestId)).length >= 3 && performance.now() - since > 5_000, { within: 20_000 });
  await sandbox.setFaults(calm);
  await arrived(guestId, { "/email": "d@example.org" });
});

test("a clock that was set back loses nothing: the newer form is the one that stays", async () => {
  await sandbox.setFaults(calm);
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  assert.equal((await post(page, guestId, { email: "early@example.org" })).status, 200);
  // As if another life of this browser had been an hour ahead, and its storage were gone.
  const ahead = (BigInt(Date.now() + 3_600_000) << 16n).toString();
  await page.evaluate(async ({ guestId, ahead }) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/api/token", { method: "POST", headers, body: JSON.stringify({ guestId }) });
    const { token } = await answer.json();
    await fetch(`/genesys/api/v2/guests/${guestId}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json-patch+json", "guestsync-seq": ahead },
      body: JSON.stringify([{ op: "replace", path: "/email", value: "ahead" }]),
    });
  }, { guestId, ahead });
  assert.equal((await post(page, guestId, { email: "late@example.org" })).status, 200);
  await arrived(guestId, { "/email": "late@example.org" });
});

test("a worker that starts, for whatever request of a page without our script, sees to what was left behind", async () => {
  await sandbox.setFaults(plan({ kind: "status", status: 503 }));
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  await denySync(page, gateway.origin);
  assert.equal((await post(page, guestId, { email: "left@example.org" })).status, 202);
  await page.goto("about:blank");
  await stopServiceWorkers(page);
  const other = await context.newPage();
  await other.goto("about:blank");
  await sandbox.setFaults(calm);
  await other.goto(`${gateway.origin}/healthz`);
  await arrived(guestId, { "/email": "left@example.org" });
});

test("logout: the page forgets nothing that waits, the worker forgets the capability, and what waits is reported as stranded", async () => {
  await sandbox.setFaults(plan({ kind: "status", status: 503 }));
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  assert.equal((await post(page, guestId, { email: "e@example.org" })).status, 202);
  await page.evaluate(async (guest) => {
    const { createGuestSync } = await import(/** @type {string} */ ("/guestsync/index.js"));
    await createGuestSync({ guest, consent: { service: true } }).logout();
  }, guestId);
  await sandbox.setFaults(calm);
  const before = (await patches(guestId)).length;
  await until("the entry to be stranded", async () => (await status(page))[0]?.stranded === true, { within: 20_000 });
  assert.equal((await patches(guestId)).length, before, "never sent without its own session");
  // Another guest of this browser is not held up by it.
  const next = await startSession(page.context(), gateway.origin);
  assert.equal((await post(next.page, next.guestId, { email: "f@example.org" })).status, 200);
  assert.deepEqual((await status(page)).map(({ guestId: of }) => of), [guestId]);
});

test("a rotation while a form waits strands nothing: it arrives as it was sealed, and the next form is sealed to the new key", async () => {
  await sandbox.setFaults(plan({ kind: "status", status: 503 }));
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const fresh = { ...publicKey.export({ format: "jwk" }), kid: "rotated", use: "enc", alg: "ECDH-ES" };
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  await context.route("**/.well-known/jwks.json", async (route) => {
    const { keys } = await (await route.fetch()).json();
    await route.fulfill({ json: { keys: [fresh, ...keys] } });
  });
  assert.equal((await post(page, guestId, { email: "before@example.org" })).status, 202);
  await stopServiceWorkers(page);
  assert.equal((await post(page, guestId, { name: "After" })).status, 202);
  await sandbox.setFaults(calm);
  await arrived(guestId, { "/email": "before@example.org" });
  const name = await until("the name", async () => {
    const sealed = String((await sandbox.guest(guestId))?.profile["name"]);
    return sealed.includes("..") && sealed;
  });
  assert.equal(new TextDecoder().decode((await compactDecrypt(name, privateKey)).plaintext), "After");
});
